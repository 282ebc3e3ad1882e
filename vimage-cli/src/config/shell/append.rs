//! `name+=value`, as sysrc(8) means it.

/// What splits words where the delimiter is a blank: the shell's own field separators.
const BLANKS: &[u8] = b" \t\n";

/// The old value with the items of `value` that it lacks added at its end.
///
/// An item that the value itself names twice is added twice: sysrc(8) compares with the old value only.
pub(super) fn append(old: &[u8], value: &[u8]) -> Vec<u8> {
    let delimiter = match value.first() {
        None => b' ',
        Some(byte) if BLANKS.contains(byte) || byte.is_ascii_alphanumeric() || b"./".contains(byte) => b' ',
        // A character of several bytes cannot be one byte of a delimiter.
        Some(byte) if !byte.is_ascii() => b' ',
        Some(&byte) => byte,
    };
    let splits = |byte: &u8| if delimiter == b' ' { BLANKS.contains(byte) } else { *byte == delimiter };
    let present: Vec<&[u8]> = old.split(splits).collect();

    let mut new = old.to_vec();
    for item in value.split(splits).filter(|item| !item.is_empty() && !present.contains(item)) {
        new.push(delimiter);
        new.extend_from_slice(item);
    }
    if new.first() == Some(&delimiter) {
        new.remove(0);
    }
    new
}

#[cfg(test)]
mod tests {
    use super::append;

    fn appended(old: &str, value: &str) -> String {
        String::from_utf8(append(old.as_bytes(), value.as_bytes())).unwrap()
    }

    #[test]
    fn the_sequence_of_the_manual_page_gives_what_it_says() {
        assert_eq!(appended("", "gif0"), "gif0");
        assert_eq!(appended("gif0", "gif0"), "gif0");
        assert_eq!(appended("gif0", "tun0 gif0"), "gif0 tun0");
        assert_eq!(appended("gif0", " gif0"), "gif0");
    }

    #[test]
    fn the_first_character_is_the_delimiter_unless_it_is_a_word_character() {
        assert_eq!(appended("a,b", ",c"), "a,b,c");
        assert_eq!(appended("a,b", ",b,d"), "a,b,d");
        assert_eq!(appended("", ",c"), "c");
        assert_eq!(appended("a", "/b"), "a /b");
        assert_eq!(appended("a", "\tb"), "a b");
        assert_eq!(appended("a", "éb"), "a éb");
        assert_eq!(appended("a", ""), "a");
    }

    #[test]
    fn a_leading_delimiter_of_the_old_value_is_dropped() {
        assert_eq!(appended(" a", "b"), "a b");
    }
}
