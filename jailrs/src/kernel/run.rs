//! Running commands, attached to a jail or not.

use std::fs::OpenOptions;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::process::{self, Command, ExitStatus, Output};

use crate::Errno;
use crate::command::{Spec, Stdio};
use crate::sys::{self, EndingSignals};
use crate::system::Target;
use crate::terminal::{self, Pty, Raw};

fn errno(error: io::Error) -> Errno {
    Errno::from_io(&error)
}

/// Runs a command to its end.
pub(super) fn run(jail: Option<Target>, spec: &Spec) -> Result<Output, Errno> {
    let mut command = command(spec);
    command.stdin(match &spec.stdin {
        Stdio::Append(file) => OpenOptions::new().read(true).open(file).map_err(errno)?.into(),
        Stdio::Inherit => process::Stdio::inherit(),
        Stdio::Null | Stdio::Capture => process::Stdio::null(),
    });
    command.stdout(output(&spec.stdout)?).stderr(output(&spec.stderr)?);
    sys::enter_jail(&mut command, jail, &spec.entry, false, None)?;
    command.spawn().and_then(process::Child::wait_with_output).map_err(errno)
}

/// Runs a command to its end on a terminal of its own, joined to the caller's standard input and output.
pub(super) fn console(jail: Option<Target>, spec: &Spec) -> Result<ExitStatus, Errno> {
    let (stdin, stdout) = (io::stdin(), io::stdout());
    let mut command = command(spec);
    let Pty { master, slave } = Pty::like(stdin.as_fd()).map_err(errno)?;
    let again = || slave.try_clone().map_err(errno);
    command.stdin(again()?).stdout(again()?).stderr(again()?);
    drop(slave);
    sys::enter_jail(&mut command, jail, &spec.entry, true, None)?;
    // In this order: the terminal is put back before a signal that came ends this program.
    let signals = EndingSignals::catch();
    let raw = Raw::enter(stdin.as_fd()).map_err(errno)?;
    let mut child = command.spawn().map_err(errno)?;
    drop(command);
    let ended = terminal::relay(&mut child, &master, stdin.as_fd(), stdout.as_fd(), EndingSignals::came);
    drop((raw, master));
    drop(signals);
    ended.map_err(errno)?.ok_or(Errno::EINTR)
}

fn command(spec: &Spec) -> Command {
    let mut command = Command::new(&spec.program);
    command.args(&spec.args).env_clear().envs(spec.env.iter().map(|(name, value)| (name, value)));
    if let Some(name) = &spec.arg0 {
        command.arg0(name);
    }
    command
}

fn output(stdio: &Stdio) -> Result<process::Stdio, Errno> {
    Ok(match stdio {
        Stdio::Inherit => process::Stdio::inherit(),
        Stdio::Null => process::Stdio::null(),
        Stdio::Capture => process::Stdio::piped(),
        Stdio::Append(file) => {
            OpenOptions::new().append(true).create(true).mode(0o600).open(file).map_err(errno)?.into()
        }
    })
}
