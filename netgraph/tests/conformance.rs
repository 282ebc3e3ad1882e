//! Replays the golden transcripts.
fn main() {}
