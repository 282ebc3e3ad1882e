//! `ip_input`: hands packets to the host's IPv4 input; see ng_ip_input(4).
//!
//! ```
//! use netgraph::nodes::ip_input;
//! use netgraph::sim::SimKernel;
//! use netgraph::{HookName, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let hook = HookName::constant("x");
//! let input = socket.make_peer::<ip_input::IpInput>(hook, hook)?;
//! assert_eq!(input.info()?.hooks, 1);
//! # Ok::<(), netgraph::Error>(())
//! ```

use crate::{node_type, sys};

node_type! {
    /// Hands each packet to the host's IPv4 input, as if an interface had received it. Any hook name will do; it dies
    /// with its last hook. See [ng_ip_input(4)](https://man.freebsd.org/ng_ip_input/4).
    pub IpInput: "ip_input", cookie = sys::NGM_IP_INPUT_COOKIE;
}
