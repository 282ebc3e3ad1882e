//! Queues of what happens to simulated jails.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use super::SimHost;
use super::jails::Machine;
use crate::Errno;
use crate::system::{Jid, Note, NoteFlags, Target, Watch};

/// What a queue watches, and what came.
#[derive(Debug, Default)]
pub(super) struct Pending {
    jails: BTreeSet<i32>,
    notes: VecDeque<Note>,
}

/// A queue as the machine knows it, as long as somebody has it.
pub(super) type Listener = Weak<Mutex<Pending>>;

fn lock(pending: &Mutex<Pending>) -> MutexGuard<'_, Pending> {
    pending.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A queue that watches jails of a simulated machine.
#[derive(Debug)]
pub(super) struct Queue {
    machine: SimHost,
    pending: Arc<Mutex<Pending>>,
}

impl Queue {
    pub(super) fn new(machine: &SimHost) -> Self {
        let pending = Arc::new(Mutex::new(Pending::default()));
        machine.lock().listeners.push(Arc::downgrade(&pending));
        Self { machine: machine.clone(), pending }
    }
}

impl Watch for Queue {
    fn add(&mut self, jail: Target) -> Result<(), Errno> {
        let machine = self.machine.lock();
        let jid = machine.jid_of(jail)?;
        if !machine.alive(jid) {
            return Err(Errno::ENOENT);
        }
        drop(machine);
        lock(&self.pending).jails.insert(jid);
        Ok(())
    }

    fn next(&mut self, patience: Duration) -> Result<Option<Note>, Errno> {
        let note = lock(&self.pending).notes.pop_front();
        if note.is_none() {
            let mut machine = self.machine.lock();
            machine.clock = machine.clock.saturating_add(patience);
        }
        Ok(note)
    }
}

impl Pending {
    /// Notes that are not taken are one, as in the kernel: of several numbers none is told.
    fn note(&mut self, jid: i32, flags: NoteFlags, number: i32) {
        if !self.jails.contains(&jid) {
            return;
        }
        if flags.contains(NoteFlags::REMOVE) {
            self.jails.remove(&jid);
        }
        let Some(waiting) = self.notes.iter_mut().find(|note| note.jid.0 == jid) else {
            self.notes.push_back(Note { jid: Jid(jid), flags, number });
            return;
        };
        if flags.intersects(NoteFlags::CHILD | NoteFlags::ATTACH) {
            if waiting.number != 0 {
                waiting.flags |= NoteFlags::MULTI;
            }
            waiting.number = if waiting.flags.contains(NoteFlags::MULTI) { 0 } else { number };
        }
        waiting.flags |= flags;
    }
}

impl Machine {
    /// Tells those who watch a jail.
    pub(super) fn note(&mut self, jid: i32, flags: NoteFlags, number: i32) {
        self.listeners.retain(|listener| {
            let listener = listener.upgrade();
            listener.iter().for_each(|pending| lock(pending).note(jid, flags, number));
            listener.is_some()
        });
    }
}
