//! The network of a machine, as `ksocket` nodes see it: their sockets, and what passes between them.
//!
//! Packets of sockets do not walk the graph. A VNET reaches its own addresses, and those of other VNETs of the machine
//! in the networks that it has an address in, whatever lies between. Connections are made at once; like the kernel, a
//! node hears of what has happened to its socket when the system call that caused it is done.

mod address;
mod connect;
mod data;
mod local;
mod route;

use std::collections::{BTreeMap, VecDeque};

pub(super) use address::Name;
pub(super) use route::Address;

use super::graph::NodeKey;
use super::ifnet::Interface;
use super::packet::Packet;
use super::slab::{Key, Slab};
use crate::error::Errno;

pub(super) type EndKey = Key<End>;

/// The types of sockets; sys/socket.h.
pub(super) const STREAM: i32 = 1;
pub(super) const DGRAM: i32 = 2;
pub(super) const RAW: i32 = 3;
pub(super) const SEQPACKET: i32 = 5;

/// The families of addresses.
pub(super) const LOCAL: i32 = 1;
pub(super) const INET: i32 = 2;
pub(super) const INET6: i32 = 28;

/// The ports that are given out: the sysctls net.inet.ip.portrange.first and last.
const PORTS: std::ops::RangeInclusive<u16> = 49_152..=65_535;

/// What a node hears of its socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Upcall {
    /// Data has come in, or a connection was made or has ended.
    Incoming,
    /// Somebody has connected.
    Listen,
}

/// Where a socket is with its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    #[default]
    Idle,
    Listening,
    /// It was connected, or refused, and the node is still to hear of it.
    Connecting,
    Connected,
}

/// A socket.
#[derive(Debug)]
pub(super) struct End {
    /// The node whose socket it is; `None` for a connection that nobody has taken up.
    pub(super) node: Option<NodeKey>,
    /// The node that has taken up the connection, as long as its own one has no hook.
    pub(super) embryo_of: Option<NodeKey>,
    pub(super) vnet: u32,
    pub(super) family: i32,
    pub(super) kind: i32,
    pub(super) protocol: i32,
    /// Its address; `None` before it has one.
    pub(super) name: Option<Name>,
    /// The address of the other end.
    pub(super) peer: Option<Name>,
    /// The other end itself, of a connection.
    pub(super) partner: Option<EndKey>,
    pub(super) state: State,
    /// Whether a connection was refused, which a TCP socket does not survive.
    pub(super) refused: bool,
    /// Whether several sockets may have its address.
    pub(super) shares: bool,
    /// Connections that nobody has taken up.
    pub(super) waiting: VecDeque<EndKey>,
    /// What has come in, and from whom.
    pub(super) input: VecDeque<(Option<Name>, Packet)>,
    /// How many bytes may wait there, and be sent at once.
    pub(super) receive_max: usize,
    pub(super) send_max: usize,
    /// Whether nothing can come in any more.
    pub(super) ended: bool,
}

impl End {
    /// A socket of a node, with the buffers that the kernel gives its kind.
    pub(super) fn new(node: Option<NodeKey>, vnet: u32, family: i32, kind: i32, protocol: i32) -> Self {
        let (send_max, receive_max) = match (family, kind) {
            (LOCAL, DGRAM) => (16_384, 16_384),
            (LOCAL, _) => (65_536, 65_536),
            (_, STREAM) => (32_768, 65_536),
            // 40 * (1024 + sizeof(struct sockaddr_in6)).
            (_, DGRAM) => (9_216, 42_080),
            _ => (9_216, 9_216),
        };
        Self {
            node,
            embryo_of: None,
            vnet,
            family,
            kind,
            protocol,
            name: None,
            peer: None,
            partner: None,
            state: State::Idle,
            refused: false,
            shares: false,
            waiting: VecDeque::new(),
            input: VecDeque::new(),
            receive_max,
            send_max,
            ended: false,
        }
    }

    /// Whether it has to be connected to be of any use.
    pub(super) fn is_stream(&self) -> bool {
        matches!(self.kind, STREAM | SEQPACKET)
    }

    fn waiting_bytes(&self) -> usize {
        self.input.iter().map(|(_, packet)| packet.len()).sum()
    }

    fn uses(&self, family: i32, kind: i32, protocol: i32) -> bool {
        self.family == family && self.kind == kind && (self.protocol == protocol || kind != RAW)
    }
}

/// All sockets of nodes.
#[derive(Debug)]
pub(super) struct Network {
    pub(super) ends: Slab<End>,
    /// The sockets in the file system: `None` for one whose program is gone.
    files: BTreeMap<Vec<u8>, Option<EndKey>>,
    /// What nodes are still to hear.
    pub(super) upcalls: VecDeque<(NodeKey, Upcall)>,
    next_port: u16,
    /// Sockets that are still to be tied to that of a node, while a machine is read.
    parted: Vec<(EndKey, NodeKey)>,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            ends: Slab::default(),
            files: BTreeMap::new(),
            upcalls: VecDeque::new(),
            next_port: *PORTS.start(),
            parted: Vec::new(),
        }
    }
}

impl Network {
    /// Has a node hear of its socket; what it is to hear already it hears once.
    fn wake(&mut self, end: EndKey, upcall: Upcall) {
        let node = self.ends.get(end).and_then(|end| end.node);
        if let Some(told) = node.map(|node| (node, upcall)).filter(|told| !self.upcalls.contains(told)) {
            self.upcalls.push_back(told);
        }
    }

    /// Has a node look at its socket.
    pub(super) fn wake_node(&mut self, end: EndKey) {
        self.wake(end, Upcall::Incoming);
    }

    /// Gives a socket an address.
    pub(super) fn bind(
        &mut self,
        key: EndKey,
        name: &Name,
        interfaces: &Slab<Interface>,
    ) -> Result<(), Errno> {
        let end = self.ends.get(key).ok_or(Errno::EINVAL)?;
        let (vnet, family, kind, protocol) = (end.vnet, end.family, end.kind, end.protocol);
        if let Name::Local(path) = name {
            return self.bind_file(key, path.clone());
        }
        if end.name.is_some() && kind != RAW {
            return Err(Errno::EINVAL);
        }
        let host = name.ip().filter(|host| !host.is_unspecified() && !host.is_multicast());
        if host.is_some_and(|host| !route::owns(interfaces, vnet, host)) {
            return Err(Errno::EADDRNOTAVAIL);
        }
        let name = match name.port() {
            _ if kind == RAW => name.with_port(0),
            0 => name.with_port(self.free_port(vnet, family, kind)),
            port => {
                let clashes = |there: &End| {
                    let alike = |one: &Name| {
                        let any = |name: &Name| name.ip().is_none_or(|ip| ip.is_unspecified());
                        one.port() == port && (one.ip() == name.ip() || any(one) || any(name))
                    };
                    there.vnet == vnet
                        && there.uses(family, kind, protocol)
                        && there.name.as_ref().is_some_and(alike)
                        && !(there.shares && end.shares)
                };
                if self.ends.iter().any(|(_, there)| clashes(there)) {
                    return Err(Errno::EADDRINUSE);
                }
                name.clone()
            }
        };
        self.rename(key, Some(name));
        Ok(())
    }

    fn rename(&mut self, key: EndKey, name: Option<Name>) {
        if let Some(end) = self.ends.get_mut(key) {
            end.name = name;
        }
    }

    /// Returns a port that no socket of this kind has.
    fn free_port(&mut self, vnet: u32, family: i32, kind: i32) -> u16 {
        let taken = |port: u16| {
            self.ends.iter().any(|(_, there)| {
                there.vnet == vnet
                    && there.uses(family, kind, there.protocol)
                    && there.name.as_ref().is_some_and(|name| name.port() == port)
            })
        };
        let from_next = (self.next_port..=*PORTS.end()).chain(*PORTS.start()..self.next_port);
        let port = from_next.into_iter().find(|port| !taken(*port)).unwrap_or(self.next_port);
        self.next_port = if port == *PORTS.end() { *PORTS.start() } else { port + 1 };
        port
    }

    /// Gives a socket that has none an address, `host` or any, and a port.
    fn bind_somewhere(&mut self, key: EndKey, host: Option<&Name>) {
        let Some(end) = self.ends.get(key) else { return };
        let (vnet, family, kind, bound) = (end.vnet, end.family, end.kind, end.name.clone());
        let any = Name::unspecified(family);
        let (host, port) = match bound {
            // A socket at any address is at that of the connection from now on.
            Some(bound) if bound.ip().is_some_and(|ip| ip.is_unspecified()) => {
                (host.cloned().unwrap_or_else(|| bound.clone()), bound.port())
            }
            Some(_) => return,
            None if kind == RAW => (host.cloned().unwrap_or(any), 0),
            None => (host.cloned().unwrap_or(any), self.free_port(vnet, family, kind)),
        };
        self.rename(key, Some(host.with_port(port)));
    }

    /// Adds a socket that is read from the file of a machine; its partner, that of another node, may follow it.
    pub(super) fn restore(&mut self, end: End, partner: Option<NodeKey>, has_file: bool) -> EndKey {
        let key = self.ends.insert(end);
        self.parted.extend(partner.map(|partner| (key, partner)));
        let found = |node: NodeKey| self.ends.iter().find(|(_, there)| there.node == Some(node));
        let pairs = self.parted.iter().filter_map(|(key, partner)| Some((*key, found(*partner)?.0)));
        for (key, partner) in pairs.collect::<Vec<_>>() {
            if let Some(end) = self.ends.get_mut(key) {
                end.partner = Some(partner);
            }
            self.parted.retain(|(parted, _)| *parted != key);
        }
        if has_file {
            self.restore_file(key);
        }
        key
    }

    /// Closes a socket, and returns the nodes of connections that it has taken up and nobody has connected to.
    pub(super) fn close(&mut self, key: EndKey) -> Vec<NodeKey> {
        let Some(end) = self.ends.remove(key) else { return Vec::new() };
        for file in self.files.values_mut() {
            file.take_if(|there| *there == key);
        }
        for waiting in end.waiting {
            self.close(waiting);
        }
        let partners = self.ends.iter().filter(|(_, there)| there.partner == Some(key));
        for partner in partners.map(|(partner, _)| partner).collect::<Vec<_>>() {
            if let Some(there) = self.ends.get_mut(partner) {
                there.ended = there.is_stream();
                if !there.ended {
                    (there.state, there.peer, there.partner) = (State::Idle, None, None);
                }
            }
            self.wake(partner, Upcall::Incoming);
        }
        let orphans = self.ends.iter().filter(|(_, there)| end.node.is_some() && there.embryo_of == end.node);
        orphans.filter_map(|(_, there)| there.node).collect()
    }
}
