//! The node types, one file each: their messages typed, their hooks by name.
//!
//! [All types](crate#node-types) are listed on the crate's front page, and as data in the [`CATALOGUE`]. [`generic`] has
//! the messages that every node understands, [`flow`] those that nodes send to their neighbours. A type that is missing
//! here takes a few lines: see [`node_type!`](crate::node_type).
//!
//! Numbers that mean something are enums, bits are flags, both of which keep what they have no name for; times are
//! [`Duration`](std::time::Duration)s. What carries a C struct derefs to it. What a node sends on its own account is an
//! enum `Event` of its module, to be matched on: see [`Event::read`](crate::Event::read).

pub mod async_;
pub mod bpf;
pub mod bridge;
pub mod btsock;
pub mod car;
mod catalogue;
pub mod checksum;
pub mod cisco;
pub mod deflate;
pub mod device;
pub mod echo;
pub mod eiface;
pub mod etf;
pub mod ether;
pub mod ether_echo;
pub mod flow;
pub mod frame_relay;
pub mod generic;
pub mod gif;
pub mod gif_demux;
pub mod hci;
pub mod hole;
pub mod hub;
pub mod iface;
pub mod ip_input;
pub mod ipfw;
pub mod ksocket;
pub mod l2cap;
pub mod l2tp;
mod list;
pub mod lmi;
pub mod macfilter;
pub mod mppc;
pub mod nat;
pub mod netflow;
mod numbers;
pub mod one2many;
pub mod patch;
pub mod pipe;
pub mod ppp;
pub mod pppoe;
pub mod pptpgre;
pub mod pred1;
pub mod rfc1490;
mod sockaddr;
pub mod socket;
pub mod source;
pub mod split;
pub mod tag;
pub mod tcpmss;
pub mod tee;
pub mod tty;
pub mod ubt;
pub mod udbp;
pub mod ui;
mod values;
pub mod vjc;
pub mod vlan;
pub mod vlan_rotate;

pub(crate) use catalogue::text_of;
pub use catalogue::{CATALOGUE, Known, find};
pub use sockaddr::SockAddr;
pub use values::{Checksums, EtherAddr, InterfaceName, LinkLayer, Text};
