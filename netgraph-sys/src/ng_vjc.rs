//! `netgraph/ng_vjc.h`: Van Jacobson's TCP/IP header compression, RFC 1144; see ng_vjc(4).

crate::abi::abi! {
    "netgraph/ng_vjc.h";

    /// The name of the node type.
    pub const NG_VJC_NODE_TYPE: &str = "vjc";
    /// The cookie of the type's messages.
    pub const NGM_VJC_COOKIE: u32 = 868219210;

    /// The hook of plain IP packets.
    pub const NG_VJC_HOOK_IP: &str = "ip";
    /// The hook of TCP packets with their header compressed.
    pub const NG_VJC_HOOK_VJCOMP: &str = "vjcomp";
    /// The hook of TCP packets that tell a header.
    pub const NG_VJC_HOOK_VJUNCOMP: &str = "vjuncomp";
    /// The hook of IP packets that are left as they are.
    pub const NG_VJC_HOOK_VJIP: &str = "vjip";

    /// The fewest connections remembered.
    pub const NG_VJC_MIN_CHANNELS: u8 = 4;
    /// The most connections remembered.
    pub const NG_VJC_MAX_CHANNELS: u8 = 16;

    /// The configuration of a node.
    #[derive(zerocopy::Unaligned)]
    pub struct ngm_vjc_config {
        /// Whether headers are compressed.
        pub enableComp: u8,
        /// Whether headers are decompressed.
        pub enableDecomp: u8,
        /// The number of connections remembered, less one.
        pub maxChannel: u8,
        /// Whether connection numbers may be left out.
        pub compressCID: u8,
    }

    /// Replaces the configuration: the argument is an [`ngm_vjc_config`].
    pub const NGM_VJC_SET_CONFIG: u32 = 0;
    /// Reads the configuration: the reply is an [`ngm_vjc_config`].
    pub const NGM_VJC_GET_CONFIG: u32 = 1;
    /// Reads the state: the reply is a [`slcompress`](crate::slcompress).
    pub const NGM_VJC_GET_STATE: u32 = 2;
    /// Zeroes the counters.
    pub const NGM_VJC_CLR_STATS: u32 = 3;
    /// Tells that a frame was lost.
    pub const NGM_VJC_RECV_ERROR: u32 = 4;
}
