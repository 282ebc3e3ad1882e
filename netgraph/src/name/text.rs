//! Text in place, as the kernel's fixed fields hold it.

use std::cmp::Ordering;

use zerocopy::IntoBytes;

use super::NAME_MAX;

/// How many bytes a field has.
const FIELD: usize = NAME_MAX + 1;
const WORD: usize = size_of::<u64>();
const WORDS: usize = FIELD / WORD;

/// Up to 31 bytes of text in place, with NULs behind: no name is ever allocated. Held as the words that the bytes make in
/// memory, so that a name is read, copied and compared in four steps.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Text([u64; WORDS]);

impl Text {
    pub(super) const fn new(text: &[u8]) -> Option<Self> {
        if text.len() > NAME_MAX {
            return None;
        }
        let mut words = [0; WORDS];
        let mut i = 0;
        while i < text.len() {
            words[i / WORD] |= (text[i] as u64) << (i % WORD * 8);
            i += 1;
        }
        i = 0;
        while i < WORDS {
            words[i] = words[i].to_le();
            i += 1;
        }
        Some(Self(words))
    }

    /// The text before the first NUL of a fixed field of the kernel's, cut to 31 bytes.
    #[inline]
    pub(super) fn from_field(field: &[u8]) -> Self {
        match field.first_chunk() {
            Some(field) => Self::of(*field),
            None => {
                let mut whole = [0; FIELD];
                whole[..field.len()].copy_from_slice(field);
                Self::of(whole)
            }
        }
    }

    #[inline]
    fn of(field: [u8; FIELD]) -> Self {
        let [a, b, c, d]: [u64; WORDS] = zerocopy::transmute!(field);
        // There is a NUL in the last byte, if there is none before.
        let last = u64::from_le(d) & (u64::MAX >> 8);
        let mut words = [0; WORDS];
        for (to, word) in words.iter_mut().zip([a, b, c, last.to_le()]) {
            let word = u64::from_le(word);
            let nul = first_nul(word);
            // The lowest bit that is set, less 1: all bits below it, and all of them where none is.
            *to = (word & (nul & nul.wrapping_neg()).wrapping_sub(1)).to_le();
            if nul != 0 {
                break;
            }
        }
        Self(words)
    }

    #[inline]
    fn len(&self) -> usize {
        for (i, word) in self.0.iter().enumerate() {
            let nul = first_nul(u64::from_le(*word));
            if nul != 0 {
                return i * WORD + nul.trailing_zeros() as usize / 8;
            }
        }
        NAME_MAX
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.0[0] == 0
    }

    #[inline]
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0.as_bytes()[..self.len()]
    }

    #[inline]
    pub(super) fn field(&self) -> [u8; FIELD] {
        zerocopy::transmute!(self.0)
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.as_bytes().cmp(other.0.as_bytes())
    }
}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A number whose lowest bit that is set is the highest of the first byte that is 0; 0 where no byte is.
#[inline]
fn first_nul(word: u64) -> u64 {
    const LOW: u64 = u64::MAX / 255; // the lowest bit of each byte
    word.wrapping_sub(LOW) & !word & (LOW << 7)
}
