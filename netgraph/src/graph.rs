//! The whole graph at one moment, and its pictures.
//!
//! ```
//! use netgraph::{HookName, Socket, graph::{Graph, Picture}, nodes::bridge, sim::SimKernel};
//! let socket = Socket::open(&SimKernel::new(), Some("me".parse()?))?;
//! socket.make_peer::<bridge::Bridge>(HookName::constant("port"), bridge::link(0))?;
//! let graph = Graph::snapshot(&socket)?;
//! assert_eq!((graph.nodes().len(), graph.edges().len()), (2, 1));
//! assert!(Picture::of(&graph).to_text().contains("bridge"));
//! # Ok::<(), netgraph::Error>(())
//! ```

pub(crate) mod dot;
mod font;
mod html;
mod json;
mod layout;
mod mermaid;
mod picture;
mod style;
mod svg;
mod text;
mod visible;

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::error::{Error, Result};
use crate::name::{HookName, NodeId, NodeName};
use crate::nodes::generic::{Link, NodeInfo};
use crate::socket::Socket;
use crate::sys::Errno;

pub use picture::{Cluster, Picture, Theme};
pub use text::Terminal;
pub use visible::text as visible;

/// The nodes of one VNET and how they are connected.
///
/// Nodes are in the order of their numbers, edges in that of their ends, so that equal graphs look equal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Graph {
    nodes: Vec<NodeInfo>,
    edges: Vec<Edge>,
    /// The place of each node in `nodes`.
    places: BTreeMap<NodeId, usize>,
    /// The place of the first node of each name.
    names: FxHashMap<NodeName, usize>,
    /// What each node's hooks lead to.
    links: BTreeMap<NodeId, Vec<(HookName, End)>>,
}

/// One end of an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct End {
    /// The node.
    pub node: NodeId,
    /// Its hook.
    pub hook: HookName,
}

/// Two hooks that are connected. `a` is the end with the smaller node number (of one node: the smaller hook name).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Edge {
    /// One end.
    pub a: End,
    /// The other end.
    pub b: End,
}

impl Graph {
    /// Reads the graph of the socket's VNET: one message for the nodes, and one for each node's hooks.
    ///
    /// Nodes that go away meanwhile are left out.
    ///
    /// # Errors
    /// As [`Socket::call`].
    pub fn snapshot(socket: &Socket) -> Result<Self> {
        let nodes: Vec<NodeInfo> = socket.nodes()?.iter().collect();
        let mut found = Vec::with_capacity(nodes.len());
        let mut links = Vec::new();
        for node in nodes {
            match socket.hooks(&node.path()) {
                Ok(hooks) => {
                    found.push(hooks.node());
                    links.extend(hooks.iter().map(|link| (node.id, link)));
                }
                Err(Error::Rejected { errno: Errno::ENOENT | Errno::ENXIO, .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Self::new(found, links))
    }

    /// Makes a graph of nodes, and of each node's hooks.
    #[must_use]
    pub fn new(mut nodes: Vec<NodeInfo>, links: impl IntoIterator<Item = (NodeId, Link)>) -> Self {
        nodes.sort_by_key(|node| node.id);
        nodes.dedup_by_key(|node| node.id);
        let mut edges: Vec<Edge> = links
            .into_iter()
            .map(|(node, link)| {
                let ends = (End { node, hook: link.hook }, End { node: link.peer.id, hook: link.peer_hook });
                let (a, b) = if ends.0 <= ends.1 { ends } else { (ends.1, ends.0) };
                Edge { a, b }
            })
            .collect();
        // Each connection is told of by both of its ends.
        edges.sort_unstable();
        edges.dedup();
        Self::of(nodes, edges)
    }

    fn of(nodes: Vec<NodeInfo>, mut edges: Vec<Edge>) -> Self {
        let places: BTreeMap<NodeId, usize> =
            nodes.iter().enumerate().map(|(at, node)| (node.id, at)).collect();
        let mut names = FxHashMap::default();
        for (at, node) in nodes.iter().enumerate() {
            names.entry(node.name).or_insert(at);
        }
        edges.retain(|edge| places.contains_key(&edge.a.node) && places.contains_key(&edge.b.node));
        let mut links: BTreeMap<NodeId, Vec<(HookName, End)>> = BTreeMap::new();
        for Edge { a, b } in &edges {
            links.entry(a.node).or_default().push((a.hook, *b));
            links.entry(b.node).or_default().push((b.hook, *a));
        }
        for links in links.values_mut() {
            links.sort_by_cached_key(|(hook, end)| (natural(*hook), *end));
        }
        Self { nodes, edges, places, names, links }
    }

    /// Returns the nodes, in the order of their numbers.
    #[must_use]
    pub fn nodes(&self) -> &[NodeInfo] {
        &self.nodes
    }

    /// Returns the connections, in the order of their ends.
    #[must_use]
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// Returns the node of a number.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Option<&NodeInfo> {
        self.nodes.get(*self.places.get(&id)?)
    }

    /// Returns the node of a name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&NodeInfo> {
        let at = self.names.get(&NodeName::from_field(name.as_bytes()))?;
        // A name that is too long for one was cut.
        self.nodes.get(*at).filter(|node| node.name == name)
    }

    /// Returns a node's hooks, each with what it leads to, `link2` before `link10`.
    #[must_use]
    pub fn links(&self, node: NodeId) -> &[(HookName, End)] {
        self.links.get(&node).map_or(&[], Vec::as_slice)
    }

    /// Returns the graph without the nodes that `keep` refuses, and without their connections.
    #[must_use]
    pub fn filtered(&self, keep: impl Fn(&NodeInfo) -> bool) -> Self {
        let nodes = self.nodes.iter().copied().filter(|node| keep(node)).collect();
        Self::of(nodes, self.edges.clone())
    }
}

/// Orders `link2` before `link10`.
fn natural(hook: HookName) -> (Vec<u8>, u64) {
    let bytes = hook.as_bytes();
    let digits = bytes.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let (prefix, number) = bytes.split_at(bytes.len() - digits);
    let value = number.iter().fold(0u64, |n, d| n.wrapping_mul(10).wrapping_add(u64::from(d - b'0')));
    (prefix.to_vec(), value)
}

#[cfg(test)]
mod scene;
#[cfg(test)]
mod tests;
