//! Mermaid, the picture language that wikis and code hosts draw.

use std::fmt::Write;

use super::Edge;
use super::picture::Picture;
use super::visible;
use crate::nodes::generic::NodeInfo;

impl Picture<'_> {
    /// Writes the picture as a Mermaid flow chart. Mermaid itself draws at most 500 connections unless told otherwise.
    ///
    /// ```
    /// use netgraph::{Socket, graph::{Graph, Picture}, sim::SimKernel};
    /// let socket = Socket::open(&SimKernel::new(), Some("me".parse()?))?;
    /// let graph = Graph::snapshot(&socket)?;
    /// assert_eq!(Picture::of(&graph).to_mermaid(), "flowchart LR\n  n1[\"me<br/>socket [1]\"]\n");
    /// # Ok::<(), netgraph::Error>(())
    /// ```
    #[must_use]
    pub fn to_mermaid(&self) -> String {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = self.write_mermaid(&mut out);
        out
    }

    fn write_mermaid(&self, out: &mut String) -> std::fmt::Result {
        if let Some(title) = &self.title {
            // A JSON string is one of YAML's too.
            writeln!(out, "---\ntitle: {}\n---", serde_json::Value::from(visible::text(title)))?;
        }
        writeln!(out, "flowchart LR")?;
        for (number, cluster) in self.clusters.iter().enumerate() {
            writeln!(out, "  subgraph c{number}[\"{}\"]", escape(&visible::text(&cluster.title)))?;
            for node in cluster.nodes.iter().filter_map(|id| self.graph.node(*id)) {
                self.mermaid_node(out, "    ", node)?;
            }
            writeln!(out, "  end")?;
        }
        for node in self.graph.nodes().iter().filter(|node| !self.in_cluster(node.id)) {
            self.mermaid_node(out, "  ", node)?;
        }
        for Edge { a, b } in self.graph.edges() {
            let [near, far] = [a, b].map(|end| escape(&visible::bytes(end.hook.as_bytes())));
            writeln!(out, "  n{:x} ---|\"{near} - {far}\"| n{:x}", a.node.0, b.node.0)?;
        }
        let foreign = self.graph.nodes().iter().filter(|node| self.is_foreign(node.id));
        let foreign: Vec<String> = foreign.map(|node| format!("n{:x}", node.id.0)).collect();
        if !foreign.is_empty() {
            writeln!(out, "  classDef foreign stroke-dasharray:4 3,opacity:0.6")?;
            writeln!(out, "  class {} foreign", foreign.join(","))?;
        }
        Ok(())
    }

    fn mermaid_node(&self, out: &mut String, indent: &str, node: &NodeInfo) -> std::fmt::Result {
        let (name, kind) = (escape(&visible::name(node)), escape(&visible::kind(node)));
        write!(out, "{indent}n{:x}[\"{name}<br/>{kind}", node.id.0)?;
        if let Some(note) = self.notes.get(&node.id) {
            write!(out, "<br/>{}", escape(&visible::text(note)))?;
        }
        writeln!(out, "\"]")
    }
}

/// Escapes what Mermaid gives a meaning to inside a quoted label.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '"' | '#' | '<' | '>' | '&' | '`' | '\\' | '*' => {
                let _ = write!(out, "#{};", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}
