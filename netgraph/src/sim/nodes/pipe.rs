//! `pipe`: a link with bandwidth, delay, queues and losses.
//!
//! The kernel looks after its queues at every tick of its clock; here a packet leaves at the very microsecond.

mod config;
mod queues;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use zerocopy::IntoBytes;

use queues::{Link, Queues, Random};

use super::*;
use crate::nodes::pipe::{LOWER, Pipe as Type, UPPER};
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Pipe>();

/// What is noted about a packet: that it comes from `lower` and goes up, and that it waited in a queue.
const UP: u32 = 1;
const QUEUED: u32 = 2;

/// The only timer.
const DUE: u32 = 0;

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pipe {
    /// In microseconds.
    delay: u64,
    /// What each packet takes of the bandwidth beyond its own bytes.
    overhead: u32,
    /// Where the IP header of a packet begins, for telling flows apart.
    header_offset: u32,
    /// What came in at `upper`, and goes down.
    upper: Way,
    /// What came in at `lower`, and goes up.
    lower: Way,
    random: Random,
    /// When the timer goes off, in microseconds.
    timer: Option<u64>,
}

/// One direction.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Way {
    connected: bool,
    /// Whether packets need not wait: nothing is configured that would delay or lose them.
    direct: bool,
    #[serde(with = "config")]
    config: ng_pipe_hookcfg,
    queues: Queues,
    #[serde(with = "super::counters")]
    stats: ng_pipe_hookstat,
}

/// The time in microseconds.
fn now(context: &Context<'_>) -> u64 {
    u64::try_from(context.now.as_micros()).unwrap_or(u64::MAX)
}

impl Pipe {
    fn way(&mut self, note: u32) -> &mut Way {
        if note & UP != 0 { &mut self.lower } else { &mut self.upper }
    }

    fn link(&self, now: u64) -> Link {
        Link { delay: self.delay, overhead: self.overhead, header_offset: self.header_offset, now }
    }

    fn count(&mut self, note: u32, len: usize, result: Result<(), Errno>) {
        let stats = &mut self.way(note).stats;
        let (frames, octets) = match result {
            Ok(()) => (&mut stats.fwd_frames, &mut stats.fwd_octets),
            Err(_) => (&mut stats.out_disc_frames, &mut stats.out_disc_octets),
        };
        *frames += 1;
        *octets += len as u64;
    }

    fn send(&mut self, context: &mut Context<'_>, note: u32, packet: Packet) -> Result<(), Errno> {
        let len = packet.len();
        let sent = context.send_by(if note & UP != 0 { UPPER } else { LOWER }, packet, note);
        if sent.is_err() {
            self.count(note, len, sent);
        }
        sent
    }

    /// Sends what is due in one direction.
    fn run(&mut self, context: &mut Context<'_>, note: u32) {
        let link = self.link(now(context));
        let way = if note & UP != 0 { &mut self.lower } else { &mut self.upper };
        if !way.connected {
            return;
        }
        for packet in way.queues.run(&link, &way.config, &mut way.stats, &mut self.random) {
            // It was counted.
            let _ = self.send(context, note | QUEUED, packet);
        }
    }

    /// Has the timer go off when the next packet is due.
    fn wind(&mut self, context: &mut Context<'_>) {
        let next = [&self.upper, &self.lower].into_iter().filter_map(|way| way.queues.due()).min();
        let Some(next) = next.filter(|next| self.timer.is_none_or(|timer| *next < timer)) else { return };
        self.timer = Some(next);
        context.after(Duration::from_micros(next).saturating_sub(context.now), DUE);
    }

    fn stats(&self) -> ng_pipe_stats {
        ng_pipe_stats { downstream: self.upper.stats, upstream: self.lower.stats }
    }

    fn message(&mut self, context: &mut Context<'_>, message: &Message) -> Result<Option<Vec<u8>>, Errno> {
        match message.header.cmd {
            cmd @ (NGM_PIPE_GET_STATS | NGM_PIPE_CLR_STATS | NGM_PIPE_GETCLR_STATS) => {
                let reply = (cmd != NGM_PIPE_CLR_STATS).then(|| self.stats().as_bytes().to_vec());
                if cmd != NGM_PIPE_GET_STATS {
                    self.upper.stats = ng_pipe_hookstat::default();
                    self.lower.stats = ng_pipe_hookstat::default();
                }
                Ok(reply)
            }
            NGM_PIPE_GET_RUN => {
                let (downstream, upstream) = (self.upper.queues.counts(), self.lower.queues.counts());
                Ok(Some(ng_pipe_run { downstream, upstream }.as_bytes().to_vec()))
            }
            NGM_PIPE_GET_CFG => Ok(Some(self.config().as_bytes().to_vec())),
            NGM_PIPE_SET_CFG => {
                let config = message.exactly().ok_or(Errno::EINVAL)?;
                self.configure(context, &config);
                Ok(None)
            }
            _ => Err(Errno::EINVAL),
        }
    }
}

impl Behaviour for Pipe {
    fn new_hook(&mut self, _: &mut Context<'_>, _: HookKey, name: HookName) -> Result<(), Errno> {
        let note = if name == LOWER { UP } else { 0 };
        if name != LOWER && name != UPPER {
            return Err(Errno::EINVAL);
        }
        let config = ng_pipe_hookcfg { qin_size_limit: 50, fifo: 1, droptail: 1, ..Default::default() };
        *self.way(note) = Way { connected: true, config, ..Default::default() };
        Ok(())
    }

    fn disconnect(&mut self, context: &mut Context<'_>, hook: HookKey) {
        let note = if context.name(hook) == Some(LOWER) { UP } else { 0 };
        let way = self.way(note);
        way.connected = false;
        way.queues = Queues::default();
        if !self.upper.connected && !self.lower.connected {
            context.shut_down();
        }
    }

    fn receive_message(
        &mut self,
        context: &mut Context<'_>,
        message: Message,
        _: Option<HookKey>,
    ) -> Result<Option<Vec<u8>>, Errno> {
        match message.header.typecookie {
            NGM_PIPE_COOKIE => self.message(context, &message),
            _ => Err(Errno::EINVAL),
        }
    }

    fn receive_data(
        &mut self,
        context: &mut Context<'_>,
        hook: HookKey,
        packet: Packet,
    ) -> Result<(), Errno> {
        let note = if context.name(hook) == Some(LOWER) { UP } else { 0 };
        let link = self.link(now(context));
        let way = self.way(note);
        if way.direct && way.queues.is_empty() {
            return self.send(context, note, packet);
        }
        way.queues.add(&link, &way.config, &mut way.stats, packet);
        self.run(context, note);
        self.wind(context);
        Ok(())
    }

    fn sent(&mut self, _: &mut Context<'_>, sent: Sent, before: Result<(), Errno>) -> Result<(), Errno> {
        self.count(sent.note, sent.len, sent.result);
        if sent.note & QUEUED != 0 { before } else { sent.result }
    }

    fn timer(&mut self, context: &mut Context<'_>, _: u32) {
        if self.timer.is_some_and(|due| due <= now(context)) {
            self.timer = None;
        }
        self.run(context, 0);
        self.run(context, UP);
        self.wind(context);
    }

    fn save(&self, _: &Machine, _: NodeKey) -> Value {
        json!(self)
    }
}
