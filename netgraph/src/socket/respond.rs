//! A program as one that is asked.

use std::fmt;

use super::{Event, Socket};
use crate::error::{Errno, Error, Result};
use crate::message::{self, Command, Message, Payload};
use crate::path::Path;
use crate::sys;
use crate::transport::Wait;

impl Socket {
    /// Answers a message of another program, or of a node: with the same cookie, number and token, as a reply.
    ///
    /// ```
    /// # use netgraph::{Socket, sim::SimKernel, transport::Wait};
    /// # netgraph::node_type! {
    /// #     /// Counts sheep.
    /// #     pub Sheep: "sheep", cookie = 4711;
    /// #     /// Reads the count.
    /// #     Count "count" = 1 => u32;
    /// # }
    /// # let kernel = SimKernel::new();
    /// let shepherd = Socket::open(&kernel, Some("shepherd".parse()?))?;
    /// let asking = std::thread::spawn(move || {
    ///     Socket::open(&kernel, None)?.call(&"shepherd:".parse()?, &Count)
    /// });
    /// let event = shepherd.next_event(Wait::Forever)?.ok_or("nobody asks")?;
    /// shepherd.answer::<Count>(&event, &12)?;
    /// assert_eq!(asking.join().map_err(|_| "no answer")??, 12);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Rejected`]: EINVAL where `event` is no `M` to be answered; ENOENT where the one who asked is gone, ENOBUFS
    /// where its buffer is full.
    #[doc(alias = "NgSendReplyMsg")]
    pub fn answer<M: Message>(&self, event: &Event, reply: &M::Reply) -> Result<()>
    where
        M::Reply: Payload,
    {
        let mut args = Vec::new();
        reply.encode(&mut args);
        self.answer_raw(event, M::COMMAND, &args)
    }

    fn answer_raw(&self, event: &Event, command: Command, args: &[u8]) -> Result<()> {
        let rejected = |errno| Error::Rejected { command, path: event.from.clone(), errno };
        let asked = event.frame().ok().filter(|frame| !frame.is_reply());
        let asked =
            asked.filter(|frame| frame.command() == command).ok_or_else(|| rejected(Errno::EINVAL))?;
        let mut frame = Vec::new();
        message::write_frame(&mut frame, command, asked.header.token, sys::NGF_RESP, args);
        loop {
            match self.transport.send_msg(&event.from, &frame) {
                // Nothing was sent: see `send_request`.
                Err(Errno::EINTR) => {}
                sent => return sent.map_err(rejected),
            }
        }
    }
}

/// What became of a message that a [`Responder`] received.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Served {
    /// It was answered, or its handler let it go without an answer.
    Handled(Command),
    /// There is no handler for it, or it is a reply: it is the program's.
    Other(Event),
    /// None came in time.
    Nothing,
}

/// What handles one message: the arguments of its answer, or none.
type Handler<'s> = Box<dyn FnMut(&Event) -> Option<Vec<u8>> + Send + 's>;

/// Answers the messages of others, each by the handler of its kind.
///
/// ```
/// use netgraph::{Socket, sim::SimKernel, socket::Served, transport::Wait};
/// netgraph::node_type! {
///     /// Counts sheep.
///     pub Sheep: "sheep", cookie = 4711;
///     /// Reads the count.
///     Count "count" = 1 => u32;
///     /// Sets the count.
///     SetCount(u32) "setcount" = 2;
/// }
///
/// let kernel = SimKernel::new();
/// let (shepherd, other) = (Socket::open(&kernel, Some("shepherd".parse()?))?, Socket::open(&kernel, None)?);
/// let count = std::sync::Mutex::new(0);
/// let mut responder = shepherd
///     .responder()
///     .on(|SetCount(to), _| {
///         *count.lock().ok()? = to;
///         None
///     })
///     .on(|Count, _| count.lock().ok().map(|count| *count));
/// other.call(&"shepherd:".parse()?, &SetCount(12))?;
/// assert!(matches!(responder.serve(Wait::No)?, Served::Handled(_)));
/// # drop(responder);
/// assert_eq!(*count.lock().map_err(|_| "poisoned")?, 12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Responder<'s> {
    socket: &'s Socket,
    handlers: Vec<(Command, Handler<'s>)>,
}

impl Socket {
    /// Begins to answer messages.
    #[must_use]
    pub fn responder(&self) -> Responder<'_> {
        Responder { socket: self, handlers: Vec::new() }
    }
}

impl fmt::Debug for Responder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.handlers.iter().map(|(command, _)| command)).finish()
    }
}

impl<'s> Responder<'s> {
    /// Has `handle` answer each `M`; it is told who asks. Where it returns `None` nothing is sent.
    #[must_use]
    pub fn on<M: Message>(mut self, mut handle: impl FnMut(M, &Path) -> Option<M::Reply> + Send + 's) -> Self
    where
        M::Reply: Payload,
    {
        let handler = move |event: &Event| {
            let reply = handle(event.message::<M>()?, &event.from)?;
            let mut args = Vec::new();
            reply.encode(&mut args);
            Some(args)
        };
        self.handlers.push((M::COMMAND, Box::new(handler)));
        self
    }

    /// Receives one message, waiting for it as `wait` says, and has it answered. A message whose arguments cannot be read
    /// is let go. While it waits, requests of other threads through the socket do, as with [`Socket::next_event`].
    ///
    /// # Errors
    /// As [`Socket::next_event`], and as [`Socket::answer`], except where the one who asked is gone.
    pub fn serve(&mut self, wait: Wait) -> Result<Served> {
        let Some(event) = self.socket.next_event(wait)? else { return Ok(Served::Nothing) };
        let asked = event.frame().ok().filter(|frame| !frame.is_reply()).map(|frame| frame.command());
        let handler = asked.and_then(|asked| self.handlers.iter_mut().find(|(command, _)| *command == asked));
        let Some((command, handle)) = handler else { return Ok(Served::Other(event)) };
        let Some(args) = handle(&event) else { return Ok(Served::Handled(*command)) };
        match self.socket.answer_raw(&event, *command, &args) {
            Ok(()) | Err(Error::Rejected { errno: Errno::ENOENT | Errno::ENXIO, .. }) => {
                Ok(Served::Handled(*command))
            }
            Err(error) => Err(error),
        }
    }
}
