//! `netgraph/ng_eiface.h`: a virtual Ethernet interface backed by a node; see ng_eiface(4).

crate::abi::abi! {
    "netgraph/ng_eiface.h";

    /// The name of the node type.
    pub const NG_EIFACE_NODE_TYPE: &str = "eiface";
    /// The cookie of the eiface's messages.
    pub const NGM_EIFACE_COOKIE: u32 = 948105892;

    /// What the name of a new interface begins with; a number follows.
    pub const NG_EIFACE_EIFACE_NAME: &str = "ngeth";

    /// The only hook: the frames of the interface.
    pub const NG_EIFACE_HOOK_ETHER: &str = "ether";

    /// The smallest MTU, in bytes.
    pub const NG_EIFACE_MTU_MIN: u32 = 72;
    /// The largest MTU, in bytes.
    pub const NG_EIFACE_MTU_MAX: u32 = crate::ETHER_MAX_LEN_JUMBO;
    /// The MTU of a new interface, in bytes.
    pub const NG_EIFACE_MTU_DEFAULT: u32 = 1500;

    /// Reads the interface name: the reply is [`IFNAMSIZ`](crate::IFNAMSIZ) bytes.
    pub const NGM_EIFACE_GET_IFNAME: u32 = 1;
    /// Reads the interface's addresses: the reply is socket addresses, each rounded up to whole longs.
    pub const NGM_EIFACE_GET_IFADDRS: u32 = 2;
    /// Sets the Ethernet address: the argument is 6 bytes.
    pub const NGM_EIFACE_SET: u32 = 3;
}
