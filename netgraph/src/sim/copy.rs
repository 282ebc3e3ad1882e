//! A simulated machine copied from another, be it real or simulated, so that something can be tried on the copy first.
//!
//! What a program on the host can see is copied: nodes, names, hooks, the configuration and hosts of bridges, what
//! `ether` nodes keep their interfaces doing, and the interfaces that the caller has listed. Nodes of other types than
//! `bridge`, `eiface` and `ether` are stand-ins, which have name, type and hooks, and answer nothing. Counters begin
//! anew. Of the graphs of other VNETs those are copied that a [`Copier`] is given a socket of.

mod look;

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;
use serde_json::{Value, json};

use look::{HookPlaces, SeenHook, SeenNode, look, places, present};

use super::SimMachine;
use super::ifnet::Link;
use super::nodes::stand_in;
use super::snapshot::*;
use crate::error::Result;
use crate::name::HookName;
use crate::node::NodeType;
use crate::nodes::{EtherAddr, bridge, eiface, ether};
use crate::socket::Socket;

/// The family of a sockaddr_dl.
const AF_LINK: u8 = 18;
/// The largest N of an `ngethN`.
const UNIT_MAX: u32 = 0xffff;

/// An interface of the machine that is copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenInterface {
    /// Its name.
    pub name: String,
    /// Its index, which is unique in the machine; 0, or one that another has, for any that is free.
    pub index: u32,
    /// Its flags, as `IFF_` bits.
    pub flags: u32,
    /// Its Ethernet address, if it has one.
    pub mac: Option<EtherAddr>,
    /// Its MTU, in bytes.
    pub mtu: u32,
    /// Its description.
    pub description: String,
    /// The VNET to which it returns when the one where it is goes. Those of `eiface` nodes return to that of their node,
    /// whatever this is.
    pub home: u32,
}

/// Copies the machine of `socket`, whose VNETs, 0 for the host's, have these interfaces.
///
/// An `eiface` node whose interface is in none of them has it in the VNET `elsewhere`: that of a jail that is dying, say.
///
/// ```
/// use std::collections::BTreeMap;
/// use netgraph::sim::{SimKernel, SimMachine, copy::copy};
/// use netgraph::{Socket, nodes::hub};
///
/// let machine = SimMachine::new();
/// let socket = Socket::open(&SimKernel::on(&machine, 0), None)?;
/// socket.make_peer::<hub::Hub>("a".parse()?, "b".parse()?)?.name("crossroads".parse()?)?;
/// let copied = copy(&socket, &BTreeMap::new(), 1)?;
/// let there = Socket::open(&SimKernel::on(&copied, 0), None)?;
/// assert_eq!(there.info(&"crossroads:".parse()?)?.type_name, "hub");
/// # Ok::<(), netgraph::Error>(())
/// ```
///
/// # Errors
/// As [`Socket::call`]; [`Error::Machine`](crate::Error::Machine) where what was seen is not a machine that can be.
pub fn copy(
    socket: &Socket,
    interfaces: &BTreeMap<u32, Vec<SeenInterface>>,
    elsewhere: u32,
) -> Result<SimMachine> {
    let mut copier = Copier::new(interfaces, elsewhere);
    copier.graph(0, socket)?;
    copier.build()
}

/// Where an interface is: VNET and place.
type Place = (u32, usize);

/// The parts of a copy as they come together; see [`copy`].
#[derive(Debug)]
pub struct Copier {
    vnets: BTreeMap<u32, VnetSnapshot>,
    elsewhere: u32,
    /// The indexes that are taken.
    indexes: BTreeSet<u32>,
    /// The places of the interfaces of each VNET, by their names.
    by_name: BTreeMap<(u32, String), Vec<usize>>,
    /// The Ethernet interfaces that no `eiface` node has yet, by their names and addresses.
    free: BTreeMap<String, BTreeMap<EtherAddr, BTreeSet<Place>>>,
    /// The interfaces that have their `ether` node.
    with_ether: BTreeSet<Place>,
    units: BTreeSet<u32>,
    /// No unit above this one is left.
    last_unit: u32,
}

impl Copier {
    /// Begins with the interfaces of each VNET, and no nodes.
    #[must_use]
    pub fn new(seen: &BTreeMap<u32, Vec<SeenInterface>>, elsewhere: u32) -> Self {
        let mut copier = Self {
            vnets: BTreeMap::from([(0, empty())]),
            elsewhere,
            indexes: BTreeSet::new(),
            by_name: BTreeMap::new(),
            free: BTreeMap::new(),
            with_ether: BTreeSet::new(),
            units: BTreeSet::new(),
            last_unit: UNIT_MAX,
        };
        // All VNETs that are spoken of are there.
        let homes = seen.values().flatten().map(|interface| interface.home);
        for vnet in seen.keys().copied().chain(homes) {
            copier.vnets.entry(vnet).or_insert_with(empty);
        }
        for (vnet, interfaces) in seen {
            for interface in interfaces {
                let place = copier.interface(*vnet, interface);
                if let Some(mac) = interface.mac {
                    let of_name = copier.free.entry(interface.name.clone()).or_default();
                    of_name.entry(mac).or_default().insert(place);
                }
            }
        }
        copier
    }

    /// Copies the graph of a VNET, 0 for the host's, of which `socket` is.
    ///
    /// # Errors
    /// As [`Socket::call`].
    pub fn graph(&mut self, vnet: u32, socket: &Socket) -> Result<()> {
        let nodes = look(socket)?;
        let places = places(&nodes);
        for node in nodes.values() {
            let saved = self.node(vnet, socket, node, &places)?;
            self.vnets.entry(vnet).or_insert_with(empty).nodes.insert(node.info.id.0, saved);
        }
        Ok(())
    }

    /// Gives each of the host's Ethernet interfaces its `ether` node, as ng_ether does when it is loaded.
    pub fn attach_ether(&mut self) {
        let Some(host) = self.vnets.get_mut(&0) else { return };
        let taken: BTreeSet<String> = host.nodes.values().map(|node| node.name.clone()).collect();
        let mut next = host.nodes.keys().next_back().map_or(1, |last| last.wrapping_add(1));
        for (place, interface) in host.interfaces.iter().enumerate() {
            let Some(name) = ether::node_name(&interface.name).map(|name| name.to_string()) else { continue };
            if interface.mac.is_none() || taken.contains(&name) || !self.with_ether.insert((0, place)) {
                continue;
            }
            let state = json!({ "interface": interface.index, "promiscuous": false, "auto_source": false });
            let (hooks, timers) = (Vec::new(), Vec::new());
            host.nodes.insert(
                next,
                NodeSnapshot { type_name: ether::Ether::NAME.into(), name, hooks, timers, state },
            );
            next = next.wrapping_add(1);
        }
    }

    /// Makes the machine.
    ///
    /// # Errors
    /// [`Error::Machine`](crate::Error::Machine) where what was seen is not a machine that can be.
    pub fn build(self) -> Result<SimMachine> {
        SimMachine::load(&self.finish())
    }

    /// Takes an index, this one if it is free.
    fn index(&mut self, seen: u32) -> u32 {
        let next = self.indexes.last().map_or(1, |last| last.saturating_add(1));
        let index = if seen == 0 || self.indexes.contains(&seen) { next } else { seen };
        self.indexes.insert(index);
        index
    }

    fn interface(&mut self, vnet: u32, seen: &SeenInterface) -> Place {
        let saved = InterfaceSnapshot {
            name: seen.name.clone(),
            index: self.index(seen.index),
            driver: if seen.mac.is_some() { Driver::Nic } else { Driver::Loopback },
            home: seen.home,
            flags: seen.flags,
            promiscuous: 0,
            mac: seen.mac,
            mtu: seen.mtu,
            description: seen.description.clone(),
            groups: Vec::new(),
            link: Link::Unknown,
            addresses: Vec::new(),
        };
        let interfaces = &mut self.vnets.entry(vnet).or_insert_with(empty).interfaces;
        let place = (vnet, interfaces.len());
        interfaces.push(saved);
        self.by_name.entry((vnet, seen.name.clone())).or_default().push(place.1);
        place
    }

    fn at(&mut self, place: Place) -> Option<&mut InterfaceSnapshot> {
        self.vnets.get_mut(&place.0)?.interfaces.get_mut(place.1)
    }

    fn node(
        &mut self,
        vnet: u32,
        socket: &Socket,
        node: &SeenNode,
        places: &HookPlaces,
    ) -> Result<NodeSnapshot> {
        let state = match &node.info.type_name {
            name if *name == bridge::Bridge::NAME => bridge_state(socket, node)?,
            name if *name == eiface::Eiface::NAME => self.eiface_state(vnet, socket, node)?,
            name if *name == ether::Ether::NAME => self.ether_state(vnet, socket, node)?,
            _ => None,
        };
        let place = |hook: &SeenHook| {
            Some(HookSnapshot {
                name: text_of(hook.name.as_bytes()),
                peer: PeerSnapshot { node: hook.peer.0, hook: *places.get(&(hook.peer, hook.peer_hook))? },
            })
        };
        Ok(NodeSnapshot {
            type_name: node.info.type_name.to_string(),
            name: text_of(node.info.name.as_bytes()),
            hooks: node.hooks.iter().filter_map(place).collect(),
            timers: Vec::new(),
            state: state.unwrap_or_else(stand_in::state),
        })
    }

    /// Ties an `eiface` node to its interface, wherever that is.
    fn eiface_state(&mut self, vnet: u32, socket: &Socket, node: &SeenNode) -> Result<Option<Value>> {
        let path = node.info.path();
        let eiface = socket.node::<eiface::Eiface>(&path)?;
        let Some(name) = present(eiface.call(eiface::GetIfName))? else { return Ok(None) };
        let name = name.to_text();
        let address = || {
            let addresses = present(eiface.call(eiface::GetIfAddrs))?;
            Ok(addresses.and_then(|addresses| link_address(&addresses)))
        };
        let place = match self.take_free(&name, address)? {
            Some(place) => place,
            None => {
                let seen = SeenInterface {
                    name: name.clone(),
                    index: 0,
                    flags: 0,
                    mac: Some(address()?.unwrap_or(EtherAddr([0; 6]))),
                    mtu: 1500,
                    description: String::new(),
                    home: vnet,
                };
                self.interface(self.elsewhere, &seen)
            }
        };
        let unit = self.unit(&[name.as_str(), &node.info.name.to_string()]);
        let Some(interface) = self.at(place) else { return Ok(None) };
        (interface.driver, interface.home) = (Driver::Eiface, vnet);
        let index = interface.index;
        Ok(Some(json!({ "interface": index, "unit": unit })))
    }

    /// Takes the interface of this name that is free. Jails may have given the same name to several: then `address` tells
    /// more.
    fn take_free(
        &mut self,
        name: &str,
        address: impl FnOnce() -> Result<Option<EtherAddr>>,
    ) -> Result<Option<Place>> {
        let Some(of_name) = self.free.get_mut(name) else { return Ok(None) };
        let told = if of_name.len() > 1 { address()? } else { None };
        let told = told.filter(|mac| of_name.contains_key(mac));
        let Some(mac) = told.or_else(|| of_name.keys().next().copied()) else { return Ok(None) };
        let Some(places) = of_name.get_mut(&mac) else { return Ok(None) };
        let place = places.pop_first();
        if places.is_empty() {
            of_name.remove(&mac);
        }
        Ok(place)
    }

    /// Takes the unit that one of these names tells of. Others were never asked for: they count from the top, so that
    /// new interfaces get the numbers that they would get.
    fn unit(&mut self, names: &[&str]) -> u32 {
        let told = names.iter().filter_map(|name| name.strip_prefix("ngeth")?.parse::<u32>().ok());
        let told = told.filter(|unit| *unit <= UNIT_MAX).find(|unit| !self.units.contains(unit));
        let unit = told.unwrap_or_else(|| {
            while self.last_unit > 0 && self.units.contains(&self.last_unit) {
                self.last_unit -= 1;
            }
            self.last_unit
        });
        self.units.insert(unit);
        unit
    }

    /// Ties an `ether` node to its interface, if that is in the node's own VNET.
    fn ether_state(&mut self, vnet: u32, socket: &Socket, node: &SeenNode) -> Result<Option<Value>> {
        let path = node.info.path();
        let ether = socket.node::<ether::Ether>(&path)?;
        let Some(name) = present(ether.call(ether::GetIfName))? else { return Ok(None) };
        let Some(promiscuous) = present(ether.call(ether::GetPromisc))? else { return Ok(None) };
        let Some(auto_source) = present(ether.call(ether::GetAutoSrc))? else { return Ok(None) };
        let places = self.by_name.get(&(vnet, name.to_text())).into_iter().flatten();
        // Of two interfaces with one name, each node has one: nothing tells which.
        let free = places.map(|at| (vnet, *at)).find(|place| !self.with_ether.contains(place));
        let Some(place) = free else { return Ok(None) };
        let Some(interface) = self.at(place).filter(|there| there.mac.is_some()) else { return Ok(None) };
        interface.promiscuous = u32::from(promiscuous != 0);
        let state = json!({
            "interface": interface.index,
            "promiscuous": promiscuous != 0,
            "auto_source": auto_source != 0,
        });
        self.with_ether.insert(place);
        Ok(Some(state))
    }

    fn finish(mut self) -> MachineSnapshot {
        for vnet in self.vnets.values_mut() {
            vnet.counters.next_node = vnet.nodes.keys().next_back().map_or(1, |last| last.wrapping_add(1));
        }
        let next_vnet = self.vnets.keys().next_back().map_or(1, |last| last.wrapping_add(1));
        MachineSnapshot {
            format: FORMAT.into(),
            version: VERSION,
            counters: MachineCounters { clock: 0, next_vnet, pppoe_session: 0 },
            vnets: self.vnets,
        }
    }
}

fn empty() -> VnetSnapshot {
    VnetSnapshot { counters: VnetCounters { next_node: 1 }, interfaces: Vec::new(), nodes: BTreeMap::new() }
}

/// The Ethernet address in a list of socket addresses: that of the one of the link level.
fn link_address(addresses: &eiface::SockAddrs) -> Option<EtherAddr> {
    addresses.iter().find_map(|address| {
        let (family, name) = (*address.get(1)?, usize::from(*address.get(5)?));
        let mac = address.get(8 + name..8 + name + 6)?;
        (family == AF_LINK && address.get(6) == Some(&6)).then(|| mac.try_into().ok().map(EtherAddr))?
    })
}

/// What a bridge is told and has learned.
fn bridge_state(socket: &Socket, node: &SeenNode) -> Result<Option<Value>> {
    let path = node.info.path();
    let told = socket.node::<bridge::Bridge>(&path)?;
    let Some(config) = present(told.call(bridge::GetConfig))? else { return Ok(None) };
    let Some(table) = present(told.call(bridge::GetTable))? else { return Ok(None) };
    let hooks: FxHashSet<HookName> = node.hooks.iter().map(|hook| hook.name).collect();
    let is_uplink = |hook: HookName| matches!(bridge::Port::of_hook(hook), Some(bridge::Port::Uplink(_)));
    let uplinks = node.hooks.iter().any(|hook| is_uplink(hook.name));
    let links: Vec<Value> = node
        .hooks
        .iter()
        .map(|hook| {
            json!({
                "hook": hook.name.to_string(),
                "muted": 0,
                "gets_unknown": !uplinks || is_uplink(hook.name),
                "stats": vec![0u64; 14],
            })
        })
        .collect();
    let hosts: Vec<Value> = table
        .iter()
        .filter(|host| hooks.contains(&host.hook))
        .map(|host| {
            json!({
                "addr": host.addr,
                "hook": host.hook.to_string(),
                "age": host.age,
                "staleness": host.staleness,
            })
        })
        .collect();
    Ok(Some(json!({
        "debug_level": config.debugLevel,
        "loop_timeout": config.loopTimeout,
        "max_staleness": config.maxStaleness,
        "min_stable_age": config.minStableAge,
        "persistent": false,
        "links_get_unknown": !uplinks,
        "links": links,
        "hosts": hosts,
    })))
}
