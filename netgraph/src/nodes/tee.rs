//! `tee`: copies what passes; see ng_tee(4).
//!
//! ```
//! use netgraph::nodes::tee;
//! use netgraph::sim::SimKernel;
//! use netgraph::transport::{RecvBatch, Wait};
//! use netgraph::{HookName, Path, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let [left, right, tap] = ["left", "right", "tap"].map(HookName::constant);
//! let tee = socket.make_peer::<tee::Tee>(left, tee::LEFT)?;
//! socket.connect(&Path::own(), tee.path(), right, tee::RIGHT)?;
//! socket.connect(&Path::own(), tee.path(), tap, tee::LEFT2RIGHT)?;
//! socket.send(left, b"hello")?;
//! let mut batch = RecvBatch::new(2, 64);
//! assert_eq!(socket.receive(&mut batch, Wait::No)?, 2);
//! assert_eq!(tee.call(tee::GetClearStats)?.left.inOctets, 5);
//! # Ok::<(), netgraph::Error>(())
//! ```

use crate::ascii::{Type, UINT64, fields};
use crate::name::HookName;
use crate::{node_type, payload, sys};

/// One end of the link.
pub const RIGHT: HookName = HookName::constant(sys::NG_TEE_HOOK_RIGHT);
/// The other end of the link.
pub const LEFT: HookName = HookName::constant(sys::NG_TEE_HOOK_LEFT);
/// A copy of what goes from [`RIGHT`] to [`LEFT`]; what comes in here goes out at [`RIGHT`].
pub const RIGHT2LEFT: HookName = HookName::constant(sys::NG_TEE_HOOK_RIGHT2LEFT);
/// A copy of what goes from [`LEFT`] to [`RIGHT`]; what comes in here goes out at [`LEFT`].
pub const LEFT2RIGHT: HookName = HookName::constant(sys::NG_TEE_HOOK_LEFT2RIGHT);

node_type! {
    /// Copies what passes between [`RIGHT`] and [`LEFT`]. It dies with its last hook; a shutdown connects what was at
    /// its two ends. [Flow messages](super::flow) go through. See [ng_tee(4)](https://man.freebsd.org/ng_tee/4).
    pub Tee: "tee", cookie = sys::NGM_TEE_COOKIE;
    /// Reads the counters.
    #[doc(alias = "NGM_TEE_GET_STATS")]
    GetStats "getstats" = sys::NGM_TEE_GET_STATS => Stats, repeatable;
    /// Sets the counters to 0.
    #[doc(alias = "NGM_TEE_CLR_STATS")]
    ClearStats "clrstats" = sys::NGM_TEE_CLR_STATS;
    /// Reads the counters and sets them to 0, in one step.
    #[doc(alias = "NGM_TEE_GETCLR_STATS")]
    GetClearStats "getclrstats" = sys::NGM_TEE_GETCLR_STATS => Stats;
}

static HOOK_STATS: Type =
    fields!["inOctets": UINT64, "inFrames": UINT64, "outOctets": UINT64, "outFrames": UINT64];

static STATS: Type = fields![
    "right": HOOK_STATS,
    "left": HOOK_STATS,
    "right2left": HOOK_STATS,
    "left2right": HOOK_STATS,
];

payload! {
    /// The counters of all hooks.
    pub Stats(sys::ng_tee_stats) = STATS;
}
