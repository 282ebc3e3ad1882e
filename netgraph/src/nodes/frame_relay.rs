//! `frame_relay`: multiplexes the channels of a frame relay line; see ng_frame_relay(4).
//!
//! ```
//! use netgraph::nodes::frame_relay;
//! use netgraph::sim::SimKernel;
//! use netgraph::{HookName, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let line = socket.make_peer::<frame_relay::FrameRelay>(HookName::constant("line"), frame_relay::DOWNSTREAM)?;
//! socket.connect(&".".parse()?, line.path(), HookName::constant("c"), frame_relay::dlci(16))?;
//! assert_eq!(line.info()?.hooks, 2);
//! # Ok::<(), netgraph::Error>(())
//! ```

use crate::name::HookName;
use crate::{node_type, sys};

/// The line.
pub const DOWNSTREAM: HookName = HookName::constant(sys::NG_FRAMERELAY_HOOK_DOWNSTREAM);
/// A hook that takes nothing and gives nothing yet.
pub const DEBUG: HookName = HookName::constant(sys::NG_FRAMERELAY_HOOK_DEBUG);

/// The hook of a channel; its number (the DLCI) is below 1024.
///
/// ```
/// assert_eq!(netgraph::nodes::frame_relay::dlci(16).to_string(), "dlci16");
/// ```
#[must_use]
pub fn dlci(number: u16) -> HookName {
    HookName::numbered(sys::NG_FRAMERELAY_HOOK_DLCI, number.into())
}

node_type! {
    /// Multiplexes the channels of a frame relay line, with hooks [`DOWNSTREAM`], [`dlci`] and [`DEBUG`]. It dies with
    /// its last hook; see [ng_frame_relay(4)](https://man.freebsd.org/ng_frame_relay/4).
    pub FrameRelay: "frame_relay", cookie = sys::NGM_FRAMERELAY_COOKIE;
}
