//! `ipfw`: what the firewall's rules `netgraph` and `ngtee` lead to; see ng_ipfw(4).
//!
//! ```
//! use netgraph::nodes::ipfw;
//! use netgraph::sim::{SimKernel, SimMachine};
//! use netgraph::{HookName, Path, Socket};
//!
//! let machine = SimMachine::new();
//! machine.load_resident_modules();
//! let socket = Socket::open(&SimKernel::on(&machine, 0), None)?;
//! let firewall = socket.node::<ipfw::Ipfw>(&"ipfw:".parse::<Path>()?)?;
//! // Takes the packets of `ipfw add netgraph 41 ...`.
//! socket.connect(&Path::own(), firewall.path(), HookName::constant("caught"), ipfw::cookie(41))?;
//! assert_eq!(firewall.info()?.hooks, 1);
//! # Ok::<(), netgraph::Error>(())
//! ```

use crate::name::HookName;
use crate::{node_type, sys};

/// The hook that the argument of a rule names: packets of `ipfw add netgraph 41` leave at `cookie(41)`, and what
/// comes in there goes on through the firewall.
///
/// ```
/// assert_eq!(netgraph::nodes::ipfw::cookie(41).to_string(), "41");
/// ```
#[must_use]
pub fn cookie(number: u32) -> HookName {
    HookName::numbered("", number)
}

node_type! {
    /// What the firewall's rules lead to, with hooks [`cookie`]. It cannot be made: once the module is loaded there
    /// is one node, named `ipfw`; see [ng_ipfw(4)](https://man.freebsd.org/ng_ipfw/4).
    pub Ipfw: "ipfw", cookie = sys::NGM_IPFW_COOKIE;
}
