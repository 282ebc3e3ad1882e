//! The tokens of the text form.

use std::fmt::{self, Write};

/// A token; its length in bytes comes beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    LeftBracket,
    RightBracket,
    LeftBrace,
    RightBrace,
    Equals,
    String,
    Word,
    Error,
    End,
}

/// White space as the kernel's isspace() has it.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// Returns the offset of the first byte from `at` on that is no white space.
pub(super) fn skip_space(text: &[u8], at: usize) -> usize {
    at + text.get(at..).unwrap_or_default().iter().take_while(|b| is_space(**b)).count()
}

/// Reads the token at or after `at`: its kind, where it starts, and its length.
pub(super) fn token(text: &[u8], at: usize) -> (Token, usize, usize) {
    let start = skip_space(text, at);
    let rest = text.get(start..).unwrap_or_default();
    let single = |token| (token, start, 1);
    match rest.first() {
        None => (Token::End, start, 0),
        Some(b'{') => single(Token::LeftBrace),
        Some(b'}') => single(Token::RightBrace),
        Some(b'[') => single(Token::LeftBracket),
        Some(b']') => single(Token::RightBracket),
        Some(b'=') => single(Token::Equals),
        Some(b'"') => match string(text, start) {
            Some(string) => (Token::String, start, string.len),
            None => (Token::Error, start, 0),
        },
        Some(_) => {
            let ends = |b: &u8| is_space(*b) || matches!(b, b'{' | b'}' | b'[' | b']' | b'=' | b'"');
            let len = 1 + rest.iter().skip(1).take_while(|b| !ends(b)).count();
            (Token::Word, start, len)
        }
    }
}

/// Where a string constant stands.
pub(super) struct Quoted {
    /// Where it starts.
    pub(super) start: usize,
    /// How many bytes of text the kernel takes it for. It counts a byte too few for each `\x` escape and for each
    /// escape of an ordinary character, so that what follows such a string begins before the string's end.
    pub(super) len: usize,
    /// How many bytes it stands for.
    pub(super) size: usize,
}

/// Finds a string constant at or after `at`. `None` where there is none, or where its closing quote is missing.
pub(super) fn string(text: &[u8], at: usize) -> Option<Quoted> {
    read_string(text, at, |_| {})
}

/// Reads a string constant at or after `at`, and hands out the bytes that it stands for. `None` as for [`string`].
pub(super) fn read_string(text: &[u8], at: usize, mut put: impl FnMut(u8)) -> Option<Quoted> {
    let start = skip_space(text, at);
    let mut rest = text.get(start..)?.strip_prefix(b"\"")?;
    let (mut size, mut len) = (0, 1);
    loop {
        let (&first, after) = rest.split_first()?;
        rest = after;
        len += 1;
        let byte = match (first, rest.first()) {
            (b'"', _) => return Some(Quoted { start, len, size }),
            (b'\\', Some(&escape)) => {
                let (byte, taken, counted) = unescape(escape, rest)?;
                rest = rest.get(taken..).unwrap_or_default();
                len += counted;
                byte
            }
            _ => first,
        };
        put(byte);
        size += 1;
    }
}

/// Decodes what follows a backslash: the byte it stands for, how many bytes it takes, and how many of them the
/// kernel counts.
///
/// `None` for a NUL written with digits, `\0` excepted: the kernel decodes in place, takes the NUL for the end of the
/// text, and misses the closing quote.
fn unescape(escape: u8, rest: &[u8]) -> Option<(u8, usize, usize)> {
    Some(match escape {
        b't' => (b'\t', 1, 1),
        b'n' => (b'\n', 1, 1),
        b'r' => (b'\r', 1, 1),
        b'v' => (0x0b, 1, 1),
        b'f' => (0x0c, 1, 1),
        b'"' => (b'"', 1, 1),
        // The kernel means to take three digits at most, and takes them all.
        b'0'..=b'7' => {
            let digits = rest.iter().take_while(|b| matches!(b, b'0'..=b'7'));
            let (value, count) = digits.fold((0u8, 0), |(v, n), b| ((v << 3).wrapping_add(b - b'0'), n + 1));
            if value == 0 && count > 1 {
                return None;
            }
            (value, count, count)
        }
        b'x' => {
            let digits = rest.iter().skip(1).map_while(|b| char::from(*b).to_digit(16));
            let (value, count) = digits.fold((0u8, 0), |(v, n), d| ((v << 4).wrapping_add(d as u8), n + 1));
            if value == 0 && count > 0 {
                return None;
            }
            (value, count + 1, count)
        }
        other => (other, 1, 0),
    })
}

/// Writes `raw` as a string constant.
pub(super) fn quote(raw: impl Iterator<Item = u8>, out: &mut (impl Write + ?Sized)) -> fmt::Result {
    out.write_char('"')?;
    for byte in raw {
        match byte {
            b'\t' => out.write_str("\\t")?,
            0x0c => out.write_str("\\f")?,
            b'\n' => out.write_str("\\n")?,
            b'\r' => out.write_str("\\r")?,
            0x0b => out.write_str("\\v")?,
            b'"' => out.write_str("\\\"")?,
            b'\\' => out.write_str("\\\\")?,
            0x20..=0x7e => out.write_char(char::from(byte))?,
            _ => write!(out, "\\x{byte:02x}")?,
        }
    }
    out.write_char('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_decoded() {
        let value = |t: &str| {
            let mut value = String::new();
            let quoted = read_string(t.as_bytes(), 0, |byte| value.push(char::from(byte)))?;
            assert_eq!(quoted.size, value.len());
            Some((value, quoted.len))
        };
        assert_eq!(value(r#" "a\tb" "#), Some(("a\tb".into(), 6)));
        assert_eq!(value(r#""\101\n""#), Some(("A\n".into(), 8)));
        // One byte short each: the kernel's own count.
        assert_eq!(value(r#""\x41""#), Some(("A".into(), 5)));
        assert_eq!(value(r#""\\""#), Some(("\\".into(), 3)));
        assert_eq!(value(r#""open"#), None);
        assert_eq!(value("word"), None);
        // A NUL ends the kernel's string before its quote, unless it is written with one digit, or with none.
        assert_eq!(value(r#""a\0b""#), Some(("a\0b".into(), 6)));
        assert_eq!(value(r#""a\xz""#), Some(("a\0z".into(), 5)));
        for text in [r#""\000""#, r#""\00""#, r#""\x00""#, r#""\x0""#, r#""\x100""#, r#""\400""#] {
            assert_eq!(value(text), None, "{text}");
        }
    }
}
