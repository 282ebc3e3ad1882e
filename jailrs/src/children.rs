//! Whether the kernel keeps what becomes of this process's children.
#![allow(unsafe_code, reason = "the one system call that has no safe form")]

use std::{io, mem, ptr};

/// Lets this process wait for what it runs, though whoever started it ignores `SIGCHLD`.
///
/// Where that signal is ignored, which exec(2) passes on, the kernel forgets children as they end, and waiting for one
/// fails with `ECHILD`: the status of a [`Command`](crate::Command) is lost. A handler of the program's own is left alone.
/// To be called when the program begins, before it runs anything.
///
/// # Errors
/// Where the kernel refuses, which it does not.
///
/// # Examples
/// ```
/// jailrs::keep_statuses()?;
/// assert!(std::process::Command::new("true").status()?.success());
/// # Ok::<(), std::io::Error>(())
/// ```
#[doc(alias = "SIGCHLD")]
pub fn keep_statuses() -> io::Result<()> {
    // SAFETY: both structs are live; one of zeros has no flag, no mask and the default for its handler.
    let done = unsafe {
        let mut before: libc::sigaction = mem::zeroed();
        let default: libc::sigaction = mem::zeroed();
        match libc::sigaction(libc::SIGCHLD, ptr::null(), &mut before) {
            0 if before.sa_sigaction == libc::SIG_IGN => {
                libc::sigaction(libc::SIGCHLD, &default, ptr::null_mut())
            }
            other => other,
        }
    };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
