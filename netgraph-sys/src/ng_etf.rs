//! `netgraph/ng_etf.h`: sorts frames by their ethertype; see ng_etf(4).
//!
//! Beside the two hooks named here, hooks may have any name.

use crate::NG_HOOKSIZ;

crate::abi::abi! {
    "netgraph/ng_etf.h";

    /// The name of the node type.
    pub const NG_ETF_NODE_TYPE: &str = "etf";
    /// The cookie of the type's messages.
    pub const NGM_ETF_COOKIE: u32 = 983084516;

    /// The hook whose frames are sorted.
    pub const NG_ETF_HOOK_DOWNSTREAM: &str = "downstream";
    /// The hook of the frames that no filter wants.
    pub const NG_ETF_HOOK_NOMATCH: &str = "nomatch";

    /// Sets the node's flags: the argument is a `u32`.
    pub const NGM_ETF_SET_FLAG: u32 = 1;
    /// Reads the counters: the reply is an [`ng_etfstat`].
    pub const NGM_ETF_GET_STATUS: u32 = 2;
    /// Adds a filter: the argument is an [`ng_etffilter`]. None can be taken away but with its hook.
    pub const NGM_ETF_SET_FILTER: u32 = 3;

    /// The counters of a node.
    pub struct ng_etfstat {
        /// Frames that came in by `downstream`.
        pub packets_in: u32,
        /// Frames that went out by `downstream`.
        pub packets_out: u32,
    }

    /// A filter.
    pub struct ng_etffilter {
        /// The hook for the frames.
        pub matchhook: [u8; NG_HOOKSIZ],
        /// Their ethertype, in the byte order of the host.
        pub ethertype: u16,
    }
}
