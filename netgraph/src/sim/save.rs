//! From a machine to its file.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::graph::{HookKey, Node, NodeKey};
use super::ifnet::{IfKind, Interface};
use super::machine::Machine;
use super::snapshot::*;
use crate::error::Error;

impl Machine {
    /// Takes the machine down as a file, with the sockets of running programs.
    pub(super) fn capture(&self) -> MachineSnapshot {
        let places = self.hook_places();
        let mut timers: HashMap<_, Vec<_>> = HashMap::new();
        for ((due, _), (node, token)) in &self.timers {
            let due_in = nanoseconds(due.saturating_sub(self.clock));
            timers.entry(*node).or_default().push(TimerSnapshot { due_in, token: *token });
        }
        let vnets = self.vnets.iter().map(|(number, vnet)| {
            let interfaces = vnet.interfaces.values().filter_map(|key| self.interfaces.get(*key));
            let nodes = vnet.by_id.iter().filter_map(|(id, key)| {
                let timers = timers.get(key).cloned().unwrap_or_default();
                Some((*id, self.capture_node(*key, self.nodes.get(*key)?, timers, &places)))
            });
            let saved = VnetSnapshot {
                counters: VnetCounters { next_node: vnet.next_id },
                interfaces: interfaces.map(|interface| self.capture_interface(interface)).collect(),
                nodes: nodes.collect(),
            };
            (*number, saved)
        });
        MachineSnapshot {
            format: FORMAT.into(),
            version: VERSION,
            counters: MachineCounters {
                clock: nanoseconds(self.clock),
                next_vnet: self.next_vnet,
                pppoe_session: self.pppoe_session,
            },
            vnets: vnets.collect(),
        }
    }

    /// Where every hook stands in its node's list.
    fn hook_places(&self) -> HashMap<HookKey, PeerSnapshot> {
        let mut places = HashMap::new();
        for (_, node) in self.nodes.iter() {
            for (place, (key, _)) in node.core.hooks(&self.hooks).enumerate() {
                places.insert(key, PeerSnapshot { node: node.core.id.0, hook: place });
            }
        }
        places
    }

    fn capture_node(
        &self,
        key: NodeKey,
        node: &Node,
        timers: Vec<TimerSnapshot>,
        places: &HashMap<HookKey, PeerSnapshot>,
    ) -> NodeSnapshot {
        let hooks = node.core.hooks(&self.hooks).filter_map(|(_, hook)| {
            Some(HookSnapshot { name: text_of(hook.name.as_bytes()), peer: *places.get(&hook.peer?)? })
        });
        NodeSnapshot {
            type_name: node.core.kind.name.into(),
            name: text_of(node.core.name.as_bytes()),
            hooks: hooks.collect(),
            timers,
            state: node.behaviour.as_ref().map(|behaviour| behaviour.save(self, key)).unwrap_or_default(),
        }
    }

    fn capture_interface(&self, interface: &Interface) -> InterfaceSnapshot {
        let index = |other: &Interface| other.index;
        InterfaceSnapshot {
            name: interface.name.clone(),
            index: interface.index,
            driver: match interface.kind {
                IfKind::Loopback { .. } => Driver::Loopback,
                IfKind::Nic => Driver::Nic,
                IfKind::Tap { unit } => Driver::Tap { unit },
                IfKind::Epair { unit, other } => Driver::Epair {
                    unit,
                    other: other.and_then(|key| self.interfaces.get(key)).map_or(0, index),
                },
                IfKind::Eiface { .. } => Driver::Eiface,
                IfKind::Iface { .. } => Driver::Iface,
            },
            home: interface.home,
            flags: interface.flags,
            promiscuous: interface.promiscuous,
            mac: interface.mac,
            mtu: interface.mtu,
            description: interface.description.clone(),
            groups: interface.groups.iter().copied().collect(),
            addresses: interface.addresses.clone(),
            link: interface.link,
        }
    }

    /// Takes the machine down as a file, as if no program were running. The machine itself goes on.
    pub(super) fn save(&self) -> Result<MachineSnapshot, Error> {
        let all = self.capture();
        let sockets = |vnet: &VnetSnapshot| vnet.nodes.values().any(|node| node.type_name == "socket");
        if !all.vnets.values().any(sockets) {
            return Ok(all);
        }
        let mut copy = Self::restore(&all, true)?;
        let by_number: BTreeMap<_, _> = copy
            .sockets
            .iter()
            .filter_map(|(key, socket)| {
                let core = copy.core(socket.node?)?;
                Some(((core.vnet, core.id), key))
            })
            .collect();
        for socket in by_number.into_values() {
            copy.begin();
            copy.close_socket(socket);
        }
        Ok(copy.capture())
    }
}

/// A duration as the file has it, 584 years at most.
fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
