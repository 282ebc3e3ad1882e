//! Text in place, as the kernel's fixed fields hold it.

use std::hash::{Hash, Hasher};

use super::NAME_MAX;

/// How many bytes a field has.
const FIELD: usize = NAME_MAX + 1;
const WORD: usize = size_of::<u64>();

/// Up to 31 bytes of text in place, with NULs behind: no name is ever allocated.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Text([u8; FIELD]);

impl Text {
    pub(super) const fn new(text: &[u8]) -> Option<Self> {
        if text.len() > NAME_MAX {
            return None;
        }
        let mut bytes = [0; FIELD];
        let mut i = 0;
        while i < text.len() {
            bytes[i] = text[i];
            i += 1;
        }
        Some(Self(bytes))
    }

    /// The text before the first NUL of a fixed field of the kernel's, cut to 31 bytes.
    #[inline]
    pub(super) fn from_field(field: &[u8]) -> Self {
        let mut whole = [0; FIELD];
        match field.first_chunk() {
            Some(field) => whole = *field,
            None => whole[..field.len()].copy_from_slice(field),
        }
        let mut bytes = [0; FIELD];
        for start in (0..FIELD).step_by(WORD) {
            let word = word(&whole, start);
            let nul = first_nul(word);
            // The lowest bit that is set, less 1: all bits below it, and all of them where none is.
            let text = word & (nul & nul.wrapping_neg()).wrapping_sub(1);
            bytes[start..start + WORD].copy_from_slice(&text.to_le_bytes());
            if nul != 0 {
                break;
            }
        }
        bytes[NAME_MAX] = 0;
        Self(bytes)
    }

    #[inline]
    fn len(&self) -> usize {
        for start in (0..FIELD).step_by(WORD) {
            let nul = first_nul(word(&self.0, start));
            if nul != 0 {
                return start + nul.trailing_zeros() as usize / 8;
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
        &self.0[..self.len()]
    }

    #[inline]
    pub(super) fn field(&self) -> [u8; FIELD] {
        self.0
    }
}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

/// Eight bytes as a number, the first of them the lowest.
#[inline]
fn word(bytes: &[u8; FIELD], start: usize) -> u64 {
    let mut word = [0; WORD];
    word.copy_from_slice(&bytes[start..start + WORD]);
    u64::from_le_bytes(word)
}

/// A number whose lowest bit that is set is the highest of the first byte that is 0; 0 where no byte is.
#[inline]
fn first_nul(word: u64) -> u64 {
    const LOW: u64 = u64::MAX / 255; // the lowest bit of each byte
    word.wrapping_sub(LOW) & !word & (LOW << 7)
}
