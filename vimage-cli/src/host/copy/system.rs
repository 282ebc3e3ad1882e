//! The seam of a copy: what changes goes to the simulated jails, and what only the machine can tell is asked of it.

use std::any::Any;
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::{self, ExitStatus, Output};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jailrs::command::Spec;
use jailrs::mount::Mounted;
use jailrs::param::{Declared, Kind};
use jailrs::sim::SimHost;
use jailrs::system::{Fsid, IfChange, JailFlags, Jid, Opt, Process, Refusal, System, Target, Vnet, Watch};
use jailrs::{Entry, Errno, Host, Interface, TcpConnection};

/// The parameters that a simulated jail is made with. All others are checked by their form alone: which there are, the
/// kernel's modules decide.
const SIMULATED: [&str; 9] =
    ["desc", "devfs_ruleset", "errmsg", "host.hostname", "jid", "name", "path", "persist", "vnet"];

/// A file system's number that no real one has: the second half of it is a type.
const FSID_TYPE: i32 = -1;

/// The jails of a copy.
#[derive(Debug)]
pub(super) struct Tried {
    sim: SimHost,
    machine: Host,
    /// The addresses of the host's interfaces, which the simulated graph does not keep.
    addresses: Vec<(String, Vec<IpAddr>)>,
    mounts: Mutex<Mounts>,
    loaded: Mutex<BTreeSet<String>>,
}

#[derive(Debug)]
struct Mounts {
    list: Vec<Mounted>,
    made: i32,
}

impl Tried {
    pub(super) fn new(sim: SimHost, machine: Host, mounts: Vec<Mounted>, host: Vec<Interface>) -> Self {
        Self {
            sim,
            machine,
            addresses: host.into_iter().map(|interface| (interface.name, interface.addresses)).collect(),
            mounts: Mutex::new(Mounts { list: mounts, made: 0 }),
            loaded: Mutex::default(),
        }
    }

    fn mounts_now(&self) -> MutexGuard<'_, Mounts> {
        self.mounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a directory is below a mount of the copy, which the machine does not have.
    fn is_below_new_mount(&self, path: &Path) -> bool {
        self.mounts_now()
            .list
            .iter()
            .any(|mounted| mounted.fsid.1 == FSID_TYPE && path.starts_with(&mounted.point))
    }
}

fn is_simulated(name: &str) -> bool {
    let name = name.strip_prefix("no").unwrap_or(name);
    SIMULATED.contains(&name) || name.starts_with("meta.")
}

fn text(opts: &[Opt], name: &str) -> Option<String> {
    let opt = opts.iter().rfind(|opt| opt.name == name)?;
    let bytes = opt.value.split(|byte| *byte == 0).next().unwrap_or_default();
    Some(String::from_utf8_lossy(bytes).into_owned())
}

impl System for Tried {
    fn jail_set(&self, opts: &mut [Opt], flags: JailFlags) -> Result<Jid, Refusal> {
        if let Some(path) = text(opts, "path") {
            self.sim.add_dir(path);
        }
        let mut known: Vec<Opt> = opts.iter().filter(|opt| is_simulated(&opt.name)).cloned().collect();
        let jid = self.sim.jail_set(&mut known, flags)?;
        for answered in known {
            opts.iter_mut()
                .filter(|opt| opt.name == answered.name)
                .for_each(|opt| opt.value.clone_from(&answered.value));
        }
        Ok(jid)
    }

    fn jail_get(&self, opts: &mut [Opt], flags: JailFlags) -> Result<Jid, Refusal> {
        self.sim.jail_get(opts, flags)
    }

    fn jail_remove(&self, jail: Target) -> Result<(), Errno> {
        self.sim.jail_remove(jail)
    }

    fn jail_cpus(&self, jail: Target) -> Result<Vec<u16>, Errno> {
        self.sim.jail_cpus(jail)
    }

    fn set_jail_cpus(&self, jail: Target, cpus: &[u16]) -> Result<(), Errno> {
        self.sim.set_jail_cpus(jail, cpus)
    }

    fn close_desc(&self, desc: i32) {
        self.sim.close_desc(desc);
    }

    fn param_kind(&self, name: &str) -> Result<Kind, Errno> {
        self.machine.system().param_kind(name)
    }

    fn params(&self) -> Result<Vec<Declared>, Errno> {
        self.machine.system().params()
    }

    fn watch(&self) -> Result<Box<dyn Watch>, Errno> {
        self.sim.watch()
    }

    fn interfaces(&self, vnet: Vnet) -> Result<Vec<Interface>, Errno> {
        let mut interfaces = self.sim.interfaces(vnet)?;
        if vnet == Vnet::Host {
            for interface in &mut interfaces {
                let had = self.addresses.iter().find(|(name, _)| *name == interface.name);
                interface.addresses = had.map(|(_, addresses)| addresses.clone()).unwrap_or_default();
            }
        }
        Ok(interfaces)
    }

    fn interface_change(&self, vnet: Vnet, name: &str, change: &IfChange) -> Result<(), Errno> {
        self.sim.interface_change(vnet, name, change)
    }

    fn interface_create(&self, vnet: Vnet, name: &str) -> Result<String, Errno> {
        self.sim.interface_create(vnet, name)
    }

    fn interface_destroy(&self, vnet: Vnet, name: &str) -> Result<(), Errno> {
        self.sim.interface_destroy(vnet, name)
    }

    fn interface_move(&self, name: &str, to: Jid) -> Result<(), Errno> {
        self.sim.interface_move(name, to)
    }

    fn interface_reclaim(&self, name: &str, from: Jid) -> Result<(), Errno> {
        self.sim.interface_reclaim(name, from)
    }

    fn tcp_connections(&self, vnet: Vnet) -> Result<Vec<TcpConnection>, Errno> {
        self.sim.tcp_connections(vnet)
    }

    fn tcp_drop(&self, vnet: Vnet, connections: &[TcpConnection]) -> Result<usize, Errno> {
        self.sim.tcp_drop(vnet, connections)
    }

    fn run(&self, jail: Option<Target>, command: &Spec) -> Result<Output, Errno> {
        self.sim.run(jail, command)
    }

    fn console(&self, jail: Option<Target>, command: &Spec) -> Result<ExitStatus, Errno> {
        self.sim.console(jail, command)
    }

    fn enter(
        &self,
        command: &mut process::Command,
        jail: Target,
        entry: &Entry,
        hold: Box<dyn Any + Send + Sync>,
    ) -> Result<(), Errno> {
        self.sim.enter(command, jail, entry, hold)
    }

    fn processes(&self) -> Result<Vec<Process>, Errno> {
        self.sim.processes()
    }

    fn kill_all(&self, jail: Target, signal: i32) -> Result<(), Errno> {
        self.sim.kill_all(jail, signal)
    }

    fn mounts(&self) -> Result<Vec<Mounted>, Errno> {
        Ok(self.mounts_now().list.clone())
    }

    fn mount(&self, opts: &mut [Opt], _flags: i32) -> Result<(), Refusal> {
        let fstype = text(opts, "fstype").ok_or(Errno::EINVAL)?;
        let point = text(opts, "fspath").ok_or(Errno::EINVAL)?;
        let from = text(opts, "from").unwrap_or_else(|| fstype.clone());
        let mut mounts = self.mounts_now();
        mounts.made += 1;
        let number = Fsid(mounts.made, FSID_TYPE);
        mounts.list.push(Mounted::new(fstype, from, point, number));
        Ok(())
    }

    fn unmount(&self, fsid: Fsid, _force: bool) -> Result<(), Errno> {
        let mut mounts = self.mounts_now();
        let at = mounts.list.iter().position(|mounted| mounted.fsid == fsid).ok_or(Errno::ENOENT)?;
        let (lower, upper) = mounts.list.split_at(at + 1);
        let covered =
            lower.last().is_some_and(|lower| upper.iter().any(|upper| upper.point.starts_with(&lower.point)));
        if covered {
            return Err(Errno::EBUSY);
        }
        mounts.list.remove(at);
        Ok(())
    }

    fn resolve_below(&self, root: &Path, point: &Path) -> Result<PathBuf, Errno> {
        let below = root.join(point.strip_prefix("/").unwrap_or(point));
        match self.machine.system().resolve_below(root, point) {
            // What a mount brings can be looked at only once it is there.
            Err(Errno::ENOENT) if self.is_below_new_mount(&below) => Ok(below),
            resolved => resolved,
        }
    }

    fn read_below(&self, root: &Path, file: &Path) -> Result<Vec<u8>, Errno> {
        self.machine.system().read_below(root, file)
    }

    fn module_load(&self, name: &str) -> Result<(), Errno> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
        Ok(())
    }

    fn module_loaded(&self, name: &str) -> bool {
        let loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        loaded.contains(name) || self.machine.has_module(name)
    }

    fn sysctl(&self, name: &str) -> Result<Vec<u8>, Errno> {
        self.machine.system().sysctl(name)
    }

    fn clock(&self) -> Duration {
        self.sim.clock()
    }

    fn pause(&self, time: Duration) {
        self.sim.pause(time);
    }
}
