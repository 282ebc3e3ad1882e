//! The process group of a command that may have to be killed before it is known to have been started.

use std::mem;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use super::child::SharedMemory;
use super::errno;
use crate::Errno;

/// The process group of a command, which makes a session of its own: its number is its process's, which the child tells first of
/// all.
pub(crate) struct Group(Arc<Place>);

/// Memory that parent and child share, for one number.
struct Place(SharedMemory);

// SAFETY: the memory is used as the atomic number below alone.
unsafe impl Send for Place {}
// SAFETY: as above.
unsafe impl Sync for Place {}

impl Place {
    fn number(&self) -> &AtomicI32 {
        // SAFETY: the memory begins with a page, has room for the number, began as zeros and lives as long as the reference.
        unsafe { &*self.0.start.cast::<AtomicI32>() }
    }
}

impl Group {
    /// The group of a command that has not been started yet, and has been told nothing yet that its child is to do.
    pub(crate) fn of(command: &mut Command) -> Result<Self, Errno> {
        let place = Arc::new(Place(SharedMemory::new(size_of::<AtomicI32>())?));
        let childs = Arc::clone(&place);
        let tell = move || {
            // SAFETY: an async-signal-safe system call.
            childs.number().store(unsafe { libc::getpid() }, Ordering::Relaxed);
            Ok(())
        };
        // SAFETY: the closure allocates nothing and calls an async-signal-safe function alone.
        unsafe { command.pre_exec(tell) };
        Ok(Self(place))
    }

    /// Kills the group, or the one process that is to make it; its number must not have been given to others.
    pub(crate) fn kill(&self) {
        let pid = self.0.number().load(Ordering::Relaxed);
        if pid > 1 {
            // SAFETY: system calls on numbers.
            unsafe {
                if libc::kill(-pid, libc::SIGKILL) == -1 {
                    libc::kill(pid, libc::SIGKILL);
                }
            }
        }
    }
}

/// Waits for the end of a child process, and leaves it to be asked for its status.
pub(crate) fn wait_ended(child: &Child) {
    let flags = libc::WEXITED | libc::WNOWAIT;
    loop {
        // SAFETY: a struct of zeros is one that is not filled in yet, and the call writes to it alone.
        let waited = unsafe {
            let mut info: libc::siginfo_t = mem::zeroed();
            libc::waitid(libc::P_PID, libc::id_t::from(child.id()), ptr::from_mut(&mut info), flags)
        };
        if waited != -1 || errno() != Errno::EINTR {
            return;
        }
    }
}
