//! FreeBSD's own netgraph.
//!
//! Thin on purpose: sockets, and the loading of modules. Everything above it is exercised by the
//! [simulated kernel](crate::sim) on any system.

#[cfg(target_os = "freebsd")]
#[path = "kernel/freebsd.rs"]
mod imp;
#[cfg(not(target_os = "freebsd"))]
#[path = "kernel/elsewhere.rs"]
mod imp;
#[cfg(target_os = "freebsd")]
mod sys;

pub use imp::HostKernel;
