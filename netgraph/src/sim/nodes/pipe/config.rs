//! The configuration of a pipe: what a message changes of it, and how it is kept in the file of a machine.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{LOWER, Pipe, UPPER, Way};
use crate::sim::context::Context;
use crate::sim::message::Message;
use crate::sys::*;

/// The delays that can be set, in microseconds.
const DELAYS: std::ops::Range<u64> = 1..10_000_000;
/// The bandwidths that can be set, in bits per second.
const BANDWIDTHS: std::ops::RangeInclusive<u64> = 100..=1_000_000_000;
/// From this bandwidth on, a link is taken for an Ethernet, and below for HDLC, each with its overhead in bytes.
const ETHERNET: u64 = 10_000_000;
const ETHERNET_OVERHEAD: u32 = 24;
const HDLC_OVERHEAD: u32 = 10;
/// The bit error rates that can be set: one bit in so many.
const RATES: std::ops::RangeInclusive<u64> = 1..=1_000_000_000_000;
/// The quantum of deficit round robin, in bytes: the least, and that where less is asked for.
const QUANTUM_MIN: u32 = 32;
const QUANTUM: u32 = 2048;

/// The numbers of a direction, in the order of the C struct.
type Numbers = [u64; 10];

pub(super) fn serialize<S: Serializer>(config: &ng_pipe_hookcfg, to: S) -> Result<S::Ok, S::Error> {
    let c = config;
    let limits = [c.qin_size_limit, c.qout_size_limit, c.duplicate].map(u64::from);
    let [fifo, drr, wfq, tail, head] = [c.fifo, c.drr, c.wfq, c.droptail, c.drophead].map(u64::from);
    let [queue, delayed, duplicate] = limits;
    let numbers: Numbers = [c.bandwidth, c.ber, queue, delayed, duplicate, fifo, drr, wfq, tail, head];
    numbers.serialize(to)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<ng_pipe_hookcfg, D::Error> {
    let (bandwidth, ber, qin_size_limit, qout_size_limit, duplicate, fifo, drr, wfq, droptail, drophead) =
        Deserialize::deserialize(from)?;
    Ok(ng_pipe_hookcfg {
        bandwidth,
        ber,
        qin_size_limit,
        qout_size_limit,
        duplicate,
        fifo,
        drr,
        wfq,
        droptail,
        drophead,
    })
}

/// Sets a number that is asked for and allowed; all ones is its default.
fn set(number: &mut u32, asked: u32, allowed: impl std::ops::RangeBounds<u32>) {
    if asked == u32::MAX {
        *number = 0;
    } else if allowed.contains(&asked) {
        *number = asked;
    }
}

impl Way {
    fn configure(&mut self, asked: &ng_pipe_hookcfg, delay: u64) {
        let config = &mut self.config;
        if asked.ber == u64::MAX {
            config.ber = 0;
        } else if RATES.contains(&asked.ber) {
            config.ber = asked.ber;
        }
        set(&mut config.qin_size_limit, asked.qin_size_limit, 5..);
        set(&mut config.qout_size_limit, asked.qout_size_limit, 5..);
        set(&mut config.duplicate, asked.duplicate, 1..=50);
        if asked.fifo != 0 {
            (config.fifo, config.wfq, config.drr) = (1, 0, 0);
        }
        if asked.wfq != 0 {
            (config.fifo, config.wfq, config.drr) = (0, 1, 0);
        }
        if asked.drr != 0 {
            let quantum = if asked.drr >= QUANTUM_MIN { asked.drr } else { QUANTUM };
            (config.fifo, config.wfq, config.drr) = (0, 0, quantum);
        }
        if asked.droptail != 0 {
            (config.droptail, config.drophead) = (1, 0);
        }
        if asked.drophead != 0 {
            (config.droptail, config.drophead) = (0, 1);
        }
        if asked.bandwidth == u64::MAX {
            config.bandwidth = 0;
            (config.fifo, config.wfq, config.drr) = (1, 0, 0);
        } else if BANDWIDTHS.contains(&asked.bandwidth) {
            config.bandwidth = asked.bandwidth;
        }
        self.direct = config.bandwidth == 0 && delay == 0 && config.duplicate == 0 && config.ber == 0;
    }
}

impl Pipe {
    /// The configuration; a bandwidth that both directions have is given once.
    pub(super) fn config(&self) -> ng_pipe_cfg {
        let mut config = ng_pipe_cfg {
            bandwidth: 0,
            delay: self.delay,
            header_offset: self.header_offset,
            overhead: self.overhead,
            downstream: self.upper.config,
            upstream: self.lower.config,
        };
        if config.downstream.bandwidth == config.upstream.bandwidth {
            config.bandwidth = config.upstream.bandwidth;
            config.downstream.bandwidth = 0;
            config.upstream.bandwidth = 0;
        }
        config
    }

    pub(super) fn configure(&mut self, context: &mut Context<'_>, asked: &ng_pipe_cfg) {
        if asked.delay == u64::MAX {
            self.delay = 0;
        } else if DELAYS.contains(&asked.delay) {
            self.delay = asked.delay;
        }
        if asked.bandwidth == u64::MAX {
            self.upper.config.bandwidth = 0;
            self.lower.config.bandwidth = 0;
            self.overhead = 0;
        } else if BANDWIDTHS.contains(&asked.bandwidth) {
            self.upper.config.bandwidth = asked.bandwidth;
            self.lower.config.bandwidth = asked.bandwidth;
            self.overhead = if asked.bandwidth >= ETHERNET { ETHERNET_OVERHEAD } else { HDLC_OVERHEAD };
        }
        set(&mut self.overhead, asked.overhead, 1..MAX_OHSIZE as u32);
        set(&mut self.header_offset, asked.header_offset, 1..64);
        let was_down = self.is_down();
        self.upper.configure(&asked.downstream, self.delay);
        self.lower.configure(&asked.upstream, self.delay);
        if was_down != self.is_down() {
            let cmd = if was_down { NGM_LINK_IS_UP } else { NGM_LINK_IS_DOWN };
            for hook in [LOWER, UPPER] {
                // Nobody is told where nobody is.
                let _ = context
                    .tell(hook, Message::new(NGM_FLOW_COOKIE, cmd, &[], context.core.id).called("cmd"));
            }
        }
    }

    /// Tells whether a direction loses every bit.
    fn is_down(&self) -> bool {
        self.upper.config.ber == 1 || self.lower.config.ber == 1
    }
}
