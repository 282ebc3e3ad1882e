//! Nodes and hooks: how they are kept and found.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use super::engine::Item;
use super::machine::Machine;
use super::nodes::{Behaviour, Kind};
use super::slab::{Key, Slab};
use crate::error::Errno;
use crate::name::{HookName, NodeId, NodeName};
use crate::path::Path;

pub(super) type NodeKey = Key<Node>;
pub(super) type HookKey = Key<Hook>;

/// The types whose nodes let in one item at a time: `NG_NODE_FORCE_WRITER`, or the same of both hooks.
const SINGLE: [&str; 7] = ["async", "deflate", "mppc", "nat", "pipe", "pred1", "vjc"];

/// One end of a connection.
#[derive(Debug)]
pub(super) struct Hook {
    pub(super) name: HookName,
    /// `None` before it is added to its node, and once it has left it.
    pub(super) node: Option<NodeKey>,
    pub(super) peer: Option<HookKey>,
    /// Whether the connection is made, and not yet being broken.
    pub(super) valid: bool,
    /// Whether data that comes in here goes up into the protocol stack.
    pub(super) to_inbound: bool,
    /// What the node's type notes about the hook.
    pub(super) tag: u32,
    newer: Option<HookKey>,
    older: Option<HookKey>,
}

impl Hook {
    pub(super) fn new(name: HookName, node: Option<NodeKey>) -> Self {
        Self { name, node, peer: None, valid: false, to_inbound: false, tag: 0, newer: None, older: None }
    }
}

/// What every node has.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) vnet: u32,
    pub(super) id: NodeId,
    /// Empty if it has none.
    pub(super) name: NodeName,
    pub(super) kind: &'static Kind,
    pub(super) valid: bool,
    pub(super) closing: bool,
    /// Whether even a node that lives on is to go.
    pub(super) really_die: bool,
    pub(super) hook_count: u32,
    newest: Option<HookKey>,
    by_name: FxHashMap<HookName, HookKey>,
    /// Whether two hooks may have the same name: the kernel lets a node connect a hook to itself.
    alike: bool,
}

/// Who is inside a node, and what waits outside: many readers, or one writer.
#[derive(Debug, Default)]
pub(super) struct Gate {
    pub(super) readers: u32,
    pub(super) writer: bool,
    /// Whether everything that goes in is a writer: the flag NGF_FORCE_WRITER.
    pub(super) single: bool,
    pub(super) queue: VecDeque<Item>,
    /// Whether the node is on the list of those with work to do.
    pub(super) listed: bool,
}

#[derive(Debug)]
pub(super) struct Node {
    pub(super) core: Core,
    pub(super) gate: Gate,
    /// `None` while the node is being made.
    pub(super) behaviour: Option<Box<dyn Behaviour>>,
}

impl Core {
    pub(super) fn new(vnet: u32, id: NodeId, kind: &'static Kind) -> Self {
        Self {
            vnet,
            id,
            name: NodeName::from_field(b""),
            kind,
            valid: true,
            closing: false,
            really_die: false,
            hook_count: 0,
            newest: None,
            by_name: FxHashMap::default(),
            alike: false,
        }
    }

    /// Finds a hook by its name.
    pub(super) fn find(&self, hooks: &Slab<Hook>, name: HookName) -> Option<HookKey> {
        let key = *self.by_name.get(&name)?;
        let hook = hooks.get(key)?;
        (hook.valid || self.kind.finds_unready_hooks).then_some(key)
    }

    /// Returns the newest hook; [`older`] leads on.
    pub(super) fn newest(&self) -> Option<HookKey> {
        self.newest
    }

    /// Returns the hooks, the newest first.
    pub(super) fn hooks<'a>(&self, hooks: &'a Slab<Hook>) -> impl Iterator<Item = (HookKey, &'a Hook)> + 'a {
        let mut next = self.newest;
        std::iter::from_fn(move || {
            let key = next?;
            let hook = hooks.get(key)?;
            next = hook.older;
            Some((key, hook))
        })
    }

    /// Adds a hook as the newest one.
    pub(super) fn link(&mut self, hooks: &mut Slab<Hook>, key: HookKey) {
        if let Some(newest) = self.newest.and_then(|newest| hooks.get_mut(newest)) {
            newest.newer = Some(key);
        }
        let older = self.newest.replace(key);
        self.hook_count += 1;
        if let Some(hook) = hooks.get_mut(key) {
            hook.older = older;
            self.alike |= self.by_name.insert(hook.name, key).is_some();
        }
    }

    /// Takes a hook off the list; the hook itself stays.
    pub(super) fn unlink(&mut self, hooks: &mut Slab<Hook>, key: HookKey) {
        let Some(hook) = hooks.get_mut(key) else { return };
        let (newer, older, name) = (hook.newer.take(), hook.older.take(), hook.name);
        match newer.and_then(|newer| hooks.get_mut(newer)) {
            Some(newer) => newer.older = older,
            None => self.newest = older,
        }
        if let Some(older) = older.and_then(|older| hooks.get_mut(older)) {
            older.newer = newer;
        }
        self.hook_count = self.hook_count.saturating_sub(1);
        if self.by_name.get(&name) == Some(&key) {
            self.by_name.remove(&name);
            if self.alike {
                let other = self.hooks(hooks).find(|(_, hook)| hook.name == name).map(|(other, _)| other);
                self.by_name.extend(other.map(|other| (name, other)));
            }
        }
    }
}

/// Returns the hook that was added before this one.
pub(super) fn older(hooks: &Slab<Hook>, key: HookKey) -> Option<HookKey> {
    hooks.get(key)?.older
}

impl Machine {
    pub(super) fn core(&self, node: NodeKey) -> Option<&Core> {
        self.nodes.get(node).map(|node| &node.core)
    }

    /// Adds a node without a private part, with the next number of its VNET that is free.
    pub(super) fn add_node(&mut self, vnet: u32, kind: &'static Kind) -> Result<NodeKey, Errno> {
        let there = self.vnets.get_mut(&vnet).ok_or(Errno::ENXIO)?;
        while there.next_id == 0 || there.by_id.contains_key(&there.next_id) {
            there.next_id = there.next_id.wrapping_add(1);
        }
        let id = there.next_id;
        there.next_id = id.wrapping_add(1);
        let core = Core::new(vnet, NodeId(id), kind);
        let gate = Gate { single: SINGLE.contains(&kind.name), ..Gate::default() };
        let key = self.nodes.insert(Node { core, gate, behaviour: None });
        if let Some(there) = self.vnets.get_mut(&vnet) {
            there.by_id.insert(id, key);
        }
        Ok(key)
    }

    /// Takes a node out of its VNET; its hooks must be gone.
    pub(super) fn remove_node(&mut self, key: NodeKey) {
        let Some(node) = self.nodes.remove(key) else { return };
        if let Some(vnet) = self.vnets.get_mut(&node.core.vnet) {
            vnet.by_id.remove(&node.core.id.0);
            if vnet.by_name.get(&node.core.name) == Some(&key) {
                vnet.by_name.remove(&node.core.name);
            }
        }
    }

    /// Names a node: NGM_NAME.
    pub(super) fn name_node(&mut self, key: NodeKey, name: NodeName) -> Result<(), Errno> {
        let core = self.core(key).ok_or(Errno::EINVAL)?;
        // A name that does not change is not even looked at.
        if core.name == name {
            return Ok(());
        }
        let bytes = name.as_bytes();
        let bad = bytes.is_empty() || bytes.contains(&b'.') || bytes.contains(&b':');
        if bad || NodeId::parse(bytes).is_some() {
            return Err(Errno::EINVAL);
        }
        let (vnet, old) = (core.vnet, core.name);
        if self.node_named(vnet, name).is_some() {
            return Err(Errno::EADDRINUSE);
        }
        if let Some(vnet) = self.vnets.get_mut(&vnet) {
            if vnet.by_name.get(&old) == Some(&key) {
                vnet.by_name.remove(&old);
            }
            vnet.by_name.insert(name, key);
        }
        if let Some(node) = self.nodes.get_mut(key) {
            node.core.name = name;
        }
        Ok(())
    }

    /// Finds a node that is not going away by its name.
    fn node_named(&self, vnet: u32, name: NodeName) -> Option<NodeKey> {
        let key = *self.vnets.get(&vnet)?.by_name.get(&name)?;
        self.core(key)?.valid.then_some(key)
    }

    /// Finds the node that the part of a path before the colon means.
    pub(super) fn look_up(&self, vnet: u32, here: Option<NodeKey>, node: &[u8]) -> Option<NodeKey> {
        if node == b"." {
            return here;
        }
        match NodeId::parse(node) {
            Some(id) => self.vnets.get(&vnet)?.by_id.get(&id.0).copied(),
            None if node.len() > crate::name::NAME_MAX => None,
            None => self.node_named(vnet, NodeName::from_field(node)),
        }
    }

    /// Follows a path from `here`, to a node and the hook that the path came in by.
    pub(super) fn resolve(&self, here: NodeKey, path: &Path) -> Result<(NodeKey, Option<HookKey>), Errno> {
        let (node, hooks) = path.split().map_err(|_| Errno::EINVAL)?;
        let vnet = self.core(here).ok_or(Errno::EINVAL)?.vnet;
        let mut at = match node {
            Some(node) => self.look_up(vnet, Some(here), node).ok_or(Errno::ENOENT)?,
            None => here,
        };
        let mut arrival = None;
        for name in hooks {
            let (peer, node) = self.follow(at, name).ok_or(Errno::ENOENT)?;
            if !self.core(node).is_some_and(|core| core.valid) {
                return Err(Errno::ENXIO);
            }
            at = node;
            arrival = Some(peer);
        }
        Ok((at, arrival))
    }

    /// Crosses the connection of a node's hook.
    fn follow(&self, node: NodeKey, name: &[u8]) -> Option<(HookKey, NodeKey)> {
        // A longer name is no hook's.
        if name.len() > crate::name::NAME_MAX {
            return None;
        }
        let key = self.core(node)?.find(&self.hooks, HookName::from_field(name))?;
        self.across(key)
    }

    /// Returns the other end of a hook, and the node there, if both ends are sound.
    pub(super) fn across(&self, hook: HookKey) -> Option<(HookKey, NodeKey)> {
        let hook = self.hooks.get(hook).filter(|hook| hook.valid)?;
        let peer_key = hook.peer?;
        let peer = self.hooks.get(peer_key).filter(|peer| peer.valid)?;
        Some((peer_key, peer.node?))
    }
}
