//! The seam: the raw operations that FreeBSD's kernel and the simulated one both have.

use std::any::Any;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{self, ExitStatus, Output};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::command::Spec;
use crate::entry::Entry;
use crate::ifnet::{IfCaps, IfFlags, Interface};
use crate::mac::Mac;
use crate::mount::Mounted;
use crate::param::{Declared, Kind};
use crate::tcp::TcpConnection;
use crate::{Errno, Result};

bitflags::bitflags! {
    /// What jail_set(2) and jail_get(2) are to do.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub struct JailFlags: i32 {
        /// Create the jail; it must not exist.
        #[doc(alias = "JAIL_CREATE")]
        const CREATE = 0x01;
        /// Change the jail; it must exist.
        #[doc(alias = "JAIL_UPDATE")]
        const UPDATE = 0x02;
        /// Put the calling process into the jail.
        #[doc(alias = "JAIL_ATTACH")]
        const ATTACH = 0x04;
        /// Find dying jails too.
        #[doc(alias = "JAIL_DYING")]
        const DYING = 0x08;
        /// The jail is the one of the descriptor (FreeBSD 15.0 and later, as the next three).
        #[doc(alias = "JAIL_USE_DESC")]
        const USE_DESC = 0x10;
        /// Look below the jail of the descriptor.
        #[doc(alias = "JAIL_AT_DESC")]
        const AT_DESC = 0x20;
        /// Give a descriptor of the jail.
        #[doc(alias = "JAIL_GET_DESC")]
        const GET_DESC = 0x40;
        /// Give a descriptor that removes the jail when it is closed.
        #[doc(alias = "JAIL_OWN_DESC")]
        const OWN_DESC = 0x80;

        // Flags of later systems are handed on.
        const _ = !0;
    }
}

/// A jail's number. It may be given to another jail once this one is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Jid(pub i32);

impl Jid {
    /// The host itself.
    pub const HOST: Self = Self(0);
}

impl fmt::Display for Jid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One parameter as jail_set(2), jail_get(2) and nmount(2) take it: a name and bytes.
///
/// For jail_get the bytes are the buffer: its length says what fits, and afterwards it has the length of the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opt {
    /// The name, without its closing NUL.
    pub name: String,
    /// The bytes; a text has its closing NUL.
    pub value: Vec<u8>,
}

impl Opt {
    /// An option of this name with these bytes.
    #[must_use]
    pub fn new(name: impl Into<String>, value: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), value: value.into() }
    }

    /// An option of this name with this text.
    #[must_use]
    pub fn text(name: impl Into<String>, text: &str) -> Self {
        Self::new(name, [text.as_bytes(), &[0]].concat())
    }

    /// An option of this name with this number.
    #[must_use]
    pub fn int(name: impl Into<String>, number: i32) -> Self {
        Self::new(name, number.to_ne_bytes())
    }
}

/// Why the kernel refused: its number and its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The error number.
    pub errno: Errno,
    /// The text of `errmsg`; empty where the kernel said nothing.
    pub message: String,
}

impl From<Errno> for Refusal {
    fn from(errno: Errno) -> Self {
        Self { errno, message: String::new() }
    }
}

/// A jail that an operation is about: by its descriptor where there is one, which cannot come to mean another jail, else by its
/// number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Target {
    /// The jail's number.
    pub jid: Jid,
    /// A descriptor of the jail (FreeBSD 15.0 and later).
    pub desc: Option<i32>,
}

impl From<Jid> for Target {
    fn from(jid: Jid) -> Self {
        Self { jid, desc: None }
    }
}

/// A virtual network stack, named by who has it.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Vnet {
    /// The one of the calling process.
    Host,
    /// The one that this jail is in: its own, or its parent's.
    Jail(Target),
}

/// One change of an interface.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IfChange {
    /// Another name.
    Rename(String),
    /// Up or down.
    Up(bool),
    /// Another link-level address.
    Mac(Mac),
    /// Another MTU, in bytes.
    Mtu(u32),
    /// Another description; empty takes it away.
    Description(String),
    /// Into a group.
    AddGroup(String),
    /// Out of a group.
    RemoveGroup(String),
    /// Another forwarding table for what comes in.
    Fib(u32),
    /// Whether it has these flags, of those that an administrator sets.
    Flags(IfFlags, bool),
    /// What it may do for the system, of what it can.
    Capabilities(IfCaps),
}

/// A running process.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// Its number.
    pub pid: i32,
    /// Its parent's number.
    pub parent: i32,
    /// The jail that it is in; 0 for the host.
    pub jid: Jid,
    /// The name of its program, at most 19 bytes.
    pub command: String,
}

impl Process {
    /// A process of this number, in this jail.
    #[must_use]
    pub fn new(pid: i32, parent: i32, jid: Jid, command: impl Into<String>) -> Self {
        Self { pid, parent, jid, command: command.into() }
    }
}

/// A file system's number, which stays the same while it is mounted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Fsid(pub i32, pub i32);

impl fmt::Display for Fsid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FSID:{}:{}", self.0, self.1)
    }
}

bitflags::bitflags! {
    /// What the kernel noted of a jail since it was looked at last (`NOTE_JAIL_*` of kqueue(2)).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub struct NoteFlags: u32 {
        /// A jail was created in it; the number is told.
        #[doc(alias = "NOTE_JAIL_CHILD")]
        const CHILD = 0x8000_0000;
        /// Its parameters were changed.
        #[doc(alias = "NOTE_JAIL_SET")]
        const SET = 0x4000_0000;
        /// A process entered it; its number is told.
        #[doc(alias = "NOTE_JAIL_ATTACH")]
        const ATTACH = 0x2000_0000;
        /// It was removed, and begins to die.
        #[doc(alias = "NOTE_JAIL_REMOVE")]
        const REMOVE = 0x1000_0000;
        /// There was more than one child or process, and no number is told.
        #[doc(alias = "NOTE_JAIL_MULTI")]
        const MULTI = 0x0800_0000;

        // Notes of later systems are kept.
        const _ = !0;
    }
}

/// What the kernel noted of one jail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Note {
    /// The jail.
    pub jid: Jid,
    /// What happened, all of it since the last note.
    pub flags: NoteFlags,
    /// The number of the child or of the process; 0 if there was none, or more than one.
    pub number: i32,
}

/// A queue of what happens to jails.
pub trait Watch: fmt::Debug + Send {
    /// Watches a jail too; [`Jid::HOST`] is the caller's own. A descriptor must stay open meanwhile.
    ///
    /// # Errors
    /// `ENOENT` if there is no such jail, or it is dying.
    fn add(&mut self, jail: Target) -> Result<(), Errno>;

    /// The next note, if one comes in time.
    ///
    /// # Errors
    /// What kevent(2) gives.
    fn next(&mut self, patience: Duration) -> Result<Option<Note>, Errno>;
}

/// The raw operations of one machine: FreeBSD's kernel, or a simulated one.
///
/// Nothing here has a policy: checks, retries, names and types are in the ordinary Rust above. Errors are the kernel's.
pub trait System: fmt::Debug + Send + Sync {
    /// Creates or changes a jail and tells its number. A descriptor comes back in the option `desc`.
    ///
    /// # Errors
    /// What jail_set(2) gives.
    fn jail_set(&self, opts: &mut [Opt], flags: JailFlags) -> Result<Jid, Refusal>;

    /// Reads a jail's parameters into the options and tells its number.
    ///
    /// # Errors
    /// What jail_get(2) gives.
    fn jail_get(&self, opts: &mut [Opt], flags: JailFlags) -> Result<Jid, Refusal>;

    /// Removes a jail: its processes are killed; it may be dying for a while.
    ///
    /// # Errors
    /// What jail_remove(2) gives: `EINVAL` if there is no such jail; of a descriptor `ENOENT`.
    fn jail_remove(&self, jail: Target) -> Result<(), Errno>;

    /// The CPUs that a jail may use, by number.
    ///
    /// # Errors
    /// What cpuset_getaffinity(2) gives: `ESRCH` if there is no such jail; of a descriptor `ENOENT`.
    fn jail_cpus(&self, jail: Target) -> Result<Vec<u16>, Errno>;

    /// Sets the CPUs that a jail may use.
    ///
    /// # Errors
    /// What cpuset_setaffinity(2) gives: `EDEADLK` for none, `EINVAL` for one that the jail above may not use.
    fn set_jail_cpus(&self, jail: Target, cpus: &[u16]) -> Result<(), Errno>;

    /// Closes a jail descriptor that [`jail_set`](Self::jail_set) or [`jail_get`](Self::jail_get) has given; one that owns its jail
    /// takes it along. Any other number is left alone.
    fn close_desc(&self, desc: i32);

    /// The type of a parameter, as the kernel declares it now.
    ///
    /// # Errors
    /// `ENOENT` if the kernel has no such parameter.
    fn param_kind(&self, name: &str) -> Result<Kind, Errno>;

    /// All parameters that the kernel declares now; those of modules are there once the module is.
    ///
    /// # Errors
    /// What sysctl(3) gives.
    fn params(&self) -> Result<Vec<Declared>, Errno>;

    /// A queue of what happens to jails (FreeBSD 15.0 and later).
    ///
    /// # Errors
    /// `EOPNOTSUPP` where the kernel has none.
    fn watch(&self) -> Result<Box<dyn Watch>, Errno>;

    /// The interfaces of a VNET, in the kernel's order; names may come twice.
    ///
    /// # Errors
    /// `EINVAL`, of a descriptor `ENOENT`, if there is no such jail, or it is dying.
    fn interfaces(&self, vnet: Vnet) -> Result<Vec<Interface>, Errno>;

    /// The first of a VNET's interfaces that has this name.
    ///
    /// # Errors
    /// As [`interfaces`](Self::interfaces).
    fn interface(&self, vnet: Vnet, name: &str) -> Result<Option<Interface>, Errno> {
        Ok(self.interfaces(vnet)?.into_iter().find(|interface| interface.name == name))
    }

    /// Changes one interface.
    ///
    /// # Errors
    /// `ENXIO` if there is none of that name, `EEXIST` if the new name is taken.
    fn interface_change(&self, vnet: Vnet, name: &str, change: &IfChange) -> Result<(), Errno>;

    /// Creates an interface from a cloner's name, such as `tap` or `epair7`, and tells its name.
    ///
    /// # Errors
    /// `EINVAL` without such a cloner, `EEXIST` if the unit is taken.
    fn interface_create(&self, vnet: Vnet, name: &str) -> Result<String, Errno>;

    /// Destroys a cloned interface.
    ///
    /// # Errors
    /// `ENXIO` if there is none of that name, `EINVAL` if it is not a clone.
    fn interface_destroy(&self, vnet: Vnet, name: &str) -> Result<(), Errno>;

    /// Moves an interface of the host into a jail's VNET.
    ///
    /// # Errors
    /// `ENXIO` without such an interface or jail, `EEXIST` if the name is taken there.
    fn interface_move(&self, name: &str, to: Jid) -> Result<(), Errno>;

    /// Takes an interface back from a jail, which may be dying. The kernel does not look whether its name is taken here.
    ///
    /// # Errors
    /// `ENXIO` without such an interface or jail.
    fn interface_reclaim(&self, name: &str, from: Jid) -> Result<(), Errno>;

    /// The TCP connections of a VNET that the caller, or in a jail its root, can see; not what only listens.
    ///
    /// # Errors
    /// As [`interfaces`](Self::interfaces).
    #[doc(alias = "net.inet.tcp.pcblist")]
    fn tcp_connections(&self, vnet: Vnet) -> Result<Vec<TcpConnection>, Errno>;

    /// Ends TCP connections of a VNET, and tells how many of them there were; one that is gone already is no error.
    ///
    /// # Errors
    /// As [`interfaces`](Self::interfaces); `EPERM` in a jail that has no VNET of its own.
    #[doc(alias = "net.inet.tcp.drop")]
    fn tcp_drop(&self, vnet: Vnet, connections: &[TcpConnection]) -> Result<usize, Errno>;

    /// Runs a command, on the host or attached to a jail, and waits for its end.
    ///
    /// # Errors
    /// What attaching, changing directory or execve(2) gives; `ETIMEDOUT` if it took longer than its limit and was killed.
    fn run(&self, jail: Option<Target>, command: &Spec) -> Result<Output, Errno>;

    /// Runs a command in the caller's place and waits for its end: with a terminal of its own, joined to the caller's, as those of
    /// its streams that are [`Stdio::Terminal`](crate::Stdio::Terminal), and with the signals that tell the caller to end.
    ///
    /// # Errors
    /// As [`run`](Self::run); `EINTR` if a signal told the caller to end.
    fn console(&self, jail: Option<Target>, command: &Spec) -> Result<ExitStatus, Errno>;

    /// Makes a command of the standard library enter a jail when it is started; `hold` keeps the jail as long as the command is.
    ///
    /// # Errors
    /// `EINVAL` for a text with a NUL; `EOPNOTSUPP` on a simulated machine, which runs none.
    fn enter(
        &self,
        command: &mut process::Command,
        jail: Target,
        entry: &Entry,
        hold: Box<dyn Any + Send + Sync>,
    ) -> Result<(), Errno>;

    /// All running processes of the machine that the caller sees; one that has ended is none, even if nobody has asked for it.
    ///
    /// # Errors
    /// What sysctl(3) gives.
    fn processes(&self) -> Result<Vec<Process>, Errno>;

    /// Sends a signal to every process that is in this jail or below it; 0 is none, and asks only whether there is a process.
    ///
    /// `SIGKILL` is sent until nobody is left, or for a moment: a process that is being made while the others are killed escapes.
    ///
    /// # Errors
    /// `ESRCH` if there is none; `EPERM` if root of the jail may signal none of them; as [`interfaces`](Self::interfaces).
    fn kill_all(&self, jail: Target, signal: i32) -> Result<(), Errno>;

    /// Sends a signal to a process that was listed, if it is still in the jail where it was then.
    ///
    /// # Errors
    /// `ESRCH` if it is gone or elsewhere; `EOPNOTSUPP` if this system can signal whole jails alone.
    fn kill(&self, process: &Process, signal: i32) -> Result<(), Errno> {
        let _ = (process, signal);
        Err(Errno::EOPNOTSUPP)
    }

    /// The mounted file systems, oldest first.
    ///
    /// # Errors
    /// What getfsstat(2) gives.
    fn mounts(&self) -> Result<Vec<Mounted>, Errno>;

    /// Mounts a file system as nmount(2) does.
    ///
    /// # Errors
    /// What nmount(2) gives.
    fn mount(&self, opts: &mut [Opt], flags: i32) -> Result<(), Refusal>;

    /// Unmounts the file system of this number.
    ///
    /// # Errors
    /// `ENOENT` if there is none, `EBUSY` if it is in use.
    fn unmount(&self, fsid: Fsid, force: bool) -> Result<(), Errno>;

    /// The path of a directory below `root`, none of whose parts is a symbolic link.
    ///
    /// # Errors
    /// `ELOOP` for a symbolic link, `ENOTDIR`, `ENOENT`.
    fn resolve_below(&self, root: &Path, point: &Path) -> Result<PathBuf, Errno>;

    /// The bytes of a regular file below `root`, none of whose parts is a symbolic link.
    ///
    /// # Errors
    /// As [`resolve_below`](Self::resolve_below); `EFTYPE` if it is no regular file, `EFBIG` over 16 MiB.
    fn read_below(&self, root: &Path, file: &Path) -> Result<Vec<u8>, Errno>;

    /// Loads a kernel module by name; one that is there already is no error.
    ///
    /// # Errors
    /// `ENOENT` without such a file, `EPERM` in a jail or at a raised securelevel.
    fn module_load(&self, name: &str) -> Result<(), Errno>;

    /// Whether a kernel module of this name is there, loaded or built in.
    fn module_loaded(&self, name: &str) -> bool;

    /// The bytes of a kernel variable.
    ///
    /// # Errors
    /// `ENOENT` without such a variable.
    fn sysctl(&self, name: &str) -> Result<Vec<u8>, Errno>;

    /// Time since some fixed moment.
    fn clock(&self) -> Duration;

    /// Lets time pass.
    fn pause(&self, time: Duration);
}
