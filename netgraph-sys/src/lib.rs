//! The C ABI of netgraph(4).
#![no_std]
