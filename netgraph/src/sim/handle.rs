//! The machine as programs and tests hold it.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::flow::Outlet;
use super::ifnet::{IfKey, IfKind, Interface};
use super::limits::SimLimits;
use super::machine::Machine;
use super::packet::Packet;
use super::snapshot::MachineSnapshot;
use crate::error::{Errno, Error};
use crate::nodes::EtherAddr;

/// The machine, and those who wait for something to happen on it.
#[derive(Debug)]
pub(super) struct Shared {
    machine: Mutex<Machine>,
    happened: Condvar,
}

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, Machine> {
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does a system call: what it sets off has happened when it returns.
    pub(super) fn system_call<R>(&self, call: impl FnOnce(&mut Machine) -> R) -> R {
        self.system_calls(|machine| machine.system_call(call))
    }

    /// Does several system calls, between which nobody else does one.
    pub(super) fn system_calls<R>(&self, calls: impl FnOnce(&mut Machine) -> R) -> R {
        let mut machine = self.lock();
        let result = calls(&mut machine);
        // To wake nobody would be a system call of the host's all the same.
        if std::mem::take(&mut machine.woken) && machine.waiting > 0 {
            self.happened.notify_all();
        }
        result
    }

    /// Waits until something has happened, for so long at the most.
    pub(super) fn wait<'a>(
        &'a self,
        mut machine: MutexGuard<'a, Machine>,
        at_most: Option<Duration>,
    ) -> MutexGuard<'a, Machine> {
        machine.waiting += 1;
        let mut machine = match at_most {
            None => self.happened.wait(machine).unwrap_or_else(PoisonError::into_inner),
            Some(time) => self.happened.wait_timeout(machine, time).unwrap_or_else(PoisonError::into_inner).0,
        };
        machine.waiting -= 1;
        machine
    }
}

/// A simulated machine: VNETs, each with a graph and network interfaces of its own, and a clock that the user moves.
///
/// A handle: its clones are the same machine. Sockets are opened on one of its VNETs with
/// [`SimKernel::on`](super::SimKernel::on).
///
/// ```
/// use netgraph::Socket;
/// use netgraph::sim::{SimKernel, SimMachine};
///
/// let machine = SimMachine::new();
/// machine.add_nic("igb0", "02:00:00:00:00:01".parse()?)?;
/// let socket = Socket::open(&SimKernel::on(&machine, 0), None)?;
/// assert_eq!(socket.info(&"igb0:".parse()?)?.type_name, "ether");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SimMachine(pub(super) Arc<Shared>);

/// What an interface of a simulated machine looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SimInterface {
    /// Its name. After a VNET was destroyed two interfaces may have the same one.
    pub name: String,
    /// Its index, unique in the machine.
    pub index: u32,
    /// Its flags and those of its driver, as `IFF_` bits.
    pub flags: u32,
    /// Its Ethernet address; `None` for a loopback interface, and for that of an iface node.
    pub mac: Option<EtherAddr>,
    /// Its MTU, in bytes.
    pub mtu: u32,
    /// Its description; empty if it has none.
    pub description: String,
    /// The VNET to which it returns when the one where it is goes.
    pub home: u32,
}

impl SimInterface {
    fn of(interface: &Interface) -> Self {
        Self {
            name: interface.name.clone(),
            index: interface.index,
            flags: interface.flags,
            mac: interface.mac,
            mtu: interface.mtu,
            description: interface.description.clone(),
            home: interface.home,
        }
    }
}

impl Default for SimMachine {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for SimMachine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimMachine").finish_non_exhaustive()
    }
}

impl SimMachine {
    /// Boots a machine that has the host's VNET, number 0, with the interface `lo0`.
    #[must_use]
    pub fn new() -> Self {
        Self::with(Machine::booted())
    }

    fn with(machine: Machine) -> Self {
        Self(Arc::new(Shared { machine: Mutex::new(machine), happened: Condvar::new() }))
    }

    /// Makes a machine of what [`save`](Self::save) gave.
    ///
    /// # Errors
    /// [`Error::Machine`] with what cannot be, and where.
    pub fn load(saved: &MachineSnapshot) -> Result<Self, Error> {
        Machine::restore(saved, false).map(Self::with)
    }

    /// Makes a machine of JSON, as [`to_json`](Self::to_json) writes it.
    ///
    /// # Errors
    /// [`Error::Machine`] with what cannot be, and where.
    pub fn from_json(json: &str) -> Result<Self, Error> {
        let saved = serde_json::from_str(json).map_err(|error| Error::Machine(error.to_string()))?;
        Self::load(&saved)
    }

    /// Takes the machine down as plain data, as if no program were running; the machine itself goes on.
    ///
    /// Nodes of sockets are left out, with what the end of their programs brings about: a bridge that only they had
    /// hooks on is gone, an eiface stays.
    ///
    /// # Errors
    /// [`Error::Machine`]: a defect of this library, where a machine that runs is not one that could be loaded.
    pub fn save(&self) -> Result<MachineSnapshot, Error> {
        self.0.lock().save()
    }

    /// Takes the machine down as JSON.
    ///
    /// ```
    /// # use netgraph::sim::SimMachine;
    /// let machine = SimMachine::new();
    /// let again = SimMachine::from_json(&machine.to_json()?)?;
    /// assert_eq!(again.save()?, machine.save()?);
    /// # Ok::<(), netgraph::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`save`](Self::save).
    pub fn to_json(&self) -> Result<String, Error> {
        let mut json =
            serde_json::to_string_pretty(&self.save()?).map_err(|error| Error::Machine(error.to_string()))?;
        json.push('\n');
        Ok(json)
    }

    /// Returns how long the machine has been running, by its own clock.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.0.lock().clock
    }

    /// Lets time pass: the clock moves only by this. What is due in it is done, each thing at its moment.
    pub fn advance(&self, by: Duration) {
        self.0.system_call(|machine| machine.advance(by));
    }

    /// Sets how many steps from node to node one system call, or one tick of the clock, may set off: 262,144 unless it
    /// is set. Where nodes repeat packets in a circle, as two hubs with two connections do, the storm ends there.
    pub fn set_step_limit(&self, steps: u32) {
        self.0.lock().limits.steps = steps;
    }

    /// Returns the limits of the machine's queues and buffers.
    #[must_use]
    pub fn limits(&self) -> SimLimits {
        self.0.lock().limits
    }

    /// Sets the limits of the machine's queues and buffers. Those of a socket are what they are when it is opened; a
    /// file of the machine has none of them.
    pub fn set_limits(&self, limits: SimLimits) {
        self.0.lock().limits = limits;
    }

    /// Loads the modules that keep a node of their own in the host's VNET: ng_ipfw, and those of Bluetooth sockets.
    ///
    /// All other types are there from the start. What is loaded already stays as it is.
    pub fn load_resident_modules(&self) {
        self.0.system_call(Machine::load_residents);
    }

    /// Makes a VNET with the interface `lo0`, and returns its number.
    #[must_use]
    pub fn create_vnet(&self) -> u32 {
        self.0.system_call(Machine::create_vnet)
    }

    /// Takes a VNET down. Its nodes and what was born in it are gone; interfaces from elsewhere return to where they
    /// were born, under the names that they have, though there may be others of these names.
    ///
    /// # Errors
    /// ENXIO where there is no such VNET, EPERM for the host's.
    pub fn destroy_vnet(&self, vnet: u32) -> Result<(), Errno> {
        self.0.system_call(|machine| machine.destroy_vnet(vnet))
    }

    /// Returns the numbers of the VNETs.
    #[must_use]
    pub fn vnets(&self) -> Vec<u32> {
        self.0.lock().vnets.keys().copied().collect()
    }

    /// Adds a network card to the host.
    ///
    /// # Errors
    /// EEXIST where the host has an interface of that name, EINVAL or ENAMETOOLONG where it cannot be a name.
    pub fn add_nic(&self, name: &str, mac: EtherAddr) -> Result<(), Errno> {
        self.0.system_call(|machine| {
            super::ifops::check_name(name)?;
            if machine.interface(super::machine::HOST, name).is_some() {
                return Err(Errno::EEXIST);
            }
            let nic = Interface::ethernet(name, IfKind::Nic, mac);
            machine.add_interface(super::machine::HOST, nic);
            Ok(())
        })
    }

    /// Returns the interfaces of a VNET, in their order.
    ///
    /// # Errors
    /// ENXIO where there is no such VNET.
    pub fn interfaces(&self, vnet: u32) -> Result<Vec<SimInterface>, Errno> {
        let machine = self.0.lock();
        let vnet = machine.vnets.get(&vnet).ok_or(Errno::ENXIO)?;
        Ok(vnet
            .interfaces
            .values()
            .filter_map(|key| machine.interfaces.get(*key).map(SimInterface::of))
            .collect())
    }

    /// Does something to an interface, found by its name.
    pub(super) fn on_interface<R>(
        &self,
        vnet: u32,
        name: &str,
        call: impl FnOnce(&mut Machine, IfKey) -> Result<R, Errno>,
    ) -> Result<R, Errno> {
        self.0.system_call(|machine| {
            let key = machine.interface(vnet, name).ok_or(Errno::ENXIO)?;
            call(machine, key)
        })
    }

    /// Sends a frame as the protocols of a VNET do, out of one of its interfaces; out of that of an iface node, an IP
    /// packet.
    ///
    /// # Errors
    /// ENXIO where there is none, ENETDOWN where it is not up and running, or has no hook for the packet; EAFNOSUPPORT
    /// where it is not Ethernet, or the packet not IP; what the nodes that it is connected to answer.
    pub fn transmit(&self, vnet: u32, name: &str, frame: &[u8]) -> Result<(), Errno> {
        self.on_interface(vnet, name, |machine, key| {
            machine.send_packet(Outlet::Host(key), Packet::new(frame))
        })
    }

    /// Takes the frames that an interface has handed up to the protocols of its VNET: IPv4, ARP and IPv6. Those
    /// of an iface node's interface are packets.
    ///
    /// # Errors
    /// ENXIO where there is none.
    pub fn take_received(&self, vnet: u32, name: &str) -> Result<Vec<Vec<u8>>, Errno> {
        self.take(vnet, name, |interface| &mut interface.received)
    }

    /// Has a network card, or a tap, receive a frame from its wire. Unless it is promiscuous a card passes over what is
    /// for others.
    ///
    /// # Errors
    /// ENXIO where there is none, ENETDOWN where it is not up and running.
    pub fn wire_receive(&self, vnet: u32, name: &str, frame: &[u8]) -> Result<(), Errno> {
        self.on_interface(vnet, name, |machine, key| {
            let packet = Packet::new(frame);
            let interface = machine.interfaces.get(key).ok_or(Errno::ENXIO)?;
            if !interface.is_ready() {
                return Err(Errno::ENETDOWN);
            }
            if !interface.hears(&packet) {
                return Ok(());
            }
            machine.send_packet(Outlet::Input(key), packet)
        })
    }

    /// Takes the frames that left by the wire of a network card, or to the program that has a tap open.
    ///
    /// # Errors
    /// ENXIO where there is none.
    pub fn take_wire(&self, vnet: u32, name: &str) -> Result<Vec<Vec<u8>>, Errno> {
        self.take(vnet, name, |interface| &mut interface.wire)
    }

    fn take(
        &self,
        vnet: u32,
        name: &str,
        queue: impl FnOnce(&mut Interface) -> &mut std::collections::VecDeque<Packet>,
    ) -> Result<Vec<Vec<u8>>, Errno> {
        self.on_interface(vnet, name, |machine, key| {
            let interface = machine.interfaces.get_mut(key).ok_or(Errno::ENXIO)?;
            Ok(queue(interface).drain(..).map(|packet| packet.bytes().to_vec()).collect())
        })
    }
}
