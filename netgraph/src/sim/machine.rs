//! A simulated machine: its VNETs, nodes, interfaces and clock.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use rustc_hash::FxHashMap;

use super::flow::Flow;
use super::graph::{Hook, Node, NodeKey};
use super::ifnet::{IFF_RUNNING, IFF_UP, IfKey, IfKind, Interface, LOOPBACK};
use super::limits::SimLimits;
use super::net::Network;
use super::slab::Slab;
use super::sockets::Socket;
use super::units::Units;
use crate::error::Errno;
use crate::name::NodeName;

/// The number of the host's own VNET.
pub(super) const HOST: u32 = 0;

/// A VNET: a network stack of its own, with a graph of its own.
#[derive(Debug)]
pub(super) struct Vnet {
    /// The number of the next node.
    pub(super) next_id: u32,
    pub(super) by_id: FxHashMap<u32, NodeKey>,
    pub(super) by_name: FxHashMap<NodeName, NodeKey>,
    /// The units of `ngethN` interfaces.
    pub(super) ngeth: Units,
    /// The units of `ngN` interfaces.
    pub(super) ng: Units,
    /// The units of epairs that were born here.
    pub(super) epairs: Units,
    /// The units of loopback interfaces that were born here.
    pub(super) loopbacks: Units,
    /// The interfaces, in their order.
    pub(super) interfaces: BTreeMap<u64, IfKey>,
    /// The interfaces of each name, in their order.
    pub(super) by_ifname: FxHashMap<String, Vec<IfKey>>,
}

impl Vnet {
    pub(super) fn new() -> Self {
        Self {
            next_id: 1,
            by_id: FxHashMap::default(),
            by_name: FxHashMap::default(),
            ngeth: Units::default(),
            ng: Units::default(),
            epairs: Units::default(),
            loopbacks: Units::default(),
            interfaces: BTreeMap::new(),
            by_ifname: FxHashMap::default(),
        }
    }

    pub(super) fn forget_ifname(&mut self, name: &str, key: IfKey) {
        if let Some(keys) = self.by_ifname.get_mut(name) {
            keys.retain(|other| *other != key);
            if keys.is_empty() {
                self.by_ifname.remove(name);
            }
        }
    }
}

/// Everything there is.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) clock: Duration,
    pub(super) next_vnet: u32,
    pub(super) vnets: BTreeMap<u32, Vnet>,
    pub(super) nodes: Slab<Node>,
    pub(super) hooks: Slab<Hook>,
    pub(super) sockets: Slab<Socket>,
    pub(super) interfaces: Slab<Interface>,
    pub(super) net: Network,
    /// The indexes of interfaces: one row for all VNETs.
    pub(super) indexes: Units,
    pub(super) by_index: FxHashMap<u32, IfKey>,
    /// The units of taps: one row for all VNETs.
    pub(super) taps: Units,
    /// The units of `device` nodes: one row for all VNETs.
    pub(super) devices: Units,
    /// Grows with each interface that takes its place in a VNET.
    pub(super) next_order: u64,
    /// Timers of nodes, by the moment when they are due and the order in which they were set.
    pub(super) timers: BTreeMap<(Duration, u64), (NodeKey, u32)>,
    pub(super) next_timer: u64,
    /// The nodes that have something to do.
    pub(super) work: VecDeque<NodeKey>,
    pub(super) flow: Flow,
    pub(super) limits: SimLimits,
    /// What the message that a program has just sent came to.
    pub(super) reported: Option<Errno>,
    /// Whether something was queued that a program may be waiting for.
    pub(super) woken: bool,
    /// How many threads wait for that.
    pub(super) waiting: usize,
    /// The number of the PPPoE session that was begun last.
    pub(super) pppoe_session: u16,
}

impl Machine {
    /// A machine without anything, not even a VNET.
    pub(super) fn empty() -> Self {
        Self {
            clock: Duration::ZERO,
            next_vnet: HOST,
            vnets: BTreeMap::new(),
            nodes: Slab::default(),
            hooks: Slab::default(),
            sockets: Slab::default(),
            interfaces: Slab::default(),
            net: Network::default(),
            indexes: Units::from(1),
            by_index: FxHashMap::default(),
            taps: Units::default(),
            devices: Units::default(),
            next_order: 0,
            timers: BTreeMap::new(),
            next_timer: 0,
            work: VecDeque::new(),
            flow: Flow::default(),
            limits: SimLimits::default(),
            reported: None,
            woken: false,
            waiting: 0,
            pppoe_session: 0,
        }
    }

    /// A machine that has just booted: the host's VNET, with a loopback interface that is up.
    pub(super) fn booted() -> Self {
        let mut machine = Self::empty();
        let host = machine.create_vnet();
        let lo0 = machine.interface(host, "lo0");
        if let Some(lo0) = lo0.and_then(|lo0| machine.interfaces.get_mut(lo0)) {
            lo0.flags |= IFF_UP | IFF_RUNNING;
        }
        machine
    }

    /// Makes a VNET with a loopback interface.
    pub(super) fn create_vnet(&mut self) -> u32 {
        while self.vnets.contains_key(&self.next_vnet) {
            self.next_vnet = self.next_vnet.wrapping_add(1);
        }
        let number = self.next_vnet;
        self.next_vnet = number.wrapping_add(1);
        let mut vnet = Vnet::new();
        let unit = vnet.loopbacks.take();
        self.vnets.insert(number, vnet);
        self.add_interface(number, Interface::loopback(LOOPBACK, Some(unit)));
        number
    }

    /// Takes a VNET down: interfaces of other VNETs go home, then the nodes go, then what was born here.
    pub(super) fn destroy_vnet(&mut self, number: u32) -> Result<(), Errno> {
        if number == HOST {
            return Err(Errno::EPERM);
        }
        let vnet = self.vnets.get(&number).ok_or(Errno::ENXIO)?;
        let guests: Vec<_> = vnet.interfaces.values().copied().collect();
        for key in guests {
            match self.interfaces.get(key).map(|interface| interface.home) {
                Some(home) if home != number && self.vnets.contains_key(&home) => {
                    self.move_interface(key, home);
                }
                _ => {}
            }
        }
        self.drain();
        self.shut_down_all(number);
        let born: Vec<_> =
            self.interfaces.iter().filter(|(_, there)| there.home == number).map(|(key, _)| key).collect();
        for key in born {
            self.remove_interface(key);
        }
        self.drain();
        self.vnets.remove(&number);
        Ok(())
    }

    /// Shuts down every node of a VNET, those included that would live on.
    fn shut_down_all(&mut self, number: u32) {
        let nodes: Vec<_> = match self.vnets.get(&number) {
            Some(vnet) => {
                let by_number: BTreeMap<_, _> = vnet.by_id.iter().collect();
                by_number.into_values().copied().collect()
            }
            None => return,
        };
        for node in nodes {
            self.shut_down(node);
            if let Some(node) = self.nodes.get_mut(node) {
                node.core.really_die = true;
            }
            self.shut_down(node);
        }
        self.drain();
    }

    /// Lets time pass. Timers are run in their order, each at its moment.
    pub(super) fn advance(&mut self, by: Duration) {
        let end = self.clock.saturating_add(by);
        while let Some(entry) = self.timers.first_entry() {
            let due = entry.key().0;
            if due > end {
                break;
            }
            let (node, token) = entry.remove();
            self.clock = due;
            self.begin();
            self.run_timer(node, token);
            self.drain();
        }
        self.clock = end;
    }

    /// Frees the unit of a clone that is gone: that of an epair with its second end.
    pub(super) fn free_unit(&mut self, home: u32, kind: IfKind) {
        match kind {
            IfKind::Tap { unit } => self.taps.give(unit),
            IfKind::Epair { other: Some(other), .. } => {
                if let Some(IfKind::Epair { other, .. }) = self.interfaces.get_mut(other).map(|i| &mut i.kind)
                {
                    *other = None;
                }
            }
            IfKind::Epair { unit, other: None } => {
                if let Some(vnet) = self.vnets.get_mut(&home) {
                    vnet.epairs.give(unit);
                }
            }
            IfKind::Loopback { unit: Some(unit) } => {
                if let Some(vnet) = self.vnets.get_mut(&home) {
                    vnet.loopbacks.give(unit);
                }
            }
            IfKind::Loopback { unit: None } | IfKind::Nic | IfKind::Eiface { .. } | IfKind::Iface { .. } => {}
        }
    }
}
