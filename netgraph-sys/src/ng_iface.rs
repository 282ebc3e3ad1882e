//! `netgraph/ng_iface.h`: a virtual IP interface backed by a node; see ng_iface(4).

crate::abi::abi! {
    "netgraph/ng_iface.h";

    /// The name of the node type.
    pub const NG_IFACE_NODE_TYPE: &str = "iface";
    /// The cookie of the type's messages.
    pub const NGM_IFACE_COOKIE: u32 = 1108312559;

    /// What the name of a new interface begins with; a number follows.
    pub const NG_IFACE_IFACE_NAME: &str = "ng";

    /// The hook of IPv4 packets.
    pub const NG_IFACE_HOOK_INET: &str = "inet";
    /// The hook of IPv6 packets.
    pub const NG_IFACE_HOOK_INET6: &str = "inet6";

    /// The smallest MTU, in bytes.
    pub const NG_IFACE_MTU_MIN: u32 = 72;
    /// The largest MTU, in bytes.
    pub const NG_IFACE_MTU_MAX: u32 = 65535;
    /// The MTU of a new interface, in bytes.
    pub const NG_IFACE_MTU_DEFAULT: u32 = 1500;

    /// Reads the interface name: the reply is [`IFNAMSIZ`](crate::IFNAMSIZ) bytes.
    pub const NGM_IFACE_GET_IFNAME: u32 = 1;
    /// Makes the interface point-to-point, while it is down.
    pub const NGM_IFACE_POINT2POINT: u32 = 2;
    /// Makes the interface one with broadcasts, while it is down.
    pub const NGM_IFACE_BROADCAST: u32 = 3;
    /// Reads the interface index: the reply is a `u32`.
    pub const NGM_IFACE_GET_IFINDEX: u32 = 4;
}
