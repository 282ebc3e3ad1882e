//! A simulated kernel: netgraph, VNETs and network interfaces, on any system and without privileges.
//!
//! A [`SimMachine`] has VNETs, each with a graph of nodes and with network interfaces, and a clock that stands still
//! until it is [moved](SimMachine::advance). A [`SimKernel`] is one of its VNETs as a program sees it: sockets opened
//! there speak the frames that FreeBSD 15.1 speaks, and get its answers and errnos; where the two differ, this one is
//! wrong. A machine can be [saved](SimMachine::to_json) and loaded again.
//!
//! | node type | |
//! | --- | --- |
//! | `socket` | behind each program's sockets |
//! | `ether` | with each Ethernet interface |
//! | `eiface` | makes an Ethernet interface |
//! | `iface` | makes an IP interface |
//! | `bridge` | learns, floods, breaks loops, has uplinks, counts |
//! | `hub` | repeats |
//! | `tee` | copies what passes; a shutdown connects its two ends |
//! | `echo`, `ether_echo` | send back |
//! | `hole` | drops, and counts |
//! | `one2many` | spreads packets over links, by turns, to all, or to the first that works |
//! | `split` | parts two directions |
//! | `vlan` | sorts frames by their tags, and tags them |
//! | `vlan_rotate` | turns a stack of tags |
//! | `etf` | sorts frames by their types |
//! | `macfilter` | sorts frames by their senders |
//! | `bpf` | sorts packets by programs |
//! | `tag` | sorts packets by tags, and tags them |
//! | `checksum` | computes checksums |
//! | `patch` | changes bytes |
//! | `tcpmss` | lowers the segment sizes that TCP asks for |
//! | `UI` | adds and removes the byte of HDLC's unnumbered frames |
//! | `pipe` | bandwidth, delay, queues, losses and duplicates, by the machine's clock |
//! | `source` | sends packets again and again, by the machine's clock |
//! | `car` | limits rates, in all four modes, by the machine's clock |
//! | `async`, `cisco`, `frame_relay`, `gif_demux`, `rfc1490` | wrap and unwrap frames; `cisco` keeps alive |
//! | `lmi` | finds out the protocol of a frame relay line, inquires, and keeps what it hears |
//! | `vjc` | compresses the headers of TCP, and expands them |
//! | `pppoe` | clients and servers: negotiates, tells of it, and carries sessions, by the machine's clock |
//! | `l2tp` | a tunnel: control packets in order, acknowledged and sent again, and sessions |
//! | `pptpgre` | data of PPTP, numbered, put in order and acknowledged |
//! | `ppp` | a bundle: parts packets among links, and puts them together again |
//! | `pred1` | compresses, and expands |
//! | `nat` | translates TCP, UDP, ICMP and other protocols, with redirections; refuses SCTP, and does not see what FTP, IRC, PPTP and the like say of addresses; without a transparent proxy |
//! | `deflate`, `mppc`, `tty` | configured and asked; carry no data |
//! | `hci`, `l2cap` | configured and asked; carry no data, and tell of nothing |
//! | `ip_input` | takes hooks; carries no data |
//! | `device` | named like its device, which nobody opens |
//! | `ksocket` | sockets of all kinds, and between them a network of the machine's own |
//! | `netflow` | counts flows, shows them, and exports them in both versions |
//! | `ipfw`, `btsock_hci_raw`, `btsock_l2c_raw`, `btsock_l2c`, `btsock_sco` | one node each, in the host's VNET, once [loaded](SimMachine::load_resident_modules) |
//! | `gif` | a type without nodes |
//!
//! ```
//! use netgraph::nodes::{bridge, eiface};
//! use netgraph::sim::{SimKernel, SimMachine};
//! use netgraph::{HookName, Socket};
//!
//! let machine = SimMachine::new();
//! let socket = Socket::open(&SimKernel::on(&machine, 0), None)?;
//! socket.make_peer::<bridge::Bridge>("b".parse()?, bridge::link(0))?;
//! socket.make_peer_of(&".:b".parse()?, "eiface".parse()?, bridge::link(1), eiface::ETHER)?;
//! let jail = machine.create_vnet();
//! machine.move_to("ngeth0", 0, jail)?;
//! machine.set_up(jail, "ngeth0", true)?;
//! // What the jail sends comes out of the bridge.
//! machine.transmit(jail, "ngeth0", b"\xff\xff\xff\xff\xff\xff\x02\0\0\0\0\x01\x08\0hello")?;
//! let mut batch = netgraph::transport::RecvBatch::new(1, 64);
//! assert_eq!(socket.receive(&mut batch, netgraph::transport::Wait::No)?, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bell;
mod clock;
mod context;
mod control;
mod convert;
pub mod copy;
mod edge;
mod engine;
mod flow;
mod generic;
mod graph;
mod handle;
mod hex;
mod ifnet;
mod ifops;
mod kernel;
mod limits;
mod machine;
mod message;
mod net;
mod nodes;
mod packet;
mod restore;
mod save;
mod slab;
mod slots;
pub mod snapshot;
mod sockets;
#[cfg(test)]
mod tests;
mod units;

pub use handle::{SimInterface, SimMachine};
pub use ifnet::{
    IFF_BROADCAST, IFF_LOOPBACK, IFF_MULTICAST, IFF_NOARP, IFF_POINTOPOINT, IFF_PPROMISC, IFF_PROMISC,
    IFF_RUNNING, IFF_SIMPLEX, IFF_UP,
};
pub use kernel::{SimKernel, SimSocket};
pub use limits::SimLimits;
