//! `vjc`: compression of the headers of TCP, RFC 1144, as ng_vjc.c and slcompress.c have it.

mod compress;
mod expand;

use serde::{Deserialize, Serialize};
use zerocopy::IntoBytes;

use super::octets::{self, put};
use super::quiet::{Answer, Quiet, forward, one_of_each, raw, reply};
use super::{Kind, plain};
use crate::error::Errno;
use crate::nodes::vjc::Vjc as Type;
use crate::sim::context::Context;
use crate::sim::message::Message;
use crate::sim::packet::Packet;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Vjc>();

/// What a compressed header begins with: which of its fields have changed.
const NEW_CHANNEL: u8 = 0x40;
const NEW_ID: u8 = 0x20;
const PUSH: u8 = 0x10;
const NEW_SEQUENCE: u8 = 0x08;
const NEW_ACK: u8 = 0x04;
const NEW_WINDOW: u8 = 0x02;
const NEW_URGENT: u8 = 0x01;
/// Echoed characters, and data in one direction; and the bits that say so.
const SPECIAL_ECHO: u8 = NEW_SEQUENCE | NEW_WINDOW | NEW_URGENT;
const SPECIAL_DATA: u8 = NEW_SEQUENCE | NEW_ACK | NEW_WINDOW | NEW_URGENT;

/// Where fields of the headers of IP and TCP are, and flags of TCP.
const IP_LENGTH: usize = 2;
const IP_ID: usize = 4;
const IP_FRAGMENT: usize = 6;
const IP_TTL: usize = 8;
const IP_PROTOCOL: usize = 9;
const IP_SUM: usize = 10;
const IP_ADDRESSES: usize = 12;
const TCP_SEQUENCE: usize = 4;
const TCP_ACK: usize = 8;
const TCP_OFFSET: usize = 12;
const TCP_FLAGS: usize = 13;
const TCP_WINDOW: usize = 14;
const TCP_SUM: usize = 16;
const TCP_URGENT: usize = 18;
const FLAG_PUSH: u8 = 0x08;
const FLAG_URGENT: u8 = 0x20;

const IPPROTO_TCP: u8 = 6;
/// The least length of either header.
const HEADER: usize = 20;

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vjc {
    #[serde(with = "raw")]
    config: ngm_vjc_config,
    /// The tables, as the node tells them: with numbers in the place of pointers. In the kernel the channels that are
    /// not used have odd numbers there, which depend on where the tables are.
    tables: Tables,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
struct Tables(#[serde(with = "raw")] slcompress);

impl Vjc {
    fn configure(&mut self, mut config: ngm_vjc_config) -> Result<(), Errno> {
        let works = |config: &ngm_vjc_config| config.enableComp != 0 || config.enableDecomp != 0;
        if works(&self.config) && works(&config) {
            return Err(Errno::EALREADY);
        }
        if config.enableComp == 0 {
            config.maxChannel = NG_VJC_MAX_CHANNELS - 1;
        } else if !(NG_VJC_MIN_CHANNELS - 1..NG_VJC_MAX_CHANNELS).contains(&config.maxChannel) {
            return Err(Errno::EINVAL);
        }
        if works(&config) {
            self.tables = Tables(fresh(config.maxChannel));
        }
        self.config = config;
        Ok(())
    }

    fn clear_stats(&mut self) {
        let slcompress { last_cs, last_recv, last_xmit, flags, tstate, rstate, .. } = self.tables.0;
        self.tables.0 =
            slcompress { last_cs, last_recv, last_xmit, flags, tstate, rstate, ..Default::default() };
    }

    /// A packet that goes out: to the hook for what has become of it.
    fn send(&mut self, context: &mut Context<'_>, mut packet: Packet) -> Result<(), Errno> {
        let mut to = NG_VJC_HOOK_VJIP;
        if self.config.enableComp != 0 && headers(packet.bytes(), false)?.is_some() {
            to = self.tables.compress(&mut packet, self.config.compressCID != 0);
        }
        forward(context, to, packet)
    }
}

/// The tables as they are made for this highest channel: a circle in which each channel is followed by the one before.
fn fresh(highest: u8) -> slcompress {
    let mut tables =
        slcompress { last_recv: u8::MAX, last_xmit: u8::MAX, flags: SLF_TOSS, ..Default::default() };
    let mut before = highest;
    for (number, channel) in (0..=highest).zip(&mut tables.tstate) {
        channel.cs_id = number;
        channel.cs_next = first_two(before.into());
        before = number;
    }
    tables
}

/// A number in the first two bytes of where a pointer was.
fn first_two(number: u16) -> u64 {
    let mut pointer = 0u64;
    if let Some(bytes) = pointer.as_mut_bytes().first_chunk_mut() {
        *bytes = number.to_ne_bytes();
    }
    pointer
}

/// Reads such a number.
fn index(pointer: u64) -> usize {
    pointer.to_ne_bytes().first_chunk().map_or(0, |number| u16::from_ne_bytes(*number).into())
}

/// Fields of headers that are known to be whole.
fn word(bytes: &[u8], at: usize) -> u16 {
    octets::word(bytes, at).unwrap_or(0)
}

fn long(bytes: &[u8], at: usize) -> u32 {
    octets::long(bytes, at).unwrap_or(0)
}

/// How long the header of IP is.
fn ip_len(packet: &[u8]) -> usize {
    packet.first().map_or(0, |first| usize::from(first & 0x0f) * 4)
}

/// Returns how long the headers of a packet of TCP are, together; `None` if it is none of TCP.
///
/// # Errors
/// `ENOBUFS` if they are not all there.
fn headers(packet: &[u8], known: bool) -> Result<Option<usize>, Errno> {
    if packet.len() < HEADER {
        return Err(Errno::ENOBUFS);
    }
    if !known && packet.get(IP_PROTOCOL) != Some(&IPPROTO_TCP) {
        return Ok(None);
    }
    let start = ip_len(packet);
    let tcp = packet.get(start..).filter(|tcp| tcp.len() >= HEADER).ok_or(Errno::ENOBUFS)?;
    let len = start + tcp.get(TCP_OFFSET).map_or(0, |offset| usize::from(offset >> 4) * 4);
    if packet.len() < len { Err(Errno::ENOBUFS) } else { Ok(Some(len)) }
}

impl Quiet for Vjc {
    const COOKIE: u32 = NGM_VJC_COOKIE;

    fn hook(&mut self, context: &mut Context<'_>, name: &[u8]) -> Result<(), Errno> {
        let names = [NG_VJC_HOOK_IP, NG_VJC_HOOK_VJCOMP, NG_VJC_HOOK_VJUNCOMP, NG_VJC_HOOK_VJIP];
        one_of_each(context, &names, name)
    }

    fn answer(&mut self, _: &mut Context<'_>, message: &Message) -> Answer {
        match message.header.cmd {
            NGM_VJC_SET_CONFIG => self.configure(message.exactly().ok_or(Errno::EINVAL)?)?,
            NGM_VJC_GET_CONFIG => return reply(&self.config),
            NGM_VJC_GET_STATE => return reply(&self.tables.0),
            NGM_VJC_CLR_STATS => self.clear_stats(),
            NGM_VJC_RECV_ERROR => {
                self.tables.failed();
            }
            _ => return Err(Errno::EINVAL),
        }
        Ok(None)
    }

    fn data(&mut self, context: &mut Context<'_>, name: &[u8], mut packet: Packet) -> Result<(), Errno> {
        let name = std::str::from_utf8(name).map_err(|_| Errno::EINVAL)?;
        match name {
            NG_VJC_HOOK_IP => return self.send(context, packet),
            NG_VJC_HOOK_VJCOMP | NG_VJC_HOOK_VJUNCOMP if self.config.enableDecomp == 0 => {
                return Err(Errno::ENXIO);
            }
            NG_VJC_HOOK_VJCOMP => self.tables.expand(&mut packet)?,
            NG_VJC_HOOK_VJUNCOMP => self.tables.take_headers(&mut packet)?,
            _ => {}
        }
        forward(context, NG_VJC_HOOK_IP, packet)
    }
}
