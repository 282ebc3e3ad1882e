//! A picture for a terminal: each node with what its hooks lead to.

use std::fmt::Write;

use super::picture::{Picture, label};
use crate::nodes::generic::NodeInfo;

impl Picture<'_> {
    /// Writes the picture as an indented list, the busiest nodes first, then the boxes, then the unconnected nodes.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = self.write_text(&mut out);
        out
    }

    fn write_text(&self, out: &mut String) -> std::fmt::Result {
        let mut free: Vec<&NodeInfo> = self
            .graph
            .nodes()
            .iter()
            .filter(|node| !self.in_cluster(node.id) && !self.graph.links(node.id).is_empty())
            .collect();
        free.sort_by_key(|node| (std::cmp::Reverse(node.hooks), node.id));
        for node in free {
            self.text_node(out, "", node)?;
        }
        for cluster in &self.clusters {
            writeln!(out, "{}", printable(&cluster.title))?;
            for node in cluster.nodes.iter().filter_map(|id| self.graph.node(*id)) {
                self.text_node(out, "  ", node)?;
            }
        }
        let loose: Vec<&NodeInfo> = self.unconnected().filter(|node| !self.in_cluster(node.id)).collect();
        if !loose.is_empty() {
            writeln!(out, "unconnected")?;
            for node in loose {
                self.text_node(out, "  ", node)?;
            }
        }
        Ok(())
    }

    fn text_node(&self, out: &mut String, indent: &str, node: &NodeInfo) -> std::fmt::Result {
        write!(out, "{indent}{} ({} {})", printable(&label(node)), node.type_name, node.id)?;
        if let Some(note) = self.notes.get(&node.id) {
            write!(out, "  {}", printable(note))?;
        }
        writeln!(out)?;
        let links = self.graph.links(node.id);
        let width = links.iter().map(|(hook, _)| hook.as_bytes().len()).max().unwrap_or(0);
        for (place, (hook, end)) in links.iter().enumerate() {
            let branch = if place + 1 == links.len() { "`-" } else { "|-" };
            let peer = self.graph.node(end.node).map_or_else(|| end.node.to_string(), label);
            let hook = printable(&hook.to_string());
            writeln!(
                out,
                "{indent}{branch} {hook:width$} -- {} {}",
                printable(&end.hook.to_string()),
                printable(&peer)
            )?;
        }
        Ok(())
    }
}

/// Replaces what would disturb a terminal: names come from whoever made the node.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}
