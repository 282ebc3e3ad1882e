//! `checksum`: computes the checksums of IP packets; see ng_checksum(4).

use crate::ascii::{Type, UINT64, fields};
use crate::name::HookName;
use crate::{node_type, payload, sys};

/// Where packets come in.
pub const IN: HookName = HookName::constant(sys::NG_CHECKSUM_HOOK_IN);
/// Where packets leave.
pub const OUT: HookName = HookName::constant(sys::NG_CHECKSUM_HOOK_OUT);

node_type! {
    /// Computes the checksums of packets from [`IN`] to [`OUT`]; the other way nothing changes. It dies with its last
    /// hook; see [ng_checksum(4)](https://man.freebsd.org/ng_checksum/4).
    pub Checksum: "checksum", cookie = sys::NGM_CHECKSUM_COOKIE;
    /// Reads the link layer of the packets: `DLT_RAW` for none, or `DLT_EN10MB`.
    #[doc(alias = "NGM_CHECKSUM_GETDLT")]
    GetDlt "getdlt" = sys::NGM_CHECKSUM_GETDLT => u8, repeatable;
    /// Sets the link layer of the packets.
    #[doc(alias = "NGM_CHECKSUM_SETDLT")]
    SetDlt(u8) "setdlt" = sys::NGM_CHECKSUM_SETDLT;
    /// Reads the configuration. No reply comes before there is one.
    #[doc(alias = "NGM_CHECKSUM_GETCONFIG")]
    GetConfig "getconfig" = sys::NGM_CHECKSUM_GETCONFIG => Config, repeatable;
    /// Replaces the configuration.
    #[doc(alias = "NGM_CHECKSUM_SETCONFIG")]
    SetConfig(Config) "setconfig" = sys::NGM_CHECKSUM_SETCONFIG;
    /// Reads the counters.
    #[doc(alias = "NGM_CHECKSUM_GET_STATS")]
    GetStats "getstats" = sys::NGM_CHECKSUM_GET_STATS => Stats, repeatable;
    /// Sets the counters to 0.
    #[doc(alias = "NGM_CHECKSUM_CLR_STATS")]
    ClearStats "clrstats" = sys::NGM_CHECKSUM_CLR_STATS;
    /// Reads the counters and sets them to 0, in one step.
    #[doc(alias = "NGM_CHECKSUM_GETCLR_STATS")]
    GetClearStats "getclrstats" = sys::NGM_CHECKSUM_GETCLR_STATS => Stats;
}

static CONFIG: Type = fields!["csum_flags": UINT64, "csum_offload": UINT64];

static STATS: Type = fields!["Received": UINT64, "Processed": UINT64, "Dropped": UINT64];

payload! {
    /// Which checksums are computed, and which of those an interface may compute: `CSUM_...` of `sys/mbuf.h`.
    pub Config(sys::ng_checksum_config) = CONFIG;
    /// The counters, in packets.
    pub Stats(sys::ng_checksum_stats) = STATS;
}
