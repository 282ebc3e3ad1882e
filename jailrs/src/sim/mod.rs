//! A FreeBSD 15.1 machine in memory, which answers as the kernel does.
//!
//! [`SimHost`] is the machine, [`SimHost::host`] the [`Host`] to work on it with. It answers every step of a transcript that
//! was recorded on a real kernel with the same values, error numbers and texts. Commands are recorded and never executed, but
//! for `/etc/rc.d/netif start`, which brings the interfaces of a jail up. Time passes only when something waits, so that nothing
//! takes long.
//!
//! # Examples
//! ```
//! use std::time::Duration;
//! use jailrs::{Errno, Jail, sim::{Op, SimHost}};
//!
//! let machine = SimHost::new();
//! let host = machine.host();
//! let jail = Jail::builder("web").create(&host)?;
//!
//! machine.fail(Op::JailRemove, 1, Errno::EPERM);
//! assert_eq!(jail.remove().unwrap_err().errno(), Some(Errno::EPERM));
//!
//! machine.keep_dying("web", u32::MAX);
//! jail.remove()?;
//! assert!(jail.wait_gone(Duration::from_secs(60)).is_err());
//! # Ok::<(), jailrs::Error>(())
//! ```

mod addresses;
mod check;
mod copy;
mod drivers;
mod fault;
mod jail_get;
mod jail_set;
mod jails;
mod meta;
mod numbers;
mod opts;
mod request;
mod script;
mod state;
mod sysctl;
mod system;
mod target;
mod tree;
mod vnets;
mod watch;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use fault::Op;
use jails::Machine;
use script::Script;
pub use script::{Outcome, Recorded};
use state::SimProcess;
pub use state::{Counters, Manner, SimState};
pub use vnets::{PlainState, PlainVnets, Vnets};

use crate::system::{Jid, Process};
use crate::tcp::TcpConnection;
use crate::{Errno, Host};

/// A simulated machine. A clone is the same machine.
#[derive(Clone)]
pub struct SimHost(Arc<Mutex<Machine>>);

impl fmt::Debug for SimHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SimHost").field(&self.lock().state).finish()
    }
}

impl Default for SimHost {
    fn default() -> Self {
        Self::with_vnets(PlainVnets::new())
    }
}

impl SimHost {
    /// A machine without jails, with [`PlainVnets`] and only `lo0`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A machine without jails, whose VNETs are these.
    #[must_use]
    pub fn with_vnets(vnets: impl Vnets + 'static) -> Self {
        Self::from_state(SimState::default(), vnets)
    }

    /// A machine as it was kept, with the VNETs that were kept beside it.
    #[must_use]
    pub fn from_state(state: SimState, vnets: impl Vnets + 'static) -> Self {
        Self(Arc::new(Mutex::new(Machine {
            state,
            vnets: Box::new(vnets),
            descs: BTreeMap::new(),
            listeners: Vec::new(),
            commands: Vec::new(),
            scripts: Vec::new(),
            clock: Duration::ZERO,
        })))
    }

    /// The machine as it is now, to be kept. Its VNETs are kept by whoever simulates them; recorded commands and descriptors
    /// belong to this program and are not kept.
    #[must_use]
    pub fn state(&self) -> SimState {
        let mut machine = self.lock();
        machine.forget_drivers();
        machine.state.clone()
    }

    /// The handle to work on this machine with.
    #[must_use]
    pub fn host(&self) -> Host {
        Host::new(Arc::new(self.clone()))
    }

    /// The number of the VNET that a jail is in, as [`Vnets`] counts them: 0 for the host's; none if there is no such jail.
    #[must_use]
    pub fn vnet(&self, jid: Jid) -> Option<u32> {
        self.lock().vnet_of(jid.0)
    }

    fn lock(&self) -> MutexGuard<'_, Machine> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says what the driver of an interface called it, which it is not called any more; see
    /// [`Interface::driver`](crate::Interface::driver). VNET and interface are told by the numbers that [`Vnets`] give them.
    ///
    /// Of those that are renamed on this machine it is known.
    pub fn set_driver(&self, vnet: u32, index: u32, driver: impl Into<String>) {
        self.lock().set_driver(vnet, index, driver.into());
    }

    /// Sets the machine's UUID (`kern.hostuuid`).
    pub fn set_hostuuid(&self, uuid: impl Into<String>) {
        self.lock().state.hostuuid = uuid.into();
    }

    /// Starts the machine anew at this time, in seconds since 1970: jails, processes, mounts and loaded modules are gone. The
    /// VNETs are not touched, but for those of the jails.
    pub fn reboot(&self, boottime: i64) {
        let mut machine = self.lock();
        let all: Vec<i32> = machine.state.jails.keys().copied().collect();
        machine.state.faults = fault::Faults::default();
        machine.state.processes.clear();
        machine.state.jails.values_mut().for_each(|prison| prison.connections.clear());
        for jid in all {
            machine.kill(jid);
        }
        machine.state.jails.clear();
        machine.state.mounts.clear();
        machine.state.modules.values_mut().for_each(|loaded| *loaded = false);
        machine.state.securelevel = SimState::default().securelevel;
        machine.state.boottime = boottime;
    }

    /// Makes it a machine of another version: below 1500000 jails have neither `meta` nor descriptors.
    pub fn set_osreldate(&self, version: i32) {
        self.lock().state.osreldate = version;
    }

    /// Sets the host's securelevel (`kern.securelevel`): above 0 no kernel module can be loaded.
    pub fn set_securelevel(&self, level: i32) {
        self.lock().state.securelevel = level;
    }

    /// Makes a directory, and those above it.
    pub fn add_dir(&self, path: impl AsRef<Path>) {
        self.lock().state.tree.add_dir(path.as_ref());
    }

    /// Makes a directory with the mount points that a jail's root has: `dev`, `dev/fd`, `proc`, `tmp`, `etc`, `var/run`, ...
    pub fn add_root(&self, path: impl AsRef<Path>) {
        let below = ["dev/fd", "etc", "mnt", "proc", "root", "tmp", "usr/local", "var/log", "var/run"];
        below.into_iter().for_each(|dir| self.add_dir(path.as_ref().join(dir)));
    }

    /// Makes a file, and the directories above it.
    pub fn add_file(&self, path: impl AsRef<Path>) {
        self.lock().state.tree.add_file(path.as_ref());
    }

    /// Writes a file, and makes the directories above it.
    pub fn write_file(&self, path: impl AsRef<Path>, text: impl Into<String>) {
        self.lock().state.tree.write_file(path.as_ref(), text.into());
    }

    /// Makes a symbolic link.
    pub fn add_link(&self, path: impl AsRef<Path>, target: impl AsRef<Path>) {
        self.lock().state.tree.add_link(path.as_ref(), target.as_ref());
    }

    /// Tells how commands end whose line contains `pattern`; the last one told counts. Others end well and print nothing.
    pub fn script(&self, pattern: impl Into<String>, outcome: Outcome) {
        self.lock().scripts.push(Script { pattern: pattern.into(), outcome });
    }

    /// The commands that this machine was asked to run, in order.
    #[must_use]
    pub fn commands(&self) -> Vec<Recorded> {
        self.lock().commands.clone()
    }

    /// Starts a process, in a jail or ([`Jid::HOST`]) on the host, and tells its number.
    pub fn start_process(&self, jid: Jid, command: impl Into<String>, manner: Manner) -> i32 {
        self.lock().start_process(jid, command.into(), manner)
    }

    /// Gives a jail a TCP connection. Its processes leave it behind, and it holds the jail, until it is dropped.
    pub fn add_connection(&self, jid: Jid, connection: TcpConnection) {
        if let Some(prison) = self.lock().state.jails.get_mut(&jid.0) {
            prison.connections.push(connection);
        }
    }

    /// Ends a process, as if it had come to its end by itself. It may have been the last of its jail.
    pub fn end_process(&self, pid: i32) {
        let mut machine = self.lock();
        if let Some(ended) = machine.state.processes.remove(&pid) {
            let jid = ended.process.jid.0;
            machine.look_at_dying(jid);
            machine.end_if_idle(jid);
        }
    }

    /// Makes the `nth` call from now (1 is the next) of an operation fail.
    pub fn fail(&self, op: Op, nth: u32, errno: Errno) {
        self.lock().state.faults.add(op, nth, errno);
    }

    /// Keeps jails of this name dying, once they are removed, for so many looks at them; `u32::MAX` for good.
    pub fn keep_dying(&self, name: impl Into<String>, looks: u32) {
        let name = name.into();
        let faults = &mut self.lock().state.faults;
        match looks {
            0 => drop(faults.dying.remove(&name)),
            _ => drop(faults.dying.insert(name, looks)),
        }
    }

    /// Keeps the interfaces of VNET jails that are gone from coming home for so many looks at the host's interfaces;
    /// `u32::MAX` for good.
    pub fn delay_homecoming(&self, looks: u32) {
        self.lock().state.faults.homecoming = looks;
    }
}

impl Machine {
    pub(super) fn start_process(&mut self, jid: Jid, command: String, manner: Manner) -> i32 {
        let pid = self.next_pid();
        let process = Process::new(pid, 1, jid, command);
        self.state.processes.insert(pid, SimProcess { process, manner });
        pid
    }
}
