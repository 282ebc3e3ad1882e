//! `netgraph/ng_ether.h`: the node of an Ethernet interface; see ng_ether(4).
//!
//! Such nodes cannot be made by [`NGM_MKPEER`](crate::NGM_MKPEER): there is one for each interface once the
//! module ng_ether is loaded.

crate::abi::abi! {
    "netgraph/ng_ether.h";

    /// The name of the node type.
    pub const NG_ETHER_NODE_TYPE: &str = "ether";
    /// The cookie of the ether node's messages.
    pub const NGM_ETHER_COOKIE: u32 = 917786906;

    /// The hook towards the wire: what the device receives comes out here.
    pub const NG_ETHER_HOOK_LOWER: &str = "lower";
    /// The hook towards the host's own protocol stack.
    pub const NG_ETHER_HOOK_UPPER: &str = "upper";
    /// Another name of [`NG_ETHER_HOOK_LOWER`].
    pub const NG_ETHER_HOOK_DIVERT: &str = "divert";
    /// The hook that gets only the frames that the host does not understand.
    pub const NG_ETHER_HOOK_ORPHAN: &str = "orphans";

    /// Reads the interface name: the reply is [`IFNAMSIZ`](crate::IFNAMSIZ) bytes.
    pub const NGM_ETHER_GET_IFNAME: u32 = 1;
    /// Reads the interface index: the reply is a `u32`.
    pub const NGM_ETHER_GET_IFINDEX: u32 = 2;
    /// Reads the Ethernet address: the reply is 6 bytes.
    pub const NGM_ETHER_GET_ENADDR: u32 = 3;
    /// Sets the Ethernet address: the argument is 6 bytes.
    pub const NGM_ETHER_SET_ENADDR: u32 = 4;
    /// Reads whether the node keeps the interface promiscuous: the reply is a `u32`, 0 or 1.
    pub const NGM_ETHER_GET_PROMISC: u32 = 5;
    /// Makes the interface promiscuous or not: the argument is a `u32`.
    pub const NGM_ETHER_SET_PROMISC: u32 = 6;
    /// Reads whether source addresses are overwritten: the reply is a `u32`, 0 or 1.
    pub const NGM_ETHER_GET_AUTOSRC: u32 = 7;
    /// Sets whether frames leaving through `lower` get the interface's source address: the argument is a
    /// `u32`.
    pub const NGM_ETHER_SET_AUTOSRC: u32 = 8;
    /// Joins an Ethernet multicast group: the argument is 6 bytes.
    pub const NGM_ETHER_ADD_MULTI: u32 = 9;
    /// Leaves an Ethernet multicast group: the argument is 6 bytes.
    pub const NGM_ETHER_DEL_MULTI: u32 = 10;
    /// Takes the node away from its interface, for good until the interface or the module is made anew.
    pub const NGM_ETHER_DETACH: u32 = 11;
}
