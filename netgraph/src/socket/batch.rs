//! Many requests at once.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Socket;
use super::control::{Asked, Control};
use crate::error::{Errno, Error, Result};
use crate::message::{self, Command, Message, Payload, Reply};
use crate::path::Path;
use crate::transport::Wait;

/// Requests that are all sent before the first reply is read.
///
/// Each has its own result. One that is refused does not keep back those after it: what must not go on after a failure
/// is a [`Transaction`](super::Transaction).
///
/// ```
/// use netgraph::{HookName, Socket, nodes::{bridge, hub}, nodes::generic::GetNodeInfo, sim::SimKernel};
/// let socket = Socket::open(&SimKernel::new(), None)?;
/// let bridge = socket.make_peer::<bridge::Bridge>(HookName::constant("b"), bridge::link(0))?;
/// let mut batch = socket.batch();
/// let config = batch.add(bridge.path(), &bridge::GetConfig);
/// let nobody = batch.add(&"nobody:".parse()?, &GetNodeInfo);
/// let info = batch.add(bridge.path(), &GetNodeInfo);
/// let mut answers = batch.send();
/// assert_eq!(answers.take(config)?.loopTimeout, 60);
/// assert!(answers.take(nobody).is_err());
/// assert_eq!(answers.take(info)?.hooks, 1);
/// # Ok::<(), netgraph::Error>(())
/// ```
#[derive(Debug)]
pub struct Batch<'s> {
    socket: &'s Socket,
    number: u64,
    requests: Vec<Request>,
    /// The frames of all requests, one behind the other.
    frames: Vec<u8>,
}

#[derive(Debug)]
struct Request {
    path: Path,
    command: Command,
    repeatable: bool,
    expected: bool,
    frame: Range<usize>,
}

impl Request {
    fn asked(&self) -> Asked<'_> {
        let Self { path, command, repeatable, expected, .. } = self;
        Asked { path, command: *command, repeatable: *repeatable, expected: *expected }
    }
}

/// What fetches the answer to one request of a [`Batch`], once.
#[must_use = "the answer is fetched with it"]
pub struct Ticket<M> {
    batch: u64,
    place: usize,
    of_message: PhantomData<fn() -> M>,
}

impl<M: Message> fmt::Debug for Ticket<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} number {} of a batch", M::COMMAND, self.place)
    }
}

/// The answers to a [`Batch`].
#[derive(Debug)]
pub struct Answers {
    batch: u64,
    requests: Vec<Request>,
    answers: Vec<Option<Result<Vec<u8>>>>,
}

impl Socket {
    /// Begins a batch of requests.
    #[must_use]
    pub fn batch(&self) -> Batch<'_> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Batch { socket: self, number, requests: Vec::new(), frames: Vec::new() }
    }

    /// Sends a message to each of some nodes before the first reply is read; returns the replies in the same order.
    ///
    /// ```
    /// # use netgraph::{Socket, sim::SimKernel, nodes::{generic::ListHooks, hub}};
    /// # let socket = Socket::open(&SimKernel::new(), None)?;
    /// socket.make_peer::<hub::Hub>("port".parse()?, "any".parse()?)?;
    /// let nodes: Vec<_> = socket.nodes()?.iter().map(|node| node.path()).collect();
    /// for hooks in socket.call_each(&nodes, &ListHooks) {
    ///     assert_eq!(hooks?.iter().count(), 1);
    /// }
    /// # Ok::<(), netgraph::Error>(())
    /// ```
    pub fn call_each<'p, M: Message>(
        &self,
        paths: impl IntoIterator<Item = &'p Path>,
        message: &M,
    ) -> Vec<Result<M::Reply>> {
        let mut batch = self.batch();
        let tickets: Vec<_> = paths.into_iter().map(|path| batch.add(path, message)).collect();
        let mut answers = batch.send();
        tickets.into_iter().map(|ticket| answers.take(ticket)).collect()
    }
}

impl Batch<'_> {
    /// Adds a message to the node at `path`. Nothing is sent yet.
    pub fn add<M: Message>(&mut self, path: &Path, message: &M) -> Ticket<M> {
        let Asked { command, repeatable, expected, .. } = Asked::of::<M>(path);
        let mut frame = Vec::new();
        message::begin_frame(&mut frame, command, 0, 0);
        message.args().encode(&mut frame);
        let start = self.frames.len();
        self.frames.append(&mut frame);
        let ticket = Ticket { batch: self.number, place: self.requests.len(), of_message: PhantomData };
        let frame = start..self.frames.len();
        self.requests.push(Request { path: path.clone(), command, repeatable, expected, frame });
        ticket
    }

    /// Sends all requests, in their order, and then reads the replies. Each request has the result that
    /// [`Socket::call`] would have had; a reply is waited for until the socket's timeout after the last request.
    ///
    /// What the kernel queues meanwhile has to fit into the socket's buffer. Replies of what only reads are fetched
    /// in between where they do not; before a request that changes something and is answered they always are.
    #[must_use]
    pub fn send(mut self) -> Answers {
        let places: Vec<_> = self.requests.iter_mut().map(|request| prepare(self.socket, request)).collect();
        let mut control = self.socket.control();
        let sent: Vec<Result<u32>> = places
            .into_iter()
            .zip(&self.requests)
            .map(|(ready, request)| ready.and_then(|()| self.send_one(&mut control, request)))
            .collect();
        let mut wait = Wait::No;
        let receive = |(token, request): (Result<u32>, &Request)| {
            let (token, asked) = (token?, request.asked());
            if !asked.expected {
                return Ok(Vec::new());
            }
            self.socket.await_awaited(&mut control, asked, token, &mut wait)
        };
        let answers = sent.into_iter().zip(&self.requests).map(receive).map(Some).collect();
        control.awaited.clear();
        drop(control);
        Answers { batch: self.number, requests: self.requests, answers }
    }

    fn send_one(&self, control: &mut Control, request: &Request) -> Result<u32> {
        let asked = request.asked();
        if asked.expected && !asked.repeatable {
            self.socket.drain(control, asked)?;
        }
        control.request.clear();
        control.request.extend_from_slice(self.frames.get(request.frame.clone()).unwrap_or_default());
        let token = self.socket.send_request(control, asked)?;
        if asked.expected {
            control.awaited.entry(token).or_default();
        }
        Ok(token)
    }
}

/// Does what a single request does before it is sent.
fn prepare(socket: &Socket, request: &mut Request) -> Result<()> {
    if let Some(path) = socket.addressable(&request.path)? {
        request.path = path;
    }
    socket.spare_sockets(request.asked())
}

impl Answers {
    /// Takes the answer to one request.
    ///
    /// # Errors
    /// As [`Socket::call`]; [`Error::Data`] with EINVAL for a ticket of another batch.
    pub fn take<M: Message>(&mut self, ticket: Ticket<M>) -> Result<M::Reply> {
        let ours = ticket.batch == self.batch;
        let answer = self.answers.get_mut(ticket.place).filter(|_| ours).and_then(Option::take);
        let (Some(answer), Some(request)) = (answer, self.requests.get(ticket.place)) else {
            return Err(Error::Data { what: "taking an answer of another batch", errno: Errno::EINVAL });
        };
        <M::Reply as Reply>::read(&mut answer?).map_err(|why| request.asked().unreadable(why))
    }
}
