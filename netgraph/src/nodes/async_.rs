//! `async`: the asynchronous framing of PPP; see ng_async(4).
//!
//! ```
//! use netgraph::nodes::async_;
//! use netgraph::sim::SimKernel;
//! use netgraph::{HookName, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let line = socket.make_peer::<async_::Async>(HookName::constant("line"), async_::ASYNC)?;
//! // Escape XON and XOFF, which the line takes for its own.
//! line.call(async_::SetConfig(async_::Config::new(1500, 1500, [0x11, 0x13])))?;
//! let config = line.call(async_::GetConfig)?;
//! assert!(config.is_enabled() && config.escapes(0x11) && !config.escapes(0x12));
//! assert_eq!(config.to_string(), "{ enabled=1 amru=1500 smru=1500 accm=0xa0000 }");
//! # Ok::<(), netgraph::Error>(())
//! ```

use crate::ascii::{HINT32, INT8, Type, UINT16, UINT32, fields};
use crate::name::HookName;
use crate::{node_type, payload, sys};

/// Frames.
pub const SYNC: HookName = HookName::constant(sys::NG_ASYNC_HOOK_SYNC);
/// The bytes of a serial line.
pub const ASYNC: HookName = HookName::constant(sys::NG_ASYNC_HOOK_ASYNC);

node_type! {
    /// Turns frames at [`SYNC`] into the bytes of a serial line at [`ASYNC`], and back. It dies with its last hook;
    /// see [ng_async(4)](https://man.freebsd.org/ng_async/4).
    pub Async: "async", cookie = sys::NGM_ASYNC_COOKIE;
    /// Replaces the configuration.
    #[doc(alias = "NGM_ASYNC_CMD_SET_CONFIG")]
    SetConfig(Config) "setconfig" = sys::NGM_ASYNC_CMD_SET_CONFIG;
    /// Reads the configuration.
    #[doc(alias = "NGM_ASYNC_CMD_GET_CONFIG")]
    GetConfig "getconfig" = sys::NGM_ASYNC_CMD_GET_CONFIG => Config, repeatable;
    /// Reads the counters.
    #[doc(alias = "NGM_ASYNC_CMD_GET_STATS")]
    GetStats "getstats" = sys::NGM_ASYNC_CMD_GET_STATS => Stats, repeatable;
    /// Sets the counters to 0. As text it takes `{ }`: the kernel's list of commands declares an argument by mistake.
    #[doc(alias = "NGM_ASYNC_CMD_CLR_STATS")]
    ClearStats "clrstats" = sys::NGM_ASYNC_CMD_CLR_STATS, args = STATS;
}

static CONFIG: Type = fields!["enabled": INT8, "amru": UINT16, "smru": UINT16, "accm": HINT32];

static STATS: Type = fields![
    "syncOctets": UINT32,
    "syncFrames": UINT32,
    "syncOverflows": UINT32,
    "asyncOctets": UINT32,
    "asyncFrames": UINT32,
    "asyncRunts": UINT32,
    "asyncOverflows": UINT32,
    "asyncBadCheckSums": UINT32,
];

payload! {
    /// The configuration.
    pub Config(sys::ng_async_cfg) = CONFIG;
    /// The counters.
    pub Stats(sys::ng_async_stat) = STATS;
}

impl Config {
    /// Enables the node, with the longest frames in bytes (1 to 8192) that it takes from the line and from
    /// [`SYNC`], and the bytes below 32 that are escaped on the line.
    #[must_use]
    pub fn new(line_mru: u16, sync_mru: u16, escaped: impl IntoIterator<Item = u8>) -> Self {
        let bit = |byte: u8| 1u32.checked_shl(byte.into()).unwrap_or(0);
        Self(sys::ng_async_cfg {
            enabled: 1,
            amru: line_mru,
            smru: sync_mru,
            accm: escaped.into_iter().map(bit).fold(0, |map, bit| map | bit),
            ..Default::default()
        })
    }

    /// Tells whether the node does anything.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.enabled != 0
    }

    /// Tells whether `byte` is escaped on the serial line: of the bytes below 32 those that the map (ACCM) names.
    #[must_use]
    pub fn escapes(&self, byte: u8) -> bool {
        1u32.checked_shl(byte.into()).is_some_and(|bit| self.accm & bit != 0)
    }
}
