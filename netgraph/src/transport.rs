//! The seam between a program and a netgraph kernel: datagrams.
//!
//! Everything above these two traits is ordinary Rust that runs anywhere; below them stand FreeBSD's kernel
//! ([`kernel`](crate::kernel)) and the simulated one ([`sim`](crate::sim)).

mod faulty;
mod traced;

use std::fmt;
use std::io::IoSlice;
#[cfg(unix)]
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::error::{Errno, Error};
use crate::name::{HookName, NodeName};
use crate::path::Path;

pub use faulty::{Call, Fault, Faulty};
pub use traced::Traced;

/// How long a receive may wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// Not at all.
    No,
    /// Until this moment.
    Until(Instant),
    /// As long as it takes.
    Forever,
}

impl Wait {
    /// For so long from now on; as long as it takes where that is beyond the end of the clock.
    ///
    /// ```
    /// use netgraph::transport::Wait;
    /// use std::time::Duration;
    /// assert!(matches!(Wait::at_most(Duration::from_secs(5)), Wait::Until(_)));
    /// assert_eq!(Wait::at_most(Duration::MAX), Wait::Forever);
    /// ```
    #[must_use]
    pub fn at_most(time: Duration) -> Self {
        Instant::now().checked_add(time).map_or(Self::Forever, Self::Until)
    }
}

/// Control frames and data packets, as bytes, to and from one socket node.
///
/// A frame is a [`ng_mesg`](crate::sys::ng_mesg) header followed by its arguments.
pub trait Transport: fmt::Debug + Send + Sync {
    /// Sends a control frame to the node at `path`, and returns when that node has applied it.
    ///
    /// # Errors
    /// The errno of `sendto`: that of the address, of the node's answer, or ENOBUFS where a reply found no room
    /// in the receive buffer.
    fn send_msg(&self, path: &Path, frame: &[u8]) -> Result<(), Errno>;

    /// Receives one control frame into `frame`, replacing what it held, and returns its sender (`[id]:`), or
    /// `None` where nothing came in time.
    ///
    /// # Errors
    /// The errno of `recvmsg`; EPIPE where the socket's node is gone.
    fn recv_msg(&self, frame: &mut Vec<u8>, wait: Wait) -> Result<Option<Path>, Errno>;

    /// Sends data packets out of hooks, in order, and returns how many were sent.
    ///
    /// # Errors
    /// The errno of the first packet, where that one fails; an error of a later packet only ends the batch.
    fn send_data(&self, batch: &[(HookName, IoSlice<'_>)]) -> Result<usize, Errno>;

    /// Receives data packets until `batch` is full or nothing more is there, waiting for the first only; returns
    /// how many came.
    ///
    /// # Errors
    /// The errno of `recvmsg` for the first packet.
    fn recv_data(&self, batch: &mut RecvBatch, wait: Wait) -> Result<usize, Errno>;

    /// Returns what getsockname(2) tells of the socket's own node: its name, or `[id]` in place of one. It is no path
    /// yet: [`Path::from`] makes that of it.
    ///
    /// # Errors
    /// The errno of `getsockname`.
    #[doc(alias = "getsockname")]
    fn socket_name(&self) -> Result<NodeName, Errno>;

    /// Enlarges the room for replies that wait to be read (SO_RCVBUF of the control socket) to at least twice
    /// what it is, within the system's limit.
    ///
    /// # Errors
    /// ENOBUFS where the limit is reached.
    fn grow_receive_buffer(&self) -> Result<(), Errno>;

    /// Returns a descriptor that can be read, as poll(2) and kqueue(2) tell, while a control frame is there or the
    /// socket's node is gone. It is for waiting only: what is there is received with [`recv_msg`](Self::recv_msg).
    ///
    /// On FreeBSD it is the control socket itself.
    ///
    /// # Errors
    /// EOPNOTSUPP for a transport without descriptors.
    #[cfg(unix)]
    fn control_fd(&self) -> Result<BorrowedFd<'_>, Errno> {
        Err(Errno::EOPNOTSUPP)
    }

    /// Returns a descriptor that can be read while a data packet is there or the socket's node is gone, as
    /// [`control_fd`](Self::control_fd).
    ///
    /// # Errors
    /// EOPNOTSUPP for a transport without descriptors.
    #[cfg(unix)]
    fn data_fd(&self) -> Result<BorrowedFd<'_>, Errno> {
        Err(Errno::EOPNOTSUPP)
    }
}

/// Where sockets are opened: FreeBSD's kernel, or a simulated one.
pub trait Kernel: fmt::Debug + Send + Sync {
    /// Opens a control socket and a data socket connected to it, with the node named `name` if one is given.
    ///
    /// # Errors
    /// [`Error::Open`] with the step that failed; [`Error::Unsupported`] where there is no netgraph.
    fn open(&self, name: Option<&NodeName>) -> Result<Box<dyn Transport>, Error>;

    /// Makes a node type available before it is first used, by loading its kernel module if need be.
    ///
    /// # Errors
    /// [`Error::Unsupported`] with a hint where the module is not there or may not be loaded.
    fn load_type(&self, type_name: &str) -> Result<(), Error>;

    /// Returns the kernel as programs in a jail see it: sockets opened there are of the jail's VNET, while the program
    /// that has them stays where it is.
    ///
    /// Such a socket holds the jail: one that is removed meanwhile stays, dying, until the socket is closed. Modules are
    /// loaded outside, with [`load_type`](Self::load_type) of either kernel; inside nobody may. On a simulated kernel
    /// `jid` is the number of a VNET.
    ///
    /// # Errors
    /// [`Error::Open`] where it is known by now that there is no such jail, [`Error::Unsupported`] for a kernel without
    /// jails.
    #[doc(alias = "jail_attach")]
    fn in_jail(&self, jid: i32) -> Result<Arc<dyn Kernel>, Error> {
        Err(Error::Unsupported {
            what: format!("opening sockets in the jail {jid}"),
            hint: "this kernel knows no jails".into(),
        })
    }
}

/// Room for data packets, used again and again: a receive allocates nothing.
///
/// ```
/// use netgraph::transport::RecvBatch;
/// let batch = RecvBatch::new(8, 2048);
/// assert_eq!(batch.iter().count(), 0);
/// ```
#[derive(Debug)]
pub struct RecvBatch {
    buffer: Vec<u8>,
    packet: usize,
    filled: Vec<(HookName, usize)>,
}

impl RecvBatch {
    /// Makes room for up to `packets` packets of up to `bytes` bytes each, and at least for one of one; longer ones are
    /// cut.
    #[must_use]
    pub fn new(packets: usize, bytes: usize) -> Self {
        let (packets, bytes) = (packets.max(1), bytes.max(1));
        Self { buffer: vec![0; packets * bytes], packet: bytes, filled: Vec::with_capacity(packets) }
    }

    /// Returns the packets of the last receive, each with the hook that it came in on.
    pub fn iter(&self) -> impl Iterator<Item = (HookName, &[u8])> {
        let packets = self.buffer.chunks(self.packet);
        self.filled
            .iter()
            .zip(packets)
            .map(|((hook, len), packet)| (*hook, packet.get(..*len).unwrap_or(packet)))
    }

    /// Returns how many packets the last receive brought.
    #[must_use]
    pub fn len(&self) -> usize {
        self.filled.len()
    }

    /// Tells whether the last receive brought nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.filled.is_empty()
    }

    /// Forgets the packets. A transport calls this first.
    pub fn clear(&mut self) {
        self.filled.clear();
    }

    /// Returns room for one more packet, or `None` if the batch is full. Followed by [`filled`](Self::filled).
    pub fn room(&mut self) -> Option<&mut [u8]> {
        if self.filled.len() == self.filled.capacity() {
            return None;
        }
        let start = self.filled.len() * self.packet;
        self.buffer.get_mut(start..start + self.packet)
    }

    /// Records that the room last handed out now holds `len` bytes that came in on `hook`.
    pub fn filled(&mut self, hook: HookName, len: usize) {
        self.filled.push((hook, len.min(self.packet)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_without_room_has_some_for_one_byte() {
        let mut batch = RecvBatch::new(0, 0);
        assert_eq!(batch.room().map(|room| room.len()), Some(1));
        batch.filled(HookName::constant("a"), 9);
        assert!(batch.room().is_none());
        assert_eq!(batch.iter().next(), Some((HookName::constant("a"), &[0][..])));
    }
}
