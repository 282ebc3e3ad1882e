//! `netgraph/ng_hub.h`: a repeater that sends every packet to all other hooks; see ng_hub(4).
//!
//! Hooks may have any name.

crate::abi::abi! {
    "netgraph/ng_hub.h";

    /// The name of the node type.
    pub const NG_HUB_NODE_TYPE: &str = "hub";
    /// The cookie of the hub's messages.
    pub const NGM_HUB_COOKIE: u32 = 1082189597;

    /// Keeps the node alive when its last hook is gone. There is no way back; no argument, no reply.
    pub const NGM_HUB_SET_PERSISTENT: u32 = 1;
}
