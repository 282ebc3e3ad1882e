//! DOT, the language of Graphviz.

use std::fmt::Write;

use super::End;
use super::picture::{Picture, label};

impl Picture<'_> {
    /// Writes the picture as DOT: the nodes, hooks and connections as `ngctl dot` writes them, in the order of their
    /// numbers, and the clusters around them.
    #[must_use]
    pub fn to_dot(&self) -> String {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = self.write_dot(&mut out);
        out
    }

    fn write_dot(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "graph netgraph {{")?;
        writeln!(out, "\tedge [ weight = 1.0 ];")?;
        writeln!(out, "\tnode [ shape = record, fontsize = 12 ] {{")?;
        for node in self.graph.nodes() {
            let (id, name, kind) = (node.id.0, label(node), node.type_name);
            write!(
                out,
                "\t\t\"{id:x}\" [ label = \"{{{}:|{{{}|[{id:x}]:}}}}\"",
                record(&name),
                record(&kind.to_string())
            )?;
            if let Some(note) = self.notes.get(&node.id) {
                write!(out, ", tooltip = \"{}\"", string(note))?;
            }
            writeln!(out, " ];")?;
        }
        writeln!(out, "\t}};")?;
        self.write_clusters(out)?;
        for node in self.graph.nodes() {
            let id = node.id.0;
            let links = self.graph.links(node.id);
            if links.is_empty() {
                continue;
            }
            writeln!(out, "\tnode [ shape = octagon, fontsize = 10 ] {{")?;
            for (hook, _) in links {
                let hook = string(&hook.to_string());
                writeln!(out, "\t\t\"{id:x}.{hook}\" [ label = \"{hook}\" ];")?;
            }
            writeln!(out, "\t}};\n\t{{\n\t\tedge [ weight = 2.0, style = bold ];")?;
            for (hook, _) in links {
                writeln!(out, "\t\t\"{id:x}\" -- \"{id:x}.{}\";", string(&hook.to_string()))?;
            }
            writeln!(out, "\t}};")?;
        }
        for edge in self.graph.edges() {
            let end = |end: &End| format!("{:x}.{}", end.node.0, string(&end.hook.to_string()));
            writeln!(out, "\t\"{}\" -- \"{}\";", end(&edge.b), end(&edge.a))?;
        }
        writeln!(out, "}}")
    }

    fn write_clusters(&self, out: &mut String) -> std::fmt::Result {
        for (number, cluster) in self.clusters.iter().enumerate() {
            writeln!(out, "\tsubgraph cluster_{number} {{\n\t\tlabel = \"{}\";", string(&cluster.title))?;
            for node in &cluster.nodes {
                writeln!(out, "\t\t\"{:x}\";", node.0)?;
            }
            writeln!(out, "\t}};")?;
        }
        writeln!(out, "\tsubgraph cluster_disconnected {{\n\t\tbgcolor = pink;")?;
        for node in self.unconnected().filter(|node| !self.in_cluster(node.id)) {
            writeln!(out, "\t\t\"{:x}\";", node.id.0)?;
        }
        writeln!(out, "\t}};")
    }
}

/// Escapes what a quoted string of DOT gives a meaning to.
fn string(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// Escapes what the label of a record gives a meaning to, inside a quoted string.
fn record(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if matches!(c, '{' | '}' | '|' | '<' | '>' | '\\' | '"') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
