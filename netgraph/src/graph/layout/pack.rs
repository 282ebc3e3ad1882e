//! Components on a page, and the unconnected nodes in its corner.

use super::web::{NODE_H, node_width};
use super::{Layout, NodeBox, Rect};
use crate::graph::picture::Picture;

/// How much wider than high a page is.
const ASPECT: f64 = 1.45;
/// The space between two components.
const APART: i32 = 36;
/// The space around and between unconnected nodes, and the band for the title of their box.
const PAD: i32 = 10;
const HEAD: i32 = 22;

/// Puts components on shelves, the highest first, and the box of the unconnected nodes into the lower right corner.
pub(super) fn pack(mut pieces: Vec<Layout>, corner: Option<Layout>) -> Layout {
    pieces.sort_by_key(|piece| std::cmp::Reverse(piece.height));
    let sizes: Vec<(i32, i32)> =
        pieces.iter().chain(&corner).map(|piece| (piece.width, piece.height)).collect();
    let area: f64 = sizes.iter().map(|(w, h)| f64::from(w + APART) * f64::from(h + APART)).sum();
    let widest = sizes.iter().map(|(w, _)| *w).max().unwrap_or(0);
    // The page that a screen shows largest.
    let widths = [1.0, 1.15, 1.3, 1.5, 1.75, 2.0].map(|by| widest.max(((area * ASPECT).sqrt() * by) as i32));
    let (places, _) = widths
        .into_iter()
        .map(|width| shelves(&sizes, width, corner.is_some()))
        .min_by(|(_, a), (_, b)| a.total_cmp(b))
        .unwrap_or_default();
    let mut page = Layout::default();
    for (mut piece, (x, y)) in pieces.into_iter().chain(corner).zip(places) {
        piece.shift(x, y);
        page.take(piece);
    }
    page
}

/// Puts boxes on shelves of a width; the last one into the corner, if that is asked for. Returns where they are, and how
/// large the page is, measured by the side that does not fit.
fn shelves(sizes: &[(i32, i32)], width: i32, corner: bool) -> (Vec<(i32, i32)>, f64) {
    let mut places = Vec::with_capacity(sizes.len());
    let (mut x, mut y, mut shelf, mut page) = (0, 0, 0, (0, 0));
    for (place, (w, h)) in sizes.iter().enumerate() {
        let in_corner = corner && place + 1 == sizes.len();
        if x > 0 && x + w > width {
            (x, y, shelf) = (0, y + shelf + APART, 0);
        }
        if in_corner {
            let right = page.0.max(x + w);
            places.push((right - w, y + (shelf - h).max(0)));
        } else {
            places.push((x, y));
        }
        x += w + APART;
        shelf = shelf.max(*h);
        page = (page.0.max(x - APART), page.1.max(y + shelf));
    }
    (places, f64::from(page.0).max(f64::from(page.1) * ASPECT))
}

impl Layout {
    /// Adds what is in another one, where it is.
    fn take(&mut self, other: Self) {
        let bounds = other.bounds();
        self.width = self.width.max(bounds.x + bounds.w);
        self.height = self.height.max(bounds.y + bounds.h);
        self.nodes.extend(other.nodes);
        self.clusters.extend(other.clusters);
        self.routes.extend(other.routes);
        self.dots.extend(other.dots);
        self.corner = self.corner.or(other.corner);
    }
}

/// Lays the unconnected nodes out in a box, if there are any.
pub(super) fn corner(picture: &Picture<'_>) -> Option<Layout> {
    let nodes = picture.graph.nodes().iter().enumerate();
    let alone = |id| picture.graph.links(id).is_empty() && !picture.in_cluster(id);
    let places: Vec<(usize, i32)> = nodes
        .filter(|(_, node)| alone(node.id))
        .map(|(place, node)| (place, node_width(picture, node)))
        .collect();
    let width = places.iter().map(|(_, width)| *width).max()?;
    let columns =
        ((places.len() as f64 * 2.0 * f64::from(NODE_H + PAD) / f64::from(width + PAD)).sqrt().ceil() as i32)
            .max(1);
    let mut layout = Layout::default();
    for (at, (node, _)) in (0..).zip(&places) {
        let (column, row) = (at % columns, at / columns);
        let (x, y) = (PAD + column * (width + PAD), HEAD + row * (NODE_H + PAD));
        layout.nodes.push(NodeBox { node: *node, rect: Rect { x, y, w: width, h: NODE_H }, hue: None });
    }
    let bounds = layout.bounds();
    (layout.width, layout.height) = ((bounds.w + 2 * PAD).max(100), bounds.h + HEAD + PAD);
    layout.corner = Some(Rect { x: 0, y: 0, w: layout.width, h: layout.height });
    Some(layout)
}
