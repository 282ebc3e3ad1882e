//! `rfc1490`: several protocols on one frame relay channel; see ng_rfc1490(4).

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

node_type! {
    /// Multiplexes protocols on one frame relay channel (RFC 1490), with hooks [`DOWNSTREAM`], [`INET`], [`PPP`] and
    /// [`ETHERNET`]. It dies with its last hook; see [ng_rfc1490(4)](https://man.freebsd.org/ng_rfc1490/4).
    pub Rfc1490: "rfc1490", cookie = sys::NGM_RFC1490_COOKIE;
    /// Sets how IPv4 is encapsulated: `ietf-ip` or `ietf-snap`.
    #[doc(alias = "NGM_RFC1490_SET_ENCAP")]
    SetEncap(Text) "setencap" = sys::NGM_RFC1490_SET_ENCAP;
    /// Reads how IPv4 is encapsulated.
    #[doc(alias = "NGM_RFC1490_GET_ENCAP")]
    GetEncap "getencap" = sys::NGM_RFC1490_GET_ENCAP => Text, repeatable;
}
