//! The multilink protocol on the way up: pieces wait until their packets are complete, or cannot be any more.

use std::time::Duration;

use super::multilink::extend;
use super::way::{cut_protocol, is_valid};
use super::*;

/// How many pieces wait at the most.
const PIECES_MAX: usize = 128;
/// How long a packet that is complete waits for one before it.
const PATIENCE: Duration = Duration::from_secs(2);

/// A piece of a packet.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Piece {
    seq: i32,
    first: bool,
    last: bool,
    came: Duration,
    data: Packet,
}

impl Ppp {
    fn is_short(&self) -> bool {
        self.config.bund.recvShortSeq != 0
    }

    fn difference(&self, one: i32, other: i32) -> i32 {
        extend(one.wrapping_sub(other), self.is_short())
    }

    fn follows(&self, next: i32, seq: i32) -> bool {
        next == extend(seq.wrapping_add(1), self.is_short())
    }

    /// A piece from a link. What becomes of the packet that it completes is not its sender's business.
    pub(super) fn take_piece(
        &mut self,
        context: &mut Context<'_>,
        link: u16,
        mut data: Packet,
    ) -> Result<(), Errno> {
        let short = self.is_short();
        let header = if short { 2 } else { 4 };
        let number = match data.bytes() {
            [a, b, ..] if short => Some((u32::from_be_bytes([0, 0, *a, *b]), 16)),
            [a, b, c, d, ..] => Some((u32::from_be_bytes([*a, *b, *c, *d]), 0)),
            _ => None,
        };
        let Some((number, shift)) = number else {
            self.link(link).counted.runts += 1;
            return Err(Errno::EINVAL);
        };
        data.splice(0, header, &[]);
        let flags = number << shift;
        let (first, last) = (flags >> 31 == 1, flags >> 30 & 1 == 1);
        let seq = extend(number as i32, short);
        if self.difference(seq, self.multilink.mseq) < 0 {
            self.link(link).counted.dropFragments += 1;
            return Ok(());
        }
        self.multilink.received(link, seq, short);
        let mut place = self.multilink.pieces.len();
        while let Some(there) = place.checked_sub(1).and_then(|before| self.multilink.pieces.get(before)) {
            match self.difference(seq, there.seq) {
                0 => {
                    self.link(link).counted.dupFragments += 1;
                    return Err(Errno::EINVAL);
                }
                ahead if ahead > 0 => break,
                _ => place -= 1,
            }
        }
        let came = context.now;
        self.multilink.pieces.insert(place, Piece { seq, first, last, came, data });
        self.deliver_pieces(context);
        Ok(())
    }

    /// Hands up what is complete, and drops what cannot be any more.
    fn deliver_pieces(&mut self, context: &mut Context<'_>) {
        loop {
            while let Some(count) = self.complete() {
                self.deliver(context, count);
            }
            if self.trim() {
                continue;
            }
            if self.multilink.pieces.len() < PIECES_MAX {
                return;
            }
            let oldest = self.multilink.pieces.remove(0).seq;
            self.multilink.give_up_before(oldest, self.is_short());
            self.bundle.counted.dropFragments += 1;
        }
    }

    /// How many pieces make a whole packet that may be handed up now.
    fn complete(&self) -> Option<usize> {
        let pieces = &self.multilink.pieces;
        let first = pieces.first().filter(|piece| piece.first)?;
        if self.difference(first.seq, self.multilink.mseq) > 1 {
            return None;
        }
        let mut count = 1;
        let mut end = first;
        while !end.last {
            end = pieces.get(count).filter(|next| self.follows(next.seq, end.seq))?;
            count += 1;
        }
        Some(count)
    }

    /// Hands up the packet that the first pieces make.
    fn deliver(&mut self, context: &mut Context<'_>, count: usize) {
        let mut pieces = self.multilink.pieces.drain(..count);
        let Some(Piece { mut data, mut seq, .. }) = pieces.next() else { return };
        let mut rest = Vec::new();
        for piece in pieces {
            rest.extend_from_slice(piece.data.bytes());
            seq = piece.seq;
        }
        data.splice(data.len(), data.len(), &rest);
        self.multilink.give_up_before(seq, self.is_short());
        let Some(protocol) = cut_protocol(&mut data) else { return };
        if !is_valid(protocol) {
            self.bundle.counted.badProtos += 1;
            return;
        }
        self.bundle.received(data.len());
        let start = context.outputs.len();
        let _ = self.decrypt(context, protocol, NG_PPP_BUNDLE_LINKNUM, data);
        for output in context.outputs.iter_mut().skip(start).flatten() {
            output.note = BESIDES;
        }
    }

    /// Drops the first pieces if theirs is a packet that can never be complete. Returns whether there were any.
    fn trim(&mut self) -> bool {
        let mut removed = false;
        while let Some(count) = self.dead() {
            self.multilink.pieces.drain(..count);
            self.bundle.counted.dropFragments += count as u64;
            removed = true;
        }
        removed
    }

    fn dead(&self) -> Option<usize> {
        let pieces = &self.multilink.pieces;
        for (place, pair) in pieces.windows(2).enumerate() {
            let [piece, next] = pair else { return None };
            if self.difference(piece.seq, self.multilink.mseq) >= 0 {
                return None;
            }
            if !self.follows(next.seq, piece.seq) || piece.last || next.first {
                return Some(place + 1);
            }
        }
        None
    }

    /// The first packet that is complete, wherever it is: its place, and how many pieces it has.
    fn first_complete(&self) -> Option<(usize, usize)> {
        let pieces = &self.multilink.pieces;
        let mut expected = pieces.first()?.seq;
        let mut begin = None;
        for (place, piece) in pieces.iter().enumerate() {
            if piece.first {
                begin = Some(place);
            } else if piece.seq != expected {
                begin = None;
            }
            if let Some(begin) = begin.filter(|_| piece.last) {
                return Some((begin, place + 1 - begin));
            }
            expected = extend(expected.wrapping_add(1), self.is_short());
        }
        None
    }

    /// The timer: packets that have waited too long are handed up, whatever is missing before them.
    pub(super) fn look_through(&mut self, context: &mut Context<'_>, token: u32) {
        if self.multilink.timer != Some(token) {
            return;
        }
        while let Some((place, count)) = self.first_complete() {
            let came = self.multilink.pieces.get(place).map_or(context.now, |piece| piece.came);
            if context.now.saturating_sub(came) < PATIENCE {
                break;
            }
            self.multilink.pieces.drain(..place);
            self.bundle.counted.dropFragments += place as u64;
            self.deliver(context, count);
        }
        self.multilink.set_timer(context);
    }
}
