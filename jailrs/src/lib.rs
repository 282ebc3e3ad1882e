//! Jails, VNETs and network interfaces from Rust.

pub mod command;
mod errno;
mod error;
mod host;
#[cfg_attr(target_os = "freebsd", path = "host_errno_freebsd.rs")]
#[cfg_attr(not(target_os = "freebsd"), path = "host_errno_other.rs")]
mod host_errno;
#[cfg(any(target_os = "freebsd", test))]
mod ifconf;
pub mod ifnet;
mod jail;
#[cfg_attr(not(target_os = "freebsd"), path = "kernel_other.rs")]
mod kernel;
mod mac;
pub mod mount;
pub mod param;
mod rooted;
pub mod sim;
#[cfg(target_os = "freebsd")]
#[allow(unsafe_code, reason = "the system calls; everything above is safe")]
mod sys;
pub mod system;

pub use command::{Command, Stdio};
pub use errno::Errno;
pub use error::{Error, Result};
pub use host::Host;
pub use ifnet::{IfFlags, Interface, Interfaces};
pub use jail::{Builder, Jail, JailInfo, OwnedJail, Params, Signal, Stopped};
pub use mac::Mac;
pub use param::{JailSys, Param, Value};
pub use system::{Jid, Process};
