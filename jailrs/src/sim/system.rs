//! The seam of a simulated machine.

use std::any::Any;
use std::path::{Path, PathBuf};
use std::process::{self, ExitStatus, Output};
use std::time::Duration;

use super::fault::Op;
use super::jails::Machine;
use super::script::{Outcome, Recorded};
use super::state::Manner;
use super::watch::Queue;
use super::{SimHost, meta};
use crate::Errno;
use crate::command::Spec;
use crate::entry::Entry;
use crate::ifnet::Interface;
use crate::mount::Mounted;
use crate::param::{Access, Declared, Kind, module_of, text_of};
use crate::system::{
    Fsid, IfChange, JailFlags, Jid, NoteFlags, Opt, Process, Refusal, System, Target, Vnet, Watch,
};
use crate::tcp::TcpConnection;

/// How many CPUs a simulated machine has.
const CPUS: u16 = 4;

impl System for SimHost {
    fn jail_set(&self, opts: &mut [Opt], flags: JailFlags) -> Result<Jid, Refusal> {
        let mut machine = self.lock();
        machine.state.faults.check(Op::JailSet)?;
        machine.jail_set(opts, flags)
    }

    fn jail_get(&self, opts: &mut [Opt], flags: JailFlags) -> Result<Jid, Refusal> {
        let mut machine = self.lock();
        machine.state.faults.check(Op::JailGet)?;
        machine.jail_get(opts, flags)
    }

    fn jail_remove(&self, jail: Target) -> Result<(), Errno> {
        let mut machine = self.lock();
        machine.state.faults.check(Op::JailRemove)?;
        let jid = machine.jid_of(jail)?;
        machine.jail_remove(jid)
    }

    fn jail_cpus(&self, jail: Target) -> Result<Vec<u16>, Errno> {
        let machine = self.lock();
        let jid = machine.jid_of(jail)?;
        if machine.state.jails.contains_key(&jid) { Ok(machine.cpus(jid)) } else { Err(Errno::ESRCH) }
    }

    fn set_jail_cpus(&self, jail: Target, cpus: &[u16]) -> Result<(), Errno> {
        let mut machine = self.lock();
        let jid = machine.jid_of(jail)?;
        machine.set_cpus(jid, cpus)
    }

    fn close_desc(&self, desc: i32) {
        self.lock().close_desc(desc);
    }

    fn param_kind(&self, name: &str) -> Result<Kind, Errno> {
        let machine = self.lock();
        Kind::of(name).filter(|_| machine.declares(name)).ok_or(Errno::ENOENT)
    }

    fn params(&self) -> Result<Vec<Declared>, Errno> {
        let machine = self.lock();
        let known = Kind::known().filter(|(name, _)| machine.declares(name));
        let declared = known.map(|(name, kind)| Declared::new(name, kind, Access::of(name)));
        Ok(declared.collect())
    }

    fn watch(&self) -> Result<Box<dyn Watch>, Errno> {
        if !self.lock().has_descriptors() {
            return Err(Errno::EOPNOTSUPP);
        }
        Ok(Box::new(Queue::new(self)))
    }

    fn interfaces(&self, vnet: Vnet) -> Result<Vec<Interface>, Errno> {
        let mut machine = self.lock();
        machine.state.faults.check(Op::Interfaces)?;
        if vnet == Vnet::Host {
            machine.look_for_homecoming();
        }
        let vnet = machine.entered(vnet)?;
        Ok(machine.interfaces(vnet))
    }

    fn interface_change(&self, vnet: Vnet, name: &str, change: &IfChange) -> Result<(), Errno> {
        let mut machine = self.lock();
        machine.state.faults.check(Op::InterfaceChange)?;
        let vnet = machine.entered(vnet)?;
        machine.change_interface(vnet, name, change)
    }

    fn interface_create(&self, vnet: Vnet, name: &str) -> Result<String, Errno> {
        let mut machine = self.lock();
        machine.state.faults.check(Op::InterfaceCreate)?;
        let vnet = machine.entered(vnet)?;
        machine.vnets.create_interface(vnet, name)
    }

    fn interface_destroy(&self, vnet: Vnet, name: &str) -> Result<(), Errno> {
        let mut machine = self.lock();
        machine.state.faults.check(Op::InterfaceDestroy)?;
        let vnet = machine.entered(vnet)?;
        machine.vnets.destroy_interface(vnet, name)
    }

    fn interface_move(&self, name: &str, to: Jid) -> Result<(), Errno> {
        let mut machine = self.lock();
        machine.state.faults.check(Op::InterfaceMove)?;
        // The kernel looks for the interface first.
        if !machine.vnets.interfaces(0).iter().any(|interface| interface.name == name) {
            return Err(Errno::ENXIO);
        }
        let vnet = machine.vnet_of(to.0).filter(|_| to != Jid::HOST).ok_or(Errno::ENXIO)?;
        machine.vnets.move_interface(name, 0, vnet)
    }

    fn interface_reclaim(&self, name: &str, from: Jid) -> Result<(), Errno> {
        let mut machine = self.lock();
        machine.state.faults.check(Op::InterfaceReclaim)?;
        let vnet = machine.vnet_of(from.0).filter(|_| from != Jid::HOST).ok_or(Errno::ENXIO)?;
        machine.vnets.reclaim_interface(name, vnet, 0)
    }

    fn tcp_connections(&self, vnet: Vnet) -> Result<Vec<TcpConnection>, Errno> {
        let machine = self.lock();
        let seen = machine.connected(vnet)?;
        Ok(seen
            .into_iter()
            .filter_map(|jid| machine.state.jails.get(&jid))
            .flat_map(|p| p.connections.clone())
            .collect())
    }

    fn tcp_drop(&self, vnet: Vnet, connections: &[TcpConnection]) -> Result<usize, Errno> {
        let mut machine = self.lock();
        machine.state.faults.check(Op::TcpDrop)?;
        machine.tcp_drop(vnet, connections)
    }

    fn run(&self, jail: Option<Target>, command: &Spec) -> Result<Output, Errno> {
        let mut machine = self.lock();
        machine.state.faults.check(Op::Run)?;
        machine.run(jail, command)
    }

    fn console(&self, jail: Option<Target>, command: &Spec) -> Result<ExitStatus, Errno> {
        let mut machine = self.lock();
        machine.state.faults.check(Op::Run)?;
        Ok(machine.run(jail, command)?.status)
    }

    fn enter(
        &self,
        _command: &mut process::Command,
        _jail: Target,
        _entry: &Entry,
        _hold: Box<dyn Any + Send + Sync>,
    ) -> Result<(), Errno> {
        Err(Errno::EOPNOTSUPP)
    }

    fn processes(&self) -> Result<Vec<Process>, Errno> {
        let machine = self.lock();
        let listed = machine.state.processes.values().filter(|process| process.manner != Manner::Fleeting);
        Ok(listed.map(|process| process.process.clone()).collect())
    }

    fn kill_all(&self, jail: Target, signal: i32) -> Result<(), Errno> {
        let mut machine = self.lock();
        if signal != 0 {
            machine.state.faults.check(Op::KillAll)?;
        }
        let jid = machine.jid_of(jail)?;
        machine.kill_all(Jid(jid), signal)
    }

    fn kill(&self, process: &Process, signal: i32) -> Result<(), Errno> {
        let mut machine = self.lock();
        let jid = process.jid;
        let there = machine.state.processes.get(&process.pid).filter(|there| there.process.jid == jid);
        if !there.ok_or(Errno::ESRCH)?.manner.survives(signal) {
            machine.state.processes.remove(&process.pid);
            machine.end_if_idle(jid.0);
        }
        Ok(())
    }

    fn mounts(&self) -> Result<Vec<Mounted>, Errno> {
        Ok(self.lock().state.mounts.clone())
    }

    fn mount(&self, opts: &mut [Opt], _flags: i32) -> Result<(), Refusal> {
        let mut machine = self.lock();
        machine.state.faults.check(Op::Mount)?;
        machine.mount(opts)
    }

    fn unmount(&self, fsid: Fsid, _force: bool) -> Result<(), Errno> {
        let mut machine = self.lock();
        machine.state.faults.check(Op::Unmount)?;
        machine.unmount(fsid)
    }

    fn resolve_below(&self, root: &Path, point: &Path) -> Result<PathBuf, Errno> {
        self.lock().state.tree.below(root, point)
    }

    fn read_below(&self, root: &Path, file: &Path) -> Result<Vec<u8>, Errno> {
        self.lock().state.tree.read_below(root, file)
    }

    fn module_load(&self, name: &str) -> Result<(), Errno> {
        let mut machine = self.lock();
        machine.state.faults.check(Op::ModuleLoad)?;
        let secured = machine.state.securelevel > 0;
        match machine.state.modules.get_mut(name) {
            // What is there already, the kernel is not asked for.
            Some(true) => Ok(()),
            // It looks at the level before it looks for a file.
            _ if secured => Err(Errno::EPERM),
            Some(loaded) => {
                *loaded = true;
                Ok(())
            }
            None => Err(Errno::ENOENT),
        }
    }

    fn module_loaded(&self, name: &str) -> bool {
        self.lock().state.modules.get(name).copied().unwrap_or_default()
    }

    fn sysctl(&self, name: &str) -> Result<Vec<u8>, Errno> {
        self.lock().sysctl(name)
    }

    fn clock(&self) -> Duration {
        self.lock().clock
    }

    fn pause(&self, time: Duration) {
        let mut machine = self.lock();
        machine.clock = machine.clock.saturating_add(time);
    }
}

impl Machine {
    /// The VNET that a process would be in which enters it now; a dying jail takes nobody in.
    fn entered(&self, vnet: Vnet) -> Result<u32, Errno> {
        match vnet {
            Vnet::Host => Ok(0),
            Vnet::Jail(jail) => match self.jid_of(jail)? {
                jid if jid != 0 && self.alive(jid) => self.vnet_of(jid).ok_or(Errno::EINVAL),
                _ => Err(Errno::EINVAL),
            },
        }
    }

    /// The jails whose connections are seen by who enters a VNET: the jail itself and those below it, without those that have another.
    fn connected(&self, vnet: Vnet) -> Result<Vec<i32>, Errno> {
        let number = self.entered(vnet)?;
        let top = match vnet {
            Vnet::Host => 0,
            Vnet::Jail(jail) => self.jid_of(jail)?,
        };
        let all = self.below(top).into_iter().map(|(jid, _)| jid).chain([top]);
        let mut seen: Vec<i32> = all.filter(|jid| self.vnet_of(*jid) == Some(number)).collect();
        seen.sort_unstable();
        Ok(seen)
    }

    fn tcp_drop(&mut self, vnet: Vnet, connections: &[TcpConnection]) -> Result<usize, Errno> {
        let seen = self.connected(vnet)?;
        let has_own = match vnet {
            Vnet::Host => true,
            Vnet::Jail(jail) => {
                self.state.jails.get(&self.jid_of(jail)?).is_some_and(|prison| prison.vnet.is_some())
            }
        };
        if !has_own {
            return Err(Errno::EPERM);
        }
        let mut dropped = 0;
        for jid in seen {
            let Some(prison) = self.state.jails.get_mut(&jid) else { continue };
            let before = prison.connections.len();
            prison.connections.retain(|one| !connections.contains(one));
            dropped += before - prison.connections.len();
            self.look_at_dying(jid);
        }
        Ok(dropped)
    }

    /// Whether this machine has a parameter now: that of a module once it is there, notes from 15.0 on.
    pub(super) fn declares(&self, name: &str) -> bool {
        let loaded = |module: &str| self.state.modules.get(module).copied().unwrap_or_default();
        let built_in = name.starts_with("sysv");
        (!meta::is_meta(name) || self.has_descriptors()) && (built_in || module_of(name).is_none_or(loaded))
    }

    /// The CPUs that a jail may use.
    fn cpus(&self, jid: i32) -> Vec<u16> {
        match self.state.jails.get(&jid) {
            None => (0..CPUS).collect(),
            Some(prison) if prison.cpus.is_empty() => self.cpus(prison.parent.0),
            Some(prison) => prison.cpus.clone(),
        }
    }

    fn set_cpus(&mut self, jid: i32, cpus: &[u16]) -> Result<(), Errno> {
        let parent = self.state.jails.get(&jid).ok_or(Errno::ESRCH)?.parent.0;
        let above = self.cpus(parent);
        if cpus.is_empty() {
            return Err(Errno::EDEADLK);
        }
        if cpus.iter().any(|cpu| !above.contains(cpu)) {
            return Err(Errno::EINVAL);
        }
        if let Some(prison) = self.state.jails.get_mut(&jid) {
            prison.cpus = above.into_iter().filter(|cpu| cpus.contains(cpu)).collect();
        }
        Ok(())
    }

    /// The number of the jail that is meant.
    pub(super) fn jid_of(&self, jail: Target) -> Result<i32, Errno> {
        match jail.desc {
            Some(desc) => self.desc_jail(desc).map_err(|refusal| refusal.errno),
            None => Ok(jail.jid.0),
        }
    }

    fn run(&mut self, jail: Option<Target>, command: &Spec) -> Result<Output, Errno> {
        let jail = jail.map(|jail| self.jid_of(jail)).transpose()?.map(Jid);
        let name = |jid: Jid| self.state.jails.get(&jid.0).filter(|prison| prison.is_alive());
        let jail = match jail {
            Some(jid) => Some((jid, name(jid).ok_or(Errno::EINVAL)?.name.clone())),
            None => None,
        };
        let place = jail.as_ref().map_or(Jid::HOST, |(jid, _)| *jid);
        if place != Jid::HOST {
            let pid = self.next_pid();
            self.note(place.0, NoteFlags::ATTACH, pid);
        }
        let recorded = Recorded::new(jail, command);
        let script = self.scripts.iter().rfind(|script| recorded.line.contains(&script.pattern));
        let is_told = script.is_some();
        let outcome = script.map_or_else(Outcome::default, |script| script.outcome.clone());
        self.commands.push(recorded);
        if let Some((daemon, manner)) = outcome.daemon() {
            self.start_process(place, daemon.to_owned(), manner);
        }
        if !is_told && place != Jid::HOST {
            self.start_network(place.0, command);
        }
        if let Some(limit) = command.limit.filter(|_| outcome.is_endless()) {
            self.clock = self.clock.saturating_add(limit);
            return Err(Errno::ETIMEDOUT);
        }
        Ok(outcome.output(command))
    }

    /// What rc.d/netif, by itself or as part of rc(8), does in a jail whose rc.conf(5) has a line for each interface.
    fn start_network(&mut self, jid: i32, command: &Spec) {
        let words: Vec<&str> = command.args.iter().filter_map(|arg| arg.to_str()).collect();
        let names = match (command.program.to_str(), words.as_slice()) {
            (Some("/etc/rc.d/netif"), ["start", names @ ..]) => names,
            (Some("/bin/sh"), ["/etc/rc"]) => &[],
            _ => return,
        };
        let Some(vnet) = self.state.jails.get(&jid).and_then(|prison| prison.vnet) else { return };
        for interface in self.vnets.interfaces(vnet) {
            if names.is_empty() || names.contains(&interface.name.as_str()) {
                // One that cannot come up stays down, as with the script.
                let _ = self.vnets.change(vnet, &interface.name, &IfChange::Up(true));
            }
        }
    }

    fn kill_all(&mut self, jid: Jid, signal: i32) -> Result<(), Errno> {
        if jid == Jid::HOST || !self.alive(jid.0) {
            return Err(Errno::EINVAL);
        }
        let mut jids: Vec<i32> = self.below(jid.0).into_iter().map(|(jid, _)| jid).collect();
        jids.push(jid.0);
        let inside = |process: &Process| jids.contains(&process.jid.0);
        if !self.state.processes.values().any(|process| inside(&process.process)) {
            return Err(Errno::ESRCH);
        }
        self.state
            .processes
            .retain(|_, process| !inside(&process.process) || process.manner.survives(signal));
        for jid in jids {
            self.end_if_idle(jid);
        }
        Ok(())
    }

    fn mount(&mut self, opts: &[Opt]) -> Result<(), Refusal> {
        let text = |name: &str| opts.iter().rfind(|opt| opt.name == name).map(|opt| text_of(&opt.value));
        let fstype = text("fstype").ok_or(Errno::EINVAL)?;
        let point = self.state.tree.directory(text("fspath").ok_or(Errno::EINVAL)?.as_ref())?;
        if !["devfs", "fdescfs", "procfs", "nullfs", "tmpfs"].contains(&fstype.as_str()) {
            return Err(Errno::ENODEV.into());
        }
        let mut from = text("from").or_else(|| text("target")).unwrap_or_else(|| fstype.clone());
        if fstype == "nullfs" {
            from = self.state.tree.directory(from.as_ref())?.to_string_lossy().into_owned();
        }
        let mut mounted = Mounted::new(fstype, from, point, Fsid(self.next_fsid(), 0x71));
        mounted.read_only = opts.iter().any(|opt| opt.name == "ro");
        self.state.mounts.push(mounted);
        Ok(())
    }

    fn unmount(&mut self, fsid: Fsid) -> Result<(), Errno> {
        let at = self.state.mounts.iter().position(|mounted| mounted.fsid == fsid).ok_or(Errno::ENOENT)?;
        // What is mounted on top, or further down, has to go first.
        let covers = |upper: &Mounted, lower: &Mounted| upper.point.starts_with(&lower.point);
        let busy = self
            .state
            .mounts
            .get(at)
            .is_some_and(|lower| self.state.mounts.iter().skip(at + 1).any(|upper| covers(upper, lower)));
        if busy {
            return Err(Errno::EBUSY);
        }
        self.state.mounts.remove(at);
        Ok(())
    }
}
