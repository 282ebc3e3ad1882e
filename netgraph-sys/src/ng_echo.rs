//! `netgraph/ng_echo.h`: sends everything back to where it came from; see ng_echo(4).
//!
//! Hooks may have any name. Messages with another cookie than the generic one come back as replies.

crate::abi::abi! {
    "netgraph/ng_echo.h";

    /// The name of the node type.
    pub const NG_ECHO_NODE_TYPE: &str = "echo";
    /// The cookie of the type.
    pub const NGM_ECHO_COOKIE: u32 = 884298942;
}
