//! `netgraph/ng_vlan.h`: sorts frames by their VLAN tag; see ng_vlan(4).
//!
//! Beside the two hooks named here, hooks may have any name.

use crate::NG_HOOKSIZ;

crate::abi::abi! {
    "netgraph/ng_vlan.h";

    /// The name of the node type.
    pub const NG_VLAN_NODE_TYPE: &str = "vlan";
    /// The cookie of the type's messages.
    pub const NGM_VLAN_COOKIE: u32 = 1068486472;

    /// The hook of tagged frames.
    pub const NG_VLAN_HOOK_DOWNSTREAM: &str = "downstream";
    /// The hook for the frames that no filter wants.
    pub const NG_VLAN_HOOK_NOMATCH: &str = "nomatch";

    /// Binds a hook to a tag: the argument is an [`ng_vlan_filter`].
    pub const NGM_VLAN_ADD_FILTER: u32 = 1;
    /// Unbinds a hook: the argument is its name in 32 bytes.
    pub const NGM_VLAN_DEL_FILTER: u32 = 2;
    /// Lists the bindings: the reply is an [`ng_vlan_table`].
    pub const NGM_VLAN_GET_TABLE: u32 = 3;
    /// Unbinds the hook of a VLAN: the argument is its number as a `u16`.
    pub const NGM_VLAN_DEL_VID_FLT: u32 = 4;
    /// Reads whether the tag is taken off the frames that `downstream` receives: the reply is a `u32`.
    pub const NGM_VLAN_GET_DECAP: u32 = 5;
    /// Says whether the tag is taken off: the argument is a `u32`.
    pub const NGM_VLAN_SET_DECAP: u32 = 6;
    /// Reads which frames get a tag: the reply is a `u32` of `VLAN_ENCAP_FROM_*`.
    pub const NGM_VLAN_GET_ENCAP: u32 = 7;
    /// Says which frames get a tag: the argument is a `u32` of `VLAN_ENCAP_FROM_*`.
    pub const NGM_VLAN_SET_ENCAP: u32 = 8;
    /// Reads the ethertype of the tag: the reply is a `u16` in the byte order of the host.
    pub const NGM_VLAN_GET_ENCAP_PROTO: u32 = 9;
    /// Sets the ethertype of the tag: the argument is a `u16` in the byte order of the host, one of 0x8100,
    /// 0x88a8 and 0x9100.
    pub const NGM_VLAN_SET_ENCAP_PROTO: u32 = 10;

    /// Frames from bound hooks get the tag of their hook.
    pub const VLAN_ENCAP_FROM_FILTER: u32 = 1;
    /// Frames from `nomatch` get a tag.
    pub const VLAN_ENCAP_FROM_NOMATCH: u32 = 2;

    /// The binding of a hook to a tag.
    pub struct ng_vlan_filter {
        /// The hook.
        pub hook_name: [u8; NG_HOOKSIZ],
        /// The number of the VLAN under its old name: the same as `vid`, or 0.
        pub vlan: u16,
        /// The number of the VLAN, 0 to 4095.
        pub vid: u16,
        /// The priority, 0 to 7.
        pub pcp: u8,
        /// The canonical format indicator, 0 or 1.
        pub cfi: u8,
    }

    /// The head of the reply to [`NGM_VLAN_GET_TABLE`].
    pub struct ng_vlan_table {
        /// How many bindings follow.
        pub n: u32,
        /// The bindings.
        pub filter: [ng_vlan_filter; 0],
    }
}
