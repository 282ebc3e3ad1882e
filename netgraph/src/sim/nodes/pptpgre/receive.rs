//! Packets that come in, with their IP headers, and are put in order.

use std::time::Duration;

use super::super::octets;
use super::session::ahead;
use super::transmit::{HAS_ACK, HAS_SEQUENCE, HEADER, INITIAL};
use super::*;

/// How many packets that came too early are kept: the sysctl net.graph.pptpgre.reorder_max.
const EARLY_MAX: usize = 1;
/// How long they are: the sysctl reorder_timeout, 1 ms, in the ticks of the kernel's clock, and one more.
const PATIENCE: Duration = Duration::from_millis(20);

/// The length of an IP header.
const IP: usize = 20;

/// What the header of a packet says.
struct Head {
    call: u16,
    sequence: Option<u32>,
    ack: Option<u32>,
    /// Where its payload is.
    start: usize,
    end: usize,
}

/// A word of a header that is known to be whole.
fn long(bytes: &[u8], at: usize) -> u32 {
    octets::long(bytes, at).unwrap_or(0)
}

impl Pptpgre {
    fn runt(&mut self) -> Errno {
        count(&mut self.stats.recvRunts);
        Errno::EINVAL
    }

    fn read(&mut self, packet: &[u8]) -> Result<Head, Errno> {
        if packet.len() < IP + HEADER {
            return Err(self.runt());
        }
        let ip = packet.first().map_or(0, |first| usize::from(first & 0x0f) * 4);
        let Some(gre) = packet.get(ip..).filter(|gre| gre.len() >= HEADER) else {
            // The kernel calls it a failure of its memory.
            count(&mut self.stats.memoryFailures);
            return Err(Errno::ENOBUFS);
        };
        let flags = long(gre, 0);
        let (has_sequence, has_ack) = (flags & HAS_SEQUENCE != 0, flags & HAS_ACK != 0);
        let header = HEADER + 4 * (usize::from(has_sequence) + usize::from(has_ack));
        if gre.len() < header {
            return Err(self.runt());
        }
        let len = if has_sequence { (long(gre, 4) >> 16) as usize } else { 0 };
        if gre.len() < header + len || flags & !(HAS_SEQUENCE | HAS_ACK) != INITIAL {
            count(&mut self.stats.recvBadGRE);
            return Err(Errno::EINVAL);
        }
        let start = ip + header;
        Ok(Head {
            call: long(gre, 4) as u16,
            sequence: has_sequence.then(|| long(gre, HEADER)),
            ack: has_ack.then(|| long(gre, header - 4)),
            start,
            end: start + len,
        })
    }

    /// A packet from the network.
    pub(super) fn receive_frame(
        &mut self,
        context: &mut Context<'_>,
        mut packet: Packet,
    ) -> Result<(), Errno> {
        count(&mut self.stats.recvPackets);
        self.stats.recvOctets = self.stats.recvOctets.wrapping_add(packet.len() as u32);
        let head = self.read(packet.bytes())?;
        let found = self.find(head.call).filter(|which| context.find(hook_of(*which)).is_some());
        let found = found.filter(|which| self.session(*which).is_some_and(|there| there.config.enabled != 0));
        let Some(which) = found else {
            count(&mut self.stats.recvBadCID);
            return Err(Errno::EINVAL);
        };
        if let Some(ack) = head.ack {
            self.take_ack(context, which, ack);
        }
        let Some(sequence) = head.sequence else {
            count(&mut self.stats.recvLoneAcks);
            return Ok(());
        };
        packet.splice(head.end, usize::MAX, &[]);
        packet.splice(0, head.start, &[]);
        self.put_in_order(context, which, sequence, packet)
    }

    fn take_ack(&mut self, context: &mut Context<'_>, which: Which, ack: u32) {
        let Some(session) = self.session(which) else { return };
        if ahead(ack, session.xmit_seq) > 0 {
            count(&mut self.stats.recvBadAcks);
            return;
        }
        if ahead(ack, session.recv_ack) <= 0 {
            return;
        }
        session.acknowledged(ack, context.now);
        if session.config.enableWindowing != 0 {
            session.unacknowledged_timer = None;
            if session.recv_ack != session.xmit_seq {
                self.wait_for_ack(context, which);
            }
        }
    }

    fn put_in_order(
        &mut self,
        context: &mut Context<'_>,
        which: Which,
        sequence: u32,
        packet: Packet,
    ) -> Result<(), Errno> {
        let session = match which {
            None => &mut self.upper,
            Some(call) => self.sessions.get_mut(&call).ok_or(Errno::EINVAL)?,
        };
        let step = ahead(sequence, session.recv_seq);
        if step <= 0 || session.early.iter().any(|(there, _)| *there == sequence) && step > 1 {
            count(&mut self.stats.recvDuplicates);
            return Err(Errno::EINVAL);
        }
        let mut ready = Vec::new();
        if step == 1 {
            session.recv_seq = sequence;
            ready.push(packet);
        } else {
            let place = session.early.iter().position(|(there, _)| ahead(*there, sequence) > 0);
            let place = place.unwrap_or(session.early.len());
            count(&mut self.stats.recvOutOfOrder);
            let overflows = session.early.len() >= EARLY_MAX;
            if overflows {
                count(&mut self.stats.recvReorderOverflow);
            }
            if overflows && place == 0 {
                session.recv_seq = sequence;
                ready.push(packet);
            } else {
                session.early.insert(place, (sequence, packet));
                if overflows {
                    // The first of them makes room.
                    let (sequence, first) = session.early.remove(0);
                    session.recv_seq = sequence;
                    ready.push(first);
                }
            }
        }
        self.deliver(context, which, ready);
        Ok(())
    }

    /// Hands up packets, and those that follow them. What becomes of them is not their sender's business.
    fn deliver(&mut self, context: &mut Context<'_>, which: Which, mut ready: Vec<Packet>) {
        let Some(session) = self.session(which) else { return };
        while session.early.first().is_some_and(|(sequence, _)| ahead(*sequence, session.recv_seq) <= 1) {
            let (sequence, packet) = session.early.remove(0);
            session.recv_seq = sequence;
            ready.push(packet);
        }
        let waits = !session.early.is_empty();
        if !waits {
            session.reorder_timer = None;
        } else if session.reorder_timer.is_none() {
            let timer = Some(context.start(PATIENCE, &mut self.last_timer));
            if let Some(session) = self.session(which) {
                session.reorder_timer = timer;
            }
        }
        if ready.is_empty() {
            return;
        }
        self.acknowledge(context, which);
        for packet in ready {
            let _ = context.send_by(hook_of(which), packet, BESIDES);
        }
    }

    /// What is missing has not come in time.
    pub(super) fn waited_too_long(&mut self, context: &mut Context<'_>, which: Which) {
        count(&mut self.stats.recvReorderTimeouts);
        let Some(session) = self.session(which).filter(|session| !session.early.is_empty()) else { return };
        let (sequence, packet) = session.early.remove(0);
        session.recv_seq = sequence;
        self.deliver(context, which, vec![packet]);
    }
}
