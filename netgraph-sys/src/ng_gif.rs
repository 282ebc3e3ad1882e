//! `netgraph/ng_gif.h`: the node of a gif(4) tunnel; see ng_gif(4).
//!
//! Such nodes cannot be made: there is one for each interface once the module is loaded.

crate::abi::abi! {
    "netgraph/ng_gif.h";

    /// The name of the node type.
    pub const NG_GIF_NODE_TYPE: &str = "gif";
    /// The cookie of the type's messages.
    pub const NGM_GIF_COOKIE: u32 = 994115727;

    /// The hook towards the tunnel.
    pub const NG_GIF_HOOK_LOWER: &str = "lower";
    /// Another name of [`NG_GIF_HOOK_LOWER`].
    pub const NG_GIF_HOOK_DIVERT: &str = "divert";
    /// The hook that gets only the packets that the host does not understand.
    pub const NG_GIF_HOOK_ORPHAN: &str = "orphans";

    /// Reads the interface name: the reply is [`IFNAMSIZ`](crate::IFNAMSIZ) bytes.
    pub const NGM_GIF_GET_IFNAME: u32 = 1;
    /// Reads the interface index: the reply is a `u32`.
    pub const NGM_GIF_GET_IFINDEX: u32 = 2;
}
