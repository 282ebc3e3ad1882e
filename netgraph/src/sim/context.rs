//! What a node may do to the graph while it handles something.

use std::collections::VecDeque;
use std::time::Duration;

use super::flow::{Outlet, Output};
use super::graph::{Core, Hook, HookKey, NodeKey, older};
use super::ifnet::{IfKey, Interface};
use super::message::Message;
use super::net::{EndKey, Network};
use super::nodes::Kind;
use super::nodes::ksocket::Asker;
use super::packet::Packet;
use super::slab::Slab;
use super::sockets::Socket;
use crate::error::Errno;
use crate::name::{HookName, NodeId};
use crate::sys::{NGM_LINK_IS_DOWN, NGM_LINK_IS_UP};

/// Something that is done when the node's method has returned.
#[derive(Debug)]
pub(super) enum Post {
    /// A message to a node.
    ToNode(NodeKey, Message),
    /// A message to whatever is at the other end of a hook.
    ToPeer(HookKey, Message),
    /// The end of a node, as soon as nobody is in it.
    Shutdown(NodeKey),
    /// The end of an interface, and of its unit number in a VNET.
    Detach { interface: IfKey, vnet: u32, unit: u32 },
    /// A link that came up, or went down.
    Link(IfKey, bool),
    /// The end of a `device`, and so of its unit number.
    FreeDevice(u32),
    /// A new node for a type whose module keeps one, in this VNET.
    Resident(&'static Kind, u32),
    /// A message to the node of this number, if there is one.
    ToId { vnet: u32, to: NodeId, message: Message },
    /// A node of its own for a connection that a ksocket has accepted.
    Adopt { parent: NodeKey, end: EndKey, asker: Asker },
    /// The end of a hook, as soon as nobody is in its node.
    RemoveHook(NodeKey, HookKey),
    /// A timer of a node, due at this moment.
    Timer(NodeKey, Duration, u32),
}

/// A node at work, and what it may reach.
pub(super) struct Context<'m> {
    pub(super) node: NodeKey,
    pub(super) core: &'m mut Core,
    pub(super) hooks: &'m mut Slab<Hook>,
    pub(super) interfaces: &'m mut Slab<Interface>,
    pub(super) sockets: &'m mut Slab<Socket>,
    pub(super) net: &'m mut Network,
    /// Whether something was queued that a program may be waiting for.
    pub(super) woken: &'m mut bool,
    /// The number of the PPPoE session that was begun last, of all nodes and VNETs.
    pub(super) pppoe_session: &'m mut u16,
    pub(super) now: Duration,
    pub(super) outputs: &'m mut Vec<Option<Output>>,
    pub(super) posts: &'m mut VecDeque<Post>,
}

impl Context<'_> {
    /// Sends a packet out of a hook, with a note for [`sent`](super::nodes::Behaviour::sent).
    pub(super) fn send(&mut self, hook: HookKey, packet: Packet, note: u32) {
        self.outputs.push(Some(Output { to: Outlet::Hook(hook), packet, note }));
    }

    /// Sends a packet out of the hook of this name, with a note for [`sent`](super::nodes::Behaviour::sent).
    ///
    /// # Errors
    /// `ENETDOWN` if there is no such hook, as the kernel says where a node has none to send by.
    pub(super) fn send_by(&mut self, name: HookName, packet: Packet, note: u32) -> Result<(), Errno> {
        let hook = self.find(name).ok_or(Errno::ENETDOWN)?;
        self.send(hook, packet, note);
        Ok(())
    }

    /// Sends a message out of the hook of this name.
    ///
    /// # Errors
    /// `ENETDOWN` if there is no such hook.
    pub(super) fn tell(&mut self, name: HookName, message: Message) -> Result<(), Errno> {
        let hook = self.find(name).ok_or(Errno::ENETDOWN)?;
        self.posts.push_back(Post::ToPeer(hook, message));
        Ok(())
    }

    /// Returns the name of a hook.
    pub(super) fn name(&self, hook: HookKey) -> Option<HookName> {
        self.hooks.get(hook).map(|hook| hook.name)
    }

    /// Has the node go away if it has no hooks left, and is not on its way already.
    pub(super) fn shut_down_if_bare(&mut self) {
        if self.core.hook_count == 0 && self.core.valid {
            self.shut_down();
        }
    }

    /// Sends a frame out of an interface, onto its wire.
    pub(super) fn transmit(&mut self, interface: IfKey, packet: Packet) {
        self.outputs.push(Some(Output { to: Outlet::Wire(interface), packet, note: 0 }));
    }

    /// Has an interface receive a frame, as if it came from its wire.
    pub(super) fn receive(&mut self, interface: IfKey, packet: Packet) {
        self.outputs.push(Some(Output { to: Outlet::Input(interface), packet, note: 0 }));
    }

    /// Takes an interface's link up or down, as a flow message tells it to; the others it does not heed.
    pub(super) fn follow_link(&mut self, interface: IfKey, command: u32) {
        if let NGM_LINK_IS_UP | NGM_LINK_IS_DOWN = command {
            self.posts.push_back(Post::Link(interface, command == NGM_LINK_IS_UP));
        }
    }

    /// Hands a frame to the protocols above an interface.
    pub(super) fn deliver_up(&mut self, interface: IfKey, packet: Packet) {
        self.outputs.push(Some(Output { to: Outlet::Stack(interface), packet, note: 0 }));
    }

    /// Sends the node a message of its own.
    pub(super) fn post_to_self(&mut self, cookie: u32, cmd: u32, args: &[u8]) {
        let message = Message::new(cookie, cmd, args, self.core.id);
        self.posts.push_back(Post::ToNode(self.node, message));
    }

    /// Has the node go away as soon as nobody is in it. From now on it cannot be found by name.
    pub(super) fn shut_down(&mut self) {
        self.core.valid = false;
        if !self.core.closing {
            self.posts.push_back(Post::Shutdown(self.node));
        }
    }

    /// Has one of the node's hooks go away as soon as nobody is in the node.
    pub(super) fn remove_hook(&mut self, name: HookName) {
        if let Some(hook) = self.find(name) {
            self.posts.push_back(Post::RemoveHook(self.node, hook));
        }
    }

    /// Sets a timer.
    pub(super) fn after(&mut self, delay: Duration, token: u32) {
        self.posts.push_back(Post::Timer(self.node, self.now.saturating_add(delay), token));
    }

    /// Sets a timer whose token is the number after `last`, and so none of those that were set before.
    pub(super) fn start(&mut self, delay: Duration, last: &mut u32) -> u32 {
        *last = last.wrapping_add(1);
        self.after(delay, *last);
        *last
    }

    /// Finds one of the node's hooks.
    pub(super) fn find(&self, name: HookName) -> Option<HookKey> {
        self.core.find(self.hooks, name)
    }

    /// Returns the node's hooks one after the other, the newest first: the newest where `after` is `None`.
    pub(super) fn next_hook(&self, after: Option<HookKey>) -> Option<HookKey> {
        match after {
            None => self.core.newest(),
            Some(hook) => older(self.hooks, hook),
        }
    }

    /// Returns what the node has noted about a hook.
    pub(super) fn tag(&self, hook: HookKey) -> u32 {
        self.hooks.get(hook).map_or(0, |hook| hook.tag)
    }

    /// Tells whether a hook is being connected to a hook of the same node.
    pub(super) fn is_own_peer(&self, hook: HookKey) -> bool {
        let peer = self.hooks.get(hook).and_then(|hook| hook.peer);
        peer.and_then(|peer| self.hooks.get(peer)).is_some_and(|peer| peer.node == Some(self.node))
    }
}
