//! `tcpmss`: lowers the segment size that TCP connections agree on; see ng_tcpmss(4).
//!
//! ```
//! use netgraph::nodes::tcpmss::{self, Config};
//! use netgraph::sim::SimKernel;
//! use netgraph::{HookName, Path, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let [inside, outside] = [HookName::constant("inside"), HookName::constant("outside")];
//! let node = socket.make_peer::<tcpmss::Tcpmss>(inside, inside)?;
//! socket.connect(&Path::own(), node.path(), outside, outside)?;
//! // Behind PPPoE a segment has 1452 bytes at most.
//! node.call(tcpmss::SetConfig(Config::new(inside, outside, 1452)))?;
//! node.call(tcpmss::SetConfig(Config::new(outside, inside, 1452)))?;
//! assert_eq!(node.call(tcpmss::GetStats(inside))?.maxMSS, 1452);
//! # Ok::<(), netgraph::Error>(())
//! ```

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

impl Config {
    /// Returns the hook where packets come in.
    #[must_use]
    pub fn input(&self) -> HookName {
        HookName::from_field(&self.inHook)
    }

    /// Returns the hook where they leave.
    #[must_use]
    pub fn output(&self) -> HookName {
        HookName::from_field(&self.outHook)
    }
}
