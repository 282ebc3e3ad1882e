//! The configuration: rc.conf(5) read without a shell, and the `vimage_*` variables in it, typed and checked.
mod origin;
mod problem;
pub mod shell;

pub use origin::{Origin, Position, Setting};
pub use problem::{Problem, Problems, Severity};
