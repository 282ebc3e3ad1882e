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
}

/// How long an address is, in bytes: the kernel never looks at what it says itself.
const ADDRESS: usize = 2;

/// The bit that ends an address.
const LAST: u8 = 0x01;

/// Writes the number of a channel as an address: its upper six bits, and its lower four.
fn address(channel: u32) -> [u8; ADDRESS] {
    [(channel >> 4 << 2) as u8, (channel << 4) as u8 | LAST]
}

/// Takes the address off a frame, and sends it to its channel.
fn decode(context: &mut Context<'_>, packet: Packet) -> Result<(), Errno> {
    let [high, low, ..]: [u8; 4] = *packet.bytes().first_chunk().ok_or(Errno::ENOBUFS)?;
    let channel = u32::from(high >> 2) << 4 | u32::from(low >> 4);
    forward_from(context, &format!("{NG_FRAMERELAY_HOOK_DLCI}{channel}"), ADDRESS, packet)
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
            return decode(context, packet);
        }
        let digits = name.strip_prefix(NG_FRAMERELAY_HOOK_DLCI.as_bytes()).ok_or(Errno::ENETDOWN)?;
        forward_behind(context, NG_FRAMERELAY_HOOK_DOWNSTREAM, &address(decimal(digits)?), packet)
    }
}
