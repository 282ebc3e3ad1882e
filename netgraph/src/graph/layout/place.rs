//! How high everything is, and where from top to bottom.

use std::ops::Range;

use super::isotonic::{Wish, settle};
use super::web::{GAP, PORT, Unit, Web, WireEnd};

/// How many wires on a side make a node a bar.
const BAR: usize = 3;
/// The space between a bar's end and its outermost port.
const BAR_END: i32 = 12;
/// How much wider than high a page may be before its columns are folded into several rows.
const WIDEST: i64 = 3;
/// What a channel takes, about.
const CHANNEL: i64 = 90;
/// The space between two rows of columns.
const BETWEEN_ROWS: i32 = 40;
/// How many colours there are for bars.
pub(in crate::graph) const HUES: usize = 6;

/// Places the units of a component from top to bottom, and returns which columns are in which row of columns.
pub(super) fn place(web: &mut Web, columns: &[Vec<usize>]) -> Vec<Range<usize>> {
    for unit in columns.iter().flatten() {
        sort_ports(web, *unit);
    }
    for unit in columns.iter().flatten() {
        if web.units[*unit].bar {
            web.units[*unit].h = web.reach(*unit);
        }
    }
    let mut bars: Vec<usize> =
        columns.iter().flatten().copied().filter(|unit| web.units[*unit].bar).collect();
    bars.sort_unstable();
    for bar in bars {
        web.units[bar].hue = Some(web.bars % HUES);
        web.bars += 1;
    }
    let rows = rows(web, columns);
    let mut top = 0;
    for (number, row) in rows.iter().enumerate() {
        let columns = &columns[row.clone()];
        stack(web, columns);
        let (low, high) = extent(web, columns);
        for unit in columns.iter().flatten() {
            web.units[*unit].y += top - low;
            web.units[*unit].mirrored = number % 2 == 1;
        }
        top += high - low + BETWEEN_ROWS;
    }
    for unit in columns.iter().flatten() {
        fix_ports(web, *unit);
    }
    for column in columns {
        stretch(web, column);
    }
    for unit in columns.iter().flatten() {
        if web.units[*unit].bar {
            spread_ports(web, *unit);
        }
    }
    rows
}

/// Sorts the ends at both sides of a unit by where they lead, and makes room for them.
fn sort_ports(web: &mut Web, unit: usize) {
    let own = &web.units[unit];
    let mut sides: [Vec<_>; 2] = [Vec::new(), Vec::new()];
    for end in &own.ends {
        let (tip, other) = (web.wires[end.0].tips[end.1], web.other(*end));
        let there = &web.units[other.unit];
        // What leads up in the same column is above all else, what leads down below, the nearest outermost.
        let key = match there.rank.cmp(&own.rank) {
            std::cmp::Ordering::Equal if there.pos < own.pos => (0, -(there.pos as i64), 0),
            std::cmp::Ordering::Equal => (2, -(there.pos as i64), 0),
            _ => (1, there.pos as i64, other.part),
        };
        let side = usize::from(there.rank >= own.rank);
        sides[side].push((tip.part, key, *end));
    }
    let mut most = 0;
    let ports = sides.map(|mut side| {
        side.sort_unstable();
        most = most.max(side.len());
        side.into_iter().map(|(_, _, end)| end).collect::<Vec<WireEnd>>()
    });
    let alone = own.cluster.is_none() && own.matrix.is_none();
    web.units[unit].ports = ports;
    web.units[unit].bar = alone && most >= BAR;
    web.grow_parts(unit);
    web.units[unit].least = web.units[unit].h;
    web.space_ports(unit);
}

impl Web {
    /// Spaces the ports of a unit's parts evenly around their middles.
    pub(super) fn space_ports(&mut self, unit: usize) {
        if self.units[unit].matrix.is_some() {
            return;
        }
        for side in 0..2 {
            let ports = self.units[unit].ports[side].clone();
            let part = |(wire, end): &WireEnd| self.wires[*wire].tips[*end].part;
            let runs: Vec<(usize, &[WireEnd])> = ports
                .chunk_by(|a, b| part(a) == part(b))
                .filter_map(|run| Some((part(run.first()?), run)))
                .collect();
            for (part, run) in runs {
                for (place, (wire, end)) in run.iter().enumerate() {
                    let from_middle = (2 * place as i32 + 1 - run.len() as i32) * PORT / 2;
                    self.wires[*wire].offset[*end] = self.units[unit].port(part, from_middle);
                }
            }
        }
    }
}

impl Web {
    /// Returns how high a bar must be to be beside all that hangs on one of its sides.
    fn reach(&self, bar: usize) -> i32 {
        let own = &self.units[bar];
        let mut reach = own.least;
        for (side, ports) in own.ports.iter().enumerate() {
            let (mut last, mut sum, mut ends) = (None, -GAP, [0, 0]);
            for end in ports {
                let place = self.other(*end).unit;
                let other = &self.units[place];
                let only = || other.ports[1 - side].iter().all(|end| self.other(*end).unit == bar);
                if last.replace(place) != Some(place) && other.rank != own.rank && !other.bar && only() {
                    sum += other.h + GAP;
                    ends = [if ends[0] == 0 { other.h } else { ends[0] }, other.h];
                }
            }
            reach = reach.max(sum - (ends[0] + ends[1]) / 2 + 2 * BAR_END);
        }
        reach
    }
}

impl Unit {
    /// Returns where a port is that is so far from the middle of its part, from the top of the unit.
    fn port(&self, part: usize, from_middle: i32) -> i32 {
        let Some(own) = self.parts.get(part) else { return 0 };
        own.y + own.h / 2 + from_middle
    }

    /// Returns where a wire's end is before bars have their ports.
    fn middle(&self, offset: i32) -> f64 {
        f64::from(self.y) + if self.bar { f64::from(self.h) / 2.0 } else { f64::from(offset) }
    }
}

/// Cuts the columns into rows, where one row would be far too wide.
fn rows(web: &Web, columns: &[Vec<usize>]) -> Vec<Range<usize>> {
    let widths: Vec<i64> = columns
        .iter()
        .map(|column| column.iter().map(|unit| i64::from(web.units[*unit].w)).max().unwrap_or(0) + CHANNEL)
        .collect();
    let height = |column: &Vec<usize>| column.iter().map(|unit| i64::from(web.units[*unit].h + GAP)).sum();
    let (width, height) = (widths.iter().sum::<i64>(), columns.iter().map(height).max().unwrap_or(0).max(1));
    let height = height + i64::from(BETWEEN_ROWS);
    let count = if columns.len() < 7 || width < WIDEST * height.max(300) {
        1
    } else {
        ((width as f64 / (1.5 * height as f64)).sqrt().round() as i64).max(1)
    };
    let mut rows = Vec::new();
    let (mut start, mut filled) = (0, 0);
    for (place, own) in widths.iter().enumerate() {
        filled += own;
        if filled * count >= width && place + 1 < widths.len() && place > start {
            rows.push(start..place + 1);
            (start, filled) = (place + 1, 0);
        }
    }
    rows.push(start..columns.len());
    rows
}

/// Places a row's units, the highest column first and as close as can be, the others beside what they lead to.
fn stack(web: &mut Web, columns: &[Vec<usize>]) {
    for column in columns {
        let mut y = 0;
        for unit in column {
            web.units[*unit].y = y;
            y += web.units[*unit].h + GAP;
        }
        let all = y - GAP;
        for unit in column {
            web.units[*unit].y -= all / 2;
        }
    }
    let height =
        |column: &Vec<usize>| column.iter().map(|unit| i64::from(web.units[*unit].h + GAP)).sum::<i64>();
    let highest =
        (0..columns.len()).max_by_key(|c| (height(&columns[*c]), std::cmp::Reverse(*c))).unwrap_or(0);
    let Some(first) = columns.first().and_then(|column| column.first()).map(|unit| web.units[*unit].rank)
    else {
        return;
    };
    let last = first + columns.len();
    for (place, column) in columns.iter().enumerate().skip(highest + 1) {
        align(web, column, first..first + place);
    }
    for (place, column) in columns.iter().enumerate().take(highest).rev() {
        align(web, column, first + place + 1..last);
    }
    for _ in 0..2 {
        for column in columns {
            align(web, column, first..last);
        }
        for column in columns.iter().rev() {
            align(web, column, first..last);
        }
    }
}

/// Moves a column's units beside what they lead to in other columns of these ranks.
fn align(web: &mut Web, column: &[usize], ranks: Range<usize>) {
    let wishes: Vec<Wish> = column
        .iter()
        .map(|unit| {
            let own = &web.units[*unit];
            let (mut sum, mut count) = (0.0, 0u32);
            for (wire, end) in &own.ends {
                let other = &web.units[web.other((*wire, *end)).unit];
                if other.rank != own.rank && ranks.contains(&other.rank) {
                    let offset = web.wires[*wire].offset;
                    sum += other.middle(offset[1 - end]) - (own.middle(offset[*end]) - f64::from(own.y));
                    count += 1;
                }
            }
            match count {
                0 => Wish { at: f64::from(own.y), weight: 0.01 },
                count => Wish { at: sum / f64::from(count), weight: f64::from(count) },
            }
        })
        .collect();
    let steps: Vec<i32> = column.iter().map(|unit| web.units[*unit].h + GAP).collect();
    for (unit, y) in column.iter().zip(settle(&wishes, &steps)) {
        web.units[*unit].y = y;
    }
}

fn extent(web: &Web, columns: &[Vec<usize>]) -> (i32, i32) {
    let units = columns.iter().flatten().map(|unit| &web.units[*unit]);
    units.fold((i32::MAX, i32::MIN), |(low, high), unit| (low.min(unit.y), high.max(unit.y + unit.h)))
}

/// Puts the ports of what is no bar where they stay.
fn fix_ports(web: &mut Web, unit: usize) {
    let unit = &web.units[unit];
    for (wire, end) in &unit.ends {
        web.wires[*wire].y[*end] =
            if unit.bar { unit.y + unit.h / 2 } else { unit.y + web.wires[*wire].offset[*end] };
    }
}

/// Makes the bars of a column as high as what they lead to, as far as there is room.
fn stretch(web: &mut Web, column: &[usize]) {
    let wanted: Vec<Option<(i32, i32)>> = column.iter().map(|unit| web.wanted(*unit)).collect();
    const FAR: i32 = 1 << 29;
    let mut limits: Vec<(i32, i32)> = vec![(-FAR, FAR); column.len()];
    for place in 1..column.len() {
        let (above, below) = (&web.units[column[place - 1]], &web.units[column[place]]);
        let (mut end, mut start) = (below.y - GAP, above.y + above.h + GAP);
        if let (Some((_, high)), Some((low, _))) = (wanted[place - 1], wanted[place]) {
            // Both may want the space between them: then they share it.
            let (bottom, top) = (above.y + above.h, below.y);
            let cut = if high + GAP > low { (bottom + top) / 2 } else { (high + low) / 2 };
            // Each keeps room for its least height around its middle.
            let least = above.y + (above.h + above.least) / 2 + GAP / 2;
            let cut = cut.clamp(least, (below.y + (below.h - below.least) / 2 - GAP / 2).max(least));
            (end, start) = (cut - GAP / 2, cut + GAP / 2);
        }
        limits[place - 1].1 = end;
        limits[place].0 = start;
    }
    for ((unit, wanted), limit) in column.iter().zip(wanted).zip(limits) {
        let Some((mut top, mut bottom)) = wanted else { continue };
        let unit = &mut web.units[*unit];
        (top, bottom) = (top.max(limit.0), bottom.min(limit.1));
        if bottom - top < unit.least {
            top = ((top + bottom - unit.least) / 2).min(limit.1 - unit.least).max(limit.0);
            bottom = top + unit.least;
        }
        (unit.y, unit.h) = (top, bottom - top);
        unit.parts.iter_mut().for_each(|part| part.h = bottom - top);
    }
}

impl Web {
    /// Returns from where to where a bar would reach if there were nothing else in its column.
    fn wanted(&self, unit: usize) -> Option<(i32, i32)> {
        let own = &self.units[unit];
        // What is in another row of columns is not beside it.
        let beside = |other: &Unit| other.rank != own.rank && other.mirrored == own.mirrored;
        let ends = own.ends.iter().filter(|end| beside(&self.units[self.other(**end).unit]));
        let ys = ends.map(|(wire, end)| self.wires[*wire].y[1 - end]);
        let range = ys.fold(None, |range: Option<(i32, i32)>, y| {
            let (low, high) = range.unwrap_or((y, y));
            Some((low.min(y), high.max(y)))
        });
        own.bar.then(|| range.map_or((own.y, own.y + own.h), |(low, high)| (low - BAR_END, high + BAR_END)))
    }
}

/// Puts a bar's ports where its wires lead to.
fn spread_ports(web: &mut Web, unit: usize) {
    for side in 0..2 {
        let own = &web.units[unit];
        let wishes: Vec<Wish> = own.ports[side]
            .iter()
            .map(|(wire, end)| {
                let other = &web.units[web.other((*wire, *end)).unit];
                let at = match other.bar && other.rank != own.rank {
                    // The middle of what the two have in common.
                    true if !other.spread => {
                        (own.y.max(other.y) + (own.y + own.h).min(other.y + other.h)) / 2
                    }
                    _ => web.wires[*wire].y[1 - end],
                };
                Wish { at: f64::from(at), weight: 1.0 }
            })
            .collect();
        let steps = vec![PORT; wishes.len()];
        let (top, bottom) = (own.y + PORT / 2 + 1, own.y + own.h - PORT / 2 - 1);
        let last = wishes.len() as i32 - 1;
        let ports = own.ports[side].clone();
        for (place, ((wire, end), y)) in ports.iter().zip(settle(&wishes, &steps)).enumerate() {
            let place = place as i32;
            web.wires[*wire].y[*end] = y.clamp(top + place * PORT, bottom - (last - place) * PORT);
        }
    }
    web.units[unit].spread = true;
}
