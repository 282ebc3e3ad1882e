//! `tcpmss`: lowers the segment size that TCP connections agree on; see ng_tcpmss(4).

use crate::ascii::{NAME, Type, UINT16, UINT64, fields};
use crate::name::HookName;
use crate::{node_type, payload, sys};

node_type! {
    /// Passes packets from hook to hook as it is configured, and lowers the maximum segment size in TCP's SYN. Any hook
    /// names will do; it dies with its last hook. See [ng_tcpmss(4)](https://man.freebsd.org/ng_tcpmss/4).
    pub Tcpmss: "tcpmss", cookie = sys::NGM_TCPMSS_COOKIE;
    /// Reads the counters of a hook. Rejected with ENOENT where there is no such hook.
    #[doc(alias = "NGM_TCPMSS_GET_STATS")]
    GetStats(HookName) "getstats" = sys::NGM_TCPMSS_GET_STATS => HookStats, repeatable;
    /// Sets the counters of a hook to 0.
    #[doc(alias = "NGM_TCPMSS_CLR_STATS")]
    ClearStats(HookName) "clrstats" = sys::NGM_TCPMSS_CLR_STATS;
    /// Reads the counters of a hook and sets them to 0, in one step.
    #[doc(alias = "NGM_TCPMSS_GETCLR_STATS")]
    GetClearStats(HookName) "getclrstats" = sys::NGM_TCPMSS_GETCLR_STATS => HookStats;
    /// Configures a hook.
    #[doc(alias = "NGM_TCPMSS_CONFIG")]
    SetConfig(Config) "config" = sys::NGM_TCPMSS_CONFIG;
}

static HOOK_STATS: Type = fields![
    "Octets": UINT64,
    "Packets": UINT64,
    "maxMSS": UINT16,
    "SYNPkts": UINT64,
    "FixedPkts": UINT64,
];

static CONFIG: Type = fields!["inHook": NAME, "outHook": NAME, "maxMSS": UINT16];

payload! {
    /// The counters of a hook, and its configuration.
    pub HookStats(sys::ng_tcpmss_hookstat) = HOOK_STATS;
    /// The configuration of a hook.
    pub Config(sys::ng_tcpmss_config) = CONFIG;
}

impl Config {
    /// Passes what comes in at `input` on to `output`, with segments of at most `max_mss` bytes.
    #[must_use]
    pub fn new(input: HookName, output: HookName, max_mss: u16) -> Self {
        Self(sys::ng_tcpmss_config { inHook: input.to_field(), outHook: output.to_field(), maxMSS: max_mss })
    }
}
