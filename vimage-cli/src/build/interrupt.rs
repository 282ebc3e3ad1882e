//! Notices that somebody wants the work to end (SIGINT, SIGTERM, SIGHUP), so that it can say what it leaves behind.

use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use nix::sys::signal::{SigSet, Signal, kill};
use nix::unistd::Pid;

use crate::error::{Error, Result};

/// Watches for signals as long as it lives.
///
/// The signals are blocked, here and in the commands that are run, and taken by a thread of their own. So a `^C`, which
/// the whole process group gets, does not stop a command behind the program's back.
#[derive(Debug)]
pub(crate) struct Watch {
    set: SigSet,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// The signal that came; 0 for none.
    signal: AtomicI32,
    /// The command that is running, to be stopped at once.
    child: Mutex<Option<Pid>>,
}

impl Watch {
    /// Begins to watch. To be called before any other thread is begun.
    ///
    /// # Errors
    /// Where the kernel does not let signals be blocked.
    pub(crate) fn begin() -> Result<Self> {
        let set: SigSet = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP].into_iter().collect();
        set.thread_block().map_err(|errno| Error::failed(format!("blocking signals: {errno}")))?;
        let shared = Arc::new(Shared::default());
        let watching = Arc::clone(&shared);
        std::thread::spawn(move || {
            while let Ok(signal) = set.wait() {
                watching.signal.store(signal as i32, Ordering::SeqCst);
                // While it is in here it has not been waited for: its number is nobody else's.
                let child = watching.child.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(pid) = *child {
                    let _ = kill(pid, Signal::SIGKILL);
                }
            }
        });
        Ok(Self { set, shared })
    }

    /// Returns the signal that came, if one did.
    fn signal(&self) -> Option<Signal> {
        Signal::try_from(self.shared.signal.load(Ordering::SeqCst)).ok()
    }

    /// Tells whether the work may go on.
    ///
    /// # Errors
    /// That somebody asked to stop.
    pub(crate) fn check(&self) -> Result<()> {
        match self.signal() {
            Some(signal) => Err(Error::failed(format!("interrupted by {}", signal.as_str()))),
            None => Ok(()),
        }
    }

    /// Names the command that is running; a signal ends it too.
    pub(super) fn running(&self, pid: u32) {
        *self.child() = i32::try_from(pid).ok().map(Pid::from_raw);
        if self.signal().is_some() {
            if let Some(pid) = *self.child() {
                let _ = kill(pid, Signal::SIGKILL);
            }
        }
    }

    /// Forgets the command, before it is waited for.
    pub(super) fn ended(&self) {
        *self.child() = None;
    }

    fn child(&self) -> std::sync::MutexGuard<'_, Option<Pid>> {
        self.shared.child.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // From here on a signal ends the program, as it does without a watch.
        let _ = self.set.thread_unblock();
    }
}
