//! DOT, the language of Graphviz.

use std::fmt::{Result, Write};

use super::End;
use super::picture::Picture;
use super::visible;
use crate::name::HookName;
use crate::nodes::generic::{Hooks, NodeInfo};

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
        let nodes = self.graph.nodes().iter().map(|node| (*node, self.graph.links(node.id).to_vec()));
        Drawing { nodes: nodes.collect(), picture: Some(self), compact: false }.to_dot()
    }
}

/// Draws nodes and hooks in the order in which they are given, as `ngctl dot` does; `compact`, as `ngctl dot -c`: hooks are
/// labels of the connections, not boxes. Bytes that would end a string of DOT are escaped, which the original leaves out.
pub(crate) fn plain(all: &[Hooks], compact: bool) -> String {
    let links = |hooks: &Hooks| {
        hooks.iter().map(|link| (link.hook, End { node: link.peer.id, hook: link.peer_hook })).collect()
    };
    let nodes = all.iter().map(|hooks| (hooks.node(), links(hooks)));
    Drawing { nodes: nodes.collect(), picture: None, compact }.to_dot()
}

/// What is drawn: nodes, each with its hooks and what they lead to, and what a picture tells beside them.
struct Drawing<'a> {
    nodes: Vec<(NodeInfo, Vec<(HookName, End)>)>,
    picture: Option<&'a Picture<'a>>,
    compact: bool,
}

impl Drawing<'_> {
    fn to_dot(&self) -> String {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) -> Result {
        out.push_str(if self.compact { "digraph netgraph {\n" } else { "graph netgraph {\n" });
        if let Some(title) = self.picture.and_then(|picture| picture.title.as_ref()) {
            writeln!(out, "\tlabel = \"{}\";\n\tlabelloc = t;", string(&visible::text(title)))?;
        }
        let all = if self.compact { "dir = \"none\", fontsize = 10" } else { "weight = 1.0" };
        writeln!(out, "\tedge [ {all} ];\n\tnode [ shape = record, fontsize = 12 ] {{")?;
        for (node, _) in &self.nodes {
            self.write_node(out, node)?;
        }
        writeln!(out, "\t}};")?;
        self.write_clusters(out)?;
        for (node, links) in self.nodes.iter().filter(|(_, links)| !links.is_empty()) {
            if !self.compact {
                write_hooks(out, node, links)?;
            }
            for (hook, peer) in links {
                self.write_edge(out, &End { node: node.id, hook: *hook }, peer)?;
            }
        }
        writeln!(out, "}}")
    }

    fn write_node(&self, out: &mut String, node: &NodeInfo) -> Result {
        let id = node.id.0;
        let name = record(&visible::name(node));
        let kind = record(&visible::bytes(node.type_name.as_bytes()));
        write!(out, "\t\t\"{id:x}\" [ label = \"{{{name}:|{{{kind}|[{id:x}]:}}}}\"")?;
        if let Some(picture) = self.picture {
            let note = picture.notes.get(&node.id).map(|note| visible::text(note));
            let details = picture.details.get(&node.id).into_iter().flat_map(|own| super::svg::details(own));
            let told: Vec<String> = note.into_iter().chain(details).collect();
            if !told.is_empty() {
                write!(out, ", tooltip = \"{}\"", string(&told.join("\n")))?;
            }
            if picture.is_foreign(node.id) {
                write!(out, ", style = dashed, color = gray60, fontcolor = gray40")?;
            }
        }
        writeln!(out, " ];")
    }

    fn write_clusters(&self, out: &mut String) -> Result {
        let clusters = self.picture.map_or(&[][..], |picture| &picture.clusters);
        for (number, cluster) in clusters.iter().enumerate() {
            let title = string(&visible::text(&cluster.title));
            writeln!(out, "\tsubgraph cluster_{number} {{\n\t\tlabel = \"{title}\";")?;
            for node in &cluster.nodes {
                writeln!(out, "\t\t\"{:x}\";", node.0)?;
            }
            writeln!(out, "\t}};")?;
        }
        writeln!(out, "\tsubgraph cluster_disconnected {{\n\t\tbgcolor = pink;")?;
        let in_cluster = |node: &NodeInfo| self.picture.is_some_and(|picture| picture.in_cluster(node.id));
        for (node, _) in self.nodes.iter().filter(|(node, links)| links.is_empty() && !in_cluster(node)) {
            writeln!(out, "\t\t\"{:x}\";", node.id.0)?;
        }
        writeln!(out, "\t}};")
    }

    /// Draws a connection from its end with the larger number; the original draws one of a node with itself twice.
    fn write_edge(&self, out: &mut String, end: &End, peer: &End) -> Result {
        if peer.node > end.node || self.picture.is_some() && peer > end {
            return Ok(());
        }
        if self.compact {
            let [(from, tail), (to, head)] = [peer, end].map(|end| (end.node.0, hook(&end.hook)));
            let labels = format!("headlabel = \"{head}\", taillabel = \"{tail}\"");
            return writeln!(out, "\t\"{from:x}\" -> \"{to:x}\" [ {labels} ] ;");
        }
        write!(out, "\t\"{}\" -- \"{}\"", port(end), port(peer))?;
        let details = self.picture.map(|picture| &picture.end_details);
        let own = |end| details?.get(end).map(|own| super::svg::details(own));
        let told: Vec<String> = [peer, end].into_iter().filter_map(own).flatten().collect();
        if !told.is_empty() {
            write!(out, " [ tooltip = \"{}\" ]", string(&told.join("\n")))?;
        }
        writeln!(out, ";")
    }
}

/// Draws a node's hooks, each as a node of its own.
fn write_hooks(out: &mut String, node: &NodeInfo, links: &[(HookName, End)]) -> Result {
    let id = node.id.0;
    writeln!(out, "\tnode [ shape = octagon, fontsize = 10 ] {{")?;
    for name in links.iter().map(|(name, _)| hook(name)) {
        writeln!(out, "\t\t\"{id:x}.{name}\" [ label = \"{name}\" ];")?;
    }
    writeln!(out, "\t}};\n\t{{\n\t\tedge [ weight = 2.0, style = bold ];")?;
    for name in links.iter().map(|(name, _)| hook(name)) {
        writeln!(out, "\t\t\"{id:x}\" -- \"{id:x}.{name}\";")?;
    }
    writeln!(out, "\t}};")
}

fn hook(name: &HookName) -> String {
    string(&visible::bytes(name.as_bytes()))
}

/// The name of a hook's own node.
fn port(end: &End) -> String {
    format!("{:x}.{}", end.node.0, hook(&end.hook))
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
