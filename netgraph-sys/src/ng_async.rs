//! `netgraph/ng_async.h`: the asynchronous framing of PPP; see ng_async(4).

crate::abi::abi! {
    "netgraph/ng_async.h";

    /// The name of the node type.
    pub const NG_ASYNC_NODE_TYPE: &str = "async";
    /// The cookie of the type's messages.
    pub const NGM_ASYNC_COOKIE: u32 = 886473717;

    /// The hook of synchronous frames.
    pub const NG_ASYNC_HOOK_SYNC: &str = "sync";
    /// The hook of asynchronous bytes.
    pub const NG_ASYNC_HOOK_ASYNC: &str = "async";

    /// The smallest MRU that can be set, in bytes.
    pub const NG_ASYNC_MIN_MRU: u16 = 1;
    /// The largest MRU that can be set, in bytes.
    pub const NG_ASYNC_MAX_MRU: u16 = 8192;
    /// The MRU of a new node, in bytes.
    pub const NG_ASYNC_DEFAULT_MRU: u16 = 1600;

    /// The counters of a node.
    pub struct ng_async_stat {
        /// Bytes received as synchronous frames.
        pub syncOctets: u32,
        /// Synchronous frames received.
        pub syncFrames: u32,
        /// Synchronous frames received that were too long.
        pub syncOverflows: u32,
        /// Bytes received asynchronously.
        pub asyncOctets: u32,
        /// Asynchronous frames received.
        pub asyncFrames: u32,
        /// Asynchronous frames received that were too short.
        pub asyncRunts: u32,
        /// Asynchronous frames received that were too long.
        pub asyncOverflows: u32,
        /// Asynchronous frames received with a wrong checksum.
        pub asyncBadCheckSums: u32,
    }

    /// The configuration of a node.
    pub struct ng_async_cfg {
        /// Whether anything is encoded and decoded; otherwise all passes as it is.
        pub enabled: u8,
        /// Padding.
        pub _pad0: u8,
        /// The MRU of asynchronous frames once decoded, in bytes; 1600 by default.
        pub amru: u16,
        /// The MRU of synchronous frames, in bytes; 1600 by default.
        pub smru: u16,
        /// Padding.
        pub _pad1: [u8; 2],
        /// Which of the characters 0 to 31 are escaped, a bit for each; all of them by default.
        pub accm: u32,
    }

    /// Reads the counters: the reply is an [`ng_async_stat`].
    pub const NGM_ASYNC_CMD_GET_STATS: u32 = 1;
    /// Zeroes the counters.
    pub const NGM_ASYNC_CMD_CLR_STATS: u32 = 2;
    /// Replaces the configuration: the argument is an [`ng_async_cfg`].
    pub const NGM_ASYNC_CMD_SET_CONFIG: u32 = 3;
    /// Reads the configuration: the reply is an [`ng_async_cfg`].
    pub const NGM_ASYNC_CMD_GET_CONFIG: u32 = 4;
}
