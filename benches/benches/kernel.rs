//! How fast is FreeBSD's kernel from here, and how fast from libnetgraph: round trips, texts, nodes, data, lists?
//!
//! On FreeBSD as root: `cargo bench --bench kernel --features kernel,libnetgraph`. Each question is measured twice, one way
//! after the other in the same run, and at the end the ratios are printed.
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]
#![allow(clippy::unwrap_used, reason = "a benchmark that fails should stop")]

#[cfg(all(feature = "kernel", target_os = "freebsd"))]
mod on_freebsd;

#[cfg(all(feature = "kernel", target_os = "freebsd"))]
fn main() {
    on_freebsd::main();
}

#[cfg(not(all(feature = "kernel", target_os = "freebsd")))]
fn main() {
    println!("not measured: needs FreeBSD, root, and --features kernel,libnetgraph");
}
