//! `pred1`: frames made smaller by guessing each byte from those before it (RFC 1978), and made whole again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::counters::answer;
use super::quiet::{Answer, Quiet, hook_named, one_of, raw};
use super::{Kind, plain};
use crate::error::Errno;
use crate::name::NodeId;
use crate::nodes::pred1::Pred1 as Type;
use crate::sim::context::{Context, Post};
use crate::sim::message::Message;
use crate::sim::packet::Packet;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Pred1>();

/// The kernel's buffers.
const BUFFER: usize = 4096;

/// What a check sequence over a frame and its own check sequence comes to.
const GOOD: u16 = 0xf0b8;

/// Set in the length before a frame that was made smaller.
const COMPRESSED: u16 = 0x8000;

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pred1 {
    enabled: bool,
    #[serde(default)]
    compresses: bool,
    /// The node that has configured this one; it is asked to reset the far end.
    #[serde(default)]
    controller: u32,
    #[serde(default, with = "raw")]
    stats: ng_pred1_stats,
    #[serde(default)]
    guesses: Guesses,
    /// How the last frame to expand began.
    #[serde(default)]
    head: [u8; 2],
}

/// What followed last upon each four half bytes. What never did is 0.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Guesses {
    hash: u16,
    table: BTreeMap<u16, u8>,
}

impl Guesses {
    fn guess(&self) -> u8 {
        self.table.get(&self.hash).copied().unwrap_or_default()
    }

    fn learn(&mut self, byte: u8) {
        self.table.insert(self.hash, byte);
        self.step(byte);
    }

    fn step(&mut self, byte: u8) {
        self.hash = self.hash << 4 ^ u16::from(byte);
    }

    /// Each eight bytes become one that says which guesses were right, and those that were not.
    fn compress(&mut self, plain: &[u8]) -> Vec<u8> {
        let mut small = Vec::with_capacity(plain.len() + plain.len() / 8 + 1);
        for eight in plain.chunks(8) {
            let at = small.len();
            small.push(0);
            for (bit, byte) in eight.iter().enumerate() {
                if self.guess() == *byte {
                    small[at] |= 1 << bit;
                    self.step(*byte);
                } else {
                    self.learn(*byte);
                    small.push(*byte);
                }
            }
        }
        small
    }

    /// Returns `None` where there is more than fits a buffer.
    fn expand(&mut self, small: &[u8]) -> Option<Vec<u8>> {
        let mut plain = Vec::new();
        let mut rest = small.iter();
        while let Some(flags) = rest.next() {
            for bit in 0..8 {
                if plain.len() >= BUFFER {
                    return None;
                }
                let byte = match flags >> bit & 1 {
                    1 => {
                        let byte = self.guess();
                        self.step(byte);
                        byte
                    }
                    _ => {
                        let Some(byte) = rest.next() else { break };
                        self.learn(*byte);
                        *byte
                    }
                };
                plain.push(byte);
            }
        }
        Some(plain)
    }
}

/// The check sequence of PPP's frames (RFC 1662).
fn check(bytes: impl IntoIterator<Item = u8>) -> u16 {
    bytes.into_iter().fold(0xffff, |sequence: u16, byte| {
        (0..8)
            .fold(sequence ^ u16::from(byte), |value, _| value >> 1 ^ if value & 1 == 1 { 0x8408 } else { 0 })
    })
}

impl Pred1 {
    fn compress(&mut self, packet: &mut Packet) -> Result<(), Errno> {
        let plain = packet.bytes().to_vec();
        self.stats.FramesPlain += 1;
        self.stats.InOctets += plain.len() as u64;
        if plain.len() > BUFFER * 8 / 9 + 5 {
            self.stats.Errors += 1;
            return Err(Errno::ENOMEM);
        }
        let len = plain.len() as u16;
        let sequence = !check(len.to_be_bytes().into_iter().chain(plain.iter().copied()));
        let small = self.guesses.compress(&plain);
        let (len, body) = if small.len() < plain.len() {
            self.stats.FramesComp += 1;
            (len | COMPRESSED, small)
        } else {
            self.stats.FramesUncomp += 1;
            (len, plain)
        };
        let frame = [&len.to_be_bytes()[..], &body, &sequence.to_le_bytes()].concat();
        self.stats.OutOctets += frame.len() as u64;
        packet.splice(0, packet.len(), &frame);
        Ok(())
    }

    fn expand(&mut self, packet: &mut Packet) -> Result<(), Errno> {
        let frame = packet.bytes().to_vec();
        if frame.len() > BUFFER {
            self.stats.Errors += 1;
            return Err(Errno::ENOMEM);
        }
        self.stats.InOctets += frame.len() as u64;
        let spoilt = |stats: &mut ng_pred1_stats| {
            stats.Errors += 1;
            Errno::EIO
        };
        // A frame too short for its length and its check sequence makes the kernel read behind it.
        // What it does not have itself is left from the one before.
        for (to, from) in self.head.iter_mut().zip(&frame) {
            *to = *from;
        }
        let (head, rest) = (self.head, frame.get(2..).unwrap_or_default());
        let (body, sequence) = rest.split_at(rest.len().saturating_sub(2));
        let stated = u16::from_be_bytes(head);
        let len = stated & !COMPRESSED;
        let plain = if stated & COMPRESSED == 0 {
            self.stats.FramesUncomp += 1;
            if usize::from(len) != body.len() || sequence.len() < 2 {
                return Err(spoilt(&mut self.stats));
            }
            body.iter().for_each(|byte| self.guesses.learn(*byte));
            body.to_vec()
        } else {
            self.stats.FramesComp += 1;
            let plain = self.guesses.expand(body).filter(|plain| plain.len() == usize::from(len));
            let Some(plain) = plain else { return Err(spoilt(&mut self.stats)) };
            let whole = len.to_be_bytes().into_iter().chain(plain.iter().chain(sequence).copied());
            if check(whole) != GOOD {
                return Err(spoilt(&mut self.stats));
            }
            plain
        };
        self.stats.FramesPlain += 1;
        self.stats.OutOctets += u64::from(len);
        packet.splice(0, packet.len(), &plain);
        Ok(())
    }
}

impl Quiet for Pred1 {
    const COOKIE: u32 = NGM_PRED1_COOKIE;

    fn hook(&mut self, context: &mut Context<'_>, name: &[u8]) -> Result<(), Errno> {
        // A node does one of the two, for good.
        if context.core.hook_count > 0 {
            return Err(Errno::EINVAL);
        }
        self.compresses = name == NG_PRED1_HOOK_COMP.as_bytes();
        one_of(&[NG_PRED1_HOOK_COMP, NG_PRED1_HOOK_DECOMP], name)
    }

    fn answer(&mut self, _: &mut Context<'_>, message: &Message) -> Answer {
        match message.header.cmd {
            NGM_PRED1_CONFIG => {
                let config: ng_pred1_config = message.exactly().ok_or(Errno::EINVAL)?;
                self.enabled = config.enable != 0;
                self.controller = message.from.0;
                self.guesses = Guesses::default();
            }
            NGM_PRED1_RESETREQ => self.guesses = Guesses::default(),
            cmd @ (NGM_PRED1_GET_STATS | NGM_PRED1_CLR_STATS | NGM_PRED1_GETCLR_STATS) => {
                return Ok(answer(&mut self.stats, cmd, NGM_PRED1_GET_STATS, NGM_PRED1_CLR_STATS));
            }
            _ => return Err(Errno::EINVAL),
        }
        Ok(None)
    }

    fn data(&mut self, context: &mut Context<'_>, name: &[u8], mut packet: Packet) -> Result<(), Errno> {
        if !self.enabled {
            return Err(Errno::ENXIO);
        }
        if self.compresses {
            self.compress(&mut packet)?;
        } else if self.expand(&mut packet).is_err() {
            let request = Message::new(NGM_PRED1_COOKIE, NGM_PRED1_RESETREQ, &[], context.core.id);
            let (vnet, to) = (context.core.vnet, NodeId(self.controller));
            context.posts.push_back(Post::ToId { vnet, to, message: request.called("NGM_PRED1_RESETREQ") });
            // Its sender learns how the request went, and not how the packet did.
            return Ok(());
        }
        let hook = hook_named(context, name).ok_or(Errno::ENETDOWN)?;
        context.send(hook, packet, 0);
        Ok(())
    }
}
