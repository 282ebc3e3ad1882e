//! A packet on its way through the aliasing library, as alias.c has it.

use super::super::octets::{folded, put, set_word, sum};
use super::library::{End, FRAGMENT, Library};
use super::{IPPROTO_ICMP, IPPROTO_SCTP, IPPROTO_TCP, IPPROTO_UDP, NO_PORT};
use crate::sys::*;

/// What the library says of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Translated,
    /// It is nothing that the library knows, and is as it was.
    Ignored,
    /// The rest of a packet whose beginning has not come.
    Unresolved,
    Failed,
}

use Verdict::{Failed, Ignored, Translated, Unresolved};

/// Where fields of an IP header, of ICMP and of what it carries are.
const SUM: usize = 10;
const SOURCE: usize = 12;
const DESTINATION: usize = 16;
const ICMP_SUM: usize = 2;
const ICMP_ID: usize = 4;
const ICMP_PACKET: usize = 8;
const UDP_SUM: usize = 6;
const TCP_FLAGS: usize = 12;
const TCP_SUM: usize = 16;

/// The bit of the byte at [`TCP_FLAGS`] that marks a packet: TH_RES1.
const MARK: u8 = 0x08;

/// Two bytes as they lie; 0 where there are none.
fn word(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |word| u16::from_ne_bytes(*word))
}

fn address(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |word| u32::from_ne_bytes(*word))
}

fn words(address: u32) -> i32 {
    let [a, b, c, d] = address.to_ne_bytes();
    i32::from(u16::from_ne_bytes([a, b])) + i32::from(u16::from_ne_bytes([c, d]))
}

/// Corrects a checksum for what was taken from the packet, less what was put in its place.
fn adjust(bytes: &mut [u8], at: usize, difference: i32) {
    let sum = difference + i32::from(word(bytes, at));
    let fold = |sum: i32| {
        let once = (sum >> 16) + (sum & 0xffff);
        once + (once >> 16)
    };
    let sum = if sum < 0 { !fold(-sum) } else { fold(sum) };
    put(bytes, at, &(sum as u16).to_ne_bytes());
}

/// Puts another address in the place of one of an IP header's.
fn readdress(ip: &mut [u8], at: usize, new: u32) {
    let difference = words(address(ip, at)) - words(new);
    adjust(ip, SUM, difference);
    put(ip, at, &new.to_ne_bytes());
}

fn header_len(ip: &[u8]) -> usize {
    ip.first().map_or(0, |first| usize::from(first & 0x0f) * 4)
}

/// The fragment field: the offset, and whether more follow.
fn fragment(ip: &[u8]) -> (u16, bool) {
    let field = u16::from_be(word(ip, 6));
    (field & 0x1fff, field & 0x2000 != 0)
}

fn protocol(ip: &[u8]) -> u16 {
    ip.get(9).copied().unwrap_or(0).into()
}

/// Where the checksum of a packet's ports is; UDP may have none.
fn sum_of_ports(kind: u16, ip: &[u8]) -> Option<usize> {
    let at = header_len(ip) + if kind == IPPROTO_TCP { TCP_SUM } else { UDP_SUM };
    (kind == IPPROTO_TCP || word(ip, at) != 0).then_some(at)
}

/// Whether a packet is long enough for its TCP or UDP header, and for what that says.
fn has_ports(kind: u16, ip: &[u8]) -> bool {
    let start = header_len(ip);
    let len = ip.len().saturating_sub(start);
    match kind {
        IPPROTO_TCP => len >= 20,
        _ => len >= 8 && (fragment(ip).1 || len >= usize::from(u16::from_be(word(ip, start + 4)))),
    }
}

impl Library {
    /// Translates a packet that goes out. `ip` is the whole of it.
    pub(super) fn outgoing(&mut self, ip: &mut [u8]) -> Verdict {
        if self.is(NG_NAT_REVERSE) { self.inward(ip) } else { self.outward(ip) }
    }

    /// Translates a packet that comes in.
    pub(super) fn incoming(&mut self, ip: &mut [u8]) -> Verdict {
        if self.is(NG_NAT_REVERSE) { self.outward(ip) } else { self.inward(ip) }
    }

    fn outward(&mut self, ip: &mut [u8]) -> Verdict {
        let own = self.address;
        if self.is(NG_NAT_UNREGISTERED_ONLY | NG_NAT_UNREGISTERED_CGN) {
            let source = u32::from_be(address(ip, SOURCE));
            let shared = source >> 22 == 0x6440_0000 >> 22 && self.is(NG_NAT_UNREGISTERED_CGN);
            let private = source >> 24 == 10 || source >> 20 == 0xac1 || source >> 16 == 0xc0a8;
            if !private && !shared {
                self.address = source.to_be();
            }
        } else if self.is(NG_NAT_PROXY_ONLY) {
            self.address = address(ip, SOURCE);
        }
        let verdict = match protocol(ip) {
            _ if fragment(ip).0 != 0 => {
                let alias = self.alias_of(address(ip, SOURCE));
                readdress(ip, SOURCE, alias);
                Translated
            }
            kind @ (IPPROTO_UDP | IPPROTO_TCP) if !has_ports(kind, ip) => Ignored,
            IPPROTO_SCTP => Failed,
            // Without a rule that fits, the proxy leaves things alone.
            _ if self.is(NG_NAT_PROXY_ONLY) => Translated,
            kind @ (IPPROTO_UDP | IPPROTO_TCP) => self.ports_out(kind, ip),
            IPPROTO_ICMP => self.icmp_out(ip),
            kind => self.protocol_out(kind, ip),
        };
        self.address = own;
        verdict
    }

    fn inward(&mut self, ip: &mut [u8]) -> Verdict {
        let (source, alias, id) = (address(ip, SOURCE), address(ip, DESTINATION), word(ip, 4));
        if fragment(ip).0 != 0 {
            let Some(number) = self.find_in(FRAGMENT, (source, NO_PORT), (alias, id), false) else {
                return Unresolved;
            };
            let to = self.link(number).map_or(alias, |link| link.fragments_to);
            readdress(ip, DESTINATION, to);
            return Translated;
        }
        let verdict = match protocol(ip) {
            kind @ (IPPROTO_UDP | IPPROTO_TCP) if !has_ports(kind, ip) => Ignored,
            kind @ (IPPROTO_UDP | IPPROTO_TCP) => self.ports_in(kind, ip),
            IPPROTO_ICMP if ip.len() < header_len(ip) + 8 => Ignored,
            IPPROTO_SCTP => Failed,
            _ if self.is(NG_NAT_PROXY_ONLY) => Translated,
            IPPROTO_ICMP => self.icmp_in(ip),
            kind => self.protocol_in(kind, ip),
        };
        if fragment(ip).1 {
            let found = self.find_in(FRAGMENT, (source, NO_PORT), (alias, id), false);
            let number =
                found.or_else(|| self.add(FRAGMENT, (0, NO_PORT), (source, NO_PORT), alias, Some(id)));
            let Some(link) = number.and_then(|number| self.link_mut(number)) else { return Failed };
            link.fragments_to = address(ip, DESTINATION);
            return Translated;
        }
        verdict
    }

    fn link_out(&mut self, kind: u16, inside: End, outside: End, create: bool) -> Option<u32> {
        let fill = create && kind != IPPROTO_ICMP;
        let found = self.find_out(kind, inside, outside, fill);
        if found.is_some() || !create {
            return found;
        }
        let alias = self.alias_of(inside.0);
        let has_ports = [IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP].contains(&kind);
        self.add(kind, inside, outside, alias, if has_ports { None } else { Some(0) })
    }

    fn link_in(&mut self, kind: u16, outside: End, alias: End, create: bool) -> Result<u32, Verdict> {
        let fill = create && kind != IPPROTO_ICMP;
        if let Some(number) = self.find_in(kind, outside, alias, fill) {
            return Ok(number);
        }
        if !create || self.is(NG_NAT_DENY_INCOMING) {
            return Err(Ignored);
        }
        let target = self.original_of(alias.0);
        let has_ports = [IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP].contains(&kind);
        let port = if has_ports { alias.1 } else { NO_PORT };
        self.add(kind, (target, port), outside, alias.0, Some(alias.1)).ok_or(Failed)
    }

    /// As whom a link's packets appear outside; where they go inside.
    fn outer(&self, number: u32) -> End {
        let alias = self.link(number).map_or((0, 0), |link| link.alias);
        (if alias.0 == 0 { self.address } else { alias.0 }, alias.1)
    }

    fn inner(&self, number: u32) -> End {
        let inside = self.link(number).map_or((0, 0), |link| link.inside);
        (if inside.0 == 0 { self.address } else { inside.0 }, inside.1)
    }

    fn ports_out(&mut self, kind: u16, ip: &mut [u8]) -> Verdict {
        let at = header_len(ip);
        let (source, port) = (address(ip, SOURCE), word(ip, at));
        let outside = (address(ip, DESTINATION), word(ip, at + 2));
        let Some(number) = self.link_out(kind, (source, port), outside, true) else { return Failed };
        if kind == IPPROTO_TCP {
            self.follow(number, true, ip.get(at + 13).copied().unwrap_or(0));
        }
        let (alias, alias_port) = self.outer(number);
        if let Some(sum) = sum_of_ports(kind, ip) {
            let difference = i32::from(port) - i32::from(alias_port) + words(source) - words(alias);
            adjust(ip, sum, difference);
        }
        put(ip, at, &alias_port.to_ne_bytes());
        readdress(ip, SOURCE, alias);
        Translated
    }

    fn ports_in(&mut self, kind: u16, ip: &mut [u8]) -> Verdict {
        let at = header_len(ip);
        let outside = (address(ip, SOURCE), word(ip, at));
        let alias = (address(ip, DESTINATION), word(ip, at + 2));
        let create = !self.is(NG_NAT_PROXY_ONLY);
        let number = match self.link_in(kind, outside, alias, create) {
            Ok(number) => number,
            Err(verdict) => return verdict,
        };
        let (inside, port) = self.inner(number);
        let alias_address = self.outer(number).0;
        if let Some(sum) = sum_of_ports(kind, ip) {
            let difference = i32::from(alias.1) - i32::from(port) + words(alias_address) - words(inside);
            adjust(ip, sum, difference);
        }
        put(ip, at + 2, &port.to_ne_bytes());
        readdress(ip, DESTINATION, inside);
        if kind == IPPROTO_TCP {
            self.follow(number, false, ip.get(at + 13).copied().unwrap_or(0));
        }
        Translated
    }

    fn protocol_out(&mut self, kind: u16, ip: &mut [u8]) -> Verdict {
        let ends = ((address(ip, SOURCE), NO_PORT), (address(ip, DESTINATION), NO_PORT));
        let Some(number) = self.link_out(kind, ends.0, ends.1, true) else { return Failed };
        let alias = self.outer(number).0;
        readdress(ip, SOURCE, alias);
        Translated
    }

    fn protocol_in(&mut self, kind: u16, ip: &mut [u8]) -> Verdict {
        let ends = ((address(ip, SOURCE), NO_PORT), (address(ip, DESTINATION), 0));
        match self.link_in(kind, ends.0, ends.1, true) {
            Ok(number) => {
                let inside = self.inner(number).0;
                readdress(ip, DESTINATION, inside);
                Translated
            }
            Err(verdict) => verdict,
        }
    }

    fn icmp_out(&mut self, ip: &mut [u8]) -> Verdict {
        let at = header_len(ip);
        match (ip.get(at).copied(), ip.get(at + 1).copied()) {
            (Some(8 | 13), Some(0)) | (Some(0 | 14), _) => {}
            (Some(3 | 4 | 11 | 12), _) => return self.icmp_error(ip, true),
            _ => return Ignored,
        }
        let (id, source) = (word(ip, at + ICMP_ID), address(ip, SOURCE));
        let outside = (address(ip, DESTINATION), NO_PORT);
        let Some(number) = self.link_out(IPPROTO_ICMP, (source, id), outside, true) else { return Failed };
        let (alias, alias_id) = self.outer(number);
        adjust(ip, at + ICMP_SUM, i32::from(id) - i32::from(alias_id));
        put(ip, at + ICMP_ID, &alias_id.to_ne_bytes());
        readdress(ip, SOURCE, alias);
        Translated
    }

    fn icmp_in(&mut self, ip: &mut [u8]) -> Verdict {
        let at = header_len(ip);
        match (ip.get(at).copied(), ip.get(at + 1).copied()) {
            (Some(0 | 14), Some(0)) | (Some(8 | 13), _) => {}
            (Some(3 | 4 | 11 | 12), _) => {
                let inner = ip.get(at + ICMP_PACKET..).unwrap_or_default();
                let whole = inner.len() >= 28 && inner.len() >= header_len(inner) + 8;
                return if whole { self.icmp_error(ip, false) } else { Ignored };
            }
            _ => return Ignored,
        }
        let (id, alias) = (word(ip, at + ICMP_ID), address(ip, DESTINATION));
        let number = match self.link_in(IPPROTO_ICMP, (address(ip, SOURCE), NO_PORT), (alias, id), true) {
            Ok(number) => number,
            Err(verdict) => return verdict,
        };
        let (inside, original_id) = self.inner(number);
        adjust(ip, at + ICMP_SUM, i32::from(id) - i32::from(original_id));
        put(ip, at + ICMP_ID, &original_id.to_ne_bytes());
        readdress(ip, DESTINATION, inside);
        Translated
    }

    /// An error about a packet that it carries the beginning of, and which had gone the other way.
    fn icmp_error(&mut self, ip: &mut [u8], outgoing: bool) -> Verdict {
        let icmp = header_len(ip);
        let inner = icmp + ICMP_PACKET;
        let Some(original) = ip.get(inner..).filter(|original| original.len() >= 28) else { return Ignored };
        let (kind, ports) = (protocol(original), inner + header_len(original));
        let (source, destination) = (address(original, SOURCE), address(original, DESTINATION));
        // The own end of the packet: its port, or the number of a question.
        let (own, own_at, far) = match kind {
            IPPROTO_TCP | IPPROTO_UDP if outgoing => (word(ip, ports + 2), ports + 2, word(ip, ports)),
            IPPROTO_TCP | IPPROTO_UDP => (word(ip, ports), ports, word(ip, ports + 2)),
            IPPROTO_ICMP if matches!(ip.get(ports), Some(8 | 13)) => {
                (word(ip, ports + ICMP_ID), ports + ICMP_ID, NO_PORT)
            }
            _ => return Ignored,
        };
        let (address_at, old, new) = if outgoing {
            let found = self.find_out(kind, (destination, own), (source, far), false);
            let Some(number) = found else { return Ignored };
            (inner + DESTINATION, destination, self.outer(number))
        } else {
            let found = self.find_in(kind, (destination, far), (source, own), false);
            let Some(number) = found else { return Ignored };
            (inner + SOURCE, source, self.inner(number))
        };
        let difference = words(old) - words(new.0) + i32::from(own) - i32::from(new.1);
        if outgoing {
            adjust(ip, icmp + ICMP_SUM, difference);
            if address(ip, SOURCE) == destination {
                readdress(ip, SOURCE, new.0);
            }
        } else {
            let before = i32::from(word(ip, inner + SUM));
            adjust(ip, inner + SUM, difference);
            let after = i32::from(word(ip, inner + SUM));
            adjust(ip, icmp + ICMP_SUM, difference + before - after);
            readdress(ip, DESTINATION, new.0);
        }
        put(ip, address_at, &new.0.to_ne_bytes());
        put(ip, own_at, &new.1.to_ne_bytes());
        Translated
    }
}

/// Clears the bit by which the library would mark a TCP packet that it has changed, and makes its checksum anew, as the
/// node does with any packet that has the bit.
pub(super) fn finish_marked(ip: &mut [u8]) {
    let at = header_len(ip);
    let marked = protocol(ip) == IPPROTO_TCP
        && fragment(ip).0 == 0
        && ip.get(at + TCP_FLAGS).is_some_and(|flags| flags & MARK != 0);
    if !marked || ip.len() < at + 20 {
        return;
    }
    ip[at + TCP_FLAGS] &= !MARK;
    set_word(ip, at + TCP_SUM, 0);
    let pseudo = sum(&ip[SOURCE..20]) + u64::from(IPPROTO_TCP) + (ip.len() - at) as u64;
    let sum = !folded(pseudo + sum(&ip[at..]));
    set_word(ip, at + TCP_SUM, sum);
}
