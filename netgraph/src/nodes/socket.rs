//! `socket`: the node behind a program's own sockets; see ng_socket(4).
//!
//! ```
//! use netgraph::nodes::{hub, socket};
//! use netgraph::sim::SimKernel;
//! use netgraph::{HookName, Path, Socket};
//!
//! let program = Socket::open(&SimKernel::new(), Some("program".parse()?))?;
//! let own = program.node::<socket::SocketNode>(&Path::own())?;
//! own.call(socket::NoLinger)?;
//! let hook = HookName::constant("x");
//! program.make_peer::<hub::Hub>(hook, hook)?;
//! assert_eq!(own.hooks()?.iter().count(), 1);
//! # Ok::<(), netgraph::Error>(())
//! ```

use crate::node_type;
use crate::sys;

node_type! {
    /// A program's own node: any hook name will do, and it lives until both of its sockets are closed. Never send
    /// it a shutdown (the library refuses); see [ng_socket(4)](https://man.freebsd.org/ng_socket/4).
    pub SocketNode: "socket", cookie = sys::NGM_SOCKET_COOKIE;
    /// Lets the node go away with its last hook.
    #[doc(alias = "NGM_SOCK_CMD_NOLINGER")]
    NoLinger = sys::NGM_SOCK_CMD_NOLINGER;
    /// Keeps the node when its last hook goes: the default.
    #[doc(alias = "NGM_SOCK_CMD_LINGER")]
    Linger = sys::NGM_SOCK_CMD_LINGER;
}
