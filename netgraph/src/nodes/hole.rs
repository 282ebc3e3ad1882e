//! `hole`: swallows packets; see ng_hole(4).
//!
//! ```
//! use netgraph::nodes::hole;
//! use netgraph::sim::SimKernel;
//! use netgraph::{HookName, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let hook = HookName::constant("x");
//! let hole = socket.make_peer::<hole::Hole>(hook, hook)?;
//! socket.send(hook, b"gone")?;
//! let stats = hole.call(hole::GetClearStats(hook))?;
//! assert_eq!((stats.frames, stats.octets), (1, 4));
//! # Ok::<(), netgraph::Error>(())
//! ```

use crate::ascii::{Type, UINT64, fields};
use crate::name::HookName;
use crate::{node_type, payload, sys};

node_type! {
    /// Swallows each packet and counts it. Any hook name will do; it dies with its last hook. See
    /// [ng_hole(4)](https://man.freebsd.org/ng_hole/4).
    pub Hole: "hole", cookie = sys::NGM_HOLE_COOKIE;
    /// Reads the counters of a hook. Rejected with ENOENT where there is no such hook.
    #[doc(alias = "NGM_HOLE_GET_STATS")]
    GetStats(HookName) "getstats" = sys::NGM_HOLE_GET_STATS => HookStats, repeatable;
    /// Sets the counters of a hook to 0.
    #[doc(alias = "NGM_HOLE_CLR_STATS")]
    ClearStats(HookName) "clrstats" = sys::NGM_HOLE_CLR_STATS;
    /// Reads the counters of a hook and sets them to 0, in one step.
    #[doc(alias = "NGM_HOLE_GETCLR_STATS")]
    GetClearStats(HookName) "getclrstats" = sys::NGM_HOLE_GETCLR_STATS => HookStats;
}

static HOOK_STATS: Type = fields!["frames": UINT64, "octets": UINT64];

payload! {
    /// The counters of a hook.
    pub HookStats(sys::ng_hole_hookstat) = HOOK_STATS;
}
