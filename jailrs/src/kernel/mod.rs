//! FreeBSD's kernel behind the seam.

mod ioctl;
mod run;
mod tables;
mod tcp;
mod watch;

use std::any::Any;
use std::collections::BTreeMap;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::path::{Path, PathBuf};
use std::process::{self, ExitStatus, Output};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::command::Spec;
use crate::entry::Entry;
use crate::ifnet::Interface;
use crate::mount::Mounted;
use crate::param::{Declared, Kind};
use crate::sys::{self, OptCall, Session};
use crate::system::{Fsid, IfChange, JailFlags, Jid, Opt, Process, Refusal, System, Target, Vnet, Watch};
use crate::tcp::TcpConnection;
use crate::{Errno, Result};

const MNT_FORCE: i32 = 0x0008_0000;

/// The largest file of a jail that is read, in bytes.
const FILE_MAX: u64 = 16 << 20;

/// The machine that this program runs on.
pub(crate) fn system() -> Result<Arc<dyn System>> {
    Ok(Arc::new(Kernel { start: Instant::now(), descs: Mutex::default() }))
}

#[derive(Debug)]
struct Kernel {
    start: Instant,
    /// The jail descriptors that were given and not closed: no other number is closed.
    descs: Mutex<BTreeMap<RawFd, OwnedFd>>,
}

impl Kernel {
    fn jail(&self, call: OptCall, opts: &mut [Opt], flags: JailFlags) -> Result<Jid, Refusal> {
        let (jid, desc) = sys::jail(call, opts, flags)?;
        self.descs().extend(desc.map(|desc| (desc.as_raw_fd(), desc)));
        Ok(jid)
    }

    fn descs(&self) -> MutexGuard<'_, BTreeMap<RawFd, OwnedFd>> {
        self.descs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl System for Kernel {
    fn jail_set(&self, opts: &mut [Opt], flags: JailFlags) -> Result<Jid, Refusal> {
        self.jail(OptCall::JailSet, opts, flags)
    }

    fn jail_get(&self, opts: &mut [Opt], flags: JailFlags) -> Result<Jid, Refusal> {
        self.jail(OptCall::JailGet, opts, flags)
    }

    fn jail_remove(&self, jail: Target) -> Result<(), Errno> {
        sys::jail_remove(jail)
    }

    fn jail_cpus(&self, jail: Target) -> Result<Vec<u16>, Errno> {
        sys::jail_cpus(jail)
    }

    fn set_jail_cpus(&self, jail: Target, cpus: &[u16]) -> Result<(), Errno> {
        sys::set_jail_cpus(jail, cpus)
    }

    fn close_desc(&self, desc: i32) {
        // What is closed may own its jail, whose end takes its time.
        let closed = self.descs().remove(&desc);
        drop(closed);
    }

    fn param_kind(&self, name: &str) -> Result<Kind, Errno> {
        tables::param_kind(name)
    }

    fn params(&self) -> Result<Vec<Declared>, Errno> {
        tables::params()
    }

    fn watch(&self) -> Result<Box<dyn Watch>, Errno> {
        Ok(Box::new(watch::Queue::new()?))
    }

    fn interfaces(&self, vnet: Vnet) -> Result<Vec<Interface>, Errno> {
        ioctl::interfaces(vnet, |_| true)
    }

    fn interface(&self, vnet: Vnet, name: &str) -> Result<Option<Interface>, Errno> {
        Ok(ioctl::interfaces(vnet, |interface| interface.name == name)?.into_iter().next())
    }

    fn interface_change(&self, vnet: Vnet, name: &str, change: &IfChange) -> Result<(), Errno> {
        ioctl::change(&ioctl::socket(vnet)?, name, change)
    }

    fn interface_create(&self, vnet: Vnet, name: &str) -> Result<String, Errno> {
        ioctl::create(&ioctl::socket(vnet)?, name)
    }

    fn interface_destroy(&self, vnet: Vnet, name: &str) -> Result<(), Errno> {
        ioctl::destroy(&ioctl::socket(vnet)?, name)
    }

    fn interface_move(&self, name: &str, to: Jid) -> Result<(), Errno> {
        ioctl::move_in(name, to)
    }

    fn interface_reclaim(&self, name: &str, from: Jid) -> Result<(), Errno> {
        ioctl::reclaim(name, from)
    }

    fn tcp_connections(&self, vnet: Vnet) -> Result<Vec<TcpConnection>, Errno> {
        tcp::connections(vnet)
    }

    fn tcp_drop(&self, vnet: Vnet, connections: &[TcpConnection]) -> Result<usize, Errno> {
        tcp::drop_all(vnet, connections)
    }

    fn run(&self, jail: Option<Target>, command: &Spec) -> Result<Output, Errno> {
        run::run(jail, command)
    }

    fn console(&self, jail: Option<Target>, command: &Spec) -> Result<ExitStatus, Errno> {
        run::console(jail, command)
    }

    fn enter(
        &self,
        command: &mut process::Command,
        jail: Target,
        entry: &Entry,
        hold: Box<dyn Any + Send + Sync>,
    ) -> Result<(), Errno> {
        sys::enter_jail(command, Some(jail), entry, Session::New, Some(hold))
    }

    fn processes(&self) -> Result<Vec<Process>, Errno> {
        tables::processes()
    }

    fn kill_all(&self, jail: Target, signal: i32) -> Result<(), Errno> {
        sys::kill_all(jail, signal)
    }

    fn kill(&self, process: &Process, signal: i32) -> Result<(), Errno> {
        // A number is not given again so soon that this and the call after it were about two processes.
        let now = tables::process_now(process.pid)?.filter(|now| now.jid == process.jid);
        now.map_or(Err(Errno::ESRCH), |now| sys::kill(now.pid, signal))
    }

    fn mounts(&self) -> Result<Vec<Mounted>, Errno> {
        tables::mounts()
    }

    fn mount(&self, opts: &mut [Opt], flags: i32) -> Result<(), Refusal> {
        sys::with_opts(OptCall::Nmount, opts, flags).map(drop)
    }

    fn unmount(&self, fsid: Fsid, force: bool) -> Result<(), Errno> {
        sys::unmount(&fsid.to_string(), libc::MNT_BYFSID | if force { MNT_FORCE } else { 0 })
    }

    fn resolve_below(&self, root: &Path, point: &Path) -> Result<PathBuf, Errno> {
        crate::rooted::resolve_below(root, point)
    }

    fn read_below(&self, root: &Path, file: &Path) -> Result<Vec<u8>, Errno> {
        crate::rooted::read_below(root, file, FILE_MAX)
    }

    fn module_load(&self, name: &str) -> Result<(), Errno> {
        // One that is built in has no file to be loaded from.
        if sys::module_loaded(name) {
            return Ok(());
        }
        match sys::module_load(name) {
            Err(Errno::EEXIST) => Ok(()),
            loaded => loaded,
        }
    }

    fn module_loaded(&self, name: &str) -> bool {
        sys::module_loaded(name)
    }

    fn sysctl(&self, name: &str) -> Result<Vec<u8>, Errno> {
        sys::sysctl(&sys::sysctl_mib(name)?)
    }

    fn clock(&self) -> Duration {
        self.start.elapsed()
    }

    fn pause(&self, time: Duration) {
        std::thread::sleep(time);
    }
}
