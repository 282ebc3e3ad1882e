//! Where everything is from left to right: columns, and the channels between them.

use std::ops::Range;

use super::channel::{Lane, tracks};
use super::web::{Web, WireEnd};

/// The distance of two tracks.
const TRACK: i32 = 9;
/// The space on each side of a label.
const AROUND: i32 = 5;
/// The space between the labels at the two sides of a channel.
const BETWEEN: i32 = 14;

/// A channel, with what runs in it.
#[derive(Debug, Default)]
struct Channel {
    wires: Vec<usize>,
    tracks: Vec<Option<usize>>,
    /// The room for labels on its near side, and its width.
    near: i32,
    width: i32,
}

/// Places the units of a component, and the parts of wires that go up or down, from left to right. Every other row of
/// columns runs from right to left, below the one before it.
pub(super) fn across(web: &mut Web, columns: &[Vec<usize>], rows: &[Range<usize>]) {
    let widths: Vec<i32> = columns.iter().map(|column| even(web, column)).collect();
    let mut channels: Vec<Channel> = Vec::with_capacity(columns.len());
    for (place, column) in columns.iter().enumerate() {
        let turns = rows.iter().any(|row| row.end == place + 1);
        channels.push(Channel::of(web, column, turns));
    }
    let inner = |row: &Range<usize>| -> i32 {
        let channels = channels.iter().take(row.end - 1).skip(row.start).map(|channel| channel.width);
        widths[row.clone()].iter().sum::<i32>() + channels.sum::<i32>()
    };
    let whole = rows.iter().map(inner).max().unwrap_or(0);
    for (number, row) in rows.iter().enumerate() {
        let mirrored = number % 2 == 1;
        let place = |x: i32, w: i32| if mirrored { whole - x - w } else { x };
        let mut x = 0;
        for rank in row.clone() {
            for unit in &columns[rank] {
                let w = web.units[*unit].w;
                let slack = widths[rank] - w;
                let shift = if web.units[*unit].ports[0].is_empty() { slack } else { 0 };
                web.units[*unit].x = place(x + shift, w);
            }
            x += widths[rank];
            // A row that is folded ends where the next one begins.
            if rank + 1 == row.end && number + 1 < rows.len() {
                x = whole;
            }
            let channel = &channels[rank];
            for (wire, track) in channel.wires.iter().zip(&channel.tracks) {
                let track = track.map(|track| place(x + channel.near + TRACK * (track as i32 + 1), 0));
                web.wires[*wire].track = track;
            }
            x += channel.width;
        }
    }
}

/// Makes the units of a column equally wide, unless they are very different, and returns the column's width.
fn even(web: &mut Web, column: &[usize]) -> i32 {
    let boxes = || column.iter().copied();
    let alone = boxes().filter(|unit| web.units[*unit].matrix.is_none());
    let widest = alone.map(|unit| web.units[unit].w).max().unwrap_or(0);
    for unit in boxes() {
        let unit = &mut web.units[unit];
        if unit.matrix.is_none() && unit.w * 2 >= widest {
            unit.w = widest;
        }
    }
    boxes().map(|unit| web.units[unit].w).max().unwrap_or(0)
}

impl Channel {
    /// Lays the wires that leave a column for the next, or for itself. In a channel where the row of columns ends, all
    /// of them turn around.
    fn of(web: &mut Web, column: &[usize], end_of_row: bool) -> Self {
        let mut ends: Vec<WireEnd> = Vec::new();
        for unit in column {
            let own = &web.units[*unit];
            for end in &own.ports[1] {
                let same = web.units[web.other(*end).unit].rank == own.rank;
                if !same || end.1 == 0 {
                    ends.push(*end);
                }
            }
        }
        if ends.is_empty() {
            return Self { width: if end_of_row { 0 } else { 2 * BETWEEN }, ..Self::default() };
        }
        part_ways(web, &ends, end_of_row);
        let mut lanes = Vec::with_capacity(ends.len());
        let (mut near, mut far) = (0, 0);
        for (wire, end) in &ends {
            let same = web.units[web.other((*wire, *end)).unit].rank
                == web.units[web.wires[*wire].tips[*end].unit].rank;
            let own = &web.wires[*wire];
            let turns = same || end_of_row;
            near = near.max(own.labels[*end]);
            if turns {
                near = near.max(own.labels[1 - end]);
            } else {
                far = far.max(own.labels[1 - end]);
            }
            lanes.push(Lane { from: own.y[*end], to: own.y[1 - end], turns });
        }
        let (tracks, count) = tracks(&lanes);
        let zone = |labels: i32| if labels > 0 { labels + 2 * AROUND } else { 0 };
        let (near, far) = (zone(near), zone(far));
        let middle = if count > 0 { TRACK * (count as i32 + 1) } else { BETWEEN };
        let wires = ends.into_iter().map(|(wire, _)| wire).collect();
        Self { wires, tracks, near, width: near + middle + if end_of_row { 0 } else { far } }
    }
}

/// Moves the far ends of wires a little, where another wire would run at the same height before it turns off.
fn part_ways(web: &mut Web, ends: &[WireEnd], end_of_row: bool) {
    if end_of_row {
        return;
    }
    let bent = |web: &Web, (wire, _): &WireEnd| web.wires[*wire].y[0] != web.wires[*wire].y[1];
    let mut near: Vec<i32> =
        ends.iter().filter(|end| bent(web, end)).map(|(wire, end)| web.wires[*wire].y[*end]).collect();
    near.sort_unstable();
    let taken = |y: i32| {
        let at = near.partition_point(|other| *other < y - 3);
        near.get(at).is_some_and(|other| *other <= y + 3)
    };
    for (wire, end) in ends {
        let same =
            web.units[web.other((*wire, *end)).unit].rank == web.units[web.wires[*wire].tips[*end].unit].rank;
        if same || !bent(web, &(*wire, *end)) || web.units[web.other((*wire, *end)).unit].matrix.is_some() {
            continue;
        }
        let y = web.wires[*wire].y[1 - end];
        // All move down, so that the labels of two neighbours stay apart.
        let free = [0, 5, 4, 6, 3].into_iter().map(|by| y + by).find(|y| !taken(*y));
        web.wires[*wire].y[1 - end] = free.unwrap_or(y);
    }
}
