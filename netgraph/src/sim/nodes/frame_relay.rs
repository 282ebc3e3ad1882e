//! `frame_relay`: sorts frames by their channels.

use serde::{Deserialize, Serialize};

use super::quiet::{Answer, Quiet, decimal, forward_behind, forward_from, hook_named, unheard};
use super::{Kind, plain};
use crate::error::Errno;
use crate::nodes::frame_relay::FrameRelay as Type;
use crate::sim::context::Context;
use crate::sim::message::Message;
use crate::sim::packet::Packet;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, FrameRelay>();

/// The highest number of a channel.
const DLCI_MAX: u32 = 1023;

/// How many channels have a place in a node's table.
const CHANNELS_MAX: u32 = 16;

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FrameRelay {
    /// How many channels are connected.
    channels: u32,
    /// How long the addresses of frames are, in bytes; 0 before one has come in.
    address_len: usize,
}

/// What part of a channel's number a byte of an address has: which bits of it, how far up, and how many.
#[derive(Clone, Copy)]
struct Part {
    mask: u8,
    shift: u32,
    width: u32,
}

/// The parts of each byte of an address of 2, 3 or 4 bytes.
fn parts(len: usize) -> &'static [Part] {
    const HIGH: Part = Part { mask: 0xfc, shift: 2, width: 6 };
    const LOW: Part = Part { mask: 0xf0, shift: 4, width: 4 };
    const MORE: Part = Part { mask: 0xfe, shift: 1, width: 7 };
    match len {
        2 => &[HIGH, LOW],
        3 => &[HIGH, LOW, HIGH],
        4 => &[HIGH, LOW, MORE, HIGH],
        _ => &[],
    }
}

/// The bit that ends an address.
const LAST: u8 = 0x01;

/// Writes the number of a channel as an address.
fn address(len: usize, channel: u32) -> Vec<u8> {
    let mut left = channel;
    let mut address: Vec<u8> = parts(len)
        .iter()
        .rev()
        .map(|part| {
            let byte = (left << part.shift) as u8 & part.mask;
            left >>= part.width;
            byte
        })
        .collect();
    if let Some(last) = address.first_mut() {
        *last |= LAST;
    }
    address.reverse();
    address
}

impl FrameRelay {
    /// Takes the address off a frame, and sends it to its channel.
    fn decode(&mut self, context: &mut Context<'_>, packet: Packet) -> Result<(), Errno> {
        let head: [u8; 4] = *packet.bytes().first_chunk().ok_or(Errno::ENOBUFS)?;
        if self.address_len == 0 {
            // The first frame says how long addresses are.
            let end = head.iter().position(|byte| byte & LAST != 0);
            self.address_len = end.filter(|end| *end > 0).map_or(0, |end| end + 1);
        }
        let parts = parts(self.address_len);
        let channel = parts.iter().zip(head).fold(0_u32, |channel, (part, byte)| {
            channel << part.width | u32::from((byte & part.mask) >> part.shift)
        });
        if parts.is_empty() || channel > DLCI_MAX {
            return Err(Errno::EINVAL);
        }
        forward_from(context, &format!("{NG_FRAMERELAY_HOOK_DLCI}{channel}"), parts.len(), packet)
    }
}

impl Quiet for FrameRelay {
    const COOKIE: u32 = NGM_FRAMERELAY_COOKIE;

    fn hook(&mut self, context: &mut Context<'_>, name: &[u8]) -> Result<(), Errno> {
        if name == NG_FRAMERELAY_HOOK_DEBUG.as_bytes() {
            return Ok(());
        }
        let taken = hook_named(context, name).is_some();
        if let Some(digits) = name.strip_prefix(NG_FRAMERELAY_HOOK_DLCI.as_bytes()) {
            if decimal(digits)? > DLCI_MAX {
                return Err(Errno::EINVAL);
            }
            if !taken && self.channels >= CHANNELS_MAX {
                return Err(Errno::ENOBUFS);
            }
            if !taken {
                self.channels += 1;
            }
        } else if name != NG_FRAMERELAY_HOOK_DOWNSTREAM.as_bytes() {
            return Err(Errno::EINVAL);
        }
        if taken { Err(Errno::EADDRINUSE) } else { Ok(()) }
    }

    fn unhook(&mut self, context: &mut Context<'_>, name: &[u8]) -> bool {
        if name.starts_with(NG_FRAMERELAY_HOOK_DLCI.as_bytes()) {
            self.channels = self.channels.saturating_sub(1);
        }
        context.core.hook_count == 0
    }

    fn answer(&mut self, _: &mut Context<'_>, message: &Message) -> Answer {
        unheard(message)
    }

    fn stranger(&mut self, _: &mut Context<'_>, message: Message) -> Answer {
        unheard(&message)
    }

    fn data(&mut self, context: &mut Context<'_>, name: &[u8], packet: Packet) -> Result<(), Errno> {
        if name == NG_FRAMERELAY_HOOK_DOWNSTREAM.as_bytes() {
            return self.decode(context, packet);
        }
        let digits = name.strip_prefix(NG_FRAMERELAY_HOOK_DLCI.as_bytes()).ok_or(Errno::ENETDOWN)?;
        let len = if self.address_len == 0 { 2 } else { self.address_len };
        forward_behind(context, NG_FRAMERELAY_HOOK_DOWNSTREAM, &address(len, decimal(digits)?), packet)
    }
}
