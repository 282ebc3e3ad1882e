//! From a file to a machine, which is checked on the way: what cannot be is refused, with where it is.

use std::collections::HashMap;
use std::time::Duration;

use super::graph::{Hook, HookKey, NodeKey};
use super::ifnet::{IfKind, Interface, LOOPBACK};
use super::ifops;
use super::machine::{HOST, Machine, Vnet};
use super::nodes;
use super::snapshot::*;
use super::sockets::Socket;
use crate::error::Error;
use crate::name::{HookName, NodeName};
use crate::sys::IFNAMSIZ;

/// What is wrong, and where.
fn wrong(place: impl std::fmt::Display, what: impl std::fmt::Display) -> Error {
    Error::Machine(format!("{place}: {what}"))
}

/// How many hooks of a list are where, while a machine is read.
type Places = HashMap<(u32, PeerSnapshot), HookKey>;

impl Machine {
    /// Makes a machine of a file. `running` says that sockets may be in it.
    pub(super) fn restore(saved: &MachineSnapshot, running: bool) -> Result<Self, Error> {
        if saved.format != FORMAT || saved.version != VERSION {
            let what =
                format!("is {:?} version {}, not {FORMAT:?} version {VERSION}", saved.format, saved.version);
            return Err(wrong("the file", what));
        }
        if !saved.vnets.contains_key(&HOST) {
            return Err(wrong("VNET 0", "is missing"));
        }
        let mut machine = Self::empty();
        machine.clock = Duration::from_nanos(saved.counters.clock);
        machine.next_vnet = saved.counters.next_vnet;
        machine.pppoe_session = saved.counters.pppoe_session;
        for (number, vnet) in &saved.vnets {
            let next_id = vnet.counters.next_node;
            machine.vnets.insert(*number, Vnet { next_id, ..Vnet::new() });
        }
        machine.restore_interfaces(saved)?;
        let mut nodes = Vec::new();
        for (number, vnet) in &saved.vnets {
            for (id, node) in &vnet.nodes {
                let place = format!("node [{id:x}] of VNET {number}");
                let key = machine.restore_node(*number, *id, node, &place)?;
                nodes.push((place, key, *number, *id, node));
            }
        }
        let mut places = Places::new();
        for (place, key, number, id, node) in &nodes {
            machine
                .restore_hooks(*key, *number, *id, node, &mut places)
                .map_err(|what| wrong(place, what))?;
        }
        machine.restore_connections(saved, &places)?;
        for (place, key, _, _, node) in &nodes {
            machine.restore_state(*key, node, running).map_err(|what| wrong(place, what))?;
        }
        machine.check_drivers()?;
        Ok(machine)
    }

    fn restore_interfaces(&mut self, saved: &MachineSnapshot) -> Result<(), Error> {
        for (number, vnet) in &saved.vnets {
            for (position, interface) in vnet.interfaces.iter().enumerate() {
                self.restore_interface(*number, interface).map_err(|what| {
                    wrong(format!("interface {position} ({:?}) of VNET {number}", interface.name), what)
                })?;
            }
        }
        let pairs =
            saved.vnets.values().flat_map(|vnet| &vnet.interfaces).filter_map(|there| match there.driver {
                Driver::Epair { unit, other } => Some((there.index, unit, other, there.home)),
                _ => None,
            });
        for (index, unit, other, home) in pairs {
            self.restore_pair(index, unit, other, home).ok_or_else(|| {
                wrong(format!("the epair of index {index}"), "its other end is not its own")
            })?;
        }
        Ok(())
    }

    fn restore_interface(&mut self, vnet: u32, saved: &InterfaceSnapshot) -> Result<(), &'static str> {
        if saved.name.is_empty() || saved.name.len() >= IFNAMSIZ || saved.name.contains('\0') {
            return Err("its name has not 1 to 15 bytes");
        }
        if saved.mac.is_none() != matches!(saved.driver, Driver::Loopback | Driver::Iface) {
            return Err("all interfaces but loopback and those of iface nodes have an Ethernet address");
        }
        if saved.index == 0 || !self.indexes.take_this(saved.index) {
            return Err("its index is 0, or in use");
        }
        let home = self.vnets.get_mut(&saved.home).ok_or("its home is no VNET")?;
        let (kind, fresh) = match saved.driver {
            // A file does not have its unit; the name tells it, unless it was renamed.
            Driver::Loopback => {
                let unit = ifops::unit_of(ifops::LOOPBACK_CLONER, &saved.name).flatten();
                (IfKind::Loopback { unit: unit.filter(|unit| home.loopbacks.take_this(*unit)) }, true)
            }
            Driver::Nic => (IfKind::Nic, true),
            Driver::Tap { unit } => (IfKind::Tap { unit }, self.taps.take_this(unit)),
            Driver::Epair { unit, .. } => {
                // The second end finds the unit taken by the first.
                home.epairs.take_this(unit);
                (IfKind::Epair { unit, other: None }, true)
            }
            Driver::Eiface => (IfKind::Eiface { node: None }, true),
            Driver::Iface => (IfKind::Iface { node: None }, true),
        };
        if !fresh {
            return Err("its unit is in use");
        }
        let mut interface = match saved.mac {
            Some(mac) => Interface::ethernet(&saved.name, kind, mac),
            None => Interface { name: saved.name.clone(), kind, ..Interface::loopback(LOOPBACK, None) },
        };
        interface.index = saved.index;
        interface.home = saved.home;
        interface.flags = saved.flags;
        interface.promiscuous = saved.promiscuous;
        interface.mtu = saved.mtu;
        interface.description.clone_from(&saved.description);
        interface.groups = saved.groups.iter().copied().collect();
        interface.addresses.clone_from(&saved.addresses);
        interface.link = saved.link;
        let key = self.interfaces.insert(interface);
        self.by_index.insert(saved.index, key);
        self.attach(vnet, key);
        Ok(())
    }

    /// Ties one end of an epair to the other.
    fn restore_pair(&mut self, index: u32, unit: u32, other: u32, home: u32) -> Option<()> {
        let (key, other_key) = (*self.by_index.get(&index)?, *self.by_index.get(&other)?);
        let there = self.interfaces.get(other_key).filter(|there| there.home == home && index != other)?;
        match there.kind {
            IfKind::Epair { unit: same, other: back }
                if same == unit && back.is_none_or(|back| back == key) => {}
            _ => return None,
        }
        let here = self.interfaces.get_mut(key)?;
        here.kind = IfKind::Epair { unit, other: Some(other_key) };
        Some(())
    }

    fn restore_node(
        &mut self,
        vnet: u32,
        id: u32,
        saved: &NodeSnapshot,
        place: &str,
    ) -> Result<NodeKey, Error> {
        let kind = nodes::stand_in::kind(saved)
            .or_else(|| nodes::kind(saved.type_name.as_bytes()))
            .ok_or_else(|| wrong(place, format_args!("there is no node type {:?}", saved.type_name)))?;
        if id == 0 {
            return Err(wrong(place, "no node has the number 0"));
        }
        let next = self.vnets.get_mut(&vnet).map(|vnet| std::mem::replace(&mut vnet.next_id, id));
        let added = self.add_node(vnet, kind);
        if let (Some(next), Some(vnet)) = (next, self.vnets.get_mut(&vnet)) {
            vnet.next_id = next;
        }
        let key = added.map_err(|errno| wrong(place, errno))?;
        let name = bytes_of(&saved.name).ok_or_else(|| wrong(place, "its name is no name"))?;
        if !name.is_empty() {
            let named = self.name_node(key, NodeName::from_field(&name));
            named.map_err(|errno| {
                wrong(place, format_args!("its name is not allowed, or in use ({errno})"))
            })?;
        }
        for timer in &saved.timers {
            let due = self.clock.saturating_add(Duration::from_nanos(timer.due_in));
            self.set_timer(key, due, timer.token);
        }
        Ok(key)
    }

    fn restore_hooks(
        &mut self,
        key: NodeKey,
        vnet: u32,
        id: u32,
        saved: &NodeSnapshot,
        places: &mut Places,
    ) -> Result<(), String> {
        // The oldest first, so that the newest ends up at the head of the list.
        for (position, hook) in saved.hooks.iter().enumerate().rev() {
            let name = bytes_of(&hook.name).ok_or_else(|| format!("hook {position} has no hook name"))?;
            let there = self.hooks.insert(Hook::new(HookName::from_field(&name), Some(key)));
            if let Some(node) = self.nodes.get_mut(key) {
                node.core.link(&mut self.hooks, there);
            }
            places.insert((vnet, PeerSnapshot { node: id, hook: position }), there);
        }
        Ok(())
    }

    /// Ties hooks together; each must be the peer of its peer.
    fn restore_connections(&mut self, saved: &MachineSnapshot, places: &Places) -> Result<(), Error> {
        for (number, vnet) in &saved.vnets {
            for (id, node) in &vnet.nodes {
                for (position, hook) in node.hooks.iter().enumerate() {
                    let own = PeerSnapshot { node: *id, hook: position };
                    let back =
                        vnet.nodes.get(&hook.peer.node).and_then(|peer| peer.hooks.get(hook.peer.hook));
                    let ends = (places.get(&(*number, own)), places.get(&(*number, hook.peer)));
                    let (true, (Some(here), Some(there))) = (back.is_some_and(|back| back.peer == own), ends)
                    else {
                        let place = format!("hook {:?} of node [{id:x}] of VNET {number}", hook.name);
                        return Err(wrong(place, "its peer does not lead back to it"));
                    };
                    if here == there {
                        return Err(wrong(
                            format!("node [{id:x}] of VNET {number}"),
                            "a hook is its own peer",
                        ));
                    }
                    if let Some(hook) = self.hooks.get_mut(*here) {
                        hook.peer = Some(*there);
                        hook.valid = true;
                    }
                }
            }
        }
        Ok(())
    }

    /// Makes the private part of a node.
    fn restore_state(&mut self, key: NodeKey, saved: &NodeSnapshot, running: bool) -> Result<(), String> {
        let kind = self.core(key).map(|core| core.kind).ok_or("the node is gone")?;
        let behaviour = if running && std::ptr::eq(kind, &nodes::socket::KIND) {
            nodes::socket::of(self.sockets.insert(Socket::new(key, &self.limits)))
        } else {
            (kind.restore)(self, key, &saved.state)?
        };
        if let Some(node) = self.nodes.get_mut(key) {
            node.behaviour = Some(behaviour);
        }
        Ok(())
    }

    /// Every interface of a node has its node.
    fn check_drivers(&self) -> Result<(), Error> {
        let lacks_node = |kind| matches!(kind, IfKind::Eiface { node: None } | IfKind::Iface { node: None });
        let orphan = self.interfaces.iter().find(|(_, there)| lacks_node(there.kind));
        match orphan {
            Some((_, there)) => Err(wrong(format_args!("interface {:?}", there.name), "its node is missing")),
            None => Ok(()),
        }
    }
}
