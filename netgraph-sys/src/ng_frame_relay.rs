//! `netgraph/ng_frame_relay.h`: splits a frame relay line into its channels; see ng_frame_relay(4).

crate::abi::abi! {
    "netgraph/ng_frame_relay.h";

    /// The name of the node type.
    pub const NG_FRAMERELAY_NODE_TYPE: &str = "frame_relay";
    /// The cookie of the type; it has no messages of its own.
    pub const NGM_FRAMERELAY_COOKIE: u32 = 872148478;

    /// A hook without use.
    pub const NG_FRAMERELAY_HOOK_DEBUG: &str = "debug";
    /// The hook towards the line.
    pub const NG_FRAMERELAY_HOOK_DOWNSTREAM: &str = "downstream";
    /// What the hook of a channel begins with; its number follows, 0 to 1023.
    pub const NG_FRAMERELAY_HOOK_DLCI: &str = "dlci";
}
