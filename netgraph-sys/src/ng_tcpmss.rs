//! `netgraph/ng_tcpmss.h`: lowers the maximum segment size in passing TCP handshakes; see ng_tcpmss(4).
//!
//! Hooks may have any name.

use crate::NG_HOOKSIZ;

crate::abi::abi! {
    "netgraph/ng_tcpmss.h";

    /// The name of the node type.
    pub const NG_TCPMSS_NODE_TYPE: &str = "tcpmss";
    /// The cookie of the type's messages.
    pub const NGM_TCPMSS_COOKIE: u32 = 1097623478;

    /// The counters of a hook.
    pub struct ng_tcpmss_hookstat {
        /// Bytes received.
        pub Octets: u64,
        /// Packets received.
        pub Packets: u64,
        /// The largest segment that passes, in bytes.
        pub maxMSS: u16,
        /// Padding.
        pub _pad0: [u8; 6],
        /// Handshakes received.
        pub SYNPkts: u64,
        /// Handshakes changed.
        pub FixedPkts: u64,
    }

    /// The configuration of a hook.
    pub struct ng_tcpmss_config {
        /// The hook that receives.
        pub inHook: [u8; NG_HOOKSIZ],
        /// The hook that its packets are sent by.
        pub outHook: [u8; NG_HOOKSIZ],
        /// The largest segment that passes, in bytes.
        pub maxMSS: u16,
    }

    /// Reads the counters of a hook: the argument is its name in 32 bytes, the reply an
    /// [`ng_tcpmss_hookstat`].
    pub const NGM_TCPMSS_GET_STATS: u32 = 1;
    /// Zeroes the counters of a hook: the argument is its name in 32 bytes.
    pub const NGM_TCPMSS_CLR_STATS: u32 = 2;
    /// Reads and zeroes the counters of a hook at once: as [`NGM_TCPMSS_GET_STATS`].
    pub const NGM_TCPMSS_GETCLR_STATS: u32 = 3;
    /// Configures a hook: the argument is an [`ng_tcpmss_config`].
    pub const NGM_TCPMSS_CONFIG: u32 = 4;
}
