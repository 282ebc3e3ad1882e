//! `netgraph/ng_one2many.h`: spreads packets over several hooks; see ng_one2many(4).

crate::abi::abi! {
    "netgraph/ng_one2many.h";

    /// The name of the node type.
    pub const NG_ONE2MANY_NODE_TYPE: &str = "one2many";
    /// The cookie of the type's messages.
    pub const NGM_ONE2MANY_COOKIE: u32 = 1100897444;

    /// The hook whose packets are spread.
    pub const NG_ONE2MANY_HOOK_ONE: &str = "one";
    /// What the other hooks begin with; a number follows, 0 to 63.
    pub const NG_ONE2MANY_HOOK_MANY_PREFIX: &str = "many";
    /// The name of such a hook as a format for printf(3).
    pub const NG_ONE2MANY_HOOK_MANY_FMT: &str = "many%d";

    /// The most hooks that packets are spread over.
    pub const NG_ONE2MANY_MAX_LINKS: usize = 64;
    /// The number that stands for the hook `one`.
    pub const NG_ONE2MANY_ONE_LINKNUM: i32 = -1;

    /// Each packet to the next hook.
    pub const NG_ONE2MANY_XMIT_ROUNDROBIN: u32 = 1;
    /// Each packet to all hooks.
    pub const NG_ONE2MANY_XMIT_ALL: u32 = 2;
    /// Each packet to the first hook that works.
    pub const NG_ONE2MANY_XMIT_FAILOVER: u32 = 3;

    /// The configuration says which hooks work.
    pub const NG_ONE2MANY_FAIL_MANUAL: u32 = 1;
    /// The peers say whether their link is up.
    pub const NG_ONE2MANY_FAIL_NOTIFY: u32 = 2;

    /// The configuration of a node.
    pub struct ng_one2many_config {
        /// How packets are spread, one of `NG_ONE2MANY_XMIT_*`.
        pub xmitAlg: u32,
        /// How a link that does not work is found, one of `NG_ONE2MANY_FAIL_*`.
        pub failAlg: u32,
        /// Which hooks work, 1 or 0 for each.
        pub enabledLinks: [u8; NG_ONE2MANY_MAX_LINKS],
    }

    /// The counters of a hook.
    pub struct ng_one2many_link_stats {
        /// Bytes received.
        pub recvOctets: u64,
        /// Packets received.
        pub recvPackets: u64,
        /// Bytes sent.
        pub xmitOctets: u64,
        /// Packets sent.
        pub xmitPackets: u64,
        /// Times that no memory was to be had.
        pub memoryFailures: u64,
    }

    /// Replaces the configuration: the argument is an [`ng_one2many_config`].
    pub const NGM_ONE2MANY_SET_CONFIG: u32 = 0;
    /// Reads the configuration: the reply is an [`ng_one2many_config`].
    pub const NGM_ONE2MANY_GET_CONFIG: u32 = 1;
    /// Reads the counters of a hook: the argument is its number as an `i32`, the reply an
    /// [`ng_one2many_link_stats`].
    pub const NGM_ONE2MANY_GET_STATS: u32 = 2;
    /// Zeroes the counters of a hook: the argument is its number as an `i32`.
    pub const NGM_ONE2MANY_CLR_STATS: u32 = 3;
    /// Reads and zeroes the counters of a hook at once: as [`NGM_ONE2MANY_GET_STATS`].
    pub const NGM_ONE2MANY_GETCLR_STATS: u32 = 4;
}
