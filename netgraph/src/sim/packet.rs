//! Data on its way through the graph.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A packet. Copies share their bytes until one of them is changed.
///
/// It is handed on by value from node to node, and most have nothing beside their bytes: so it is small.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "Saved", into = "Saved")]
pub(super) struct Packet {
    bytes: Arc<[u8]>,
    beside: Option<Box<Beside>>,
}

/// What the kernel's packet header has of a packet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Beside {
    /// A VLAN tag kept beside the frame, as an adapter hands it over: the flag M_VLANTAG.
    vlan_tag: Option<u16>,
    /// The checksums that are still to be computed, of CSUM_*.
    csum_flags: u64,
    /// What nodes have noted about the packet, the newest first: `m_tag`.
    tags: Vec<Tag>,
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
        Self { bytes: bytes.into(), beside: None }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The VLAN tag that is kept beside the frame.
    pub(super) fn vlan_tag(&self) -> Option<u16> {
        self.beside.as_ref()?.vlan_tag
    }

    pub(super) fn set_vlan_tag(&mut self, tag: u16) {
        self.beside_mut().vlan_tag = Some(tag);
    }

    pub(super) fn take_vlan_tag(&mut self) -> Option<u16> {
        self.beside.as_mut()?.vlan_tag.take()
    }

    /// The checksums that are still to be computed, of CSUM_*.
    pub(super) fn csum_flags(&self) -> u64 {
        self.beside.as_ref().map_or(0, |beside| beside.csum_flags)
    }

    pub(super) fn set_csum_flags(&mut self, flags: u64) {
        if flags != self.csum_flags() {
            self.beside_mut().csum_flags = flags;
        }
    }

    /// What nodes have noted about the packet, the newest first.
    pub(super) fn tags(&self) -> &[Tag] {
        self.beside.as_ref().map_or(&[], |beside| &beside.tags)
    }

    /// Notes something about the packet.
    pub(super) fn note(&mut self, tag: Tag) {
        self.beside_mut().tags.insert(0, tag);
    }

    /// Keeps only those notes that `keep` says.
    pub(super) fn retain_tags(&mut self, keep: impl FnMut(&Tag) -> bool) {
        if let Some(beside) = &mut self.beside {
            beside.tags.retain(keep);
        }
    }

    /// Takes away the note at this place among [`tags`](Self::tags).
    pub(super) fn remove_tag(&mut self, at: usize) {
        if let Some(beside) = self.beside.as_mut().filter(|beside| at < beside.tags.len()) {
            beside.tags.remove(at);
        }
    }

    fn beside_mut(&mut self) -> &mut Beside {
        self.beside.get_or_insert_default()
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
        let Beside { vlan_tag, csum_flags, tags } =
            packet.beside.map_or_else(Beside::default, |beside| *beside);
        Self { hex: packet.bytes.to_vec(), vlan_tag, csum_flags, tags }
    }
}

impl From<Saved> for Packet {
    fn from(saved: Saved) -> Self {
        let Saved { hex, vlan_tag, csum_flags, tags } = saved;
        let beside = Beside { vlan_tag, csum_flags, tags };
        let beside = (beside != Beside::default()).then(|| Box::new(beside));
        Self { bytes: hex.into(), beside }
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
