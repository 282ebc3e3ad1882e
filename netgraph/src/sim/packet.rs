//! Data on its way through the graph.

use std::fmt::Write as _;
use std::sync::Arc;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A packet. Copies share their bytes until one of them is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Packet {
    bytes: Arc<[u8]>,
    /// A VLAN tag kept beside the frame, as an adapter hands it over: the flag M_VLANTAG.
    pub(super) vlan_tag: Option<u16>,
}

impl Packet {
    pub(super) fn new(bytes: &[u8]) -> Self {
        Self { bytes: bytes.into(), vlan_tag: None }
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
    /// Two digits for each byte.
    hex: String,
    vlan_tag: Option<u16>,
}

impl Serialize for Packet {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut hex = String::with_capacity(2 * self.len());
        for byte in self.bytes() {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        Saved { hex, vlan_tag: self.vlan_tag }.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Packet {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let Saved { hex, vlan_tag } = Saved::deserialize(from)?;
        let pairs = hex.as_bytes().chunks(2).map(|pair| match pair {
            [high, low] => {
                let digit = |digit: &u8| char::from(*digit).to_digit(16);
                Some((digit(high)? * 16 + digit(low)?) as u8)
            }
            _ => None,
        });
        let bytes: Option<Vec<u8>> = pairs.collect();
        let bytes = bytes.ok_or_else(|| D::Error::custom("a packet is an even number of digits"))?;
        Ok(Self { vlan_tag, ..Self::new(&bytes) })
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
