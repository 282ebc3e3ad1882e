//! `netgraph/ng_cisco.h`: Cisco's HDLC framing; see ng_cisco(4).

use crate::in_addr;

crate::abi::abi! {
    "netgraph/ng_cisco.h";

    /// The name of the node type.
    pub const NG_CISCO_NODE_TYPE: &str = "cisco";
    /// The cookie of the type's messages.
    pub const NGM_CISCO_COOKIE: u32 = 860707227;

    /// The hook towards the line.
    pub const NG_CISCO_HOOK_DOWNSTREAM: &str = "downstream";
    /// The hook of IPv4 packets.
    pub const NG_CISCO_HOOK_INET: &str = "inet";
    /// The hook of IPv6 packets.
    pub const NG_CISCO_HOOK_INET6: &str = "inet6";
    /// The hook of AppleTalk packets.
    pub const NG_CISCO_HOOK_APPLETALK: &str = "atalk";
    /// The hook of IPX packets.
    pub const NG_CISCO_HOOK_IPX: &str = "ipx";
    /// A hook without use.
    pub const NG_CISCO_HOOK_DEBUG: &str = "debug";

    /// Sets the address of the interface: the argument is an [`ng_cisco_ipaddr`].
    pub const NGM_CISCO_SET_IPADDR: u32 = 1;
    /// Reads the address of the interface: the reply is an [`ng_cisco_ipaddr`]. The node also asks its `inet`
    /// peer.
    pub const NGM_CISCO_GET_IPADDR: u32 = 2;
    /// Reads the state of the line: the reply is an [`ng_cisco_stats`].
    pub const NGM_CISCO_GET_STATUS: u32 = 3;

    /// The address of the interface, told to the other end when it asks.
    pub struct ng_cisco_ipaddr {
        /// The address.
        pub ipaddr: in_addr,
        /// The netmask.
        pub netmask: in_addr,
    }

    /// The state of the line.
    pub struct ng_cisco_stats {
        /// Keep-alive packets in a row that were not answered.
        pub seqRetries: u32,
        /// The time between keep-alive packets, in seconds.
        pub keepAlivePeriod: u32,
    }
}
