//! Numbers as C reads them.

/// The number that C's strtoul(3) makes of the beginning of a text in base 10, and what is left of the text.
///
/// What is too large for it is the largest there is; a minus sign makes a large number of a small one.
pub(super) fn strtoul(text: &str) -> (u64, &str) {
    let digits = text.trim_start_matches([' ', '\t', '\n', '\x0b', '\x0c', '\r']);
    let (negative, digits) = match digits.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, digits.strip_prefix('+').unwrap_or(digits)),
    };
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let Some((number, rest)) = digits.split_at_checked(end).filter(|(number, _)| !number.is_empty()) else {
        return (0, text);
    };
    match number.parse::<u64>() {
        Err(_) => (u64::MAX, rest),
        Ok(number) if negative => (number.wrapping_neg(), rest),
        Ok(number) => (number, rest),
    }
}

/// The number of a jail that a name is taken for: all of it must be a number; 0 otherwise. An empty name is one.
pub(super) fn jid_of_name(name: &str) -> i32 {
    match strtoul(name) {
        // The kernel keeps the lower half.
        (number, "") => number as i32,
        _ => 0,
    }
}

/// Whether a jail of this number may not have this name: a number that is not its own, in its plain form.
pub(super) fn is_other_number(name: &str, jid: i32) -> bool {
    let (number, rest) = strtoul(name);
    let is_own =
        i64::try_from(number) == Ok(i64::from(jid)) && name.starts_with(|c| ('1'..='9').contains(&c));
    rest.is_empty() && !is_own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_c_reads_it() {
        assert_eq!(strtoul("12ab"), (12, "ab"));
        assert_eq!(strtoul(" +7"), (7, ""));
        assert_eq!(strtoul("-1"), (u64::MAX, ""));
        assert_eq!(strtoul("99999999999999999999"), (u64::MAX, ""));
        assert_eq!(strtoul("web"), (0, "web"));
        assert_eq!(strtoul("- 1"), (0, "- 1"));
        assert_eq!(strtoul(""), (0, ""));
    }

    #[test]
    fn a_name_may_be_the_jails_own_number_and_no_other() {
        assert_eq!(
            [jid_of_name("7"), jid_of_name("7a"), jid_of_name("-5"), jid_of_name("4294967303")],
            [7, 0, -5, 7]
        );
        assert!(!is_other_number("7", 7) && !is_other_number("web", 7) && !is_other_number("7a", 7));
        assert!(is_other_number("8", 7) && is_other_number("07", 7) && is_other_number("+7", 7));
    }
}
