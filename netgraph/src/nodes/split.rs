//! `split`: parts the two directions of a link; see ng_split(4).
//!
//! ```
//! use netgraph::nodes::split;
//! use netgraph::sim::SimKernel;
//! use netgraph::{HookName, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let link = socket.make_peer::<split::Split>(HookName::constant("both"), split::MIXED)?;
//! socket.connect(&".".parse()?, link.path(), HookName::constant("to"), split::IN)?;
//! socket.connect(&".".parse()?, link.path(), HookName::constant("from"), split::OUT)?;
//! assert_eq!(link.info()?.hooks, 3);
//! # Ok::<(), netgraph::Error>(())
//! ```

use crate::name::HookName;
use crate::{node_type, sys};

/// Both directions.
pub const MIXED: HookName = HookName::constant(sys::NG_SPLIT_HOOK_MIXED);
/// What goes to [`MIXED`] comes in here.
pub const IN: HookName = HookName::constant(sys::NG_SPLIT_HOOK_IN);
/// What comes in at [`MIXED`] leaves here.
pub const OUT: HookName = HookName::constant(sys::NG_SPLIT_HOOK_OUT);

node_type! {
    /// Parts the two directions of a link, with hooks [`MIXED`], [`IN`] and [`OUT`]. It dies with its last hook; see
    /// [ng_split(4)](https://man.freebsd.org/ng_split/4).
    pub Split: "split", cookie = sys::NGM_SPLIT_COOKIE;
}
