//! What happens to jails, by kqueue(2).

use std::os::fd::OwnedFd;
use std::time::Duration;

use crate::Errno;
use crate::sys;
use crate::system::{Jid, Note, NoteFlags, Target, Watch};

// sys/event.h of FreeBSD 15.1
const EVFILT_JAIL: i16 = -14;
const EVFILT_JAILDESC: i16 = -15;

const ALL: NoteFlags =
    NoteFlags::CHILD.union(NoteFlags::SET).union(NoteFlags::ATTACH).union(NoteFlags::REMOVE);

/// A kernel queue that watches jails.
#[derive(Debug)]
pub(super) struct Queue(OwnedFd);

impl Queue {
    /// A queue, on a kernel that knows how to watch jails.
    pub(super) fn new() -> Result<Self, Errno> {
        let queue = sys::kqueue()?;
        // A kernel before 15.0 does not know the filter. The caller's own jail is always there to be tried.
        match sys::kevent_add(&queue, EVFILT_JAIL, 0, ALL.bits(), 0) {
            Err(Errno::EINVAL) => return Err(Errno::EOPNOTSUPP),
            tried => tried?,
        }
        sys::kevent_delete(&queue, EVFILT_JAIL, 0)?;
        Ok(Self(queue))
    }
}

impl Watch for Queue {
    fn add(&mut self, jail: Target) -> Result<(), Errno> {
        let (filter, ident) = match jail.desc {
            Some(desc) => (EVFILT_JAILDESC, desc),
            None => (EVFILT_JAIL, jail.jid.0),
        };
        sys::kevent_add(&self.0, filter, ident, ALL.bits(), jail.jid.0)
    }

    fn next(&mut self, patience: Duration) -> Result<Option<Note>, Errno> {
        let Some((jid, flags, data)) = sys::kevent_next(&self.0, patience)? else { return Ok(None) };
        let number = i32::try_from(data).unwrap_or(0);
        Ok(Some(Note { jid: Jid(jid), flags: NoteFlags::from_bits_retain(flags), number }))
    }
}
