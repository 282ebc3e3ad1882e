//! `netgraph/ng_hole.h`: drops everything and counts it; see ng_hole(4).
//!
//! Hooks may have any name.

crate::abi::abi! {
    "netgraph/ng_hole.h";

    /// The name of the node type.
    pub const NG_HOLE_NODE_TYPE: &str = "hole";
    /// The cookie of the type's messages.
    pub const NGM_HOLE_COOKIE: u32 = 915433206;

    /// The counters of a hook.
    pub struct ng_hole_hookstat {
        /// Packets dropped.
        pub frames: u64,
        /// Bytes dropped.
        pub octets: u64,
    }

    /// Reads the counters of a hook: the argument is its name in 32 bytes, the reply an [`ng_hole_hookstat`].
    pub const NGM_HOLE_GET_STATS: u32 = 1;
    /// Zeroes the counters of a hook: the argument is its name in 32 bytes.
    pub const NGM_HOLE_CLR_STATS: u32 = 2;
    /// Reads and zeroes the counters of a hook at once: as [`NGM_HOLE_GET_STATS`].
    pub const NGM_HOLE_GETCLR_STATS: u32 = 3;
}
