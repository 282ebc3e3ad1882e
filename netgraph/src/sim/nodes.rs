//! What the node types do, one file each.
//!
//! A type is a [`Kind`]: its name, its messages, and how a node of it is made. What a node does is a [`Behaviour`],
//! which acts on the graph through a [`Context`] only, and never waits.

mod async_;
mod bpf;
mod bridge;
mod btsock;
mod by_hook;
mod car;
mod checksum;
mod cisco;
mod counters;
mod deflate;
mod device;
mod echo;
pub(super) mod eiface;
mod etf;
pub(super) mod ether;
mod ether_echo;
mod frame_relay;
mod gif;
mod gif_demux;
mod hci;
mod hole;
mod hub;
mod iface;
mod in_out;
mod ip_input;
mod ipfw;
pub(super) mod ksocket;
mod l2cap;
mod l2tp;
mod lmi;
mod macfilter;
mod mppc;
mod nat;
mod netflow;
mod octets;
mod one2many;
mod patch;
mod pipe;
mod ppp;
mod pppoe;
mod pptpgre;
mod pred1;
mod quiet;
mod rfc1490;
pub(super) mod socket;
mod source;
mod split;
pub(super) mod stand_in;
mod tag;
mod tcpmss;
mod tee;
mod tty;
mod ui;
mod vjc;
mod vlan;
mod vlan_rotate;

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::context::Context;
use super::graph::{HookKey, NodeKey};
use super::machine::Machine;
use super::message::Message;
use super::net::Upcall;
use super::packet::Packet;
use super::snapshot::state;
use crate::NodeType;
use crate::ascii::CommandText;
use crate::error::Errno;
use crate::name::HookName;

/// The node types that are simulated.
#[rustfmt::skip]
static KINDS: &[&Kind] = &[
    &async_::KIND,
    &bpf::KIND,
    &bridge::KIND,
    &btsock::HCI_RAW,
    &btsock::L2CAP,
    &btsock::L2CAP_RAW,
    &btsock::SCO,
    &car::KIND,
    &checksum::KIND,
    &cisco::KIND,
    &deflate::KIND,
    &device::KIND,
    &echo::KIND,
    &eiface::KIND,
    &etf::KIND,
    &ether::KIND,
    &ether_echo::KIND,
    &frame_relay::KIND,
    &gif::KIND,
    &gif_demux::KIND,
    &hci::KIND,
    &hole::KIND,
    &hub::KIND,
    &iface::KIND,
    &ip_input::KIND,
    &ipfw::KIND,
    &ksocket::KIND,
    &l2cap::KIND,
    &l2tp::KIND,
    &lmi::KIND,
    &macfilter::KIND,
    &mppc::KIND,
    &nat::KIND,
    &netflow::KIND,
    &one2many::KIND,
    &patch::KIND,
    &pipe::KIND,
    &ppp::KIND,
    &pppoe::KIND,
    &pptpgre::KIND,
    &pred1::KIND,
    &rfc1490::KIND,
    &socket::KIND,
    &source::KIND,
    &split::KIND,
    &tag::KIND,
    &tcpmss::KIND,
    &tee::KIND,
    &tty::KIND,
    &ui::KIND,
    &vjc::KIND,
    &vlan::KIND,
    &vlan_rotate::KIND,
];

/// Returns the node types whose modules keep one node in the host's VNET.
pub(super) fn residents() -> impl Iterator<Item = &'static Kind> {
    [&btsock::HCI_RAW, &btsock::L2CAP_RAW, &btsock::L2CAP, &btsock::SCO, &ipfw::KIND].into_iter()
}

/// Tells whether the module of a type is loaded with its first node only.
pub(super) fn is_loaded_later(kind: &'static Kind) -> bool {
    residents().chain([&mppc::KIND]).any(|there| std::ptr::eq(there, kind))
}

/// Returns the node types that are simulated.
pub(super) fn kinds() -> impl Iterator<Item = &'static Kind> {
    KINDS.iter().copied()
}

/// Finds a node type by its name.
pub(super) fn kind(name: &[u8]) -> Option<&'static Kind> {
    kinds().find(|kind| kind.name.as_bytes() == name)
}

/// The private part of a node, or why it cannot be made.
pub(super) type Made<E> = Result<Box<dyn Behaviour>, E>;

/// A node type: what the kernel calls a `struct ng_type`.
pub(super) struct Kind {
    pub(super) name: &'static str,
    /// Its messages as text; those that the kernel cannot convert have no name.
    pub(super) commands: &'static [CommandText],
    /// Makes the private part of a node that was just made by MKPEER.
    pub(super) make: fn(&mut Machine, NodeKey) -> Made<Errno>,
    /// Makes the private part of a node that is there, with its hooks, from what [`Behaviour::save`] gave.
    pub(super) restore: fn(&mut Machine, NodeKey, &Value) -> Made<String>,
    /// Whether hooks that are still being connected are found by name.
    pub(super) finds_unready_hooks: bool,
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// A type whose nodes begin with nothing set, and are saved as they are.
const fn plain<T: NodeType, B: Behaviour + Default + DeserializeOwned + 'static>() -> Kind {
    Kind {
        name: T::NAME,
        commands: T::COMMANDS,
        make: |_, _| Ok(Box::new(B::default())),
        restore: |_, _, saved| Ok(Box::new(state::<B>(saved)?)),
        finds_unready_hooks: false,
    }
}

/// The answer of a type whose nodes cannot be asked for: they come with an interface, or a socket.
fn not_by_request(_: &mut Machine, _: NodeKey) -> Made<Errno> {
    Err(Errno::EINVAL)
}

/// What becomes of a node that was told to shut down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It goes.
    Gone,
    /// It lives on without hooks.
    Stays,
}

/// A packet that a node sent, and how that went.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent {
    /// The hook that it left by.
    pub(super) hook: HookKey,
    /// Its length in bytes.
    pub(super) len: usize,
    /// What the node noted when it sent the packet.
    pub(super) note: u32,
    pub(super) result: Result<(), Errno>,
}

/// A bit of a note: if the packet is refused, those that the node has sent after it are not sent.
pub(super) const CHAIN: u32 = 0x8000_0000;

/// What a node does: the methods of the kernel's `struct ng_type`, on the node's private part.
pub(super) trait Behaviour: fmt::Debug + Send {
    /// A hook is about to be added, and may be refused or renamed.
    fn new_hook(&mut self, _: &mut Context<'_>, _: HookKey, _: HookName) -> Result<(), Errno> {
        Ok(())
    }

    /// A hook is about to become a connection, to a hook of the node `peer`, and may still be refused.
    fn connect(&mut self, _: &mut Context<'_>, _: HookKey, _peer: NodeKey) -> Result<(), Errno> {
        Ok(())
    }

    /// A message for the node at the other end of a hook that is about to become a connection. If it is refused at once,
    /// so is the connection.
    fn inquire(&mut self, _: &mut Context<'_>, _: HookKey) -> Option<Message> {
        None
    }

    /// A hook is gone from the list; its name and tag can still be read.
    fn disconnect(&mut self, _: &mut Context<'_>, _: HookKey) {}

    /// A message that is not generic, or a reply, or NGM_TEXT_STATUS. Returns the arguments of the reply.
    fn receive_message(
        &mut self,
        context: &mut Context<'_>,
        message: Message,
        hook: Option<HookKey>,
    ) -> Result<Option<Vec<u8>>, Errno>;

    /// Data came in on a hook.
    fn receive_data(&mut self, _: &mut Context<'_>, _: HookKey, _: Packet) -> Result<(), Errno> {
        Ok(())
    }

    /// A packet that [`receive_data`](Self::receive_data) sent on has been taken or refused. Returns the result that
    /// the node's own sender is to get, given that of the packets before.
    fn sent(&mut self, _: &mut Context<'_>, sent: Sent, _before: Result<(), Errno>) -> Result<(), Errno> {
        sent.result
    }

    /// The node's interface has a packet to send.
    fn transmit(&mut self, _: &mut Context<'_>, _: Packet) {}

    /// Something has happened to the node's socket on the network.
    fn upcall(&mut self, _: &mut Context<'_>, _: Upcall) {}

    /// A timer that the node has set is due.
    fn timer(&mut self, _: &mut Context<'_>, _: u32) {}

    /// The node is to go, and its hooks with it. Returns two of them if what is at their other ends is to be connected.
    fn close(&mut self, _: &mut Context<'_>) -> Option<(HookKey, HookKey)> {
        None
    }

    /// The hooks are gone, and the node is to go.
    fn shutdown(&mut self, _: &mut Context<'_>) -> Fate {
        Fate::Gone
    }

    /// The private part, for the file of a machine.
    fn save(&self, machine: &Machine, node: NodeKey) -> Value;
}
