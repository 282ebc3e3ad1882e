//! What the other end of the line says of it.

use super::*;

/// An element of an answer: its type, and its bytes.
type Element<'a> = (u8, &'a [u8]);

/// The kinds of elements.
enum Said<'a> {
    /// Whether all channels are told, or the numbers alone.
    Report(&'a [u8]),
    Numbers(&'a [u8]),
    Channel(&'a [u8]),
    Other,
}

fn said((kind, bytes): Element<'_>) -> Said<'_> {
    match kind {
        0x01 | 0x51 => Said::Report(bytes),
        0x03 | 0x53 => Said::Numbers(bytes),
        0x07 | 0x57 => Said::Channel(bytes),
        _ => Said::Other,
    }
}

/// Returns the elements of an answer, up to one that is longer than what is left.
fn elements(mut rest: &[u8]) -> impl Iterator<Item = Element<'_>> {
    std::iter::from_fn(move || {
        let (kind, len) = (*rest.first()?, usize::from(*rest.get(1)?));
        let bytes = rest.get(2..2 + len)?;
        rest = rest.get(2 + len..)?;
        Some((kind, bytes))
    })
}

/// The number of a channel, which has two bytes of its own, or two that are shared.
fn channel(bytes: &[u8]) -> Option<u16> {
    match *bytes {
        [high, low, _, _, _, _] => Some(u16::from_be_bytes([high, low])),
        [high, low, _] => Some(u16::from(high & 0x3f) << 4 | u16::from(low & 0x78) >> 3),
        _ => None,
    }
}

impl Lmi {
    /// Checks an answer, and returns its elements. While the protocol is found out, the answer says which one it is.
    pub(super) fn check<'a>(&mut self, frame: &'a [u8]) -> Option<&'a [u8]> {
        let (header, rest) = frame.split_first_chunk::<4>()?;
        let [0x03, id, call, kind] = *header else { return None };
        if self.mode == Mode::Auto {
            self.protocol = if id == 9 { Protocol::GroupOf4 } else { Protocol::None };
            if id != 8 && id != 9 {
                return None;
            }
        } else if id != self.protocol.id() {
            return None;
        }
        if call != 0 || kind != 0x7d {
            return None;
        }
        let shifted = rest.first() == Some(&0x95);
        if self.mode == Mode::Auto && self.protocol == Protocol::None {
            self.protocol = if shifted { Protocol::AnnexD } else { Protocol::AnnexA };
        } else if shifted != (self.protocol == Protocol::AnnexD) {
            return None;
        }
        let rest = if shifted { rest.get(1..)? } else { rest };
        self.holds(rest).then_some(rest)
    }

    /// Whether the elements are those of an answer, in their order.
    fn holds(&self, rest: &[u8]) -> bool {
        let (mut report, mut numbers, mut len) = (None, false, 0);
        for element in elements(rest) {
            len += 2 + element.1.len();
            match said(element) {
                Said::Report(_) if report.is_some() => {}
                Said::Report([0]) => report = Some(true),
                // All was asked for.
                Said::Report([1]) if self.since_full <= NG_LMI_SEQ_PER_FULL => report = Some(false),
                Said::Numbers(_) if report.is_some() && numbers => {}
                Said::Numbers([_, local]) if report.is_some() && *local == self.local_seq => numbers = true,
                Said::Channel(bytes) if numbers && report == Some(true) => {
                    let wanted = if self.protocol == Protocol::GroupOf4 { 6 } else { 3 };
                    let number = channel(bytes).filter(|number| *number <= CHANNEL_MAX);
                    if bytes.len() != wanted || number.is_none() {
                        return false;
                    }
                }
                Said::Other => {}
                _ => return false,
            }
        }
        // What is left at the end is odd, and no reason to refuse the rest.
        len != rest.len() || (report.is_some() && numbers)
    }

    /// Takes up what an answer says.
    pub(super) fn take(&mut self, hook: &[u8], rest: &[u8]) {
        if self.mode == Mode::Auto {
            self.channel = std::str::from_utf8(hook).ok().map(str::to_owned);
            self.mode = Mode::Detected;
        }
        let mut reported = false;
        for element in elements(rest) {
            match said(element) {
                Said::Report(bytes) => {
                    let is_first = !std::mem::replace(&mut reported, true);
                    if is_first && bytes == [0] {
                        self.doubt();
                    }
                }
                Said::Numbers([remote, local]) => {
                    self.remote_seq = *remote;
                    if *local == self.local_seq {
                        // 0 is no number.
                        self.local_seq = self.local_seq.wrapping_add(1).max(1);
                        self.asked = 0;
                    }
                }
                Said::Channel(bytes) => {
                    if let Some(number) = channel(bytes).filter(|number| *number <= CHANNEL_MAX) {
                        self.channels.insert(number, true);
                    }
                }
                _ => {}
            }
        }
    }

    /// All channels are told: ten of them are taken to be down, unless they are among those that are told.
    fn doubt(&mut self) {
        for _ in 0..10 {
            if self.doubted > CHANNEL_MAX {
                self.doubted = 0;
            }
            if let Some(up) = self.channels.get_mut(&self.doubted) {
                *up = false;
            }
            self.doubted += 1;
        }
        if self.since_full > NG_LMI_SEQ_PER_FULL {
            self.since_full = 0;
        }
    }
}
