//! `car`: lets packets pass at a rate, and marks or drops the others, or makes them wait.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use zerocopy::IntoBytes;

use super::quiet::raw;
use super::*;
use crate::nodes::car::{Car as Type, LOWER, UPPER};
use crate::sim::packet::Tag;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = Kind {
    make: |machine, _| {
        let mut car = Car::default();
        (car.upper.filled, car.lower.filled) = (machine.clock, machine.clock);
        Ok(Box::new(car))
    },
    ..plain::<Type, Car>()
};

/// The highest rate that the kernel takes, in its own units.
const RATE_MAX: u64 = 1_000_000_000;

/// How many packets can wait, less one, and from how many on they use up what lets others wait.
const QUEUE: usize = 100;
const QUEUE_FREE: usize = 8;

/// The ticks of the kernel's clock in a second: kern.hz of a virtual machine.
const HZ: u64 = 100;

/// What a packet counts where packets are counted.
const PACKET: i64 = 128;

/// What is noted about a packet's color: M_QOS_COOKIE and M_QOS_COLOR.
const COLOR: (u32, u16) = (1_571_268_051, 23_568);
const GREEN: u32 = 0;
const YELLOW: u32 = 1;
const RED: u32 = 2;

/// What comes in at one of the two hooks.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Way {
    /// As the kernel keeps it: what counts packets is scaled up.
    #[serde(with = "raw")]
    config: ng_car_hookconf,
    #[serde(with = "super::counters")]
    stats: ng_car_hookstats,
    /// The tokens of the two buckets.
    committed: i64,
    exceeded: i64,
    /// When they were filled up last.
    filled: Duration,
    queue: VecDeque<Packet>,
}

impl Default for Way {
    fn default() -> Self {
        let config = ng_car_hookconf {
            cbs: NG_CAR_CBS_MIN,
            ebs: NG_CAR_EBS_MIN,
            cir: NG_CAR_CIR_DFLT,
            green_action: NG_CAR_ACTION_FORWARD,
            yellow_action: NG_CAR_ACTION_FORWARD,
            red_action: NG_CAR_ACTION_DROP,
            ..Default::default()
        };
        Self {
            config,
            stats: ng_car_hookstats::default(),
            committed: config.cbs as i64,
            exceeded: config.ebs as i64,
            filled: Duration::ZERO,
            queue: VecDeque::new(),
        }
    }
}

/// What becomes of a packet.
enum Verdict {
    Pass(Packet),
    Drop,
    Wait(Packet),
}

impl Way {
    fn configure(&mut self, config: ng_car_hookconf) {
        self.config = config;
        self.committed = config.cbs as i64;
        let starts_empty = matches!(config.mode, NG_CAR_RED | NG_CAR_SHAPE);
        self.exceeded = if starts_empty { 0 } else { config.ebs as i64 };
    }

    fn cost(&self, packet: &Packet) -> i64 {
        if self.config.opt & NG_CAR_COUNT_PACKETS != 0 { PACKET } else { packet.len() as i64 }
    }

    /// Fills the buckets up for the time that has passed, a thousand seconds at most.
    fn refill(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.filled).min(Duration::from_secs(1000));
        // In 2^20ths of a second.
        let units = (passed.as_nanos() << 20) / 1_000_000_000;
        let tokens = |rate: u64| ((u128::from(rate) * units) >> 23) as i64;
        let (committed_max, exceeded_max) = (self.config.cbs as i64, self.config.ebs as i64);
        self.committed = self.committed.saturating_add(tokens(self.config.cir));
        let over = self.committed.saturating_sub(committed_max).max(0);
        self.committed -= over;
        match self.config.mode {
            NG_CAR_SINGLE_RATE if over > 0 => {
                self.exceeded = self.exceeded.saturating_add(over).min(exceeded_max);
            }
            NG_CAR_DOUBLE_RATE => {
                self.exceeded = self.exceeded.saturating_add(tokens(self.config.pir)).min(exceeded_max);
            }
            _ => {}
        }
        self.filled = now;
    }

    /// The color that a packet comes with, where that is heeded.
    fn color(&self, packet: &Packet) -> u32 {
        let tag = packet.tags().iter().find(|tag| (tag.cookie, tag.id) == COLOR);
        let color = tag.and_then(|tag| tag.data.first_chunk()).map(|color| u32::from_ne_bytes(*color));
        color.filter(|_| self.config.opt & NG_CAR_COLOR_AWARE != 0).unwrap_or(GREEN)
    }

    /// Does to a packet of a color what is done to it.
    fn act(&mut self, action: u8, color: u32, mut packet: Packet) -> Verdict {
        match action {
            NG_CAR_ACTION_FORWARD => {}
            NG_CAR_ACTION_MARK => {
                packet.retain_tags(|tag| (tag.cookie, tag.id) != COLOR);
                let data = color.to_ne_bytes().to_vec();
                packet.note(Tag { cookie: COLOR.0, id: COLOR.1, data });
            }
            _ => {
                self.stats.dropped_pkts += 1;
                return Verdict::Drop;
            }
        }
        Verdict::Pass(packet)
    }

    fn judge(&mut self, packet: Packet, now: Duration) -> Verdict {
        if !self.queue.is_empty() {
            return Verdict::Wait(packet);
        }
        let (len, color) = (self.cost(&packet), self.color(&packet));
        if self.committed < len || color > GREEN {
            self.refill(now);
        }
        if self.committed >= len && color == GREEN {
            self.stats.green_pkts += 1;
            self.committed -= len;
            return self.act(self.config.green_action, GREEN, packet);
        }
        let lacking = len.wrapping_sub(self.committed);
        // The kernel compares what may be negative as numbers without a sign: such a packet is red.
        let exceeded_max = self.config.ebs;
        let yellow = match self.config.mode {
            NG_CAR_SHAPE => return Verdict::Wait(packet),
            // The more of the bucket is used up, the sooner it is emptied, and a packet dropped.
            NG_CAR_RED if len.wrapping_add(lacking) as u64 > exceeded_max || color >= RED => {
                self.exceeded = 0;
                false
            }
            NG_CAR_RED if (self.exceeded.wrapping_add(lacking) as u64) < exceeded_max && color <= YELLOW => {
                self.exceeded = self.exceeded.wrapping_add(lacking);
                self.committed = self.committed.wrapping_sub(len);
                true
            }
            NG_CAR_RED => {
                self.exceeded = 0;
                false
            }
            _ if self.exceeded >= len && color <= YELLOW => {
                self.exceeded -= len;
                true
            }
            _ => false,
        };
        if yellow {
            self.stats.yellow_pkts += 1;
            self.act(self.config.yellow_action, YELLOW, packet)
        } else {
            self.stats.red_pkts += 1;
            self.act(self.config.red_action, RED, packet)
        }
    }

    /// Has a packet wait, or drops it. Returns whether it is the first that waits.
    fn enqueue(&mut self, packet: Packet) -> bool {
        let len = self.queue.len();
        let used = usize::try_from(self.exceeded).unwrap_or_default();
        if len >= QUEUE - 1 || used.saturating_add(len) >= QUEUE || self.color(&packet) >= RED {
            self.stats.red_pkts += 1;
            self.stats.dropped_pkts += 1;
            self.exceeded = 0;
            return false;
        }
        self.stats.yellow_pkts += 1;
        self.exceeded = self.exceeded.wrapping_add(len.saturating_sub(QUEUE_FREE) as i64);
        if len == 0 {
            self.committed = self.committed.wrapping_sub(self.cost(&packet));
        }
        self.queue.push_back(packet);
        len == 0
    }

    /// How long it takes until there are tokens for the packet that waits.
    fn delay(&self) -> Duration {
        let lacking = self.committed.min(0).unsigned_abs();
        let ticks = lacking.saturating_mul(HZ * 8).checked_div(self.config.cir).unwrap_or_default();
        let ticks = ticks.saturating_add(1);
        Duration::from_millis(ticks.saturating_mul(1000 / HZ))
    }

    /// Takes out the packets that need not wait any longer.
    fn release(&mut self, now: Duration) -> Vec<Packet> {
        self.refill(now);
        let mut released = Vec::new();
        while self.committed >= 0 {
            let Some(packet) = self.queue.pop_front() else { break };
            released.push(packet);
            let Some(next) = self.queue.front() else { break };
            self.committed -= self.cost(next);
        }
        released
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Car {
    /// What comes in at `upper`, and goes down.
    upper: Way,
    /// What comes in at `lower`, and goes up.
    lower: Way,
}

/// Turns the rates and bursts of a direction that counts packets into the kernel's units.
fn scaled(mut half: ng_car_hookconf) -> ng_car_hookconf {
    if half.opt & NG_CAR_COUNT_PACKETS != 0 {
        half.cir = half.cir.wrapping_mul(1024);
        half.pir = half.pir.wrapping_mul(1024);
        half.cbs = half.cbs.wrapping_mul(128);
        half.ebs = half.ebs.wrapping_mul(128);
    }
    half
}

/// Turns the kernel's units back.
fn unscaled(mut half: ng_car_hookconf) -> ng_car_hookconf {
    if half.opt & NG_CAR_COUNT_PACKETS != 0 {
        half.cir /= 1024;
        half.pir /= 1024;
        half.cbs /= 128;
        half.ebs /= 128;
    }
    half
}

fn is_valid(half: &ng_car_hookconf) -> bool {
    half.cir <= RATE_MAX
        && half.pir <= RATE_MAX
        && (half.cbs != 0 || half.ebs != 0)
        && (half.mode != NG_CAR_SHAPE || half.cir != 0)
}

impl Car {
    fn way(&mut self, name: HookName) -> Option<(&mut Way, HookName, u32)> {
        match name {
            UPPER => Some((&mut self.upper, LOWER, 0)),
            LOWER => Some((&mut self.lower, UPPER, 1)),
            _ => None,
        }
    }

    fn message(&mut self, message: &Message) -> Result<Option<Vec<u8>>, Errno> {
        match message.header.cmd {
            cmd @ (NGM_CAR_GET_STATS | NGM_CAR_CLR_STATS | NGM_CAR_GETCLR_STATS) => {
                let stats = ng_car_bulkstats { downstream: self.upper.stats, upstream: self.lower.stats };
                if cmd != NGM_CAR_GET_STATS {
                    self.upper.stats = ng_car_hookstats::default();
                    self.lower.stats = ng_car_hookstats::default();
                }
                Ok((cmd != NGM_CAR_CLR_STATS).then(|| stats.as_bytes().to_vec()))
            }
            NGM_CAR_GET_CONF => {
                let (downstream, upstream) = (unscaled(self.upper.config), unscaled(self.lower.config));
                Ok(Some(ng_car_bulkconf { upstream, downstream }.as_bytes().to_vec()))
            }
            NGM_CAR_SET_CONF => {
                let ng_car_bulkconf { upstream, downstream } = message.exactly().ok_or(Errno::EINVAL)?;
                let (upstream, downstream) = (scaled(upstream), scaled(downstream));
                if !is_valid(&upstream) || !is_valid(&downstream) {
                    return Err(Errno::EINVAL);
                }
                self.upper.configure(downstream);
                self.lower.configure(upstream);
                Ok(None)
            }
            _ => Err(Errno::EINVAL),
        }
    }
}

impl Behaviour for Car {
    fn new_hook(&mut self, _: &mut Context<'_>, _: HookKey, name: HookName) -> Result<(), Errno> {
        let (way, ..) = self.way(name).ok_or(Errno::EINVAL)?;
        way.stats = ng_car_hookstats::default();
        Ok(())
    }

    fn disconnect(&mut self, context: &mut Context<'_>, hook: HookKey) {
        if let Some((way, ..)) = context.name(hook).and_then(|name| self.way(name)) {
            way.queue.clear();
        }
        context.shut_down_if_bare();
    }

    fn receive_message(
        &mut self,
        _: &mut Context<'_>,
        message: Message,
        _: Option<HookKey>,
    ) -> Result<Option<Vec<u8>>, Errno> {
        match message.header.typecookie {
            NGM_CAR_COOKIE => self.message(&message),
            _ => Err(Errno::EINVAL),
        }
    }

    fn receive_data(
        &mut self,
        context: &mut Context<'_>,
        hook: HookKey,
        packet: Packet,
    ) -> Result<(), Errno> {
        let name = context.name(hook).ok_or(Errno::EINVAL)?;
        let (way, to, token) = self.way(name).ok_or(Errno::EINVAL)?;
        match way.judge(packet, context.now) {
            Verdict::Drop => Ok(()),
            Verdict::Wait(packet) => {
                if way.enqueue(packet) {
                    let delay = way.delay();
                    context.after(delay, token);
                }
                Ok(())
            }
            Verdict::Pass(packet) => {
                way.stats.passed_pkts += 1;
                let sent = context.send_by(to, packet, token);
                way.stats.errors += u64::from(sent.is_err());
                sent
            }
        }
    }

    fn sent(&mut self, _: &mut Context<'_>, sent: Sent, _: Result<(), Errno>) -> Result<(), Errno> {
        let way = if sent.note == 0 { &mut self.upper } else { &mut self.lower };
        way.stats.errors += u64::from(sent.result.is_err());
        sent.result
    }

    fn timer(&mut self, context: &mut Context<'_>, token: u32) {
        let (way, to) = if token == 0 { (&mut self.upper, LOWER) } else { (&mut self.lower, UPPER) };
        if way.queue.is_empty() {
            return;
        }
        for packet in way.release(context.now) {
            way.stats.passed_pkts += 1;
            way.stats.errors += u64::from(context.send_by(to, packet, token).is_err());
        }
        if !way.queue.is_empty() {
            let delay = way.delay();
            context.after(delay, token);
        }
    }

    fn save(&self, _: &Machine, _: NodeKey) -> Value {
        json!(self)
    }
}
