//! Where packets leave the graph and enter it: the interfaces, their wires, and the protocols above them.

use super::engine::Item;
use super::flow::{Entered, Outlet, Output};
use super::graph::NodeKey;
use super::ifnet::{IFF_PPROMISC, IFF_UP, IfKey, IfKind};
use super::machine::Machine;
use super::packet::{Packet, is_group};
use crate::error::Errno;
use crate::nodes::iface::{INET, INET6};

const ETHERTYPE_IP: u16 = 0x0800;
const ETHERTYPE_ARP: u16 = 0x0806;
const ETHERTYPE_VLAN: u16 = 0x8100;
const ETHERTYPE_IPV6: u16 = 0x86dd;
const ETHERTYPE_QINQ: u16 = 0x88a8;

const VID_MASK: u16 = 0x0fff;
/// What marks the notes about a packet that outlast the way through an epair.
const MTAG_PERSISTENT: u16 = 0x800;
const PRIORITY_MASK: u16 = 0xe000;
/// Where a VLAN tag is in a frame, and where the header that has one ends.
const VLAN_TAG: usize = 12;
const VLAN_HEADER: usize = 18;

/// Keeps a frame's outermost VLAN tag beside it, as ether_input() does. `false` if the frame ends within the header.
fn take_out_vlan_tag(packet: &mut Packet) -> bool {
    let kind = packet.ethernet().map(|header| header.kind);
    if packet.vlan_tag().is_some() || !matches!(kind, Some(ETHERTYPE_VLAN | ETHERTYPE_QINQ)) {
        return true;
    }
    let Some(&[.., high, low]) = packet.bytes().get(..VLAN_HEADER - 2) else { return false };
    if packet.len() < VLAN_HEADER {
        return false;
    }
    packet.splice(VLAN_TAG, VLAN_TAG + 4, &[]);
    packet.set_vlan_tag(u16::from_be_bytes([high, low]));
    true
}

/// Writes a VLAN tag that was kept beside a frame into it, as ether_output_frame() does: of the tag only the priority is
/// left then, and none of it in a frame that has a tag of its own.
fn put_back_vlan_tag(packet: &mut Packet) {
    let Some(tag) = packet.take_vlan_tag() else { return };
    if packet.ethernet().is_some_and(|header| !matches!(header.kind, ETHERTYPE_VLAN | ETHERTYPE_QINQ)) {
        let [[a, b], [c, d]] = [ETHERTYPE_VLAN.to_be_bytes(), (tag & PRIORITY_MASK).to_be_bytes()];
        packet.splice(VLAN_TAG, VLAN_TAG, &[a, b, c, d]);
    }
}

impl Machine {
    /// A packet that the host sends, ether_output(): the ether node's `upper` hook comes first.
    pub(super) fn host_output(&mut self, key: IfKey, packet: Packet) -> Entered {
        let Some(interface) = self.interfaces.get(key) else { return Entered::Done(Err(Errno::ENXIO)) };
        if let IfKind::Iface { node } = interface.kind {
            return self.iface_output(node.filter(|_| interface.is_ready()), packet);
        }
        if interface.mac.is_none() {
            return Entered::Done(Err(Errno::EAFNOSUPPORT));
        }
        if !interface.is_ready() {
            return Entered::Done(Err(Errno::ENETDOWN));
        }
        let Some(upper) = interface.tap.upper else { return self.wire_output(key, packet) };
        let start = self.flow.outputs.len();
        self.flow.outputs.push(Some(Output { to: Outlet::Hook(upper), packet, note: 0 }));
        self.push(None, None, start, Ok(()), true);
        Entered::Walking
    }

    /// A packet that leaves an interface: if_transmit().
    pub(super) fn wire_output(&mut self, key: IfKey, mut packet: Packet) -> Entered {
        let Some(interface) = self.interfaces.get_mut(key) else { return Entered::Done(Err(Errno::ENXIO)) };
        put_back_vlan_tag(&mut packet);
        match interface.kind {
            IfKind::Loopback { .. } | IfKind::Iface { .. } => Entered::Done(Err(Errno::EAFNOSUPPORT)),
            IfKind::Nic | IfKind::Tap { .. } if interface.wire.len() >= self.limits.interface_frames => {
                Entered::Done(Err(Errno::ENOBUFS))
            }
            IfKind::Nic | IfKind::Tap { .. } => {
                interface.wire.push_back(packet);
                Entered::Done(Ok(()))
            }
            IfKind::Epair { other, .. } => {
                packet.retain_tags(|tag| tag.id & MTAG_PERSISTENT != 0);
                let other = other.filter(|other| self.interfaces.get(*other).is_some_and(|o| o.is_ready()));
                other.map_or(Entered::Done(Ok(())), |other| self.input(other, packet))
            }
            IfKind::Eiface { node } => self.eiface_output(node, packet),
        }
    }

    /// An IP packet that leaves by the hook of its family, ng_iface_output(); `node` is `None` where the interface is down.
    fn iface_output(&mut self, node: Option<NodeKey>, packet: Packet) -> Entered {
        let Some(core) = node.and_then(|node| self.core(node)) else {
            return Entered::Done(Err(Errno::ENETDOWN));
        };
        let family = match packet.bytes().first().map(|first| first >> 4) {
            Some(4) => INET,
            Some(6) => INET6,
            _ => return Entered::Done(Err(Errno::EAFNOSUPPORT)),
        };
        let Some(hook) = core.find(&self.hooks, family) else {
            return Entered::Done(Err(Errno::ENETDOWN));
        };
        let start = self.flow.outputs.len();
        self.flow.outputs.push(Some(Output { to: Outlet::Hook(hook), packet, note: 0 }));
        self.push(None, None, start, Ok(()), true);
        Entered::Walking
    }

    fn eiface_output(&mut self, node: Option<NodeKey>, packet: Packet) -> Entered {
        let Some(key) = node else { return Entered::Done(Ok(())) };
        let Some(gate) = self.nodes.get_mut(key).map(|node| &mut node.gate) else {
            return Entered::Done(Ok(()));
        };
        if gate.writer || gate.readers > 0 || !gate.queue.is_empty() || self.flow.is_deep() {
            if self.flow.queued < self.limits.queued_packets {
                self.queue(key, Item::Transmit(packet));
            }
            return Entered::Done(Ok(()));
        }
        gate.writer = true;
        self.transmit(key, packet)
    }

    /// A frame that came in: ether_input(). The ether node's `lower` hook comes first.
    pub(super) fn input(&mut self, key: IfKey, mut packet: Packet) -> Entered {
        let Some(interface) = self.interfaces.get(key) else { return Entered::Done(Ok(())) };
        let Some(header) = packet.ethernet().filter(|_| interface.flags & IFF_UP != 0) else {
            return Entered::Done(Ok(()));
        };
        if !take_out_vlan_tag(&mut packet) {
            return Entered::Done(Ok(()));
        }
        if let Some(lower) = interface.tap.lower {
            return self.cross_quietly(lower, packet);
        }
        let own = interface.mac.is_some_and(|mac| mac.0 == header.to);
        if !own && !is_group(header.to) && interface.flags & IFF_PPROMISC == 0 {
            return Entered::Done(Ok(()));
        }
        self.stack_input(key, packet)
    }

    /// A frame for the protocols of the host: ether_demux(). What they do not know goes to the `orphans` hook.
    pub(super) fn stack_input(&mut self, key: IfKey, mut packet: Packet) -> Entered {
        let Some(interface) = self.interfaces.get_mut(key) else { return Entered::Done(Ok(())) };
        if let IfKind::Iface { .. } = interface.kind {
            if interface.received.len() < self.limits.interface_frames {
                interface.received.push_back(packet);
            }
            return Entered::Done(Ok(()));
        }
        let Some(header) = packet.ethernet() else { return Entered::Done(Ok(())) };
        // There is no vlan(4) interface to take a tagged frame. A tag of VLAN 0 is only a priority.
        if packet.take_vlan_tag().is_some_and(|tag| tag & VID_MASK != 0) {
            return Entered::Done(Ok(()));
        }
        match (header.kind, interface.tap.orphans) {
            (ETHERTYPE_IP | ETHERTYPE_ARP | ETHERTYPE_IPV6, _) => {
                if interface.received.len() < self.limits.interface_frames {
                    interface.received.push_back(packet);
                }
                Entered::Done(Ok(()))
            }
            (_, None) => Entered::Done(Ok(())),
            (_, Some(orphans)) => self.cross_quietly(orphans, packet),
        }
    }
}
