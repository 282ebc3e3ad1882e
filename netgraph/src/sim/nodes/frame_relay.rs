//! `frame_relay`: hooks only; frames are dropped.

use serde::{Deserialize, Serialize};

use super::quiet::{Answer, Quiet, decimal, hook_named, unheard};
use super::{Kind, plain};
use crate::error::Errno;
use crate::nodes::frame_relay::FrameRelay as Type;
use crate::sim::context::Context;
use crate::sim::message::Message;
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
}
