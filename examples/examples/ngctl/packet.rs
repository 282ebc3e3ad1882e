//! The packets that `write` sends.

use std::fs::File;
use std::io::Read;

use netgraph_examples::original::why_io;

use super::Stop;

/// The longest of them, in bytes.
pub(super) const PACKET_MAX: usize = 8192;

/// Reads a packet from a file.
pub(super) fn read_packet(file: &str) -> Result<Vec<u8>, Stop> {
    let failed = |error| Stop::Failed(format!("can't read file \"{file}\": {}", why_io(&error)));
    let mut packet = Vec::new();
    File::open(file).map_err(failed)?.take(PACKET_MAX as u64).read_to_end(&mut packet).map_err(failed)?;
    if packet.is_empty() {
        return Err(Stop::Failed(format!("file \"{file}\" is empty")));
    }
    Ok(packet)
}

/// A byte as scanf(3) reads it with %i: decimal, octal after `0`, hexadecimal after `0x`; what follows is passed over.
pub(super) fn byte(word: &str) -> Result<u8, Stop> {
    let (negative, digits) = match word.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, word.strip_prefix('+').unwrap_or(word)),
    };
    let hex = digits.strip_prefix("0x").or(digits.strip_prefix("0X"));
    let (digits, radix) = match hex {
        Some(digits) => (digits, 16),
        None => (digits, if digits.starts_with('0') { 8 } else { 10 }),
    };
    let end = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
    let value = i64::from_str_radix(digits.get(..end).unwrap_or_default(), radix).ok();
    let value = value.map(|value| if negative { -value } else { value });
    let value = value.filter(|value| (-128..=255).contains(value));
    value.map(|value| value as u8).ok_or_else(|| Stop::Failed(format!("invalid byte \"{word}\"")))
}
