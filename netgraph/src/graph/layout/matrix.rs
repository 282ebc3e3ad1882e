//! Many boxes on the same nodes, folded: rows of several, each row along one line for each of those nodes.

use std::collections::BTreeMap;

use super::ranks::Component;
use super::web::{GAP, NODE_H, PORT, Part, Tip, Unit, Web, Wire, WireEnd};

/// The space above a row's first line and below its last one.
const BAND: i32 = 9;
/// The distance of two lines of a row, and of the branches of two lines.
const LINE: i32 = 7;
/// From the border of a cell to where a line branches off to its box.
const DROP: i32 = 8;
/// The space that a label has to its left and right.
const AROUND: i32 = 6;
/// How many boxes there must be at least.
const FEWEST: usize = 6;
/// On how many nodes they may hang.
const HUBS: usize = 3;

/// Boxes in rows. Across, places are counted from the side of the column before.
#[derive(Debug, Clone, Default)]
pub(super) struct Matrix {
    /// The units of each row.
    pub(super) rows: Vec<Vec<usize>>,
    pub(super) cells: Vec<Cell>,
    /// From the top of a row to its boxes.
    pub(super) band: i32,
}

/// The cells of a column.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cell {
    begin: i32,
    /// Where the box begins, and how wide it is.
    pub(super) start: i32,
    pub(super) width: i32,
    end: i32,
}

impl Cell {
    /// Returns where the branches of a line are at a side (0 that of the column before).
    pub(super) fn drop(self, side: usize, line: i32) -> i32 {
        if side == 0 { self.begin + DROP + line * LINE } else { self.end - DROP - line * LINE }
    }
}

/// A node that boxes hang on, and whether it is in the column after theirs.
type Hub = (usize, bool);

/// Replaces units that hang on the same nodes by matrices, where their column would be too high for the page.
///
/// Returns the unit that stands in a column for each of the component's: itself, a matrix for the first of those that
/// are in it, or none.
pub(super) fn fold(web: &mut Web, component: &Component<'_>, order: &[usize]) -> Vec<Option<usize>> {
    let mut stands: Vec<Option<usize>> = component.members.iter().map(|unit| Some(*unit)).collect();
    let mut groups: BTreeMap<(i32, Vec<Hub>), Vec<usize>> = BTreeMap::new();
    let mut heights: BTreeMap<i32, i64> = BTreeMap::new();
    for local in order {
        let rank = component.rank[*local];
        *heights.entry(rank).or_default() += i64::from(web.units[component.members[*local]].h + GAP);
        if let Some(hubs) = hubs(web, component, *local) {
            groups.entry((rank, hubs)).or_default().push(*local);
        }
    }
    for ((rank, hubs), members) in groups {
        let height = heights.get(&rank).copied().unwrap_or(0);
        if members.len() < FEWEST || height * 100 <= component.target * 135 {
            continue;
        }
        let columns = usize::try_from((height + component.target - 1) / component.target).unwrap_or(2);
        let units: Vec<usize> = members.iter().map(|local| component.members[*local]).collect();
        let matrix = make(web, &hubs, &units, columns.max(2));
        for (place, local) in members.iter().enumerate() {
            stands[*local] = (place == 0).then_some(matrix);
        }
    }
    stands
}

/// Returns what a unit hangs on, if it may be in a matrix: nodes of the columns beside it, and nothing hangs on it.
fn hubs(web: &Web, component: &Component<'_>, local: usize) -> Option<Vec<Hub>> {
    let unit = &web.units[component.members[local]];
    if unit.upstream || component.near[local].len() > HUBS || component.kids(local).next().is_some() {
        return None;
    }
    let rank = component.rank[local];
    let itself = unit.ends.iter().any(|end| web.other(*end).unit == component.members[local]);
    let beside = |hub: &usize| {
        let single = web.units[component.members[*hub]].cluster.is_none();
        single && (component.rank[*hub] - rank).abs() == 1
    };
    if itself || !component.near[local].iter().all(beside) {
        return None;
    }
    let hub = |hub: &usize| (component.members[*hub], component.rank[*hub] > rank);
    let mut hubs: Vec<Hub> = component.near[local].iter().map(hub).collect();
    hubs.sort_unstable();
    (!hubs.is_empty()).then_some(hubs)
}

/// Makes a matrix of units that hang on these hubs, and returns it.
fn make(web: &mut Web, hubs: &[Hub], units: &[usize], columns: usize) -> usize {
    // As few rows as these columns make, and no more columns than these rows need.
    let columns = units.len().div_ceil(units.len().div_ceil(columns));
    let rows: Vec<Vec<usize>> = units.chunks(columns).map(<[usize]>::to_vec).collect();
    let side = |hub: usize| usize::from(hubs.iter().any(|(own, after)| *own == hub && *after));
    for unit in units {
        for end in web.units[*unit].ends.clone() {
            let side = side(web.other(end).unit);
            web.units[*unit].ports[side].push(end);
        }
        web.grow_parts(*unit);
        web.space_ports(*unit);
    }
    let band = 2 * BAND + (hubs.len() as i32 - 1) * LINE;
    let cells = cells(web, hubs, &rows, columns);
    let at = web.units.len();
    let mut matrix = Unit { w: cells.last().map_or(0, |cell| cell.end), ..Unit::default() };
    let mut instead: BTreeMap<WireEnd, Option<WireEnd>> = BTreeMap::new();
    let mut y = 0;
    for (part, row) in rows.iter().enumerate() {
        let tallest = row.iter().map(|unit| web.units[*unit].h).max().unwrap_or(NODE_H);
        matrix.parts.push(Part { node: None, y, h: band + tallest });
        for (line, (hub, _)) in hubs.iter().enumerate() {
            let line = y + BAND + line as i32 * LINE;
            matrix.ends.extend(web.bundle(*hub, row, (Tip { unit: at, part }, line), &mut instead));
        }
        y += band + tallest + GAP / 2;
    }
    for (hub, _) in hubs {
        let ends = &mut web.units[*hub].ends;
        *ends = ends.iter().filter_map(|end| instead.get(end).copied().unwrap_or(Some(*end))).collect();
    }
    matrix.h = y - GAP / 2;
    matrix.matrix = Some(Matrix { rows, cells, band });
    web.units.push(matrix);
    at
}

/// Sizes the cells of each column: a box, with its labels and branches on the sides where hubs are.
fn cells(web: &Web, hubs: &[Hub], rows: &[Vec<usize>], columns: usize) -> Vec<Cell> {
    let lines = [false, true].map(|after| hubs.iter().filter(|hub| hub.1 == after).count() as i32);
    let mut cells = Vec::with_capacity(columns);
    let mut x = 0;
    for column in 0..columns {
        let units = || rows.iter().filter_map(|row| row.get(column)).map(|unit| &web.units[*unit]);
        let label = |(wire, _): &WireEnd| web.wires[*wire].labels.iter().sum::<i32>() + BOTH;
        let [before, after] = [0, 1].map(|side| {
            let labels = units().flat_map(|unit| &unit.ports[side]).map(label).max();
            labels.map_or(0, |width| width + 2 * AROUND + DROP + (lines[side] - 1) * LINE)
        });
        let width = units().map(|unit| unit.w).max().unwrap_or(0);
        let (begin, start) = (x, x + before);
        cells.push(Cell { begin, start, width, end: start + width + after });
        x = start + width + after + GAP;
    }
    cells
}

/// The space between the names of two hooks in one label.
pub(super) const BOTH: i32 = 7;

impl Web {
    /// Makes a wire from a hub to a row, of all those that lead from the hub to the row's units, and notes in `instead`
    /// what becomes of their ends at the hub. `tip` has the row, and where its line is.
    fn bundle(
        &mut self,
        hub: usize,
        row: &[usize],
        (tip, line): (Tip, i32),
        instead: &mut BTreeMap<WireEnd, Option<WireEnd>>,
    ) -> Option<WireEnd> {
        let new = self.wires.len();
        let mut edges = Vec::new();
        let mut own = None;
        for (old, end) in row.iter().flat_map(|unit| &self.units[*unit].ends) {
            let there = self.wires[*old].tips[1 - end];
            if there.unit == hub {
                edges.extend(self.wires[*old].edges.iter().copied());
                instead.insert((*old, 1 - end), own.is_none().then_some((new, 0)));
                own = own.or(Some(there));
            }
        }
        let tips = [own?, tip];
        let offset = [0, line];
        self.wires.push(Wire { edges, tips, labels: [0; 2], offset, y: [0; 2], track: None });
        Some((new, 1))
    }

    /// Makes the parts of a unit high enough for their ports.
    pub(super) fn grow_parts(&mut self, unit: usize) {
        let wires = &self.wires;
        let unit = &mut self.units[unit];
        for ports in &unit.ports {
            let mut counts = vec![0; unit.parts.len()];
            for (wire, end) in ports {
                counts[wires[*wire].tips[*end].part] += 1;
            }
            for (part, count) in unit.parts.iter_mut().zip(counts) {
                part.h = part.h.max(count * PORT + 2);
            }
        }
        unit.stack();
    }
}
