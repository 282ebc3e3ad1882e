//! `netgraph/ng_ipfw.h`: packets to and from ipfw(4); see ng_ipfw(4).
//!
//! There is one such node, named `ipfw`. A hook is named with the number that the rule gives.

crate::abi::abi! {
    "netgraph/ng_ipfw.h";

    /// The name of the node type, and of the node.
    pub const NG_IPFW_NODE_TYPE: &str = "ipfw";
    /// The cookie of the type; it has no messages of its own.
    pub const NGM_IPFW_COOKIE: u32 = 1105988990;
}
