//! DOT, the language of Graphviz.

use std::fmt::Write;

use super::End;
use super::picture::Picture;
use super::visible;

impl Picture<'_> {
    /// Writes the picture as DOT: the nodes, hooks and connections as `ngctl dot` writes them, in the order of their
    /// numbers, and the clusters around them.
    ///
    /// ```
    /// use netgraph::{Socket, graph::{Graph, Picture}, sim::SimKernel};
    /// let socket = Socket::open(&SimKernel::new(), Some("me".parse()?))?;
    /// let graph = Graph::snapshot(&socket)?;
    /// assert!(Picture::of(&graph).to_dot().contains("[ label = \"{me:|{socket|[1]:}}\" ]"));
    /// # Ok::<(), netgraph::Error>(())
    /// ```
    #[must_use]
    pub fn to_dot(&self) -> String {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = self.write_dot(&mut out);
        out
    }

    fn write_dot(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "graph netgraph {{")?;
        if let Some(title) = &self.title {
            writeln!(out, "\tlabel = \"{}\";\n\tlabelloc = t;", string(&visible::text(title)))?;
        }
        writeln!(out, "\tedge [ weight = 1.0 ];")?;
        writeln!(out, "\tnode [ shape = record, fontsize = 12 ] {{")?;
        for node in self.graph.nodes() {
            let (id, name, kind) =
                (node.id.0, visible::name(node), visible::bytes(node.type_name.as_bytes()));
            write!(
                out,
                "\t\t\"{id:x}\" [ label = \"{{{}:|{{{}|[{id:x}]:}}}}\"",
                record(&name),
                record(&kind)
            )?;
            let mut told: Vec<String> =
                self.notes.get(&node.id).map(|note| visible::text(note)).into_iter().collect();
            told.extend(self.details.get(&node.id).into_iter().flat_map(|own| super::svg::details(own)));
            if !told.is_empty() {
                write!(out, ", tooltip = \"{}\"", string(&told.join("\n")))?;
            }
            if self.is_foreign(node.id) {
                write!(out, ", style = dashed, color = gray60, fontcolor = gray40")?;
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
                let hook = string(&visible::bytes(hook.as_bytes()));
                writeln!(out, "\t\t\"{id:x}.{hook}\" [ label = \"{hook}\" ];")?;
            }
            writeln!(out, "\t}};\n\t{{\n\t\tedge [ weight = 2.0, style = bold ];")?;
            for (hook, _) in links {
                writeln!(out, "\t\t\"{id:x}\" -- \"{}\";", port(&End { node: node.id, hook: *hook }))?;
            }
            writeln!(out, "\t}};")?;
        }
        for edge in self.graph.edges() {
            write!(out, "\t\"{}\" -- \"{}\"", port(&edge.b), port(&edge.a))?;
            let told: Vec<String> = [&edge.a, &edge.b]
                .into_iter()
                .flat_map(|end| {
                    self.end_details.get(end).into_iter().flat_map(|own| super::svg::details(own))
                })
                .collect();
            if !told.is_empty() {
                write!(out, " [ tooltip = \"{}\" ]", string(&told.join("\n")))?;
            }
            writeln!(out, ";")?;
        }
        writeln!(out, "}}")
    }

    fn write_clusters(&self, out: &mut String) -> std::fmt::Result {
        for (number, cluster) in self.clusters.iter().enumerate() {
            let title = string(&visible::text(&cluster.title));
            writeln!(out, "\tsubgraph cluster_{number} {{\n\t\tlabel = \"{title}\";")?;
            for node in &cluster.nodes {
                writeln!(out, "\t\t\"{:x}\";", node.0)?;
            }
            writeln!(out, "\t}};")?;
        }
        writeln!(out, "\tsubgraph cluster_disconnected {{\n\t\tbgcolor = pink;")?;
        for node in self.unconnected() {
            writeln!(out, "\t\t\"{:x}\";", node.id.0)?;
        }
        writeln!(out, "\t}};")
    }
}

/// The name of a hook's own node.
fn port(end: &End) -> String {
    format!("{:x}.{}", end.node.0, string(&visible::bytes(end.hook.as_bytes())))
}

/// Escapes what a quoted string, or a label in it, gives a meaning to.
fn string(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('&', "&amp;")
}

/// Escapes what the label of a record gives a meaning to, inside a quoted string.
fn record(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '{' | '}' | '|' | '<' | '>' | '\\' | '"' => out.extend(['\\', c]),
            '&' => out.push_str("&amp;"),
            c => out.push(c),
        }
    }
    out
}
