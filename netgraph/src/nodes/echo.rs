//! `echo`: sends everything back; see ng_echo(4).
//!
//! ```
//! use netgraph::nodes::echo;
//! use netgraph::sim::SimKernel;
//! use netgraph::transport::{RecvBatch, Wait};
//! use netgraph::{HookName, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let hook = HookName::constant("x");
//! socket.make_peer::<echo::Echo>(hook, hook)?;
//! socket.send(hook, b"hello")?;
//! let mut batch = RecvBatch::new(1, 64);
//! socket.receive(&mut batch, Wait::No)?;
//! assert!(batch.iter().eq([(hook, &b"hello"[..])]));
//! # Ok::<(), netgraph::Error>(())
//! ```

use crate::{node_type, sys};

node_type! {
    /// Sends each packet back on the hook it came in on, and each message back to its sender, marked as a reply. Any
    /// hook name will do; it dies with its last hook. See [ng_echo(4)](https://man.freebsd.org/ng_echo/4).
    pub Echo: "echo", cookie = sys::NGM_ECHO_COOKIE;
}
