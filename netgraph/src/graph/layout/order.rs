//! The order within the columns, so that few connections cross.

use super::web::Web;

/// How often the columns are swept through, and how many wires make a component too large for that many.
const SWEEPS: usize = 12;
const LARGE: usize = 4_000;

/// Sorts the columns of a component. A tree is in an order without crossings as it is.
pub(super) fn order(web: &mut Web, columns: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
    let steps = Steps::of(web, &columns);
    let mut best = columns;
    let mut fewest = steps.crossings(web, &best);
    let mut columns = best.clone();
    let sweeps = if steps.wires > LARGE { SWEEPS / 3 } else { SWEEPS };
    for sweep in 0..sweeps {
        if fewest == 0 {
            break;
        }
        let forward = sweep % 2 == 0;
        let places: Vec<usize> = if forward {
            (1..columns.len()).collect()
        } else {
            (0..columns.len().saturating_sub(1)).rev().collect()
        };
        for place in places {
            sort(web, &mut columns[place], if forward { 0 } else { 1 });
        }
        let crossings = steps.crossings(web, &columns);
        if crossings < fewest {
            fewest = crossings;
            best.clone_from(&columns);
        }
    }
    for column in &best {
        number(web, column);
    }
    best
}

/// Sorts a column by the means of its neighbours' places in the column before (0) or after (1).
fn sort(web: &mut Web, column: &mut Vec<usize>, side: usize) {
    let mut keyed: Vec<(f64, usize)> = column
        .iter()
        .map(|unit| {
            let own = &web.units[*unit];
            let (mut sum, mut count) = (0.0, 0u32);
            for end in &own.ends {
                let tip = web.other(*end);
                let other = &web.units[tip.unit];
                let there = if side == 0 { other.rank + 1 == own.rank } else { other.rank == own.rank + 1 };
                if there {
                    sum += other.pos as f64 + tip.part as f64 / other.parts.len().max(1) as f64;
                    count += 1;
                }
            }
            (if count == 0 { own.pos as f64 } else { sum / f64::from(count) }, *unit)
        })
        .collect();
    keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
    *column = keyed.into_iter().map(|(_, unit)| unit).collect();
    number(web, column);
}

fn number(web: &mut Web, column: &[usize]) {
    for (pos, unit) in column.iter().enumerate() {
        web.units[*unit].pos = pos;
    }
}

/// The wires from each column to the next.
struct Steps {
    /// Their two ends: unit and part.
    between: Vec<Vec<[(usize, usize); 2]>>,
    wires: usize,
}

impl Steps {
    fn of(web: &Web, columns: &[Vec<usize>]) -> Self {
        let mut wires = 0;
        let between = columns
            .iter()
            .map(|column| {
                let mut own = Vec::new();
                for unit in column {
                    for (wire, end) in &web.units[*unit].ends {
                        let (tip, other) = (web.wires[*wire].tips[*end], web.other((*wire, *end)));
                        if web.units[other.unit].rank == web.units[*unit].rank + 1 {
                            own.push([(tip.unit, tip.part), (other.unit, other.part)]);
                        }
                    }
                }
                wires += own.len();
                own
            })
            .collect();
        Self { between, wires }
    }

    /// Counts the crossings: the pairs of wires whose ends are in opposite orders.
    fn crossings(&self, web: &Web, columns: &[Vec<usize>]) -> u64 {
        let mut all = 0;
        for (wires, next) in self.between.iter().zip(columns.iter().skip(1)) {
            let at = |(unit, part): (usize, usize)| (web.units[unit].pos, part);
            let mut ends: Vec<_> = wires.iter().map(|[a, b]| (at(*a), at(*b))).collect();
            ends.sort_unstable();
            // How many that came before end at or above each unit of the next column.
            let mut below = Sums(vec![0; next.len() + 1]);
            for (seen, (_, (pos, _))) in ends.iter().enumerate() {
                all += seen as u64 - below.up_to(*pos);
                below.add(*pos);
            }
        }
        all
    }
}

/// Sums over the beginnings of a sequence (a Fenwick tree).
struct Sums(Vec<u64>);

impl Sums {
    fn add(&mut self, at: usize) {
        let mut at = at + 1;
        while let Some(sum) = self.0.get_mut(at) {
            *sum += 1;
            at += at & at.wrapping_neg();
        }
    }

    fn up_to(&self, at: usize) -> u64 {
        let (mut at, mut sum) = (at + 1, 0);
        while at > 0 {
            sum += self.0.get(at).copied().unwrap_or(0);
            at &= at - 1;
        }
        sum
    }
}
