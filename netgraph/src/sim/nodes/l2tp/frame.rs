//! Frames of L2TP, version 2: their headers, and what comes in.

use super::*;

const CONTROL: u16 = 0x8000;
const LENGTH: u16 = 0x4000;
const SEQUENCE: u16 = 0x0800;
const OFFSET: u16 = 0x0200;
const VERSION: u16 = 0x0002;

/// The bits that a control packet, and one of a session, must not have, and must have.
const CONTROL_BITS: (u16, u16) = (0x030d, 0xc802);
const DATA_BITS: (u16, u16) = (0x800d, 0x0002);

/// The length of the header of a control packet.
pub(super) const CONTROL_HEADER: usize = 12;

/// Makes the header of a control packet whose payload has this length.
pub(super) fn control_header(peer: u16, session: u16, ns: u16, nr: u16, len: usize) -> Vec<u8> {
    let length = (CONTROL_HEADER + len) as u16;
    let words = [CONTROL | LENGTH | SEQUENCE | VERSION, length, peer, session, ns, nr];
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// Makes the header of the next packet of a session, whose payload has this length.
pub(super) fn data_header(peer: u16, session: &mut Session, len: usize) -> Vec<u8> {
    let (with_length, with_sequence) = (session.config.include_length != 0, session.config.enable_dseq != 0);
    let header = 6 + 2 * usize::from(with_length) + 4 * usize::from(with_sequence);
    let mut words = vec![VERSION];
    if with_length {
        words[0] |= LENGTH;
        words.push((header + len) as u16);
    }
    words.extend_from_slice(&[peer, session.config.peer_id]);
    if with_sequence {
        words[0] |= SEQUENCE;
        words.extend_from_slice(&[session.ns, session.nr]);
        session.ns = session.ns.wrapping_add(1);
    }
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// How far a number is ahead of another, in circles.
pub(super) fn ahead(number: u16, of: u16) -> i16 {
    number.wrapping_sub(of) as i16
}

fn word(rest: &mut &[u8]) -> Option<u16> {
    let (word, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(u16::from_be_bytes(*word))
}

impl L2tp {
    fn refuse(counter: &mut u32, errno: Errno) -> Errno {
        count(counter);
        errno
    }

    fn runt(&mut self) -> Errno {
        Self::refuse(&mut self.stats.recvRunts, Errno::EINVAL)
    }

    fn invalid(&mut self) -> Errno {
        Self::refuse(&mut self.stats.recvInvalid, Errno::EINVAL)
    }

    /// Takes a word off what is left. The kernel calls it a failure of its memory when there is none.
    fn word(&mut self, rest: &mut &[u8]) -> Result<u16, Errno> {
        word(rest).ok_or_else(|| Self::refuse(&mut self.stats.memoryFailures, Errno::EINVAL))
    }

    /// A frame from the network.
    pub(super) fn receive_frame(&mut self, context: &mut Context<'_>, packet: Packet) -> Result<(), Errno> {
        let whole = packet.len();
        count(&mut self.stats.recvPackets);
        self.stats.recvOctets = self.stats.recvOctets.wrapping_add(whole as u32);
        let mut rest = packet.bytes();
        if whole < 6 {
            return Err(self.runt());
        }
        let flags = self.word(&mut rest)?;
        self.check_flags(flags, rest.len())?;
        if flags & LENGTH != 0 {
            let length = usize::from(self.word(&mut rest)?).checked_sub(4);
            rest = length.and_then(|length| rest.get(..length)).ok_or_else(|| self.invalid())?;
        }
        let (tunnel, session) = (self.word(&mut rest)?, self.word(&mut rest)?);
        if tunnel != self.config.tunnel_id && (self.config.match_id != 0 || tunnel != 0) {
            return Err(Self::refuse(&mut self.stats.recvWrongTunnel, Errno::EADDRNOTAVAIL));
        }
        if flags & CONTROL == 0 && !self.sessions.contains_key(&session) {
            return Err(Self::refuse(&mut self.stats.recvUnknownSID, Errno::ENOTCONN));
        }
        let numbers =
            if flags & SEQUENCE == 0 { None } else { Some((self.word(&mut rest)?, self.word(&mut rest)?)) };
        if flags & OFFSET != 0 {
            let offset = usize::from(self.word(&mut rest)?);
            rest = rest.get(offset..).ok_or_else(|| self.invalid())?;
        }
        let start = rest.as_ptr() as usize - packet.bytes().as_ptr() as usize;
        let end = start + rest.len();
        let mut payload = packet;
        payload.splice(end, usize::MAX, &[]);
        payload.splice(0, start, &[]);
        match numbers {
            Some((ns, nr)) if flags & CONTROL != 0 => self.control_in(context, session, ns, nr, payload),
            _ => self.data_in(context, session, whole, numbers.map(|(ns, _)| ns), payload),
        }
    }

    fn check_flags(&mut self, flags: u16, left: usize) -> Result<(), Errno> {
        let (clear, set) = if flags & CONTROL != 0 { CONTROL_BITS } else { DATA_BITS };
        if flags & clear != 0 || !flags & set != 0 {
            return Err(self.invalid());
        }
        let has = |bit: u16, len: usize| if flags & bit != 0 { len } else { 0 };
        if left < 4 + has(LENGTH, 2) + has(SEQUENCE, 4) + has(OFFSET, 2) {
            return Err(self.runt());
        }
        Ok(())
    }

    /// Data of a session. `whole` is the length of its packet, `ns` its number if it has one.
    fn data_in(
        &mut self,
        context: &mut Context<'_>,
        id: u16,
        whole: usize,
        ns: Option<u16>,
        payload: Packet,
    ) -> Result<(), Errno> {
        let session = self.sessions.get_mut(&id).ok_or(Errno::ENOTCONN)?;
        session.stats.recvPackets += 1;
        session.stats.recvOctets += whole as u64;
        // The peer says whether packets are numbered, unless this end is to.
        if session.config.control_dseq == 0 {
            session.config.enable_dseq = u8::from(ns.is_some());
        }
        if let Some(ns) = ns {
            if session.config.enable_dseq != 0 && ahead(ns, session.nr) < 0 {
                count(&mut self.stats.recvDataDrops);
                return Ok(());
            }
            session.nr = ns.wrapping_add(1);
        }
        if payload.len() == 0 {
            return Ok(());
        }
        context.send_by(hook_of(id), payload, ASKED)
    }
}
