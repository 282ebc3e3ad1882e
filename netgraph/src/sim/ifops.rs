//! What programs do to interfaces: the ioctls of netintro(4), with their errnos.

use std::net::IpAddr;

use super::handle::SimMachine;
use super::ifnet::{
    IFF_CANTCHANGE, IFF_PPROMISC, IFF_PROMISC, IFF_UP, IfKey, IfKind, Interface, made_up_mac,
};
use super::machine::Machine;
use super::net::Address;
use super::packet::{Packet, is_group};
use crate::error::Errno;
use crate::nodes::EtherAddr;
use crate::sys::{IFNAMSIZ, NG_EIFACE_MTU_MAX, NG_EIFACE_MTU_MIN, NG_IFACE_MTU_MAX, NG_IFACE_MTU_MIN};

/// The MTUs that the kernel allows at all, in bytes: net/if.h.
const MTU: std::ops::RangeInclusive<u32> = 72..=65_535;

/// The largest MTU of a network card, in bytes: that of em(4).
const NIC_MTU_MAX: u32 = 9216;

/// The longest description, in bytes, the NUL included: the sysctl net.ifdescr_maxlen.
const DESCRIPTION_MAX: usize = 1024;

/// The largest unit in the name of a device.
const DEVICE_UNIT_MAX: u32 = 0xff_ffff;

/// The largest unit of a clone: net/if.h.
const UNIT_MAX: u32 = 0x7fff;

/// What loopback interfaces are made with.
pub(super) const LOOPBACK_CLONER: &str = "lo";

/// Reads a name that is made of a cloner's: with a unit, or without one. `None` where it is not.
pub(super) fn unit_of(cloner: &str, name: &str) -> Option<Option<u32>> {
    match name.strip_prefix(cloner)? {
        "" => Some(None),
        digits if digits.bytes().all(|b| b.is_ascii_digit()) => {
            let number = digits.parse().ok().filter(|unit: &u32| unit.to_string() == digits);
            number.filter(|unit| i32::try_from(*unit).is_ok()).map(Some)
        }
        _ => None,
    }
}

/// Refuses what cannot be the name of an interface.
pub(super) fn check_name(name: &str) -> Result<(), Errno> {
    match name.len() {
        0 => Err(Errno::EINVAL),
        IFNAMSIZ.. => Err(Errno::ENAMETOOLONG),
        _ if name.contains('\0') => Err(Errno::EINVAL),
        _ => Ok(()),
    }
}

impl Interface {
    /// Tells whether the hardware takes a frame from its wire.
    pub(super) fn hears(&self, packet: &Packet) -> bool {
        let promiscuous = self.flags & IFF_PROMISC != 0 || self.kind != IfKind::Nic;
        let own = |to| is_group(to) || self.mac == Some(EtherAddr(to));
        promiscuous || packet.ethernet().is_some_and(|header| own(header.to))
    }

    fn set_flags(&mut self, flags: u32) {
        let promiscuous = flags & IFF_PPROMISC != 0;
        if promiscuous || self.promiscuous > 0 {
            self.flags |= IFF_PROMISC;
        } else {
            self.flags &= !IFF_PROMISC;
        }
        self.flags = (self.flags & IFF_CANTCHANGE) | (flags & !IFF_CANTCHANGE);
        self.flags_changed();
    }

    fn set_mtu(&mut self, mtu: u32) -> Result<(), Errno> {
        let allowed = match self.kind {
            IfKind::Eiface { .. } => NG_EIFACE_MTU_MIN..=NG_EIFACE_MTU_MAX,
            IfKind::Iface { .. } => NG_IFACE_MTU_MIN..=NG_IFACE_MTU_MAX,
            IfKind::Nic => *MTU.start()..=NIC_MTU_MAX,
            IfKind::Loopback { .. } | IfKind::Tap { .. } | IfKind::Epair { .. } => MTU,
        };
        if !MTU.contains(&mtu) || !allowed.contains(&mtu) {
            return Err(Errno::EINVAL);
        }
        self.mtu = mtu;
        Ok(())
    }
}

impl SimMachine {
    fn change<R>(
        &self,
        vnet: u32,
        name: &str,
        change: impl FnOnce(&mut Interface) -> Result<R, Errno>,
    ) -> Result<R, Errno> {
        self.on_interface(vnet, name, |machine, key| {
            change(machine.interfaces.get_mut(key).ok_or(Errno::ENXIO)?)
        })
    }

    /// Renames an interface (SIOCSIFNAME). Its ether node is renamed with it, an eiface node is not.
    ///
    /// # Errors
    /// ENXIO where there is no such interface, ENAMETOOLONG for a name of 16 bytes and more, EINVAL for an empty one,
    /// EEXIST where another interface has it.
    #[doc(alias = "SIOCSIFNAME")]
    pub fn rename(&self, vnet: u32, name: &str, new: &str) -> Result<(), Errno> {
        self.on_interface(vnet, name, |machine, key| {
            check_name(new)?;
            if new == name {
                return Ok(());
            }
            if machine.interface(vnet, new).is_some() {
                return Err(Errno::EEXIST);
            }
            machine.rename_interface(key, new)
        })
    }

    /// Sets the flags of an interface (SIOCSIFFLAGS); those that belong to the kernel stay as they are.
    ///
    /// # Errors
    /// ENXIO where there is no such interface.
    #[doc(alias = "SIOCSIFFLAGS")]
    pub fn set_flags(&self, vnet: u32, name: &str, flags: u32) -> Result<(), Errno> {
        self.change(vnet, name, |interface| {
            interface.set_flags(flags);
            Ok(())
        })
    }

    /// Brings an interface up, or down.
    ///
    /// # Errors
    /// ENXIO where there is no such interface.
    pub fn set_up(&self, vnet: u32, name: &str, up: bool) -> Result<(), Errno> {
        self.change_flags(vnet, name, IFF_UP, up)
    }

    /// Gives an interface some flags, or takes them from it; the others stay as they are.
    ///
    /// # Errors
    /// ENXIO where there is no such interface.
    pub fn change_flags(&self, vnet: u32, name: &str, flags: u32, on: bool) -> Result<(), Errno> {
        self.change(vnet, name, |interface| {
            interface.set_flags(if on { interface.flags | flags } else { interface.flags & !flags });
            Ok(())
        })
    }

    /// Sets the Ethernet address of an interface (SIOCSIFLLADDR).
    ///
    /// # Errors
    /// ENXIO where there is no such interface, EINVAL where it is not Ethernet.
    #[doc(alias = "SIOCSIFLLADDR")]
    pub fn set_mac(&self, vnet: u32, name: &str, mac: EtherAddr) -> Result<(), Errno> {
        self.change(vnet, name, |interface| interface.set_mac(mac))
    }

    /// Sets the MTU of an interface, in bytes (SIOCSIFMTU).
    ///
    /// # Errors
    /// ENXIO where there is no such interface, EINVAL where it cannot have that MTU.
    #[doc(alias = "SIOCSIFMTU")]
    pub fn set_mtu(&self, vnet: u32, name: &str, mtu: u32) -> Result<(), Errno> {
        self.change(vnet, name, |interface| interface.set_mtu(mtu))
    }

    /// Gives an interface an address in a network of `prefix` bits (SIOCAIFADDR), and brings it up. It is lost when the
    /// interface moves to another VNET.
    ///
    /// A loopback interface that is up has `::1` by itself, that of the host `127.0.0.1` as well. Sockets of `ksocket`
    /// nodes reach the addresses of their own VNET, and those of the others in the networks that it has an address in,
    /// whatever lies between.
    ///
    /// ```
    /// use netgraph::nodes::ksocket::{Bind, Ksocket, UDP};
    /// use netgraph::sim::{SimKernel, SimMachine};
    /// use netgraph::Socket;
    ///
    /// let machine = SimMachine::new();
    /// let jail = machine.create_vnet();
    /// machine.add_address(jail, "lo0", "127.0.0.1".parse()?, 8)?;
    /// let socket = Socket::open(&SimKernel::on(&machine, jail), None)?;
    /// let udp = socket.make_peer::<Ksocket>("udp".parse()?, UDP)?;
    /// udp.call(Bind("inet/127.0.0.1:7".parse()?))?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// ENXIO where there is no such interface, EINVAL where the family has no networks of that many bits, EEXIST where
    /// the interface has the address.
    #[doc(alias = "SIOCAIFADDR")]
    pub fn add_address(&self, vnet: u32, name: &str, address: IpAddr, prefix: u8) -> Result<(), Errno> {
        self.change(vnet, name, |interface| {
            let address = Address::new(address, prefix).ok_or(Errno::EINVAL)?;
            if interface.addresses.iter().any(|there| there.ip == address.ip) {
                return Err(Errno::EEXIST);
            }
            interface.addresses.push(address);
            interface.set_flags(interface.flags | IFF_UP);
            Ok(())
        })
    }

    /// Takes an address from an interface (SIOCDIFADDR). Sockets that are bound to it stay so.
    ///
    /// # Errors
    /// ENXIO where there is no such interface, EADDRNOTAVAIL where it was not given the address.
    #[doc(alias = "SIOCDIFADDR")]
    pub fn remove_address(&self, vnet: u32, name: &str, address: IpAddr) -> Result<(), Errno> {
        self.change(vnet, name, |interface| {
            let place = interface.addresses.iter().position(|there| there.ip == address);
            interface.addresses.remove(place.ok_or(Errno::EADDRNOTAVAIL)?);
            Ok(())
        })
    }

    /// Sets the description of an interface (SIOCSIFDESCR); an empty one takes it away.
    ///
    /// # Errors
    /// ENXIO where there is no such interface, ENAMETOOLONG for 1024 bytes and more.
    #[doc(alias = "SIOCSIFDESCR")]
    pub fn set_description(&self, vnet: u32, name: &str, description: &str) -> Result<(), Errno> {
        self.change(vnet, name, |interface| {
            if description.len() >= DESCRIPTION_MAX {
                return Err(Errno::ENAMETOOLONG);
            }
            interface.description = description.into();
            Ok(())
        })
    }

    /// Plugs the wire of an interface in, or pulls it; those who are connected to its ether node are told.
    ///
    /// # Errors
    /// ENXIO where there is no such interface.
    pub fn set_link(&self, vnet: u32, name: &str, up: bool) -> Result<(), Errno> {
        self.on_interface(vnet, name, |machine, key| {
            machine.set_link(key, up);
            Ok(())
        })
    }

    /// Makes an interface that can be cloned (SIOCIFCREATE): `tap`, `tap7`, `epair`, `epair3`. Returns its name; an
    /// epair's is that of its first end, `epair3a`.
    ///
    /// # Errors
    /// EINVAL where there is no such cloner, EEXIST where the name or the unit is taken.
    #[doc(alias = "SIOCIFCREATE")]
    pub fn create_clone(&self, vnet: u32, name: &str) -> Result<String, Errno> {
        self.0.system_call(|machine| machine.create_clone(vnet, name))
    }

    /// Destroys an interface that was cloned (SIOCIFDESTROY); of an epair, both ends.
    ///
    /// # Errors
    /// ENXIO where there is no such interface, EINVAL where it is not a clone: that of an eiface, or an iface, goes with its node.
    #[doc(alias = "SIOCIFDESTROY")]
    pub fn destroy_clone(&self, vnet: u32, name: &str) -> Result<(), Errno> {
        self.on_interface(vnet, name, |machine, key| {
            let kind = machine.interfaces.get(key).map(|interface| interface.kind);
            match kind {
                // The one that came with the VNET stays, whatever it is called.
                Some(IfKind::Loopback { unit: Some(0) }) => return Err(Errno::EINVAL),
                Some(IfKind::Tap { .. } | IfKind::Loopback { .. }) => machine.remove_interface(key),
                Some(IfKind::Epair { other, .. }) => {
                    machine.remove_interface(key);
                    other.into_iter().for_each(|other| machine.remove_interface(other));
                }
                _ => return Err(Errno::EINVAL),
            }
            Ok(())
        })
    }

    /// Moves an interface to another VNET (SIOCSIFVNET). It goes down; a new ether node awaits it there.
    ///
    /// # Errors
    /// ENXIO where there is no such interface, or no such VNET; EEXIST where it is there already, or another of its
    /// name is.
    #[doc(alias = "SIOCSIFVNET")]
    pub fn move_to(&self, name: &str, from: u32, to: u32) -> Result<(), Errno> {
        self.on_interface(from, name, |machine, key| {
            if !machine.vnets.contains_key(&to) {
                return Err(Errno::ENXIO);
            }
            if from == to || machine.interface(to, name).is_some() {
                return Err(Errno::EEXIST);
            }
            machine.move_interface(key, to);
            Ok(())
        })
    }

    /// Fetches an interface from the VNET `from` to the VNET `to` (SIOCSIFRVNET). The kernel does not look whether
    /// there is one of its name already.
    ///
    /// # Errors
    /// ENXIO where there is no such interface, or no such VNET; EEXIST where both are the same.
    #[doc(alias = "SIOCSIFRVNET")]
    pub fn reclaim(&self, name: &str, from: u32, to: u32) -> Result<(), Errno> {
        self.on_interface(from, name, |machine, key| {
            if !machine.vnets.contains_key(&to) {
                return Err(Errno::ENXIO);
            }
            if from == to {
                return Err(Errno::EEXIST);
            }
            machine.move_interface(key, to);
            Ok(())
        })
    }
}

impl Machine {
    fn create_clone(&mut self, vnet: u32, name: &str) -> Result<String, Errno> {
        if !self.vnets.contains_key(&vnet) {
            return Err(Errno::ENXIO);
        }
        // dev_stdclone(9) reads no larger units.
        let tap = unit_of("tap", name).filter(|unit| unit.is_none_or(|unit| unit <= DEVICE_UNIT_MAX));
        let (epair, lo) = (unit_of("epair", name), unit_of(LOOPBACK_CLONER, name));
        if tap.or(epair).or(lo).is_none() {
            return Err(Errno::EINVAL);
        }
        if self.interface(vnet, name).is_some() {
            return Err(Errno::EEXIST);
        }
        match (tap, epair, lo) {
            (Some(unit), _, _) => self.create_tap(vnet, unit),
            (_, Some(unit), _) => self.create_epair(vnet, unit),
            (_, _, unit) => self.create_loopback(vnet, unit.flatten()),
        }
    }

    /// Makes another loopback interface; its unit is counted in its VNET.
    fn create_loopback(&mut self, vnet: u32, unit: Option<u32>) -> Result<String, Errno> {
        let name = |unit: u32| format!("{LOOPBACK_CLONER}{unit}");
        let there = self.vnets.get_mut(&vnet).ok_or(Errno::ENXIO)?;
        let unit = match unit {
            Some(unit) if unit > UNIT_MAX => return Err(Errno::ENOSPC),
            Some(unit) if !there.loopbacks.take_this(unit) => return Err(Errno::EEXIST),
            Some(unit) => unit,
            None => {
                // A unit whose name another interface has stays free.
                let mut free = (0..=UNIT_MAX).filter(|unit| !there.by_ifname.contains_key(&name(*unit)));
                free.find(|unit| there.loopbacks.take_this(*unit)).ok_or(Errno::ENOSPC)?
            }
        };
        self.add_interface(vnet, Interface::loopback(&name(unit), Some(unit)));
        Ok(name(unit))
    }

    fn create_tap(&mut self, vnet: u32, unit: Option<u32>) -> Result<String, Errno> {
        let unit = match unit {
            // A unit that is too large counts as taken.
            Some(unit) if unit > UNIT_MAX || !self.taps.take_this(unit) => return Err(Errno::EEXIST),
            Some(unit) => unit,
            None => self.taps.take(),
        };
        let name = format!("tap{unit}");
        let tap = Interface::ethernet(&name, IfKind::Tap { unit }, made_up_mac(&name, vnet));
        self.add_interface(vnet, tap);
        Ok(name)
    }

    fn create_epair(&mut self, vnet: u32, unit: Option<u32>) -> Result<String, Errno> {
        let units = &mut self.vnets.get_mut(&vnet).ok_or(Errno::ENXIO)?.epairs;
        let unit = match unit {
            Some(unit) if unit > UNIT_MAX => return Err(Errno::ENOSPC),
            Some(unit) if !units.take_this(unit) => return Err(Errno::EEXIST),
            Some(unit) => unit,
            None => units.take(),
        };
        let names = [format!("epair{unit}a"), format!("epair{unit}b")];
        if names.iter().any(|name| self.interface(vnet, name).is_some()) {
            self.free_unit(vnet, IfKind::Epair { unit, other: None });
            return Err(Errno::EEXIST);
        }
        let kind = IfKind::Epair { unit, other: None };
        let [a, b] = &names;
        let first = self.add_interface(vnet, Interface::ethernet(a, kind, made_up_mac(a, vnet)));
        let second = self.add_interface(vnet, Interface::ethernet(b, kind, made_up_mac(b, vnet)));
        for (end, other) in [(first, second), (second, first)] {
            self.tie(end, unit, other);
        }
        let [first, _] = names;
        Ok(first)
    }

    /// Ties one end of an epair to the other: there is a link.
    fn tie(&mut self, end: IfKey, unit: u32, other: IfKey) {
        if let Some(interface) = self.interfaces.get_mut(end) {
            interface.kind = IfKind::Epair { unit, other: Some(other) };
        }
        self.set_link(end, true);
    }
}
