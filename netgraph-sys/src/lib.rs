//! The C ABI of FreeBSD's netgraph(4): messages, node types, their structures and numbers, and FreeBSD's errnos.
//!
//! There is one module for each C header, named as the header, and every name is the C name, so that a manual page,
//! a header and this crate can be read side by side; everything is also found at the root. Nothing here does any
//! work: the `netgraph` crate gives these names types and behaviour. The numbers are those of FreeBSD 15.1 on its
//! 64-bit architectures, on whatever host the crate is compiled, and [`abi`] lets them be checked against C.
//!
//! A structure that ends in a flexible array in C ends in an array of no elements here: it is the fixed head, and
//! the elements follow it in the message. Character arrays are `u8`: names end at the first NUL.
//!
//! ```
//! use netgraph_sys::{NG_VERSION, NGM_BRIDGE_COOKIE, NGM_BRIDGE_GET_CONFIG, ng_msghdr};
//! use zerocopy::IntoBytes;
//!
//! let header = ng_msghdr {
//!     version: NG_VERSION,
//!     typecookie: NGM_BRIDGE_COOKIE,
//!     cmd: NGM_BRIDGE_GET_CONFIG,
//!     token: 1,
//!     ..Default::default()
//! };
//! assert_eq!(header.as_bytes().len(), 56);
//! ```
#![no_std]
#![allow(
    non_camel_case_types,
    non_snake_case,
    non_upper_case_globals,
    reason = "names are those of the C headers"
)]

pub mod abi;
pub mod errno;
pub mod net_ethernet;
pub mod net_if;
pub mod ng_bridge;
pub mod ng_eiface;
pub mod ng_ether;
pub mod ng_hub;
pub mod ng_message;
pub mod ng_socket;
pub mod sys_socket;

pub use errno::Errno;
pub use net_ethernet::*;
pub use net_if::*;
pub use ng_bridge::*;
pub use ng_eiface::*;
pub use ng_ether::*;
pub use ng_hub::*;
pub use ng_message::*;
pub use ng_socket::*;
pub use sys_socket::*;
