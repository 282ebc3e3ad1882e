//! `deflate`: the Deflate compression of PPP; see ng_deflate(4).
//!
//! ```
//! use netgraph::nodes::deflate;
//! use netgraph::sim::SimKernel;
//! use netgraph::{HookName, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let node = socket.make_peer::<deflate::Deflate>(HookName::constant("x"), deflate::COMP)?;
//! node.call(deflate::SetConfig(deflate::Config::new(15)))?;
//! let stats = node.call(deflate::GetClearStats)?;
//! assert_eq!((stats.InOctets, stats.OutOctets), (0, 0));
//! # Ok::<(), netgraph::Error>(())
//! ```

use crate::ascii::{Type, UINT8, UINT64, fields};
use crate::name::HookName;
use crate::{events, node_type, payload, sys};

/// What is to be compressed; the compressed frames come back here.
pub const COMP: HookName = HookName::constant(sys::NG_DEFLATE_HOOK_COMP);
/// What is to be decompressed; the plain frames come back here.
pub const DECOMP: HookName = HookName::constant(sys::NG_DEFLATE_HOOK_DECOMP);

node_type! {
    /// Compresses PPP frames ([`COMP`]) or decompresses them ([`DECOMP`]); a node has one of the two hooks. It dies
    /// with its hook; see [ng_deflate(4)](https://man.freebsd.org/ng_deflate/4).
    pub Deflate: "deflate", cookie = sys::NGM_DEFLATE_COOKIE;
    /// Configures the node, and starts the stream anew.
    #[doc(alias = "NGM_DEFLATE_CONFIG")]
    SetConfig(Config) "config" = sys::NGM_DEFLATE_CONFIG;
    /// Starts the stream of a compressor anew. A decompressor sends it to whoever configured it when it has lost the
    /// stream.
    #[doc(alias = "NGM_DEFLATE_RESETREQ")]
    ResetRequest "resetreq" = sys::NGM_DEFLATE_RESETREQ;
    /// Reads the counters.
    #[doc(alias = "NGM_DEFLATE_GET_STATS")]
    GetStats "getstats" = sys::NGM_DEFLATE_GET_STATS => Stats, repeatable;
    /// Sets the counters to 0.
    #[doc(alias = "NGM_DEFLATE_CLR_STATS")]
    ClearStats "clrstats" = sys::NGM_DEFLATE_CLR_STATS;
    /// Reads the counters and sets them to 0, in one step.
    #[doc(alias = "NGM_DEFLATE_GETCLR_STATS")]
    GetClearStats "getclrstats" = sys::NGM_DEFLATE_GETCLR_STATS => Stats;
}

static CONFIG: Type = fields!["enable": UINT8, "windowBits": UINT8];

static STATS: Type = fields![
    "FramesPlain": UINT64,
    "FramesComp": UINT64,
    "FramesUncomp": UINT64,
    "InOctets": UINT64,
    "OutOctets": UINT64,
    "Errors": UINT64,
];

payload! {
    /// Whether frames are compressed at all, and the size of the window, 8 to 15 bits.
    pub Config(sys::ng_deflate_config) = CONFIG;
    /// The counters.
    pub Stats(sys::ng_deflate_stats) = STATS;
}

impl Config {
    /// Compresses with a window of `window_bits` bits, 8 to 15.
    #[must_use]
    pub fn new(window_bits: u8) -> Self {
        Self(sys::ng_deflate_config { enable: 1, windowBits: window_bits })
    }

    /// Passes frames on as they are.
    #[must_use]
    pub fn disabled() -> Self {
        Self(sys::ng_deflate_config { enable: 0, windowBits: 15 })
    }
}

events! {
    /// What a node tells whoever configured it.
    pub enum Event {
        /// The decompressor has lost the stream: the other end is to start anew.
        ResetRequest,
    }
}
