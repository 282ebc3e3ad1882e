//! `ether_echo`: sends Ethernet frames back to where they came from; see ng_ether_echo(4).
//!
//! ```
//! use netgraph::nodes::ether_echo;
//! use netgraph::sim::SimKernel;
//! use netgraph::transport::{RecvBatch, Wait};
//! use netgraph::{HookName, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let hook = HookName::constant("x");
//! socket.make_peer::<ether_echo::EtherEcho>(hook, hook)?;
//! socket.send(hook, b"\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x08\0hello")?;
//! let mut batch = RecvBatch::new(1, 64);
//! socket.receive(&mut batch, Wait::No)?;
//! assert!(batch.iter().map(|(_, frame)| frame).eq([b"\x02\0\0\0\0\x02\x02\0\0\0\0\x01\x08\0hello"]));
//! # Ok::<(), netgraph::Error>(())
//! ```

use crate::{node_type, sys};

node_type! {
    /// Sends each Ethernet frame back on the hook it came in on, source and destination exchanged. Any hook name will
    /// do; it dies with its last hook. See [ng_ether_echo(4)](https://man.freebsd.org/ng_ether_echo/4).
    pub EtherEcho: "ether_echo", cookie = sys::NGM_ETHER_ECHO_COOKIE;
}
