//! `gif`: the netgraph end of a tunnel interface of the host; see ng_gif(4).

use super::InterfaceName;
use crate::name::HookName;
use crate::{node_type, sys};

/// The tunnel: what the interface receives, and what it is to send.
pub const LOWER: HookName = HookName::constant(sys::NG_GIF_HOOK_LOWER);
/// What the host received and has no use for.
pub const ORPHANS: HookName = HookName::constant(sys::NG_GIF_HOOK_ORPHAN);

node_type! {
    /// The netgraph end of a gif(4) interface, with hooks [`LOWER`] and [`ORPHANS`]. It cannot be made: there is one for
    /// each interface once `ng_gif` is loaded; see [ng_gif(4)](https://man.freebsd.org/ng_gif/4).
    pub Gif: "gif", cookie = sys::NGM_GIF_COOKIE;
    /// Reads the name of the interface.
    #[doc(alias = "NGM_GIF_GET_IFNAME")]
    GetIfName "getifname" = sys::NGM_GIF_GET_IFNAME => InterfaceName, repeatable;
    /// Reads the index of the interface.
    #[doc(alias = "NGM_GIF_GET_IFINDEX")]
    GetIfIndex "getifindex" = sys::NGM_GIF_GET_IFINDEX => i32, repeatable;
}
