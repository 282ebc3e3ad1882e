//! `netgraph/ng_tee.h`: passes packets on and copies them aside; see ng_tee(4).

crate::abi::abi! {
    "netgraph/ng_tee.h";

    /// The name of the node type.
    pub const NG_TEE_NODE_TYPE: &str = "tee";
    /// The cookie of the type's messages.
    pub const NGM_TEE_COOKIE: u32 = 916107047;

    /// One end.
    pub const NG_TEE_HOOK_RIGHT: &str = "right";
    /// The other end.
    pub const NG_TEE_HOOK_LEFT: &str = "left";
    /// The hook for copies of what goes from `right` to `left`.
    pub const NG_TEE_HOOK_RIGHT2LEFT: &str = "right2left";
    /// The hook for copies of what goes from `left` to `right`.
    pub const NG_TEE_HOOK_LEFT2RIGHT: &str = "left2right";

    /// The counters of a hook.
    pub struct ng_tee_hookstat {
        /// Bytes received.
        pub inOctets: u64,
        /// Packets received.
        pub inFrames: u64,
        /// Bytes sent.
        pub outOctets: u64,
        /// Packets sent.
        pub outFrames: u64,
    }

    /// The counters of a node.
    pub struct ng_tee_stats {
        /// The hook `right`.
        pub right: ng_tee_hookstat,
        /// The hook `left`.
        pub left: ng_tee_hookstat,
        /// The hook `right2left`.
        pub right2left: ng_tee_hookstat,
        /// The hook `left2right`.
        pub left2right: ng_tee_hookstat,
    }

    /// Reads the counters: the reply is an [`ng_tee_stats`].
    pub const NGM_TEE_GET_STATS: u32 = 1;
    /// Zeroes the counters.
    pub const NGM_TEE_CLR_STATS: u32 = 2;
    /// Reads and zeroes the counters at once: the reply is an [`ng_tee_stats`].
    pub const NGM_TEE_GETCLR_STATS: u32 = 3;
}
