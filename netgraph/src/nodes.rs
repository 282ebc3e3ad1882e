//! The node types, one file each: their messages typed, their hooks by name.
//!
//! [`generic`] has the messages that every node understands, [`flow`] those that nodes send to their neighbours. A type
//! that is missing here takes a few lines: see [`node_type!`](crate::node_type).
//!
//! | type | module of the kernel | manual page | cookie |
//! | --- | --- | --- | --- |
//! | [`async`](async_::Async) | `ng_async` | [ng_async(4)](https://man.freebsd.org/ng_async/4) | 886473717 |
//! | [`bpf`](bpf::Bpf) | `ng_bpf` | [ng_bpf(4)](https://man.freebsd.org/ng_bpf/4) | 944100792 |
//! | [`bridge`](bridge::Bridge) | `ng_bridge` | [ng_bridge(4)](https://man.freebsd.org/ng_bridge/4) | 1569321993 |
//! | [`btsock_hci_raw`](btsock::HciRaw) | `ng_btsocket` | [ng_btsocket(4)](https://man.freebsd.org/ng_btsocket/4) | – |
//! | [`btsock_l2c`](btsock::L2cap) | `ng_btsocket` | [ng_btsocket(4)](https://man.freebsd.org/ng_btsocket/4) | – |
//! | [`btsock_l2c_raw`](btsock::L2capRaw) | `ng_btsocket` | [ng_btsocket(4)](https://man.freebsd.org/ng_btsocket/4) | – |
//! | [`btsock_sco`](btsock::Sco) | `ng_btsocket` | [ng_btsocket(4)](https://man.freebsd.org/ng_btsocket/4) | – |
//! | [`car`](car::Car) | `ng_car` | [ng_car(4)](https://man.freebsd.org/ng_car/4) | 1173648034 |
//! | [`checksum`](checksum::Checksum) | `ng_checksum` | [ng_checksum(4)](https://man.freebsd.org/ng_checksum/4) | 439419912 |
//! | [`cisco`](cisco::Cisco) | `ng_cisco` | [ng_cisco(4)](https://man.freebsd.org/ng_cisco/4) | 860707227 |
//! | [`deflate`](deflate::Deflate) | `ng_deflate` | [ng_deflate(4)](https://man.freebsd.org/ng_deflate/4) | 1166642656 |
//! | [`device`](device::Device) | `ng_device` | [ng_device(4)](https://man.freebsd.org/ng_device/4) | 1091129178 |
//! | [`echo`](echo::Echo) | `ng_echo` | [ng_echo(4)](https://man.freebsd.org/ng_echo/4) | 884298942 |
//! | [`eiface`](eiface::Eiface) | `ng_eiface` | [ng_eiface(4)](https://man.freebsd.org/ng_eiface/4) | 948105892 |
//! | [`etf`](etf::Etf) | `ng_etf` | [ng_etf(4)](https://man.freebsd.org/ng_etf/4) | 983084516 |
//! | [`ether`](ether::Ether) | `ng_ether` | [ng_ether(4)](https://man.freebsd.org/ng_ether/4) | 917786906 |
//! | [`ether_echo`](ether_echo::EtherEcho) | `ng_ether_echo` | [ng_ether_echo(4)](https://man.freebsd.org/ng_ether_echo/4) | 1230155201 |
//! | [`frame_relay`](frame_relay::FrameRelay) | `ng_frame_relay` | [ng_frame_relay(4)](https://man.freebsd.org/ng_frame_relay/4) | 872148478 |
//! | [`gif`](gif::Gif) | `ng_gif` | [ng_gif(4)](https://man.freebsd.org/ng_gif/4) | 994115727 |
//! | [`gif_demux`](gif_demux::GifDemux) | `ng_gif_demux` | [ng_gif_demux(4)](https://man.freebsd.org/ng_gif_demux/4) | 995567329 |
//! | [`hci`](hci::Hci) | `ng_hci` | [ng_hci(4)](https://man.freebsd.org/ng_hci/4) | 1000774184 |
//! | [`hole`](hole::Hole) | `ng_hole` | [ng_hole(4)](https://man.freebsd.org/ng_hole/4) | 915433206 |
//! | [`hub`](hub::Hub) | `ng_hub` | [ng_hub(4)](https://man.freebsd.org/ng_hub/4) | 1082189597 |
//! | [`iface`](iface::Iface) | `ng_iface` | [ng_iface(4)](https://man.freebsd.org/ng_iface/4) | 1108312559 |
//! | [`ip_input`](ip_input::IpInput) | `ng_ip_input` | [ng_ip_input(4)](https://man.freebsd.org/ng_ip_input/4) | 994874907 |
//! | [`ipfw`](ipfw::Ipfw) | `ng_ipfw` | [ng_ipfw(4)](https://man.freebsd.org/ng_ipfw/4) | 1105988990 |
//! | [`ksocket`](ksocket::Ksocket) | `ng_ksocket` | [ng_ksocket(4)](https://man.freebsd.org/ng_ksocket/4) | 942710669 |
//! | [`l2cap`](l2cap::L2cap) | `ng_l2cap` | [ng_l2cap(4)](https://man.freebsd.org/ng_l2cap/4) | 1000774185 |
//! | [`l2tp`](l2tp::L2tp) | `ng_l2tp` | [ng_l2tp(4)](https://man.freebsd.org/ng_l2tp/4) | 1091515793 |
//! | [`lmi`](lmi::Lmi) | `ng_lmi` | [ng_lmi(4)](https://man.freebsd.org/ng_lmi/4) | 867184133 |
//! | [`macfilter`](macfilter::Macfilter) | `ng_macfilter` | [ng_macfilter(4)](https://man.freebsd.org/ng_macfilter/4) | 1042445461 |
//! | [`mppc`](mppc::Mppc) | `ng_mppc` | [ng_mppc(4)](https://man.freebsd.org/ng_mppc/4) | 942886745 |
//! | [`nat`](nat::Nat) | `ng_nat` | [ng_nat(4)](https://man.freebsd.org/ng_nat/4) | 1107718711 |
//! | [`netflow`](netflow::Netflow) | `ng_netflow` | [ng_netflow(4)](https://man.freebsd.org/ng_netflow/4) | 1365756954 |
//! | [`one2many`](one2many::One2Many) | `ng_one2many` | [ng_one2many(4)](https://man.freebsd.org/ng_one2many/4) | 1100897444 |
//! | [`patch`](patch::Patch) | `ng_patch` | [ng_patch(4)](https://man.freebsd.org/ng_patch/4) | 1262445509 |
//! | [`pipe`](pipe::Pipe) | `ng_pipe` | [ng_pipe(4)](https://man.freebsd.org/ng_pipe/4) | 200708191 |
//! | [`ppp`](ppp::Ppp) | `ng_ppp` | [ng_ppp(4)](https://man.freebsd.org/ng_ppp/4) | 940897795 |
//! | [`pppoe`](pppoe::Pppoe) | `ng_pppoe` | [ng_pppoe(4)](https://man.freebsd.org/ng_pppoe/4) | 1089893072 |
//! | [`pptpgre`](pptpgre::Pptpgre) | `ng_pptpgre` | [ng_pptpgre(4)](https://man.freebsd.org/ng_pptpgre/4) | 1082548365 |
//! | [`pred1`](pred1::Pred1) | `ng_pred1` | [ng_pred1(4)](https://man.freebsd.org/ng_pred1/4) | 1166902612 |
//! | [`rfc1490`](rfc1490::Rfc1490) | `ng_rfc1490` | [ng_rfc1490(4)](https://man.freebsd.org/ng_rfc1490/4) | 1086947474 |
//! | [`socket`](socket::SocketNode) | `ng_socket` | [ng_socket(4)](https://man.freebsd.org/ng_socket/4) | 851601233 |
//! | [`source`](source::Source) | `ng_source` | [ng_source(4)](https://man.freebsd.org/ng_source/4) | 1110646684 |
//! | [`split`](split::Split) | `ng_split` | [ng_split(4)](https://man.freebsd.org/ng_split/4) | 949409402 |
//! | [`tag`](tag::Tag) | `ng_tag` | [ng_tag(4)](https://man.freebsd.org/ng_tag/4) | 1149771193 |
//! | [`tcpmss`](tcpmss::Tcpmss) | `ng_tcpmss` | [ng_tcpmss(4)](https://man.freebsd.org/ng_tcpmss/4) | 1097623478 |
//! | [`tee`](tee::Tee) | `ng_tee` | [ng_tee(4)](https://man.freebsd.org/ng_tee/4) | 916107047 |
//! | [`tty`](tty::Tty) | `ng_tty` | [ng_tty(4)](https://man.freebsd.org/ng_tty/4) | 1226109660 |
//! | [`ubt`](ubt::Ubt) | `ng_ubt` | [ng_ubt(4)](https://man.freebsd.org/ng_ubt/4) | 1021837971 |
//! | [`udbp`](udbp::Udbp) | `udbp` | [udbp(4)](https://man.freebsd.org/udbp/4) | 944609300 |
//! | [`UI`](ui::Ui) | `ng_UI` | [ng_UI(4)](https://man.freebsd.org/ng_UI/4) | 884639499 |
//! | [`vjc`](vjc::Vjc) | `ng_vjc` | [ng_vjc(4)](https://man.freebsd.org/ng_vjc/4) | 868219210 |
//! | [`vlan`](vlan::Vlan) | `ng_vlan` | [ng_vlan(4)](https://man.freebsd.org/ng_vlan/4) | 1068486472 |
//! | [`vlan_rotate`](vlan_rotate::VlanRotate) | `ng_vlan_rotate` | [ng_vlan_rotate(4)](https://man.freebsd.org/ng_vlan_rotate/4) | 1568378766 |

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
