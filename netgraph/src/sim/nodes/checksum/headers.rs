//! The checksums of IP packets, and of TCP and UDP in them.
//!
//! Functions return whether a checksum was computed, and `None` for what is not the packet that it should be; `flags`
//! are the checksums to be computed, and those that are, or cannot be, are removed.

use super::super::octets::{folded, set_word, sum, word};
use crate::sim::packet::HEADERS_MAX;
use crate::sys::{
    CSUM_IP, CSUM_TCP, CSUM_TCP_IPV6, CSUM_UDP, CSUM_UDP_IPV6, NG_CHECKSUM_CSUM_IPV4, NG_CHECKSUM_CSUM_IPV6,
};

const TCP: u8 = 6;
const UDP: u8 = 17;
/// The extension headers of IPv6.
const HOP_BY_HOP: u8 = 0;
const ROUTING: u8 = 43;
const FRAGMENT: u8 = 44;
const AUTHENTICATION: u8 = 51;
const DESTINATION: u8 = 60;

/// Tells whether headers end where the packet has them, and the kernel can look at them.
fn reaches(packet: &[u8], end: usize) -> bool {
    end <= packet.len() && end <= HEADERS_MAX
}

/// Where the parts of a packet are, and which flags mean TCP and UDP in it.
struct Segment {
    start: usize,
    end: usize,
    protocol: u8,
    pseudo: u64,
    tcp: u64,
    udp: u64,
}

impl Segment {
    /// Computes the checksum of TCP or UDP. One that is left to an adapter becomes that of the pseudo header.
    fn compute(&self, packet: &mut [u8], flags: &mut u64, offload: u64) -> Option<bool> {
        let (flag, other, header, at) = match self.protocol {
            TCP => (self.tcp, self.udp, 20, self.start + 16),
            UDP => (self.udp, self.tcp, 8, self.start + 6),
            _ => {
                *flags &= !(self.tcp | self.udp);
                return Some(false);
            }
        };
        let wanted = *flags & flag != 0;
        if wanted {
            if !reaches(packet, self.start + header) {
                return None;
            }
            set_word(packet, at, folded(self.pseudo));
            if offload & flag == 0 {
                let checksum = !folded(sum(packet.get(self.start..self.end).unwrap_or_default()));
                set_word(packet, at, if checksum == 0 && self.protocol == UDP { 0xffff } else { checksum });
                *flags &= !flag;
            }
        }
        *flags &= !other;
        Some(wanted)
    }
}

pub(super) fn ipv4(packet: &mut [u8], at: usize, flags: &mut u64, offload: u64) -> Option<bool> {
    let first = *packet.get(at).filter(|_| reaches(packet, at + 20))?;
    let header = usize::from(first & 0xf) * 4;
    let len = word(packet, at + 2)?;
    let end = at + usize::from(len);
    if first >> 4 != 4 || header < 20 || packet.len() < end {
        return None;
    }
    let mut done = false;
    if *flags & CSUM_IP != 0 {
        set_word(packet, at + 10, 0);
        if offload & CSUM_IP == 0 {
            let header_end = packet.len().min(at + header);
            let checksum = !folded(sum(packet.get(at..header_end)?));
            set_word(packet, at + 10, checksum);
            *flags &= !CSUM_IP;
        }
        done = true;
    }
    // The kernel does not count what it did to a fragment.
    if word(packet, at + 6)? & 0x3fff != 0 {
        *flags &= !(CSUM_TCP | CSUM_UDP);
        return Some(false);
    }
    let protocol = *packet.get(at + 9)?;
    let length = u16::from(protocol).wrapping_add(len).wrapping_sub(header as u16);
    let pseudo = sum(packet.get(at + 12..at + 20)?) + u64::from(length);
    let segment = Segment { start: at + header, end, protocol, pseudo, tcp: CSUM_TCP, udp: CSUM_UDP };
    done |= segment.compute(packet, flags, offload)?;
    *flags &= !NG_CHECKSUM_CSUM_IPV6;
    Some(done)
}

pub(super) fn ipv6(packet: &mut [u8], at: usize, flags: &mut u64, offload: u64) -> Option<bool> {
    let mut header = 40;
    let first = *packet.get(at).filter(|_| reaches(packet, at + header))?;
    let len = usize::from(word(packet, at + 4)?) + header;
    if first >> 4 != 6 || packet.len() < at + len {
        return None;
    }
    let mut protocol = *packet.get(at + 6)?;
    loop {
        match protocol {
            HOP_BY_HOP | ROUTING | DESTINATION | AUTHENTICATION => {}
            FRAGMENT => {
                *flags &= !(CSUM_TCP_IPV6 | CSUM_UDP_IPV6);
                return Some(false);
            }
            _ => break,
        }
        if !reaches(packet, at + header + 2) {
            return None;
        }
        let size = usize::from(*packet.get(at + header + 1)?);
        let next = *packet.get(at + header)?;
        header += if protocol == AUTHENTICATION { (size + 2) * 4 } else { (size + 1) * 8 };
        protocol = next;
        if protocol == 0 {
            return None;
        }
    }
    let length = (len as u32).wrapping_sub(header as u32);
    let pseudo = sum(packet.get(at + 8..at + 40)?) + sum(&length.to_be_bytes()) + u64::from(protocol);
    let (tcp, udp) = (CSUM_TCP_IPV6, CSUM_UDP_IPV6);
    let segment = Segment { start: at + header, end: at + len, protocol, pseudo, tcp, udp };
    let done = segment.compute(packet, flags, offload)?;
    *flags &= !NG_CHECKSUM_CSUM_IPV4;
    Some(done)
}
