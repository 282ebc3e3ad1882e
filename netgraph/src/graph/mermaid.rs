//! Mermaid, the picture language that wikis and code hosts draw.

use std::fmt::Write;

use super::Edge;
use super::picture::{Picture, label};
use crate::nodes::generic::NodeInfo;

impl Picture<'_> {
    /// Writes the picture as a Mermaid flow chart.
    #[must_use]
    pub fn to_mermaid(&self) -> String {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = self.write_mermaid(&mut out);
        out
    }

    fn write_mermaid(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "flowchart LR")?;
        for (number, cluster) in self.clusters.iter().enumerate() {
            writeln!(out, "  subgraph c{number}[\"{}\"]", escape(&cluster.title))?;
            for node in cluster.nodes.iter().filter_map(|id| self.graph.node(*id)) {
                self.mermaid_node(out, "    ", node)?;
            }
            writeln!(out, "  end")?;
        }
        for node in self.graph.nodes().iter().filter(|node| !self.in_cluster(node.id)) {
            self.mermaid_node(out, "  ", node)?;
        }
        for Edge { a, b } in self.graph.edges() {
            let hooks = format!("{} - {}", a.hook, b.hook);
            writeln!(out, "  n{:x} ---|\"{}\"| n{:x}", a.node.0, escape(&hooks), b.node.0)?;
        }
        Ok(())
    }

    fn mermaid_node(&self, out: &mut String, indent: &str, node: &NodeInfo) -> std::fmt::Result {
        let id = node.id.0;
        write!(
            out,
            "{indent}n{id:x}[\"{}<br/>{} [{id:x}]",
            escape(&label(node)),
            escape(&node.type_name.to_string())
        )?;
        if let Some(note) = self.notes.get(&node.id) {
            write!(out, "<br/>{}", escape(note))?;
        }
        writeln!(out, "\"]")
    }
}

/// Escapes what Mermaid gives a meaning to inside a quoted label.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '"' | '#' | '<' | '>' | '&' | '`' => {
                let _ = write!(out, "#{};", u32::from(c));
            }
            c if c.is_control() => out.push('?'),
            c => out.push(c),
        }
    }
    out
}
