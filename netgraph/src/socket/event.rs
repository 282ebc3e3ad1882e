//! Messages that come without being asked for.

#[cfg(all(feature = "tokio", unix))]
use std::sync::TryLockError;

use super::Socket;
use super::control::Asked;
use super::control::Control;
use crate::error::{DecodeError, Errno, Error, Result};
use crate::events::Events;
use crate::message::{self, Frame, Message, Payload};
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

    /// Returns the token: for a late reply that of its request, otherwise mostly 0.
    #[must_use]
    pub fn token(&self) -> u32 {
        self.frame().map_or(0, |frame| frame.header.token)
    }

    /// Returns the message's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.frame
    }

    /// Tells whether the message is a late reply.
    #[must_use]
    pub fn is_reply(&self) -> bool {
        self.frame().is_ok_and(|frame| frame.is_reply())
    }

    /// Reads the message as an `M`, or returns `None` if it is another, or the late reply to one.
    #[must_use]
    pub fn message<M: Message>(&self) -> Option<M> {
        self.frame().ok()?.args_of::<M>().map(M::from_args)
    }

    /// Reads the message as one of those that a kind of node tells, to be matched on, or returns `None` if it is
    /// another.
    ///
    /// ```
    /// use netgraph::nodes::{flow, pipe};
    /// use netgraph::sim::SimKernel;
    /// use netgraph::{HookName, Socket};
    ///
    /// let socket = Socket::open(&SimKernel::new(), None)?;
    /// let pipe = socket.make_peer::<pipe::Pipe>(HookName::constant("up"), pipe::UPPER)?;
    /// socket.connect(&".".parse()?, pipe.path(), HookName::constant("down"), pipe::LOWER)?;
    /// pipe.call(pipe::SetConfig(pipe::Config::default().with_upstream(pipe::Direction::broken())))?;
    /// for event in socket.events() {
    ///     let event = event?;
    ///     match event.read::<flow::Event>() {
    ///         Some(flow::Event::LinkIsDown) => println!("{}: the link is down", event.from),
    ///         Some(other) => println!("{}: {other:?}", event.from),
    ///         None => println!("{}: a message of another kind", event.from),
    ///     }
    /// }
    /// # Ok::<(), netgraph::Error>(())
    /// ```
    #[must_use]
    pub fn read<E: Events>(&self) -> Option<E> {
        E::from_frame(&self.frame().ok()?)
    }
}

impl Socket {
    /// Sends a message whose reply may come late, as an event, and returns the token that it will have. The errno
    /// EINPROGRESS, by which a node says so, is no error; it is returned beside the token.
    pub(crate) fn start<M: Message>(&self, path: &Path, message: &M) -> Result<(u32, bool)> {
        let resolved = self.addressable(path)?;
        let asked = Asked::of::<M>(resolved.as_ref().unwrap_or(path));
        let mut control = self.control();
        message::begin_frame(&mut control.request, M::COMMAND, 0, 0);
        message.args().encode(&mut control.request);
        match self.send_request(&mut control, asked) {
            Ok(token) => Ok((token, false)),
            Err(Error::Rejected { errno: Errno::EINPROGRESS, .. }) => Ok((control.last_token(), true)),
            Err(error) => Err(error),
        }
    }

    /// Returns the next message that came without being asked for, waiting for it as `wait` says.
    ///
    /// While it waits, requests of other threads through this socket wait too, however long that is: with
    /// [`Wait::Forever`], until an event comes. A thread that does nothing but wait has a socket of its own.
    ///
    /// # Errors
    /// [`Error::Data`] with the errno of the receive; EPIPE where the socket's node is gone.
    pub fn next_event(&self, wait: Wait) -> Result<Option<Event>> {
        self.receive_event(&mut self.control(), wait)
    }

    /// As [`next_event`](Self::next_event) without waiting; `None` while a request is being made.
    #[cfg(all(feature = "tokio", unix))]
    pub(crate) fn try_event(&self) -> Option<Result<Option<Event>>> {
        let mut control = match self.control.try_lock() {
            Ok(control) => control,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        Some(self.receive_event(&mut control, Wait::No))
    }

    fn receive_event(&self, control: &mut Control, wait: Wait) -> Result<Option<Event>> {
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

    /// Returns the messages that came without being asked for and are here now. It ends after the first error: once the
    /// socket's node is gone there is no other.
    ///
    /// ```
    /// # use netgraph::{Socket, sim::SimKernel};
    /// let socket = Socket::open(&SimKernel::new(), None)?;
    /// assert_eq!(socket.events().count(), 0);
    /// # Ok::<(), netgraph::Error>(())
    /// ```
    pub fn events(&self) -> impl Iterator<Item = Result<Event>> {
        let mut over = false;
        std::iter::from_fn(move || {
            if over {
                return None;
            }
            let event = self.next_event(Wait::No).transpose();
            over = matches!(event, Some(Err(_)));
            event
        })
    }

    /// Returns how many events were dropped because the program did not fetch them: more than 16,384 are not kept.
    ///
    /// Beyond that the kernel drops, and tells nobody, what finds no room in the socket's buffer.
    #[must_use]
    pub fn missed_events(&self) -> u64 {
        self.control().missed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Command, write_frame};
    use crate::nodes::{bridge, cisco, ksocket};

    fn event(command: Command, flags: u32, args: &[u8]) -> Event {
        let mut frame = Vec::new();
        write_frame(&mut frame, command, 7, flags, args);
        Event::new(Path::own(), frame)
    }

    #[test]
    fn a_late_reply_is_not_taken_for_what_it_replies_to() {
        let asked = event(cisco::GetIpAddr::COMMAND, 0, &[]);
        assert!(asked.message::<cisco::GetIpAddr>().is_some() && asked.read::<cisco::Event>().is_some());
        let reply = event(cisco::GetIpAddr::COMMAND, crate::sys::NGF_RESP, &[0; 8]);
        assert!(reply.message::<cisco::GetIpAddr>().is_none() && reply.read::<cisco::Event>().is_none());
        let table = event(bridge::GetTable::COMMAND, crate::sys::NGF_RESP, &[0; 4]);
        assert!(table.message::<bridge::GetTable>().is_none());
        // What comes as a reply and as nothing else is read.
        let refused = event(ksocket::Connected::COMMAND, crate::sys::NGF_RESP, &61_i32.to_ne_bytes());
        assert_eq!(refused.read::<ksocket::Event>(), Some(ksocket::Event::Connected(61)));
    }
}
