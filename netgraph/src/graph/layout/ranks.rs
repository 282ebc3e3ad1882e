//! Which column each unit is in.
//!
//! What hangs on a component like a tree (a jail on one bridge, a parent, a chain with an end) is told from its core,
//! where there are ways around. The core's columns are the distances from one of its ends. A tree goes to the left or
//! to the right of the core's unit that it hangs on, one column further with each step.

use std::collections::{BTreeMap, VecDeque};

use super::matrix;
use super::web::{GAP, Web};

/// How much wider than high a page is.
const ASPECT: f64 = 1.45;
/// What a channel takes, about.
const CHANNEL: i32 = 90;

/// A component, its units by their place in it.
pub(super) struct Component<'m> {
    pub(super) members: &'m [usize],
    /// Neighbours, in the order of the hooks that lead to them; what is upstream comes first.
    pub(super) near: Vec<Vec<usize>>,
    /// What a unit hangs on: in a tree of the component, or in the core on the way from its end.
    pub(super) parent: Vec<Option<usize>>,
    pub(super) in_core: Vec<bool>,
    /// The units of trees, each before what it hangs on.
    peeled: Vec<usize>,
    pub(super) rank: Vec<i32>,
    /// The height of a column that makes the component a page.
    pub(super) target: i64,
}

/// Puts a component's units into columns. Within a column they are in the order of a walk through the component.
pub(super) fn columns(web: &mut Web, members: &[usize]) -> Vec<Vec<usize>> {
    let mut component = Component::of(web, members);
    component.peel();
    let root = component.walk_core();
    component.hang_trees(web);
    let order = component.preorder(root);
    let folded = matrix::fold(web, &component, &order);
    let least = component.rank.iter().copied().min().unwrap_or(0);
    let count = component.rank.iter().copied().max().unwrap_or(0) - least + 1;
    let mut columns = vec![Vec::new(); usize::try_from(count).unwrap_or(0)];
    for (local, unit) in order.iter().filter_map(|local| Some((*local, (*folded.get(*local)?)?))) {
        let rank = (component.rank[local] - least) as usize;
        (web.units[unit].rank, web.units[unit].pos) = (rank, columns[rank].len());
        columns[rank].push(unit);
    }
    columns
}

impl<'m> Component<'m> {
    fn of(web: &Web, members: &'m [usize]) -> Self {
        let mut near = vec![Vec::new(); members.len()];
        let mut seen = vec![usize::MAX; members.len()];
        let mut area = 0i64;
        for (local, unit) in members.iter().enumerate() {
            let unit = &web.units[*unit];
            area += i64::from(unit.w + CHANNEL) * i64::from(unit.h + GAP);
            for end in &unit.ends {
                let other = web.units[web.other(*end).unit].local;
                if other != local && seen[other] != local {
                    seen[other] = local;
                    near[local].push(other);
                }
            }
            // The way out comes first, whatever hooks it is on.
            near[local].sort_by_key(|other| !web.units[members[*other]].upstream);
        }
        let count = members.len();
        Self {
            members,
            near,
            parent: vec![None; count],
            in_core: vec![true; count],
            peeled: Vec::new(),
            rank: vec![0; count],
            target: ((area as f64 / ASPECT).sqrt() as i64).max(260),
        }
    }

    /// Takes units with one neighbour off, until none is left that has; what is left is the core.
    fn peel(&mut self) {
        let mut degree: Vec<usize> = self.near.iter().map(Vec::len).collect();
        let mut next: VecDeque<usize> = (0..degree.len()).filter(|unit| degree[*unit] == 1).collect();
        while let Some(unit) = next.pop_front() {
            // The last two of a tree: one of them is the core.
            let Some(parent) = self.near[unit].iter().copied().find(|other| self.in_core[*other]) else {
                continue;
            };
            self.in_core[unit] = false;
            self.parent[unit] = Some(parent);
            self.peeled.push(unit);
            degree[parent] -= 1;
            if degree[parent] == 1 {
                next.push_back(parent);
            }
        }
    }

    /// Sets the ranks of the core, and returns the unit of rank 0 that it is walked from.
    fn walk_core(&mut self) -> usize {
        let core: Vec<usize> = (0..self.near.len()).filter(|unit| self.in_core[*unit]).collect();
        let busiest = |units: &[usize]| {
            units.iter().copied().max_by_key(|unit| (self.near[*unit].len(), std::cmp::Reverse(*unit)))
        };
        let Some(start) = busiest(&core) else { return 0 };
        let (order, distance, _) = self.distances(start);
        let far = order.iter().map(|unit| distance[*unit]).max().unwrap_or(0);
        let ends: Vec<usize> = order.into_iter().filter(|unit| distance[*unit] == far).collect();
        let root = if core.len() > 1 { busiest(&ends).unwrap_or(start) } else { start };
        let (order, distance, parents) = self.distances(root);
        for unit in order {
            self.rank[unit] = distance[unit];
            self.parent[unit] = parents[unit];
        }
        root
    }

    /// Walks through the core in breadth.
    fn distances(&self, start: usize) -> (Vec<usize>, Vec<i32>, Vec<Option<usize>>) {
        let mut distance = vec![-1; self.near.len()];
        let mut parents = vec![None; self.near.len()];
        distance[start] = 0;
        let mut order = vec![start];
        let mut next = 0;
        while let Some(unit) = order.get(next).copied() {
            next += 1;
            for other in &self.near[unit] {
                if self.in_core[*other] && distance[*other] < 0 {
                    distance[*other] = distance[unit] + 1;
                    parents[*other] = Some(unit);
                    order.push(*other);
                }
            }
        }
        (order, distance, parents)
    }

    /// Returns what hangs on a unit as trees do.
    pub(super) fn kids(&self, unit: usize) -> impl DoubleEndedIterator<Item = usize> + '_ {
        let own = move |other: &usize| !self.in_core[*other] && self.parent[*other] == Some(unit);
        self.near[unit].iter().copied().filter(own)
    }

    /// Decides for each tree whether it goes to the left or to the right, so that columns are about equally high, and
    /// to the right what has room there.
    fn hang_trees(&mut self, web: &Web) {
        let height = |unit: usize| i64::from(web.units[self.members[unit]].h + GAP);
        let mut extent: Vec<i64> = vec![0; self.near.len()];
        for unit in &self.peeled {
            extent[*unit] = extent[*unit].max(height(*unit));
            if let Some(parent) = self.parent[*unit] {
                extent[parent] += extent[*unit];
            }
        }
        let mut filled: BTreeMap<i32, i64> = BTreeMap::new();
        let mut core: Vec<usize> = (0..self.near.len()).filter(|unit| self.in_core[*unit]).collect();
        core.sort_by_key(|unit| self.rank[*unit]);
        for unit in &core {
            *filled.entry(self.rank[*unit]).or_default() += height(*unit);
        }
        for unit in core {
            let kids: Vec<usize> = self.kids(unit).collect();
            let rank = self.rank[unit];
            let at = |rank: i32| filled.get(&rank).copied().unwrap_or(0);
            let alone_left = !self.near[unit].iter().any(|o| self.in_core[*o] && self.rank[*o] < rank);
            let up = |kid: usize| alone_left && web.units[self.members[kid]].upstream;
            let before: i64 = kids.iter().filter(|kid| up(**kid)).map(|kid| extent[*kid]).sum();
            let total: i64 = kids.iter().filter(|kid| !up(**kid)).map(|kid| extent[*kid]).sum();
            let (left, right) = (at(rank - 1) + before, at(rank + 1));
            let mut room =
                if right + total <= self.target { 0 } else { (right + total - left).clamp(0, 2 * total) / 2 };
            for kid in kids {
                let goes_left = up(kid) || room >= (extent[kid] + 1) / 2;
                if goes_left && !up(kid) {
                    room -= extent[kid];
                }
                self.hang(kid, if goes_left { -1 } else { 1 }, &mut filled, &height);
            }
        }
    }

    /// Sets the ranks of a tree that hangs on what has a rank.
    fn hang(
        &mut self,
        tree: usize,
        step: i32,
        filled: &mut BTreeMap<i32, i64>,
        height: &impl Fn(usize) -> i64,
    ) {
        let mut next = vec![tree];
        while let Some(unit) = next.pop() {
            self.rank[unit] = self.parent[unit].map_or(0, |parent| self.rank[parent]) + step;
            *filled.entry(self.rank[unit]).or_default() += height(unit);
            next.extend(self.kids(unit));
        }
    }

    /// Returns all units, each after what it hangs on, and right before what hangs on it.
    fn preorder(&self, root: usize) -> Vec<usize> {
        let mut order = Vec::with_capacity(self.near.len());
        let mut next = vec![root];
        while let Some(unit) = next.pop() {
            order.push(unit);
            next.extend(self.near[unit].iter().rev().filter(|other| self.parent[**other] == Some(unit)));
        }
        order
    }
}
