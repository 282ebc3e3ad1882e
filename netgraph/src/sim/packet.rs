//! Data on its way through the graph.

use std::sync::Arc;

/// A packet. Copies share their bytes until one of them is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Packet(Arc<[u8]>);

impl Packet {
    pub(super) fn new(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The bytes, for this packet alone.
    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        Arc::make_mut(&mut self.0)
    }

    /// The Ethernet header's destination and source, if the packet is long enough to have one.
    pub(super) fn ethernet(&self) -> Option<Ethernet> {
        let header = self.0.get(..ETHER_HEADER)?;
        let (to, rest) = header.split_first_chunk()?;
        let (from, kind) = rest.split_first_chunk()?;
        Some(Ethernet { to: *to, from: *from, kind: u16::from_be_bytes(kind.try_into().ok()?) })
    }
}

/// The length of an Ethernet header, in bytes.
pub(super) const ETHER_HEADER: usize = 14;

/// An Ethernet header.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ethernet {
    pub(super) to: [u8; 6],
    pub(super) from: [u8; 6],
    pub(super) kind: u16,
}

/// Tells whether an Ethernet address is that of a group, broadcast included.
pub(super) fn is_group(address: [u8; 6]) -> bool {
    address.first().is_some_and(|first| first & 1 != 0)
}
