//! The `vimage` program.
fn main() {}
