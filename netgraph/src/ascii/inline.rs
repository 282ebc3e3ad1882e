//! A growing list that takes no memory of its own while it is short.

/// Up to `N` items in place, more in a vector.
pub(super) struct Inline<T, const N: usize> {
    inline: [T; N],
    len: usize,
    /// All items, once there are more than `N`; empty before.
    spilled: Vec<T>,
}

impl<T: Copy + Default, const N: usize> Inline<T, N> {
    pub(super) fn new() -> Self {
        Self { inline: [T::default(); N], len: 0, spilled: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn as_slice(&self) -> &[T] {
        if self.spilled.is_empty() { self.inline.get(..self.len).unwrap_or_default() } else { &self.spilled }
    }

    pub(super) fn as_mut_slice(&mut self) -> &mut [T] {
        if self.spilled.is_empty() {
            self.inline.get_mut(..self.len).unwrap_or_default()
        } else {
            &mut self.spilled
        }
    }

    /// Makes the list `len` items longer.
    pub(super) fn grow(&mut self, by: usize) {
        let len = self.len + by;
        if len > N {
            if self.spilled.is_empty() {
                self.spilled.extend_from_slice(self.inline.get(..self.len).unwrap_or_default());
            }
            self.spilled.resize(len, T::default());
        } else if let Some(added) = self.inline.get_mut(self.len..len) {
            added.fill(T::default());
        }
        self.len = len;
    }

    pub(super) fn extend_from_slice(&mut self, items: &[T]) {
        let start = self.len;
        self.grow(items.len());
        if let Some(added) = self.as_mut_slice().get_mut(start..) {
            added.copy_from_slice(items);
        }
    }

    /// Puts an item before the one at `place`.
    pub(super) fn insert(&mut self, place: usize, item: T) {
        self.extend_from_slice(&[item]);
        if let Some(behind) = self.as_mut_slice().get_mut(place..) {
            behind.rotate_right(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_keep_their_order_in_place_and_spilled() {
        let mut list = Inline::<u32, 3>::new();
        let mut vector = Vec::new();
        for i in 0..9 {
            list.insert(list.len() / 2, i);
            vector.insert(vector.len() / 2, i);
            assert_eq!((list.as_slice(), list.len()), (&vector[..], vector.len()));
        }
        list.grow(2);
        assert_eq!(list.as_slice()[9..], [0, 0]);
    }
}
