//! `netgraph/ng_UI.h`: the UI framing of PPP over X.25 and frame relay; see ng_UI(4).

crate::abi::abi! {
    "netgraph/ng_UI.h";

    /// The name of the node type.
    pub const NG_UI_NODE_TYPE: &str = "UI";
    /// The cookie of the type; it has no messages of its own.
    pub const NGM_UI_COOKIE: u32 = 884639499;

    /// The hook of framed packets.
    pub const NG_UI_HOOK_DOWNSTREAM: &str = "downstream";
    /// The hook of bare packets.
    pub const NG_UI_HOOK_UPSTREAM: &str = "upstream";
}
