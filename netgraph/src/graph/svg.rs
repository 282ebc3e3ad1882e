//! SVG, drawn by our own [layout](super::layout): for pages, and for paper.

use std::fmt::{self, Write};

use super::font::HEADING;
use super::layout::{Label, Layout, NodeBox, Point, Rect, Route, texts, title};
use super::picture::{Picture, Theme};
use super::style;
use super::visible::{self, xml};
use super::{Edge, End};
use crate::name::NodeId;

/// How round the corners of connections are, in pixels.
const ROUND: i32 = 5;
/// How high a bar is for each time that it is named, in pixels.
const REPEAT: i32 = 600;

impl Picture<'_> {
    /// Draws the picture as SVG: a box for each node, in the boxes of clusters, and a line with the names of its two
    /// hooks for each connection. What is pointed at tells type, number and details.
    ///
    /// The picture needs nothing else, and its text fits in any usual sans-serif face.
    ///
    /// ```
    /// use netgraph::{Socket, graph::{Graph, Picture, Theme}, sim::SimKernel};
    /// let socket = Socket::open(&SimKernel::new(), Some("me".parse()?))?;
    /// let graph = Graph::snapshot(&socket)?;
    /// let svg = Picture::of(&graph).theme(Theme::Dark).to_svg();
    /// assert!(svg.contains(">me</text>") && svg.ends_with("</svg>\n"));
    /// # Ok::<(), netgraph::Error>(())
    /// ```
    #[must_use]
    pub fn to_svg(&self) -> String {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = self.write_svg(&mut out);
        out
    }

    pub(super) fn write_svg(&self, out: &mut String) -> fmt::Result {
        let layout = Layout::of(self);
        let (w, h) = (layout.width, layout.height);
        let name = xml(&visible::text(self.title.as_deref().unwrap_or("netgraph")));
        let theme = match self.theme {
            Theme::Auto => "",
            Theme::Light => " light",
            Theme::Dark => " dark",
        };
        writeln!(
            out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"ng{theme}\" width=\"{w}\" height=\"{h}\" \
             viewBox=\"0 0 {w} {h}\" role=\"img\" aria-label=\"{name}\">"
        )?;
        writeln!(out, "<style>\n{}</style>", style::sheet(self.theme))?;
        writeln!(out, "<rect class=\"paper\" width=\"{w}\" height=\"{h}\"/>")?;
        if let Some(text) = &self.title {
            let text = HEADING.fit(&visible::text(text), w - 40);
            write_text(out, "heading", (20, 34), &text)?;
        }
        for (number, rect) in &layout.clusters {
            self.svg_cluster(out, *number, *rect)?;
        }
        if let Some(rect) = layout.corner {
            write_rect(out, "corner", rect, 8)?;
            write_text(out, "title", (rect.x + 10, rect.y + 15), "unconnected")?;
        }
        for route in &layout.routes {
            self.svg_route(out, route)?;
        }
        for (at, hue) in &layout.dots {
            writeln!(
                out,
                "<circle class=\"dot{}\" cx=\"{}\" cy=\"{}\" r=\"2.5\"/>",
                hue_class(*hue),
                at.x,
                at.y
            )?;
        }
        for node in &layout.nodes {
            self.svg_node(out, node)?;
        }
        writeln!(out, "</svg>")
    }

    fn svg_cluster(&self, out: &mut String, number: usize, rect: Rect) -> fmt::Result {
        let Some(cluster) = self.clusters.get(number) else { return Ok(()) };
        write!(out, "<g class=\"cluster\" id=\"c{number}\">")?;
        let mut lines = vec![visible::text(&cluster.title)];
        lines.extend(details(&cluster.details));
        write_title(out, &lines)?;
        write_rect(out, "jail", rect, 8)?;
        write_text(out, "title", (rect.x + 9, rect.y + 15), &title(&cluster.title))?;
        writeln!(out, "</g>")
    }

    fn svg_route(&self, out: &mut String, route: &Route) -> fmt::Result {
        let Some(edge) = self.graph.edges().get(route.edge) else { return Ok(()) };
        let grey = [edge.a.node, edge.b.node].iter().any(|id| self.is_foreign(*id));
        let (a, b) = (edge.a.node.0, edge.b.node.0);
        let hue = if grey { " grey".into() } else { hue_class(route.hue) };
        write!(out, "<g class=\"edge{hue}\" id=\"e{}\" data-a=\"n{a:x}\" data-b=\"n{b:x}\">", route.edge)?;
        write_title(out, &self.tell_edge(edge))?;
        writeln!(out, "<path d=\"{}\"/>", path(&route.points))?;
        for Label { text, at, width, to_left } in &route.labels {
            let (class, x) = if *to_left { ("hook end", at.x + width) } else { ("hook", at.x) };
            write_text(out, class, (x, at.y), text)?;
        }
        writeln!(out, "</g>")
    }

    fn svg_node(&self, out: &mut String, node: &NodeBox) -> fmt::Result {
        let Some(info) = self.graph.nodes().get(node.node) else { return Ok(()) };
        let id = info.id.0;
        let class = match node.hue {
            _ if self.is_foreign(info.id) => " grey foreign".into(),
            _ if info.name.is_empty() => " grey".into(),
            Some(hue) => hue_class(Some(hue)),
            None if info.type_name == "ether" => " up".into(),
            None if info.type_name == "eiface" => " eiface".into(),
            None => String::new(),
        };
        write!(out, "<g class=\"node{class}\" id=\"n{id:x}\">")?;
        write_title(out, &self.tell_node(info.id))?;
        write_rect(out, "box", node.rect, 5)?;
        let [name, small] = texts(self, info);
        let face = if info.name.is_empty() { "name nameless" } else { "name" };
        // A bar that is higher than a screen is named several times.
        let times = (node.rect.h / REPEAT).max(1);
        for time in 0..times {
            let (x, middle) = (node.rect.x + 9, node.rect.y + node.rect.h * (2 * time + 1) / (2 * times));
            write_text(out, face, (x, middle - 3), &name)?;
            write_text(out, "small", (x, middle + 10), &small)?;
        }
        writeln!(out, "</g>")
    }

    /// All that is known of a node, a line for each.
    pub(super) fn tell_node(&self, id: NodeId) -> Vec<String> {
        let Some(node) = self.graph.node(id) else { return Vec::new() };
        let mut lines =
            vec![visible::name(node), format!("type: {}", visible::bytes(node.type_name.as_bytes()))];
        lines.push(format!("id: {id}"));
        lines.push(format!("hooks: {}", self.graph.links(id).len()));
        let cluster = self.cluster_of(id).and_then(|number| self.clusters.get(number));
        lines.extend(cluster.map(|cluster| format!("in: {}", visible::text(&cluster.title))));
        let told = self.details.get(&id).map_or(&[][..], Vec::as_slice);
        // A remark that says what a detail says is told once.
        let note = self.notes.get(&id).filter(|note| !told.iter().any(|(_, value)| value == *note));
        lines.extend(note.map(|note| visible::text(note)));
        lines.extend(details(told));
        lines
    }

    /// All that is known of a connection, a line for each.
    pub(super) fn tell_edge(&self, edge: &Edge) -> Vec<String> {
        let name = |end: &End| {
            let node = self.graph.node(end.node).map_or_else(|| end.node.to_string(), visible::name);
            (node, visible::bytes(end.hook.as_bytes()))
        };
        let ((a, a_hook), (b, b_hook)) = (name(&edge.a), name(&edge.b));
        let mut lines = vec![format!("{a}  {a_hook} — {b_hook}  {b}")];
        for end in [&edge.a, &edge.b] {
            lines.extend(self.end_details.get(end).into_iter().flat_map(|own| details(own)));
        }
        lines
    }
}

/// Labels and values as lines.
pub(super) fn details(pairs: &[(String, String)]) -> impl Iterator<Item = String> + '_ {
    pairs.iter().map(|(label, value)| format!("{}: {}", visible::text(label), visible::text(value)))
}

fn hue_class(hue: Option<usize>) -> String {
    hue.map(|hue| format!(" h{hue}")).unwrap_or_default()
}

fn write_title(out: &mut String, lines: &[String]) -> fmt::Result {
    let lines: Vec<String> = lines.iter().map(|line| xml(line)).collect();
    write!(out, "<title>{}</title>", lines.join("\n"))
}

fn write_rect(out: &mut String, class: &str, r: Rect, round: i32) -> fmt::Result {
    write!(
        out,
        "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{round}\"/>",
        r.x, r.y, r.w, r.h
    )
}

fn write_text(out: &mut String, class: &str, (x, y): (i32, i32), text: &str) -> fmt::Result {
    write!(out, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>", xml(text))
}

/// Writes the path of a line through points, its corners rounded.
fn path(points: &[Point]) -> String {
    let mut out = String::new();
    for (place, p) in points.iter().enumerate() {
        let around =
            place.checked_sub(1).and_then(|before| Some((points.get(before)?, points.get(place + 1)?)));
        // Writing to a String cannot fail.
        let _ = match around {
            None => write!(out, "{}{} {}", if place == 0 { "M" } else { "L" }, p.x, p.y),
            Some((before, after)) => {
                let (from, to) = (towards(*p, *before), towards(*p, *after));
                write!(out, "L{} {}Q{} {} {} {}", from.x, from.y, p.x, p.y, to.x, to.y)
            }
        };
    }
    out
}

/// Returns the point where the rounding of a corner begins or ends.
fn towards(corner: Point, other: Point) -> Point {
    let step = |from: i32, to: i32| from + (to - from).signum() * ROUND.min((to - from).abs() / 2);
    Point { x: step(corner.x, other.x), y: step(corner.y, other.y) }
}
