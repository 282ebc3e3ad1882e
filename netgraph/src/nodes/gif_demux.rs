//! `gif_demux`: parts the packets of a gif interface by protocol; see ng_gif_demux(4).
//!
//! ```
//! use netgraph::nodes::gif_demux;
//! use netgraph::sim::SimKernel;
//! use netgraph::{HookName, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let demux = socket.make_peer::<gif_demux::GifDemux>(HookName::constant("gif"), gif_demux::GIF)?;
//! socket.connect(&".".parse()?, demux.path(), HookName::constant("v4"), gif_demux::INET)?;
//! socket.connect(&".".parse()?, demux.path(), HookName::constant("v6"), gif_demux::INET6)?;
//! assert_eq!(demux.info()?.hooks, 3);
//! demux.shutdown()?;
//! # Ok::<(), netgraph::Error>(())
//! ```

use crate::name::HookName;
use crate::{node_type, sys};

/// The `gif` node.
pub const GIF: HookName = HookName::constant(sys::NG_GIF_DEMUX_HOOK_GIF);
/// IPv4.
pub const INET: HookName = HookName::constant(sys::NG_GIF_DEMUX_HOOK_INET);
/// IPv6.
pub const INET6: HookName = HookName::constant(sys::NG_GIF_DEMUX_HOOK_INET6);
/// AppleTalk.
pub const ATALK: HookName = HookName::constant(sys::NG_GIF_DEMUX_HOOK_ATALK);
/// IPX.
pub const IPX: HookName = HookName::constant(sys::NG_GIF_DEMUX_HOOK_IPX);
/// ATM.
pub const ATM: HookName = HookName::constant(sys::NG_GIF_DEMUX_HOOK_ATM);
/// Native ATM.
pub const NATM: HookName = HookName::constant(sys::NG_GIF_DEMUX_HOOK_NATM);

node_type! {
    /// Parts what comes from a [`gif`](super::gif) node by protocol, and joins what goes there: hooks [`GIF`],
    /// [`INET`], [`INET6`], [`ATALK`], [`IPX`], [`ATM`] and [`NATM`]. It takes a shutdown to end it; see
    /// [ng_gif_demux(4)](https://man.freebsd.org/ng_gif_demux/4).
    pub GifDemux: "gif_demux", cookie = sys::NGM_GIF_DEMUX_COOKIE;
}
