//! The name of a hook that says which socket it is.

use crate::error::Errno;
use crate::sim::net::{DGRAM, INET, INET6, LOCAL, RAW, SEQPACKET, STREAM};

/// The families, types and protocols that have names; a protocol's name is good in one family only.
const FAMILIES: [(&str, i32); 5] =
    [("local", LOCAL), ("inet", INET), ("inet6", INET6), ("atm", 30), ("divert", 44)];
const TYPES: [(&str, i32); 5] =
    [("stream", STREAM), ("dgram", DGRAM), ("raw", RAW), ("rdm", 4), ("seqpacket", SEQPACKET)];
const PROTOCOLS: [(&str, i32); 12] = [
    ("ip", 0),
    ("raw", 255),
    ("icmp", 1),
    ("igmp", 2),
    ("tcp", 6),
    ("udp", 17),
    ("gre", 47),
    ("esp", 50),
    ("ah", 51),
    ("swipe", 53),
    ("encap", 98),
    ("pim", 103),
];
const PROTOCOLS6: [(&str, i32); 13] = [
    ("ip6", 41),
    ("raw6", 255),
    ("icmp6", 58),
    ("igmp6", 2),
    ("tcp6", 6),
    ("udp6", 17),
    ("gre6", 47),
    ("esp6", 50),
    ("ah6", 51),
    ("swipe6", 53),
    ("encap6", 98),
    ("divert6", 258),
    ("pim6", 103),
];

/// Reads the family, type and protocol out of a hook's name.
///
/// # Errors
/// EINVAL where they cannot be read, and what socket(2) says where there are no such sockets.
pub(super) fn socket(name: &[u8]) -> Result<(i32, i32, i32), Errno> {
    let mut parts = name.splitn(3, |byte| *byte == b'/');
    let mut next = || parts.next().ok_or(Errno::EINVAL);
    let family = part(&FAMILIES, next()?)?;
    // A type before no slash is not even looked at.
    let (kind, protocol) = (next()?, next()?);
    let kind = part(&TYPES, kind)?;
    let protocols: &[_] = match family {
        INET => &PROTOCOLS,
        INET6 => &PROTOCOLS6,
        _ => &[],
    };
    let protocol = part(protocols, protocol)?;
    exists(family, kind, protocol)?;
    Ok((family, kind, protocol))
}

/// Reads a part of a hook's name: a word, or a number as strtoul(3) reads it.
fn part(words: &[(&str, i32)], part: &[u8]) -> Result<i32, Errno> {
    let text = std::str::from_utf8(part).map_err(|_| Errno::EINVAL)?;
    if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
        return Ok(*value);
    }
    let digits = text.trim_start_matches([' ', '\t', '\n', '\x0b', '\x0c', '\r']);
    let (negative, digits) = match digits.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, digits.strip_prefix('+').unwrap_or(digits)),
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || (digits.is_empty() && !text.is_empty()) {
        return Err(Errno::EINVAL);
    }
    // No digits are 0, and too many are the largest number, whose lower half is -1 to the kernel.
    let number: u64 = if digits.is_empty() { 0 } else { digits.parse().unwrap_or(u64::MAX) };
    let number = if negative { number.wrapping_neg() } else { number };
    let value = number as u32 as i32;
    if value < 0 { Err(Errno::EINVAL) } else { Ok(value) }
}

/// Tells whether there are such sockets: what socket(2) says.
fn exists(family: i32, kind: i32, protocol: i32) -> Result<(), Errno> {
    let known = match (family, kind) {
        (LOCAL, STREAM | DGRAM | SEQPACKET) => protocol == 0,
        (INET | INET6, STREAM) => matches!(protocol, 0 | 6),
        (INET | INET6, DGRAM) => matches!(protocol, 0 | 17 | 136),
        (INET | INET6, RAW) => true,
        (LOCAL | INET | INET6, _) => false,
        _ => return Err(Errno::EAFNOSUPPORT),
    };
    match known {
        true => Ok(()),
        false if protocol == 0 && kind != 0 => Err(Errno::EPROTOTYPE),
        false => Err(Errno::EPROTONOSUPPORT),
    }
}
