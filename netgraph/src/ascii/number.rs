//! Numbers as the kernel's strtol(), strtoul() and strtoq() read them.

use super::token::is_space;

/// A number that was read: its value, and the offset of what follows.
pub(super) struct Number<T> {
    pub(super) value: T,
    pub(super) end: usize,
}

struct Digits {
    negative: bool,
    /// The magnitude, or `None` where it does not fit `limit`.
    magnitude: Option<u64>,
    end: usize,
}

/// Reads white space, a sign, a prefix and digits. `None` where there is no digit.
fn digits(text: &[u8], at: usize, base: u32, limit: fn(bool) -> u64) -> Option<Digits> {
    let byte = |i: usize| text.get(i).copied().unwrap_or(0);
    let mut i = at;
    while is_space(byte(i)) {
        i += 1;
    }
    let negative = byte(i) == b'-';
    if negative || byte(i) == b'+' {
        i += 1;
    }
    let mut base = base;
    if (base == 0 || base == 16) && byte(i) == b'0' && matches!(byte(i + 1), b'x' | b'X') {
        base = 16;
        i += 2;
    }
    if base == 0 {
        base = if byte(i) == b'0' { 8 } else { 10 };
    }
    let start = i;
    let limit = limit(negative);
    let mut magnitude = Some(0u64);
    while let Some(digit) = char::from(byte(i)).to_digit(base) {
        magnitude = magnitude
            .and_then(|m| m.checked_mul(u64::from(base)))
            .and_then(|m| m.checked_add(u64::from(digit)))
            .filter(|m| *m <= limit);
        i += 1;
    }
    (i > start).then_some(Digits { negative, magnitude, end: i })
}

/// Reads a signed number; one that does not fit saturates.
pub(super) fn signed(text: &[u8], at: usize) -> Option<Number<i64>> {
    let read = digits(text, at, 0, |negative| if negative { 1 << 63 } else { i64::MAX as u64 })?;
    let value = match (read.magnitude, read.negative) {
        (Some(m), false) => m as i64,
        (Some(m), true) => (m as i64).wrapping_neg(),
        (None, false) => i64::MAX,
        (None, true) => i64::MIN,
    };
    Some(Number { value, end: read.end })
}

/// Reads an unsigned number; a minus wraps it around, one that does not fit saturates.
pub(super) fn unsigned(text: &[u8], at: usize, base: u32) -> Option<Number<u64>> {
    let read = digits(text, at, base, |_| u64::MAX)?;
    let value = match read.magnitude {
        Some(m) if read.negative => m.wrapping_neg(),
        Some(m) => m,
        None => u64::MAX,
    };
    Some(Number { value, end: read.end })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_saturate_and_wrap_as_in_the_kernel() {
        let s = |t: &str| signed(t.as_bytes(), 0).map(|n| (n.value, n.end));
        let u = |t: &str| unsigned(t.as_bytes(), 0, 0).map(|n| (n.value, n.end));
        assert_eq!(s(" -12x"), Some((-12, 4)));
        assert_eq!(s("0x"), None);
        assert_eq!(s("08"), Some((0, 1)));
        assert_eq!(s("99999999999999999999"), Some((i64::MAX, 20)));
        assert_eq!(s("-9223372036854775808"), Some((i64::MIN, 20)));
        assert_eq!(u("-1"), Some((u64::MAX, 2)));
        assert_eq!(u("0xfF"), Some((255, 4)));
        assert_eq!(u(""), None);
    }
}
