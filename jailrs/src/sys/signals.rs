//! The signals that tell a program to end.

use std::ffi::c_int;
use std::mem;
use std::ptr;
use std::sync::atomic::{AtomicI32, Ordering};

use super::checked;

/// The signals that tell a program to end.
const ENDING: [c_int; 4] = [libc::SIGHUP, libc::SIGINT, libc::SIGQUIT, libc::SIGTERM];

/// The signal that came while they were caught; 0 for none.
static CAUGHT: AtomicI32 = AtomicI32::new(0);

extern "C" fn catch(signal: c_int) {
    CAUGHT.store(signal, Ordering::Relaxed);
}

/// The signals that tell the program to end, caught as long as this is there, so that its terminal can be put back first. One that
/// came is sent again then. What ignores them goes on ignoring them.
pub(crate) struct EndingSignals([Option<libc::sigaction>; ENDING.len()]);

impl EndingSignals {
    pub(crate) fn catch() -> Self {
        CAUGHT.store(0, Ordering::Relaxed);
        Self(ENDING.map(|signal| {
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
        }))
    }

    /// Whether one of them came.
    pub(crate) fn came() -> bool {
        CAUGHT.load(Ordering::Relaxed) != 0
    }
}

impl Drop for EndingSignals {
    fn drop(&mut self) {
        for (signal, before) in ENDING.iter().zip(&self.0) {
            if let Some(before) = before {
                // SAFETY: the struct is the one that the kernel gave.
                unsafe { libc::sigaction(*signal, before, ptr::null_mut()) };
            }
        }
        match CAUGHT.swap(0, Ordering::Relaxed) {
            0 => {}
            // SAFETY: takes a number and touches no memory.
            signal => drop(checked(unsafe { libc::raise(signal) })),
        }
    }
}
