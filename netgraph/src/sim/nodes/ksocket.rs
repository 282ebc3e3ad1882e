//! `ksocket`: sockets without a network: they have a name at most, and what they are given to send is dropped.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::quiet::{Answer, Quiet};
use super::{Kind, plain};
use crate::error::Errno;
use crate::nodes::ksocket::Ksocket as Type;
use crate::sim::context::Context;
use crate::sim::message::Message;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Ksocket>();

const STREAM: i32 = 1;
const DGRAM: i32 = 2;
const RAW: i32 = 3;
const SEQPACKET: i32 = 5;

const LOCAL: i32 = 1;
const INET: i32 = 2;
const INET6: i32 = 28;

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

/// Where the value of an option begins.
const OPTION_HEAD: usize = 8;

/// SOL_SOCKET.
const SOCKET_LEVEL: i32 = 0xffff;

/// The options that are on or off: debug, reuseaddr, keepalive, dontroute, broadcast, oobinline, reuseport, timestamp.
const FLAGS: [i32; 8] = [0x1, 0x4, 0x8, 0x10, 0x20, 0x100, 0x200, 0x400];

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ksocket {
    family: i32,
    kind: i32,
    /// The address that it was bound to; empty before.
    name: Vec<u8>,
    listens: bool,
    accepts: bool,
    flags: BTreeSet<i32>,
}

/// Reads a part of a hook's name: a word, or a number as strtoul(3) reads it.
fn part(words: &[(&str, i32)], part: &[u8]) -> Result<i32, Errno> {
    let text = std::str::from_utf8(part).map_err(|_| Errno::EINVAL)?;
    if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
        return Ok(*value);
    }
    if !part.iter().all(u8::is_ascii_digit) {
        return Err(Errno::EINVAL);
    }
    // No digits are 0, and too many are the largest number, whose lower half is -1 to the kernel.
    let number = if part.is_empty() { 0 } else { text.parse().unwrap_or(u64::MAX) };
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

impl Ksocket {
    /// The length of the family's addresses.
    fn address_len(&self) -> u8 {
        let len = match self.family {
            LOCAL => size_of::<sockaddr_un>(),
            INET6 => size_of::<sockaddr_in6>(),
            _ => size_of::<sockaddr_in>(),
        };
        len as u8
    }

    /// Reads an address: its own length must be within that of the message.
    fn address<'m>(&self, message: &'m Message) -> Result<&'m [u8], Errno> {
        let stated = message.stated();
        let [len, family, ..] = stated else { return Err(Errno::EINVAL) };
        let address = stated.get(..(*len).into()).ok_or(Errno::EINVAL)?;
        if i32::from(*family) != self.family {
            return Err(Errno::EAFNOSUPPORT);
        }
        if self.family != LOCAL && *len != self.address_len() {
            return Err(Errno::EINVAL);
        }
        Ok(address)
    }

    fn bind(&mut self, message: &Message) -> Result<(), Errno> {
        let address = self.address(message)?;
        if !self.name.is_empty() {
            return Err(Errno::EINVAL);
        }
        // Of all addresses, this machine has but the unspecified ones.
        let host = match self.family {
            INET => address.get(4..8),
            INET6 => address.get(8..24),
            _ => None,
        };
        if host.is_some_and(|host| host.iter().any(|byte| *byte != 0)) {
            return Err(Errno::EADDRNOTAVAIL);
        }
        self.name = address.to_vec();
        Ok(())
    }

    fn listen(&mut self, message: &Message) -> Result<(), Errno> {
        message.exactly::<i32>().ok_or(Errno::EINVAL)?;
        if !matches!(self.kind, STREAM | SEQPACKET) {
            return Err(Errno::EOPNOTSUPP);
        }
        if self.family == LOCAL && self.name.is_empty() {
            return Err(Errno::EDESTADDRREQ);
        }
        self.listens = true;
        Ok(())
    }

    fn accept(&mut self, message: &Message) -> Result<(), Errno> {
        if message.header.arglen != 0 || !self.listens {
            return Err(Errno::EINVAL);
        }
        if self.accepts {
            return Err(Errno::EALREADY);
        }
        self.accepts = true;
        Ok(())
    }

    fn connect(&self, message: &Message) -> Result<(), Errno> {
        self.address(message)?;
        if self.listens {
            return Err(Errno::EOPNOTSUPP);
        }
        // There is nobody, and no way to anybody.
        Err(if self.family == LOCAL { Errno::ENOENT } else { Errno::ENETUNREACH })
    }

    /// The name of the socket; one that is not bound has that of nobody.
    fn name(&self) -> Vec<u8> {
        if !self.name.is_empty() {
            return self.name.clone();
        }
        let len = self.address_len();
        let mut name = vec![0; len.into()];
        for (to, from) in name.iter_mut().zip([len, self.family as u8]) {
            *to = from;
        }
        name
    }

    fn option(&self, message: &Message) -> Answer {
        let [level, option]: [i32; 2] = message.exactly().ok_or(Errno::EINVAL)?;
        let value = match option {
            _ if level != SOCKET_LEVEL => return Err(Errno::ENOPROTOOPT),
            flag if FLAGS.contains(&flag) => {
                if self.flags.contains(&flag) {
                    flag
                } else {
                    0
                }
            }
            // SO_ACCEPTCONN, SO_ERROR and SO_TYPE.
            0x2 => {
                if self.listens {
                    option
                } else {
                    0
                }
            }
            0x1007 => 0,
            0x1008 => self.kind,
            _ => return Err(Errno::ENOPROTOOPT),
        };
        // The reply has the value only: the kernel leaves the rest empty.
        let mut reply = vec![0; OPTION_HEAD];
        reply.extend_from_slice(&value.to_ne_bytes());
        Ok(Some(reply))
    }

    fn set_option(&mut self, message: &Message) -> Result<(), Errno> {
        let [level, option]: [i32; 2] = message.at_least().ok_or(Errno::EINVAL)?;
        if level != SOCKET_LEVEL || !FLAGS.contains(&option) {
            return Err(Errno::ENOPROTOOPT);
        }
        let value = message.stated().get(OPTION_HEAD..).and_then(<[u8]>::first_chunk);
        if i32::from_ne_bytes(*value.ok_or(Errno::EINVAL)?) != 0 {
            self.flags.insert(option);
        } else {
            self.flags.remove(&option);
        }
        Ok(())
    }
}

impl Quiet for Ksocket {
    const COOKIE: u32 = NGM_KSOCKET_COOKIE;

    fn hook(&mut self, context: &mut Context<'_>, name: &[u8]) -> Result<(), Errno> {
        if context.core.hook_count > 0 {
            return Err(Errno::EISCONN);
        }
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
        exists(family, kind, part(protocols, protocol)?)?;
        *self = Self { family, kind, ..Self::default() };
        Ok(())
    }

    fn answer(&mut self, _: &mut Context<'_>, message: &Message) -> Answer {
        let without_arguments = message.header.arglen == 0;
        match message.header.cmd {
            NGM_KSOCKET_BIND => self.bind(message)?,
            NGM_KSOCKET_LISTEN => self.listen(message)?,
            NGM_KSOCKET_ACCEPT => self.accept(message)?,
            NGM_KSOCKET_CONNECT => self.connect(message)?,
            NGM_KSOCKET_GETNAME if without_arguments => return Ok(Some(self.name())),
            NGM_KSOCKET_GETPEERNAME if without_arguments => return Err(Errno::ENOTCONN),
            NGM_KSOCKET_GETOPT => return self.option(message),
            NGM_KSOCKET_SETOPT => self.set_option(message)?,
            _ => return Err(Errno::EINVAL),
        }
        Ok(None)
    }
}
