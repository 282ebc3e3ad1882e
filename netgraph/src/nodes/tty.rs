//! `tty`: a terminal's line; see ng_tty(4).

use crate::name::HookName;
use crate::{node_type, payload, sys};

/// The only hook: the bytes of the line.
pub const HOOK: HookName = HookName::constant(sys::NG_TTY_HOOK);

node_type! {
    /// The line of a terminal device, with one hook, [`HOOK`]. Making one takes a privilege that jails do not have, and
    /// it takes a shutdown to end it; see [ng_tty(4)](https://man.freebsd.org/ng_tty/4).
    pub Tty: "tty", cookie = sys::NGM_TTY_COOKIE;
    /// Reads the hot character, at which the node passes on what it has: -1 for none.
    #[doc(alias = "NGM_TTY_GET_HOTCHAR")]
    GetHotChar = sys::NGM_TTY_GET_HOTCHAR => i32, repeatable;
    /// Sets the hot character: 0 to 255, or -1 for none. Rejected with EINVAL for others.
    #[doc(alias = "NGM_TTY_SET_HOTCHAR")]
    SetHotChar(i32) = sys::NGM_TTY_SET_HOTCHAR;
    /// Takes over a terminal. Rejected with ESRCH where there is no such process, EBUSY where the terminal is taken.
    #[doc(alias = "NGM_TTY_SET_TTY")]
    SetTty(Terminal) = sys::NGM_TTY_SET_TTY;
}

payload! {
    /// A terminal: a process, and its descriptor of it.
    pub Terminal([i32; 2]);
}

impl Terminal {
    /// Names the terminal that `descriptor` of `process` is.
    #[must_use]
    pub fn new(process: i32, descriptor: i32) -> Self {
        Self([process, descriptor])
    }
}
