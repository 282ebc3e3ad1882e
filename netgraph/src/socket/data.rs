//! Data packets, out of hooks and in by them.

use std::fmt;
use std::io::IoSlice;

use rustc_hash::FxHashMap;

use super::Socket;
use crate::error::{Errno, Error, Result};
use crate::name::HookName;
use crate::transport::{RecvBatch, Wait};

impl Socket {
    /// Sends one packet out of one of this socket's hooks.
    ///
    /// What fails is not tried again, ENOBUFS included: a node on the way that copies packets may have delivered some
    /// of the copies.
    ///
    /// # Errors
    /// [`Error::Data`]: EHOSTUNREACH where there is no such hook, EINVAL where its name has 31 bytes (the address has no
    /// room for its NUL), EMSGSIZE for more than net.graph.maxdgram bytes (20,480); what the nodes on the packet's way
    /// answer.
    pub fn send(&self, hook: HookName, packet: &[u8]) -> Result<()> {
        self.send_batch(&[(hook, IoSlice::new(packet))]).map(|_| ())
    }

    /// Sends packets, in order, and returns how many were sent.
    ///
    /// # Errors
    /// As [`send`](Self::send), for the first packet; an error of a later one only ends the batch.
    pub fn send_batch(&self, batch: &[(HookName, IoSlice<'_>)]) -> Result<usize> {
        self.transport.send_data(batch).map_err(|errno| Error::Data { what: "sending data", errno })
    }

    /// Receives packets, waiting for the first as `wait` says; returns how many came. A signal does not end the wait.
    ///
    /// # Errors
    /// [`Error::Data`] with the errno of the receive.
    pub fn receive(&self, batch: &mut RecvBatch, wait: Wait) -> Result<usize> {
        loop {
            match self.transport.recv_data(batch, wait) {
                Err(Errno::EINTR) => {}
                received => {
                    return received.map_err(|errno| Error::Data { what: "receiving data", errno });
                }
            }
        }
    }
}

/// What belongs to each of a socket's hooks: thousands of connections behind one data socket.
///
/// Looking a hook up allocates nothing, and neither does receiving into a [`RecvBatch`].
///
/// ```
/// use netgraph::{HookName, Socket, sim::SimKernel, socket::Demux};
/// use netgraph::transport::{RecvBatch, Wait};
///
/// let (a, b) = (HookName::constant("a"), HookName::constant("b"));
/// let socket = Socket::open(&SimKernel::new(), None)?;
/// socket.connect(&".:".parse()?, &".:".parse()?, a, b)?;
/// let mut bytes = Demux::from_iter([(a, 0), (b, 0)]);
/// socket.send(a, b"hello")?;
/// socket.send(b, b"hi")?;
///
/// let mut batch = RecvBatch::new(8, 2048);
/// socket.receive(&mut batch, Wait::No)?;
/// let strays = bytes.dispatch(&batch, |_, count, packet| *count += packet.len());
/// assert_eq!((bytes.get(a), bytes.get(b), strays), (Some(&2), Some(&5), 0));
/// # Ok::<(), netgraph::Error>(())
/// ```
#[derive(Clone)]
pub struct Demux<T> {
    ends: FxHashMap<HookName, T>,
}

impl<T> Demux<T> {
    /// Begins without hooks.
    #[must_use]
    pub fn new() -> Self {
        Self { ends: FxHashMap::default() }
    }

    /// Gives a hook its value; returns the one that it had.
    pub fn insert(&mut self, hook: HookName, value: T) -> Option<T> {
        self.ends.insert(hook, value)
    }

    /// Forgets a hook; returns its value.
    pub fn remove(&mut self, hook: HookName) -> Option<T> {
        self.ends.remove(&hook)
    }

    /// Returns the value of a hook.
    #[must_use]
    pub fn get(&self, hook: HookName) -> Option<&T> {
        self.ends.get(&hook)
    }

    /// Returns the value of a hook, to be changed.
    #[must_use]
    pub fn get_mut(&mut self, hook: HookName) -> Option<&mut T> {
        self.ends.get_mut(&hook)
    }

    /// Returns how many hooks there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Tells whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Hands each packet of a batch to the value of its hook, in their order; returns how many came in on hooks that
    /// have none.
    pub fn dispatch(&mut self, batch: &RecvBatch, mut handle: impl FnMut(HookName, &mut T, &[u8])) -> usize {
        let mut strays = 0;
        for (hook, packet) in batch.iter() {
            match self.ends.get_mut(&hook) {
                Some(value) => handle(hook, value, packet),
                None => strays += 1,
            }
        }
        strays
    }
}

impl<T> Default for Demux<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> FromIterator<(HookName, T)> for Demux<T> {
    fn from_iter<I: IntoIterator<Item = (HookName, T)>>(ends: I) -> Self {
        Self { ends: ends.into_iter().collect() }
    }
}

impl<T: fmt::Debug> fmt::Debug for Demux<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(&self.ends).finish()
    }
}
