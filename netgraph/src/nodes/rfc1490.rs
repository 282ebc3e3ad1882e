//! `rfc1490`: several protocols on one frame relay channel; see ng_rfc1490(4).
//!
//! ```
//! use netgraph::nodes::rfc1490;
//! use netgraph::sim::SimKernel;
//! use netgraph::{HookName, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let channel = socket.make_peer::<rfc1490::Rfc1490>(HookName::constant("c"), rfc1490::DOWNSTREAM)?;
//! channel.call(rfc1490::SetEncap(rfc1490::IETF_SNAP.into()))?;
//! assert_eq!(channel.call(rfc1490::GetEncap)?.as_str(), "ietf-snap");
//! # Ok::<(), netgraph::Error>(())
//! ```

use super::Text;
use crate::name::HookName;
use crate::{node_type, sys};

/// The channel.
pub const DOWNSTREAM: HookName = HookName::constant(sys::NG_RFC1490_HOOK_DOWNSTREAM);
/// IPv4.
pub const INET: HookName = HookName::constant(sys::NG_RFC1490_HOOK_INET);
/// PPP (RFC 1973).
pub const PPP: HookName = HookName::constant(sys::NG_RFC1490_HOOK_PPP);
/// Bridged Ethernet.
pub const ETHERNET: HookName = HookName::constant(sys::NG_RFC1490_HOOK_ETHERNET);

/// IPv4 by its protocol's number, as at first: for [`SetEncap`].
pub const IETF_IP: &str = "ietf-ip";
/// IPv4 behind a SNAP header.
pub const IETF_SNAP: &str = "ietf-snap";

node_type! {
    /// Multiplexes protocols on one frame relay channel (RFC 1490), with hooks [`DOWNSTREAM`], [`INET`], [`PPP`] and
    /// [`ETHERNET`]. It dies with its last hook; see [ng_rfc1490(4)](https://man.freebsd.org/ng_rfc1490/4).
    pub Rfc1490: "rfc1490", cookie = sys::NGM_RFC1490_COOKIE;
    /// Sets how IPv4 is encapsulated: [`IETF_IP`] or [`IETF_SNAP`].
    #[doc(alias = "NGM_RFC1490_SET_ENCAP")]
    SetEncap(Text) "setencap" = sys::NGM_RFC1490_SET_ENCAP;
    /// Reads how IPv4 is encapsulated.
    #[doc(alias = "NGM_RFC1490_GET_ENCAP")]
    GetEncap "getencap" = sys::NGM_RFC1490_GET_ENCAP => Text, repeatable;
}
