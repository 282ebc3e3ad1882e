//! Data on its way through the graph.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A packet. Copies share their bytes until one of them is changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Saved", into = "Saved")]
pub(super) struct Packet {
    bytes: Arc<[u8]>,
    /// A VLAN tag kept beside the frame, as an adapter hands it over: the flag M_VLANTAG.
    pub(super) vlan_tag: Option<u16>,
    /// The checksums that are still to be computed, of CSUM_*.
    pub(super) csum_flags: u64,
    /// What nodes have noted about the packet, the newest first: `m_tag`.
    pub(super) tags: Vec<Tag>,
}

/// A note that goes along with a packet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tag {
    pub(super) cookie: u32,
    pub(super) id: u16,
    #[serde(with = "super::hex")]
    pub(super) data: Vec<u8>,
}

impl Packet {
    pub(super) fn new(bytes: &[u8]) -> Self {
        Self { bytes: bytes.into(), vlan_tag: None, csum_flags: 0, tags: Vec::new() }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The bytes, for this packet alone.
    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        Arc::make_mut(&mut self.bytes)
    }

    /// Puts other bytes in the place of `from..to`, which are cut to what is there.
    pub(super) fn splice(&mut self, from: usize, to: usize, bytes: &[u8]) {
        let (head, rest) = self.bytes.split_at(from.min(self.len()));
        let tail = rest.get(to.saturating_sub(from)..).unwrap_or_default();
        self.bytes = [head, bytes, tail].concat().into();
    }

    /// The Ethernet header's destination and source, if the packet is long enough to have one.
    pub(super) fn ethernet(&self) -> Option<Ethernet> {
        let header = self.bytes.get(..ETHER_HEADER)?;
        let (to, rest) = header.split_first_chunk()?;
        let (from, kind) = rest.split_first_chunk()?;
        Some(Ethernet { to: *to, from: *from, kind: u16::from_be_bytes(kind.try_into().ok()?) })
    }
}

/// A packet in the file of a machine.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    #[serde(with = "super::hex")]
    hex: Vec<u8>,
    vlan_tag: Option<u16>,
    csum_flags: u64,
    tags: Vec<Tag>,
}

impl From<Packet> for Saved {
    fn from(packet: Packet) -> Self {
        let Packet { bytes, vlan_tag, csum_flags, tags } = packet;
        Self { hex: bytes.to_vec(), vlan_tag, csum_flags, tags }
    }
}

impl From<Saved> for Packet {
    fn from(saved: Saved) -> Self {
        let Saved { hex, vlan_tag, csum_flags, tags } = saved;
        Self { bytes: hex.into(), vlan_tag, csum_flags, tags }
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

/// How many bytes of headers some nodes can look at: those that fit the kernel's first mbuf, MHLEN.
pub(super) const HEADERS_MAX: usize = 168;

/// Returns how long the header of an Ethernet frame is, with its VLAN tags, and the type behind it. `None` if the frame
/// ends before, or has more than [`HEADERS_MAX`] bytes of them.
pub(super) fn ether_payload(frame: &[u8]) -> Option<(usize, u16)> {
    const TPIDS: [u16; 3] = [0x8100, 0x88a8, 0x9100];
    const TAG: usize = 4;
    let mut len = ETHER_HEADER;
    loop {
        let header = frame.get(..len).filter(|_| len <= HEADERS_MAX)?;
        let kind = header.last_chunk().map(|kind| u16::from_be_bytes(*kind))?;
        if !TPIDS.contains(&kind) {
            return Some((len, kind));
        }
        len += TAG;
    }
}
