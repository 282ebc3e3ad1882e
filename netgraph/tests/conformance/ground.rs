//! Where a trial runs: a VNET of a simulated machine, or that of this process on FreeBSD.

use std::ops::Deref;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jailrs::sim::{SimHost, Vnets};
use jailrs::system::{IfChange, JailFlags, Jid, Opt};
use jailrs::{Host, IfFlags, Interface, Mac};
use netgraph::kernel::HostKernel;
use netgraph::nodes::EtherAddr;
use netgraph::sim::{SimInterface, SimKernel, SimMachine, SimSocket};
use netgraph::transport::Wait;
use netgraph::{Error, Kernel, NodeName, Transport};

/// The environment variable that says how fast a trial on FreeBSD's kernel goes.
pub(crate) const PACE: &str = "NETGRAPH_TEST_PACE";

/// A kernel to open sockets on, and the jails and interfaces that are with it.
pub(crate) struct Ground {
    pub(crate) kernel: Box<dyn Kernel>,
    pub(crate) host: Host,
    /// The simulated machine, unless this is FreeBSD's kernel.
    pub(crate) sim: Option<Sim>,
    /// Whether this is a jail of a simulated machine that may have no jails below it.
    pub(crate) childless: bool,
    /// How many eighths of the recorder's time are waited on FreeBSD's kernel.
    pace: u32,
}

/// The simulated half.
pub(crate) struct Sim {
    kernel: SimKernel,
    vnets: Arc<Numbers>,
}

/// The sockets that a transcript has opened under one name.
pub(crate) enum Opened {
    Sim(SimSocket),
    Kernel(Box<dyn Transport>),
}

impl Deref for Opened {
    type Target = dyn Transport;
    fn deref(&self) -> &Self::Target {
        match self {
            Self::Sim(socket) => socket,
            Self::Kernel(socket) => &**socket,
        }
    }
}

impl Ground {
    /// A fresh machine: in the host's VNET with an interface `em0`, or in a VNET of its own.
    pub(crate) fn simulated(in_host: bool) -> Self {
        let machine = SimMachine::new();
        machine.load_resident_modules();
        machine.add_nic("em0", "02:00:00:00:00:e0".parse().expect("an address")).expect("a new machine");
        let base = if in_host { 0 } else { machine.create_vnet() };
        let vnets = Arc::new(Numbers {
            machine,
            base,
            shared: false,
            newest: AtomicU32::new(base),
            jails: Mutex::default(),
        });
        let host = SimHost::with_vnets(Adapter(Arc::clone(&vnets))).host();
        let kernel = SimKernel::on(&vnets.machine, base);
        Self {
            kernel: Box::new(kernel.clone()),
            host,
            sim: Some(Sim { kernel, vnets }),
            childless: false,
            pace: 0,
        }
    }

    /// The kernel of this machine, in the VNET of this process.
    pub(crate) fn real() -> Result<Self, jailrs::Error> {
        let pace = std::env::var(PACE).ok().and_then(|pace| pace.parse().ok()).unwrap_or(4);
        Ok(Self { kernel: Box::new(HostKernel), host: Host::kernel()?, sim: None, childless: false, pace })
    }

    pub(crate) fn open(&self, name: Option<&NodeName>) -> Result<Opened, Error> {
        match &self.sim {
            Some(sim) => sim.kernel.open_socket(name).map(Opened::Sim),
            None => self.kernel.open(name).map(Opened::Kernel),
        }
    }

    /// How to wait for something that may not come: on the simulated machine it is there at once, or never. On the real
    /// one a part of the recorder's time will do, so that a slow machine does not fall behind the recorded one.
    pub(crate) fn patience(&self, time: Duration) -> Wait {
        match self.sim {
            Some(_) => Wait::No,
            None => Wait::Until(Instant::now() + time * self.pace / 8),
        }
    }

    /// Gives the loopback interface of the trial's VNET its addresses.
    pub(crate) fn loopback(&self) -> Result<(), String> {
        match &self.sim {
            Some(sim) => {
                let (machine, vnet) = (&sim.vnets.machine, sim.vnets.base);
                machine.add_address(vnet, "lo0", [127, 0, 0, 1].into(), 8).map_err(|errno| errno.to_string())
            }
            None => {
                let command = std::process::Command::new("/sbin/ifconfig")
                    .args(["lo0", "inet", "127.0.0.1/8", "up"])
                    .output();
                let output = command.map_err(|error| format!("ifconfig: {error}"))?;
                output.status.success().then_some(()).ok_or_else(|| format!("ifconfig: {output:?}"))?;
                // A firewall that is loaded denies everything in a new VNET; in this one nobody else is.
                let command = std::process::Command::new("/sbin/sysctl")
                    .args(["-i", "net.inet.ip.fw.enable=0", "net.inet6.ip6.fw.enable=0"])
                    .output();
                command.map(drop).map_err(|error| format!("sysctl: {error}"))
            }
        }
    }

    /// Lets the time pass that was spent waiting: on a simulated machine nobody has waited yet.
    pub(crate) fn waited(&self, time: Duration) {
        if let Some(sim) = &self.sim {
            sim.vnets.machine.advance(time);
        }
    }

    /// Notes that a jail was just made, with a VNET of its own or without.
    pub(crate) fn jail_made(&self, jid: Jid, own_vnet: bool) {
        if let Some(Sim { vnets, .. }) = &self.sim {
            let vnet = own_vnet.then(|| vnets.newest.load(Ordering::Relaxed));
            vnets.jails().insert(jid.0, vnet);
        }
    }

    /// The kernel as programs in a jail see it, from here.
    pub(crate) fn in_jail(&self, jid: Jid) -> Result<Arc<dyn Kernel>, Error> {
        let number = match &self.sim {
            // One that was never made has no VNET.
            Some(sim) => match sim.vnets.jails().get(&jid.0).copied() {
                Some(Some(vnet)) => vnet as i32,
                Some(None) => return Ok(Arc::new(SimKernel::shared(&sim.vnets.machine, sim.vnets.base))),
                None => -1,
            },
            None => jid.0,
        };
        self.kernel.in_jail(number)
    }

    /// Whether a process can attach to a jail of a simulated machine: one that was made, and is still there.
    pub(crate) fn can_attach(&self, jid: Jid) -> bool {
        self.children_max(jid).is_some()
    }

    fn children_max(&self, jid: Jid) -> Option<i32> {
        let mut opts = [Opt::int("jid", jid.0), Opt::int("children.max", 0)];
        self.host.system().jail_get(&mut opts, JailFlags::empty()).ok()?;
        opts[1].value.as_slice().try_into().ok().map(i32::from_ne_bytes)
    }

    /// The ground inside a jail of a simulated machine. A jail without a VNET shares that of the trial.
    pub(crate) fn inside(&self, jid: Jid) -> Option<Self> {
        let sim = self.sim.as_ref()?;
        let machine = &sim.vnets.machine;
        let own = sim.vnets.jails().get(&jid.0).copied().flatten();
        let base = own.unwrap_or(sim.vnets.base);
        let kernel = match own {
            Some(vnet) => SimKernel::on(machine, vnet),
            None => SimKernel::shared(machine, base),
        };
        let newest = AtomicU32::new(base);
        let shared = own.is_none();
        let vnets =
            Arc::new(Numbers { machine: machine.clone(), base, shared, newest, jails: Mutex::default() });
        let host = SimHost::with_vnets(Adapter(Arc::clone(&vnets))).host();
        let (childless, sim) =
            (self.children_max(jid) == Some(0), Some(Sim { kernel: kernel.clone(), vnets }));
        Some(Self { kernel: Box::new(kernel), host, sim, childless, pace: 0 })
    }
}

/// Which VNET of the machine is whose: number 0 of the jails is the VNET of the trial.
struct Numbers {
    machine: SimMachine,
    base: u32,
    /// Whether it is that of the jail above, whose interfaces only it may change.
    shared: bool,
    newest: AtomicU32,
    /// The VNETs of jails, `None` for one that has none of its own.
    jails: Mutex<std::collections::HashMap<i32, Option<u32>>>,
}

impl Numbers {
    fn jails(&self) -> std::sync::MutexGuard<'_, std::collections::HashMap<i32, Option<u32>>> {
        self.jails.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn of(&self, vnet: u32) -> u32 {
        if vnet == 0 { self.base } else { vnet }
    }

    fn owned(&self) -> Result<(), jailrs::Errno> {
        if self.shared { Err(jailrs::Errno::EPERM) } else { Ok(()) }
    }
}

/// The simulated jails' view of the simulated VNETs.
struct Adapter(Arc<Numbers>);

fn errno(errno: netgraph::Errno) -> jailrs::Errno {
    jailrs::Errno::new(errno.raw())
}

fn interface(sim: SimInterface) -> Interface {
    let mut interface = Interface::new(sim.name, sim.index);
    interface.flags = IfFlags::from_bits_retain(sim.flags);
    interface.mac = sim.mac.map(|mac| Mac(mac.0));
    interface.mtu = sim.mtu;
    interface.description = sim.description;
    interface
}

impl Vnets for Adapter {
    fn create(&mut self) -> u32 {
        let vnet = self.0.machine.create_vnet();
        self.0.newest.store(vnet, Ordering::Relaxed);
        vnet
    }

    fn destroy(&mut self, vnet: u32) {
        self.0.machine.destroy_vnet(self.0.of(vnet)).expect("the VNET of a jail");
    }

    fn interfaces(&mut self, vnet: u32) -> Vec<Interface> {
        let listed = self.0.machine.interfaces(self.0.of(vnet)).expect("the VNET of a jail");
        listed.into_iter().map(interface).collect()
    }

    fn change(&mut self, vnet: u32, name: &str, change: &IfChange) -> Result<(), jailrs::Errno> {
        // The kernel looks for the interface first.
        if self.interfaces(vnet).iter().any(|interface| interface.name == name) {
            self.0.owned()?;
        }
        let (machine, vnet) = (&self.0.machine, self.0.of(vnet));
        match change {
            IfChange::Rename(new) => machine.rename(vnet, name, new),
            IfChange::Up(up) => machine.set_up(vnet, name, *up),
            IfChange::Mac(mac) => machine.set_mac(vnet, name, EtherAddr(mac.0)),
            IfChange::Mtu(mtu) => machine.set_mtu(vnet, name, *mtu),
            IfChange::Description(text) => machine.set_description(vnet, name, text),
            _ => Err(netgraph::Errno::EOPNOTSUPP),
        }
        .map_err(errno)
    }

    fn create_interface(&mut self, vnet: u32, name: &str) -> Result<String, jailrs::Errno> {
        self.0.owned()?;
        self.0.machine.create_clone(self.0.of(vnet), name).map_err(errno)
    }

    fn destroy_interface(&mut self, vnet: u32, name: &str) -> Result<(), jailrs::Errno> {
        self.0.owned()?;
        self.0.machine.destroy_clone(self.0.of(vnet), name).map_err(errno)
    }

    fn move_interface(&mut self, name: &str, from: u32, to: u32) -> Result<(), jailrs::Errno> {
        self.0.owned()?;
        self.0.machine.move_to(name, self.0.of(from), self.0.of(to)).map_err(errno)
    }

    fn reclaim_interface(&mut self, name: &str, from: u32, to: u32) -> Result<(), jailrs::Errno> {
        self.0.owned()?;
        self.0.machine.reclaim(name, self.0.of(from), self.0.of(to)).map_err(errno)
    }
}
