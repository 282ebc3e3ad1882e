//! `pred1`: the Predictor-1 compression of PPP; see ng_pred1(4).
//!
//! ```
//! use netgraph::nodes::pred1;
//! use netgraph::sim::SimKernel;
//! use netgraph::{HookName, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let node = socket.make_peer::<pred1::Pred1>(HookName::constant("x"), pred1::COMP)?;
//! node.call(pred1::SetConfig(pred1::Config::new(true)))?;
//! assert_eq!(node.call(pred1::GetStats)?.FramesComp, 0);
//! // A decompressor that lost the stream says so.
//! assert_eq!(socket.events().filter_map(|event| event.ok()?.read::<pred1::Event>()).count(), 0);
//! # Ok::<(), netgraph::Error>(())
//! ```

use crate::ascii::{Type, UINT8, UINT64, fields};
use crate::name::HookName;
use crate::{events, node_type, payload, sys};

/// What is to be compressed; the compressed frames come back here.
pub const COMP: HookName = HookName::constant(sys::NG_PRED1_HOOK_COMP);
/// What is to be decompressed; the plain frames come back here.
pub const DECOMP: HookName = HookName::constant(sys::NG_PRED1_HOOK_DECOMP);

node_type! {
    /// Compresses PPP frames ([`COMP`]) or decompresses them ([`DECOMP`]); a node has one of the two hooks. It dies
    /// with its hook; see [ng_pred1(4)](https://man.freebsd.org/ng_pred1/4).
    pub Pred1: "pred1", cookie = sys::NGM_PRED1_COOKIE;
    /// Configures the node, and starts the stream anew.
    #[doc(alias = "NGM_PRED1_CONFIG")]
    SetConfig(Config) "config" = sys::NGM_PRED1_CONFIG;
    /// Starts the stream of a compressor anew. A decompressor sends it to whoever configured it when it has lost the
    /// stream.
    #[doc(alias = "NGM_PRED1_RESETREQ")]
    ResetRequest "resetreq" = sys::NGM_PRED1_RESETREQ;
    /// Reads the counters.
    #[doc(alias = "NGM_PRED1_GET_STATS")]
    GetStats "getstats" = sys::NGM_PRED1_GET_STATS => Stats, repeatable;
    /// Sets the counters to 0.
    #[doc(alias = "NGM_PRED1_CLR_STATS")]
    ClearStats "clrstats" = sys::NGM_PRED1_CLR_STATS;
    /// Reads the counters and sets them to 0, in one step.
    #[doc(alias = "NGM_PRED1_GETCLR_STATS")]
    GetClearStats "getclrstats" = sys::NGM_PRED1_GETCLR_STATS => Stats;
}

static CONFIG: Type = fields!["enable": UINT8];

static STATS: Type = fields![
    "FramesPlain": UINT64,
    "FramesComp": UINT64,
    "FramesUncomp": UINT64,
    "InOctets": UINT64,
    "OutOctets": UINT64,
    "Errors": UINT64,
];

payload! {
    /// Whether frames are compressed at all.
    pub Config(sys::ng_pred1_config) = CONFIG;
    /// The counters.
    pub Stats(sys::ng_pred1_stats) = STATS;
}

events! {
    /// What a node tells whoever configured it.
    pub enum Event {
        /// The decompressor has lost the stream: the other end is to start anew.
        ResetRequest,
    }
}

impl Config {
    /// Compresses frames, or passes them on as they are.
    #[must_use]
    pub fn new(enabled: bool) -> Self {
        Self(sys::ng_pred1_config { enable: enabled.into() })
    }
}
