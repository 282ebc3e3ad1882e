//! `hub`: repeats each packet on all other hooks; see ng_hub(4).
//!
//! ```
//! use netgraph::nodes::hub;
//! use netgraph::sim::SimKernel;
//! use netgraph::transport::{RecvBatch, Wait};
//! use netgraph::{HookName, Path, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let [a, b, c] = ["a", "b", "c"].map(HookName::constant);
//! let hub = socket.make_peer::<hub::Hub>(a, a)?;
//! socket.connect(&Path::own(), hub.path(), b, b)?;
//! socket.connect(&Path::own(), hub.path(), c, c)?;
//! hub.call(hub::SetPersistent)?;
//! socket.send(a, b"to all others")?;
//! let mut batch = RecvBatch::new(3, 64);
//! socket.receive(&mut batch, Wait::No)?;
//! assert_eq!(batch.len(), 2);
//! # Ok::<(), netgraph::Error>(())
//! ```

use crate::node_type;
use crate::sys;

node_type! {
    /// Repeats each packet on all other hooks; any hook name will do. It dies with its last hook unless it was made
    /// persistent; see [ng_hub(4)](https://man.freebsd.org/ng_hub/4).
    pub Hub: "hub", cookie = sys::NGM_HUB_COOKIE;
    /// Lets the node live on without hooks. There is no way back.
    #[doc(alias = "NGM_HUB_SET_PERSISTENT")]
    SetPersistent "setpersistent" = sys::NGM_HUB_SET_PERSISTENT;
}
