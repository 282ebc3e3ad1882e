//! `vimage graph`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use jailrs::{Jail, Jid};
use netgraph::NodeId;
use netgraph::graph::{Graph, Picture};
use netgraph::nodes::generic::NodeInfo;

use super::{Context, print};
use crate::error::{Error, Exit, Result};
use crate::host::Machine;
use crate::state::Record;

/// A form of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Form {
    /// A tree for terminals.
    Text,
    /// The language of Graphviz.
    Dot,
    /// The picture language that wikis draw.
    Mermaid,
}

/// Draws the graph with each vimage in a box.
pub(crate) fn graph(
    context: &mut Context,
    form: Option<Form>,
    output: Option<&Path>,
    names: &[String],
) -> Result<ExitCode> {
    let form = match (form, output.and_then(Path::extension).and_then(|suffix| suffix.to_str())) {
        (Some(form), _) => form,
        (None, Some("dot" | "gv")) => Form::Dot,
        (None, Some("mmd" | "mermaid" | "md")) => Form::Mermaid,
        (None, None | Some("txt")) => Form::Text,
        (None, Some(suffix)) => {
            let message = format!("no form of the picture has the suffix .{suffix}");
            return Err(
                Error::new(Exit::Usage, message).hint("use .txt, .dot or .mmd, or tell the form with -T")
            );
        }
    };
    let machine = context.machine()?;
    let text = draw(context, &machine, form, names)?;
    match output {
        Some(file) => {
            fs::write(file, text).map_err(|e| Error::failed(format!("writing {}: {e}", file.display())))?;
        }
        None => print(&text)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Draws the graph of a machine.
pub(super) fn draw(context: &Context, machine: &Machine, form: Form, names: &[String]) -> Result<String> {
    let socket = context.socket(machine)?;
    let own = socket.info(&netgraph::Path::own())?.id;
    let graph = Graph::snapshot(&socket)?.filtered(|node| node.id != own);
    let boot = machine.boot()?;
    let mut boxes = Vec::new();
    for name in Record::names(&*machine.store)? {
        match Record::load(&*machine.store, &name) {
            Ok(Some(record)) if record.boot == boot => boxes.push((name, record)),
            Ok(_) => {}
            Err(error) => eprintln!("vimage: {}: {name} is not in the picture", error.message),
        }
    }
    if let Some(name) = names.iter().find(|name| !boxes.iter().any(|(there, _)| there == *name)) {
        return Err(
            Error::unavailable(format!("{name} is not up")).hint(format!("`vimage up {name}` starts it"))
        );
    }
    let chosen = |name: &String| names.is_empty() || names.contains(name);
    let graph = if names.is_empty() {
        graph
    } else {
        let seeds =
            boxes.iter().filter(|(name, _)| chosen(name)).flat_map(|(_, r)| r.interfaces.values().copied());
        let others =
            boxes.iter().filter(|(name, _)| !chosen(name)).flat_map(|(_, r)| r.interfaces.values().copied());
        let reached = reachable(&graph, seeds.map(NodeId).collect(), &others.map(NodeId).collect());
        graph.filtered(|node| reached.contains(&node.id))
    };
    let mut picture = Picture::of(&graph);
    for (name, record) in boxes.iter().filter(|(name, _)| chosen(name)) {
        picture = picture.cluster(format!("vimage {name}"), record.interfaces.values().map(|id| NodeId(*id)));
        let jail = record.jid.and_then(|jid| Jail::from_jid(&machine.jails, Jid(jid)).ok());
        // A jail may go away while it is looked at.
        let inside = jail.and_then(|jail| jail.interfaces().list().ok()).unwrap_or_default();
        for wanted in &record.wanted.interfaces {
            let there = inside.iter().find(|interface| interface.name == wanted.ifname);
            let mac =
                there.and_then(|interface| interface.mac).map(|mac| mac.to_string()).or(wanted.mac.clone());
            if let (Some(id), Some(mac)) = (record.interfaces.get(&wanted.node), mac) {
                picture = picture.note(NodeId(*id), mac);
            }
        }
    }
    Ok(match form {
        Form::Text => picture.to_text(),
        Form::Dot => picture.to_dot(),
        Form::Mermaid => picture.to_mermaid(),
    })
}

/// Follows the graph from `seeds`, stopping at the interfaces of other vimages.
fn reachable(graph: &Graph, seeds: Vec<NodeId>, barred: &BTreeSet<NodeId>) -> BTreeSet<NodeId> {
    let mut reached = BTreeSet::new();
    let mut next = seeds;
    while let Some(id) = next.pop() {
        let known: Option<&NodeInfo> = graph.node(id);
        if known.is_none() || barred.contains(&id) || !reached.insert(id) {
            continue;
        }
        next.extend(graph.links(id).iter().map(|(_, end)| end.node));
    }
    reached
}
