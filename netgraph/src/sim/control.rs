//! Making nodes and connections, and taking them away.

use serde_json::json;

use super::engine::{Item, Letter};
use super::graph::{Hook, HookKey, NodeKey};
use super::machine::{HOST, Machine};
use super::nodes::{self, Fate, Kind};
use crate::error::Errno;
use crate::name::{HookName, NodeName};

impl Machine {
    /// Makes a node of a type that can be asked for.
    fn make_node(&mut self, vnet: u32, type_name: &[u8]) -> Result<NodeKey, Errno> {
        let kind = nodes::kind(type_name).ok_or(Errno::ENXIO)?;
        let key = self.add_node(vnet, kind)?;
        match (kind.make)(self, key) {
            Ok(behaviour) => {
                if let Some(node) = self.nodes.get_mut(key) {
                    node.behaviour = Some(behaviour);
                }
                Ok(key)
            }
            Err(errno) => {
                self.remove_node(key);
                Err(errno)
            }
        }
    }

    /// Makes the one node of a type whose module keeps one; it has the name of the type.
    pub(super) fn make_resident(&mut self, vnet: u32, kind: &'static Kind) {
        let Ok(key) = self.add_node(vnet, kind) else { return };
        // Such a node has no state to begin with.
        let behaviour = (kind.restore)(self, key, &json!({})).ok();
        if let Some(node) = self.nodes.get_mut(key) {
            node.behaviour = behaviour;
        }
        // A name that is taken is only logged.
        let _ = self.name_node(key, NodeName::from_field(kind.name.as_bytes()));
    }

    /// Makes the nodes that modules keep, of those types that have none.
    pub(super) fn load_residents(&mut self) {
        for kind in nodes::residents() {
            if !self.nodes.iter().any(|(_, node)| std::ptr::eq(node.core.kind, kind)) {
                self.make_resident(HOST, kind);
            }
        }
    }

    /// Makes a node and connects it: NGM_MKPEER. First the node, then the asked node's hook, then the new node's.
    pub(super) fn make_peer(
        &mut self,
        here: NodeKey,
        type_name: &[u8],
        name: HookName,
        peer_name: HookName,
    ) -> Result<(), Errno> {
        let vnet = self.core(here).ok_or(Errno::EINVAL)?.vnet;
        let there = self.make_node(vnet, type_name)?;
        let hook = match self.add_hook(here, name) {
            Ok(hook) => hook,
            Err(errno) => {
                self.shut_down(there);
                return Err(errno);
            }
        };
        let peer = match self.add_hook(there, peer_name) {
            Ok(peer) => peer,
            Err(errno) => {
                self.shut_down(there);
                self.destroy_hook(hook);
                return Err(errno);
            }
        };
        for (end, other) in [(hook, peer), (peer, hook)] {
            if let Some(end) = self.hooks.get_mut(end) {
                end.peer = Some(other);
            }
        }
        let asked = self.ask_to_connect(here, hook);
        if let Err(errno) = asked.and_then(|()| self.ask_to_connect(there, peer)) {
            self.destroy_hook(peer);
            self.shut_down(there);
            return Err(errno);
        }
        for end in [hook, peer] {
            if let Some(end) = self.hooks.get_mut(end) {
                end.valid = true;
            }
        }
        Ok(())
    }

    /// Adds a hook that leads nowhere yet.
    fn add_hook(&mut self, node: NodeKey, name: HookName) -> Result<HookKey, Errno> {
        let core = self.core(node).ok_or(Errno::EINVAL)?;
        if core.find(&self.hooks, name).is_some() {
            return Err(Errno::EEXIST);
        }
        let hook = self.hooks.insert(Hook::new(name, Some(node)));
        match self.ask_for_hook(node, hook, name) {
            Ok(()) => {
                self.link_hook(node, hook);
                Ok(hook)
            }
            Err(errno) => {
                self.hooks.remove(hook);
                Err(errno)
            }
        }
    }

    fn ask_for_hook(&mut self, node: NodeKey, hook: HookKey, name: HookName) -> Result<(), Errno> {
        let answer = self.call(node, |behaviour, context| behaviour.new_hook(context, hook, name));
        answer.unwrap_or(Ok(()))
    }

    /// Asks a node whether one of its hooks may become a connection.
    fn ask_to_connect(&mut self, node: NodeKey, hook: HookKey) -> Result<(), Errno> {
        let peer = self.hooks.get(hook).and_then(|hook| hook.peer);
        let there = peer.and_then(|peer| self.hooks.get(peer)).and_then(|peer| peer.node);
        let Some(there) = there else { return Ok(()) };
        let answer = self.call(node, |behaviour, context| behaviour.connect(context, hook, there));
        answer.unwrap_or(Ok(()))?;
        match self.call(node, |behaviour, context| behaviour.inquire(context, hook)).flatten() {
            Some(message) => self.send(there, Item::Message(Letter { message, hook: None, reported: false })),
            None => Ok(()),
        }
    }

    fn link_hook(&mut self, node: NodeKey, hook: HookKey) {
        if let Some(there) = self.hooks.get_mut(hook) {
            there.node = Some(node);
        }
        if let Some(node) = self.nodes.get_mut(node) {
            node.core.link(&mut self.hooks, hook);
        }
    }

    /// Connects two nodes: NGM_CONNECT. The other node's part is an item of its own.
    pub(super) fn connect(
        &mut self,
        here: NodeKey,
        name: HookName,
        there: NodeKey,
        peer_name: HookName,
    ) -> Result<(), Errno> {
        let core = self.core(there).ok_or(Errno::EINVAL)?;
        if core.find(&self.hooks, peer_name).is_some() {
            return Err(Errno::EEXIST);
        }
        let hook = self.add_hook(here, name)?;
        let peer = self.hooks.insert(Hook::new(peer_name, None));
        for (end, other) in [(hook, peer), (peer, hook)] {
            if let Some(end) = self.hooks.get_mut(end) {
                end.peer = Some(other);
            }
        }
        self.send(there, Item::Connect(peer))
    }

    /// The other node's part of a connection.
    pub(super) fn finish_connect(&mut self, node: NodeKey, hook: HookKey) -> Result<(), Errno> {
        let name = self.hooks.get(hook).map(|hook| hook.name).ok_or(Errno::ENOENT)?;
        let taken = self.core(node).is_some_and(|core| core.find(&self.hooks, name).is_some());
        let asked = if taken { Err(Errno::EEXIST) } else { self.ask_for_hook(node, hook, name) };
        if let Err(errno) = asked {
            self.destroy_hook(hook);
            return Err(errno);
        }
        self.link_hook(node, hook);
        let peer = self.hooks.get(hook).and_then(|hook| hook.peer);
        let peer_node = peer.and_then(|peer| self.hooks.get(peer)).and_then(|peer| peer.node);
        let (Some(peer), Some(peer_node)) = (peer, peer_node) else {
            self.destroy_hook(hook);
            return Err(Errno::ENOENT);
        };
        let asked = self.ask_to_connect(node, hook);
        let result = asked.and_then(|()| self.send(peer_node, Item::Connected(peer)));
        if result.is_err() {
            self.destroy_hook(hook);
            return result;
        }
        if let Some(hook) = self.hooks.get_mut(hook) {
            hook.valid = true;
        }
        Ok(())
    }

    /// The first node's last part of a connection.
    pub(super) fn complete_connect(&mut self, node: NodeKey, hook: HookKey) -> Result<(), Errno> {
        if let Err(errno) = self.ask_to_connect(node, hook) {
            self.destroy_hook(hook);
            return Err(errno);
        }
        if let Some(hook) = self.hooks.get_mut(hook) {
            hook.valid = true;
        }
        Ok(())
    }

    /// Takes a hook away; the node at its other end is told to do the same.
    pub(super) fn destroy_hook(&mut self, key: HookKey) {
        let Some(hook) = self.hooks.get_mut(key) else { return };
        hook.valid = false;
        let (node, peer) = (hook.node, hook.peer.take());
        if let Some(peer_key) = peer {
            let peer_node = self.hooks.get_mut(peer_key).and_then(|peer| {
                peer.peer = None;
                peer.node
            });
            match peer_node {
                // A hook that is gone already by then needs no more.
                Some(peer_node) => drop(self.send(peer_node, Item::RemoveHook(peer_key))),
                None => drop(self.hooks.remove(peer_key)),
            }
        }
        if let Some(node_key) = node {
            if let Some(node) = self.nodes.get_mut(node_key) {
                node.core.unlink(&mut self.hooks, key);
            }
            self.call(node_key, |behaviour, context| behaviour.disconnect(context, key));
        }
        self.hooks.remove(key);
    }

    /// Shuts a node down: its hooks go, then it goes itself, unless its type lives on.
    pub(super) fn shut_down(&mut self, key: NodeKey) {
        let Some(core) = self.nodes.get_mut(key).map(|node| &mut node.core) else { return };
        if core.closing {
            return;
        }
        core.valid = false;
        core.closing = true;
        let ends = self.call(key, |behaviour, context| behaviour.close(context)).flatten();
        if let Some((hook, other)) = ends {
            self.bypass(hook, other);
        }
        while let Some(hook) = self.core(key).and_then(|core| core.newest()) {
            self.destroy_hook(hook);
        }
        self.flush(key);
        match self.call(key, |behaviour, context| behaviour.shutdown(context)) {
            Some(Fate::Stays) => {
                if let Some(node) = self.nodes.get_mut(key) {
                    node.core.valid = true;
                    node.core.closing = false;
                }
            }
            Some(Fate::Gone) | None => self.remove_node(key),
        }
    }

    /// Connects what is at the other ends of two hooks, and takes the two away: `ng_bypass`.
    fn bypass(&mut self, hook: HookKey, other: HookKey) {
        let (Some((peer, _)), Some((far, _))) = (self.across(hook), self.across(other)) else { return };
        for (end, to) in [(peer, Some(far)), (far, Some(peer)), (hook, None), (other, None)] {
            if let Some(end) = self.hooks.get_mut(end) {
                end.peer = to;
            }
        }
        self.destroy_hook(hook);
        self.destroy_hook(other);
    }

    /// Shuts a node down as soon as nobody is in it. It cannot be found by name from now on.
    pub(super) fn shut_down_self(&mut self, key: NodeKey) {
        let Some(core) = self.nodes.get_mut(key).map(|node| &mut node.core) else { return };
        core.valid = false;
        if !core.closing {
            let _ = self.send(key, Item::Shutdown);
        }
    }

    /// Drops what waits at a node. Whoever waits for an answer gets ENOENT.
    fn flush(&mut self, key: NodeKey) {
        let Some(gate) = self.nodes.get_mut(key).map(|node| &mut node.gate) else { return };
        for item in std::mem::take(&mut gate.queue) {
            match item {
                Item::Data(..) | Item::Transmit(..) => {
                    self.flow.queued = self.flow.queued.saturating_sub(1);
                }
                Item::Message(letter) if letter.reported => self.reported = Some(Errno::ENOENT),
                Item::Connect(hook) => self.destroy_hook(hook),
                _ => {}
            }
        }
    }
}
