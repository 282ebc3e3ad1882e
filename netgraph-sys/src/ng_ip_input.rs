//! `netgraph/ng_ip_input.h`: hands IP packets to the host; see ng_ip_input(4).
//!
//! Hooks may have any name.

crate::abi::abi! {
    "netgraph/ng_ip_input.h";

    /// The name of the node type.
    pub const NG_IP_INPUT_NODE_TYPE: &str = "ip_input";
    /// The cookie of the type; it has no messages of its own.
    pub const NGM_IP_INPUT_COOKIE: u32 = 994874907;
}
