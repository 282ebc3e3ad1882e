//! What the benchmarks share: their goals, what Criterion has measured, its plot, and libnetgraph to compare with.

mod estimates;
mod goals;
#[cfg(all(feature = "libnetgraph", target_os = "freebsd"))]
pub mod libnetgraph;
mod plot;

pub use estimates::{Estimate, read};
pub use goals::{goal, ratio_goal};
pub use plot::plot;
