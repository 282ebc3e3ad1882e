//! A session: its numbers, and how long it waits for acknowledgements. Times are in 1024ths of a second.

use std::time::Duration;

use super::*;

/// A second.
const SCALE: i32 = 1024;
/// How many packets may be on their way at the most.
const WINDOW_MAX: u32 = 16;
/// The bounds of the time that an acknowledgement may take.
const TIMEOUT_MIN: i32 = SCALE / 83;
const TIMEOUT_MAX: i32 = 3 * SCALE;

/// A session.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Session {
    #[serde(with = "raw")]
    pub(super) config: ng_pptpgre_conf,
    /// The numbers of the last packets that were sent and received, and the last ones acknowledged.
    pub(super) xmit_seq: u32,
    pub(super) recv_seq: u32,
    pub(super) recv_ack: u32,
    pub(super) xmit_ack: u32,
    /// How many packets may be on their way, and the number that makes it more.
    pub(super) window: u32,
    pub(super) window_ack: u32,
    /// The estimated time of a round trip, how much it varies, and how long an acknowledgement may take.
    pub(super) round_trip: i32,
    pub(super) deviation: i32,
    pub(super) timeout: i32,
    /// When the packets that are on their way were sent.
    pub(super) sent: Vec<i64>,
    /// Packets that came too early, with their numbers.
    pub(super) early: Vec<(u32, Packet)>,
    /// The timers that are running.
    pub(super) ack_timer: Option<u32>,
    pub(super) unacknowledged_timer: Option<u32>,
    pub(super) reorder_timer: Option<u32>,
}

/// The time by the clock of the machine.
pub(super) fn time(now: Duration) -> i64 {
    let part = now.subsec_micros() / (1_000_000 / SCALE as u32);
    (now.as_secs() as i64).wrapping_mul(SCALE.into()).wrapping_add(part.into())
}

/// A time as the kernel's clock measures it, 100 ticks a second.
pub(super) fn ticks(time: i32, more: u64) -> Duration {
    let ticks = (u64::from(time.max(0).unsigned_abs()) * 100).div_ceil(SCALE as u64) + more;
    Duration::from_millis(ticks.max(1) * 10)
}

/// How far a number is ahead of another, in circles.
pub(super) fn ahead(number: u32, of: u32) -> i32 {
    number.wrapping_sub(of) as i32
}

impl Session {
    /// Begins anew.
    pub(super) fn reset(&mut self) {
        let begun = self.config;
        let window = u32::from(begun.recvWin).div_ceil(2);
        *self = Self {
            config: begun,
            xmit_seq: u32::MAX,
            recv_seq: u32::MAX,
            recv_ack: u32::MAX,
            xmit_ack: u32::MAX,
            window: window.clamp(2, WINDOW_MAX),
            round_trip: SCALE / 10 * i32::from(begun.peerPpd.max(1)),
            timeout: TIMEOUT_MAX,
            ..Self::default()
        };
        self.window_ack = self.window;
    }

    /// Whether no more may be sent before something is acknowledged.
    pub(super) fn is_full(&self) -> bool {
        self.config.enableWindowing != 0 && self.xmit_seq.wrapping_sub(self.recv_ack) >= self.window
    }

    /// Notes that a packet is sent, and returns its number.
    pub(super) fn number(&mut self, now: Duration) -> u32 {
        if self.config.enableWindowing != 0 {
            let place = self.xmit_seq.wrapping_sub(self.recv_ack) as usize;
            self.sent.truncate(place);
            self.sent.resize(place.min(WINDOW_MAX as usize), 0);
            self.sent.push(time(now));
        }
        self.xmit_seq = self.xmit_seq.wrapping_add(1);
        self.xmit_seq
    }

    /// How long the oldest packet may still be unacknowledged.
    pub(super) fn remaining(&self, now: Duration) -> Duration {
        let left = |sent: &i64| sent.wrapping_add(self.timeout.into()).wrapping_sub(time(now)) as i32;
        ticks(self.sent.first().map_or(0, left), 1)
    }

    fn bound(&mut self, timeout: i32) {
        self.timeout = timeout.clamp(TIMEOUT_MIN, TIMEOUT_MAX);
    }

    /// Takes an acknowledgement of the peer's, and learns from the time that it took.
    pub(super) fn acknowledged(&mut self, ack: u32, now: Duration) {
        let place = ack.wrapping_sub(self.recv_ack).wrapping_sub(1) as usize;
        self.recv_ack = ack;
        if self.config.enableWindowing == 0 {
            return;
        }
        let sample = time(now).wrapping_sub(self.sent.get(place).copied().unwrap_or(0));
        let difference = sample.wrapping_sub(self.round_trip.into());
        self.round_trip = self.round_trip.wrapping_add((difference.wrapping_add(4) >> 3) as i32);
        let more = difference.wrapping_abs().wrapping_sub(self.deviation.into()).wrapping_add(2) >> 2;
        self.deviation = self.deviation.wrapping_add(more as i32);
        self.bound(self.round_trip.wrapping_add(self.deviation.wrapping_add(2) << 2));
        self.sent.drain(..self.sent.len().min(place.saturating_add(1)));
        if ahead(ack, self.window_ack) >= 0 && self.window < WINDOW_MAX {
            self.window += 1;
            self.window_ack = ack.wrapping_add(self.window);
        }
    }

    /// Takes what is not acknowledged for lost, and becomes more careful.
    pub(super) fn give_up(&mut self) {
        // The kernel's numbers have 32 bits, and become negative when this has happened often enough.
        self.round_trip = (self.round_trip << 1).wrapping_add(1);
        self.bound(self.round_trip.wrapping_add(self.deviation << 2));
        self.recv_ack = self.xmit_seq;
        self.window = self.window.div_ceil(2);
        self.window_ack = self.recv_ack.wrapping_add(self.window);
    }
}
