//! What of a packet makes it part of a flow.

use std::net::IpAddr;

use super::flows::Key;
use crate::sys::{DLT_EN10MB, DLT_RAW};

/// How many bytes of a packet are looked at: MHLEN.
const HEADERS_MAX: usize = 168;

const TCP: u8 = 6;
const UDP: u8 = 17;
const SCTP: u8 = 132;

/// What the node has found in a packet.
pub(super) struct Seen {
    /// The version of IP, as soon as there is a whole header of it.
    pub(super) version: Option<u8>,
    /// The flow, or what about the packet is wrong.
    pub(super) record: Result<Record, Wrong>,
}

/// Why a packet is part of no flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// It ends before a header that it should have: whoever sent it is told, where it goes no further.
    Short,
    /// It is none that flows are made of.
    Strange,
}

/// A packet of a flow.
pub(super) struct Record {
    pub(super) key: Key,
    /// The length that its IP header says.
    pub(super) bytes: u64,
    pub(super) tcp_flags: u16,
}

impl Seen {
    fn of(version: u8, record: Result<Record, Wrong>) -> Self {
        Self { version: Some(version), record }
    }

    fn nothing(wrong: Wrong) -> Self {
        Self { version: None, record: Err(wrong) }
    }
}

/// Looks at a packet that came in by an interface of this data link type.
pub(super) fn look(dlt: u8, packet: &[u8], input: u16, wants_six: bool) -> Seen {
    let word = |at: usize| packet.get(at..at + 2).map(|word| u16::from_be_bytes([word[0], word[1]]));
    let (at, kind) = match dlt {
        DLT_EN10MB => match word(12) {
            Some(0x8100) => (18, word(16)),
            kind => (14, kind),
        },
        DLT_RAW => match packet.first().map(|first| first >> 4) {
            Some(6) => (0, Some(0x86dd)),
            _ => (0, Some(0x0800)),
        },
        _ => return Seen::nothing(Wrong::Strange),
    };
    let headers = packet.get(..packet.len().min(HEADERS_MAX)).unwrap_or_default();
    let Some(ip) = headers.get(at..) else { return Seen::nothing(Wrong::Short) };
    match kind {
        Some(0x0800) if ip.len() >= 20 => Seen::of(4, look_at_four(ip, input)),
        Some(0x86dd) if ip.len() >= 40 && wants_six => Seen::of(6, look_at_six(ip, input)),
        Some(0x86dd) if ip.len() >= 40 => Seen::of(6, Err(Wrong::Strange)),
        Some(0x0800 | 0x86dd) | None => Seen::nothing(Wrong::Short),
        Some(_) => Seen::nothing(Wrong::Strange),
    }
}

/// Reads the ports behind the headers of IP, and the flags of TCP, unless that header is cut off.
fn ports(protocol: u8, upper: &[u8]) -> Result<(u16, u16, u16), Wrong> {
    let needed = match protocol {
        TCP => 20,
        UDP => 8,
        SCTP => 12,
        _ => return Ok((0, 0, 0)),
    };
    let header = upper.get(..needed).ok_or(Wrong::Short)?;
    let word = |at: usize| header.get(at..at + 2).map_or(0, |word| u16::from_be_bytes([word[0], word[1]]));
    let flags = if protocol == TCP { word(12) & 0x0fff } else { 0 };
    Ok((word(0), word(2), flags))
}

fn look_at_four(ip: &[u8], input: u16) -> Result<Record, Wrong> {
    let byte = |at: usize| ip.get(at).copied().unwrap_or_default();
    let word = |at: usize| u16::from_be_bytes([byte(at), byte(at + 1)]);
    let len = usize::from(byte(0) & 0xf) * 4;
    if byte(0) >> 4 != 4 || len < 20 {
        return Err(Wrong::Strange);
    }
    let address = |at: usize| {
        ip.get(at..).and_then(<[u8]>::first_chunk::<4>).map(|ip| IpAddr::from(*ip)).ok_or(Wrong::Short)
    };
    let protocol = byte(9);
    // Only the first of several fragments has ports.
    let (sport, dport, tcp_flags) = match word(6) & 0x1fff {
        0 => ports(protocol, ip.get(len..).ok_or(Wrong::Short)?)?,
        _ => (0, 0, 0),
    };
    // The kernel leaves those of SCTP out.
    let (sport, dport) = if protocol == SCTP { (0, 0) } else { (sport, dport) };
    let key = Key { src: address(12)?, dst: address(16)?, sport, dport, protocol, tos: byte(1), input };
    Ok(Record { key, bytes: word(2).into(), tcp_flags })
}

fn look_at_six(ip: &[u8], input: u16) -> Result<Record, Wrong> {
    let byte = |at: usize| ip.get(at).copied().unwrap_or_default();
    let word = |at: usize| u16::from_be_bytes([byte(at), byte(at + 1)]);
    if byte(0) >> 4 != 6 {
        return Err(Wrong::Strange);
    }
    let address = |at: usize| {
        ip.get(at..).and_then(<[u8]>::first_chunk::<16>).map(|ip| IpAddr::from(*ip)).ok_or(Wrong::Short)
    };
    let (mut protocol, mut at) = (byte(6), 40);
    let (sport, dport, tcp_flags) = loop {
        match protocol {
            // Options and routes, and what authenticates: headers before that of the protocol.
            0 | 43 | 60 | 51 => {
                let [next, len] = *ip.get(at..).and_then(<[u8]>::first_chunk).ok_or(Wrong::Short)?;
                at += if protocol == 51 { (usize::from(len) + 2) * 4 } else { (usize::from(len) + 1) * 8 };
                protocol = next;
            }
            // A fragment has no ports.
            44 => {
                [protocol, ..] = *ip.get(at..).and_then(<[u8]>::first_chunk::<8>).ok_or(Wrong::Short)?;
                break (0, 0, 0);
            }
            _ => break ports(protocol, ip.get(at..).unwrap_or_default())?,
        }
    };
    let key = Key { src: address(8)?, dst: address(24)?, sport, dport, protocol, tos: 0, input };
    Ok(Record { key, bytes: u64::from(word(4)) + 40, tcp_flags })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_packet_is_too_strange(
            dlt in prop_oneof![Just(DLT_EN10MB), Just(DLT_RAW), any::<u8>()],
            head in prop_oneof![
                Just(vec![]),
                Just([&[0; 12][..], &[8, 0, 0x45]].concat()),
                Just([&[0; 12][..], &[0x86, 0xdd, 0x60]].concat()),
                Just(vec![0x60]),
            ],
            rest in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let packet = [head, rest].concat();
            let seen = look(dlt, &packet, 0, true);
            prop_assert!(seen.record.is_err() || seen.version.is_some());
        }
    }
}
