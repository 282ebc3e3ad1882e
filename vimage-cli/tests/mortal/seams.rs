//! The three seams of a machine, each asking the plan before it does anything.

use std::io::IoSlice;
use std::path::{Path as FilePath, PathBuf};
use std::process::{ExitStatus, Output};
use std::sync::Arc;
use std::time::Duration;

use jailrs::command::Spec;
use jailrs::mount::Mounted;
use jailrs::param::{Declared, Kind as ParamKind};
use jailrs::sim::SimHost;
use jailrs::system::{Fsid, IfChange, JailFlags, Jid, Opt, Process, Refusal, System, Target, Vnet, Watch};
use jailrs::{Entry, Errno, Host, Interface, TcpConnection};
use netgraph::message::{Frame, Message};
use netgraph::nodes::generic::ListNodes;
use netgraph::transport::{RecvBatch, Transport, Wait};
use netgraph::{HookName, Kernel, NodeName, Path};
use vimage::error::{Error, Result};
use vimage::host::{Machine, Simulated};
use vimage::state::{Guard, Store};

use super::{Fate, Kind, Plan, Verdict};

/// A machine on which the plan is carried out.
pub(super) fn machine(sim: &Simulated, plan: &Arc<Plan>) -> Machine {
    let mut machine = Machine::simulated(sim.clone());
    machine.kernel =
        Arc::new(Mortal { inner: Arc::clone(&machine.kernel), plan: Arc::clone(plan), inside: false });
    machine.jails =
        Host::new(Arc::new(Mortal { inner: sim.jails.clone(), plan: Arc::clone(plan), inside: false }));
    machine.store =
        Arc::new(Mortal { inner: Arc::clone(&machine.store), plan: Arc::clone(plan), inside: false });
    machine
}

#[derive(Debug)]
struct Mortal<T> {
    inner: T,
    plan: Arc<Plan>,
    /// Whether it is of a jail.
    inside: bool,
}

impl Kernel for Mortal<Arc<dyn Kernel>> {
    fn open(&self, name: Option<&NodeName>) -> Result<Box<dyn Transport>, netgraph::Error> {
        let (plan, inside) = (Arc::clone(&self.plan), self.inside);
        Ok(Box::new(Mortal { inner: self.inner.open(name)?, plan, inside }))
    }

    fn load_type(&self, type_name: &str) -> Result<(), netgraph::Error> {
        self.inner.load_type(type_name)
    }

    fn in_jail(&self, jid: i32) -> Result<Arc<dyn Kernel>, netgraph::Error> {
        let plan = Arc::clone(&self.plan);
        Ok(Arc::new(Mortal { inner: self.inner.in_jail(jid)?, plan, inside: true }))
    }
}

impl Transport for Mortal<Box<dyn Transport>> {
    fn send_msg(&self, path: &Path, frame: &[u8]) -> Result<(), netgraph::Errno> {
        let what = || format!("a message to {path}, command {:?}", frame.get(16..24));
        match self.plan.judge(Kind::Other, what) {
            Verdict::Fine => self.inner.send_msg(path, frame),
            Verdict::Before => Err(netgraph::Errno::EIO),
            Verdict::After => self.inner.send_msg(path, frame).and(Err(netgraph::Errno::EIO)),
        }
    }

    fn recv_msg(&self, frame: &mut Vec<u8>, wait: Wait) -> Result<Option<Path>, netgraph::Errno> {
        let from = self.inner.recv_msg(frame, wait)?;
        let haunted = self.inside && self.plan.fate == Fate::Ghosts;
        if haunted && Frame::parse(frame).is_ok_and(|told| told.command() == ListNodes::COMMAND) {
            frame.extend([0; size_of::<netgraph::sys::nodeinfo>()]);
        }
        Ok(from)
    }

    fn send_data(&self, batch: &[(HookName, IoSlice<'_>)]) -> Result<usize, netgraph::Errno> {
        self.inner.send_data(batch)
    }

    fn recv_data(&self, batch: &mut RecvBatch, wait: Wait) -> Result<usize, netgraph::Errno> {
        self.inner.recv_data(batch, wait)
    }

    fn socket_name(&self) -> Result<NodeName, netgraph::Errno> {
        self.inner.socket_name()
    }

    fn grow_receive_buffer(&self) -> Result<(), netgraph::Errno> {
        self.inner.grow_receive_buffer()
    }
}

impl Store for Mortal<Arc<dyn Store>> {
    fn read(&self, key: &str) -> Result<Option<Vec<u8>>> {
        self.check(Kind::Other, || format!("reading {key}"))?;
        self.inner.read(key)
    }

    fn write(&self, key: &str, bytes: &[u8]) -> Result<()> {
        self.check(Kind::Write, || format!("writing {key}"))?;
        self.inner.write(key, bytes)
    }

    fn remove(&self, key: &str) -> Result<()> {
        self.check(Kind::Other, || format!("removing {key}"))?;
        self.inner.remove(key)
    }

    fn list(&self) -> Result<Vec<String>> {
        self.check(Kind::Other, || "listing the records".into())?;
        self.inner.list()
    }

    fn lock(&self, name: &str) -> Result<Guard> {
        self.inner.lock(name)
    }

    fn place(&self, key: &str) -> String {
        self.inner.place(key)
    }
}

impl<T> Mortal<T> {
    fn check(&self, kind: Kind, what: impl FnOnce() -> String) -> Result<()> {
        match self.plan.judge(kind, what) {
            Verdict::Before => Err(Error::failed("the disk is broken")),
            _ => Ok(()),
        }
    }

    fn ask(&self, what: impl FnOnce() -> String) -> Result<(), Errno> {
        match self.plan.judge(Kind::Other, what) {
            Verdict::Before => Err(Errno::EIO),
            _ => Ok(()),
        }
    }
}

impl System for Mortal<SimHost> {
    fn jail_set(&self, opts: &mut [Opt], flags: JailFlags) -> Result<Jid, Refusal> {
        self.ask(|| "jail_set".into())?;
        self.inner.jail_set(opts, flags)
    }

    fn jail_get(&self, opts: &mut [Opt], flags: JailFlags) -> Result<Jid, Refusal> {
        self.ask(|| "jail_get".into())?;
        self.inner.jail_get(opts, flags)
    }

    fn jail_remove(&self, jail: Target) -> Result<(), Errno> {
        self.ask(|| "jail_remove".into())?;
        self.inner.jail_remove(jail)
    }

    fn jail_cpus(&self, jail: Target) -> Result<Vec<u16>, Errno> {
        self.inner.jail_cpus(jail)
    }

    fn set_jail_cpus(&self, jail: Target, cpus: &[u16]) -> Result<(), Errno> {
        self.inner.set_jail_cpus(jail, cpus)
    }

    fn close_desc(&self, desc: i32) {
        // The kernel closes them even for the dead.
        self.inner.close_desc(desc);
    }

    fn param_kind(&self, name: &str) -> Result<ParamKind, Errno> {
        self.inner.param_kind(name)
    }

    fn params(&self) -> Result<Vec<Declared>, Errno> {
        self.inner.params()
    }

    fn watch(&self) -> Result<Box<dyn Watch>, Errno> {
        self.inner.watch()
    }

    fn interfaces(&self, vnet: Vnet) -> Result<Vec<Interface>, Errno> {
        self.ask(|| format!("listing the interfaces of {vnet:?}"))?;
        self.inner.interfaces(vnet)
    }

    fn interface_change(&self, vnet: Vnet, name: &str, change: &IfChange) -> Result<(), Errno> {
        self.ask(|| format!("{change:?} of {name}"))?;
        self.inner.interface_change(vnet, name, change)
    }

    fn interface_create(&self, vnet: Vnet, name: &str) -> Result<String, Errno> {
        self.ask(|| format!("making {name}"))?;
        self.inner.interface_create(vnet, name)
    }

    fn interface_destroy(&self, vnet: Vnet, name: &str) -> Result<(), Errno> {
        self.ask(|| format!("destroying {name}"))?;
        self.inner.interface_destroy(vnet, name)
    }

    fn interface_move(&self, name: &str, to: Jid) -> Result<(), Errno> {
        self.ask(|| format!("moving {name} into {to}"))?;
        self.inner.interface_move(name, to)
    }

    fn interface_reclaim(&self, name: &str, from: Jid) -> Result<(), Errno> {
        self.ask(|| format!("taking {name} out of {from}"))?;
        self.inner.interface_reclaim(name, from)
    }

    fn tcp_connections(&self, vnet: Vnet) -> Result<Vec<TcpConnection>, Errno> {
        self.ask(|| "listing connections".into())?;
        self.inner.tcp_connections(vnet)
    }

    fn tcp_drop(&self, vnet: Vnet, connections: &[TcpConnection]) -> Result<usize, Errno> {
        self.ask(|| "dropping connections".into())?;
        self.inner.tcp_drop(vnet, connections)
    }

    fn run(&self, jail: Option<Target>, command: &Spec) -> Result<Output, Errno> {
        self.ask(|| format!("running {}", command.line()))?;
        self.inner.run(jail, command)
    }

    fn console(&self, jail: Option<Target>, command: &Spec) -> Result<ExitStatus, Errno> {
        self.ask(|| format!("a console with {}", command.line()))?;
        self.inner.console(jail, command)
    }

    fn enter(
        &self,
        command: &mut std::process::Command,
        jail: Target,
        entry: &Entry,
        hold: Box<dyn std::any::Any + Send + Sync>,
    ) -> Result<(), Errno> {
        self.inner.enter(command, jail, entry, hold)
    }

    fn processes(&self) -> Result<Vec<Process>, Errno> {
        self.ask(|| "listing processes".into())?;
        self.inner.processes()
    }

    fn kill_all(&self, jail: Target, signal: i32) -> Result<(), Errno> {
        self.ask(|| format!("signal {signal}"))?;
        self.inner.kill_all(jail, signal)
    }

    fn mounts(&self) -> Result<Vec<Mounted>, Errno> {
        self.ask(|| "listing mounts".into())?;
        self.inner.mounts()
    }

    fn mount(&self, opts: &mut [Opt], flags: i32) -> Result<(), Refusal> {
        self.ask(|| "mounting".into())?;
        self.inner.mount(opts, flags)
    }

    fn unmount(&self, fsid: Fsid, force: bool) -> Result<(), Errno> {
        self.ask(|| "unmounting".into())?;
        self.inner.unmount(fsid, force)
    }

    fn resolve_below(&self, root: &FilePath, point: &FilePath) -> Result<PathBuf, Errno> {
        self.ask(|| format!("finding {}", point.display()))?;
        self.inner.resolve_below(root, point)
    }

    fn read_below(&self, root: &FilePath, file: &FilePath) -> Result<Vec<u8>, Errno> {
        self.inner.read_below(root, file)
    }

    fn module_load(&self, name: &str) -> Result<(), Errno> {
        self.inner.module_load(name)
    }

    fn module_loaded(&self, name: &str) -> bool {
        self.inner.module_loaded(name)
    }

    fn sysctl(&self, name: &str) -> Result<Vec<u8>, Errno> {
        self.inner.sysctl(name)
    }

    fn clock(&self) -> Duration {
        self.inner.clock()
    }

    fn pause(&self, time: Duration) {
        self.inner.pause(time);
    }
}
