//! What must be so in a graph, whatever was done to it.

use std::collections::{BTreeMap, BTreeSet};

use netgraph::{HookName, NodeId, NodeName, Path, Socket};

/// What is remembered of a graph while a program runs.
#[derive(Default)]
pub(crate) struct Watch {
    /// All nodes that there have been, with their types.
    seen: BTreeMap<NodeId, String>,
    gone: BTreeSet<NodeId>,
}

impl Watch {
    /// Checks that the graph is sound: hooks come in pairs, counts agree, names are taken once, and no number comes back.
    pub(crate) fn check(&mut self, socket: &Socket) -> Result<(), String> {
        let listed = socket.nodes().map_err(|error| error.to_string())?;
        let nodes: BTreeMap<NodeId, _> = listed.iter().map(|node| (node.id, node)).collect();
        let mut names = BTreeSet::new();
        let mut ends: BTreeMap<(NodeId, HookName, NodeId, HookName), i32> = BTreeMap::new();
        for (id, node) in &nodes {
            let kind = node.type_name.to_string();
            if self.gone.contains(id) || *self.seen.entry(*id).or_insert_with(|| kind.clone()) != kind {
                return Err(format!("node {id} has come back as {kind}"));
            }
            if node.name != NodeName::from_field(b"") && !names.insert(node.name) {
                return Err(format!("two nodes are called {}", node.name));
            }
            let hooks = socket.hooks(&Path::from(*id)).map_err(|error| format!("{id}: {error}"))?;
            if hooks.iter().count() != node.hooks as usize {
                return Err(format!("{id} has {} hooks and lists {}", node.hooks, hooks.iter().count()));
            }
            for hook in hooks.iter() {
                *ends.entry((*id, hook.hook, hook.peer.id, hook.peer_hook)).or_default() += 1;
                *ends.entry((hook.peer.id, hook.peer_hook, *id, hook.hook)).or_default() -= 1;
            }
        }
        if let Some(((id, hook, ..), _)) = ends.iter().find(|(_, balance)| **balance != 0) {
            return Err(format!("the hook {hook} of {id} has no other end that leads back"));
        }
        self.gone.extend(self.seen.keys().filter(|id| !nodes.contains_key(id)));
        Ok(())
    }
}
