//! The tags of discovery packets: what follows the headers of Ethernet and PPPoE.

use crate::sys::*;

/// The length of the headers of Ethernet and PPPoE together.
pub(super) const FULL_HEADER: usize = size_of::<pppoe_full_hdr>();

/// How many tags a packet is given at most.
const TAGS_MAX: usize = 20;

/// How many bytes of tags fit a frame: ETHER_MAX_LEN without its checksum and the headers.
const ROOM: usize = 1518 - 4 - FULL_HEADER;

/// A tag: its type, one of `PTT_*`, and its value.
pub(super) type Tag<'a> = (u16, &'a [u8]);

/// Returns the tags of a packet, up to the first one that its stated length does not hold.
pub(super) fn tags(packet: &[u8]) -> impl Iterator<Item = Tag<'_>> {
    let stated = field(packet, FULL_HEADER - 2).map_or(0, |length| usize::from(u16::from_be(length)));
    let body = packet.get(FULL_HEADER..).unwrap_or_default();
    let mut rest = body.get(..stated).unwrap_or(body);
    std::iter::from_fn(move || {
        let (kind, len) = (field(rest, 0)?, usize::from(u16::from_be(field(rest, 2)?)));
        let value = rest.get(4..4 + len)?;
        rest = rest.get(4 + len..)?;
        Some((kind, value))
    })
}

/// Finds the first tag of a type.
pub(super) fn find(packet: &[u8], kind: u16) -> Option<&[u8]> {
    tags(packet).find(|(there, _)| *there == kind).map(|(_, value)| value)
}

/// Returns the tags that go back as they came, without being understood: those of relays.
pub(super) fn relayed(packet: &[u8]) -> impl Iterator<Item = Tag<'_>> {
    tags(packet).take_while(|(kind, _)| *kind != PTT_EOL).filter(|(kind, _)| *kind == PTT_RELAY_SID)
}

/// Puts tags behind the headers of a packet; those that are too many or too long are left out.
pub(super) fn make(packet: &mut Vec<u8>, tags: &[Tag<'_>]) {
    packet.resize(FULL_HEADER, 0);
    for (kind, value) in tags.iter().take(TAGS_MAX) {
        let Ok(len) = u16::try_from(value.len()) else { break };
        if packet.len() - FULL_HEADER + 4 + value.len() > ROOM {
            break;
        }
        packet.extend_from_slice(&kind.to_ne_bytes());
        packet.extend_from_slice(&len.to_be_bytes());
        packet.extend_from_slice(value);
    }
    let length = (packet.len() - FULL_HEADER) as u16;
    packet[FULL_HEADER - 2..FULL_HEADER].copy_from_slice(&length.to_be_bytes());
}

/// Reads two bytes as they lie.
fn field(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// A text as strncpy() copies it into `len` bytes: up to its NUL, with zeros behind.
pub(super) fn strncpy(text: &[u8], len: usize) -> Vec<u8> {
    let mut copied: Vec<u8> = text.iter().copied().take_while(|byte| *byte != 0).take(len).collect();
    copied.resize(len, 0);
    copied
}
