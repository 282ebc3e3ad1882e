//! VNETs and their interfaces, which something else may simulate.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::Errno;
use crate::ifnet::{IfCaps, IfFlags, Interface, NAME_MAX};
use crate::mac::Mac;
use crate::system::IfChange;

/// The VNETs of a simulated machine. Each has a number; 0 is the host's and is always there.
///
/// [`PlainVnets`] is an implementation that knows interfaces alone; a simulator of more can be put in its place, and is tied to
/// the jails by the numbers. Errors are those of FreeBSD's ioctls.
pub trait Vnets: Send {
    /// Makes a VNET with nothing in it but `lo0`, and tells its number, which is never used again.
    fn create(&mut self) -> u32;

    /// Destroys a VNET. Interfaces that were made elsewhere go home under the names that they have now, even if those are
    /// taken there; those that were made in it are destroyed.
    fn destroy(&mut self, vnet: u32);

    /// The interfaces of a VNET in the kernel's order: the one that was attached first comes first. An index is unique in the
    /// machine while its interface is there: by it [`SimHost`](super::SimHost) knows the driver's name of one that was renamed,
    /// if it is not told here.
    fn interfaces(&mut self, vnet: u32) -> Vec<Interface>;

    /// Changes an interface.
    ///
    /// # Errors
    /// `ENXIO` if there is none of that name; for a new name `EEXIST` if it is taken, `ENAMETOOLONG`, `EINVAL` if it is empty.
    fn change(&mut self, vnet: u32, name: &str, change: &IfChange) -> Result<(), Errno>;

    /// Creates an interface from a cloner's name, with or without a unit, and tells its name.
    ///
    /// # Errors
    /// `EINVAL` without such a cloner, `EEXIST` if the unit is taken.
    fn create_interface(&mut self, vnet: u32, name: &str) -> Result<String, Errno>;

    /// Destroys a cloned interface.
    ///
    /// # Errors
    /// `ENXIO` if there is none of that name, `EINVAL` if it is not a clone.
    fn destroy_interface(&mut self, vnet: u32, name: &str) -> Result<(), Errno>;

    /// Moves an interface (SIOCSIFVNET). It goes down.
    ///
    /// # Errors
    /// `ENXIO` if there is none of that name, `EEXIST` if the name is taken in the other VNET, or it is the same one.
    fn move_interface(&mut self, name: &str, from: u32, to: u32) -> Result<(), Errno>;

    /// Takes an interface back (SIOCSIFRVNET), even if its name is taken. It goes down.
    ///
    /// # Errors
    /// `ENXIO` if there is none of that name, `EEXIST` if it is the same VNET.
    fn reclaim_interface(&mut self, name: &str, from: u32, to: u32) -> Result<(), Errno>;
}

/// VNETs with interfaces that do nothing: `lo0`, NICs and the cloners `tap`, `epair`, `lo`. A clone is the same VNETs.
///
/// # Examples
/// ```
/// use jailrs::sim::{PlainVnets, SimHost};
///
/// let vnets = PlainVnets::new();
/// vnets.add_nic("igb0", "00:0c:29:aa:bb:cc".parse()?);
/// let host = SimHost::with_vnets(vnets.clone()).host();
/// assert_eq!(host.interfaces().mac("igb0")?.to_string(), "00:0c:29:aa:bb:cc");
/// # Ok::<(), jailrs::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct PlainVnets(Arc<Mutex<PlainState>>);

/// What [`PlainVnets`] are made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlainState {
    vnets: BTreeMap<u32, Vec<Ifnet>>,
    last_vnet: u32,
    last_index: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Ifnet {
    #[serde(flatten)]
    interface: Interface,
    home: u32,
    /// The cloner that made it; a NIC has none.
    cloner: Option<String>,
}

const CLONERS: &[&str] = &["epair", "lo", "tap"];

impl Default for PlainVnets {
    fn default() -> Self {
        let mut state = PlainState { vnets: BTreeMap::new(), last_vnet: 0, last_index: 0 };
        state.populate(0);
        Self::from_state(state)
    }
}

impl PlainVnets {
    /// The VNET of a host that has nothing but `lo0`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// VNETs as they were kept.
    #[must_use]
    pub fn from_state(state: PlainState) -> Self {
        Self(Arc::new(Mutex::new(state)))
    }

    /// The VNETs as they are now, to be kept.
    #[must_use]
    pub fn state(&self) -> PlainState {
        self.lock().clone()
    }

    /// Puts a network card into the host.
    pub fn add_nic(&self, name: &str, mac: Mac) {
        let mut state = self.lock();
        let mut interface = state.interface(name);
        interface.mac = Some(mac);
        interface.capable = IfCaps::RXCSUM | IfCaps::TXCSUM | IfCaps::TSO4 | IfCaps::LRO | IfCaps::VLAN_MTU;
        interface.enabled = interface.capable;
        state.attach(0, Ifnet { interface, home: 0, cloner: None });
    }

    fn lock(&self) -> MutexGuard<'_, PlainState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PlainState {
    fn interface(&mut self, name: &str) -> Interface {
        self.last_index += 1;
        let mut interface = Interface::new(name, self.last_index);
        interface.groups.push("all".to_owned());
        interface
    }

    fn attach(&mut self, vnet: u32, ifnet: Ifnet) {
        self.vnets.entry(vnet).or_default().push(ifnet);
    }

    fn populate(&mut self, vnet: u32) {
        let mut interface = self.interface("lo0");
        interface.flags = IfFlags::LOOPBACK | IfFlags::MULTICAST;
        interface.mtu = 16384;
        interface.groups.push("lo".to_owned());
        self.attach(vnet, Ifnet { interface, home: vnet, cloner: Some("lo".to_owned()) });
    }

    fn ifnet(&mut self, vnet: u32, name: &str) -> Result<&mut Ifnet, Errno> {
        let list = self.vnets.get_mut(&vnet).ok_or(Errno::ENXIO)?;
        list.iter_mut().find(|ifnet| ifnet.interface.name == name).ok_or(Errno::ENXIO)
    }

    fn has(&self, vnet: u32, name: &str) -> bool {
        let list = self.vnets.get(&vnet);
        list.is_some_and(|list| list.iter().any(|ifnet| ifnet.interface.name == name))
    }

    fn take(&mut self, vnet: u32, name: &str) -> Result<Ifnet, Errno> {
        let list = self.vnets.get_mut(&vnet).ok_or(Errno::ENXIO)?;
        let at = list.iter().position(|ifnet| ifnet.interface.name == name).ok_or(Errno::ENXIO)?;
        Ok(list.remove(at))
    }

    /// An interface goes down when it moves, and loses its addresses and the groups that it was put into.
    fn moved(&mut self, mut ifnet: Ifnet, to: u32) {
        ifnet.interface.flags.remove(IfFlags::UP | IfFlags::RUNNING);
        ifnet.interface.addresses.clear();
        ifnet.interface.groups = ["all".to_owned()].into_iter().chain(ifnet.cloner.clone()).collect();
        self.attach(to, ifnet);
    }

    fn rename(&mut self, vnet: u32, name: &str, new: &str) -> Result<(), Errno> {
        self.ifnet(vnet, name)?;
        if new.len() > NAME_MAX {
            return Err(Errno::ENAMETOOLONG);
        }
        if new.is_empty() {
            return Err(Errno::EINVAL);
        }
        if new != name && self.has(vnet, new) {
            return Err(Errno::EEXIST);
        }
        new.clone_into(&mut self.ifnet(vnet, name)?.interface.name);
        Ok(())
    }

    fn change(&mut self, vnet: u32, name: &str, change: &IfChange) -> Result<(), Errno> {
        if let IfChange::Rename(new) = change {
            return self.rename(vnet, name, new);
        }
        let interface = &mut self.ifnet(vnet, name)?.interface;
        match change {
            IfChange::Up(up) => interface.flags.set(IfFlags::UP | IfFlags::RUNNING, *up),
            IfChange::Mac(_) if interface.mac.is_none() => return Err(Errno::EINVAL),
            IfChange::Mac(mac) => interface.mac = Some(*mac),
            IfChange::Mtu(mtu) if !(72..=65535).contains(mtu) => return Err(Errno::EINVAL),
            IfChange::Mtu(mtu) => interface.mtu = *mtu,
            IfChange::Description(text) if text.len() >= 1024 => return Err(Errno::ENAMETOOLONG),
            IfChange::Description(text) => interface.description.clone_from(text),
            IfChange::AddGroup(group) => add_group(interface, group)?,
            IfChange::RemoveGroup(group) => {
                let at = interface.groups.iter().position(|known| known == group).ok_or(Errno::ENOENT)?;
                interface.groups.remove(at);
            }
            IfChange::Fib(0) => interface.fib = 0,
            IfChange::Fib(_) => return Err(Errno::EINVAL),
            IfChange::Flags(flags, on) => {
                interface.flags.set(*flags, *on);
                if flags.contains(IfFlags::PPROMISC) {
                    interface.flags.set(IfFlags::PROMISC, *on);
                }
            }
            IfChange::Capabilities(caps) if !interface.capable.contains(*caps) => return Err(Errno::EINVAL),
            IfChange::Capabilities(caps) => interface.enabled = *caps,
            IfChange::Rename(_) => {}
        }
        Ok(())
    }

    fn create_interface(&mut self, vnet: u32, name: &str) -> Result<String, Errno> {
        let cloner = CLONERS.iter().find(|cloner| {
            let unit = name.strip_prefix(**cloner);
            unit.is_some_and(|unit| unit.bytes().all(|byte| byte.is_ascii_digit()))
        });
        let cloner = *cloner.ok_or(Errno::EINVAL)?;
        let suffixes: &[&str] = if cloner == "epair" { &["a", "b"] } else { &[""] };
        let taken = |state: &Self, base: &str| {
            let all = || state.vnets.keys().copied().collect::<Vec<_>>();
            all()
                .into_iter()
                .any(|vnet| suffixes.iter().any(|suffix| state.has(vnet, &format!("{base}{suffix}"))))
        };
        let base = if name == cloner {
            (0..)
                .map(|unit: u32| format!("{cloner}{unit}"))
                .find(|base| !taken(self, base))
                .ok_or(Errno::ENOSPC)?
        } else {
            name.to_owned()
        };
        if taken(self, &base) {
            return Err(Errno::EEXIST);
        }
        for suffix in suffixes {
            let mut interface = self.interface(&format!("{base}{suffix}"));
            let [_, _, high, low] = interface.index.to_be_bytes();
            interface.driver.clone_from(&base);
            interface.groups.push(cloner.to_owned());
            interface.mac = (cloner != "lo").then_some(Mac([0x58, 0x9c, 0xfc, 0x10, high, low]));
            self.attach(vnet, Ifnet { interface, home: vnet, cloner: Some(cloner.to_owned()) });
        }
        Ok(format!("{base}{}", suffixes.first().copied().unwrap_or_default()))
    }

    fn destroy_interface(&mut self, vnet: u32, name: &str) -> Result<(), Errno> {
        match self.ifnet(vnet, name)?.cloner.as_deref() {
            None => return Err(Errno::EINVAL),
            Some("epair") => {
                let base = name.trim_end_matches(['a', 'b']).to_owned();
                let pair = [format!("{base}a"), format!("{base}b")];
                let is_half = |ifnet: &Ifnet| pair.contains(&ifnet.interface.name);
                self.vnets.values_mut().for_each(|list| list.retain(|ifnet| !is_half(ifnet)));
            }
            Some(_) => drop(self.take(vnet, name)?),
        }
        Ok(())
    }

    fn destroy(&mut self, vnet: u32) {
        for ifnet in self.vnets.remove(&vnet).unwrap_or_default() {
            if ifnet.home != vnet && self.vnets.contains_key(&ifnet.home) {
                let home = ifnet.home;
                self.moved(ifnet, home);
            }
        }
        // What was made here and lent elsewhere goes with its cloner.
        self.vnets.values_mut().for_each(|list| list.retain(|ifnet| ifnet.home != vnet));
    }

    fn transfer(&mut self, name: &str, from: u32, to: u32, check: bool) -> Result<(), Errno> {
        self.ifnet(from, name)?;
        if !self.vnets.contains_key(&to) {
            return Err(Errno::ENXIO);
        }
        if from == to || (check && self.has(to, name)) {
            return Err(Errno::EEXIST);
        }
        let ifnet = self.take(from, name)?;
        self.moved(ifnet, to);
        Ok(())
    }
}

/// A group's name cannot end in a digit, as an interface's does.
fn add_group(interface: &mut Interface, group: &str) -> Result<(), Errno> {
    if group.len() > NAME_MAX || group.ends_with(|last: char| last.is_ascii_digit()) {
        return Err(Errno::EINVAL);
    }
    if interface.groups.iter().any(|known| known == group) {
        return Err(Errno::EEXIST);
    }
    interface.groups.push(group.to_owned());
    Ok(())
}

impl Vnets for PlainVnets {
    fn create(&mut self) -> u32 {
        let mut state = self.lock();
        state.last_vnet += 1;
        let vnet = state.last_vnet;
        state.populate(vnet);
        vnet
    }

    fn destroy(&mut self, vnet: u32) {
        self.lock().destroy(vnet);
    }

    fn interfaces(&mut self, vnet: u32) -> Vec<Interface> {
        let state = self.lock();
        state.vnets.get(&vnet).into_iter().flatten().map(|ifnet| ifnet.interface.clone()).collect()
    }

    fn change(&mut self, vnet: u32, name: &str, change: &IfChange) -> Result<(), Errno> {
        self.lock().change(vnet, name, change)
    }

    fn create_interface(&mut self, vnet: u32, name: &str) -> Result<String, Errno> {
        self.lock().create_interface(vnet, name)
    }

    fn destroy_interface(&mut self, vnet: u32, name: &str) -> Result<(), Errno> {
        self.lock().destroy_interface(vnet, name)
    }

    fn move_interface(&mut self, name: &str, from: u32, to: u32) -> Result<(), Errno> {
        self.lock().transfer(name, from, to, true)
    }

    fn reclaim_interface(&mut self, name: &str, from: u32, to: u32) -> Result<(), Errno> {
        self.lock().transfer(name, from, to, false)
    }
}
