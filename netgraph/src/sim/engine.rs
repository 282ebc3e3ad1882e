//! Who may be inside a node, and what waits until it may: the kernel's item queues.
//!
//! Data and messages that change nothing are readers, everything else is a writer. What cannot go in waits at the node
//! and is taken up when the system call is done, where the kernel has threads for it.

use super::context::Post;
use super::flow::Hold;
use super::graph::{HookKey, NodeKey};
use super::ifnet::IfKind;
use super::machine::Machine;
use super::message::Message;
use super::net::Upcall;
use super::nodes::ksocket;
use super::packet::Packet;
use crate::error::Errno;
use crate::name::NodeId;

/// Something for a node to handle.
#[derive(Debug)]
pub(super) enum Item {
    /// Data that came in on a hook.
    Data(HookKey, Packet),
    /// A frame that the node's interface is to send.
    Transmit(Packet),
    /// A message.
    Message(Letter),
    /// This hook is to go: its other end is gone, or the node wants it so.
    RemoveHook(HookKey),
    /// The end of the node.
    Shutdown,
    /// This hook is to become the node's, and a connection.
    Connect(HookKey),
    /// This hook of the node is a connection now.
    Connected(HookKey),
    /// A timer that is due.
    Timer(u32),
    /// What has happened to the node's socket.
    Upcall(Upcall),
}

/// A message on its way.
#[derive(Debug)]
pub(super) struct Letter {
    pub(super) message: Message,
    /// The hook that its path came in by.
    pub(super) hook: Option<HookKey>,
    /// Whether the program that has sent it, or asked for it, learns its errno.
    pub(super) reported: bool,
}

impl Item {
    /// How a node is to be held for it; `single` is said of the node.
    fn hold(&self, single: bool) -> Hold {
        match self {
            Self::Data(..) if !single => Hold::Reader,
            Self::Message(letter) if !single && letter.message.is_read_only() => Hold::Reader,
            _ => Hold::Writer,
        }
    }
}

impl Machine {
    /// Takes up everything that waits at nodes, and then has nodes hear of their sockets.
    pub(super) fn drain(&mut self) {
        loop {
            while let Some(node) = self.work.pop_front() {
                if let Some(node) = self.nodes.get_mut(node) {
                    node.gate.listed = false;
                }
                while let Some((item, hold)) = self.next_item(node) {
                    // Whoever is to learn the errno has it reported.
                    let _ = self.apply(node, item, hold);
                }
            }
            let Some((node, upcall)) = self.net.upcalls.pop_front() else { return };
            // A node that is gone hears nothing.
            let _ = self.send(node, Item::Upcall(upcall));
        }
    }

    /// Takes the first waiting item of a node if it may go in now.
    fn next_item(&mut self, node: NodeKey) -> Option<(Item, Hold)> {
        let gate = &mut self.nodes.get_mut(node)?.gate;
        let hold = gate.queue.front()?.hold(gate.single);
        match hold {
            Hold::Reader if !gate.writer => gate.readers += 1,
            Hold::Writer if !gate.writer && gate.readers == 0 => gate.writer = true,
            _ => return None,
        }
        let item = gate.queue.pop_front()?;
        if matches!(item, Item::Data(..) | Item::Transmit(..)) {
            self.flow.queued = self.flow.queued.saturating_sub(1);
        }
        Some((item, hold))
    }

    /// Has an item wait at a node.
    pub(super) fn queue(&mut self, key: NodeKey, item: Item) {
        let Some(node) = self.nodes.get_mut(key) else { return };
        if matches!(item, Item::Data(..) | Item::Transmit(..)) {
            self.flow.queued += 1;
        }
        node.gate.queue.push_back(item);
        self.list(key);
    }

    /// Puts a node on the list of those with work to do, if it could do some.
    fn list(&mut self, key: NodeKey) {
        let Some(gate) = self.nodes.get_mut(key).map(|node| &mut node.gate) else { return };
        let Some(hold) = gate.queue.front().map(|item| item.hold(gate.single)) else { return };
        let free = !gate.writer && (hold == Hold::Reader || gate.readers == 0);
        if free && !gate.listed {
            gate.listed = true;
            self.work.push_back(key);
        }
    }

    /// Lets go of a node.
    pub(super) fn leave(&mut self, key: NodeKey, hold: Hold) {
        let Some(gate) = self.nodes.get_mut(key).map(|node| &mut node.gate) else { return };
        match hold {
            Hold::Reader => gate.readers = gate.readers.saturating_sub(1),
            Hold::Writer => gate.writer = false,
        }
        if !gate.queue.is_empty() {
            self.list(key);
        }
    }

    /// Has a node handle an item at once if it is free, and later otherwise.
    pub(super) fn send(&mut self, key: NodeKey, item: Item) -> Result<(), Errno> {
        let Some(gate) = self.nodes.get_mut(key).map(|node| &mut node.gate) else {
            return Err(Errno::EINVAL);
        };
        let hold = item.hold(gate.single);
        let free = !gate.writer && gate.queue.is_empty() && (hold == Hold::Reader || gate.readers == 0);
        if !free {
            self.queue(key, item);
            return Ok(());
        }
        match hold {
            Hold::Reader => gate.readers += 1,
            Hold::Writer => gate.writer = true,
        }
        self.apply(key, item, hold)
    }

    /// Has a node that is held handle an item, and lets go of it.
    fn apply(&mut self, key: NodeKey, item: Item, hold: Hold) -> Result<(), Errno> {
        let valid = self.core(key).is_some_and(|core| core.valid);
        let result = match item {
            // Letting go is the walk's business.
            Item::Data(hook, packet) => {
                self.handle_data(key, hold, hook, packet);
                return Ok(());
            }
            Item::Transmit(packet) if valid => {
                self.handle_transmit(key, packet);
                return Ok(());
            }
            Item::Message(letter) => self.apply_message(key, letter),
            Item::Shutdown => {
                self.shut_down(key);
                Ok(())
            }
            Item::RemoveHook(hook) if valid => {
                self.destroy_hook(hook);
                Ok(())
            }
            Item::Connect(hook) if valid => {
                let result = self.finish_connect(key, hook);
                self.report(true, result)
            }
            Item::Connected(hook) if valid => self.complete_connect(key, hook),
            Item::Timer(token) if valid => {
                self.call(key, |behaviour, context| behaviour.timer(context, token));
                Ok(())
            }
            Item::Upcall(upcall) if valid => {
                self.call(key, |behaviour, context| behaviour.upcall(context, upcall));
                Ok(())
            }
            Item::Transmit(_)
            | Item::Upcall(_)
            | Item::RemoveHook(_)
            | Item::Connect(_)
            | Item::Connected(_)
            | Item::Timer(_) => Err(Errno::EINVAL),
        };
        self.leave(key, hold);
        result
    }

    /// Notes an errno for the program that is to learn it.
    pub(super) fn report(&mut self, reported: bool, result: Result<(), Errno>) -> Result<(), Errno> {
        if let (true, Err(errno)) = (reported, result) {
            self.reported = Some(errno);
        }
        result
    }

    /// Calls a method of a node, and sends what it wants to send.
    pub(super) fn call<R>(
        &mut self,
        key: NodeKey,
        call: impl FnOnce(&mut dyn super::nodes::Behaviour, &mut super::context::Context<'_>) -> R,
    ) -> Option<R> {
        let start = self.flow.outputs.len();
        let result = self.with(key, call);
        if self.flow.outputs.len() > start {
            self.send_outputs_of(key, start);
        }
        result
    }

    /// Does what nodes have posted.
    pub(super) fn settle_posts(&mut self) {
        while let Some(post) = self.flow.posts.pop_front() {
            match post {
                Post::ToNode(node, message) => self.deliver(node, message, None),
                Post::ToPeer(hook, message) => self.send_to_peer(hook, message),
                Post::Shutdown(node) => {
                    let _ = self.send(node, Item::Shutdown);
                }
                Post::RemoveHook(node, hook) => {
                    let _ = self.send(node, Item::RemoveHook(hook));
                }
                Post::Detach { interface, vnet, unit } => {
                    let kind = self.interfaces.get(interface).map(|there| there.kind);
                    self.remove_interface(interface);
                    match (self.vnets.get_mut(&vnet), kind) {
                        (Some(vnet), Some(IfKind::Iface { .. })) => vnet.ng.give(unit),
                        (Some(vnet), _) => vnet.ngeth.give(unit),
                        (None, _) => {}
                    }
                }
                Post::ToId { vnet, to, message } => self.send_to(vnet, to, message),
                Post::Adopt { parent, end, asker } => ksocket::adopt(self, parent, end, asker),
                Post::Link(interface, up) => self.set_link(interface, up),
                Post::FreeDevice(unit) => self.devices.give(unit),
                Post::Resident(kind, vnet) => self.make_resident(vnet, kind),
                Post::Timer(node, at, token) => self.set_timer(node, at, token),
            }
        }
    }

    /// Sends a message to the node of this number, if there is one.
    pub(super) fn send_to(&mut self, vnet: u32, to: NodeId, message: Message) {
        let Some(node) = self.vnets.get(&vnet).and_then(|vnet| vnet.by_id.get(&to.0)) else { return };
        self.deliver(*node, message, None);
    }

    /// Sends a message out of a hook.
    pub(super) fn send_to_peer(&mut self, hook: HookKey, message: Message) {
        let Some((peer, node)) = self.across(hook) else { return };
        self.deliver(node, message, Some(peer));
    }

    /// Hands a message of a node to another one. In a loop of the graph a storm of messages ends as one of packets does.
    fn deliver(&mut self, node: NodeKey, message: Message, hook: Option<HookKey>) {
        if !self.flow.step() {
            return;
        }
        let item = Item::Message(Letter { message, hook, reported: false });
        if self.flow.is_deep_in_posts() {
            return self.queue(node, item);
        }
        // The kernel's nodes do not look at the outcome either.
        let _ = self.send(node, item);
    }

    /// Sets a timer of a node.
    pub(super) fn set_timer(&mut self, node: NodeKey, at: std::time::Duration, token: u32) {
        self.next_timer += 1;
        self.timers.insert((at, self.next_timer), (node, token));
    }

    /// Runs a timer that is due.
    pub(super) fn run_timer(&mut self, node: NodeKey, token: u32) {
        let _ = self.send(node, Item::Timer(token));
    }
}
