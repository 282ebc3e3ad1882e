//! `netgraph/ng_split.h`: splits the two directions of a hook; see ng_split(4).

crate::abi::abi! {
    "netgraph/ng_split.h";

    /// The name of the node type.
    pub const NG_SPLIT_NODE_TYPE: &str = "split";
    /// The cookie of the type; it has no messages of its own.
    pub const NGM_SPLIT_COOKIE: u32 = 949409402;

    /// The hook of both directions.
    pub const NG_SPLIT_HOOK_MIXED: &str = "mixed";
    /// The hook for what comes from `mixed`.
    pub const NG_SPLIT_HOOK_OUT: &str = "out";
    /// The hook of what goes to `mixed`.
    pub const NG_SPLIT_HOOK_IN: &str = "in";
}
