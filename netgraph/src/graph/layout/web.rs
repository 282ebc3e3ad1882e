//! What is laid out: units with their parts, and the wires between them.

use std::collections::BTreeMap;

use super::matrix::Matrix;
use crate::graph::font::{HOOK, NAME, SMALL, TITLE};
use crate::graph::picture::Picture;
use crate::graph::visible;
use crate::name::{HookName, NodeId};
use crate::nodes::generic::NodeInfo;

/// The height of a node with up to two ports on a side.
pub(super) const NODE_H: i32 = 34;
/// The distance of two ports: a label fits between.
pub(super) const PORT: i32 = 16;
/// The space between two units of a column.
pub(super) const GAP: i32 = 12;
/// The band of a cluster that holds its title.
pub(super) const HEAD: i32 = 21;
/// The space between a cluster's border and its nodes.
pub(super) const PAD: i32 = 7;
/// The space between two nodes of a cluster.
const BETWEEN: i32 = 4;
/// The widest that a name, title or remark gets before it is cut.
const TEXT_MAX: i32 = 270;

/// One end of a wire: the wire, and which of its ends.
pub(super) type WireEnd = (usize, usize);

/// A node in a unit, or a row of a matrix.
#[derive(Debug, Clone, Default)]
pub(super) struct Part {
    /// The node's place in the graph.
    pub(super) node: Option<usize>,
    /// From the top of the unit.
    pub(super) y: i32,
    pub(super) h: i32,
}

/// What has one place in a column: a node, a cluster, or a matrix of either.
#[derive(Debug, Clone, Default)]
pub(super) struct Unit {
    pub(super) cluster: Option<usize>,
    pub(super) matrix: Option<Matrix>,
    pub(super) parts: Vec<Part>,
    /// The ends of wires here, in the order of parts and hooks.
    pub(super) ends: Vec<WireEnd>,
    /// The same, from top to bottom, at the side of the column before and at that of the column after.
    pub(super) ports: [Vec<WireEnd>; 2],
    /// Whether it is the network's side of what it is connected to, as an Ethernet interface is.
    pub(super) upstream: bool,
    /// Whether it may be drawn taller than need be, so that its wires are straight.
    pub(super) bar: bool,
    /// Whether its ports are where they stay.
    pub(super) spread: bool,
    pub(super) hue: Option<usize>,
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) w: i32,
    pub(super) h: i32,
    /// The least height of a bar.
    pub(super) least: i32,
    /// Its column, its place in it, and whether columns follow each other from right to left there.
    pub(super) rank: usize,
    pub(super) pos: usize,
    pub(super) mirrored: bool,
    /// Its place among its component's.
    pub(super) local: usize,
}

/// Where a wire ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tip {
    pub(super) unit: usize,
    pub(super) part: usize,
}

/// A line of the picture: an edge, or several that run together.
#[derive(Debug, Clone)]
pub(super) struct Wire {
    /// Their places among the graph's edges.
    pub(super) edges: Vec<usize>,
    pub(super) tips: [Tip; 2],
    /// The widths of the labels.
    pub(super) labels: [i32; 2],
    /// Where the ends are, from the tops of their units.
    pub(super) offset: [i32; 2],
    /// Where the ends are.
    pub(super) y: [i32; 2],
    /// Where it goes up or down, if it does.
    pub(super) track: Option<i32>,
}

/// The units and wires of a graph.
#[derive(Debug, Clone, Default)]
pub(super) struct Web {
    pub(super) units: Vec<Unit>,
    pub(super) wires: Vec<Wire>,
    /// How many bars there are so far.
    pub(super) bars: usize,
}

/// What is written in a node's box: its name; its type, number and remark.
pub(in crate::graph) fn texts(picture: &Picture<'_>, node: &NodeInfo) -> [String; 2] {
    let mut small = visible::kind(node);
    if let Some(note) = picture.notes.get(&node.id) {
        small = format!("{small}  {}", visible::text(note));
    }
    [NAME.fit(&visible::name(node), TEXT_MAX), SMALL.fit(&small, TEXT_MAX)]
}

/// The title of a cluster as it is written.
pub(in crate::graph) fn title(text: &str) -> String {
    TITLE.fit(&visible::text(text), TEXT_MAX)
}

/// The name of a hook as it is written.
pub(super) fn hook(name: HookName) -> String {
    HOOK.fit(&visible::bytes(name.as_bytes()), TEXT_MAX)
}

/// The width of a node's box.
pub(super) fn node_width(picture: &Picture<'_>, node: &NodeInfo) -> i32 {
    let [name, small] = texts(picture, node);
    (NAME.width(&name).max(SMALL.width(&small)) + 18).max(64)
}

impl Web {
    /// Makes units of a picture's nodes and clusters, and wires of its edges. Nodes without a connection that are in no
    /// cluster are left out.
    pub(super) fn of(picture: &Picture<'_>) -> Self {
        let graph = picture.graph;
        let mut web = Self::default();
        let mut tips: BTreeMap<NodeId, Tip> = BTreeMap::new();
        let mut of_cluster: Vec<Option<usize>> = vec![None; picture.clusters.len()];
        for (place, node) in graph.nodes().iter().enumerate() {
            let cluster = picture.cluster_of(node.id);
            if cluster.is_none() && graph.links(node.id).is_empty() {
                continue;
            }
            let known = cluster.and_then(|number| of_cluster.get(number).copied().flatten());
            let at = known.unwrap_or(web.units.len());
            if known.is_none() {
                web.units.push(Unit { cluster, ..Unit::default() });
                if let Some(slot) = cluster.and_then(|number| of_cluster.get_mut(number)) {
                    *slot = Some(at);
                }
            }
            let unit = &mut web.units[at];
            unit.upstream = cluster.is_none() && node.type_name == "ether";
            unit.w = unit.w.max(node_width(picture, node) + if cluster.is_some() { 2 * PAD } else { 0 });
            tips.insert(node.id, Tip { unit: at, part: unit.parts.len() });
            unit.parts.push(Part { node: Some(place), y: 0, h: NODE_H });
        }
        for (number, cluster) in picture.clusters.iter().enumerate() {
            let at = of_cluster[number].unwrap_or(web.units.len());
            if at == web.units.len() {
                web.units.push(Unit { cluster: Some(number), ..Unit::default() });
            }
            web.units[at].w = web.units[at].w.max(TITLE.width(&title(&cluster.title)) + 2 * PAD + 6);
        }
        web.connect(picture, &tips);
        web
    }

    fn connect(&mut self, picture: &Picture<'_>, tips: &BTreeMap<NodeId, Tip>) {
        let mut by_end = BTreeMap::new();
        for (place, edge) in picture.graph.edges().iter().enumerate() {
            let (Some(a), Some(b)) = (tips.get(&edge.a.node), tips.get(&edge.b.node)) else { continue };
            by_end.insert(edge.a, (self.wires.len(), 0));
            by_end.insert(edge.b, (self.wires.len(), 1));
            let labels = [edge.a.hook, edge.b.hook].map(|name| HOOK.width(&hook(name)));
            let edges = vec![place];
            self.wires.push(Wire { edges, tips: [*a, *b], labels, offset: [0; 2], y: [0; 2], track: None });
        }
        for node in picture.graph.nodes() {
            let Some(tip) = tips.get(&node.id) else { continue };
            for (name, _) in picture.graph.links(node.id) {
                let end = crate::graph::End { node: node.id, hook: *name };
                self.units[tip.unit].ends.extend(by_end.get(&end));
            }
        }
        self.units.iter_mut().for_each(Unit::stack);
    }

    /// Returns the end at the other end.
    pub(super) fn other(&self, (wire, end): WireEnd) -> Tip {
        self.wires[wire].tips[1 - end]
    }

    /// Returns the components: their units, in order.
    pub(super) fn components(&mut self) -> Vec<Vec<usize>> {
        let mut component = vec![usize::MAX; self.units.len()];
        let mut components: Vec<Vec<usize>> = Vec::new();
        for start in 0..self.units.len() {
            if component[start] != usize::MAX {
                continue;
            }
            component[start] = components.len();
            let mut members = vec![start];
            let mut next = 0;
            while let Some(unit) = members.get(next).copied() {
                next += 1;
                for end in &self.units[unit].ends {
                    let other = self.other(*end).unit;
                    if component[other] == usize::MAX {
                        component[other] = components.len();
                        members.push(other);
                    }
                }
            }
            members.sort_unstable();
            for (local, unit) in members.iter().enumerate() {
                self.units[*unit].local = local;
            }
            components.push(members);
        }
        components
    }
}

impl Unit {
    /// Puts the parts below each other, and sets the height.
    pub(super) fn stack(&mut self) {
        if self.matrix.is_some() {
            return;
        }
        let mut y = if self.cluster.is_some() { HEAD } else { 0 };
        for part in &mut self.parts {
            part.y = y;
            y += part.h + if self.cluster.is_some() { BETWEEN } else { 0 };
        }
        self.h = match (self.cluster, self.parts.is_empty()) {
            (None, _) => y,
            (Some(_), true) => y + PAD,
            (Some(_), false) => y - BETWEEN + PAD,
        };
    }
}
