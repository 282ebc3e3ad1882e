//! A pair of connected descriptors, one of which can be read while the bell rings.

use std::io::{Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::{Mutex, PoisonError};

use crate::error::Errno;

/// What rings while something is queued. It is rung under the machine's lock, so that it never lags behind.
#[derive(Debug)]
pub(in crate::sim) struct Bell {
    rope: UnixStream,
    sound: UnixStream,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Silent,
    Rings,
    /// The node is gone: every receive has an answer from now on.
    RingsForGood,
}

impl Bell {
    pub(in crate::sim) fn new() -> Result<Self, Errno> {
        // The numbers of other systems are not FreeBSD's; what happens is that there are no more descriptors.
        let (rope, sound) = UnixStream::pair().map_err(|_| Errno::EMFILE)?;
        Ok(Self { rope, sound, state: Mutex::new(State::Silent) })
    }

    /// Rings, or stops ringing: one byte is to be read, or none.
    pub(in crate::sim) fn ring(&self, rings: bool) {
        self.turn(if rings { State::Rings } else { State::Silent });
    }

    /// Rings, and does not stop any more.
    pub(in crate::sim) fn ring_for_good(&self) {
        self.turn(State::RingsForGood);
    }

    fn turn(&self, to: State) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match (*state, to) {
            (State::RingsForGood, _) => return,
            // One byte in an empty buffer, or the one byte that is there: neither waits nor fails.
            (State::Silent, State::Rings | State::RingsForGood) => drop((&self.rope).write(&[0])),
            (State::Rings, State::Silent) => drop((&self.sound).read(&mut [0])),
            _ => {}
        }
        *state = to;
    }

    /// Returns the descriptor that can be read while the bell rings.
    pub(in crate::sim) fn fd(&self) -> BorrowedFd<'_> {
        self.sound.as_fd()
    }
}
