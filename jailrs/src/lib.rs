//! FreeBSD jails, VNETs, network interfaces and mounts from Rust, without libjail, on any system.
//!
//! A [`Host`] is a machine: FreeBSD's kernel ([`Host::kernel`]) or a simulated one ([`sim::SimHost`]), behind the same API. A
//! program that works with jails is written and tested on any system, and runs on FreeBSD as it is. The simulated machine answers
//! a transcript of a hundred calls, recorded on FreeBSD 15.1, with the same values, error numbers and texts.
//!
//! ```
//! use std::time::Duration;
//! use jailrs::{Host, Jail, sim::{PlainVnets, SimHost}};
//!
//! // On FreeBSD as root: let host = Host::kernel()?;
//! let vnets = PlainVnets::new();
//! vnets.add_nic("igb0", "00:0c:29:aa:bb:cc".parse()?);
//! let machine = SimHost::with_vnets(vnets);
//! machine.add_root("/jails/web");
//! let host: Host = machine.host();
//!
//! let jail = Jail::builder("web")
//!     .path("/jails/web")
//!     .hostname("web.example")
//!     .vnet()
//!     .allow("raw_sockets", false)
//!     .meta("owner", "me")
//!     .create(&host)?;
//! host.move_in("igb0", jail.jid())?;
//! jail.interfaces().set_up("igb0", true)?;
//! jail.command("/bin/sh").args(["/etc/rc"]).log_to("/var/log/web.log").status()?;
//!
//! // Down again, in the order that is safe: processes, interfaces, the jail.
//! jail.stop_processes(Duration::from_secs(10))?;
//! host.reclaim("igb0", jail.jid())?;
//! jail.remove()?;
//! jail.wait_gone(Duration::from_secs(10))?;
//! # Ok::<(), jailrs::Error>(())
//! ```
//!
//! # What is where
//! | | |
//! | --- | --- |
//! | [`Jail`], [`Builder`], [`OwnedJail`] | jails: create, find, list, read, change, rename, remove, wait for the end |
//! | [`param`], [`Host::parameters`] | parameters with their types, in jail(8)'s words and in the kernel's bytes; what the kernel has |
//! | [`Command`], [`Command::console`] | commands in a jail or on the host, with output and exit status, or on a terminal of their own |
//! | [`CommandExt`], [`Entry`] | [`std::process::Command`] in a jail |
//! | [`login`] | users of a jail and their login classes |
//! | [`Watcher`], [`Host::watch`], [`Jail::watch`] | what happens to jails, as it happens |
//! | [`Interfaces`], [`Host::vnets`], [`Host::move_in`], [`Host::reclaim`] | interfaces of any VNET, and their way in and back |
//! | [`Jail::tcp_connections`], [`Jail::drop_tcp_connections`] | what keeps a jail dying after its processes |
//! | [`mount`] | file systems below a root that is not trusted, and who uses those of a shared one |
//! | [`sim`] | the simulated machine, with faults on demand |
//! | [`system`] | the seam: the raw operations that both kernels have |
//!
//! Five small programs in `examples/` show them at work: `jls`, `jexec`, `mini_jail`, `jail_watch`, `jail_interfaces`.
//!
//! # Things that surprise
//! - A boolean parameter has no value: the kernel looks at its name alone, and `allow.raw_sockets` with the value 0 *allows*.
//!   False is the name `allow.noraw_sockets`; [`Value::Bool`] always becomes the right one, when a jail is created, changed, or
//!   created anew from what was read.
//! - A jail that was removed may be *dying* for a while: [`Jail::wait_gone`]. Its interfaces come home a moment later still:
//!   [`Host::wait_home`]. The kernel does not look whether their names are taken; [`Host::reclaim`] does, and [`Jail::clashes`]
//!   tells beforehand.
//! - A jid may be given to another jail. On FreeBSD 15.0 and later a [`Jail`] holds a descriptor, which cannot; before, it is
//!   compared with what it was before each use. Which of the two is decided at run time, in the same program.
//! - What is below a jail's root is the jail's: a symbolic link there must not lead a mount out. [`Host::mount`] follows none,
//!   and neither does what reads a jail's users.
//! - A jail in a jail that is renamed by its number loses the names above it, and FreeBSD 15.1 with it: [`Jail::rename`].
//! - The parameter `meta.`, without a key, keeps 15.1 searching for ever when it is read. It is never asked for here.
//!
//! # Beside libjail(3) and the jail crate
//! | | jailrs | libjail(3) of 15.1 | jail 0.3.1 |
//! | --- | --- | --- | --- |
//! | `allow.x` set to false forbids | yes | yes | no, it allows |
//! | the kernel's error number and its text | both, in the error | number in `errno`, text in a global | one of them |
//! | parameters and types from the kernel itself | yes | yes | yes |
//! | several parameters in one consistent read | yes | yes | one call for each |
//! | dying jails | yes | yes | no |
//! | jail descriptors (15.0) | yes | by hand | no |
//! | `meta` and `env`, whole and by key (15.0) | yes | yes | no |
//! | told what happens to jails | yes | no | no |
//! | a jail that goes with its handle | yes | no | no |
//! | interfaces moved in and taken back | yes | no | no |
//! | mounts, below a root that is not trusted | yes | no | no |
//! | commands inside | yes | no | yes |
//! | commands inside as a user of the jail, or on a terminal | yes | no | no |
//! | limits of resources by rctl(8) | no | no | yes |
//! | runs, and can be tested, without FreeBSD | yes | no | no |
//! | loads kernel modules | when told to | unasked | no |
//!
//! # Elsewhere than on FreeBSD
//! Everything compiles, and [`Host::kernel`] gives [`Error::Unsupported`] with a hint.

mod children;
pub mod command;
mod entry;
mod errno;
mod error;
mod fstab;
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
pub mod login;
mod mac;
pub mod mount;
pub mod param;
#[cfg(any(target_os = "freebsd", test))]
mod pcblist;
mod rooted;
mod shared;
pub mod sim;
#[cfg(target_os = "freebsd")]
#[allow(unsafe_code, reason = "the system calls; everything above is safe")]
mod sys;
pub mod system;
mod tcp;
#[cfg(any(target_os = "freebsd", test))]
mod terminal;
mod vnets;

pub use children::keep_statuses;
pub use command::{Command, Stdio};
pub use entry::{CommandExt, Entry, Ids};
pub use errno::Errno;
pub use error::{Error, Result};
pub use host::Host;
pub use ifnet::{IfCaps, IfFlags, Interface, Interfaces};
pub use jail::{Builder, Event, Jail, JailEvent, JailInfo, OwnedJail, Params, Signal, Stopped, Watcher};
pub use mac::Mac;
pub use param::{JailSys, Param, Value};
pub use system::{Jid, Process};
pub use tcp::{TcpConnection, TcpState};
pub use vnets::VnetInterfaces;

/// The examples of the crate's page, run with the others.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
