//! Running commands, attached to a jail or not.

use std::fs::{File, OpenOptions, Permissions};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{self, Child, Command, ExitStatus, Output};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::Errno;
use crate::command::{Spec, Stdio};
use crate::sys::{self, EndingSignals, Group, Session, Use};
use crate::system::Target;
use crate::terminal::{self, Pty, Raw};

const NULL: &str = "/dev/null";

/// What a log may be to anybody: a group may be let read it, by newsyslog(8) or by hand.
const LOG_MODE: u32 = 0o640;

/// How long a killed command may take to be gone.
const KILL_BOUND: Duration = Duration::from_secs(10);

/// How long a killed command is waited for before it is killed again.
const KILL_AGAIN: Duration = Duration::from_millis(10);

fn errno(error: io::Error) -> Errno {
    Errno::from_io(&error)
}

/// Runs a command to its end.
pub(super) fn run(jail: Option<Target>, spec: &Spec) -> Result<Output, Errno> {
    let mut command = command(jail, spec, None)?;
    // A command of the host is stopped and ended from the caller's terminal, as any other.
    let session = if jail.is_some() || spec.limit.is_some() { Session::New } else { Session::Callers };
    let Some(limit) = spec.limit else {
        sys::enter_jail(&mut command, jail, &spec.entry, session, None)?;
        return command.spawn().and_then(Child::wait_with_output).map_err(errno);
    };
    let group = Group::of(&mut command)?;
    sys::enter_jail(&mut command, jail, &spec.entry, session, None)?;
    let status = run_within(command, &group, limit)?;
    Ok(Output { status, stdout: Vec::new(), stderr: Vec::new() })
}

/// Runs a command to its end; `ETIMEDOUT` if it took too long and was killed.
///
/// The standard library waits until a command has been started, and a jail may stop what comes in before that. So a thread does
/// the waiting. It leaves the command a zombie, so that its number stays its own until nobody kills it any more.
fn run_within(mut command: Command, group: &Group, limit: Duration) -> Result<ExitStatus, Errno> {
    let (sender, ended) = mpsc::channel();
    let wait = move || {
        let child = command.spawn();
        if let Ok(child) = &child {
            sys::wait_ended(child);
        }
        // Nobody listens any more to one that could not be killed.
        let _ = sender.send(child);
    };
    thread::Builder::new().spawn(wait).map_err(errno)?;
    if let Ok(child) = ended.recv_timeout(limit) {
        return child.and_then(|mut child| child.wait()).map_err(errno);
    }
    let killed = Instant::now();
    while killed.elapsed() < KILL_BOUND {
        group.kill();
        if let Ok(child) = ended.recv_timeout(KILL_AGAIN) {
            child.and_then(|mut child| child.wait()).map_err(errno)?;
            break;
        }
    }
    Err(Errno::ETIMEDOUT)
}

/// Runs a command to its end in this program's place: on a terminal of its own, joined to the caller's, as far as its streams are
/// to be one, and with the signals that tell this program to end.
pub(super) fn console(jail: Option<Target>, spec: &Spec) -> Result<ExitStatus, Errno> {
    let (stdin, stdout, stderr) = (io::stdin(), io::stdout(), io::stderr());
    let is_own = |stream: &Stdio| *stream == Stdio::Terminal;
    let (stream, output) = if is_own(&spec.stdout) {
        (libc::STDOUT_FILENO, stdout.as_fd())
    } else if is_own(&spec.stderr) {
        (libc::STDERR_FILENO, stderr.as_fd())
    } else if is_own(&spec.stdin) {
        (libc::STDIN_FILENO, stdin.as_fd())
    } else {
        return without_terminal(jail, spec);
    };
    // In the background nothing is read, which would stop this program.
    let input = Some(stdin.as_fd()).filter(|stdin| is_own(&spec.stdin) && !sys::in_background(*stdin));
    let pty = Pty::like(input.unwrap_or(output)).map_err(errno)?;
    if input.is_none() {
        pty.print_as_is().map_err(errno)?;
    }
    let mut command = command(jail, spec, Some(&pty.slave))?;
    let Pty { master, slave } = pty;
    drop(slave);
    sys::enter_jail(&mut command, jail, &spec.entry, Session::Terminal(stream), None)?;
    // In this order: the terminal is put back before a signal that came ends this program.
    let signals = EndingSignals::catch();
    let raw = input.map(Raw::enter).transpose().map_err(errno)?;
    let mut child = command.spawn().map_err(errno)?;
    drop(command);
    if input.is_none() {
        signals.pass_on_to(&child);
    }
    let stopped = || input.is_some() && EndingSignals::came();
    let ended = terminal::relay(&mut child, &master, input, output, stopped);
    drop((raw, master));
    drop(signals);
    ended.map_err(errno)?.ok_or(Errno::EINTR)
}

/// Its session gets no signal from the caller's terminal.
fn without_terminal(jail: Option<Target>, spec: &Spec) -> Result<ExitStatus, Errno> {
    let mut command = command(jail, spec, None)?;
    sys::enter_jail(&mut command, jail, &spec.entry, Session::New, None)?;
    let signals = EndingSignals::catch();
    let mut child = command.spawn().map_err(errno)?;
    signals.pass_on_to(&child);
    child.wait().map_err(errno)
}

/// The command of a description; `terminal` is the one of its own.
fn command(jail: Option<Target>, spec: &Spec, terminal: Option<&File>) -> Result<Command, Errno> {
    let mut command = Command::new(&spec.program);
    command.args(&spec.args).env_clear().envs(spec.env.iter().map(|(name, value)| (name, value)));
    if let Some(name) = &spec.arg0 {
        command.arg0(name);
    }
    let own = |stream: &Stdio| terminal.filter(|_| *stream == Stdio::Terminal).map(File::try_clone);
    command.stdin(match (own(&spec.stdin), &spec.stdin) {
        (Some(terminal), _) => terminal.map_err(errno)?.into(),
        (None, Stdio::Append(file)) => input(jail, file)?,
        (None, Stdio::Inherit | Stdio::Terminal) => process::Stdio::inherit(),
        (None, Stdio::Null | Stdio::Capture) => input(jail, Path::new(NULL))?,
    });
    let output = |stream: &Stdio| match own(stream) {
        Some(terminal) => Ok(terminal.map_err(errno)?.into()),
        None => output(jail, stream),
    };
    command.stdout(output(&spec.stdout)?).stderr(output(&spec.stderr)?);
    Ok(command)
}

/// A file of the host to be read.
fn input(jail: Option<Target>, file: &Path) -> Result<process::Stdio, Errno> {
    handed_over(jail, OpenOptions::new().read(true).open(file).map_err(errno)?, Use::Read)
}

fn output(jail: Option<Target>, stdio: &Stdio) -> Result<process::Stdio, Errno> {
    let file = match stdio {
        Stdio::Inherit | Stdio::Terminal => return Ok(process::Stdio::inherit()),
        Stdio::Capture => return Ok(process::Stdio::piped()),
        Stdio::Null => OpenOptions::new().write(true).open(NULL),
        Stdio::Append(file) => log(file),
    };
    handed_over(jail, file.map_err(errno)?, Use::Write)
}

/// What goes into a jail keeps no more rights than its use needs.
fn handed_over(jail: Option<Target>, file: File, to: Use) -> Result<process::Stdio, Errno> {
    if jail.is_some() {
        sys::confine(&file, to)?;
    }
    Ok(file.into())
}

/// A log to be appended to, the caller's own. A jail may have made one that is there already a set-uid program of the host.
fn log(file: &Path) -> io::Result<File> {
    let (mut open, owner) = (OpenOptions::new(), sys::own_uid());
    let log = open.append(true).create(true).mode(0o600).custom_flags(libc::O_NOFOLLOW).open(file)?;
    let about = log.metadata()?;
    if about.is_file() && (about.uid() != owner || about.mode() & 0o7777 & !LOG_MODE != 0) {
        fchown(&log, Some(owner), None)?;
        log.set_permissions(Permissions::from_mode(about.mode() & LOG_MODE))?;
    }
    Ok(log)
}
