//! `async`: PPP frames as the bytes of an asynchronous line, and back.

use serde::{Deserialize, Serialize};

use super::counters::count;
use super::quiet::{Answer, Quiet, forward, one_of_each, raw, reply};
use super::{Kind, plain};
use crate::error::Errno;
use crate::nodes::async_::Async as Type;
use crate::sim::clock::Time;
use crate::sim::context::Context;
use crate::sim::message::Message;
use crate::sim::packet::Packet;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Async>();

/// The bytes that mean something on the line, and what an escaped byte is changed by.
const FLAG: u8 = 0x7e;
const ESCAPE: u8 = 0x7d;
const CHANGE: u8 = 0x20;

/// The checksum of a frame at first, and of one that has its own checksum behind it.
const CHECKSUM: u16 = 0xffff;
const GOOD: u16 = 0xf0b8;

/// How the frames of the control protocol of links begin: they are escaped as much as can be.
const LINK_CONTROL: [u8; 4] = [0xff, 0x03, 0xc0, 0x21];

/// How much longer than its data a frame can be.
const ROOM: usize = 10;

/// Where in a frame the line is.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Mode {
    /// Before the next flag.
    #[default]
    Hunt,
    Normal,
    Escaped,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Async {
    #[serde(with = "raw")]
    config: ng_async_cfg,
    #[serde(with = "raw")]
    stats: ng_async_stat,
    mode: Mode,
    /// What has come in of a frame.
    #[serde(with = "crate::sim::hex")]
    frame: Vec<u8>,
    checksum: u16,
    /// The second in which a frame last began with a flag of its own.
    flagged: u64,
}

impl Default for Async {
    fn default() -> Self {
        let mru = NG_ASYNC_DEFAULT_MRU;
        Self {
            config: ng_async_cfg { amru: mru, smru: mru, accm: u32::MAX, ..Default::default() },
            stats: ng_async_stat::default(),
            mode: Mode::Hunt,
            frame: Vec::new(),
            checksum: CHECKSUM,
            flagged: 0,
        }
    }
}

/// Adds a byte to the checksum of a frame.
fn add(checksum: u16, byte: u8) -> u16 {
    (0..8).fold(checksum ^ u16::from(byte), |sum, _| if sum & 1 != 0 { sum >> 1 ^ 0x8408 } else { sum >> 1 })
}

impl Async {
    /// Forgets what has come in of a frame.
    fn hunt(&mut self) {
        self.mode = Mode::Hunt;
        self.frame.clear();
    }

    fn set_config(&mut self, message: &Message) -> Result<(), Errno> {
        let mut config: ng_async_cfg = message.exactly().ok_or(Errno::EINVAL)?;
        let allowed = NG_ASYNC_MIN_MRU..=NG_ASYNC_MAX_MRU;
        if !allowed.contains(&config.amru) || !allowed.contains(&config.smru) {
            return Err(Errno::EINVAL);
        }
        config.enabled = u8::from(config.enabled != 0);
        if config.amru > self.config.amru || config.enabled == 0 {
            self.hunt();
        }
        self.config = config;
        Ok(())
    }

    /// Makes a frame into what goes over the line.
    fn encode(&mut self, context: &mut Context<'_>, packet: &Packet) -> Result<(), Errno> {
        if packet.len() > self.config.smru.into() {
            count(&mut self.stats.syncOverflows);
            return Err(Errno::EMSGSIZE);
        }
        count(&mut self.stats.syncFrames);
        self.stats.syncOctets = self.stats.syncOctets.wrapping_add(packet.len() as u32);
        let escaped = if packet.bytes().starts_with(&LINK_CONTROL) { u32::MAX } else { self.config.accm };
        let mut line = Vec::new();
        let (second, _) = Time::of(context.now).parts();
        if second > self.flagged {
            line.push(FLAG);
            self.flagged = second;
        }
        let sum = !packet.bytes().iter().fold(CHECKSUM, |sum, byte| add(sum, *byte));
        for byte in packet.bytes().iter().copied().chain(sum.to_le_bytes()) {
            let control = byte < 32 && escaped & (1 << byte) != 0;
            if control || byte == FLAG || byte == ESCAPE {
                line.extend([ESCAPE, byte ^ CHANGE]);
            } else {
                line.push(byte);
            }
        }
        line.push(FLAG);
        forward(context, NG_ASYNC_HOOK_ASYNC, Packet::new(&line))
    }

    /// Takes bytes from the line, and sends on the frames that they complete.
    fn decode(&mut self, context: &mut Context<'_>, packet: &Packet) {
        for byte in packet.bytes() {
            count(&mut self.stats.asyncOctets);
            let byte = match (self.mode, *byte) {
                (_, FLAG) => {
                    self.end(context);
                    continue;
                }
                (Mode::Normal, ESCAPE) => {
                    self.mode = Mode::Escaped;
                    continue;
                }
                (Mode::Normal, byte) => byte,
                (Mode::Escaped, byte) => {
                    self.mode = Mode::Normal;
                    byte ^ CHANGE
                }
                (Mode::Hunt, _) => continue,
            };
            if self.frame.len() >= usize::from(self.config.amru) + ROOM {
                count(&mut self.stats.asyncOverflows);
                self.hunt();
            } else {
                self.frame.push(byte);
                self.checksum = add(self.checksum, byte);
            }
        }
    }

    /// A flag has ended a frame.
    fn end(&mut self, context: &mut Context<'_>) {
        let frame = std::mem::take(&mut self.frame);
        let sum = std::mem::replace(&mut self.checksum, CHECKSUM);
        self.mode = Mode::Normal;
        let Some(data) = frame.len().checked_sub(2).and_then(|len| frame.get(..len)) else {
            self.stats.asyncRunts = self.stats.asyncRunts.wrapping_add(u32::from(!frame.is_empty()));
            return;
        };
        let data = data.strip_prefix(&LINK_CONTROL[..2]).unwrap_or(data);
        let counter = if sum != GOOD {
            &mut self.stats.asyncBadCheckSums
        } else if data.len() > self.config.amru.into() {
            &mut self.stats.asyncOverflows
        } else {
            // A frame that nobody takes is one all the same, and so is an empty one, which is not sent: m_devget().
            if !data.is_empty() {
                let _ = forward(context, NG_ASYNC_HOOK_SYNC, Packet::new(data));
            }
            &mut self.stats.asyncFrames
        };
        count(counter);
    }
}

impl Quiet for Async {
    const COOKIE: u32 = NGM_ASYNC_COOKIE;

    fn hook(&mut self, context: &mut Context<'_>, name: &[u8]) -> Result<(), Errno> {
        one_of_each(context, &[NG_ASYNC_HOOK_ASYNC, NG_ASYNC_HOOK_SYNC], name)
    }

    fn unhook(&mut self, context: &mut Context<'_>, _: &[u8]) -> bool {
        self.stats = ng_async_stat::default();
        self.flagged = 0;
        context.core.hook_count == 0
    }

    fn answer(&mut self, _: &mut Context<'_>, message: &Message) -> Answer {
        match message.header.cmd {
            NGM_ASYNC_CMD_GET_STATS => return reply(&self.stats),
            NGM_ASYNC_CMD_CLR_STATS => self.stats = ng_async_stat::default(),
            NGM_ASYNC_CMD_SET_CONFIG => self.set_config(message)?,
            NGM_ASYNC_CMD_GET_CONFIG => return reply(&self.config),
            _ => return Err(Errno::EINVAL),
        }
        Ok(None)
    }

    fn data(&mut self, context: &mut Context<'_>, name: &[u8], packet: Packet) -> Result<(), Errno> {
        let from_sync = name == NG_ASYNC_HOOK_SYNC.as_bytes();
        match (self.config.enabled, from_sync) {
            (0, true) => forward(context, NG_ASYNC_HOOK_ASYNC, packet),
            (0, false) => forward(context, NG_ASYNC_HOOK_SYNC, packet),
            (_, true) => self.encode(context, &packet),
            (_, false) => {
                self.decode(context, &packet);
                Ok(())
            }
        }
    }
}
