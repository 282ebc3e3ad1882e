//! What is in the picture: the graph, the vimages, and what is told of each.

use std::collections::BTreeSet;

use jailrs::{IfFlags, Interface, Jail, Jid};
use netgraph::graph::{End, Graph, Picture, Terminal, Theme};
use netgraph::nodes::bridge::{Bridge, GetStats, Port};
use netgraph::nodes::ether;
use netgraph::{NodeId, Socket};

use super::super::not_up;
use super::{Context, Form};
use crate::error::Result;
use crate::host::Machine;
use crate::state::{OwnBridges, Record};

/// Labels, with what is told under them.
type Details = Vec<(String, String)>;

/// A vimage that has a box in the picture.
#[derive(Debug)]
struct Boxed {
    title: String,
    /// The interfaces that were moved into it whole: they have no node out here.
    moved: Vec<String>,
    nodes: Vec<NodeId>,
    details: Details,
}

/// The graph of a machine, and what its picture tells.
#[derive(Debug)]
pub(super) struct Drawn {
    graph: Graph,
    boxes: Vec<Boxed>,
    /// The nodes that are vimage's: interfaces, bridges, and their parents.
    own: BTreeSet<NodeId>,
    notes: Vec<(NodeId, String)>,
    details: Vec<(NodeId, Details)>,
    counters: Vec<(End, Details)>,
}

impl Drawn {
    /// Reads the graph and the records; of bridges, the counters too, if asked to.
    pub(super) fn read(
        context: &Context,
        machine: &Machine,
        counters: bool,
        names: &[String],
    ) -> Result<Self> {
        let socket = context.socket(machine)?;
        let itself = socket.info(&netgraph::Path::own())?.id;
        let graph = Graph::snapshot(&socket)?.filtered(|node| node.id != itself);
        let records = records(machine)?;
        if let Some(name) =
            names.iter().find(|name| !records.iter().any(|record| record.wanted.name == **name))
        {
            return Err(not_up(context, machine, name)?);
        }
        let (chosen, others): (Vec<&Record>, Vec<&Record>) =
            records.iter().partition(|record| names.is_empty() || names.contains(&record.wanted.name));
        let nodes = |records: &[&Record]| -> BTreeSet<NodeId> {
            records.iter().flat_map(|record| record.interfaces.values().copied().map(NodeId)).collect()
        };
        let graph = if names.is_empty() {
            graph
        } else {
            let reached = reachable(&graph, nodes(&chosen), &nodes(&others));
            graph.filtered(|node| reached.contains(&node.id))
        };
        let own = own(machine, &graph, &records)?;
        let mut drawn = Self {
            graph,
            boxes: Vec::new(),
            own,
            notes: Vec::new(),
            details: Vec::new(),
            counters: Vec::new(),
        };
        for record in chosen {
            drawn.enter(machine, record);
        }
        drawn.enter_parents(machine);
        if counters {
            drawn.count(&socket);
        }
        Ok(drawn)
    }

    /// Shows it in a form.
    pub(super) fn show(&self, form: Form, theme: Theme, terminal: Terminal) -> String {
        let mut picture = Picture::of(&self.graph).theme(theme);
        for Boxed { title, moved, nodes, details } in &self.boxes {
            // Programs read of them in the details.
            let title = match moved.as_slice() {
                [_, ..] if form != Form::Json => format!("{title} ({} moved in)", moved.join(" ")),
                _ => title.clone(),
            };
            picture = picture.cluster_with(title, nodes.iter().copied(), details.clone());
        }
        for (node, note) in &self.notes {
            picture = picture.note(*node, note.clone());
        }
        for (node, details) in &self.details {
            picture = picture.details(*node, details.clone());
        }
        for (end, details) in &self.counters {
            picture = picture.end_details(*end, details.clone());
        }
        for node in self.graph.nodes().iter().filter(|node| !self.own.contains(&node.id)) {
            picture = picture.foreign(node.id);
        }
        match form {
            Form::Text => picture.to_text_on(terminal),
            Form::Svg => picture.to_svg(),
            Form::Html => picture.title("netgraph").to_html(),
            Form::Dot => picture.to_dot(),
            Form::Mermaid => picture.to_mermaid(),
            Form::Json => picture.to_json(),
        }
    }

    /// Enters a vimage: its box, and what is known of its interfaces.
    fn enter(&mut self, machine: &Machine, record: &Record) {
        let wanted = &record.wanted;
        let jail = record.jid.and_then(|jid| Jail::from_jid(&machine.jails, Jid(jid)).ok());
        // A jail may go away while it is looked at.
        let inside = jail.and_then(|jail| jail.interfaces().list().ok()).unwrap_or_default();
        for interface in &wanted.interfaces {
            let Some(id) = record.interfaces.get(&interface.node).copied().map(NodeId) else { continue };
            let there = inside.iter().find(|found| found.name == interface.ifname);
            let mac = there.and_then(|found| found.mac).map(|mac| mac.to_string()).or(interface.mac.clone());
            self.notes.extend(mac.clone().map(|mac| (id, mac)));
            let mut details: Details = vec![("interface".into(), interface.ifname.clone())];
            details.extend(mac.map(|mac| ("MAC".into(), mac)));
            details.push(("parent".into(), interface.parent.clone()));
            details.extend(there.into_iter().flat_map(state));
            self.details.push((id, details));
        }
        let mut details: Details = Vec::new();
        details.extend(record.jid.map(|jid| ("jid".into(), jid.to_string())));
        details.push(("hostname".into(), wanted.hostname.clone()));
        details.push(("root".into(), wanted.rootdir.display().to_string()));
        details.extend(record.moved.keys().map(|name| ("moved in".into(), name.clone())));
        let nodes = record.interfaces.values().copied().map(NodeId).collect();
        let moved = record.moved.keys().cloned().collect();
        self.boxes.push(Boxed { title: format!("vimage {}", wanted.name), moved, nodes, details });
    }

    /// Enters what is known of the host's own Ethernet interfaces.
    fn enter_parents(&mut self, machine: &Machine) {
        // They may be told of or not: the picture is right without.
        let Ok(interfaces) = machine.jails.interfaces().list() else { return };
        for interface in interfaces {
            let name = ether::node_name(&interface.name).map(|name| name.to_string()).unwrap_or_default();
            let Some(node) = self.graph.named(&name).filter(|node| node.type_name == "ether") else {
                continue;
            };
            let mut details: Details = vec![("interface".into(), interface.name.clone())];
            details.extend(interface.mac.map(|mac| ("MAC".into(), mac.to_string())));
            details.extend(state(&interface));
            self.details.push((node.id, details));
        }
    }

    /// Reads the counters of each link of each bridge.
    fn count(&mut self, socket: &Socket) {
        let bridges = self.graph.nodes().iter().filter(|node| node.type_name == "bridge");
        for node in bridges {
            let Ok(bridge) = socket.node::<Bridge>(&node.path()) else { continue };
            for (hook, _) in self.graph.links(node.id) {
                // A link that goes away meanwhile has none.
                let Some(Ok(stats)) = Port::of_hook(*hook).map(|port| bridge.call(GetStats(port))) else {
                    continue;
                };
                let amount = |packets: u64, bytes: u64| format!("{packets} packets, {bytes} bytes");
                let mut details: Details = vec![
                    (format!("into {hook}"), amount(stats.0.recvPackets, stats.0.recvOctets)),
                    (format!("out of {hook}"), amount(stats.0.xmitPackets, stats.0.xmitOctets)),
                ];
                if stats.0.loopDrops > 0 {
                    details.push((format!("dropped on {hook} for a loop"), stats.0.loopDrops.to_string()));
                }
                self.counters.push((End { node: node.id, hook: *hook }, details));
            }
        }
    }
}

/// What an interface is set to.
fn state(interface: &Interface) -> Details {
    let up = if interface.flags.contains(IfFlags::UP) { "up" } else { "down" };
    vec![("state".into(), up.into()), ("MTU".into(), interface.mtu.to_string())]
}

/// Reads the records of this boot.
fn records(machine: &Machine) -> Result<Vec<Record>> {
    let boot = machine.boot()?;
    let mut records = Vec::new();
    for name in Record::names(&*machine.store)? {
        match Record::load(&*machine.store, &name) {
            Ok(Some(record)) if record.boot == boot => records.push(record),
            Ok(_) => {}
            Err(error) => eprintln!("vimage: {}: {name} is not in the picture", error.message),
        }
    }
    Ok(records)
}

/// Returns the nodes that are vimage's, or that its bridges are on.
fn own(machine: &Machine, graph: &Graph, records: &[Record]) -> Result<BTreeSet<NodeId>> {
    let named =
        |name: &str, kind: &str| graph.named(name).filter(|node| node.type_name == *kind).map(|node| node.id);
    let mut own = BTreeSet::new();
    for record in records {
        own.extend(record.interfaces.values().copied().map(NodeId));
        for bridge in &record.wanted.bridges {
            own.extend(named(&bridge.node, "bridge"));
            own.extend(named(&bridge.parent_node, "ether"));
        }
    }
    for (name, bridge) in OwnBridges::load(&*machine.store, &machine.boot()?)?.0 {
        own.extend(bridge.id.map(NodeId));
        own.extend(named(&name, "bridge"));
        own.extend(ether::node_name(&bridge.parent).and_then(|name| named(&name.to_string(), "ether")));
    }
    Ok(own)
}

/// Follows the graph from `seeds`, stopping at the interfaces of other vimages.
fn reachable(graph: &Graph, seeds: BTreeSet<NodeId>, barred: &BTreeSet<NodeId>) -> BTreeSet<NodeId> {
    let mut reached = BTreeSet::new();
    let mut next: Vec<NodeId> = seeds.into_iter().collect();
    while let Some(id) = next.pop() {
        if graph.node(id).is_none() || barred.contains(&id) || !reached.insert(id) {
            continue;
        }
        next.extend(graph.links(id).iter().map(|(_, end)| end.node));
    }
    reached
}
