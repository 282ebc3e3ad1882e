//! netgraph(4) from safe, typed Rust.
