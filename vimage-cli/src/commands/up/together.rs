//! Vimages that are started at the same time.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;

use super::{Start, missing_dependency};
use crate::config::Vimage;
use crate::error::{Error, Result};

/// How many are started at the same time for each processor: much of the time is spent waiting for what runs in them.
const FOR_EACH_PROCESSOR: usize = 4;

/// How the vimages of a start are doing.
struct Progress<'v> {
    /// Whether those that are done are up.
    done: Mutex<BTreeMap<&'v str, bool>>,
    changed: Condvar,
}

impl Start<'_> {
    /// Starts vimages at the same time, each once those are up that it depends on. What each prints comes in one piece.
    pub(super) fn together(&self, chosen: &[&Vimage]) -> Vec<Result<()>> {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        let next = AtomicUsize::new(0);
        let progress = Progress { done: Mutex::default(), changed: Condvar::new() };
        let results: Vec<Mutex<Option<Result<()>>>> = chosen.iter().map(|_| Mutex::new(None)).collect();
        thread::scope(|scope| {
            for _ in 0..chosen.len().min(processors * FOR_EACH_PROCESSOR) {
                // What one waits for has been taken before it: `chosen` has it further in front.
                scope.spawn(|| {
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let (Some(vimage), Some(place)) = (chosen.get(at), results.get(at)) else { break };
                        let result = self.when_possible(vimage, chosen, &progress);
                        progress.tell(vimage.name.as_str(), result.is_ok());
                        *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
                    }
                });
            }
        });
        let lost = || Err(Error::failed("it was not started"));
        let taken =
            |result: Mutex<Option<Result<()>>>| result.into_inner().unwrap_or_else(PoisonError::into_inner);
        results.into_iter().map(|result| taken(result).unwrap_or_else(lost)).collect()
    }

    fn when_possible(&self, vimage: &Vimage, chosen: &[&Vimage], progress: &Progress<'_>) -> Result<()> {
        let awaited = vimage.depend.value.iter().map(|name| name.as_str());
        for name in awaited.filter(|name| chosen.iter().any(|other| other.name.as_str() == *name)) {
            if !progress.wait_for(name) {
                return Err(missing_dependency(name));
            }
        }
        self.one(vimage, self.context.reporter().in_one_piece())
    }
}

impl<'v> Progress<'v> {
    fn tell(&self, name: &'v str, up: bool) {
        self.done.lock().unwrap_or_else(PoisonError::into_inner).insert(name, up);
        self.changed.notify_all();
    }

    /// Waits until a vimage is done, and tells whether it is up.
    fn wait_for(&self, name: &str) -> bool {
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(up) = done.get(name) {
                return *up;
            }
            done = self.changed.wait(done).unwrap_or_else(PoisonError::into_inner);
        }
    }
}
