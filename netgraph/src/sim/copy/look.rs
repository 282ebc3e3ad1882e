//! The graph as a program sees it.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::error::{Errno, Error, Result};
use crate::name::{HookName, NodeId};
use crate::nodes::generic::{Link, NodeInfo};
use crate::path::Path;
use crate::socket::Socket;

/// A node and its hooks, the newest first.
pub(super) struct SeenNode {
    pub(super) info: NodeInfo,
    pub(super) hooks: Vec<SeenHook>,
}

pub(super) struct SeenHook {
    pub(super) name: HookName,
    pub(super) peer: NodeId,
    pub(super) peer_hook: HookName,
}

/// The place of each hook among those of its node.
pub(super) type HookPlaces = FxHashMap<(NodeId, HookName), usize>;

/// Reads the graph without the socket's own node. What goes away meanwhile is left out.
pub(super) fn look(socket: &Socket) -> Result<BTreeMap<u32, SeenNode>> {
    let own = socket.info(&Path::own())?.id;
    let mut nodes = BTreeMap::new();
    for info in socket.nodes()?.iter().filter(|info| info.id != own) {
        let Some(hooks) = present(socket.hooks(&info.path()))? else { continue };
        let seen = |link: Link| SeenHook { name: link.hook, peer: link.peer.id, peer_hook: link.peer_hook };
        nodes.insert(info.id.0, SeenNode { info: hooks.node(), hooks: hooks.iter().map(seen).collect() });
    }
    drop_halves(&mut nodes);
    Ok(nodes)
}

/// Returns the places of all hooks.
pub(super) fn places(nodes: &BTreeMap<u32, SeenNode>) -> HookPlaces {
    let mut places = HookPlaces::default();
    for node in nodes.values() {
        places.extend(node.hooks.iter().enumerate().map(|(at, hook)| ((node.info.id, hook.name), at)));
    }
    places
}

/// The answer of a node, or `None` where there is no such node any more, or it has no such answer.
pub(super) fn present<T>(answer: Result<T>) -> Result<Option<T>> {
    match answer {
        Err(Error::Rejected { errno: Errno::ENOENT | Errno::ENXIO | Errno::EINVAL, .. }) => Ok(None),
        answer => answer.map(Some),
    }
}

/// Drops the hooks whose other end was not seen; there may have been a moment between the two.
fn drop_halves(nodes: &mut BTreeMap<u32, SeenNode>) {
    type End = (u32, HookName);
    let ends: BTreeSet<(End, End)> = nodes
        .values()
        .flat_map(|node| node.hooks.iter().map(|hook| (node.info.id.0, hook)))
        .map(|(id, hook)| ((id, hook.name), (hook.peer.0, hook.peer_hook)))
        .collect();
    for node in nodes.values_mut() {
        let id = node.info.id.0;
        let mut before = BTreeSet::new();
        node.hooks.retain(|hook| {
            let (here, there) = ((id, hook.name), (hook.peer.0, hook.peer_hook));
            here != there && ends.contains(&(there, here)) && before.insert(hook.name)
        });
    }
}
