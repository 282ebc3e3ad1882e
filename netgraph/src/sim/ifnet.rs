//! Network interfaces: what they are, and how they come into a VNET and leave it.

use std::collections::{BTreeSet, VecDeque};

use super::graph::{HookKey, NodeKey};
use super::machine::Machine;
use super::net::Address;
use super::packet::Packet;
use super::slab::Key;
use crate::error::Errno;
use crate::name::NodeName;
use crate::nodes::EtherAddr;
use crate::sys::{IFNAMSIZ, NG_IFACE_MTU_DEFAULT};

pub(super) type IfKey = Key<Interface>;

/// The interface is up.
pub const IFF_UP: u32 = 0x1;
/// It can send to all.
pub const IFF_BROADCAST: u32 = 0x2;
/// It loops back.
pub const IFF_LOOPBACK: u32 = 0x8;
/// It leads to one other interface.
pub const IFF_POINTOPOINT: u32 = 0x10;
/// Its driver is at work.
pub const IFF_RUNNING: u32 = 0x40;
/// It does not resolve addresses.
pub const IFF_NOARP: u32 = 0x80;
/// It receives what is not for it, too.
pub const IFF_PROMISC: u32 = 0x100;
/// It does not hear itself.
pub const IFF_SIMPLEX: u32 = 0x800;
/// It can send to groups.
pub const IFF_MULTICAST: u32 = 0x8000;
/// Somebody asked for [`IFF_PROMISC`] by its flags.
pub const IFF_PPROMISC: u32 = 0x2_0000;

/// The flags that SIOCSIFFLAGS leaves alone; net/if.h.
pub(super) const IFF_CANTCHANGE: u32 = 0x21_8f72;

/// The MTU of Ethernet, in bytes.
const ETHERMTU: u32 = 1500;
/// The MTU of a loopback interface, in bytes.
const LOMTU: u32 = 16_384;

/// What an interface is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IfKind {
    /// A loopback interface; `None` for one of a copy or a file whose name is none that it can have been made under.
    Loopback { unit: Option<u32> },
    /// A network card.
    Nic,
    /// A tap(4) that nobody has opened.
    Tap { unit: u32 },
    /// One end of an epair(4).
    Epair { unit: u32, other: Option<IfKey> },
    /// The interface of an eiface node.
    Eiface { node: Option<NodeKey> },
    /// The interface of an iface node.
    Iface { node: Option<NodeKey> },
}

/// Whether there is a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Link {
    #[default]
    Unknown,
    Down,
    Up,
}

/// The ether node of an interface, and its hooks.
#[derive(Debug, Default)]
pub(super) struct Tap {
    pub(super) node: Option<NodeKey>,
    pub(super) upper: Option<HookKey>,
    pub(super) lower: Option<HookKey>,
    pub(super) orphans: Option<HookKey>,
}

#[derive(Debug)]
pub(super) struct Interface {
    pub(super) name: String,
    /// Unique in the machine.
    pub(super) index: u32,
    pub(super) kind: IfKind,
    pub(super) vnet: u32,
    /// The VNET in which it was born, and to which it returns.
    pub(super) home: u32,
    /// Its place among the interfaces of its VNET.
    pub(super) order: u64,
    pub(super) flags: u32,
    /// How many want it to be promiscuous.
    pub(super) promiscuous: u32,
    pub(super) mac: Option<EtherAddr>,
    pub(super) mtu: u32,
    pub(super) description: String,
    pub(super) groups: BTreeSet<EtherAddr>,
    /// The addresses that it was given; a loopback interface has others by itself.
    pub(super) addresses: Vec<Address>,
    pub(super) link: Link,
    pub(super) tap: Tap,
    /// Frames for the protocols of its VNET.
    pub(super) received: VecDeque<Packet>,
    /// Frames that left by its wire.
    pub(super) wire: VecDeque<Packet>,
}

/// The loopback interface that every VNET has.
pub(super) const LOOPBACK: &str = "lo0";

impl Interface {
    /// An Ethernet interface as it comes from its driver.
    pub(super) fn ethernet(name: &str, kind: IfKind, mac: EtherAddr) -> Self {
        let running = if matches!(kind, IfKind::Epair { .. }) { IFF_RUNNING } else { 0 };
        let flags = IFF_BROADCAST | IFF_SIMPLEX | IFF_MULTICAST | running;
        Self::new(name, kind, flags, Some(mac), ETHERMTU)
    }

    pub(super) fn loopback(name: &str, unit: Option<u32>) -> Self {
        Self::new(name, IfKind::Loopback { unit }, IFF_LOOPBACK | IFF_MULTICAST, None, LOMTU)
    }

    /// The interface of an iface node, as it comes from there.
    pub(super) fn point_to_point(name: &str, node: Option<NodeKey>) -> Self {
        let flags = IFF_SIMPLEX | IFF_POINTOPOINT | IFF_NOARP | IFF_MULTICAST;
        Self::new(name, IfKind::Iface { node }, flags, None, NG_IFACE_MTU_DEFAULT)
    }

    fn new(name: &str, kind: IfKind, flags: u32, mac: Option<EtherAddr>, mtu: u32) -> Self {
        Self {
            name: name.into(),
            index: 0,
            kind,
            vnet: 0,
            home: 0,
            order: 0,
            flags,
            promiscuous: 0,
            mac,
            mtu,
            description: String::new(),
            groups: BTreeSet::new(),
            addresses: Vec::new(),
            link: Link::Unknown,
            tap: Tap::default(),
            received: VecDeque::new(),
            wire: VecDeque::new(),
        }
    }

    /// Tells whether packets can go through it.
    pub(super) fn is_ready(&self) -> bool {
        self.flags & (IFF_UP | IFF_RUNNING) == IFF_UP | IFF_RUNNING
    }

    /// The driver follows the flags.
    pub(super) fn flags_changed(&mut self) {
        match self.kind {
            IfKind::Nic | IfKind::Eiface { .. } | IfKind::Iface { .. } => {
                self.flags = match self.flags & IFF_UP {
                    0 => self.flags & !IFF_RUNNING,
                    _ => self.flags | IFF_RUNNING,
                }
            }
            // It gets ::1, which sets it running for good.
            IfKind::Loopback { .. } if self.flags & IFF_UP != 0 => self.flags |= IFF_RUNNING,
            IfKind::Loopback { .. } | IfKind::Tap { .. } | IfKind::Epair { .. } => {}
        }
    }

    /// Sets the Ethernet address.
    pub(super) fn set_mac(&mut self, mac: EtherAddr) -> Result<(), Errno> {
        if self.mac.is_none() {
            return Err(Errno::EINVAL);
        }
        self.mac = Some(mac);
        // The driver is stopped and started, to take the new address.
        if self.flags & IFF_UP != 0 {
            self.flags &= !IFF_UP;
            self.flags_changed();
            self.flags |= IFF_UP;
            self.flags_changed();
        }
        Ok(())
    }

    /// Counts those who want it to be promiscuous.
    pub(super) fn set_promiscuous(&mut self, on: bool) {
        self.promiscuous = if on { self.promiscuous + 1 } else { self.promiscuous.saturating_sub(1) };
        if self.flags & IFF_PPROMISC != 0 {
            return;
        }
        if self.promiscuous > 0 {
            self.flags |= IFF_PROMISC;
        } else {
            self.flags &= !IFF_PROMISC;
        }
    }

    /// Joins a group.
    pub(super) fn add_group(&mut self, group: EtherAddr) -> Result<(), Errno> {
        if self.groups.contains(&group) {
            return Err(Errno::EADDRINUSE);
        }
        if !group.is_multicast() {
            return Err(Errno::EADDRNOTAVAIL);
        }
        self.groups.insert(group);
        Ok(())
    }
}

/// The address that ether_gen_addr(9) would make up, had it this hash: 16 bits of it are all that tells two apart.
pub(super) fn made_up_mac(name: &str, vnet: u32) -> EtherAddr {
    let hash = name
        .bytes()
        .chain(vnet.to_be_bytes())
        .fold(0x811c_9dc5u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let [a, b, c, d] = hash.to_be_bytes();
    EtherAddr([0x58, 0x9c, 0xfc, 0x10, a ^ c, b ^ d])
}

/// The name of an interface's ether node: a node name holds neither `.` nor `:`.
fn node_name(interface: &str) -> NodeName {
    let name: Vec<u8> = interface.bytes().map(|b| if matches!(b, b'.' | b':') { b'_' } else { b }).collect();
    NodeName::from_field(name.get(..IFNAMSIZ).unwrap_or(&name))
}

impl Machine {
    /// Finds an interface by its name: the first, where two have it.
    pub(super) fn interface(&self, vnet: u32, name: &str) -> Option<IfKey> {
        self.vnets.get(&vnet)?.by_ifname.get(name)?.first().copied()
    }

    /// Adds an interface to the VNET where it is born.
    pub(super) fn add_interface(&mut self, vnet: u32, mut interface: Interface) -> IfKey {
        interface.index = self.indexes.take();
        interface.home = vnet;
        let ethernet = interface.mac.is_some();
        let index = interface.index;
        let key = self.interfaces.insert(interface);
        self.by_index.insert(index, key);
        self.attach(vnet, key);
        if ethernet {
            self.attach_ether(vnet, key);
        }
        key
    }

    /// Gives an interface its place as the last in a VNET.
    pub(super) fn attach(&mut self, vnet: u32, key: IfKey) {
        self.next_order += 1;
        let order = self.next_order;
        let Some(there) = self.vnets.get_mut(&vnet) else { return };
        let Some(interface) = self.interfaces.get_mut(key) else { return };
        interface.vnet = vnet;
        interface.order = order;
        there.interfaces.insert(order, key);
        there.by_ifname.entry(interface.name.clone()).or_default().push(key);
    }

    fn detach(&mut self, key: IfKey) {
        let Some(interface) = self.interfaces.get(key) else { return };
        let Some(vnet) = self.vnets.get_mut(&interface.vnet) else { return };
        vnet.interfaces.remove(&interface.order);
        vnet.forget_ifname(&interface.name, key);
    }

    /// Makes the ether node of an interface, unless a node has its name.
    fn attach_ether(&mut self, vnet: u32, key: IfKey) {
        let Some(name) = self.interfaces.get(key).map(|interface| node_name(&interface.name)) else { return };
        if self.look_up(vnet, None, name.as_bytes()).is_some() {
            return;
        }
        let Ok(node) = self.add_node(vnet, &super::nodes::ether::KIND) else { return };
        if let Some(made) = self.nodes.get_mut(node) {
            made.behaviour = Some(super::nodes::ether::of(key));
        }
        if let Some(interface) = self.interfaces.get_mut(key) {
            interface.tap = Tap { node: Some(node), ..Tap::default() };
        }
        // A name that is no node name leaves the node without one.
        let _ = self.name_node(node, name);
    }

    /// Takes the ether node off its interface, for good.
    pub(super) fn detach_ether(&mut self, key: IfKey) {
        let Some(interface) = self.interfaces.get_mut(key) else { return };
        let Some(node) = std::mem::take(&mut interface.tap).node else { return };
        if let Some(there) = self.nodes.get_mut(node) {
            there.core.really_die = true;
        }
        self.shut_down_self(node);
    }

    /// Removes an interface.
    pub(super) fn remove_interface(&mut self, key: IfKey) {
        self.detach_ether(key);
        self.detach(key);
        if let Some(interface) = self.interfaces.remove(key) {
            self.indexes.give(interface.index);
            self.by_index.remove(&interface.index);
            self.free_unit(interface.home, interface.kind);
        }
    }

    /// Moves an interface to another VNET: if_vmove().
    pub(super) fn move_interface(&mut self, key: IfKey, to: u32) {
        self.detach(key);
        let Some(interface) = self.interfaces.get_mut(key) else { return };
        interface.flags &= !IFF_UP;
        interface.addresses.clear();
        let ethernet = interface.mac.is_some();
        if ethernet {
            self.detach_ether(key);
            self.attach_ether(to, key);
        }
        self.attach(to, key);
    }

    /// Renames an interface, and its ether node with it.
    pub(super) fn rename_interface(&mut self, key: IfKey, name: &str) -> Result<(), Errno> {
        let interface = self.interfaces.get_mut(key).ok_or(Errno::ENXIO)?;
        let old = std::mem::replace(&mut interface.name, name.into());
        let node = interface.tap.node;
        if let Some(vnet) = self.vnets.get_mut(&interface.vnet) {
            vnet.forget_ifname(&old, key);
            vnet.by_ifname.entry(name.into()).or_default().push(key);
        }
        if let Some(node) = node {
            // Where the name is taken the node keeps its old one; the kernel only logs it.
            let _ = self.name_node(node, node_name(name));
        }
        Ok(())
    }

    /// Changes the link state, and tells those who are connected to the ether node.
    pub(super) fn set_link(&mut self, key: IfKey, up: bool) {
        use crate::sys::{NGM_FLOW_COOKIE, NGM_LINK_IS_DOWN, NGM_LINK_IS_UP};
        let state = if up { Link::Up } else { Link::Down };
        let Some(interface) = self.interfaces.get_mut(key).filter(|interface| interface.link != state) else {
            return;
        };
        interface.link = state;
        let hooks = [interface.tap.lower, interface.tap.orphans];
        let Some(id) = interface.tap.node.and_then(|node| self.core(node)).map(|core| core.id) else {
            return;
        };
        let cmd = if up { NGM_LINK_IS_UP } else { NGM_LINK_IS_DOWN };
        for hook in hooks.into_iter().flatten() {
            let message = super::message::Message::new(NGM_FLOW_COOKIE, cmd, &[], id).called("cmd");
            self.send_to_peer(hook, message);
        }
    }
}
