//! What a picture of a graph shows beside the graph itself.

use std::collections::{BTreeMap, BTreeSet};

use super::{End, Graph};
use crate::name::NodeId;

/// Nodes that belong together and are drawn in one box, such as the interfaces of a jail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// The heading of the box.
    pub title: String,
    /// The nodes in it.
    pub nodes: Vec<NodeId>,
    /// What is told of it when it is pointed at: labels and values.
    pub details: Vec<(String, String)>,
}

/// Whether a picture has light or dark colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Theme {
    /// As whoever looks at it prefers (`prefers-color-scheme`).
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// A graph, with the boxes, colours and remarks that its picture shows.
///
/// ```
/// use netgraph::{HookName, Socket, graph::{Graph, Picture}, nodes::bridge, sim::SimKernel};
/// let socket = Socket::open(&SimKernel::new(), Some("me".parse()?))?;
/// let bridge = socket.make_peer::<bridge::Bridge>(HookName::constant("port"), bridge::link(0))?;
/// let graph = Graph::snapshot(&socket)?;
/// let me = graph.named("me").map(|node| node.id);
/// let picture = Picture::of(&graph)
///     .title("one bridge")
///     .cluster("this program", me)
///     .details(bridge.info()?.id, [("persistent", "no")])
///     .foreign(bridge.info()?.id);
/// assert!(picture.to_svg().starts_with("<svg "));
/// assert!(picture.to_dot().contains("cluster_0"));
/// # Ok::<(), netgraph::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Picture<'g> {
    pub(super) graph: &'g Graph,
    pub(super) title: Option<String>,
    pub(super) theme: Theme,
    pub(super) clusters: Vec<Cluster>,
    /// The cluster of each node that has a place in one.
    placed: BTreeMap<NodeId, usize>,
    foreign: BTreeSet<NodeId>,
    pub(super) notes: BTreeMap<NodeId, String>,
    pub(super) details: BTreeMap<NodeId, Vec<(String, String)>>,
    pub(super) end_details: BTreeMap<End, Vec<(String, String)>>,
}

impl<'g> Picture<'g> {
    /// Begins a picture of `graph`.
    #[must_use]
    pub fn of(graph: &'g Graph) -> Self {
        Self {
            graph,
            title: None,
            theme: Theme::Auto,
            clusters: Vec::new(),
            placed: BTreeMap::new(),
            foreign: BTreeSet::new(),
            notes: BTreeMap::new(),
            details: BTreeMap::new(),
            end_details: BTreeMap::new(),
        }
    }

    /// Writes a title over the picture.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Chooses the colours of SVG and HTML.
    #[must_use]
    pub fn theme(mut self, theme: Theme) -> Self {
        self.theme = theme;
        self
    }

    /// Draws nodes in a box of their own. A node is drawn in the first box that names it.
    #[must_use]
    pub fn cluster(self, title: impl Into<String>, nodes: impl IntoIterator<Item = NodeId>) -> Self {
        self.cluster_with(title, nodes, Vec::<(String, String)>::new())
    }

    /// Draws nodes in a box of their own, and tells `details`, labels with values, of it when it is pointed at.
    #[must_use]
    pub fn cluster_with<L: Into<String>, V: Into<String>>(
        mut self,
        title: impl Into<String>,
        nodes: impl IntoIterator<Item = NodeId>,
        details: impl IntoIterator<Item = (L, V)>,
    ) -> Self {
        let number = self.clusters.len();
        let mut own = Vec::new();
        for id in nodes {
            if self.graph.node(id).is_some() && !self.placed.contains_key(&id) {
                self.placed.insert(id, number);
                own.push(id);
            }
        }
        self.clusters.push(Cluster { title: title.into(), nodes: own, details: pairs(details) });
        self
    }

    /// Adds a remark to a node that is always to be seen, such as the address of its interface.
    #[must_use]
    pub fn note(mut self, node: NodeId, text: impl Into<String>) -> Self {
        self.notes.insert(node, text.into());
        self
    }

    /// Adds what is told of a node when it is pointed at: labels with values.
    #[must_use]
    pub fn details<L: Into<String>, V: Into<String>>(
        mut self,
        node: NodeId,
        details: impl IntoIterator<Item = (L, V)>,
    ) -> Self {
        self.details.entry(node).or_default().extend(pairs(details));
        self
    }

    /// Adds what is told of a connection when it is pointed at, such as the counters of a bridge's link: labels with
    /// values. `end` is either of its ends.
    #[must_use]
    pub fn end_details<L: Into<String>, V: Into<String>>(
        mut self,
        end: End,
        details: impl IntoIterator<Item = (L, V)>,
    ) -> Self {
        self.end_details.entry(end).or_default().extend(pairs(details));
        self
    }

    /// Greys a node: it is there, and somebody else's. Nodes without a name are grey as they are.
    #[must_use]
    pub fn foreign(mut self, node: NodeId) -> Self {
        self.foreign.insert(node);
        self
    }

    /// Returns the number of the cluster that has the node.
    pub(super) fn cluster_of(&self, id: NodeId) -> Option<usize> {
        self.placed.get(&id).copied()
    }

    /// Tells whether any cluster has the node.
    pub(super) fn in_cluster(&self, id: NodeId) -> bool {
        self.placed.contains_key(&id)
    }

    /// Tells whether the node is somebody else's.
    pub(super) fn is_foreign(&self, id: NodeId) -> bool {
        self.foreign.contains(&id)
    }
}

fn pairs<L: Into<String>, V: Into<String>>(
    details: impl IntoIterator<Item = (L, V)>,
) -> Vec<(String, String)> {
    details.into_iter().map(|(label, value)| (label.into(), value.into())).collect()
}
