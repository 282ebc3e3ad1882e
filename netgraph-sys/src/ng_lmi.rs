//! `netgraph/ng_lmi.h`: the local management interface of frame relay; see ng_lmi(4).

crate::abi::abi! {
    "netgraph/ng_lmi.h";

    /// The name of the node type.
    pub const NG_LMI_NODE_TYPE: &str = "lmi";
    /// The cookie of the type's messages.
    pub const NGM_LMI_COOKIE: u32 = 867184133;

    /// A hook without use.
    pub const NG_LMI_HOOK_DEBUG: &str = "debug";
    /// The hook that makes the node speak ITU Annex A.
    pub const NG_LMI_HOOK_ANNEXA: &str = "annexA";
    /// The hook that makes the node speak ANSI Annex D.
    pub const NG_LMI_HOOK_ANNEXD: &str = "annexD";
    /// The hook that makes the node speak the protocol of the group of four.
    pub const NG_LMI_HOOK_GROUPOF4: &str = "group4";
    /// The hook on channel 0 for finding out which protocol is spoken.
    pub const NG_LMI_HOOK_AUTO0: &str = "auto0";
    /// The hook on channel 1023 for finding out which protocol is spoken.
    pub const NG_LMI_HOOK_AUTO1023: &str = "auto1023";

    /// Reads the state: the reply is an [`nglmistat`].
    pub const NGM_LMI_GET_STATUS: u32 = 1;

    /// The size of a set of channels, a bit for each, in bytes.
    pub const NGM_LMI_STAT_ARYSIZE: usize = 1024 / 8;

    /// The state of a node.
    #[derive(zerocopy::Unaligned)]
    pub struct nglmistat {
        /// The protocol spoken, as the name of its hook.
        pub proto: [u8; 12],
        /// The hook it is spoken on.
        pub hook: [u8; 12],
        /// Whether the protocol was given.
        pub fixed: u8,
        /// Whether the protocol is being found out.
        pub autod: u8,
        /// The channels ever seen.
        pub seen: [u8; NGM_LMI_STAT_ARYSIZE],
        /// The channels that are up.
        pub up: [u8; NGM_LMI_STAT_ARYSIZE],
    }

    /// The time between keep-alive packets, in seconds.
    pub const NG_LMI_KEEPALIVE_RATE: u32 = 10;
    /// The time between attempts while the protocol is being found out, in seconds.
    pub const NG_LMI_POLL_RATE: u32 = 3;
    /// How many keep-alive packets there are for each full status.
    pub const NG_LMI_SEQ_PER_FULL: u32 = 5;
    /// The priority of the node's own packets.
    pub const NG_LMI_LMI_PRIORITY: u32 = 64;
}
