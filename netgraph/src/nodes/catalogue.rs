//! The catalogue of node types: FreeBSD's own, as data.

use crate::ascii::{self, CommandText};
use crate::node::NodeType;
use crate::nodes::{
    async_, bpf, bridge, btsock, car, checksum, cisco, deflate, device, echo, eiface, etf, ether, ether_echo,
    frame_relay, generic, gif, gif_demux, hci, hole, hub, iface, ip_input, ipfw, ksocket, l2cap, l2tp, lmi,
    macfilter, mppc, nat, netflow, one2many, patch, pipe, ppp, pppoe, pptpgre, pred1, rfc1490, socket,
    source, split, tag, tcpmss, tee, tty, ubt, udbp, ui, vjc, vlan, vlan_rotate,
};

/// A node type of FreeBSD's own.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Known {
    /// The name under which MKPEER makes nodes of the type.
    pub name: &'static str,
    /// The typecookie of its messages; that of the generic messages where it has none of its own.
    pub cookie: u32,
    /// Its messages, as text.
    pub commands: &'static [CommandText],
    /// The kernel module that brings it. Its manual page is that of the same name in section 4.
    pub module: &'static str,
}

impl Known {
    const fn new<T: NodeType>(module: &'static str) -> Self {
        Self { name: T::NAME, cookie: T::COOKIE, commands: T::COMMANDS, module }
    }

    /// Returns the command that a node of the type knows by this name: one of its own, or a generic one.
    #[must_use]
    pub fn command(&self, name: &str) -> Option<&'static CommandText> {
        ascii::find(self.commands, |command| command.name == name)
    }

    /// Returns the command of this cookie and number, if a node of the type knows a name for it.
    #[must_use]
    pub fn command_numbered(&self, cookie: u32, cmd: u32) -> Option<&'static CommandText> {
        ascii::find(self.commands, |command| (command.cookie, command.cmd) == (cookie, cmd))
    }
}

/// Returns the node type of this name, as MKPEER knows it. `None` for types that are not FreeBSD's own.
///
/// ```
/// use netgraph::nodes;
/// let bridge = nodes::find("bridge").ok_or("no bridge")?;
/// assert_eq!(bridge.module, "ng_bridge");
/// assert!(bridge.commands.iter().any(|command| command.name == "gettable"));
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn find(name: &str) -> Option<&'static Known> {
    CATALOGUE.iter().find(|known| known.name == name)
}

/// Returns the entry of a message in the lists of the types of FreeBSD's own.
pub(crate) fn text_of(cookie: u32, cmd: u32) -> Option<&'static CommandText> {
    let own = CATALOGUE.iter().filter(|known| known.cookie == cookie).flat_map(|known| known.commands);
    own.chain(generic::COMMANDS).find(|command| (command.cookie, command.cmd) == (cookie, cmd))
}

/// The node types of FreeBSD 15.1, by name.
pub static CATALOGUE: &[Known] = &[
    Known::new::<async_::Async>("ng_async"),
    Known::new::<bpf::Bpf>("ng_bpf"),
    Known::new::<bridge::Bridge>("ng_bridge"),
    Known::new::<btsock::HciRaw>("ng_btsocket"),
    Known::new::<btsock::L2cap>("ng_btsocket"),
    Known::new::<btsock::L2capRaw>("ng_btsocket"),
    Known::new::<btsock::Sco>("ng_btsocket"),
    Known::new::<car::Car>("ng_car"),
    Known::new::<checksum::Checksum>("ng_checksum"),
    Known::new::<cisco::Cisco>("ng_cisco"),
    Known::new::<deflate::Deflate>("ng_deflate"),
    Known::new::<device::Device>("ng_device"),
    Known::new::<echo::Echo>("ng_echo"),
    Known::new::<eiface::Eiface>("ng_eiface"),
    Known::new::<etf::Etf>("ng_etf"),
    Known::new::<ether::Ether>("ng_ether"),
    Known::new::<ether_echo::EtherEcho>("ng_ether_echo"),
    Known::new::<frame_relay::FrameRelay>("ng_frame_relay"),
    Known::new::<gif::Gif>("ng_gif"),
    Known::new::<gif_demux::GifDemux>("ng_gif_demux"),
    Known::new::<hci::Hci>("ng_hci"),
    Known::new::<hole::Hole>("ng_hole"),
    Known::new::<hub::Hub>("ng_hub"),
    Known::new::<iface::Iface>("ng_iface"),
    Known::new::<ip_input::IpInput>("ng_ip_input"),
    Known::new::<ipfw::Ipfw>("ng_ipfw"),
    Known::new::<ksocket::Ksocket>("ng_ksocket"),
    Known::new::<l2cap::L2cap>("ng_l2cap"),
    Known::new::<l2tp::L2tp>("ng_l2tp"),
    Known::new::<lmi::Lmi>("ng_lmi"),
    Known::new::<macfilter::Macfilter>("ng_macfilter"),
    Known::new::<mppc::Mppc>("ng_mppc"),
    Known::new::<nat::Nat>("ng_nat"),
    Known::new::<netflow::Netflow>("ng_netflow"),
    Known::new::<one2many::One2Many>("ng_one2many"),
    Known::new::<patch::Patch>("ng_patch"),
    Known::new::<pipe::Pipe>("ng_pipe"),
    Known::new::<ppp::Ppp>("ng_ppp"),
    Known::new::<pppoe::Pppoe>("ng_pppoe"),
    Known::new::<pptpgre::Pptpgre>("ng_pptpgre"),
    Known::new::<pred1::Pred1>("ng_pred1"),
    Known::new::<rfc1490::Rfc1490>("ng_rfc1490"),
    Known::new::<socket::SocketNode>("ng_socket"),
    Known::new::<source::Source>("ng_source"),
    Known::new::<split::Split>("ng_split"),
    Known::new::<tag::Tag>("ng_tag"),
    Known::new::<tcpmss::Tcpmss>("ng_tcpmss"),
    Known::new::<tee::Tee>("ng_tee"),
    Known::new::<tty::Tty>("ng_tty"),
    Known::new::<ubt::Ubt>("ng_ubt"),
    Known::new::<udbp::Udbp>("udbp"),
    Known::new::<ui::Ui>("ng_UI"),
    Known::new::<vjc::Vjc>("ng_vjc"),
    Known::new::<vlan::Vlan>("ng_vlan"),
    Known::new::<vlan_rotate::VlanRotate>("ng_vlan_rotate"),
];
