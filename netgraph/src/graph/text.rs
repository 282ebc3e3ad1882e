//! A picture for a terminal: a tree of what is connected to what.

use std::collections::BTreeSet;

use super::picture::Picture;
use super::{End, visible};
use crate::name::{HookName, NodeId};
use crate::nodes::generic::NodeInfo;

/// What a terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Terminal {
    /// Whether lines are drawn with characters beyond ASCII.
    pub unicode: bool,
    /// How many columns there are; longer lines are cut.
    pub width: Option<usize>,
}

/// How deep a tree gets: what is deeper begins a tree of its own.
const DEEPEST: usize = 12;

/// How lines are drawn: a branch, the last branch, what is beside the branches below each, a connection, and where a
/// line is cut.
struct Strokes {
    branch: &'static str,
    last: &'static str,
    beside: &'static str,
    below: &'static str,
    wire: &'static str,
    cut: char,
}

const ASCII: Strokes =
    Strokes { branch: "|- ", last: "`- ", beside: "|  ", below: "   ", wire: "--", cut: '~' };
const UNICODE: Strokes =
    Strokes { branch: "├─ ", last: "└─ ", beside: "│  ", below: "   ", wire: "──", cut: '…' };

impl Picture<'_> {
    /// Writes the picture as trees, in ASCII and lines of any length. Each node stands once with its type and number,
    /// its remark and its box, below it what its hooks lead to; elsewhere, only its name and number stand.
    ///
    /// ```
    /// use netgraph::{HookName, Socket, graph::{Graph, Picture}, nodes::bridge, sim::SimKernel};
    /// let socket = Socket::open(&SimKernel::new(), Some("me".parse()?))?;
    /// socket.make_peer::<bridge::Bridge>(HookName::constant("port"), bridge::link(0))?;
    /// let graph = Graph::snapshot(&socket)?;
    /// assert_eq!(Picture::of(&graph).to_text(), "me (socket [1])\n`- port -- link0 <unnamed> (bridge [2])\n");
    /// # Ok::<(), netgraph::Error>(())
    /// ```
    #[must_use]
    pub fn to_text(&self) -> String {
        self.to_text_on(Terminal::default())
    }

    /// Writes the picture as trees for a terminal.
    #[must_use]
    pub fn to_text_on(&self, terminal: Terminal) -> String {
        let strokes = if terminal.unicode { &UNICODE } else { &ASCII };
        let mut tree = Tree {
            picture: self,
            strokes,
            terminal,
            out: String::new(),
            known: BTreeSet::new(),
            drawn: BTreeSet::new(),
        };
        if let Some(title) = &self.title {
            tree.line(&visible::text(title));
        }
        let mut roots: Vec<&NodeInfo> =
            self.graph.nodes().iter().filter(|node| !self.graph.links(node.id).is_empty()).collect();
        roots.sort_by_key(|node| (std::cmp::Reverse(self.graph.links(node.id).len()), node.id));
        for node in roots {
            tree.root(node);
        }
        tree.alone();
        tree.out
    }
}

/// A picture that is being written.
struct Tree<'p, 'g> {
    picture: &'p Picture<'g>,
    strokes: &'static Strokes,
    terminal: Terminal,
    out: String,
    /// The nodes that stand somewhere, or will below what is being written.
    known: BTreeSet<NodeId>,
    /// The connections that are written, by the end with the smaller number.
    drawn: BTreeSet<End>,
}

/// What is still to be written: a line, what stands before the lines below it, and the node whose hooks those are.
struct Pending {
    line: String,
    before: String,
    below: Option<NodeId>,
    depth: usize,
}

impl Tree<'_, '_> {
    /// Writes the tree of a node that stands nowhere yet.
    fn root(&mut self, node: &NodeInfo) {
        if !self.known.insert(node.id) {
            return;
        }
        let first = Pending { line: self.full(node), before: String::new(), below: Some(node.id), depth: 0 };
        let (mut pending, mut later) = (vec![first], Vec::new());
        while let Some(next) = pending.pop().or_else(|| later.pop()) {
            self.line(&next.line);
            let Some(id) = next.below else { continue };
            if next.depth == DEEPEST {
                if let Some(node) = self.picture.graph.node(id).filter(|_| !self.fresh(id).is_empty()) {
                    let line = self.full(node);
                    later.push(Pending { line, before: String::new(), below: Some(id), depth: 0 });
                }
                continue;
            }
            let branches = self.branches(id, &next.before, next.depth + 1);
            pending.extend(branches.into_iter().rev());
        }
    }

    /// Returns the hooks of a node whose connections are not written yet.
    fn fresh(&self, id: NodeId) -> Vec<(HookName, End)> {
        let links = self.picture.graph.links(id).iter().copied();
        links.filter(|(hook, end)| !self.drawn.contains(&End { node: id, hook: *hook }.min(*end))).collect()
    }

    /// Returns the lines below a node: one for each connection that is not written yet.
    fn branches(&mut self, id: NodeId, before: &str, depth: usize) -> Vec<Pending> {
        let mut links = self.fresh(id);
        // A connection of the node with itself is there from both of its ends.
        links.retain(|(hook, end)| end.node != id || *hook <= end.hook);
        self.drawn.extend(links.iter().map(|(hook, end)| End { node: id, hook: *hook }.min(*end)));
        let names: Vec<String> = links.iter().map(|(hook, _)| visible::bytes(hook.as_bytes())).collect();
        let width = names.iter().map(|name| columns(name)).max().unwrap_or(0);
        let mut branches = Vec::with_capacity(links.len());
        for (place, ((_, end), name)) in links.iter().zip(names).enumerate() {
            let last = place + 1 == links.len();
            let branch = if last { self.strokes.last } else { self.strokes.branch };
            let beside = if last { self.strokes.below } else { self.strokes.beside };
            let peer = visible::bytes(end.hook.as_bytes());
            let Some(node) = self.picture.graph.node(end.node) else { continue };
            let new = self.known.insert(end.node);
            let shown = if new { self.full(node) } else { format!("{} {}", visible::name(node), node.id) };
            let space = " ".repeat(width - columns(&name));
            let line = format!("{before}{branch}{name}{space} {} {peer} {shown}", self.strokes.wire);
            let below = new.then_some(end.node);
            branches.push(Pending { line, before: format!("{before}{beside}"), below, depth });
        }
        branches
    }

    /// A node with all that is always told of it.
    fn full(&self, node: &NodeInfo) -> String {
        let mut out = format!("{} ({})", visible::name(node), visible::kind(node));
        if let Some(note) = self.picture.notes.get(&node.id) {
            out.extend(["  ", &visible::text(note)]);
        }
        let cluster = self.picture.cluster_of(node.id).and_then(|number| self.picture.clusters.get(number));
        if let Some(cluster) = cluster {
            out.extend(["  in ", &visible::text(&cluster.title)]);
        }
        out
    }

    /// Writes the nodes without a connection, and the clusters without a node.
    fn alone(&mut self) {
        let graph = self.picture.graph;
        let mut lines: Vec<String> = Vec::new();
        let alone = graph.nodes().iter().filter(|node| graph.links(node.id).is_empty());
        lines.extend(alone.map(|node| format!("  {}", self.full(node))));
        let empty = self.picture.clusters.iter().filter(|cluster| cluster.nodes.is_empty());
        lines.extend(empty.map(|cluster| format!("  {}", visible::text(&cluster.title))));
        if !lines.is_empty() {
            self.line("unconnected");
            lines.iter().for_each(|line| self.line(line));
        }
    }

    /// Writes a line, cut to the terminal's width.
    fn line(&mut self, line: &str) {
        match self.terminal.width.filter(|width| columns(line) > *width) {
            None => self.out.push_str(line),
            Some(width) => {
                let mut left = width.saturating_sub(1);
                for c in line.chars() {
                    let wide = column(c);
                    if wide > left {
                        break;
                    }
                    left -= wide;
                    self.out.push(c);
                }
                self.out.push(self.strokes.cut);
            }
        }
        self.out.push('\n');
    }
}

/// Returns how many columns of a terminal text takes.
fn columns(text: &str) -> usize {
    text.chars().map(column).sum()
}

fn column(c: char) -> usize {
    match u32::from(c) {
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f => 2,
        0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1faff | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}
