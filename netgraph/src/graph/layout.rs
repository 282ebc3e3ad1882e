//! Where everything of a picture is: boxes in columns, connections in the channels between them.
//!
//! A *unit* is a node or a cluster. The units of each connected component are put into columns, so that neighbours are
//! in the same column or in adjacent ones; a connection then runs through the channel between two columns only, never
//! through a box, and its labels stand at its two ends, where no other runs. A node with many connections is drawn as a
//! tall bar with what hangs on it to its left and right; what would make too tall a column is folded into a
//! [matrix](matrix), what would make too long a row of columns into [several](across). Everything is a whole number of
//! pixels and depends on the graph alone. The time is that of sorting.

mod across;
mod channel;
mod draw;
mod isotonic;
mod matrix;
mod order;
mod pack;
mod place;
mod ranks;
mod web;

use super::picture::Picture;
use web::Web;

pub(super) use place::HUES;
pub(super) use web::{texts, title};

/// A place, in pixels from the upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) x: i32,
    pub(super) y: i32,
}

/// A box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rect {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) w: i32,
    pub(super) h: i32,
}

/// A node's box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NodeBox {
    /// The node's place in the graph.
    pub(super) node: usize,
    pub(super) rect: Rect,
    /// Which colour its connections have, if it is drawn as a bar.
    pub(super) hue: Option<usize>,
}

/// The name of a hook at an end of a connection, or of both hooks where there is room at one end only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) text: String,
    /// The left end of its base line.
    pub(super) at: Point,
    pub(super) width: i32,
    /// Whether it stands to the left of its box, so that its right end is what stays.
    pub(super) to_left: bool,
}

/// A connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    /// Its place among the graph's edges.
    pub(super) edge: usize,
    pub(super) points: Vec<Point>,
    pub(super) labels: Vec<Label>,
    pub(super) hue: Option<usize>,
}

/// Where everything of a picture is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Layout {
    pub(super) width: i32,
    pub(super) height: i32,
    pub(super) nodes: Vec<NodeBox>,
    /// Clusters by their number, and their boxes.
    pub(super) clusters: Vec<(usize, Rect)>,
    pub(super) routes: Vec<Route>,
    /// Where several connections part from a common line.
    pub(super) dots: Vec<(Point, Option<usize>)>,
    /// The box of the unconnected nodes.
    pub(super) corner: Option<Rect>,
}

/// The free space around the picture.
const MARGIN: i32 = 20;

impl Layout {
    /// Lays a picture out.
    pub(super) fn of(picture: &Picture<'_>) -> Self {
        let mut web = Web::of(picture);
        let components = web.components();
        let mut pieces = Vec::with_capacity(components.len() + 1);
        for members in components {
            let columns = ranks::columns(&mut web, &members);
            let columns = order::order(&mut web, columns);
            let rows = place::place(&mut web, &columns);
            across::across(&mut web, &columns, &rows);
            pieces.push(draw::draw(&web, picture, &columns));
        }
        let top = if picture.title.is_some() { 34 } else { 0 };
        let mut layout = pack::pack(pieces, pack::corner(picture));
        layout.shift(MARGIN, MARGIN + top);
        layout.width += 2 * MARGIN;
        layout.height += 2 * MARGIN + top;
        layout
    }

    /// Moves everything.
    fn shift(&mut self, dx: i32, dy: i32) {
        let rect = |r: &mut Rect| (r.x, r.y) = (r.x + dx, r.y + dy);
        let point = |p: &mut Point| (p.x, p.y) = (p.x + dx, p.y + dy);
        self.nodes.iter_mut().for_each(|node| rect(&mut node.rect));
        self.clusters.iter_mut().for_each(|(_, r)| rect(r));
        self.corner.iter_mut().for_each(rect);
        self.dots.iter_mut().for_each(|(p, _)| point(p));
        for route in &mut self.routes {
            route.points.iter_mut().for_each(point);
            route.labels.iter_mut().for_each(|label| point(&mut label.at));
        }
    }

    /// Returns the smallest box around everything.
    fn bounds(&self) -> Rect {
        let rects = self.nodes.iter().map(|node| node.rect).chain(self.clusters.iter().map(|(_, r)| *r));
        let labels = self.routes.iter().flat_map(|route| &route.labels).map(Label::rect);
        let points = self.routes.iter().flat_map(|route| &route.points);
        let points = points.map(|p| Rect { x: p.x, y: p.y, w: 0, h: 0 });
        let all = rects.chain(self.corner).chain(labels).chain(points);
        let edges = all.fold(None, |edges: Option<[i32; 4]>, r| {
            let [l, t, right, bottom] = edges.unwrap_or([r.x, r.y, r.x + r.w, r.y + r.h]);
            Some([l.min(r.x), t.min(r.y), right.max(r.x + r.w), bottom.max(r.y + r.h)])
        });
        let [l, t, r, b] = edges.unwrap_or_default();
        Rect { x: l, y: t, w: r - l, h: b - t }
    }
}

impl Label {
    /// Returns the box of the text.
    pub(super) fn rect(&self) -> Rect {
        Rect { x: self.at.x, y: self.at.y - 8, w: self.width, h: 10 }
    }
}

#[cfg(test)]
mod tests;
