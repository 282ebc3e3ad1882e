//! The receive buffers of sockets, with the kernel's accounting.

use std::collections::VecDeque;
#[cfg(unix)]
use std::sync::Arc;

use super::bell::Belfry;
#[cfg(unix)]
use super::bell::Bell;
use super::graph::NodeKey;
use super::limits::SimLimits;
use super::packet::Packet;
use super::slab::Key;
use crate::error::Errno;
use crate::name::{HookName, NodeId};
use crate::sys::sockaddr_ng;

pub(super) type SocketKey = Key<Socket>;

/// How much memory a buffer may take for each byte of room: the sysctl kern.ipc.sockbuf_waste_factor.
const WASTE: usize = 8;

/// The size of an mbuf, what of it is left for a packet's first bytes, and the size of a cluster, in bytes.
const MBUF: usize = 256;
const MBUF_DATA: usize = 168;
const CLUSTER: usize = 2048;

/// How full a receive buffer is.
#[derive(Debug)]
struct Room {
    limit: usize,
    /// What the limit, and the memory, can be at most.
    limit_max: usize,
    memory_max: usize,
    bytes: usize,
    memory: usize,
}

impl Room {
    fn new(limits: &SimLimits) -> Self {
        Self {
            limit: limits.receive_space,
            limit_max: limits.receive_space_max(),
            memory_max: limits.socket_buffer,
            bytes: 0,
            memory: 0,
        }
    }

    /// The memory that a record of `len` bytes and its address take.
    fn memory_of(len: usize) -> usize {
        let data = if len <= MBUF_DATA { MBUF } else { len.div_ceil(CLUSTER) * (CLUSTER + MBUF) };
        MBUF + data
    }

    fn add(&mut self, address: usize, len: usize) -> Result<(), Errno> {
        let memory_max = self.limit.saturating_mul(WASTE).min(self.memory_max);
        let left = self.limit.saturating_sub(self.bytes).min(memory_max.saturating_sub(self.memory));
        if address + len > left {
            return Err(Errno::ENOBUFS);
        }
        self.bytes += address + len;
        self.memory += Self::memory_of(len);
        Ok(())
    }

    fn take(&mut self, address: usize, len: usize) {
        self.bytes = self.bytes.saturating_sub(address + len);
        self.memory = self.memory.saturating_sub(Self::memory_of(len));
    }
}

/// What waits to be read from a control socket: frames, and the nodes that sent them.
#[derive(Debug)]
pub(super) struct Control {
    room: Room,
    bell: Belfry,
    frames: VecDeque<(NodeId, Vec<u8>)>,
}

/// What waits to be read from a data socket: packets, and the hooks that they came in on.
#[derive(Debug)]
pub(super) struct Data {
    room: Room,
    bell: Belfry,
    packets: VecDeque<(HookName, Packet)>,
}

/// A program's sockets, for as long as one of them is open.
#[derive(Debug)]
pub(super) struct Socket {
    /// `None` once the node is gone, which also disconnects both sockets.
    pub(super) node: Option<NodeKey>,
    pub(super) control: Option<Control>,
    pub(super) data: Option<Data>,
}

impl Socket {
    pub(super) fn new(node: NodeKey, limits: &SimLimits) -> Self {
        Self {
            node: Some(node),
            control: Some(Control {
                room: Room::new(limits),
                bell: Belfry::default(),
                frames: VecDeque::new(),
            }),
            data: Some(Data { room: Room::new(limits), bell: Belfry::default(), packets: VecDeque::new() }),
        }
    }

    /// Disconnects both sockets: their node is gone.
    pub(super) fn disconnect(&mut self) {
        self.node = None;
        let control = self.control.as_ref().map(|control| &control.bell);
        let data = self.data.as_ref().map(|data| &data.bell);
        control.into_iter().chain(data).for_each(Belfry::ring_for_good);
    }
}

impl Control {
    const ADDRESS: usize = size_of::<sockaddr_ng>();

    /// Queues a frame; ENOBUFS where it does not fit.
    pub(super) fn push(
        &mut self,
        from: NodeId,
        len: usize,
        frame: impl FnOnce() -> Vec<u8>,
    ) -> Result<(), Errno> {
        self.room.add(Self::ADDRESS, len)?;
        self.frames.push_back((from, frame()));
        self.bell.ring(true);
        Ok(())
    }

    pub(super) fn pop(&mut self) -> Option<(NodeId, Vec<u8>)> {
        let (from, frame) = self.frames.pop_front()?;
        self.room.take(Self::ADDRESS, frame.len());
        self.bell.ring(!self.frames.is_empty());
        Some((from, frame))
    }

    /// Has a bell ring while something is here.
    #[cfg(unix)]
    pub(super) fn hang(&mut self, bell: &Arc<Bell>) {
        self.bell.hang(bell, !self.frames.is_empty());
    }

    /// Doubles the room; ENOBUFS where it is as large as can be.
    pub(super) fn grow(&mut self) -> Result<(), Errno> {
        if self.room.limit >= self.room.limit_max {
            return Err(Errno::ENOBUFS);
        }
        self.room.limit = self.room.limit.saturating_mul(2).min(self.room.limit_max);
        Ok(())
    }
}

impl Data {
    /// The length of a hook's name as an address.
    fn address(hook: HookName) -> usize {
        hook.as_bytes().len() + 3
    }

    /// Queues a packet; ENOBUFS where it does not fit.
    pub(super) fn push(&mut self, hook: HookName, packet: Packet) -> Result<(), Errno> {
        self.room.add(Self::address(hook), packet.len())?;
        self.packets.push_back((hook, packet));
        self.bell.ring(true);
        Ok(())
    }

    pub(super) fn pop(&mut self) -> Option<(HookName, Packet)> {
        let (hook, packet) = self.packets.pop_front()?;
        self.room.take(Self::address(hook), packet.len());
        self.bell.ring(!self.packets.is_empty());
        Some((hook, packet))
    }

    /// Has a bell ring while something is here.
    #[cfg(unix)]
    pub(super) fn hang(&mut self, bell: &Arc<Bell>) {
        self.bell.hang(bell, !self.packets.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_small_packets_fill_the_memory_before_the_room() {
        let mut room = Room::new(&SimLimits::default());
        let fit = std::iter::from_fn(|| room.add(4, 5).ok()).count();
        assert_eq!(fit, 20_480 * WASTE / (2 * MBUF));
    }

    #[test]
    fn a_list_of_283_nodes_fits_at_first() {
        let list = |nodes: usize| 56 + 4 + 72 * nodes;
        assert!(Room::new(&SimLimits::default()).add(Control::ADDRESS, list(283)).is_ok());
        assert!(Room::new(&SimLimits::default()).add(Control::ADDRESS, list(284)).is_err());
    }

    #[test]
    fn the_room_can_be_as_large_as_the_kernel_lets_it_be() {
        assert_eq!(SimLimits::default().receive_space_max(), 7_456_540);
    }

    #[test]
    fn what_is_taken_leaves_room_again() {
        let mut room = Room::new(&SimLimits::default());
        room.add(34, 20_000).unwrap();
        assert!(room.add(34, 1000).is_err());
        room.take(34, 20_000);
        assert_eq!((room.bytes, room.memory), (0, 0));
    }
}
