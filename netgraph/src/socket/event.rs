//! Messages that come without being asked for.

use super::Socket;
use crate::error::{DecodeError, Errno, Error, Result};
use crate::message::{Frame, Message, Payload};
use crate::path::Path;
use crate::transport::Wait;

/// A message that came without being asked for, or as a late reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The node that sent it.
    pub from: Path,
    frame: Vec<u8>,
}

impl Event {
    pub(super) fn new(from: Path, frame: Vec<u8>) -> Self {
        Self { from, frame }
    }

    /// Returns the message.
    ///
    /// # Errors
    /// [`DecodeError`] where it is none.
    pub fn frame(&self) -> Result<Frame<'_>, DecodeError> {
        Frame::parse(&self.frame)
    }

    /// Reads the message as an `M`, or returns `None` if it is another.
    #[must_use]
    pub fn message<M: Message>(&self) -> Option<M> {
        let header = self.frame().ok()?.header;
        if (header.typecookie, header.cmd) != (M::COMMAND.cookie, M::COMMAND.cmd) {
            return None;
        }
        M::Args::decode(self.frame().ok()?.args).ok().map(M::from_args)
    }
}

impl Socket {
    /// Returns the next message that came without being asked for, waiting for it as `wait` says.
    ///
    /// # Errors
    /// [`Error::Data`] with the errno of the receive; EPIPE where the socket's node is gone.
    pub fn next_event(&self, wait: Wait) -> Result<Option<Event>> {
        let mut control = self.control();
        if let Some(event) = control.take_event() {
            return Ok(Some(event));
        }
        loop {
            match self.transport.recv_msg(&mut control.reply, wait) {
                Ok(from) => return Ok(from.map(|from| Event::new(from, control.reply.clone()))),
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(Error::Data { what: "receiving a message", errno }),
            }
        }
    }

    /// Returns the messages that came without being asked for and are here now.
    ///
    /// ```
    /// # use netgraph::{Socket, sim::SimKernel};
    /// let socket = Socket::open(&SimKernel::new(), None)?;
    /// assert_eq!(socket.events().count(), 0);
    /// # Ok::<(), netgraph::Error>(())
    /// ```
    pub fn events(&self) -> impl Iterator<Item = Result<Event>> {
        std::iter::from_fn(|| self.next_event(Wait::No).transpose())
    }

    /// Returns how many events were dropped because the program did not fetch them: more than 16,384 are not kept.
    ///
    /// Beyond that the kernel drops, and tells nobody, what finds no room in the socket's buffer.
    #[must_use]
    pub fn missed_events(&self) -> u64 {
        self.control().missed()
    }
}
