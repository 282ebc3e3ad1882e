//! What poll(2) sees of a simulated socket.

use std::sync::Arc;

#[cfg(unix)]
#[path = "bell/unix.rs"]
mod imp;
#[cfg(not(unix))]
#[path = "bell/elsewhere.rs"]
mod imp;

pub(super) use imp::Bell;

/// Where a bell may hang at a queue.
#[derive(Debug, Default)]
pub(super) struct Belfry(Option<Arc<Bell>>);

impl Belfry {
    /// Hangs a bell up, which rings from the start or not.
    #[cfg(unix)]
    pub(super) fn hang(&mut self, bell: &Arc<Bell>, rings: bool) {
        bell.ring(rings);
        self.0 = Some(Arc::clone(bell));
    }

    /// Rings the bell, or silences it.
    pub(super) fn ring(&self, rings: bool) {
        if let Some(bell) = &self.0 {
            bell.ring(rings);
        }
    }

    /// Rings the bell for good.
    pub(super) fn ring_for_good(&self) {
        if let Some(bell) = &self.0 {
            bell.ring_for_good();
        }
    }
}
