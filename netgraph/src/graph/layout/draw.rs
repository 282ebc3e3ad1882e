//! From units and wires to boxes and lines.

use std::collections::BTreeMap;

use super::matrix::{BOTH, Matrix};
use super::web::{PAD, Unit, Web, WireEnd, hook};
use super::{Label, Layout, NodeBox, Point, Rect, Route};
use crate::graph::font::HOOK;
use crate::graph::picture::Picture;

/// The space between a box and a label beside it.
const BESIDE: i32 = 5;
/// How far above its line a label stands.
const ABOVE: i32 = 3;

/// Draws a component.
pub(super) fn draw(web: &Web, picture: &Picture<'_>, columns: &[Vec<usize>]) -> Layout {
    let mut layout = Layout::default();
    for unit in columns.iter().flatten() {
        let unit = &web.units[*unit];
        match &unit.matrix {
            None => draw_unit(&mut layout, unit, (unit.x, unit.y)),
            Some(matrix) => draw_matrix(web, picture, &mut layout, unit, matrix),
        }
        for (wire, end) in &unit.ends {
            let line = web.wires[*wire].tips.iter().any(|tip| web.units[tip.unit].matrix.is_some());
            if *end == 0 && !line {
                draw_wire(web, picture, &mut layout, *wire);
            }
        }
    }
    let bounds = layout.bounds();
    layout.shift(-bounds.x, -bounds.y);
    (layout.width, layout.height) = (bounds.w, bounds.h);
    layout
}

/// Draws a node or a cluster at a place.
fn draw_unit(layout: &mut Layout, unit: &Unit, (x, y): (i32, i32)) {
    if let Some(cluster) = unit.cluster {
        layout.clusters.push((cluster, Rect { x, y, w: unit.w, h: unit.h }));
    }
    let inset = unit.inset();
    for part in &unit.parts {
        if let Some(node) = part.node {
            let rect = Rect { x: x + inset, y: y + part.y, w: unit.w - 2 * inset, h: part.h };
            layout.nodes.push(NodeBox { node, rect, hue: unit.hue });
        }
    }
}

impl Unit {
    /// Returns how far inside its border a unit's nodes are.
    fn inset(&self) -> i32 {
        if self.cluster.is_some() { PAD } else { 0 }
    }

    /// Returns where a place is that is so far from the side of the column before.
    fn across(&self, from: i32) -> i32 {
        if self.mirrored { self.x + self.w - from } else { self.x + from }
    }

    /// Tells whether the wires of one of its sides (0 towards the column before) leave to the right.
    fn leaves_right(&self, side: usize) -> bool {
        (side == 1) != self.mirrored
    }
}

/// Where a wire leaves: its node, the border of the unit there, and whether it goes to the right.
struct Leave {
    at: Point,
    border: i32,
    right: bool,
}

fn leave(web: &Web, (wire, end): WireEnd) -> Leave {
    let own = &web.units[web.wires[wire].tips[end].unit];
    let other = &web.units[web.wires[wire].tips[1 - end].unit];
    let right = own.leaves_right(usize::from(other.rank >= own.rank));
    let border = if right { own.x + own.w } else { own.x };
    let x = if right { border - own.inset() } else { border + own.inset() };
    Leave { at: Point { x, y: web.wires[wire].y[end] }, border, right }
}

/// The points of a wire, without those of its own that are on a straight line.
fn points(from: Point, to: Point, track: Option<i32>) -> Vec<Point> {
    match track {
        None => vec![from, to],
        Some(x) => vec![from, Point { x, y: from.y }, Point { x, y: to.y }, to],
    }
}

fn draw_wire(web: &Web, picture: &Picture<'_>, layout: &mut Layout, wire: usize) {
    let own = &web.wires[wire];
    let ends = [0, 1].map(|end| leave(web, (wire, end)));
    let Some((place, edge)) = own.edges.first().and_then(|e| Some((*e, picture.graph.edges().get(*e)?)))
    else {
        return;
    };
    let [a, b] = &ends;
    let labels = [(a, edge.a.hook), (b, edge.b.hook)].map(|(leave, name)| {
        let text = hook(name);
        let width = HOOK.width(&text);
        let x = if leave.right { leave.border + BESIDE } else { leave.border - BESIDE - width };
        Label { text, at: Point { x, y: leave.at.y - ABOVE }, width, to_left: !leave.right }
    });
    layout.routes.push(Route {
        edge: place,
        points: points(a.at, b.at, own.track),
        labels: labels.into(),
        hue: hue(web, wire),
    });
}

/// Returns the colour of a wire: that of the bar that it leads to, of two bars that of the busier.
fn hue(web: &Web, wire: usize) -> Option<usize> {
    let units = web.wires[wire].tips.map(|tip| &web.units[tip.unit]);
    let busiest = units.iter().filter(|unit| unit.hue.is_some()).max_by_key(|unit| unit.ends.len());
    busiest.and_then(|unit| unit.hue)
}

/// Draws the boxes of a matrix, and the lines that lead to them.
fn draw_matrix(web: &Web, picture: &Picture<'_>, layout: &mut Layout, unit: &Unit, matrix: &Matrix) {
    for (row, part) in matrix.rows.iter().zip(&unit.parts) {
        for (leaf, cell) in row.iter().zip(&matrix.cells) {
            let mut shown = web.units[*leaf].clone();
            shown.w = cell.width;
            shown.x =
                if unit.mirrored { unit.across(cell.start + cell.width) } else { unit.across(cell.start) };
            shown.y = unit.y + part.y + matrix.band;
            draw_unit(layout, &shown, (shown.x, shown.y));
        }
    }
    let mut lines: BTreeMap<(usize, bool), i32> = BTreeMap::new();
    for end in &unit.ends {
        let part = web.wires[end.0].tips[end.1].part;
        let way = leave(web, *end);
        let line = lines.entry((part, way.right)).or_default();
        draw_line(web, picture, layout, (unit, matrix), *end, *line);
        *line += 1;
    }
}

/// Draws a line of a row, with its branches to the row's boxes.
fn draw_line(
    web: &Web,
    picture: &Picture<'_>,
    layout: &mut Layout,
    (unit, matrix): (&Unit, &Matrix),
    (wire, end): WireEnd,
    line: i32,
) {
    let (way, hub) = (leave(web, (wire, end)), leave(web, (wire, 1 - end)));
    let hub_unit = web.other((wire, end)).unit;
    let part = web.wires[wire].tips[end].part;
    let (Some(row), Some(top)) = (matrix.rows.get(part), unit.parts.get(part).map(|part| unit.y + part.y))
    else {
        return;
    };
    let side = usize::from(way.right != unit.mirrored);
    let color = hue(web, wire);
    let mut drops = Vec::new();
    for (leaf, cell) in row.iter().zip(&matrix.cells) {
        let leaf = &web.units[*leaf];
        let drop = unit.across(cell.drop(side, line));
        let border = unit.across(if side == 0 { cell.start } else { cell.start + cell.width });
        for (old, own) in leaf.ports[side].iter().filter(|end| web.other(**end).unit == hub_unit) {
            let Some(place) = web.wires[*old].edges.first().copied() else { continue };
            let Some(edge) = picture.graph.edges().get(place) else { continue };
            let y = top + matrix.band + web.wires[*old].offset[*own];
            let (near, far) = if *own == 0 { (edge.a, edge.b) } else { (edge.b, edge.a) };
            let (near, far) = (hook(near.hook), hook(far.hook));
            let width = HOOK.width(&near) + HOOK.width(&far) + BOTH;
            let text = if way.right { format!("{near}  {far}") } else { format!("{far}  {near}") };
            let x = if way.right { border + BESIDE } else { border - BESIDE - width };
            let inside = if way.right { border - leaf.inset() } else { border + leaf.inset() };
            let mut run = points(hub.at, Point { x: drop, y: way.at.y }, web.wires[wire].track);
            run.extend([Point { x: drop, y }, Point { x: inside, y }]);
            let label = Label { text, at: Point { x, y: y - ABOVE }, width, to_left: !way.right };
            layout.routes.push(Route { edge: place, points: run, labels: vec![label], hue: color });
            drops.push(drop);
        }
    }
    // Where the line goes on beyond a branch there is a dot; where it ends with one, a bend.
    let last = if way.right { drops.iter().min() } else { drops.iter().max() }.copied();
    let single = drops.iter().filter(|drop| Some(**drop) == last).count() == 1;
    drops.retain(|drop| !single || Some(*drop) != last);
    drops.dedup();
    layout.dots.extend(drops.into_iter().map(|x| (Point { x, y: way.at.y }, color)));
}
