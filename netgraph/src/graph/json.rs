//! JSON, for other programs.

use serde::Serialize;

use super::picture::Picture;
use super::{End, visible};

/// The version of the form.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'p> {
    version: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'p str>,
    nodes: Vec<NodeForm<'p>>,
    edges: Vec<EdgeForm<'p>>,
    clusters: Vec<ClusterForm<'p>>,
}

#[derive(Serialize)]
struct NodeForm<'p> {
    id: u32,
    name: Option<String>,
    r#type: String,
    hooks: usize,
    foreign: bool,
    cluster: Option<usize>,
    note: Option<&'p str>,
    details: Pairs<'p>,
}

#[derive(Serialize)]
struct EdgeForm<'p> {
    a: EndForm<'p>,
    b: EndForm<'p>,
}

#[derive(Serialize)]
struct EndForm<'p> {
    node: u32,
    hook: String,
    details: Pairs<'p>,
}

#[derive(Serialize)]
struct ClusterForm<'p> {
    title: &'p str,
    nodes: Vec<u32>,
    details: Pairs<'p>,
}

/// Labels with their values, in order.
type Pairs<'p> = &'p [(String, String)];

impl Picture<'_> {
    /// Writes the picture as a JSON document, version 1.
    ///
    /// ```json
    /// {
    ///   "version": 1,
    ///   "title": "...",                    // only if there is one
    ///   "nodes": [                         // in the order of their numbers
    ///     { "id": 3, "name": "igb0bridge", // null if it has none
    ///       "type": "bridge", "hooks": 5,  // hooks that are connected
    ///       "foreign": false,
    ///       "cluster": 0,                  // its place in "clusters", or null
    ///       "note": "...",                 // or null
    ///       "details": [["label", "value"]] } ],
    ///   "edges": [                         // "a" has the smaller number
    ///     { "a": { "node": 1, "hook": "lower", "details": [] },
    ///       "b": { "node": 3, "hook": "link0", "details": [] } } ],
    ///   "clusters": [ { "title": "vimage vj1", "nodes": [5], "details": [] } ]
    /// }
    /// ```
    ///
    /// In names, what is not printable is written as `\u{1b}`, a byte that is not UTF-8 as `\xff`, and a backslash as
    /// `\\`; JSON then doubles those backslashes. Later versions may add members; a version that takes one away or gives
    /// it another meaning has another number.
    ///
    /// ```
    /// use netgraph::{Socket, graph::{Graph, Picture}, sim::SimKernel};
    /// let socket = Socket::open(&SimKernel::new(), Some("me".parse()?))?;
    /// let json = Picture::of(&Graph::snapshot(&socket)?).to_json();
    /// assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap()["nodes"][0]["name"], "me");
    /// # Ok::<(), netgraph::Error>(())
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        let end = |end: End| EndForm {
            node: end.node.0,
            hook: visible::bytes(end.hook.as_bytes()),
            details: self.end_details.get(&end).map_or(&[], Vec::as_slice),
        };
        let nodes = self.graph.nodes().iter().map(|node| NodeForm {
            id: node.id.0,
            name: (!node.name.is_empty()).then(|| visible::bytes(node.name.as_bytes())),
            r#type: visible::bytes(node.type_name.as_bytes()),
            hooks: self.graph.links(node.id).len(),
            foreign: self.is_foreign(node.id),
            cluster: self.cluster_of(node.id),
            note: self.notes.get(&node.id).map(String::as_str),
            details: self.details.get(&node.id).map_or(&[], Vec::as_slice),
        });
        let clusters = self.clusters.iter().map(|cluster| ClusterForm {
            title: &cluster.title,
            nodes: cluster.nodes.iter().map(|id| id.0).collect(),
            details: &cluster.details,
        });
        let document = Document {
            version: VERSION,
            title: self.title.as_deref(),
            nodes: nodes.collect(),
            edges: self
                .graph
                .edges()
                .iter()
                .map(|edge| EdgeForm { a: end(edge.a), b: end(edge.b) })
                .collect(),
            clusters: clusters.collect(),
        };
        // Strings, numbers and lists: nothing of it can fail.
        serde_json::to_string_pretty(&document).map(|text| text + "\n").unwrap_or_default()
    }
}
