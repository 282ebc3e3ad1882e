//! The tracks of a channel: where its wires go up or down.

/// A wire that crosses a channel, or turns around in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lane {
    /// Where it comes from.
    pub(super) from: i32,
    /// Where it goes to.
    pub(super) to: i32,
    /// Whether it turns around: both its ends are on the channel's near side.
    pub(super) turns: bool,
}

/// How near to each other two wires may end on one track.
const APART: i32 = 4;

/// Gives each lane that is not straight a track, counted from the near side; no two lanes of a track touch, and few lanes
/// cross. Returns the tracks in the order of the lanes, and how many there are.
pub(super) fn tracks(lanes: &[Lane]) -> (Vec<Option<usize>>, usize) {
    let mut bent: Vec<usize> =
        (0..lanes.len()).filter(|lane| lanes[*lane].turns || lanes[*lane].from != lanes[*lane].to).collect();
    // Of two lanes that turn around, the shorter is inside; of two that go down, the lower one leaves first.
    bent.sort_by_key(|lane| {
        let Lane { from, to, turns } = lanes[*lane];
        match (turns, to > from) {
            (true, _) => (0, (to - from).abs(), *lane),
            (false, true) => (1, -from, *lane),
            (false, false) => (2, from, *lane),
        }
    });
    let span = |lane: usize| {
        let Lane { from, to, .. } = lanes[lane];
        (from.min(to) - APART, from.max(to) + APART)
    };
    let mut edges: Vec<i32> = bent.iter().flat_map(|lane| [span(*lane).0, span(*lane).1]).collect();
    edges.sort_unstable();
    edges.dedup();
    let mut skyline = Skyline::new(edges.len());
    let mut tracks = vec![None; lanes.len()];
    let mut count = 0;
    for lane in bent {
        let (low, high) = span(lane);
        let place = |y| edges.partition_point(|edge| *edge < y);
        let track = skyline.drop(place(low), place(high));
        tracks[lane] = Some(track);
        count = count.max(track + 1);
    }
    (tracks, count)
}

/// How many tracks are taken over each stretch of a channel: things are dropped on it, and lie on what is highest under
/// them (a segment tree).
struct Skyline {
    size: usize,
    /// The height of the highest stretch below each node of the tree.
    highest: Vec<usize>,
    /// The height that all stretches below a node have at least.
    least: Vec<usize>,
}

impl Skyline {
    fn new(stretches: usize) -> Self {
        let size = stretches.max(1).next_power_of_two();
        Self { size, highest: vec![0; 2 * size], least: vec![0; 2 * size] }
    }

    /// Drops a thing that covers the stretches from `low` up to `high`, and returns how high it lies.
    fn drop(&mut self, low: usize, high: usize) -> usize {
        let height = self.query(1, 0, self.size, low, high);
        self.raise(1, 0, self.size, (low, high), height + 1);
        height
    }

    fn query(&self, node: usize, start: usize, len: usize, low: usize, high: usize) -> usize {
        if high <= start || start + len <= low {
            return 0;
        }
        if low <= start && start + len <= high {
            return self.highest[node];
        }
        let half = len / 2;
        let left = self.query(2 * node, start, half, low, high);
        let right = self.query(2 * node + 1, start + half, half, low, high);
        left.max(right).max(self.least[node])
    }

    fn raise(&mut self, node: usize, start: usize, len: usize, (low, high): (usize, usize), height: usize) {
        if high <= start || start + len <= low {
            return;
        }
        self.highest[node] = self.highest[node].max(height);
        if low <= start && start + len <= high {
            self.least[node] = self.least[node].max(height);
            return;
        }
        let half = len / 2;
        self.raise(2 * node, start, half, (low, high), height);
        self.raise(2 * node + 1, start + half, half, (low, high), height);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(from: i32, to: i32) -> Lane {
        Lane { from, to, turns: false }
    }

    #[test]
    fn straight_lanes_need_no_track_and_lanes_apart_share_one() {
        let (tracks, count) = tracks(&[lane(0, 0), lane(10, 40), lane(60, 90)]);
        assert_eq!((tracks, count), (vec![None, Some(0), Some(0)], 1));
    }

    #[test]
    fn lanes_that_go_down_together_do_not_cross() {
        let (tracks, _) = tracks(&[lane(0, 40), lane(16, 56)]);
        assert_eq!(tracks, [Some(1), Some(0)]);
    }

    #[test]
    fn the_shorter_turn_is_inside() {
        let turn = |from, to| Lane { from, to, turns: true };
        assert_eq!(tracks(&[turn(0, 100), turn(20, 50)]), (vec![Some(1), Some(0)], 2));
    }
}
