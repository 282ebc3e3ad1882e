//! The node types, one file each: their messages typed, their hooks by name.

pub mod bridge;
pub mod eiface;
pub mod ether;
pub mod generic;
pub mod hub;
pub mod socket;
mod values;

pub use values::{EtherAddr, InterfaceName};
