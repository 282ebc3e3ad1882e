//! What a picture of a graph shows beside the graph itself.

use std::collections::{BTreeMap, BTreeSet};

use super::Graph;
use crate::name::NodeId;
use crate::nodes::generic::NodeInfo;

/// Nodes that belong together and are drawn in one box, such as the interfaces of a jail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// The heading of the box.
    pub title: String,
    /// The nodes in it.
    pub nodes: Vec<NodeId>,
}

/// A graph, with the boxes and remarks that its picture shows.
#[derive(Debug, Clone)]
pub struct Picture<'g> {
    pub(super) graph: &'g Graph,
    pub(super) clusters: Vec<Cluster>,
    /// The nodes that have a place in a cluster.
    placed: BTreeSet<NodeId>,
    pub(super) notes: BTreeMap<NodeId, String>,
}

impl<'g> Picture<'g> {
    /// Begins a picture of `graph`.
    #[must_use]
    pub fn of(graph: &'g Graph) -> Self {
        Self { graph, clusters: Vec::new(), placed: BTreeSet::new(), notes: BTreeMap::new() }
    }

    /// Draws nodes in a box of their own. A node is drawn in the first box that names it.
    #[must_use]
    pub fn cluster(mut self, title: impl Into<String>, nodes: impl IntoIterator<Item = NodeId>) -> Self {
        let nodes = nodes
            .into_iter()
            .filter(|id| self.graph.node(*id).is_some() && self.placed.insert(*id))
            .collect();
        self.clusters.push(Cluster { title: title.into(), nodes });
        self
    }

    /// Adds a remark to a node, such as the address of its interface.
    #[must_use]
    pub fn note(mut self, node: NodeId, text: impl Into<String>) -> Self {
        self.notes.insert(node, text.into());
        self
    }

    /// Tells whether any cluster has the node.
    pub(super) fn in_cluster(&self, id: NodeId) -> bool {
        self.placed.contains(&id)
    }

    /// Returns the nodes without a connection.
    pub(super) fn unconnected(&self) -> impl Iterator<Item = &NodeInfo> {
        self.graph.nodes().iter().filter(|node| self.graph.links(node.id).is_empty())
    }
}

/// What a node is called in a picture.
pub(super) fn label(node: &NodeInfo) -> String {
    if node.name.is_empty() { "<unnamed>".into() } else { node.name.to_string() }
}
