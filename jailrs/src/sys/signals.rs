//! The signals that tell a program to end.

use std::ffi::c_int;
use std::mem;
use std::process::Child;
use std::ptr;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::checked;

/// The signals that tell a program to end.
const ENDING: [c_int; 4] = [libc::SIGHUP, libc::SIGINT, libc::SIGQUIT, libc::SIGTERM];

/// The signal that came while they were caught; 0 for none.
static CAUGHT: AtomicI32 = AtomicI32::new(0);

/// The process group that is sent them too; 0 for none.
static GROUP: AtomicI32 = AtomicI32::new(0);

extern "C" fn catch(signal: c_int) {
    CAUGHT.store(signal, Ordering::Relaxed);
    pass_on(signal);
}

/// Async-signal-safe.
fn pass_on(signal: c_int) {
    let group = GROUP.load(Ordering::Relaxed);
    if group > 1 {
        // SAFETY: an async-signal-safe system call on numbers.
        unsafe { libc::kill(-group, signal) };
    }
}

/// Who has them caught, and what was there before the first of them came.
struct Users {
    count: usize,
    before: [Option<libc::sigaction>; ENDING.len()],
}

static USERS: Mutex<Users> = Mutex::new(Users { count: 0, before: [None; ENDING.len()] });

fn users() -> MutexGuard<'static, Users> {
    USERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The signals that tell the program to end, caught as long as one of these is there, so that its terminals can be put back first.
/// One that came is sent again then. What ignores them goes on ignoring them.
pub(crate) struct EndingSignals(());

impl EndingSignals {
    pub(crate) fn catch() -> Self {
        let mut users = users();
        if users.count == 0 {
            CAUGHT.store(0, Ordering::Relaxed);
            users.before = ENDING.map(catch_one);
        }
        users.count += 1;
        Self(())
    }

    /// Sends them to a command's process group, too, also one that came already.
    pub(crate) fn pass_on_to(&self, command: &Child) {
        GROUP.store(command.id().try_into().unwrap_or(0), Ordering::Relaxed);
        match CAUGHT.load(Ordering::Relaxed) {
            0 => {}
            signal => pass_on(signal),
        }
    }

    /// Whether one of them came.
    pub(crate) fn came() -> bool {
        CAUGHT.load(Ordering::Relaxed) != 0
    }
}

/// Catches a signal, unless it is ignored, and tells what was there before.
fn catch_one(signal: c_int) -> Option<libc::sigaction> {
    // SAFETY: both structs are live, the handler is async-signal-safe, and a struct of zeros has no flag and no mask.
    unsafe {
        let mut before: libc::sigaction = mem::zeroed();
        let mut handler: libc::sigaction = mem::zeroed();
        handler.sa_sigaction = catch as extern "C" fn(c_int) as usize;
        let known = libc::sigaction(signal, ptr::null(), &mut before) != -1;
        if !known || before.sa_sigaction == libc::SIG_IGN {
            return None;
        }
        (libc::sigaction(signal, &handler, ptr::null_mut()) != -1).then_some(before)
    }
}

impl Drop for EndingSignals {
    fn drop(&mut self) {
        let mut users = users();
        users.count -= 1;
        if users.count > 0 {
            return;
        }
        GROUP.store(0, Ordering::Relaxed);
        for (signal, before) in ENDING.iter().zip(&users.before) {
            if let Some(before) = before {
                // SAFETY: the struct is the one that the kernel gave.
                unsafe { libc::sigaction(*signal, before, ptr::null_mut()) };
            }
        }
        let came = CAUGHT.swap(0, Ordering::Relaxed);
        drop(users);
        if came != 0 {
            // SAFETY: takes a number and touches no memory.
            let _ = checked(unsafe { libc::raise(came) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handler(signal: c_int) -> usize {
        // SAFETY: the struct is live, and the kernel writes to it.
        unsafe {
            let mut now: libc::sigaction = mem::zeroed();
            assert_ne!(libc::sigaction(signal, ptr::null(), &mut now), -1);
            now.sa_sigaction
        }
    }

    #[test]
    fn signals_are_caught_until_the_last_that_wants_it_ends() {
        let caught = catch as extern "C" fn(c_int) as usize;
        let before = handler(libc::SIGTERM);
        for first_ends_first in [true, false] {
            let (first, second) = (EndingSignals::catch(), EndingSignals::catch());
            let (one, other) = if first_ends_first { (first, second) } else { (second, first) };
            drop(one);
            assert_eq!(handler(libc::SIGTERM), caught);
            drop(other);
            assert_eq!(handler(libc::SIGTERM), before);
        }
    }
}
