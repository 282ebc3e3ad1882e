//! What ngctl prints: lists, tables and drawings, as the original does, or as JSON.

use std::fmt::Write;

use netgraph::nodes::generic::{Hooks, NodeInfo, Nodes, TypeCount};
use netgraph::{Path, Socket};
use netgraph_examples::original::why;
use serde_json::{Value, json};

use super::{Ngctl, Stop};

/// A name, or what stands for none.
fn named(node: &NodeInfo) -> String {
    if node.name.is_empty() { "<unnamed>".into() } else { node.name.to_string() }
}

/// A node in one line.
pub(super) fn line(node: &NodeInfo) -> String {
    let (name, kind, id, hooks) = (named(node), node.type_name, node.id.0, node.hooks);
    format!("  Name: {name:<15} Type: {kind:<15} ID: {id:08x}   Num hooks: {hooks}\n")
}

/// A node, and the table of its hooks.
pub(super) fn table(hooks: &Hooks, with_hooks: bool) -> String {
    let row = |[hook, name, kind, id, peer]: [String; 5]| {
        format!("  {hook:<15} {name:<15} {kind:<12} {id:<15} {peer:<15}\n")
    };
    let mut out = line(&hooks.node());
    if with_hooks && hooks.node().hooks > 0 {
        out += &row(["Local hook", "Peer name", "Peer type", "Peer ID", "Peer hook"].map(String::from));
        out += &row(["----------", "---------", "---------", "-------", "---------"].map(String::from));
        for link in hooks.iter() {
            let (peer, id) = (&link.peer, format!("{:08x}", link.peer.id.0));
            let (hook, peer_hook) = (link.hook.to_string(), link.peer_hook.to_string());
            out += &row([hook, named(peer), peer.type_name.to_string(), id, peer_hook]);
        }
    }
    out
}

/// The same as JSON.
pub(super) fn json(hooks: &Hooks, with_hooks: bool) -> Value {
    let mut node = json!(hooks.node());
    if with_hooks {
        node["links"] = json!(hooks.iter().collect::<Vec<_>>());
    }
    node
}

/// The node types.
pub(super) fn types(types: &[TypeCount]) -> String {
    let mut out = format!("There are {} total types:\n", types.len());
    if !types.is_empty() {
        out += &format!("{:>15}   Number of living nodes\n", "Type name");
        out += &format!("{:>15}   ----------------------\n", "---------");
    }
    for TypeCount { type_name, nodes } in types {
        out += &format!("{type_name:>15}   {nodes:>5}\n");
    }
    out
}

impl Ngctl<'_> {
    /// Draws the whole graph in DOT, the language of Graphviz.
    pub(super) fn draw(&self, compact: bool) -> Result<String, Stop> {
        let failed = |what: &'static str| move |error| Stop::Failed(format!("{what}: {}", why(&error)));
        let nodes = self.socket.nodes().map_err(failed("send listnodes msg"))?;
        let mut out = String::from(if compact {
            "digraph netgraph {\n\tedge [ dir = \"none\", fontsize = 10 ];\n"
        } else {
            "graph netgraph {\n\tedge [ weight = 1.0 ];\n"
        });
        boxes(&mut out, &nodes);
        for node in nodes.iter() {
            let hooks = hooks_of(&self.socket, &node).map_err(failed("send listhooks msg"))?;
            if hooks.node().hooks == 0 {
                continue;
            }
            if !compact {
                octagons(&mut out, &node, &hooks);
            }
            edges(&mut out, &node, &hooks, compact);
        }
        Ok(out + "}\n")
    }
}

fn hooks_of(socket: &Socket, node: &NodeInfo) -> netgraph::Result<Hooks> {
    socket.hooks(&Path::from(node.id))
}

// Writing to a String cannot fail.
fn boxes(out: &mut String, nodes: &Nodes) {
    let _ = writeln!(out, "\tnode [ shape = record, fontsize = 12 ] {{");
    for node in nodes.iter() {
        let (id, kind) = (node.id.0, node.type_name);
        let name = if node.name.is_empty() { "\\<unnamed\\>".into() } else { node.name.to_string() };
        let _ = writeln!(out, "\t\t\"{id:x}\" [ label = \"{{{name}:|{{{kind}|[{id:x}]:}}}}\" ];");
    }
    let _ = writeln!(out, "\t}};\n\tsubgraph cluster_disconnected {{\n\t\tbgcolor = pink;");
    for node in nodes.iter().filter(|node| node.hooks == 0) {
        let _ = writeln!(out, "\t\t\"{:x}\";", node.id.0);
    }
    let _ = writeln!(out, "\t}};");
}

fn octagons(out: &mut String, node: &NodeInfo, hooks: &Hooks) {
    let id = node.id.0;
    let _ = writeln!(out, "\tnode [ shape = octagon, fontsize = 10 ] {{");
    for link in hooks.iter() {
        let _ = writeln!(out, "\t\t\"{id:x}.{}\" [ label = \"{}\" ];", link.hook, link.hook);
    }
    let _ = writeln!(out, "\t}};\n\t{{\n\t\tedge [ weight = 2.0, style = bold ];");
    for link in hooks.iter() {
        let _ = writeln!(out, "\t\t\"{id:x}\" -- \"{id:x}.{}\";", link.hook);
    }
    let _ = writeln!(out, "\t}};");
}

/// Each connection once: from its end with the larger number.
fn edges(out: &mut String, node: &NodeInfo, hooks: &Hooks, compact: bool) {
    let id = node.id.0;
    for link in hooks.iter().filter(|link| link.peer.id <= node.id) {
        let (peer, hook, peer_hook) = (link.peer.id.0, link.hook, link.peer_hook);
        let _ = if compact {
            let labels = format!("headlabel = \"{hook}\", taillabel = \"{peer_hook}\"");
            writeln!(out, "\t\"{peer:x}\" -> \"{id:x}\" [ {labels} ] ;")
        } else {
            writeln!(out, "\t\"{id:x}.{hook}\" -- \"{peer:x}.{peer_hook}\";")
        };
    }
}

/// Breaks a text into lines of at most 63 characters, as the original does.
pub(super) fn fold(out: &mut String, text: &str) {
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let mut len = rest.len().min(63);
        while len < rest.len() && len > 0 && !rest.get(len..).is_some_and(|rest| rest.starts_with(' ')) {
            len -= 1;
        }
        let (line, more) = rest.split_at_checked(len).unwrap_or((rest, ""));
        let _ = writeln!(out, "  {line}");
        rest = more.trim_start();
    }
}
