//! Packets that go out: data, acknowledgements, or both.

use super::session::ticks;
use super::*;

/// The first words of a header without its flags: a key, version 1, and PPP.
pub(super) const INITIAL: u32 = 0x2001_880b;
/// The flags: there is a number, and an acknowledgement.
pub(super) const HAS_SEQUENCE: u32 = 0x1000_0000;
pub(super) const HAS_ACK: u32 = 0x0080_0000;

/// The length of a header without numbers.
pub(super) const HEADER: usize = 8;
/// The longest payload.
const PAYLOAD_MAX: usize = 0xffff - HEADER - 8;

/// The bounds of the time that an acknowledgement waits for data.
const ACK_DELAY_MIN: i32 = 1024 / 500;
const ACK_DELAY_MAX: i32 = 512;

impl Pptpgre {
    /// Sends data, or nothing but an acknowledgement.
    pub(super) fn transmit(
        &mut self,
        context: &mut Context<'_>,
        which: Which,
        payload: Option<Packet>,
    ) -> Result<(), Errno> {
        let session = match which {
            None => &mut self.upper,
            Some(call) => self.sessions.get_mut(&call).ok_or(Errno::EINVAL)?,
        };
        match &payload {
            Some(_) if session.is_full() => {
                count(&mut self.stats.xmitDrops);
                return Err(Errno::ENOBUFS);
            }
            Some(payload) if payload.len() > PAYLOAD_MAX => {
                count(&mut self.stats.xmitTooBig);
                return Err(Errno::EMSGSIZE);
            }
            Some(_) => {}
            None => count(&mut self.stats.xmitLoneAcks),
        }
        let (mut flags, mut numbers) = (INITIAL, Vec::new());
        if payload.is_some() {
            flags |= HAS_SEQUENCE;
            numbers.push(session.number(context.now));
        }
        if session.config.enableAlwaysAck != 0 || session.xmit_ack != session.recv_seq {
            flags |= HAS_ACK;
            numbers.push(session.recv_seq);
            session.xmit_ack = session.recv_seq;
            if session.config.enableDelayedAck != 0 {
                session.ack_timer = None;
            }
        }
        let is_data = payload.is_some();
        let mut packet = payload.unwrap_or_else(|| Packet::new(&[]));
        let mut header = flags.to_be_bytes().to_vec();
        header.extend_from_slice(&(packet.len() as u16).to_be_bytes());
        header.extend_from_slice(&session.config.peerCid.to_be_bytes());
        header.extend(numbers.iter().flat_map(|number| number.to_be_bytes()));
        packet.splice(0, 0, &header);
        let first = session.config.enableWindowing != 0
            && is_data
            && session.xmit_seq == session.recv_ack.wrapping_add(1);
        count(&mut self.stats.xmitPackets);
        self.stats.xmitOctets = self.stats.xmitOctets.wrapping_add(packet.len() as u32);
        if first {
            self.wait_for_ack(context, which);
        }
        context.send_by(LOWER, packet, if is_data { ASKED } else { BESIDES })
    }

    /// Starts the timer for the oldest packet that is not acknowledged.
    pub(super) fn wait_for_ack(&mut self, context: &mut Context<'_>, which: Which) {
        let Some(remaining) = self.session(which).map(|session| session.remaining(context.now)) else {
            return;
        };
        let timer = Some(context.start(remaining, &mut self.last_timer));
        if let Some(session) = self.session(which) {
            session.unacknowledged_timer = timer;
        }
    }

    /// Acknowledges what has come: at once, or when no data has gone out for a while.
    pub(super) fn acknowledge(&mut self, context: &mut Context<'_>, which: Which) {
        let Some(session) = self.session(which).filter(|session| session.ack_timer.is_none()) else { return };
        if session.config.enableDelayedAck == 0 {
            let _ = self.transmit(context, which, None);
            return;
        }
        let delay = (session.round_trip >> 2).clamp(ACK_DELAY_MIN, ACK_DELAY_MAX);
        let timer = Some(context.start(ticks(delay, 0), &mut self.last_timer));
        if let Some(session) = self.session(which) {
            session.ack_timer = timer;
        }
    }
}
