//! `netgraph/ng_gif_demux.h`: sorts the packets of a gif(4) tunnel by address family; see ng_gif_demux(4).

crate::abi::abi! {
    "netgraph/ng_gif_demux.h";

    /// The name of the node type.
    pub const NG_GIF_DEMUX_NODE_TYPE: &str = "gif_demux";
    /// The cookie of the type; it has no messages of its own.
    pub const NGM_GIF_DEMUX_COOKIE: u32 = 995567329;

    /// The hook towards the tunnel.
    pub const NG_GIF_DEMUX_HOOK_GIF: &str = "gif";
    /// The hook of IPv4 packets.
    pub const NG_GIF_DEMUX_HOOK_INET: &str = "inet";
    /// The hook of IPv6 packets.
    pub const NG_GIF_DEMUX_HOOK_INET6: &str = "inet6";
    /// The hook of AppleTalk packets.
    pub const NG_GIF_DEMUX_HOOK_ATALK: &str = "atalk";
    /// The hook of IPX packets.
    pub const NG_GIF_DEMUX_HOOK_IPX: &str = "ipx";
    /// The hook of ATM packets.
    pub const NG_GIF_DEMUX_HOOK_ATM: &str = "atm";
    /// The hook of native ATM packets.
    pub const NG_GIF_DEMUX_HOOK_NATM: &str = "natm";
}
