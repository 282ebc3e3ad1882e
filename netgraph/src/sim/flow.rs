//! Data on its way: a packet walks from node to node until somebody keeps it or drops it.
//!
//! The walk goes depth first, as the kernel's calls do, so that a sender learns what became of its packet; but it is
//! a row of frames and not of calls, so that no loop in the graph can exhaust a stack.

use std::collections::VecDeque;

use super::context::{Context, Post};
use super::engine::Item;
use super::graph::{HookKey, NodeKey};
use super::ifnet::IfKey;
use super::machine::Machine;
use super::nodes::{Behaviour, CHAIN, Sent};
use super::packet::Packet;
use crate::error::Errno;

/// How many nodes deep a packet goes before it is queued instead, as the kernel queues it when its stack is three
/// quarters full.
const DEPTH_MAX: usize = 24;

/// Where a packet goes next.
#[derive(Debug, Clone, Copy)]
pub(super) enum Outlet {
    /// Out of a hook, to the node at its other end.
    Hook(HookKey),
    /// Out of an interface, from the protocols above it.
    Host(IfKey),
    /// Out of an interface, onto its wire.
    Wire(IfKey),
    /// Into an interface, from its wire.
    Input(IfKey),
    /// To the protocols above an interface.
    Stack(IfKey),
}

/// A packet that leaves somewhere, and what the sender noted about it.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) to: Outlet,
    pub(super) packet: Packet,
    pub(super) note: u32,
}

/// How a node is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hold {
    Reader,
    Writer,
}

/// A place on the walk: packets that leave from it, and the result so far.
#[derive(Debug)]
struct Frame {
    /// The node that sends, and learns what becomes of each packet.
    node: Option<NodeKey>,
    /// How the node is to be let go of, if the walk is to do that.
    holding: Option<Hold>,
    /// The outputs: from `next` on they are still to go.
    start: usize,
    next: usize,
    end: usize,
    /// The output that is on its way.
    going: Option<(Outlet, usize, u32)>,
    result: Result<(), Errno>,
    /// Whether the sender does not learn the result.
    quiet: bool,
    /// Whether the packets come from the protocols of the host, and must not go back into them at once.
    outbound: bool,
}

/// The walk that is going on.
#[derive(Debug, Default)]
pub(super) struct Flow {
    frames: Vec<Frame>,
    pub(super) outputs: Vec<Option<Output>>,
    pub(super) posts: VecDeque<Post>,
    /// How many frames are outbound.
    outbound: usize,
    /// How many packets are queued at nodes.
    pub(super) queued: usize,
    steps: u32,
    /// How many nodes wait until what they have posted is done, each for the next.
    posting: usize,
}

impl Flow {
    /// Whether the next node is to queue the packet.
    pub(super) fn is_deep(&self) -> bool {
        self.frames.len() >= DEPTH_MAX
    }

    /// Whether the next node is to queue the message.
    pub(super) fn is_deep_in_posts(&self) -> bool {
        self.posting >= DEPTH_MAX
    }

    /// Takes one of the steps that are left; `false` at the end of a storm.
    pub(super) fn step(&mut self) -> bool {
        let left = self.steps.checked_sub(1);
        self.steps = left.unwrap_or_default();
        left.is_some()
    }
}

/// What became of a packet that went on.
pub(super) enum Entered {
    /// The packet has gone as far as it goes.
    Done(Result<(), Errno>),
    /// It is on its way: another frame is on top.
    Walking,
}

impl Machine {
    /// Does a system call, and what it sets off.
    pub(super) fn system_call<R>(&mut self, call: impl FnOnce(&mut Self) -> R) -> R {
        self.begin();
        let result = call(self);
        self.drain();
        result
    }

    /// Begins a system call, or a tick of the clock.
    pub(super) fn begin(&mut self) {
        self.flow.steps = self.limits.steps;
        self.reported = None;
    }

    /// Sends a packet and returns what became of it.
    pub(super) fn send_packet(&mut self, to: Outlet, packet: Packet) -> Result<(), Errno> {
        let base = self.flow.frames.len();
        match self.enter(to, packet) {
            Entered::Done(result) => result,
            Entered::Walking => self.walk(base),
        }
    }

    /// Sends what a node has put into the outputs from `start` on; somebody else lets go of the node.
    pub(super) fn send_outputs_of(&mut self, node: NodeKey, start: usize) {
        let base = self.flow.frames.len();
        self.push(Some(node), None, start, Ok(()), false);
        // The node has been told of each packet.
        let _ = self.walk(base);
    }

    /// Has a node that is held handle data that waited, all the way: meanwhile its hook may have gone, or the node.
    pub(super) fn handle_data(&mut self, node: NodeKey, hold: Hold, hook: HookKey, packet: Packet) {
        let sound = self.hooks.get(hook).is_some_and(|hook| hook.valid)
            && self.core(node).is_some_and(|core| core.valid);
        if !sound {
            return self.leave(node, hold);
        }
        let base = self.flow.frames.len();
        if matches!(self.receive(node, hold, hook, packet), Entered::Walking) {
            // Nobody is there any more to learn the result.
            let _ = self.walk(base);
        }
    }

    /// Has a node that is held as by a writer send a packet of its interface, all the way.
    pub(super) fn handle_transmit(&mut self, node: NodeKey, packet: Packet) {
        let base = self.flow.frames.len();
        if matches!(self.transmit(node, packet), Entered::Walking) {
            let _ = self.walk(base);
        }
    }

    /// Calls a method of a node; what it posted is done, what it sent is left in the outputs.
    pub(super) fn with<R>(
        &mut self,
        key: NodeKey,
        call: impl FnOnce(&mut dyn Behaviour, &mut Context<'_>) -> R,
    ) -> Option<R> {
        let node = self.nodes.get_mut(key)?;
        let behaviour = node.behaviour.as_mut()?;
        let mut context = Context {
            node: key,
            core: &mut node.core,
            hooks: &mut self.hooks,
            interfaces: &mut self.interfaces,
            sockets: &mut self.sockets,
            net: &mut self.net,
            woken: &mut self.woken,
            pppoe_session: &mut self.pppoe_session,
            now: self.clock,
            outputs: &mut self.flow.outputs,
            posts: &mut self.flow.posts,
        };
        let result = call(&mut **behaviour, &mut context);
        if !self.flow.posts.is_empty() {
            self.flow.posting += 1;
            self.settle_posts();
            self.flow.posting -= 1;
        }
        Some(result)
    }

    pub(super) fn push(
        &mut self,
        node: Option<NodeKey>,
        holding: Option<Hold>,
        start: usize,
        result: Result<(), Errno>,
        outbound: bool,
    ) {
        let end = self.flow.outputs.len();
        self.flow.outbound += usize::from(outbound);
        let frame =
            Frame { node, holding, start, next: start, end, going: None, result, quiet: false, outbound };
        self.flow.frames.push(frame);
    }

    /// Walks on until only `base` frames are left, and returns the result of the one above them.
    fn walk(&mut self, base: usize) -> Result<(), Errno> {
        loop {
            let Some(frame) = self.flow.frames.last_mut() else { return Ok(()) };
            if frame.next < frame.end {
                let output = self.flow.outputs.get_mut(frame.next).and_then(Option::take);
                frame.next += 1;
                let Some(output) = output else { continue };
                frame.going = Some((output.to, output.packet.len(), output.note));
                if let Entered::Done(result) = self.enter(output.to, output.packet) {
                    self.settle(result);
                }
            } else {
                let result = self.pop();
                if self.flow.frames.len() <= base {
                    return result;
                }
                self.settle(result);
            }
        }
    }

    fn pop(&mut self) -> Result<(), Errno> {
        let Some(frame) = self.flow.frames.pop() else { return Ok(()) };
        self.flow.outputs.truncate(frame.start);
        self.flow.outbound -= usize::from(frame.outbound);
        if let (Some(node), Some(hold)) = (frame.node, frame.holding) {
            self.leave(node, hold);
        }
        if frame.quiet { Ok(()) } else { frame.result }
    }

    /// Tells the node on top what became of the packet that it sent.
    fn settle(&mut self, result: Result<(), Errno>) {
        let Some(frame) = self.flow.frames.last_mut() else { return };
        frame.result = match (frame.node, frame.going.take()) {
            (Some(node), Some((Outlet::Hook(hook), len, note))) => {
                let before = frame.result;
                let sent = Sent { hook, len, note, result };
                let told = self.with(node, |behaviour, context| behaviour.sent(context, sent, before));
                let after = told.unwrap_or(result);
                if let Some(frame) = self.flow.frames.last_mut() {
                    frame.result = after;
                    if after.is_err() && note & CHAIN != 0 {
                        // The node goes no further, and does not send the others.
                        frame.next = frame.end;
                    }
                }
                return;
            }
            _ => result,
        };
    }

    fn enter(&mut self, to: Outlet, packet: Packet) -> Entered {
        if !self.flow.step() {
            return Entered::Done(Err(Errno::ENOBUFS));
        }
        match to {
            Outlet::Hook(hook) => self.cross(hook, packet),
            Outlet::Host(interface) => self.host_output(interface, packet),
            Outlet::Wire(interface) => self.wire_output(interface, packet),
            Outlet::Input(interface) => self.input(interface, packet),
            Outlet::Stack(interface) => self.stack_input(interface, packet),
        }
    }

    /// Takes a packet to the node at the other end of a hook, or queues it there.
    fn cross(&mut self, hook: HookKey, packet: Packet) -> Entered {
        let Some((peer, key)) = self.across(hook) else { return Entered::Done(Err(Errno::ENETDOWN)) };
        let up = self.hooks.get(peer).is_some_and(|peer| peer.to_inbound);
        let Some(node) = self.nodes.get_mut(key).filter(|node| node.core.valid) else {
            return Entered::Done(Err(Errno::ENETDOWN));
        };
        let hold = if node.gate.single { Hold::Writer } else { Hold::Reader };
        let gate = &mut node.gate;
        let busy = gate.writer || !gate.queue.is_empty() || (hold == Hold::Writer && gate.readers > 0);
        if busy || (up && self.flow.outbound > 0) || self.flow.is_deep() {
            if self.flow.queued >= self.limits.queued_packets {
                return Entered::Done(Err(Errno::ENOMEM));
            }
            self.queue(key, Item::Data(peer, packet));
            return Entered::Done(Ok(()));
        }
        match hold {
            Hold::Reader => gate.readers += 1,
            Hold::Writer => gate.writer = true,
        }
        self.receive(key, hold, peer, packet)
    }

    /// Has a node that is held handle data.
    fn receive(&mut self, key: NodeKey, hold: Hold, hook: HookKey, packet: Packet) -> Entered {
        let start = self.flow.outputs.len();
        let result = self.with(key, |behaviour, context| behaviour.receive_data(context, hook, packet));
        let result = result.unwrap_or(Ok(()));
        if self.flow.outputs.len() == start {
            self.leave(key, hold);
            return Entered::Done(result);
        }
        self.push(Some(key), Some(hold), start, result, false);
        Entered::Walking
    }

    /// Has a node that is held by a writer send a packet of its interface.
    pub(super) fn transmit(&mut self, key: NodeKey, packet: Packet) -> Entered {
        let start = self.flow.outputs.len();
        self.with(key, |behaviour, context| behaviour.transmit(context, packet));
        self.push(Some(key), Some(Hold::Writer), start, Ok(()), true);
        self.silence();
        Entered::Walking
    }

    /// The sender does not learn what becomes of the frame on top.
    fn silence(&mut self) {
        if let Some(frame) = self.flow.frames.last_mut() {
            frame.quiet = true;
        }
    }

    /// Sends a packet on; what becomes of it is nobody's business.
    pub(super) fn cross_quietly(&mut self, hook: HookKey, packet: Packet) -> Entered {
        match self.cross(hook, packet) {
            Entered::Done(_) => Entered::Done(Ok(())),
            Entered::Walking => {
                self.silence();
                Entered::Walking
            }
        }
    }
}
