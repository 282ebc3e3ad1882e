//! The C ABI of FreeBSD's netgraph(4): messages, node types, their structures and numbers, and FreeBSD's
//! errnos.
//!
//! There is one module for each C header, named as the header, and every name is the C name, so that a manual
//! page, a header and this crate can be read side by side; everything is also found at the root. Nothing here
//! does any work: the `netgraph` crate gives these names types and behaviour. The numbers are those of
//! FreeBSD 15.1 on its 64-bit architectures, on whatever host the crate is compiled, and [`abi`] lets them be
//! checked against C.
//!
//! A structure that ends in a flexible array in C ends in an array of no elements here: it is the fixed head,
//! and the elements follow it in the message. Character arrays are `u8`: names end at the first NUL.
//!
//! The feature `libnetgraph` adds the functions of the C library of that name, for those who want them;
//! nothing else here needs it.
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
#[cfg(feature = "libnetgraph")]
pub mod libnetgraph;
pub mod net_bpf;
pub mod net_ethernet;
pub mod net_if;
pub mod net_slcompress;
pub mod netinet_in;
pub mod ng_UI;
pub mod ng_async;
pub mod ng_bpf;
pub mod ng_bridge;
pub mod ng_btsocket;
pub mod ng_car;
pub mod ng_checksum;
pub mod ng_cisco;
pub mod ng_deflate;
pub mod ng_device;
pub mod ng_echo;
pub mod ng_eiface;
pub mod ng_etf;
pub mod ng_ether;
pub mod ng_ether_echo;
pub mod ng_frame_relay;
pub mod ng_gif;
pub mod ng_gif_demux;
pub mod ng_hci;
pub mod ng_hole;
pub mod ng_hub;
pub mod ng_iface;
pub mod ng_ip_input;
pub mod ng_ipfw;
pub mod ng_ksocket;
pub mod ng_l2cap;
pub mod ng_l2tp;
pub mod ng_lmi;
pub mod ng_macfilter;
pub mod ng_message;
pub mod ng_mppc;
pub mod ng_nat;
pub mod ng_netflow;
pub mod ng_one2many;
pub mod ng_patch;
pub mod ng_pipe;
pub mod ng_ppp;
pub mod ng_pppoe;
pub mod ng_pptpgre;
pub mod ng_pred1;
pub mod ng_rfc1490;
pub mod ng_socket;
pub mod ng_source;
pub mod ng_split;
pub mod ng_tag;
pub mod ng_tcpmss;
pub mod ng_tee;
pub mod ng_tty;
pub mod ng_ubt;
pub mod ng_vjc;
pub mod ng_vlan;
pub mod ng_vlan_rotate;
pub mod sys_mbuf;
pub mod sys_socket;
pub mod sys_time;
pub mod sys_un;
pub mod udbp;

pub use errno::Errno;
pub use net_bpf::*;
pub use net_ethernet::*;
pub use net_if::*;
pub use net_slcompress::*;
pub use netinet_in::*;
pub use ng_UI::*;
pub use ng_async::*;
pub use ng_bpf::*;
pub use ng_bridge::*;
pub use ng_btsocket::*;
pub use ng_car::*;
pub use ng_checksum::*;
pub use ng_cisco::*;
pub use ng_deflate::*;
pub use ng_device::*;
pub use ng_echo::*;
pub use ng_eiface::*;
pub use ng_etf::*;
pub use ng_ether::*;
pub use ng_ether_echo::*;
pub use ng_frame_relay::*;
pub use ng_gif::*;
pub use ng_gif_demux::*;
pub use ng_hci::*;
pub use ng_hole::*;
pub use ng_hub::*;
pub use ng_iface::*;
pub use ng_ip_input::*;
pub use ng_ipfw::*;
pub use ng_ksocket::*;
pub use ng_l2cap::*;
pub use ng_l2tp::*;
pub use ng_lmi::*;
pub use ng_macfilter::*;
pub use ng_message::*;
pub use ng_mppc::*;
pub use ng_nat::*;
pub use ng_netflow::*;
pub use ng_one2many::*;
pub use ng_patch::*;
pub use ng_pipe::*;
pub use ng_ppp::*;
pub use ng_pppoe::*;
pub use ng_pptpgre::*;
pub use ng_pred1::*;
pub use ng_rfc1490::*;
pub use ng_socket::*;
pub use ng_source::*;
pub use ng_split::*;
pub use ng_tag::*;
pub use ng_tcpmss::*;
pub use ng_tee::*;
pub use ng_tty::*;
pub use ng_ubt::*;
pub use ng_vjc::*;
pub use ng_vlan::*;
pub use ng_vlan_rotate::*;
pub use sys_mbuf::*;
pub use sys_socket::*;
pub use sys_time::*;
pub use sys_un::*;
pub use udbp::*;

/// The examples of the crate's page, run with the others.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
