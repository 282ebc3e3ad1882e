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
    /// # Errors
    /// [`Error::Rejected`] if the kernel does not tell.
    pub fn processes(&self) -> Result<Vec<Process>> {
        let jids: Vec<Jid> = self.below(true)?.iter().map(|info| info.jid).chain([self.jid]).collect();
        let all = self.host.processes()?;
        Ok(all.into_iter().filter(|process| jids.contains(&process.jid)).collect())
    }

    /// Sends a signal to every process in the jail and below it; none is no error.
    ///
    /// # Errors
    /// [`Error::Rejected`] with `EINVAL` if the jail is gone or dying.
    pub fn kill_all(&self, signal: Signal) -> Result<()> {
        match self.host.system().kill_all(self.target()?, signal.0) {
            Ok(()) | Err(Errno::ESRCH) => Ok(()),
            Err(errno) => Err(Error::rejected("kill", format!("the processes of {}", self.subject()), errno)),
        }
    }

    /// Asks every process in the jail to end (`SIGTERM`), kills those that are left after `patience`, and waits until there is
    /// none.
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
    /// assert!(jail.processes()?.is_empty());
    /// # Ok::<(), jailrs::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::TimedOut`] if a killed process is still there after 10 seconds: it hangs in the kernel.
    pub fn stop_processes(&self, patience: Duration) -> Result<Stopped> {
        if self.processes()?.is_empty() {
            return Ok(Stopped::Idle);
        }
        self.kill_all(Signal::TERM)?;
        if self.wait_idle(patience)? {
            return Ok(Stopped::Gently);
        }
        // One that was being made while the others were killed may have escaped.
        let killed = self.host.wait_until(KILL_BOUND, || {
            self.kill_all(Signal::KILL)?;
            Ok(self.processes()?.is_empty())
        })?;
        if killed {
            return Ok(Stopped::Killed);
        }
        let left: Vec<_> =
            self.processes()?.iter().map(|left| format!("{} {}", left.pid, left.command)).collect();
        let subject = format!("the processes of {} ({})", self.subject(), left.join(", "));
        Err(Error::TimedOut { what: "end", subject, bound: KILL_BOUND })
    }

    fn wait_idle(&self, bound: Duration) -> Result<bool> {
        self.host.wait_until(bound, || Ok(self.processes()?.is_empty()))
    }
}
