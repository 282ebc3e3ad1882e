//! The control channel: packets are numbered, acknowledged and sent again until they are.

use std::collections::VecDeque;
use std::time::Duration;

use super::frame::{ahead, control_header};
use super::*;

/// How long an acknowledgement waits for a packet to go with.
const DELAYED_ACK: Duration = Duration::from_millis(50);
/// How long a packet waits for its acknowledgement at first.
const FIRST_ATTEMPT: Duration = Duration::from_secs(1);
/// The shortest time that a timer of the kernel takes.
const TICK: Duration = Duration::from_millis(1);

/// The numbers of a control channel, and what waits in it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Channel {
    /// The number of the next packet that is sent, and of the next one to come.
    ns: u16,
    nr: u16,
    /// The last number that the peer has acknowledged, and the last one that it was told.
    rack: u16,
    xack: u16,
    /// The peer's window, which can only grow; what of it is used; up to where it opens quickly.
    wmax: u16,
    cwnd: u16,
    ssth: u16,
    /// How many acknowledgements have come since the window was opened by one.
    acks: u16,
    rexmits: u16,
    /// Whether a packet is being delivered.
    delivering: bool,
    /// The timers that are running: for what was sent, and for what was received.
    rack_timer: Option<u32>,
    xack_timer: Option<u32>,
    /// What was sent and not acknowledged, and what is still to be sent: session numbers before the payload.
    queue: VecDeque<Packet>,
}

impl Channel {
    pub(super) fn new(window: u16) -> Self {
        let window = window.min(WINDOW_MAX);
        Self {
            ns: 0,
            nr: 0,
            rack: 0,
            xack: 0,
            wmax: window,
            cwnd: 1,
            ssth: window,
            acks: 0,
            rexmits: 0,
            delivering: false,
            rack_timer: None,
            xack_timer: None,
            queue: VecDeque::new(),
        }
    }

    pub(super) fn set_window(&mut self, window: u16) -> Result<(), Errno> {
        match window.min(WINDOW_MAX) {
            0 => return Err(Errno::EINVAL),
            window if window < self.wmax => return Err(Errno::EBUSY),
            window => self.wmax = window,
        }
        Ok(())
    }

    pub(super) fn set_numbers(&mut self, ns: u16, nr: u16) {
        (self.ns, self.rack, self.nr, self.xack) = (ns, ns, nr, nr);
    }

    /// Opens the window for so many acknowledgements: RFC 2661, appendix A.
    fn open(&mut self, mut acknowledged: u16) {
        if self.cwnd >= self.wmax {
            return;
        }
        if self.cwnd < self.ssth {
            self.cwnd = self.cwnd.saturating_add(acknowledged);
            acknowledged = self.cwnd.saturating_sub(self.ssth);
            self.cwnd = self.cwnd.min(self.ssth);
        }
        if self.cwnd >= self.ssth {
            self.acks = self.acks.saturating_add(acknowledged);
            while self.acks >= self.cwnd {
                self.acks -= self.cwnd;
                self.cwnd = self.cwnd.saturating_add(1).min(self.wmax);
            }
        }
    }

    /// Returns the next packet that the window has room for, with its number.
    fn next(&mut self) -> Option<(Packet, u16)> {
        let place = u16::try_from(ahead(self.ns, self.rack)).ok().filter(|place| *place < self.cwnd)?;
        let packet = self.queue.get(place.into())?.clone();
        let ns = self.ns;
        self.ns = ns.wrapping_add(1);
        Some((packet, ns))
    }
}

impl L2tp {
    /// A control packet of the program: the number of a session, and a payload.
    pub(super) fn send_control(&mut self, context: &mut Context<'_>, packet: Packet) -> Result<(), Errno> {
        if packet.len() < 2 {
            count(&mut self.stats.xmitInvalid);
            return Err(Errno::EINVAL);
        }
        if packet.len() >= CONTROL_TOO_BIG {
            count(&mut self.stats.xmitTooBig);
            return Err(Errno::EOVERFLOW);
        }
        let place = self.channel.queue.len();
        if place >= WINDOW_MAX.into() {
            count(&mut self.stats.xmitDrops);
            return Err(Errno::ENOBUFS);
        }
        self.channel.queue.push_back(packet.clone());
        if place >= self.channel.cwnd.into() {
            return Ok(());
        }
        if self.channel.rack_timer.is_none() {
            self.channel.rack_timer = Some(context.start(FIRST_ATTEMPT, &mut self.last_timer));
        }
        let ns = self.channel.ns;
        self.channel.ns = ns.wrapping_add(1);
        self.transmit(context, Some(packet), ns, ASKED)
    }

    /// Sends a control packet, with what is to be acknowledged; without a packet, that alone.
    fn transmit(
        &mut self,
        context: &mut Context<'_>,
        packet: Option<Packet>,
        ns: u16,
        note: u32,
    ) -> Result<(), Errno> {
        self.channel.xack_timer = None;
        self.channel.xack = self.channel.nr;
        if packet.is_none() {
            count(&mut self.stats.xmitZLBs);
        }
        let mut packet = packet.unwrap_or_else(|| Packet::new(&[0; 2]));
        let session = packet.bytes().first_chunk().map_or(0, |session| u16::from_be_bytes(*session));
        let header =
            control_header(self.config.peer_id, session, ns, self.channel.nr, packet.len().saturating_sub(2));
        packet.splice(0, 2, &header);
        self.count_sent(packet.len());
        context.send_by(LOWER, packet, note)
    }

    /// A control packet of the peer.
    pub(super) fn control_in(
        &mut self,
        context: &mut Context<'_>,
        session: u16,
        ns: u16,
        nr: u16,
        mut payload: Packet,
    ) -> Result<(), Errno> {
        self.acknowledged(context, nr);
        if payload.len() == 0 {
            count(&mut self.stats.recvZLBs);
            return Ok(());
        }
        if ns != self.channel.nr || self.channel.delivering {
            let is_old = ahead(ns, self.channel.nr) <= 0;
            let counter =
                if is_old { &mut self.stats.recvDuplicates } else { &mut self.stats.recvOutOfOrder };
            count(counter);
            let _ = self.transmit(context, None, self.channel.ns, BESIDES);
            return Ok(());
        }
        payload.splice(0, 0, &session.to_be_bytes());
        context.send_by(CTRL, payload, DELIVERY)?;
        self.channel.delivering = true;
        Ok(())
    }

    /// The program has taken a control packet, or has not.
    pub(super) fn delivered(&mut self, context: &mut Context<'_>, taken: bool) {
        self.channel.delivering = false;
        if taken {
            self.channel.nr = self.channel.nr.wrapping_add(1);
            if self.channel.xack_timer.is_none() {
                self.channel.xack_timer = Some(context.start(DELAYED_ACK, &mut self.last_timer));
            }
        }
    }

    /// The peer has all packets before this number; there is room for others.
    fn acknowledged(&mut self, context: &mut Context<'_>, nr: u16) {
        let channel = &mut self.channel;
        let Some(number) = u16::try_from(ahead(nr, channel.rack)).ok().filter(|number| *number > 0) else {
            return;
        };
        if ahead(nr, channel.ns) > 0 {
            count(&mut self.stats.recvBadAcks);
            return;
        }
        (channel.rack, channel.rexmits) = (nr, 0);
        channel.queue.drain(..channel.queue.len().min(number.into()));
        channel.open(number);
        channel.rack_timer = None;
        if channel.queue.is_empty() {
            return;
        }
        self.channel.rack_timer = Some(context.start(FIRST_ATTEMPT, &mut self.last_timer));
        while let Some((packet, ns)) = self.channel.next() {
            let _ = self.transmit(context, Some(packet), ns, BESIDES);
        }
    }

    /// A timer: an acknowledgement goes alone, or a packet once more, ever more slowly.
    pub(super) fn time_out(&mut self, context: &mut Context<'_>, token: u32) {
        if self.channel.xack_timer == Some(token) {
            let _ = self.transmit(context, None, self.channel.ns, BESIDES);
        }
        if self.channel.rack_timer != Some(token) {
            return;
        }
        count(&mut self.stats.xmitRetransmits);
        let attempts = self.channel.rexmits;
        self.channel.rexmits = attempts.saturating_add(1);
        if attempts >= self.config.rexmit_max {
            self.tell_failure(context);
        }
        let seconds = (1 << self.channel.rexmits.min(12)).min(u64::from(self.config.rexmit_max_to));
        self.channel.rack_timer =
            Some(context.start(Duration::from_secs(seconds).max(TICK), &mut self.last_timer));
        let channel = &mut self.channel;
        channel.ns = channel.rack;
        channel.ssth = channel.cwnd.div_ceil(2);
        (channel.cwnd, channel.acks) = (1, 0);
        if let Some((packet, ns)) = channel.next() {
            let _ = self.transmit(context, Some(packet), ns, BESIDES);
        }
    }
}
