//! `netgraph/ng_pred1.h`: Predictor-1 compression for PPP; see ng_pred1(4).

crate::abi::abi! {
    "netgraph/ng_pred1.h";

    /// The name of the node type.
    pub const NG_PRED1_NODE_TYPE: &str = "pred1";
    /// The cookie of the type's messages.
    pub const NGM_PRED1_COOKIE: u32 = 1166902612;

    /// The hook of a node that compresses.
    pub const NG_PRED1_HOOK_COMP: &str = "comp";
    /// The hook of a node that decompresses.
    pub const NG_PRED1_HOOK_DECOMP: &str = "decomp";

    /// The configuration of a node.
    #[derive(zerocopy::Unaligned)]
    pub struct ng_pred1_config {
        /// Whether the node works.
        pub enable: u8,
    }

    /// The counters of a node.
    pub struct ng_pred1_stats {
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

    /// Replaces the configuration: the argument is an [`ng_pred1_config`].
    pub const NGM_PRED1_CONFIG: u32 = 1;
    /// Starts compression anew; a node that has lost its place sends it to whoever configured it.
    pub const NGM_PRED1_RESETREQ: u32 = 2;
    /// Reads the counters: the reply is an [`ng_pred1_stats`].
    pub const NGM_PRED1_GET_STATS: u32 = 3;
    /// Zeroes the counters.
    pub const NGM_PRED1_CLR_STATS: u32 = 4;
    /// Reads and zeroes the counters at once: the reply is an [`ng_pred1_stats`].
    pub const NGM_PRED1_GETCLR_STATS: u32 = 5;
}
