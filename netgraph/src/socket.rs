//! A program's end of the graph: requests and their replies, events, and data.

use std::collections::VecDeque;
use std::io::IoSlice;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{DecodeError, Errno, Error, Result};
use crate::message::{self, Command, Frame, HEADER_LEN, Message, Payload, Reply};
use crate::name::{HookName, NodeId, NodeName, TypeName};
use crate::node::{Node, NodeType};
use crate::nodes::generic::{self, Hooks, NodeInfo, Nodes, Types};
use crate::path::Path;
use crate::sys;
use crate::transport::{Kernel, RecvBatch, Transport, Wait};

/// How long a reply is waited for, unless the program says otherwise. Nearly every reply is there when the request
/// has been sent; this bounds the wait for a node that never answers.
pub const REPLY_TIMEOUT: Duration = Duration::from_secs(5);

/// A control socket and a data socket, and the node between them and the graph.
///
/// Every request is matched with its reply by a token; whatever else arrives in between is kept for
/// [`events`](Self::events). A socket may be shared between threads, one request at a time; threads that should
/// not wait for each other take a socket each, as the kernel handles one send at a time on each.
///
/// ```
/// use netgraph::{Socket, sim::SimKernel};
/// let socket = Socket::open(&SimKernel::new(), Some("example".parse()?))?;
/// assert_eq!(socket.info(&".:".parse()?)?.name, "example");
/// # Ok::<(), netgraph::Error>(())
/// ```
#[derive(Debug)]
pub struct Socket {
    transport: Box<dyn Transport>,
    timeout: Duration,
    control: Mutex<Control>,
}

/// What one request at a time may use.
#[derive(Debug, Default)]
struct Control {
    token: u32,
    /// The request, and then its reply.
    frame: Vec<u8>,
    events: VecDeque<Event>,
}

impl Control {
    /// Returns the next token: 1 and up, never 0, which unsolicited messages carry, and never negative.
    fn next_token(&mut self) -> u32 {
        self.token = if self.token >= i32::MAX as u32 { 1 } else { self.token + 1 };
        self.token
    }
}

/// A message that came without being asked for, or as a late reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The node that sent it.
    pub from: Path,
    frame: Vec<u8>,
}

impl Event {
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
    /// Opens a socket on `kernel`, its node named `name` if one is given.
    ///
    /// # Errors
    /// [`Error::Open`]: EADDRINUSE for a name in use, EPERM without the privilege; [`Error::Unsupported`] where
    /// there is no netgraph, with what to do about it.
    pub fn open(kernel: &dyn Kernel, name: Option<NodeName>) -> Result<Self> {
        Ok(Self::on(kernel.open(name.as_ref())?))
    }

    /// Makes a socket of a transport that is open already.
    #[must_use]
    pub fn on(transport: Box<dyn Transport>) -> Self {
        Self { transport, timeout: REPLY_TIMEOUT, control: Mutex::default() }
    }

    /// Sets how long a reply is waited for.
    pub fn set_timeout(&mut self, timeout: Duration) {
        self.timeout = timeout;
    }

    /// Returns the transport, to send what this type does not know.
    #[must_use]
    pub fn transport(&self) -> &dyn Transport {
        &*self.transport
    }

    fn control(&self) -> MutexGuard<'_, Control> {
        self.control.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a message to the node at `path`, and returns its reply.
    ///
    /// A path that is longer than an address can be is walked to the node's number first.
    ///
    /// # Errors
    /// [`Error::Rejected`] with the kernel's or the node's errno; [`Error::TimedOut`]; [`Error::Decode`].
    pub fn call<M: Message>(&self, path: &Path, message: &M) -> Result<M::Reply> {
        let resolved = self.addressable(path)?;
        let path = resolved.as_ref().unwrap_or(path);
        if (M::COMMAND.cookie, M::COMMAND.cmd) == (sys::NGM_GENERIC_COOKIE, sys::NGM_SHUTDOWN) {
            self.spare_sockets(path)?;
        }
        let mut control = self.control();
        let Control { frame, .. } = &mut *control;
        message::begin_frame(frame, M::COMMAND, 0, 0);
        message.args().encode(frame);
        self.exchange(&mut control, path, M::COMMAND, <M::Reply as Reply>::EXPECTED)?;
        <M::Reply as Reply>::read(&mut control.frame).map_err(|why| Error::Decode {
            command: M::COMMAND,
            path: path.clone(),
            why,
        })
    }

    /// Sends a message of bytes to the node at `path`, and returns its reply's arguments if one is `expected`.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn call_raw(
        &self,
        path: &Path,
        command: Command,
        args: &[u8],
        expected: bool,
    ) -> Result<Option<Vec<u8>>> {
        let resolved = self.addressable(path)?;
        let path = resolved.as_ref().unwrap_or(path);
        if (command.cookie, command.cmd) == (sys::NGM_GENERIC_COOKIE, sys::NGM_SHUTDOWN) {
            self.spare_sockets(path)?;
        }
        let mut control = self.control();
        message::write_frame(&mut control.frame, command, 0, 0, args);
        self.exchange(&mut control, path, command, expected)?;
        Ok(expected.then(|| control.frame.get(HEADER_LEN..).unwrap_or_default().to_vec()))
    }

    /// Sends the frame in `control`, and puts its reply in its place.
    fn exchange(&self, control: &mut Control, path: &Path, command: Command, expected: bool) -> Result<()> {
        let rejected = |errno| Error::Rejected { command, path: path.clone(), errno };
        let token = control.next_token();
        message::finish_frame(&mut control.frame);
        message::set_token(&mut control.frame, token);
        loop {
            match self.transport.send_msg(path, &control.frame) {
                Ok(()) => break,
                // The reply found no room. What changes nothing can be asked again with more.
                Err(Errno::ENOBUFS) if command.is_read_only() => {
                    self.transport.grow_receive_buffer().map_err(|_| rejected(Errno::ENOBUFS))?;
                }
                Err(Errno::EINTR) if command.is_read_only() => {}
                Err(errno) => return Err(rejected(errno)),
            }
        }
        if !expected {
            return Ok(());
        }
        // Replies are nearly always there already: the clock is read only when this one is not.
        let mut wait = Wait::No;
        loop {
            match self.transport.recv_msg(&mut control.frame, wait) {
                Ok(Some(from)) => match Frame::parse(&control.frame) {
                    Ok(frame) if frame.is_reply() && frame.header.token == token => return Ok(()),
                    _ => {
                        let frame = std::mem::take(&mut control.frame);
                        control.events.push_back(Event { from, frame });
                    }
                },
                Ok(None) if wait == Wait::No => wait = Wait::Until(Instant::now() + self.timeout),
                Ok(None) => return Err(Error::TimedOut { command, path: path.clone(), after: self.timeout }),
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(rejected(errno)),
            }
        }
    }

    /// Walks a path that is too long for an address, hook by hook, to a node number.
    fn addressable(&self, path: &Path) -> Result<Option<Path>> {
        if path.fits_address() {
            return Ok(None);
        }
        let (node, hooks) = path.split()?;
        let mut at = match node {
            // `name:` of 31 characters does not fit an address either: look it up.
            Some(name) if name.len() > crate::path::ADDRESS_MAX - 1 => self.look_up(name, path)?.into(),
            Some(name) => Path::raw(&[name, b":"].concat()),
            None => Path::own(),
        };
        for hook in hooks {
            let hook = HookName::from_field(hook);
            let links = self.call(&at, &generic::ListHooks)?;
            let link = links.iter().find(|link| link.hook == hook).ok_or_else(|| Error::Rejected {
                command: <generic::ListHooks as Message>::COMMAND,
                path: path.clone(),
                errno: Errno::ENOENT,
            })?;
            at = link.peer.path();
        }
        Ok(Some(at))
    }

    fn look_up(&self, name: &[u8], path: &Path) -> Result<NodeId> {
        let names = self.call(&Path::own(), &generic::ListNames)?;
        let found = names.iter().find(|node| node.name.as_bytes() == name);
        found.map(|node| node.id).ok_or_else(|| Error::Rejected {
            command: <generic::ListNames as Message>::COMMAND,
            path: path.clone(),
            errno: Errno::ENOENT,
        })
    }

    /// Refuses to shut a `socket` node down: doing so inside a VNET that is later removed brings FreeBSD 15.1 down.
    fn spare_sockets(&self, path: &Path) -> Result<()> {
        if self.info(path)?.type_name == "socket" {
            return Err(Error::Unsupported {
                what: format!("shutting down the socket node {path}"),
                hint: "close the sockets of the program that owns it".into(),
            });
        }
        Ok(())
    }

    /// Returns the address of this socket's own node: its name, or `[id]:`.
    ///
    /// # Errors
    /// [`Error::Data`] with the errno of getsockname(2).
    pub fn address(&self) -> Result<Path> {
        self.transport.address().map_err(|errno| Error::Data { what: "getsockname", errno })
    }

    /// Reads what the node at `path` is.
    ///
    /// # Errors
    /// As [`call`](Self::call); ENOENT where there is none.
    pub fn info(&self, path: &Path) -> Result<NodeInfo> {
        self.call(path, &generic::GetNodeInfo)
    }

    /// Reads what the node at `path` is, or `None` where there is none.
    ///
    /// # Errors
    /// As [`call`](Self::call), ENOENT and ENXIO (a node that is going away) excepted.
    pub fn find(&self, path: &Path) -> Result<Option<NodeInfo>> {
        match self.info(path) {
            Ok(info) => Ok(Some(info)),
            Err(Error::Rejected { errno: Errno::ENOENT | Errno::ENXIO, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Returns a typed handle to the node at `path`.
    ///
    /// # Errors
    /// As [`info`](Self::info); [`Error::WrongType`] where the node is not a `T`.
    pub fn node<T: NodeType>(&self, path: &Path) -> Result<Node<'_, T>> {
        let info = self.info(path)?;
        if info.type_name != T::NAME {
            let found = info.type_name.to_string();
            return Err(Error::WrongType { path: path.clone(), found, expected: T::NAME });
        }
        Ok(Node::new(self, info.path()))
    }

    /// Makes a node connected to this socket's own `hook`, and returns a handle that goes by its number.
    ///
    /// # Errors
    /// As [`call`](Self::call): EEXIST where `hook` is taken, ENOENT or ENXIO for an unknown type, and whatever the
    /// type has against `peer_hook`.
    pub fn make_peer<T: NodeType>(&self, hook: HookName, peer_hook: HookName) -> Result<Node<'_, T>> {
        let own = Path::own();
        self.make_peer_of(&own, TypeName::try_from(T::NAME)?, hook, peer_hook)?;
        let info = self.info(&Path::own_hook(hook))?;
        Ok(Node::new(self, info.path()))
    }

    /// Has the node at `path` make a peer of type `type_name`, its `peer_hook` connected to `hook`.
    ///
    /// # Errors
    /// As [`make_peer`](Self::make_peer).
    pub fn make_peer_of(
        &self,
        path: &Path,
        type_name: TypeName,
        hook: HookName,
        peer_hook: HookName,
    ) -> Result<()> {
        self.call(path, &generic::MkPeer::new(type_name, hook, peer_hook))
    }

    /// Connects `hook` of the node at `path` to `peer_hook` of the node at `peer`, a path as seen from `path`.
    ///
    /// # Errors
    /// As [`Node::connect`].
    pub fn connect(&self, path: &Path, peer: &Path, hook: HookName, peer_hook: HookName) -> Result<()> {
        self.call(path, &generic::Connect::new(peer, hook, peer_hook))
    }

    /// Gives the node at `path` a name.
    ///
    /// # Errors
    /// As [`Node::name`].
    pub fn name(&self, path: &Path, name: NodeName) -> Result<()> {
        self.call(path, &generic::Name::new(name))
    }

    /// Breaks the connection at `hook` of the node at `path`.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn remove_hook(&self, path: &Path, hook: HookName) -> Result<()> {
        self.call(path, &generic::RmHook::new(hook))
    }

    /// Shuts the node at `path` down. A `socket` node is refused: close its sockets instead.
    ///
    /// # Errors
    /// As [`call`](Self::call); [`Error::Unsupported`] for a `socket` node.
    pub fn shutdown(&self, path: &Path) -> Result<()> {
        self.call(path, &generic::Shutdown)
    }

    /// Lists the hooks of the node at `path`, the newest first.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn hooks(&self, path: &Path) -> Result<Hooks> {
        self.call(path, &generic::ListHooks)
    }

    /// Lists the nodes of this socket's VNET, in no order.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn nodes(&self) -> Result<Nodes> {
        self.call(&Path::own(), &generic::ListNodes)
    }

    /// Lists the node types that are there.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn types(&self) -> Result<Types> {
        self.call(&Path::own(), &generic::ListTypes)
    }

    /// Waits until the node `id` is gone, at most for `bound`; returns whether it is. A node that lost its last hook
    /// is taken away by a thread of the kernel's, a moment later.
    ///
    /// # Errors
    /// As [`info`](Self::info).
    pub fn wait_gone(&self, id: NodeId, bound: Duration) -> Result<bool> {
        let path = Path::from(id);
        let until = Instant::now() + bound;
        let mut pause = Duration::from_micros(50);
        while self.find(&path)?.is_some() {
            if Instant::now() >= until {
                return Ok(false);
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(20));
        }
        Ok(true)
    }

    /// Returns the next message that came without being asked for, waiting for it as `wait` says.
    ///
    /// # Errors
    /// [`Error::Data`] with the errno of the receive.
    pub fn next_event(&self, wait: Wait) -> Result<Option<Event>> {
        let mut control = self.control();
        if let Some(event) = control.events.pop_front() {
            return Ok(Some(event));
        }
        let mut frame = Vec::new();
        loop {
            match self.transport.recv_msg(&mut frame, wait) {
                Ok(from) => return Ok(from.map(|from| Event { from, frame })),
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

    /// Sends one packet out of one of this socket's hooks.
    ///
    /// # Errors
    /// [`Error::Data`]: EHOSTUNREACH where there is no such hook; what the nodes on the packet's way answer.
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

    /// Receives packets, waiting for the first as `wait` says; returns how many came.
    ///
    /// # Errors
    /// [`Error::Data`] with the errno of the receive.
    pub fn receive(&self, batch: &mut RecvBatch, wait: Wait) -> Result<usize> {
        self.transport.recv_data(batch, wait).map_err(|errno| Error::Data { what: "receiving data", errno })
    }
}
