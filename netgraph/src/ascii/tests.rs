use super::*;
use crate::error::Errno;

static OCTETS: Type = Type::FixedArray(&UINT8, 4);

fn octets(text: &str) -> Result<Vec<u8>, Errno> {
    parse(&OCTETS, text).map_err(|error| error.errno)
}

#[test]
fn an_index_takes_no_white_space_before_its_sign() {
    assert_eq!(octets("[ 2=5 6 ]"), Ok(vec![0, 0, 5, 6]));
    assert_eq!(octets("[ 2= 5 ]"), Ok(vec![0, 0, 5, 0]));
    // The kernel steps over the index and one more byte: '=' is the element's value, and 5 is the next element.
    assert_eq!(octets("[ 1 =5 ]"), Err(Errno::EINVAL));
    assert_eq!(octets("[ 3 =5 ]"), Err(Errno::E2BIG));
    assert_eq!(octets("[ 1  = 5 ]"), Err(Errno::EINVAL));
}

#[test]
fn a_string_is_too_long_for_a_negative_count_of_bytes() {
    fn negative(_: Before<'_>) -> Option<usize> {
        None
    }
    static BYTES: Type = Type::Bytes(negative);
    for text in ["\"\"", "\"a\""] {
        assert_eq!(parse(&BYTES, text).map_err(|error| error.errno), Err(Errno::E2BIG), "{text}");
    }
    assert_eq!(parse(&BYTES, "[ ]").map_err(|error| error.errno), Err(Errno::EINVAL));
}

#[test]
fn what_is_wrong_is_not_beyond_the_text() {
    // The last quote opens a string that is not closed: it is as long as the token before it.
    let text = "[{\"\\x41\\100240100001000010{{{{\"";
    let error = parse(&OCTETS, text).unwrap_err();
    assert_eq!((error.errno, error.at), (Errno::EINVAL, text.len()));
}

#[test]
fn lengths_read_what_is_missing_as_zeros() {
    let before = Before { data: &[1, 2], missing: 3, arglen: 0 };
    assert_eq!(before.u8_back(0), Some(0));
    assert_eq!(before.u16_back(2), Some(u16::from_ne_bytes([2, 0])));
    assert_eq!(before.u32_back(1), Some(u32::from_ne_bytes([1, 2, 0, 0])));
    assert_eq!(before.u32_back(2), None);
}

#[test]
fn what_is_appended_stays_as_it_was_after_an_error() {
    let (mut args, mut text) = (vec![9], String::from("x"));
    assert!(parse_into(&OCTETS, "[ 1 2", &mut args).is_err());
    parse_into(&OCTETS, "[ 1 2 ]", &mut args).unwrap();
    assert_eq!(args, [9, 1, 2, 0, 0]);
    fn absurd(_: Before<'_>) -> Option<usize> {
        Some(1 << 30)
    }
    static ABSURD: Type = Type::Array(&UINT8, absurd);
    assert!(unparse_into(&ABSURD, &[1; 30_000], &mut text).is_err());
    unparse_into(&OCTETS, &[0, 7], &mut text).unwrap();
    assert_eq!(text, "x[ 1=7 ]");
}
