//! Unit numbers, the lowest free one first, as the kernel's unrhdr gives them out.

use std::collections::BTreeSet;

/// The numbers in use.
#[derive(Debug, Default)]
pub(super) struct Units {
    used: BTreeSet<u32>,
    /// No number below this one is free.
    below: u32,
}

impl Units {
    /// Numbers from `first` on.
    pub(super) fn from(first: u32) -> Self {
        Self { used: BTreeSet::new(), below: first }
    }

    /// Takes the lowest free number.
    pub(super) fn take(&mut self) -> u32 {
        while !self.used.insert(self.below) {
            self.below = self.below.saturating_add(1);
        }
        self.below
    }

    /// Takes this very number; `false` if it is in use.
    pub(super) fn take_this(&mut self, number: u32) -> bool {
        self.used.insert(number)
    }

    /// Gives a number back.
    pub(super) fn give(&mut self, number: u32) {
        if self.used.remove(&number) {
            self.below = self.below.min(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_free_number_comes_first() {
        let mut units = Units::from(1);
        assert!(units.take_this(2));
        assert!(!units.take_this(2));
        assert_eq!((units.take(), units.take()), (1, 3));
        units.give(2);
        assert_eq!((units.take(), units.take()), (2, 4));
    }
}
