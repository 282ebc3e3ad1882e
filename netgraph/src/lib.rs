//! FreeBSD's netgraph(4) from safe, typed Rust.
//!
//! A [`Socket`] is a program's own node in the graph. It sends typed [messages](nodes) to other nodes and receives
//! their replies, events, and data packets. Sockets are opened on a [`Kernel`]: FreeBSD's own, or a
//! [simulated one](sim) that runs anywhere and answers as the real one does.
//!
//! ```
//! use netgraph::{HookName, Socket, nodes::{bridge, eiface}, sim::SimKernel};
//!
//! let kernel = SimKernel::new();
//! let socket = Socket::open(&kernel, None)?;
//! let bridge = socket.make_peer::<bridge::Bridge>(HookName::constant("port"), bridge::link(0))?;
//! socket.make_peer_of(bridge.path(), "eiface".parse()?, bridge::link(1), eiface::ETHER)?;
//! let interface = socket.node::<eiface::Eiface>(&bridge.path().hook(bridge::link(1)))?;
//! assert_eq!(interface.call(eiface::GetIfName)?.to_string(), "\"ngeth0\"");
//! # Ok::<(), netgraph::Error>(())
//! ```
//!
//! | layer | module |
//! | --- | --- |
//! | the C ABI | [`sys`] |
//! | names, paths, messages, and their text | [`name`], [`path`], [`message`], [`ascii`] |
//! | node types | [`nodes`] |
//! | requests, replies, events, data | [`socket`]; for programs that run on Tokio `aio`, with the feature `tokio` |
//! | the whole graph at one moment | [`graph`] |
//! | the commands of ngctl(8), from a line or a script | [`script`] |
//! | the seam, and the two kernels below it | [`transport`], [`kernel`], [`sim`] |
#![doc = ""]
#![doc = include_str!("node-types.md")]

#[cfg(all(feature = "tokio", unix))]
pub mod aio;
pub mod ascii;
pub mod error;
pub mod events;
pub mod graph;
pub mod kernel;
pub mod message;
pub mod name;
pub mod node;
pub mod nodes;
pub mod path;
pub mod script;
pub mod sim;
pub mod socket;
pub mod transport;

pub use netgraph_sys as sys;

pub use error::{Errno, Error, Result};
pub use events::Events;
pub use name::{HookName, NameError, NodeId, NodeName, TypeName};
pub use node::{Accepts, Node, NodeType};
pub use path::{Path, PathError};
pub use socket::{Event, Socket};
pub use transport::{Kernel, Transport};

/// The examples of the crate's page, run with the others.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
