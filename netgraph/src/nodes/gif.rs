//! `gif`: the netgraph end of a tunnel interface of the host; see ng_gif(4).
//!
//! ```
//! use netgraph::nodes::{self, gif};
//!
//! // Nodes come with gif(4) interfaces, and cannot be made; what they would be asked can be written down.
//! assert_eq!((gif::LOWER.to_string(), gif::ORPHANS.to_string()), ("lower".into(), "orphans".into()));
//! let command = nodes::find("gif").and_then(|gif| gif.command("getifname")).ok_or("no such command")?;
//! assert_eq!(command.reply_text(b"gif0\0")?, "\"gif0\"");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

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
