//! Sockets for programs that run on [Tokio](::tokio): the feature `tokio`, on systems with file descriptors.
//!
//! Sending a control message may sleep in the kernel, until the node has handled it, even on a descriptor that does not
//! block. So [`AsyncSocket`] does that in Tokio's threads for blocking work, one at a time for each socket; what arrives is
//! waited for by descriptor. A simulated socket does the same.

use std::future::poll_fn;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker, ready};

use ::tokio::io::Interest;
use ::tokio::io::unix::AsyncFd;
use ::tokio::sync::Mutex as Turn;
use ::tokio::task::spawn_blocking;
use futures_core::Stream;

use crate::error::{Errno, Error, Result};
use crate::message::Message;
use crate::name::{HookName, NodeName};
use crate::path::Path;
use crate::socket::{Event, Socket};
use crate::transport::{Kernel, RecvBatch, Wait};

/// A [`Socket`] that never blocks Tokio's workers. A handle: its clones are the same socket.
///
/// ```
/// use netgraph::{HookName, aio::AsyncSocket, nodes::bridge, sim::SimKernel};
/// use std::sync::Arc;
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
/// # runtime.block_on(async {
/// let socket = AsyncSocket::open(Arc::new(SimKernel::new()), None).await?;
/// // Whatever a `Socket` does, as one piece of blocking work.
/// let bridge = socket
///     .with(|socket| {
///         let bridge = socket.make_peer::<bridge::Bridge>(HookName::constant("b"), bridge::link(0))?;
///         Ok(bridge.path().clone())
///     })
///     .await?;
/// // A single message.
/// assert_eq!(socket.call(&bridge, bridge::GetConfig).await?.loopTimeout, 60);
/// # netgraph::Result::<()>::Ok(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct AsyncSocket {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    control: AsyncFd<OwnedFd>,
    data: AsyncFd<OwnedFd>,
    socket: Socket,
    /// Whose turn it is to do blocking work.
    turn: Arc<Turn<()>>,
    /// Who waits for events that blocking work may have set aside: the last, as of a descriptor.
    waiting: Mutex<Option<Waker>>,
}

/// What a look for an event finds.
enum Look {
    Found(Result<Event>),
    Nothing,
    /// Blocking work is at it, and wakes whoever waits when it has ended.
    Busy,
}

impl Shared {
    fn look(&self) -> Look {
        match self.socket.try_event() {
            None => Look::Busy,
            Some(event) => event.transpose().map_or(Look::Nothing, Look::Found),
        }
    }

    /// Has `waker` woken at the end of the blocking work that is being done, if any.
    fn wait(&self, waker: &Waker) {
        match &mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(other) => other.clone_from(waker),
            nobody => *nobody = Some(waker.clone()),
        }
    }
}

/// Wakes who waits for events, when the blocking work ends, by a panic too.
struct Wake(Arc<Shared>);

impl Drop for Wake {
    fn drop(&mut self) {
        let waiting = self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
        waiting.into_iter().for_each(Waker::wake);
    }
}

/// A second descriptor of the same socket, for the runtime to wait with.
#[allow(
    deprecated,
    reason = "what is deprecated is that types may lie about their descriptors: an OwnedFd does not, and the other form is \
              unsafe for all types"
)]
fn watched(fd: BorrowedFd<'_>) -> Result<AsyncFd<OwnedFd>> {
    let failed = |_| Error::Data { what: "registering a descriptor with the runtime", errno: Errno::EIO };
    AsyncFd::with_interest(fd.try_clone_to_owned().map_err(failed)?, Interest::READABLE).map_err(failed)
}

impl AsyncSocket {
    /// Opens a socket on `kernel`, its node named `name` if one is given.
    ///
    /// # Errors
    /// As [`Socket::open`], and as [`new`](Self::new).
    pub async fn open(kernel: Arc<dyn Kernel>, name: Option<NodeName>) -> Result<Self> {
        let opened = spawn_blocking(move || Socket::open(&*kernel, name)).await;
        Self::new(opened.unwrap_or_else(|lost| Err(outcome(lost)))?)
    }

    /// Makes an asynchronous socket of one that is open already.
    ///
    /// # Errors
    /// [`Error::Unsupported`] outside of a runtime; [`Error::Data`] for a transport without descriptors, or where the
    /// system has no more.
    ///
    /// # Panics
    /// In a runtime without `enable_io`.
    pub fn new(socket: Socket) -> Result<Self> {
        if ::tokio::runtime::Handle::try_current().is_err() {
            return Err(Error::Unsupported {
                what: "making an asynchronous socket".into(),
                hint: "do it inside of a Tokio runtime".into(),
            });
        }
        let (control, data) = (watched(socket.control_fd()?)?, watched(socket.data_fd()?)?);
        let shared = Shared { control, data, socket, turn: Arc::default(), waiting: Mutex::default() };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Does something with the socket in a thread for blocking work: a transaction, a batch, a snapshot of the graph.
    ///
    /// The work goes on to its end if the future is dropped after it has begun.
    ///
    /// # Errors
    /// Those of `work`; [`Error::Data`] with ECANCELED where the runtime is shut down before it begins.
    pub async fn with<R: Send + 'static>(
        &self,
        work: impl FnOnce(&Socket) -> Result<R> + Send + 'static,
    ) -> Result<R> {
        // Work of the same socket has to wait for each other anyway: it does so here, not in threads.
        let turn = Arc::clone(&self.shared.turn).lock_owned().await;
        let wake = Wake(Arc::clone(&self.shared));
        let done = spawn_blocking(move || {
            let result = work(&wake.0.socket);
            drop(turn);
            result
        });
        done.await.unwrap_or_else(|lost| Err(outcome(lost)))
    }

    /// Sends a message to the node at `path`, and returns its reply.
    ///
    /// # Errors
    /// As [`Socket::call`], and as [`with`](Self::with).
    pub async fn call<M>(&self, path: &Path, message: M) -> Result<M::Reply>
    where
        M: Message + Send + 'static,
        M::Reply: Send + 'static,
    {
        let path = path.clone();
        self.with(move |socket| socket.call(&path, &message)).await
    }

    /// Waits for the next message that comes without being asked for. One task at a time may wait.
    ///
    /// No event is lost if the future is dropped.
    ///
    /// # Errors
    /// As [`Socket::next_event`].
    pub async fn next_event(&self) -> Result<Event> {
        poll_fn(|context| self.poll_event(context)).await
    }

    /// Returns the messages that come without being asked for, as a stream. It ends after the first error.
    pub fn events(&self) -> Events {
        Events { socket: self.clone(), over: false }
    }

    fn poll_event(&self, context: &mut Context<'_>) -> Poll<Result<Event>> {
        loop {
            // First this, then the look: an end of the work that comes between the two is not missed.
            self.shared.wait(context.waker());
            match self.shared.look() {
                Look::Found(event) => return Poll::Ready(event),
                Look::Busy => return Poll::Pending,
                Look::Nothing => {}
            }
            let mut ready =
                ready!(self.shared.control.poll_read_ready(context)).map_err(|_| interrupted())?;
            match self.shared.look() {
                Look::Found(event) => return Poll::Ready(event),
                Look::Busy => return Poll::Pending,
                Look::Nothing => ready.clear_ready(),
            }
        }
    }

    /// Sends one packet out of one of the socket's hooks.
    ///
    /// The packet is carried through the nodes on its way by the thread that calls this; it does not sleep.
    ///
    /// # Errors
    /// As [`Socket::send`].
    pub fn send(&self, hook: HookName, packet: &[u8]) -> Result<()> {
        self.shared.socket.send(hook, packet)
    }

    /// Waits for packets, and receives those that are there into `batch`; returns how many came. One task at a time may
    /// wait.
    ///
    /// No packet is lost if the future is dropped.
    ///
    /// # Errors
    /// As [`Socket::receive`].
    pub async fn receive(&self, batch: &mut RecvBatch) -> Result<usize> {
        poll_fn(|context| self.poll_receive(context, batch)).await
    }

    /// Returns the packets that come in, as a stream; those of more than `bytes` bytes are cut. It ends after the first
    /// error.
    pub fn packets(&self, bytes: usize) -> Packets {
        Packets { socket: self.clone(), batch: RecvBatch::new(1, bytes), over: false }
    }

    fn poll_receive(&self, context: &mut Context<'_>, batch: &mut RecvBatch) -> Poll<Result<usize>> {
        loop {
            let mut ready = ready!(self.shared.data.poll_read_ready(context)).map_err(|_| interrupted())?;
            match self.shared.socket.receive(batch, Wait::No) {
                Ok(0) => ready.clear_ready(),
                received => return Poll::Ready(received),
            }
        }
    }
}

/// What became of work that did not end: its panic goes on.
fn outcome(lost: ::tokio::task::JoinError) -> Error {
    match lost.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(_) => Error::Data { what: "blocking work", errno: Errno::ECANCELED },
    }
}

fn interrupted() -> Error {
    Error::Data { what: "waiting for a descriptor", errno: Errno::EIO }
}

/// The messages that come without being asked for. See [`AsyncSocket::events`].
#[derive(Debug)]
#[must_use = "a stream does nothing unless it is polled"]
pub struct Events {
    socket: AsyncSocket,
    over: bool,
}

impl Stream for Events {
    type Item = Result<Event>;
    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.over {
            return Poll::Ready(None);
        }
        let event = ready!(self.socket.poll_event(context));
        self.over = event.is_err();
        Poll::Ready(Some(event))
    }
}

/// The packets that come in, each with its hook. See [`AsyncSocket::packets`].
#[derive(Debug)]
#[must_use = "a stream does nothing unless it is polled"]
pub struct Packets {
    socket: AsyncSocket,
    batch: RecvBatch,
    over: bool,
}

impl Stream for Packets {
    type Item = Result<(HookName, Vec<u8>)>;
    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.over {
            return Poll::Ready(None);
        }
        let Self { socket, batch, over } = &mut *self;
        loop {
            if let Err(error) = ready!(socket.poll_receive(context, batch)) {
                *over = true;
                return Poll::Ready(Some(Err(error)));
            }
            if let Some((hook, packet)) = batch.iter().next() {
                return Poll::Ready(Some(Ok((hook, packet.to_vec()))));
            }
        }
    }
}
