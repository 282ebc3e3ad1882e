//! Jails, VNETs and network interfaces from Rust.
