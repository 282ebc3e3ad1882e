//! The processes of a jail, and their end.

use std::fmt;
use std::time::Duration;

use super::Jail;
use crate::system::{Jid, Process};
use crate::{Errno, Error, Result};

/// How long a killed process may take to be gone.
const KILL_BOUND: Duration = Duration::from_secs(10);

/// A signal, by its number, which FreeBSD and POSIX share for these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Signal(pub i32);

impl Signal {
    /// Hang up.
    pub const HUP: Self = Self(1);
    /// Interrupt.
    pub const INT: Self = Self(2);
    /// Kill, which cannot be refused.
    pub const KILL: Self = Self(9);
    /// Terminate, please.
    pub const TERM: Self = Self(15);
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::HUP => f.write_str("SIGHUP"),
            Self::INT => f.write_str("SIGINT"),
            Self::KILL => f.write_str("SIGKILL"),
            Self::TERM => f.write_str("SIGTERM"),
            Self(number) => write!(f, "signal {number}"),
        }
    }
}

/// How the processes of a jail ended.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// There was none.
    Idle,
    /// All went when asked.
    Gently,
    /// Some had to be killed.
    Killed,
}

impl Jail {
    /// The processes in the jail and in the jails below it.
    ///
    /// The kernel makes the list while they run on: one that forks and ends again and again may never be in it. Whether there is
    /// none, [`is_idle`](Self::is_idle) tells.
    ///
    /// # Errors
    /// [`Error::Rejected`] if the kernel does not tell.
    pub fn processes(&self) -> Result<Vec<Process>> {
        // The jails come second, so that those are among them that were made meanwhile.
        let all = self.host.processes()?;
        let jids: Vec<Jid> = self.below(true)?.iter().map(|info| info.jid).chain([self.jid]).collect();
        Ok(all.into_iter().filter(|process| jids.contains(&process.jid)).collect())
    }

    /// Whether nothing runs in the jail and in the jails below it. The kernel looks at all processes at one moment, so that none
    /// escapes its look.
    ///
    /// # Examples
    /// ```
    /// use jailrs::{Jail, sim::{Manner, SimHost}};
    ///
    /// let machine = SimHost::new();
    /// let jail = Jail::builder("web").create(&machine.host())?;
    /// machine.start_process(jail.jid(), "hop", Manner::Fleeting);
    /// assert!(jail.processes()?.is_empty());
    /// assert!(!jail.is_idle()?);
    /// # Ok::<(), jailrs::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Rejected`] with `EINVAL` or `ENOENT` if the jail is gone or dying.
    pub fn is_idle(&self) -> Result<bool> {
        match self.host.system().kill_all(self.target()?, 0) {
            Err(Errno::ESRCH) => Ok(true),
            // Root of a jail without `allow.suser` may not signal everybody, but learns that there is somebody; and somebody kills
            // who comes to look.
            Ok(()) | Err(Errno::EPERM | Errno::EINTR) => Ok(false),
            Err(errno) => Err(self.not_signalled(errno)),
        }
    }

    /// Sends a signal to every process in the jail and below it; none is no error.
    ///
    /// # Errors
    /// [`Error::Rejected`] with `EINVAL` if the jail is gone or dying.
    pub fn kill_all(&self, signal: Signal) -> Result<()> {
        match self.host.system().kill_all(self.target()?, signal.0) {
            Ok(()) | Err(Errno::ESRCH) => Ok(()),
            Err(errno) => Err(self.not_signalled(errno)),
        }
    }

    /// Sends a signal to every process; whether that could be done from inside, which root of the jail can prevent.
    fn try_kill_all(&self, signal: Signal) -> Result<bool> {
        match self.kill_all(signal) {
            Err(error) if matches!(error.errno(), Some(Errno::EPERM | Errno::EINTR)) => Ok(false),
            killed => killed.map(|()| true),
        }
    }

    /// Kills the processes that a list shows, from outside.
    fn kill_listed(&self) -> Result<()> {
        for process in self.processes()? {
            // One that has ended meanwhile is no matter, and what lives still is seen at the next look.
            let _ = self.host.system().kill(&process, Signal::KILL.0);
        }
        Ok(())
    }

    fn not_signalled(&self, errno: Errno) -> Error {
        Error::rejected("kill", format!("the processes of {}", self.subject()), errno)
    }

    /// Asks every process in the jail to end (`SIGTERM`), kills those that are left after `patience`, and waits until there is
    /// none, not even one that forks faster than a list of them is made.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    /// use jailrs::{Jail, Stopped, sim::{Manner, SimHost}};
    ///
    /// let machine = SimHost::new();
    /// let jail = Jail::builder("web").create(&machine.host())?;
    /// machine.start_process(jail.jid(), "nginx", Manner::Polite);
    /// machine.start_process(jail.jid(), "stuck", Manner::Stubborn);
    ///
    /// assert_eq!(jail.stop_processes(Duration::from_secs(10))?, Stopped::Killed);
    /// assert!(jail.is_idle()?);
    /// # Ok::<(), jailrs::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::TimedOut`] if a killed process is still there after 10 seconds: it hangs in the kernel.
    pub fn stop_processes(&self, patience: Duration) -> Result<Stopped> {
        if self.is_idle()? {
            return Ok(Stopped::Idle);
        }
        self.try_kill_all(Signal::TERM)?;
        if self.host.wait_until(patience, || self.is_idle())? {
            return Ok(Stopped::Gently);
        }
        let killed = self.host.wait_until(KILL_BOUND, || {
            if !self.try_kill_all(Signal::KILL)? {
                self.kill_listed()?;
            }
            self.is_idle()
        })?;
        if killed {
            return Ok(Stopped::Killed);
        }
        let left: Vec<_> =
            self.processes()?.iter().map(|left| format!("{} {}", left.pid, left.command)).collect();
        let subject = format!("the processes of {} ({})", self.subject(), left.join(", "));
        Err(Error::TimedOut { what: "end", subject, bound: KILL_BOUND })
    }
}
