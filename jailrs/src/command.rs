//! Commands that run in a jail, or on the host.

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Output};
use std::time::Duration;

use crate::entry::{Entry, Ids};
use crate::login::{Class, User};
use crate::{Errno, Error, Host, Jail, Result};

/// Where a standard stream of a command goes or comes from.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Stdio {
    /// The caller's own.
    #[default]
    Inherit,
    /// `/dev/null` of the host.
    Null,
    /// Given back in the [`Output`]; no input for standard input.
    Capture,
    /// Appended to this file of the host, which is opened before the jail is entered and made (mode 0600) if needed; no symbolic
    /// link. One that is there becomes the caller's own and loses what others may do with it, but for a group's right to read.
    ///
    /// What runs in a jail may write to it, and nothing else: it can change neither its mode nor its owner, nor what is in it.
    ///
    /// Standard input is read from it, from its beginning; then it must be there.
    Append(PathBuf),
    /// A terminal of its own that is joined to the caller's, where [`Command::console`] or [`Command::interactive`] gives it one;
    /// elsewhere the caller's own.
    Terminal,
}

/// A command in full: what [`Command`] collects and a [`System`](crate::system::System) runs.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    /// The program; one without a slash is looked for in the environment's `PATH`.
    pub program: OsString,
    /// Its arguments, without the program's name.
    pub args: Vec<OsString>,
    /// The whole environment.
    pub env: Vec<(OsString, OsString)>,
    /// What it is given as its own name, if that is not the program.
    pub arg0: Option<OsString>,
    /// What it takes on on its way in.
    pub entry: Entry,
    /// Standard input.
    pub stdin: Stdio,
    /// Standard output.
    pub stdout: Stdio,
    /// Standard error.
    pub stderr: Stdio,
    /// How long it may take; one that takes longer is killed with its process group.
    pub limit: Option<Duration>,
}

impl Spec {
    /// The command as one would type it, quoted for a shell.
    #[must_use]
    pub fn line(&self) -> String {
        let mut line = quoted(&self.program);
        for arg in &self.args {
            let _ = write!(line, " {}", quoted(arg));
        }
        line
    }
}

fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.into_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// A command to be run in a jail or on the host; like [`std::process::Command`], with a clean environment.
///
/// The environment has `PATH`, `HOME`, `SHELL`, `USER`, `LOGNAME` and, where the caller has one, `TERM`; the working
/// directory is `/`; the standard streams are the caller's.
///
/// # Examples
/// ```
/// use jailrs::{Jail, sim::{Outcome, SimHost}};
///
/// let machine = SimHost::new();
/// machine.script("hostname", Outcome::printing("web.example\n"));
/// let jail = Jail::builder("web").hostname("web.example").create(&machine.host())?;
///
/// let output = jail.command("/bin/hostname").output()?;
/// assert!(output.status.success());
/// assert_eq!(output.stdout, b"web.example\n");
/// assert_eq!(machine.commands()[0].to_string(), "jexec web /bin/hostname");
/// # Ok::<(), jailrs::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "a command runs when it is asked for its output or status"]
pub struct Command {
    host: Host,
    jail: Option<Jail>,
    spec: Spec,
}

impl Command {
    pub(crate) fn new(host: &Host, jail: Option<Jail>, program: impl AsRef<OsStr>) -> Self {
        let spec = Spec {
            program: program.as_ref().to_owned(),
            args: Vec::new(),
            env: clean_environment(std::env::var_os("TERM")),
            arg0: None,
            entry: Entry::default(),
            stdin: Stdio::Inherit,
            stdout: Stdio::Inherit,
            stderr: Stdio::Inherit,
            limit: None,
        };
        Self { host: host.clone(), jail, spec }
    }

    /// The command as one would type it, quoted for a shell.
    #[must_use]
    pub fn line(&self) -> String {
        self.spec.line()
    }

    /// Adds one argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.spec.args.push(arg.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.spec.args.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// Sets one variable of the environment.
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        let (name, value) = (name.as_ref(), value.as_ref());
        self.spec.env.retain(|(known, _)| known != name);
        self.spec.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Takes all variables of the environment away, the clean ones too.
    pub fn env_clear(mut self) -> Self {
        self.spec.env.clear();
        self
    }

    /// Gives the program another name than its own (`argv[0]`): a shell whose name begins with `-` is a login shell.
    pub fn arg0(mut self, name: impl AsRef<OsStr>) -> Self {
        self.spec.arg0 = Some(name.as_ref().to_owned());
        self
    }

    /// Sets the working directory, as seen inside the jail.
    pub fn current_dir(mut self, dir: impl AsRef<Path>) -> Self {
        self.spec.entry = self.spec.entry.current_dir(dir);
        self
    }

    /// Runs it as this user with these groups, which take effect inside the jail.
    pub fn ids(mut self, uid: u32, gid: u32, groups: &[u32]) -> Self {
        self.spec.entry.ids = Some(Ids { uid, gid, groups: groups.to_vec() });
        self
    }

    /// Runs it as this user, with the settings of its login class, as jexec(8) does with `-l -U`: user, groups, limits,
    /// priority, umask and environment; it begins in the home directory, or where it was to begin if that is not to be entered.
    pub fn user(mut self, user: &User, class: &Class) -> Self {
        self.spec.entry = self.spec.entry.user(user, class);
        for (name, value) in self.spec.entry.env.clone() {
            self = self.env(name, value);
        }
        self
    }

    /// Uses this forwarding table (setfib(2)).
    #[doc(alias = "setfib")]
    pub fn fib(mut self, fib: u32) -> Self {
        self.spec.entry = self.spec.entry.fib(fib);
        self
    }

    /// Uses these CPUs alone; without a word those of the jail.
    #[doc(alias = "cpuset_setaffinity")]
    pub fn cpus(mut self, cpus: &[u16]) -> Self {
        self.spec.entry = self.spec.entry.cpus(cpus);
        self
    }

    /// Sets where standard input comes from.
    pub fn stdin(mut self, stdio: Stdio) -> Self {
        self.spec.stdin = stdio;
        self
    }

    /// Sets where standard output goes.
    pub fn stdout(mut self, stdio: Stdio) -> Self {
        self.spec.stdout = stdio;
        self
    }

    /// Sets where standard error goes.
    pub fn stderr(mut self, stdio: Stdio) -> Self {
        self.spec.stderr = stdio;
        self
    }

    /// Appends standard output and standard error to one file of the host; standard input is empty.
    pub fn log_to(self, file: impl AsRef<Path>) -> Self {
        let log = Stdio::Append(file.as_ref().to_owned());
        self.stdin(Stdio::Null).stdout(log.clone()).stderr(log)
    }

    /// What would be run.
    #[must_use]
    pub const fn spec(&self) -> &Spec {
        &self.spec
    }

    /// Runs the command to its end; what it prints is captured unless it was sent elsewhere.
    ///
    /// It waits until nobody can print there any more: a daemon that the command leaves behind, and that keeps its output open,
    /// is waited for as well. [`log_to`](Self::log_to) with [`status`](Self::status) does not wait for daemons.
    ///
    /// # Errors
    /// [`Error::Rejected`] if the jail cannot be entered, or the program not be started: `ENOENT` if there is none.
    pub fn output(mut self) -> Result<Output> {
        for stream in [&mut self.spec.stdout, &mut self.spec.stderr] {
            if *stream == Stdio::Inherit {
                *stream = Stdio::Capture;
            }
        }
        if self.spec.stdin == Stdio::Inherit {
            self.spec.stdin = Stdio::Null;
        }
        self.run()
    }

    /// Runs the command to its end and tells its exit status.
    ///
    /// # Errors
    /// As [`output`](Self::output).
    pub fn status(self) -> Result<ExitStatus> {
        Ok(self.run()?.status)
    }

    /// Runs the command to its end and tells its exit status; `None` if it took longer than `limit` and was killed.
    ///
    /// It runs in a session of its own, without a terminal, and the process group that it began with is killed with it. What a
    /// jail does cannot keep the caller: not even stopping the command on its way in. Streams that were to be captured are
    /// `/dev/null`.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    /// use jailrs::{Jail, sim::{Outcome, SimHost}};
    ///
    /// let machine = SimHost::new();
    /// machine.script("rc.shutdown", Outcome::endless());
    /// let jail = Jail::builder("web").create(&machine.host())?;
    /// let minute = Duration::from_secs(60);
    ///
    /// let status = jail.command("/bin/sh").arg("/etc/rc.shutdown").status_within(minute)?;
    /// assert_eq!(status, None);
    /// let status = jail.command("/usr/bin/true").status_within(minute)?;
    /// assert!(status.is_some_and(|status| status.success()));
    /// # Ok::<(), jailrs::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`output`](Self::output).
    pub fn status_within(mut self, limit: Duration) -> Result<Option<ExitStatus>> {
        self.spec.limit = Some(limit);
        for stream in [&mut self.spec.stdin, &mut self.spec.stdout, &mut self.spec.stderr] {
            if *stream == Stdio::Capture {
                *stream = Stdio::Null;
            }
        }
        match self.host.system().run(self.target()?, &self.spec) {
            Ok(output) => Ok(Some(output.status)),
            Err(Errno::ETIMEDOUT) => Ok(None),
            Err(errno) => Err(self.refused(errno)),
        }
    }

    /// Runs the command on a terminal of its own, joined to the caller's standard input and output, and tells its exit status.
    ///
    /// The caller's terminal hands on every key meanwhile, control-C too, and is put back as it was at the end, also when the
    /// caller is told to end by a signal. A new size of its window is passed on. Where standard input is no terminal it is read
    /// to its end. Standard streams that were set before do not count.
    ///
    /// # Examples
    /// ```
    /// use jailrs::{Jail, sim::{Outcome, SimHost}};
    ///
    /// let machine = SimHost::new();
    /// machine.add_root("/jails/web");
    /// machine.write_file("/jails/web/etc/master.passwd", "root:*:0:0::0:0:Charlie &:/root:/bin/csh\n");
    /// machine.script("csh", Outcome::exit(3));
    /// let jail = Jail::builder("web").path("/jails/web").create(&machine.host())?;
    ///
    /// let status = jail.login("root")?.console()?;
    /// assert_eq!(status.code(), Some(3));
    /// assert_eq!(machine.commands()[0].to_string(), "jexec web /bin/csh");
    /// assert!(machine.commands()[0].console);
    /// # Ok::<(), jailrs::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`output`](Self::output); `EINTR` if the caller was told to end.
    #[doc(alias = "openpty")]
    pub fn console(mut self) -> Result<ExitStatus> {
        for stream in [&mut self.spec.stdin, &mut self.spec.stdout, &mut self.spec.stderr] {
            *stream = Stdio::Terminal;
        }
        self.in_place()
    }

    /// Runs the command in the caller's place, as from a shell, and tells its exit status.
    ///
    /// Those of its streams that would be a terminal of the caller's are a terminal of its own instead, joined to that as
    /// [`console`](Self::console) does: who has the caller's can type there. All others stay what they are. Where nothing can be typed
    /// for it, `SIGHUP`, `SIGINT`, `SIGQUIT` and `SIGTERM` that the caller gets go to its process group, and to the caller once it
    /// has ended.
    ///
    /// # Examples
    /// ```
    /// use jailrs::{Jail, Stdio, sim::{Outcome, SimHost}};
    ///
    /// let machine = SimHost::new();
    /// machine.script("false", Outcome::exit(1));
    /// let jail = Jail::builder("web").create(&machine.host())?;
    /// let status = jail.command("/usr/bin/false").stdin(Stdio::Null).interactive()?;
    /// assert_eq!(status.code(), Some(1));
    /// # Ok::<(), jailrs::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`console`](Self::console).
    pub fn interactive(mut self) -> Result<ExitStatus> {
        let terminals = [
            std::io::stdin().is_terminal(),
            std::io::stdout().is_terminal(),
            std::io::stderr().is_terminal(),
        ];
        let streams = [&mut self.spec.stdin, &mut self.spec.stdout, &mut self.spec.stderr];
        for (stream, _) in
            streams.into_iter().zip(terminals).filter(|(stream, is)| *is && **stream == Stdio::Inherit)
        {
            *stream = Stdio::Terminal;
        }
        self.in_place()
    }

    fn in_place(self) -> Result<ExitStatus> {
        let status = self.host.system().console(self.target()?, &self.spec);
        status.map_err(|errno| self.refused(errno))
    }

    fn run(self) -> Result<Output> {
        let output = self.host.system().run(self.target()?, &self.spec);
        output.map_err(|errno| self.refused(errno))
    }

    fn target(&self) -> Result<Option<crate::system::Target>> {
        self.jail.as_ref().map(Jail::target).transpose()
    }

    fn refused(&self, errno: Errno) -> Error {
        let jail = self.jail.as_ref();
        let place = jail.map_or("on the host".to_owned(), |jail| format!("in jail {:?}", jail.name()));
        Error::rejected("running", format!("{} {place}", self.spec.line()), errno)
    }
}

impl Jail {
    /// A login shell of a user of the jail, with the settings of its login class; see [`Command::console`].
    ///
    /// # Errors
    /// As [`Jail::user`] and [`Jail::class`].
    pub fn login(&self, user: &str) -> Result<Command> {
        let user = self.user(user)?;
        let class = self.class(&user)?;
        let shell = user.shell.file_name().unwrap_or_default();
        let name = [OsStr::new("-"), shell].into_iter().collect::<OsString>();
        Ok(self.command(&user.shell).arg0(name).user(&user, &class))
    }
}

/// The environment that jexec(8) gives with `-l`, for root.
pub(crate) fn clean_environment(term: Option<OsString>) -> Vec<(OsString, OsString)> {
    let fixed = [
        ("PATH", "/sbin:/bin:/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin:/root/bin"),
        ("HOME", "/root"),
        ("SHELL", "/bin/sh"),
        ("USER", "root"),
        ("LOGNAME", "root"),
    ];
    let fixed = fixed.map(|(name, value)| (name.into(), value.into()));
    fixed.into_iter().chain(term.map(|term| ("TERM".into(), term))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_quoted_so_that_a_shell_would_read_the_same_words() {
        assert_eq!(quoted(OsStr::new("/bin/sh")), "/bin/sh");
        assert_eq!(quoted(OsStr::new("a b")), "'a b'");
        assert_eq!(quoted(OsStr::new("it's")), r"'it'\''s'");
        assert_eq!(quoted(OsStr::new("")), "''");
    }
}
