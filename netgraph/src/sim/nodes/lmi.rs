//! `lmi`: the state of a frame relay line, asked for again and again, as ng_lmi.c does it.

mod answers;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::quiet::{Answer, Quiet, forward, hook_named, reply, text};
use super::{Kind, plain};
use crate::error::Errno;
use crate::nodes::lmi::Lmi as Type;
use crate::sim::context::Context;
use crate::sim::message::Message;
use crate::sim::packet::Packet;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Lmi>();

/// How far a node has come.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Mode {
    /// It waits for its hooks.
    #[default]
    Idle,
    /// Its hook says which protocol runs.
    Fixed,
    /// It is finding out, and has found out.
    Auto,
    Detected,
}

/// The protocols.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Protocol {
    #[default]
    None,
    AnnexA,
    AnnexD,
    GroupOf4,
}

impl Protocol {
    fn name(self) -> &'static str {
        match self {
            Self::None => "None",
            Self::AnnexA => NG_LMI_HOOK_ANNEXA,
            Self::AnnexD => NG_LMI_HOOK_ANNEXD,
            Self::GroupOf4 => NG_LMI_HOOK_GROUPOF4,
        }
    }

    /// The byte that says so in a frame.
    fn id(self) -> u8 {
        if self == Self::GroupOf4 { 9 } else { 8 }
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lmi {
    mode: Mode,
    /// What is spoken; while it is found out, what is tried, or what the last frame seemed to be.
    protocol: Protocol,
    /// The hook that inquiries go to.
    channel: Option<String>,
    /// What is tried, 1 to 6, and how many times more.
    attempt: u32,
    attempts: u32,
    local_seq: u8,
    remote_seq: u8,
    /// How many inquiries were not answered.
    asked: u32,
    /// How many inquiries ago all was asked for and answered.
    since_full: u32,
    /// The channels that have been seen, and whether they are up.
    channels: BTreeMap<u16, bool>,
    /// From which channel on some are doubted next.
    doubted: u16,
}

/// The time before the first inquiry, and between the others.
const FIRST: Duration = Duration::from_secs(1);
const OTHERS: Duration = Duration::from_secs(NG_LMI_KEEPALIVE_RATE as u64);
const ATTEMPTS: Duration = Duration::from_secs(NG_LMI_POLL_RATE as u64);

/// How often a protocol is tried before the next one.
const TRIES: u32 = 3;
/// After how many inquiries without an answer all channels are down.
const PATIENCE: u32 = 8;
/// The highest number of a channel.
const CHANNEL_MAX: u16 = 1023;
/// How long the text of the status can be.
const TEXT_MAX: usize = 1024 - 20;

/// What is tried, one after the other, to find out.
const GUESSES: [(&str, Protocol); 6] = [
    (NG_LMI_HOOK_AUTO0, Protocol::AnnexD),
    (NG_LMI_HOOK_AUTO1023, Protocol::AnnexD),
    (NG_LMI_HOOK_AUTO0, Protocol::AnnexA),
    (NG_LMI_HOOK_AUTO1023, Protocol::GroupOf4),
    (NG_LMI_HOOK_AUTO1023, Protocol::AnnexA),
    (NG_LMI_HOOK_AUTO0, Protocol::GroupOf4),
];

impl Lmi {
    /// The protocol, as far as it is known.
    fn name(&self) -> &'static str {
        if matches!(self.mode, Mode::Fixed | Mode::Detected) { self.protocol.name() } else { "None" }
    }

    fn start(&mut self, context: &mut Context<'_>, mode: Mode) {
        self.mode = mode;
        (self.attempt, self.attempts) = (0, 0);
        (self.local_seq, self.remote_seq, self.asked) = (1, 0, 0);
        self.since_full = NG_LMI_SEQ_PER_FULL - 1;
        context.after(FIRST, 0);
    }

    /// Asks for the state of the line, or of all its channels.
    fn inquire(&mut self, context: &mut Context<'_>, full: bool) {
        let Some(channel) = self.channel.clone() else { return };
        let mut inquiry = vec![0x03, self.protocol.id(), 0x00, 0x75];
        if self.protocol == Protocol::AnnexD {
            inquiry.push(0x95);
        }
        let (report, numbers) = if self.protocol == Protocol::AnnexA { (0x51, 0x53) } else { (0x01, 0x03) };
        inquiry.extend([report, 1, u8::from(!full), numbers, 2, self.local_seq, self.remote_seq]);
        self.asked = self.asked.wrapping_add(1);
        // Nobody learns that it could not be sent.
        let _ = forward(context, &channel, Packet::new(&inquiry));
        if self.asked == PATIENCE {
            // The kernel leaves out the last one.
            for up in self.channels.range_mut(..CHANNEL_MAX).map(|(_, up)| up) {
                *up = false;
            }
        }
    }

    /// Tries the next guess, when the last one has been tried often enough.
    fn guess(&mut self, context: &mut Context<'_>) {
        if self.attempts == 0 {
            self.attempts = TRIES;
            self.attempt = self.attempt % GUESSES.len() as u32 + 1;
        }
        let (channel, protocol) = GUESSES[(self.attempt.saturating_sub(1) as usize) % GUESSES.len()];
        (self.channel, self.protocol) = (Some(channel.to_owned()), protocol);
        self.inquire(context, false);
        self.attempts -= 1;
    }
}

impl Quiet for Lmi {
    const COOKIE: u32 = NGM_LMI_COOKIE;

    fn hook(&mut self, context: &mut Context<'_>, name: &[u8]) -> Result<(), Errno> {
        let name = std::str::from_utf8(name).map_err(|_| Errno::EINVAL)?;
        if name == NG_LMI_HOOK_DEBUG {
            return Ok(());
        }
        if self.mode != Mode::Idle {
            return Err(Errno::EINVAL);
        }
        let fixed = [Protocol::AnnexA, Protocol::AnnexD, Protocol::GroupOf4];
        if let Some(protocol) = fixed.into_iter().find(|protocol| protocol.name() == name) {
            (self.protocol, self.channel) = (protocol, Some(name.to_owned()));
            self.start(context, Mode::Fixed);
            return Ok(());
        }
        let other = match name {
            NG_LMI_HOOK_AUTO0 => NG_LMI_HOOK_AUTO1023,
            NG_LMI_HOOK_AUTO1023 => NG_LMI_HOOK_AUTO0,
            _ => return Err(Errno::EINVAL),
        };
        if hook_named(context, other.as_bytes()).is_some() {
            self.start(context, Mode::Auto);
        }
        Ok(())
    }

    fn due(&mut self, context: &mut Context<'_>, _: u32) {
        if self.mode == Mode::Auto {
            self.guess(context);
            context.after(ATTEMPTS, 0);
            return;
        }
        let full = self.since_full >= NG_LMI_SEQ_PER_FULL;
        self.since_full = self.since_full.saturating_add(1);
        self.inquire(context, full);
        context.after(OTHERS, 0);
    }

    fn unhook(&mut self, _: &mut Context<'_>, name: &[u8]) -> bool {
        name != NG_LMI_HOOK_DEBUG.as_bytes()
    }

    fn answer(&mut self, _: &mut Context<'_>, message: &Message) -> Answer {
        if message.header.cmd != NGM_LMI_GET_STATUS {
            return Err(Errno::EINVAL);
        }
        let mut status = nglmistat {
            autod: (self.mode == Mode::Auto).into(),
            fixed: (self.mode == Mode::Fixed).into(),
            ..Default::default()
        };
        for (to, from) in status.proto.iter_mut().zip(self.name().bytes()) {
            *to = from;
        }
        status.hook = status.proto;
        for (channel, up) in &self.channels {
            let (place, bit) = (usize::from(channel / 8), 1 << (channel % 8));
            status.seen[place % NGM_LMI_STAT_ARYSIZE] |= bit;
            if *up {
                status.up[place % NGM_LMI_STAT_ARYSIZE] |= bit;
            }
        }
        reply(&status)
    }

    fn status(&mut self, context: &mut Context<'_>) -> Answer {
        let auto0 = hook_named(context, NG_LMI_HOOK_AUTO0.as_bytes()).map(|_| NG_LMI_HOOK_AUTO0);
        let state = match self.mode {
            Mode::Auto => "auto-detecting",
            Mode::Fixed => "fixed",
            // The kernel compares a channel that is not chosen yet with that of auto0.
            _ if self.channel.as_deref() == auto0 => "auto on dlci 0",
            _ => "auto on dlci 1023",
        };
        let mut status = format!("protocol {} {state}\n", self.name());
        // Writing to a String cannot fail.
        let _ = writeln!(status, "keepalive period: {NG_LMI_KEEPALIVE_RATE} seconds");
        let _ = writeln!(status, "unacknowledged keepalives: {}", self.asked);
        for (channel, up) in &self.channels {
            if status.len() >= TEXT_MAX {
                break;
            }
            let _ = writeln!(status, "dlci {channel} {}", if *up { "up" } else { "down" });
        }
        text(&status)
    }

    fn data(&mut self, _: &mut Context<'_>, name: &[u8], packet: Packet) -> Result<(), Errno> {
        if name == NG_LMI_HOOK_DEBUG.as_bytes() {
            return Err(Errno::EINVAL);
        }
        // What is no good answer is only logged.
        if let Some(elements) = self.check(packet.bytes()) {
            self.take(name, elements);
        }
        Ok(())
    }
}
