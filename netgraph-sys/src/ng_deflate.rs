//! `netgraph/ng_deflate.h`: Deflate compression for PPP; see ng_deflate(4).

crate::abi::abi! {
    "netgraph/ng_deflate.h";

    /// The name of the node type.
    pub const NG_DEFLATE_NODE_TYPE: &str = "deflate";
    /// The cookie of the type's messages.
    pub const NGM_DEFLATE_COOKIE: u32 = 1166642656;

    /// The hook of a node that compresses.
    pub const NG_DEFLATE_HOOK_COMP: &str = "comp";
    /// The hook of a node that decompresses.
    pub const NG_DEFLATE_HOOK_DECOMP: &str = "decomp";

    /// The configuration of a node.
    #[derive(zerocopy::Unaligned)]
    pub struct ng_deflate_config {
        /// Whether the node works.
        pub enable: u8,
        /// The size of the window as its logarithm to base 2: 8 to 15.
        pub windowBits: u8,
    }

    /// The counters of a node.
    pub struct ng_deflate_stats {
        /// Frames in plain form.
        pub FramesPlain: u64,
        /// Frames compressed.
        pub FramesComp: u64,
        /// Frames that would not get smaller.
        pub FramesUncomp: u64,
        /// Bytes received.
        pub InOctets: u64,
        /// Bytes sent.
        pub OutOctets: u64,
        /// Frames that could not be handled.
        pub Errors: u64,
    }

    /// Replaces the configuration: the argument is an [`ng_deflate_config`].
    pub const NGM_DEFLATE_CONFIG: u32 = 1;
    /// Starts compression anew; a node that has lost its place sends it to whoever configured it.
    pub const NGM_DEFLATE_RESETREQ: u32 = 2;
    /// Reads the counters: the reply is an [`ng_deflate_stats`].
    pub const NGM_DEFLATE_GET_STATS: u32 = 3;
    /// Zeroes the counters.
    pub const NGM_DEFLATE_CLR_STATS: u32 = 4;
    /// Reads and zeroes the counters at once: the reply is an [`ng_deflate_stats`].
    pub const NGM_DEFLATE_GETCLR_STATS: u32 = 5;
}
