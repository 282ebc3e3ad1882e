//! `tty`: a terminal's line; see ng_tty(4).
//!
//! ```
//! use netgraph::nodes::tty::{self, HotChar};
//! use netgraph::sim::SimKernel;
//! use netgraph::{HookName, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let line = socket.make_peer::<tty::Tty>(HookName::constant("line"), tty::HOOK)?;
//! // Pass on what has come whenever a frame of PPP ends.
//! line.call(tty::SetHotChar(HotChar::at(0x7e)))?;
//! assert_eq!(line.call(tty::GetHotChar)?.byte(), Some(0x7e));
//! line.call(tty::SetHotChar(HotChar::NONE))?;
//! line.shutdown()?;
//! # Ok::<(), netgraph::Error>(())
//! ```

use crate::name::HookName;
use crate::{node_type, payload, sys};

/// The only hook: the bytes of the line.
pub const HOOK: HookName = HookName::constant(sys::NG_TTY_HOOK);

node_type! {
    /// The line of a terminal device, with one hook, [`HOOK`]. Making one takes a privilege that jails do not have, and
    /// it takes a shutdown to end it; see [ng_tty(4)](https://man.freebsd.org/ng_tty/4).
    pub Tty: "tty", cookie = sys::NGM_TTY_COOKIE;
    /// Reads the hot character, at which the node passes on what it has.
    #[doc(alias = "NGM_TTY_GET_HOTCHAR")]
    GetHotChar = sys::NGM_TTY_GET_HOTCHAR => HotChar, repeatable;
    /// Sets the hot character.
    #[doc(alias = "NGM_TTY_SET_HOTCHAR")]
    SetHotChar(HotChar) = sys::NGM_TTY_SET_HOTCHAR;
    /// Takes over a terminal. Rejected with ESRCH where there is no such process, EBUSY where the terminal is taken.
    #[doc(alias = "NGM_TTY_SET_TTY")]
    SetTty(Terminal) = sys::NGM_TTY_SET_TTY;
}

payload! {
    /// A terminal: a process, and its descriptor of it.
    pub Terminal([i32; 2]);
    /// A hot character: 0 to 255, or -1 for none.
    pub HotChar(i32);
}

impl Terminal {
    /// Names the terminal that `descriptor` of `process` is.
    #[must_use]
    pub fn new(process: i32, descriptor: i32) -> Self {
        Self([process, descriptor])
    }
}

impl HotChar {
    /// No character: everything is passed on as it comes.
    pub const NONE: Self = Self(-1);

    /// Passes on what there is whenever this byte has come.
    #[must_use]
    pub const fn at(byte: u8) -> Self {
        Self(byte as i32)
    }

    /// Returns the byte. `None` where there is none.
    #[must_use]
    pub fn byte(self) -> Option<u8> {
        u8::try_from(self.0).ok()
    }
}
