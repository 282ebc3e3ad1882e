//! The `vimage` program, as a library.
pub mod config;
