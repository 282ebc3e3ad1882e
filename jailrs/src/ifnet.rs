//! Network interfaces of one VNET.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::mac::Mac;
use crate::system::{IfChange, Vnet};
use crate::{Errno, Error, Host, Jail, Result};

/// The longest name of an interface, in bytes: `IFNAMSIZ` without the closing NUL.
#[doc(alias = "IFNAMSIZ")]
pub const NAME_MAX: usize = 15;

/// The bytes of names that are no text are characters of a private use, this one and so many.
const STAND_INS: u32 = 0x10_ff00;

/// The name of an interface as text, up to a NUL. The kernel takes any bytes for a name, also from root in a jail: a byte that
/// is no UTF-8 is the character U+10FF00 and as much, so that [`name_to_bytes`] makes the same bytes of it again.
///
/// # Examples
/// ```
/// use jailrs::ifnet::{name_of_bytes, name_to_bytes};
///
/// assert_eq!(name_of_bytes(b"igb0\0\0"), "igb0");
/// let strange = name_of_bytes(b"x\xff");
/// assert_eq!(strange, "x\u{10ffff}");
/// assert_eq!(name_to_bytes(&strange), b"x\xff");
/// ```
#[must_use]
pub fn name_of_bytes(bytes: &[u8]) -> String {
    let stand_in =
        |byte: &u8| char::from_u32(STAND_INS + u32::from(*byte)).unwrap_or(char::REPLACEMENT_CHARACTER);
    let bytes = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    let mut name = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if is_stand_in(character) {
                name.extend(character.encode_utf8(&mut [0; 4]).as_bytes().iter().map(stand_in));
            } else {
                name.push(character);
            }
        }
        name.extend(chunk.invalid().iter().map(stand_in));
    }
    name
}

/// The bytes of a name that [`name_of_bytes`] has made text of.
#[must_use]
pub fn name_to_bytes(name: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(name.len());
    for character in name.chars() {
        match is_stand_in(character) {
            true => bytes.push((u32::from(character) - STAND_INS) as u8),
            false => bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    bytes
}

fn is_stand_in(character: char) -> bool {
    u32::from(character) >= STAND_INS + 0x80
}

bitflags::bitflags! {
    /// Flags of an interface, from `net/if.h`.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    pub struct IfFlags: u32 {
        /// It is up.
        #[doc(alias = "IFF_UP")]
        const UP = 0x1;
        /// It can broadcast.
        const BROADCAST = 0x2;
        /// It is a loopback.
        const LOOPBACK = 0x8;
        /// It has one peer.
        const POINTOPOINT = 0x10;
        /// It is debugged.
        #[doc(alias = "IFF_DEBUG")]
        const DEBUG = 0x4;
        /// Its driver has what it needs to run.
        #[doc(alias = "IFF_DRV_RUNNING")]
        const RUNNING = 0x40;
        /// It resolves no addresses.
        #[doc(alias = "IFF_NOARP")]
        const NOARP = 0x80;
        /// It takes packets that are not for it.
        const PROMISC = 0x100;
        /// It does not hear what it sends.
        const SIMPLEX = 0x800;
        /// What its driver makes of it.
        #[doc(alias = "IFF_LINK0")]
        const LINK0 = 0x1000;
        /// What its driver makes of it.
        #[doc(alias = "IFF_LINK1")]
        const LINK1 = 0x2000;
        /// What its driver makes of it.
        #[doc(alias = "IFF_LINK2")]
        const LINK2 = 0x4000;
        /// It can multicast.
        const MULTICAST = 0x8000;
        /// Promiscuous because an administrator said so.
        const PPROMISC = 0x20000;
        /// It drops all packets, once bpf(4) has seen them.
        #[doc(alias = "IFF_MONITOR")]
        const MONITOR = 0x40000;
        /// It answers who asks for its addresses, and asks for none.
        #[doc(alias = "IFF_STATICARP")]
        const STATICARP = 0x80000;
        /// It keeps addresses for ever once they are resolved.
        #[doc(alias = "IFF_STICKYARP")]
        const STICKYARP = 0x100000;

        // Flags that have no name here are kept.
        const _ = !0;
    }
}

impl IfFlags {
    /// Those that an administrator sets, and that say nothing about what the interface is or does now.
    pub const SETTABLE: Self = Self::DEBUG
        .union(Self::NOARP)
        .union(Self::LINK0)
        .union(Self::LINK1)
        .union(Self::LINK2)
        .union(Self::PPROMISC)
        .union(Self::MONITOR)
        .union(Self::STATICARP)
        .union(Self::STICKYARP);
}

bitflags::bitflags! {
    /// What an interface does in place of the system, from `net/if.h`.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    pub struct IfCaps: u32 {
        /// It checks checksums of what comes in.
        #[doc(alias = "IFCAP_RXCSUM")]
        const RXCSUM = 0x1;
        /// It puts checksums into what goes out.
        #[doc(alias = "IFCAP_TXCSUM")]
        const TXCSUM = 0x2;
        /// It takes frames with a VLAN tag at the full MTU.
        #[doc(alias = "IFCAP_VLAN_MTU")]
        const VLAN_MTU = 0x8;
        /// It puts VLAN tags in and takes them out.
        #[doc(alias = "IFCAP_VLAN_HWTAGGING")]
        const VLAN_HWTAGGING = 0x10;
        /// It cuts large TCP segments over IPv4 up. What is bridged should not be.
        #[doc(alias = "IFCAP_TSO4")]
        const TSO4 = 0x100;
        /// It cuts large TCP segments over IPv6 up.
        #[doc(alias = "IFCAP_TSO6")]
        const TSO6 = 0x200;
        /// It joins TCP segments that come in. What is bridged should not be.
        #[doc(alias = "IFCAP_LRO")]
        const LRO = 0x400;

        // What has no name here is kept.
        const _ = !0;
    }
}

impl Serialize for IfCaps {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.bits().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for IfCaps {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u32::deserialize(deserializer).map(Self::from_bits_retain)
    }
}

impl Serialize for IfFlags {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.bits().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for IfFlags {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u32::deserialize(deserializer).map(Self::from_bits_retain)
    }
}

/// A network interface.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interface {
    /// Its name, at most [`NAME_MAX`] bytes, of which [`name_of_bytes`] makes text. Two of one VNET can have the same name: the
    /// kernel does not check those that come home.
    pub name: String,
    /// Its number in its VNET.
    pub index: u32,
    /// Its flags.
    pub flags: IfFlags,
    /// Its link-level address, where it is an Ethernet one.
    pub mac: Option<Mac>,
    /// Its MTU, in bytes.
    pub mtu: u32,
    /// What an administrator wrote on it; empty for nothing.
    #[serde(default)]
    pub description: String,
    /// Its IP addresses.
    #[serde(default)]
    pub addresses: Vec<IpAddr>,
    /// The groups that it is in: `all`, that of its cloner, and those that it was put into, which it leaves when it moves.
    #[serde(default)]
    pub groups: Vec<String>,
    /// The name that its driver gave it, such as `igb0`, `epair3` for both ends of that pair, or `ngeth5`: where it came from,
    /// whatever it is called now.
    #[serde(default)]
    pub driver: String,
    /// The forwarding table for what comes in.
    #[serde(default)]
    pub fib: u32,
    /// What it can do in place of the system.
    #[serde(default)]
    pub capable: IfCaps,
    /// What of that it does.
    #[serde(default)]
    pub enabled: IfCaps,
}

impl Interface {
    /// An interface of this name and number, down, without addresses, with an MTU of 1500.
    #[must_use]
    pub fn new(name: impl Into<String>, index: u32) -> Self {
        let name = name.into();
        Self {
            driver: name.clone(),
            name,
            index,
            flags: IfFlags::BROADCAST | IfFlags::SIMPLEX | IfFlags::MULTICAST,
            mac: None,
            mtu: 1500,
            description: String::new(),
            addresses: Vec::new(),
            groups: Vec::new(),
            fib: 0,
            capable: IfCaps::empty(),
            enabled: IfCaps::empty(),
        }
    }

    /// Whether it is up.
    #[must_use]
    pub const fn is_up(&self) -> bool {
        self.flags.contains(IfFlags::UP)
    }
}

/// The interfaces of one VNET: the host's ([`Host::interfaces`]) or a jail's ([`Jail::interfaces`](crate::Jail::interfaces)).
///
/// A jail's interfaces are reached from outside, without running anything in the jail.
///
/// # Examples
/// ```
/// use jailrs::{Jail, sim::SimHost};
///
/// let host = SimHost::new().host();
/// host.interfaces().create("tap8")?;
/// let jail = Jail::builder("web").vnet().create(&host)?;
///
/// host.move_in("tap8", jail.jid())?;
/// assert!(host.interfaces().find("tap8")?.is_none());
/// jail.interfaces().rename("tap8", "eth0")?;
/// jail.interfaces().set_up("eth0", true)?;
/// host.reclaim("eth0", jail.jid())?;
/// assert!(host.interfaces().find("eth0")?.is_some());
/// # Ok::<(), jailrs::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Interfaces {
    host: Host,
    /// The jail whose VNET it is, held so that it cannot come to mean another; none for the host's.
    jail: Option<Jail>,
    place: String,
}

impl Interfaces {
    pub(crate) fn new(host: &Host, jail: Option<Jail>, place: impl Into<String>) -> Self {
        Self { host: host.clone(), jail, place: place.into() }
    }

    fn vnet(&self) -> Result<Vnet> {
        self.jail.as_ref().map_or(Ok(Vnet::Host), |jail| jail.target().map(Vnet::Jail))
    }

    fn refused(&self, call: &'static str, name: impl fmt::Display, errno: Errno) -> Error {
        Error::rejected(call, format!("interface {name} {}", self.place), errno)
    }

    fn change(&self, call: &'static str, name: &str, change: &IfChange) -> Result<()> {
        let changed = self.host.system().interface_change(self.vnet()?, name, change);
        changed.map_err(|errno| self.refused(call, name, errno))
    }

    /// All interfaces, in the kernel's order.
    ///
    /// # Errors
    /// [`Error::Rejected`] with `EINVAL` if the jail is gone or dying.
    pub fn list(&self) -> Result<Vec<Interface>> {
        let listed = self.host.system().interfaces(self.vnet()?);
        listed.map_err(|errno| Error::rejected("listing", format!("the interfaces {}", self.place), errno))
    }

    /// The interface of this name.
    ///
    /// # Errors
    /// As [`list`](Self::list).
    pub fn find(&self, name: &str) -> Result<Option<Interface>> {
        let found = self.host.system().interface(self.vnet()?, name);
        found.map_err(|errno| self.refused("looking for", name, errno))
    }

    /// The link-level address of the interface of this name.
    ///
    /// # Errors
    /// [`Error::Rejected`] with `ENXIO` if there is none of that name, `ENODEV` if it has no Ethernet address.
    pub fn mac(&self, name: &str) -> Result<Mac> {
        let found = self.find(name)?.ok_or_else(|| self.refused("reading the MAC", name, Errno::ENXIO))?;
        found.mac.ok_or_else(|| self.refused("reading the MAC", name, Errno::ENODEV))
    }

    /// Gives an interface another name.
    ///
    /// # Errors
    /// [`Error::Rejected`] with `ENXIO` if there is none of that name, `EEXIST` if the new name is taken, `ENAMETOOLONG` over
    /// [`NAME_MAX`] bytes, `EINVAL` for an empty name.
    #[doc(alias = "SIOCSIFNAME")]
    pub fn rename(&self, name: &str, new: &str) -> Result<()> {
        let change = IfChange::Rename(new.to_owned());
        let renamed = self.host.system().interface_change(self.vnet()?, name, &change);
        renamed.map_err(|errno| self.refused("renaming", format_args!("{name} (to {new})"), errno))
    }

    /// Sets an interface up or down.
    ///
    /// # Errors
    /// [`Error::Rejected`] with `ENXIO` if there is none of that name.
    #[doc(alias = "SIOCSIFFLAGS")]
    pub fn set_up(&self, name: &str, up: bool) -> Result<()> {
        self.change("SIOCSIFFLAGS", name, &IfChange::Up(up))
    }

    /// Gives an interface another link-level address.
    ///
    /// # Errors
    /// [`Error::Rejected`] with `ENXIO` if there is none of that name, `ENODEV` if it is no Ethernet interface.
    #[doc(alias = "SIOCSIFLLADDR")]
    pub fn set_mac(&self, name: &str, mac: Mac) -> Result<()> {
        self.change("SIOCSIFLLADDR", name, &IfChange::Mac(mac))
    }

    /// Sets the MTU, in bytes.
    ///
    /// # Errors
    /// [`Error::Rejected`] with `ENXIO` if there is none of that name, `EINVAL` outside 72 to 65535.
    #[doc(alias = "SIOCSIFMTU")]
    pub fn set_mtu(&self, name: &str, mtu: u32) -> Result<()> {
        self.change("SIOCSIFMTU", name, &IfChange::Mtu(mtu))
    }

    /// Writes something on an interface; it stays there when the interface moves. An empty text takes it away.
    ///
    /// # Errors
    /// [`Error::Rejected`] with `ENXIO` if there is none of that name, `ENAMETOOLONG` over 1024 bytes with the closing NUL.
    #[doc(alias = "SIOCSIFDESCR")]
    pub fn set_description(&self, name: &str, description: &str) -> Result<()> {
        self.change("SIOCSIFDESCR", name, &IfChange::Description(description.to_owned()))
    }

    /// Puts an interface into a group, which it leaves when it moves.
    ///
    /// # Errors
    /// [`Error::Rejected`] with `EEXIST` if it is in it, `EINVAL` for a name over [`NAME_MAX`] bytes or with a digit at the end.
    #[doc(alias = "SIOCAIFGROUP")]
    pub fn add_group(&self, name: &str, group: &str) -> Result<()> {
        self.change("SIOCAIFGROUP", name, &IfChange::AddGroup(group.to_owned()))
    }

    /// Takes an interface out of a group.
    ///
    /// # Errors
    /// [`Error::Rejected`] with `ENOENT` if it is not in it.
    #[doc(alias = "SIOCDIFGROUP")]
    pub fn remove_group(&self, name: &str, group: &str) -> Result<()> {
        self.change("SIOCDIFGROUP", name, &IfChange::RemoveGroup(group.to_owned()))
    }

    /// Sets the forwarding table for what comes in.
    ///
    /// # Errors
    /// [`Error::Rejected`] with `EINVAL` for one that there is not.
    #[doc(alias = "SIOCSIFFIB")]
    pub fn set_fib(&self, name: &str, fib: u32) -> Result<()> {
        self.change("SIOCSIFFIB", name, &IfChange::Fib(fib))
    }

    /// Makes an interface take all packets, or only its own again.
    ///
    /// # Errors
    /// [`Error::Rejected`] with `ENXIO` if there is none of that name.
    #[doc(alias = "IFF_PPROMISC")]
    pub fn set_promiscuous(&self, name: &str, promiscuous: bool) -> Result<()> {
        self.set_flags(name, IfFlags::PPROMISC, promiscuous)
    }

    /// Gives an interface flags, or takes them from it. What is not [for an administrator to say](IfFlags::SETTABLE) stays.
    ///
    /// # Errors
    /// [`Error::Rejected`] with `ENXIO` if there is none of that name.
    #[doc(alias = "SIOCSIFFLAGS")]
    pub fn set_flags(&self, name: &str, flags: IfFlags, on: bool) -> Result<()> {
        self.change("SIOCSIFFLAGS", name, &IfChange::Flags(flags & IfFlags::SETTABLE, on))
    }

    /// Sets what an interface does in place of the system, of what it can do.
    ///
    /// # Errors
    /// [`Error::Rejected`] with `EINVAL` for what it cannot do.
    #[doc(alias = "SIOCSIFCAP")]
    pub fn set_capabilities(&self, name: &str, enabled: IfCaps) -> Result<()> {
        self.change("SIOCSIFCAP", name, &IfChange::Capabilities(enabled))
    }

    /// Creates an interface from the name of a cloner, with or without a unit (`tap`, `epair7`), and tells its name.
    ///
    /// # Errors
    /// [`Error::Rejected`] with `EINVAL` without such a cloner, `EEXIST` if the unit is taken.
    #[doc(alias = "SIOCIFCREATE2")]
    pub fn create(&self, name: &str) -> Result<String> {
        let created = self.host.system().interface_create(self.vnet()?, name);
        created.map_err(|errno| self.refused("creating", name, errno))
    }

    /// Destroys a cloned interface.
    ///
    /// # Errors
    /// [`Error::Rejected`] with `ENXIO` if there is none of that name, `EINVAL` if it is not a clone.
    #[doc(alias = "SIOCIFDESTROY")]
    pub fn destroy(&self, name: &str) -> Result<()> {
        let destroyed = self.host.system().interface_destroy(self.vnet()?, name);
        destroyed.map_err(|errno| self.refused("destroying", name, errno))
    }

    /// Waits until an interface of this name is here, such as one that comes home from a jail that was removed.
    ///
    /// # Errors
    /// [`Error::TimedOut`]; as [`list`](Self::list).
    pub fn wait_for(&self, name: &str, bound: Duration) -> Result<Interface> {
        let mut found = None;
        let arrived = self.host.wait_until(bound, || {
            found = self.find(name)?;
            Ok(found.is_some())
        })?;
        found.filter(|_| arrived).ok_or_else(|| Error::TimedOut {
            what: "arrival",
            subject: format!("interface {name} {}", self.place),
            bound,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn names_of_any_bytes_become_these_bytes_again(
            bytes in prop_oneof![
                proptest::collection::vec(1..=u8::MAX, 0..16),
                // The stand-ins themselves, and characters near them.
                "[\u{10fefe}-\u{10ffff}a]{0,4}".prop_map(String::into_bytes),
            ]
        ) {
            prop_assert_eq!(name_to_bytes(&name_of_bytes(&bytes)), bytes);
        }

        #[test]
        fn a_name_that_is_text_stays_as_it_is(name in "[^\0\u{10ff80}-\u{10ffff}]{0,15}") {
            prop_assert_eq!(name_of_bytes(name.as_bytes()), name.clone());
            prop_assert_eq!(name_to_bytes(&name), name.into_bytes());
        }
    }
}
