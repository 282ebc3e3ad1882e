//! Things in a row, each as near to where it should be as the others allow.

/// Where something should be, and how much that matters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish {
    pub(super) at: f64,
    pub(super) weight: f64,
}

/// Places things in their order, thing `i + 1` at least `steps[i]` behind thing `i`, so that the weighted sum of the
/// squared distances from where they should be is the smallest.
///
/// With the steps taken off, that is an isotonic regression, solved by pooling adjacent violators in linear time.
pub(super) fn settle(wishes: &[Wish], steps: &[i32]) -> Vec<i32> {
    struct Pool {
        sum: f64,
        weight: f64,
        count: usize,
    }
    let mut pools: Vec<Pool> = Vec::with_capacity(wishes.len());
    let mut before = 0i32;
    for (place, wish) in wishes.iter().enumerate() {
        let mut pool =
            Pool { sum: (wish.at - f64::from(before)) * wish.weight, weight: wish.weight, count: 1 };
        while let Some(last) = pools.last().filter(|last| last.sum / last.weight > pool.sum / pool.weight) {
            pool.sum += last.sum;
            pool.weight += last.weight;
            pool.count += last.count;
            pools.pop();
        }
        pools.push(pool);
        before += steps.get(place).copied().unwrap_or(0);
    }
    let mut out = Vec::with_capacity(wishes.len());
    let mut before = 0i32;
    for pool in pools {
        let at = (pool.sum / pool.weight).round() as i32;
        for _ in 0..pool.count {
            out.push(at + before);
            before += steps.get(out.len() - 1).copied().unwrap_or(0);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_meet_is_where_it_should_be_and_the_rest_shares_the_room() {
        let wish = |at| Wish { at, weight: 1.0 };
        assert_eq!(settle(&[wish(0.0), wish(50.0)], &[10]), [0, 50]);
        assert_eq!(settle(&[wish(0.0), wish(0.0), wish(0.0)], &[10, 10]), [-10, 0, 10]);
        assert_eq!(settle(&[wish(5.0), wish(-5.0), wish(100.0)], &[4, 4]), [-2, 2, 100]);
        assert_eq!(settle(&[], &[]), [0i32; 0]);
    }
}
