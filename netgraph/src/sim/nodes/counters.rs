//! Structs of 64-bit counters in the file of a machine: the counters, one after the other as in the C struct.

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
