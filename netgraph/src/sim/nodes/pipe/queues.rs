//! The packets that wait in one direction of a pipe: first for bandwidth, in queues, then for the delay to pass.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::sim::packet::Packet;
use crate::sys::{MAX_FSIZE, MAX_OHSIZE, ng_pipe_hookcfg, ng_pipe_hookrun, ng_pipe_hookstat};

/// What the link does to every packet; times are in microseconds.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) delay: u64,
    pub(super) overhead: u32,
    pub(super) header_offset: u32,
    pub(super) now: u64,
}

impl Link {
    /// How long a packet takes at a bandwidth.
    fn time(&self, len: usize, bandwidth: u64, queues: usize) -> u64 {
        let octets = (len as u64).saturating_add(self.overhead.into());
        let bits = octets.saturating_mul(queues as u64).saturating_mul(8_000_000);
        bits.checked_div(bandwidth).unwrap_or(0)
    }
}

/// Numbers that look random, the same ones each time (SplitMix64).
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Random(u64);

impl Random {
    /// Returns a number below a bound of 31 bits or less.
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 33) % bound
    }
}

/// The packets of a flow, or of all.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Queue {
    flow: u32,
    /// When its first packet would be through, for weighted fair queueing.
    through: u64,
    /// How many bytes it may still send, for deficit round robin.
    deficit: u32,
    packets: VecDeque<Packet>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Queues {
    /// None of them is empty.
    queues: VecDeque<Queue>,
    /// When the line is free again.
    free_at: u64,
    /// The packets on the line, and when they are at its end.
    delayed: VecDeque<(u64, Packet)>,
}

impl Queues {
    pub(super) fn is_empty(&self) -> bool {
        self.queues.is_empty() && self.delayed.is_empty()
    }

    /// Returns when something is to be done next.
    pub(super) fn due(&self) -> Option<u64> {
        let queued = (!self.queues.is_empty()).then_some(self.free_at);
        let delayed = self.delayed.front().map(|(due, _)| *due);
        queued.into_iter().chain(delayed).min()
    }

    pub(super) fn counts(&self) -> ng_pipe_hookrun {
        let queued = || self.queues.iter().flat_map(|queue| &queue.packets);
        ng_pipe_hookrun {
            fifo_queues: self.queues.len() as u32,
            qin_octets: queued().map(Packet::len).sum::<usize>() as u32,
            qin_frames: queued().count() as u32,
            qout_octets: self.delayed.iter().map(|(_, packet)| packet.len()).sum::<usize>() as u32,
            qout_frames: self.delayed.len() as u32,
        }
    }

    /// Puts a queue where it belongs: with weighted fair queueing before those that would be through later.
    fn place(&mut self, link: &Link, config: &ng_pipe_hookcfg, mut queue: Queue) {
        let mut at = self.queues.len();
        if config.wfq != 0 && config.bandwidth != 0 {
            let len = queue.packets.front().map_or(0, Packet::len);
            queue.through = link.now.saturating_add(link.time(len, config.bandwidth, at + 1));
            at = self.queues.iter().position(|other| other.through > queue.through).unwrap_or(at);
        }
        self.queues.insert(at, queue);
    }

    /// Adds a packet, and drops one if there are too many.
    pub(super) fn add(
        &mut self,
        link: &Link,
        config: &ng_pipe_hookcfg,
        stats: &mut ng_pipe_hookstat,
        packet: Packet,
    ) {
        if self.queues.is_empty() {
            self.free_at = self.free_at.max(link.now);
        }
        let flow = if config.fifo != 0 { 0 } else { flow(packet.bytes(), link.header_offset as usize) };
        match self.queues.iter_mut().find(|queue| queue.flow == flow) {
            Some(queue) => queue.packets.push_back(packet),
            None => {
                let packets = VecDeque::from([packet]);
                self.place(link, config, Queue { flow, through: 0, deficit: config.drr, packets });
            }
        }
        let queued: usize = self.queues.iter().map(|queue| queue.packets.len()).sum();
        if queued <= config.qin_size_limit as usize {
            return;
        }
        let longest = self.queues.iter().map(|queue| queue.packets.len()).max();
        let at = self.queues.iter().position(|queue| Some(queue.packets.len()) == longest);
        let Some((at, queue)) = at.and_then(|at| Some((at, self.queues.get_mut(at)?))) else { return };
        let from_head = config.drophead != 0;
        let lost = if from_head { queue.packets.pop_front() } else { queue.packets.pop_back() };
        stats.in_disc_frames += 1;
        stats.in_disc_octets += lost.map_or(0, |lost| lost.len() as u64);
        if queue.packets.is_empty() {
            self.queues.remove(at);
        }
    }

    /// Moves the packets on whose time has come, and returns those that leave.
    pub(super) fn run(
        &mut self,
        link: &Link,
        config: &ng_pipe_hookcfg,
        stats: &mut ng_pipe_hookstat,
        random: &mut Random,
    ) -> Vec<Packet> {
        while self.free_at <= link.now {
            let Some(mut queue) = self.queues.pop_front() else { break };
            let Some(packet) = queue.packets.front().cloned() else { continue };
            if config.drr != 0 {
                match queue.deficit.checked_sub(packet.len() as u32) {
                    Some(rest) => queue.deficit = rest,
                    None => {
                        queue.deficit = queue.deficit.saturating_add(config.drr);
                        self.queues.push_back(queue);
                        continue;
                    }
                }
            }
            // Of a packet that is duplicated, the copy goes on, and the packet stays where it is.
            let duplicated = config.duplicate != 0 && random.below(100) <= config.duplicate.min(50).into();
            if !duplicated {
                queue.packets.pop_front();
            }
            self.free_at = self.free_at.saturating_add(link.time(packet.len(), config.bandwidth, 1));
            if !queue.packets.is_empty() {
                if config.wfq != 0 {
                    self.place(link, config, queue);
                } else {
                    self.queues.push_front(queue);
                }
            }
            let full = config.qout_size_limit != 0 && self.delayed.len() >= config.qout_size_limit as usize;
            if (config.ber != 0 && is_lost(link, config.ber, packet.len(), random)) || full {
                stats.out_disc_frames += 1;
                stats.out_disc_octets += packet.len() as u64;
            } else {
                self.delayed.push_back((self.free_at.saturating_add(link.delay), packet));
            }
        }
        let due = self.delayed.iter().take_while(|(due, _)| *due <= link.now).count();
        self.delayed.drain(..due).map(|(_, packet)| packet).collect()
    }
}

/// Decides whether a packet is lost where one bit in `rate` is wrong.
fn is_lost(link: &Link, rate: u64, len: usize, random: &mut Random) -> bool {
    // Probabilities are fractions of this.
    const ONE: u64 = 1 << 48;
    let times = |a: u64, b: u64| ((u128::from(a) * u128::from(b)) >> 48) as u64;
    let octets = len.saturating_add(link.overhead as usize).min(MAX_FSIZE + MAX_OHSIZE - 1);
    // The probability that all bits are right, by squaring.
    let (mut right, mut factor, mut exponent) = (ONE, ONE - ONE / rate.max(1), octets * 8);
    while exponent > 0 {
        if exponent & 1 != 0 {
            right = times(right, factor);
        }
        factor = times(factor, factor);
        exponent >>= 1;
    }
    (random.below(1 << 31) << 17) >= right
}

/// Returns a number for the IPv4 addresses of a packet, 0 where it has none that can be read.
fn flow(packet: &[u8], offset: usize) -> u32 {
    const HEADER: usize = 20;
    let address = |at: usize| {
        let four = packet.get(offset + at..offset + at + 4)?;
        four.try_into().ok().map(|four| u64::from(u32::from_ne_bytes(four)))
    };
    // Version 4, and a header without options.
    if packet.len() < offset + HEADER || packet.get(offset) != Some(&0x45) {
        return 0;
    }
    let (Some(from), Some(to)) = (address(12), address(16)) else { return 0 };
    let mixed = from ^ (from << 13) ^ (to << 7) ^ (to << 19);
    (mixed ^ (mixed >> 32)) as u32
}
