//! `netgraph/ng_ether_echo.h`: sends Ethernet frames back to their sender; see ng_ether_echo(4).
//!
//! Hooks may have any name.

crate::abi::abi! {
    "netgraph/ng_ether_echo.h";

    /// The name of the node type.
    pub const NG_ETHER_ECHO_NODE_TYPE: &str = "ether_echo";
    /// The cookie of the type; it has no messages of its own.
    pub const NGM_ETHER_ECHO_COOKIE: u32 = 1230155201;
}
