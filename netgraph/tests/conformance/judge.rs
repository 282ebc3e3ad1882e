//! Whether an answer is the one that was recorded.

use std::collections::BTreeSet;

use netgraph::ascii;
use netgraph::error::Errno;
use netgraph::message::Payload;
use netgraph::nodes::bridge::Table;
use netgraph::sys::{NGM_BRIDGE_COOKIE, NGM_BRIDGE_GET_TABLE, ng_bridge_hostent};
use serde_json::Value;

/// How many bytes of an entry are the same in every run: all but the two times at its end.
const STEADY: usize = size_of::<ng_bridge_hostent>() - 4;

/// Tells whether the answers agree. `ANY` stands for anything, `any_of` for one of several, and times of a bridge's
/// hosts may differ by 1.
pub(crate) fn agree(expected: &Value, got: &Value) -> bool {
    if let Some(Value::Array(several)) = expected.get("any_of") {
        return several.iter().any(|one| agree(one, got));
    }
    if let Some(agreed) = tables_agree(expected, got) {
        return agreed;
    }
    match (expected, got) {
        (Value::String(any), _) if any == "ANY" => true,
        (Value::String(one), Value::String(other)) if named(one).is_some_and(|name| name == other) => true,
        (Value::Object(expected), Value::Object(got)) => {
            expected.len() == got.len()
                && expected.iter().all(|(key, value)| got.get(key).is_some_and(|other| agree(value, other)))
        }
        (Value::Array(expected), Value::Array(got)) => {
            expected.len() == got.len() && expected.iter().zip(got).all(|(one, other)| agree(one, other))
        }
        _ => expected == got,
    }
}

/// The name of an errno that the recorder had no name for, and wrote as its number: `E42`.
fn named(errno: &str) -> Option<&'static str> {
    Errno::from_raw(errno.strip_prefix('E')?.parse().ok()?).name()
}

/// Tells whether answers agree that differ between two real kernels: the counts of node types, which are of all VNETs
/// together.
pub(crate) fn agree_elsewhere(step: &str, expected: &Value, got: &Value) -> bool {
    let names = |answer: &Value| {
        let types = answer["ok"].as_array().cloned().unwrap_or_default();
        types.into_iter().map(|one| one[0].to_string()).collect::<BTreeSet<_>>()
    };
    // The machine may have more types than the one that was recorded.
    // The firewall is not loaded for a trial.
    let mut wanted = names(expected);
    wanted.remove("\"ipfw\"");
    step.split_whitespace().next() == Some("listtypes") && !wanted.is_empty() && wanted.is_subset(&names(got))
}

/// Tells whether answers differ only in what a string without a NUL reads as: it goes on into whatever memory lies
/// behind the message.
pub(crate) fn agree_to_the_end(step: &str, expected: &Value, got: &Value) -> bool {
    let words: Vec<&str> = step.split_whitespace().collect();
    let (Some(&("roundtrip" | "b2a")), Some(digits)) = (words.first(), words.last()) else { return false };
    let (bytes, unended) = (digits.len() / 2, !digits.ends_with("00"));
    let outer = |answer: &Value| answer.get("ok").unwrap_or(answer).clone();
    let (expected, got) = (outer(expected), outer(got));
    let text = |answer: &Value| answer["text"].as_str().unwrap_or_default().to_owned();
    let same = text(&expected).bytes().zip(text(&got).bytes()).take_while(|(a, b)| a == b).count();
    unended && 2 * same >= bytes && ["cmd", "ascii2binary"].iter().all(|key| expected[key] == got[key])
}

/// Compares two replies to a bridge's `gettable`; `None` where they are not.
fn tables_agree(expected: &Value, got: &Value) -> Option<bool> {
    let table = |answer: &Value| {
        // As text, or of any bytes.
        let command = if answer["binary"].is_null() { &answer["reply"] } else { &answer["binary"] };
        let of_bridge = command["typecookie"] == NGM_BRIDGE_COOKIE && command["cmd"] == NGM_BRIDGE_GET_TABLE;
        answer["reply"]["args"].as_str().filter(|_| of_bridge).map(unhex)
    };
    let (one, other) = (table(expected)?, table(got)?);
    if one.len() != other.len() || one.get(..4) != other.get(..4) {
        return Some(false);
    }
    let entries = |table: &[u8]| {
        table[4..]
            .chunks(STEADY + 4)
            .map(|entry| (entry[..STEADY].to_vec(), times(entry)))
            .collect::<Vec<_>>()
    };
    let near = |(a, b): (&[u16; 2], &[u16; 2])| a.iter().zip(b).all(|(a, b)| a.abs_diff(*b) <= 1);
    let hosts_agree = entries(&one)
        .iter()
        .zip(&entries(&other))
        .all(|((host, when), (other, then))| host == other && near((when, then)));
    // The text is that of the bytes.
    let form = Table::TEXT.expect("a table has a text form");
    let text_agrees = got["text"].as_str() == ascii::unparse(form, &other).ok().as_deref();
    Some(hosts_agree && (text_agrees || expected["text"].is_null() && got["text"].is_null()))
}

fn times(entry: &[u8]) -> [u16; 2] {
    let time = |at: usize| u16::from_ne_bytes([entry[at], entry[at + 1]]);
    [time(STEADY), time(STEADY + 2)]
}

fn unhex(digits: &str) -> Vec<u8> {
    let pair = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal digits");
    (0..digits.len()).step_by(2).map(pair).collect()
}
