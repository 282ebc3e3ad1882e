//! Structs of 64-bit counters: how nodes are asked for them, and how they are kept in the file of a machine, one number after
//! the other as in the C struct.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};
use zerocopy::{FromBytes, Immutable, IntoBytes};

pub(super) fn serialize<T: IntoBytes + Immutable, S: Serializer>(
    counters: &T,
    to: S,
) -> Result<S::Ok, S::Error> {
    let words = counters.as_bytes().chunks_exact(size_of::<u64>());
    to.collect_seq(words.filter_map(|word| u64::read_from_bytes(word).ok()))
}

pub(super) fn deserialize<'de, T: FromBytes, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    let words = Vec::<u64>::deserialize(from)?;
    T::read_from_bytes(words.as_bytes()).map_err(|_| D::Error::custom("wrong number of counters"))
}

/// Counts one more; the kernel's counters begin anew behind their highest number.
pub(super) fn count(counter: &mut u32) {
    *counter = counter.wrapping_add(1);
}

/// Answers one of the three messages of a type with counters: `get` reads them, `clear` sets them to 0, and any other command
/// does both.
pub(super) fn answer<T: IntoBytes + Immutable + Default>(
    counters: &mut T,
    cmd: u32,
    get: u32,
    clear: u32,
) -> Option<Vec<u8>> {
    let reply = (cmd != clear).then(|| counters.as_bytes().to_vec());
    if cmd != get {
        *counters = T::default();
    }
    reply
}
