//! `netgraph/ng_vlan_rotate.h`: rotates the VLAN tags of frames that have several; see ng_vlan_rotate(4).

crate::abi::abi! {
    "netgraph/ng_vlan_rotate.h";

    /// The name of the node type.
    pub const NG_VLANROTATE_NODE_TYPE: &str = "vlan_rotate";
    /// The cookie of the type's messages.
    pub const NGM_VLANROTATE_COOKIE: u32 = 1568378766;

    /// The hook of frames with their tags rotated.
    pub const NG_VLANROTATE_HOOK_ORDERED: &str = "ordered";
    /// The hook of frames with their tags as they come.
    pub const NG_VLANROTATE_HOOK_ORIGINAL: &str = "original";
    /// The hook for frames with too many tags.
    pub const NG_VLANROTATE_HOOK_EXCESSIVE: &str = "excessive";
    /// The hook for frames with too few tags.
    pub const NG_VLANROTATE_HOOK_INCOMPLETE: &str = "incomplete";

    /// The most tags of a frame.
    pub const NG_VLANROTATE_MAX_VLANS: usize = 10;

    /// The configuration of a node.
    #[derive(zerocopy::Unaligned)]
    pub struct ng_vlanrotate_conf {
        /// How far the tags move from `ordered` to `original`; less than `max` either way.
        pub rot: i8,
        /// The fewest tags.
        pub min: u8,
        /// The most tags.
        pub max: u8,
    }

    /// The counters of a node.
    pub struct ng_vlanrotate_stat {
        /// Frames dropped.
        pub drops: u64,
        /// Frames with too many tags.
        pub excessive: u64,
        /// Frames with too few tags.
        pub incomplete: u64,
        /// Frames by the number of their tags.
        pub histogram: [u64; NG_VLANROTATE_MAX_VLANS],
    }

    /// Reads the configuration: the reply is an [`ng_vlanrotate_conf`].
    pub const NGM_VLANROTATE_GET_CONF: u32 = 1;
    /// Replaces the configuration: the argument is an [`ng_vlanrotate_conf`].
    pub const NGM_VLANROTATE_SET_CONF: u32 = 2;
    /// Reads the counters: the reply is an [`ng_vlanrotate_stat`].
    pub const NGM_VLANROTATE_GET_STAT: u32 = 3;
    /// Zeroes the counters.
    pub const NGM_VLANROTATE_CLR_STAT: u32 = 4;
    /// Reads and zeroes the counters at once: the reply is an [`ng_vlanrotate_stat`].
    pub const NGM_VLANROTATE_GETCLR_STAT: u32 = 5;
}
