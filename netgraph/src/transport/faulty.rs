//! A transport that fails when it is told to, for tests.

use std::fmt;
use std::io::IoSlice;
#[cfg(unix)]
use std::os::fd::BorrowedFd;
use std::sync::Mutex;

use super::{RecvBatch, Transport, Wait};
use crate::error::Errno;
use crate::name::{HookName, NodeName};
use crate::path::Path;

/// A call of [`Transport`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Call {
    /// [`Transport::send_msg`].
    SendMsg,
    /// [`Transport::recv_msg`].
    RecvMsg,
    /// [`Transport::send_data`].
    SendData,
    /// [`Transport::recv_data`].
    RecvData,
    /// [`Transport::grow_receive_buffer`].
    Grow,
}

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// It answers this errno, and does nothing.
    Errno(Errno),
    /// It is done, and then answers this errno: a reply that found no room.
    After(Errno),
    /// What was received is lost.
    Lost,
    /// Nothing is there yet.
    Late,
}

/// Passes calls on, except those that a closure finds fault with. The closure is told the call and its number,
/// counted from 0 over all calls.
///
/// ```
/// use netgraph::{Errno, Socket, sim::SimKernel, transport::{Call, Fault, Faulty, Kernel}};
/// let faulty = Faulty::new(SimKernel::new().open(None)?, |call, n| {
///     (call == Call::SendMsg && n == 0).then_some(Fault::Errno(Errno::ENOBUFS))
/// });
/// // A read-only command that finds no room for its reply is asked again with more room.
/// assert!(Socket::on(Box::new(faulty)).info(&".:".parse()?).is_ok());
/// # Ok::<(), netgraph::Error>(())
/// ```
pub struct Faulty<F> {
    inner: Box<dyn Transport>,
    plan: Mutex<(u64, F)>,
}

impl<F: FnMut(Call, u64) -> Option<Fault> + Send> Faulty<F> {
    /// Wraps a transport.
    pub fn new(inner: Box<dyn Transport>, plan: F) -> Self {
        Self { inner, plan: Mutex::new((0, plan)) }
    }

    fn fault(&self, call: Call) -> Option<Fault> {
        let mut plan = self.plan.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let number = plan.0;
        plan.0 += 1;
        (plan.1)(call, number)
    }
}

impl<F> fmt::Debug for Faulty<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Faulty").field(&self.inner).finish()
    }
}

impl<F: FnMut(Call, u64) -> Option<Fault> + Send> Transport for Faulty<F> {
    fn send_msg(&self, path: &Path, frame: &[u8]) -> Result<(), Errno> {
        match self.fault(Call::SendMsg) {
            Some(Fault::Errno(errno)) => Err(errno),
            Some(Fault::After(errno)) => self.inner.send_msg(path, frame).and(Err(errno)),
            Some(Fault::Lost) => Ok(()),
            Some(Fault::Late) | None => self.inner.send_msg(path, frame),
        }
    }

    fn recv_msg(&self, frame: &mut Vec<u8>, wait: Wait) -> Result<Option<Path>, Errno> {
        match self.fault(Call::RecvMsg) {
            Some(Fault::Errno(errno)) => Err(errno),
            Some(Fault::After(errno)) => self.inner.recv_msg(frame, wait).and(Err(errno)),
            Some(Fault::Lost) => {
                self.inner.recv_msg(frame, wait)?;
                self.inner.recv_msg(frame, wait)
            }
            Some(Fault::Late) => Ok(None),
            None => self.inner.recv_msg(frame, wait),
        }
    }

    fn send_data(&self, batch: &[(HookName, IoSlice<'_>)]) -> Result<usize, Errno> {
        match self.fault(Call::SendData) {
            Some(Fault::Errno(errno)) => Err(errno),
            Some(Fault::After(errno)) => self.inner.send_data(batch).and(Err(errno)),
            Some(Fault::Lost) => Ok(batch.len()),
            Some(Fault::Late) | None => self.inner.send_data(batch),
        }
    }

    fn recv_data(&self, batch: &mut RecvBatch, wait: Wait) -> Result<usize, Errno> {
        match self.fault(Call::RecvData) {
            Some(Fault::Errno(errno)) => Err(errno),
            Some(Fault::After(errno)) => self.inner.recv_data(batch, wait).and(Err(errno)),
            Some(Fault::Lost | Fault::Late) => {
                batch.clear();
                Ok(0)
            }
            None => self.inner.recv_data(batch, wait),
        }
    }

    fn socket_name(&self) -> Result<NodeName, Errno> {
        self.inner.socket_name()
    }

    fn grow_receive_buffer(&self) -> Result<(), Errno> {
        match self.fault(Call::Grow) {
            Some(Fault::Errno(errno)) => Err(errno),
            _ => self.inner.grow_receive_buffer(),
        }
    }

    #[cfg(unix)]
    fn control_fd(&self) -> Result<BorrowedFd<'_>, Errno> {
        self.inner.control_fd()
    }

    #[cfg(unix)]
    fn data_fd(&self) -> Result<BorrowedFd<'_>, Errno> {
        self.inner.data_fd()
    }
}
