//! `UI`: adds and removes the UI byte of ITU-T X.25 frames; see ng_UI(4).
//!
//! ```
//! use netgraph::nodes::ui;
//! use netgraph::sim::SimKernel;
//! use netgraph::transport::{RecvBatch, Wait};
//! use netgraph::{HookName, Path, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let [line, host] = [HookName::constant("line"), HookName::constant("host")];
//! let node = socket.make_peer::<ui::Ui>(line, ui::DOWNSTREAM)?;
//! socket.connect(&Path::own(), node.path(), host, ui::UPSTREAM)?;
//! socket.send(line, b"\x03hello")?;
//! let mut batch = RecvBatch::new(1, 64);
//! socket.receive(&mut batch, Wait::No)?;
//! assert!(batch.iter().eq([(host, &b"hello"[..])]));
//! # Ok::<(), netgraph::Error>(())
//! ```

use crate::name::HookName;
use crate::{node_type, sys};

/// Frames with the UI byte.
pub const DOWNSTREAM: HookName = HookName::constant(sys::NG_UI_HOOK_DOWNSTREAM);
/// Frames without it.
pub const UPSTREAM: HookName = HookName::constant(sys::NG_UI_HOOK_UPSTREAM);

node_type! {
    /// Adds the UI byte (0x03) to what goes [`DOWNSTREAM`], and removes it from what goes [`UPSTREAM`]. It dies with
    /// its last hook; see [ng_UI(4)](https://man.freebsd.org/ng_UI/4).
    pub Ui: "UI", cookie = sys::NGM_UI_COOKIE;
}
