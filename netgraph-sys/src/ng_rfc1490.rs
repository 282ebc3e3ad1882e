//! `netgraph/ng_rfc1490.h`: the multiprotocol framing of frame relay, RFC 1490; see ng_rfc1490(4).

crate::abi::abi! {
    "netgraph/ng_rfc1490.h";

    /// The name of the node type.
    pub const NG_RFC1490_NODE_TYPE: &str = "rfc1490";
    /// The cookie of the type's messages.
    pub const NGM_RFC1490_COOKIE: u32 = 1086947474;

    /// The hook towards the channel.
    pub const NG_RFC1490_HOOK_DOWNSTREAM: &str = "downstream";
    /// The hook of IPv4 packets.
    pub const NG_RFC1490_HOOK_INET: &str = "inet";
    /// The hook of PPP frames.
    pub const NG_RFC1490_HOOK_PPP: &str = "ppp";
    /// The hook of Ethernet frames.
    pub const NG_RFC1490_HOOK_ETHERNET: &str = "ethernet";

    /// Sets the framing: the argument is a string.
    pub const NGM_RFC1490_SET_ENCAP: u32 = 0;
    /// Reads the framing: the reply is a string.
    pub const NGM_RFC1490_GET_ENCAP: u32 = 1;
}
