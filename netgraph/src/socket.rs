//! A program's end of the graph: requests and their replies, events, and data.

mod backoff;
mod batch;
mod control;
mod data;
mod event;
mod respond;
mod text;
mod transaction;
mod undo;
mod walk;

#[cfg(unix)]
use std::os::fd::BorrowedFd;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::error::{Errno, Error, Result};
use crate::message::{self, Command, HEADER_LEN, Message, Payload, Reply};
use crate::name::{HookName, NodeId, NodeName, TypeName};
use crate::node::{Node, NodeType};
use crate::nodes::generic::{self, Hooks, NodeInfo, Nodes, Types};
use crate::path::Path;
use crate::transport::{Kernel, Transport};

pub use backoff::retry;
pub use batch::{Answers, Batch, Ticket};
pub use data::Demux;
pub use event::Event;
pub use respond::{Responder, Served};
pub use text::{SentText, TextMessage};
pub use transaction::{Residue, Transaction};

use backoff::Backoff;
use control::{Asked, Control};

/// How long a reply is waited for, unless the program says otherwise. Nearly every reply is there when the request
/// has been sent; this bounds the wait for a node that never answers.
pub const REPLY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long what was taken away may linger, unless the program says otherwise; see [`Socket::set_patience`].
pub const PATIENCE: Duration = Duration::from_millis(100);

/// A control socket and a data socket, and the node between them and the graph.
///
/// Every request is matched with its reply by a token; whatever else arrives in between is kept for
/// [`events`](Self::events). A socket may be shared between threads, one request at a time; threads that should
/// not wait for each other take a socket each, as the kernel handles one send at a time on each.
///
/// What only reads is asked again, with more room, where its reply found none (ENOBUFS): lists of 100,000 nodes arrive.
/// What changes something is sent once, and its ENOBUFS is told: it was done, and its reply is lost.
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
    patience: Duration,
    control: Mutex<Control>,
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

    /// Opens a socket in the VNET of the jail `jid`, its node named `name` if one is given; see [`Kernel::in_jail`].
    ///
    /// The program itself stays where it is.
    ///
    /// ```
    /// use netgraph::{Socket, sim::{SimKernel, SimMachine}};
    /// let machine = SimMachine::new();
    /// let jail = machine.create_vnet();
    /// let socket = Socket::open_in_jail(&SimKernel::on(&machine, 0), jail as i32, None)?;
    /// assert_eq!(socket.nodes()?.len(), 1);
    /// # Ok::<(), netgraph::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`open`](Self::open), and [`Error::Open`] with EINVAL for a jail that is not there or dying, EPERM where the
    /// program may not enter jails, EPROTONOSUPPORT where the jail has no VNET of its own.
    pub fn open_in_jail(kernel: &dyn Kernel, jid: i32, name: Option<NodeName>) -> Result<Self> {
        Self::open(&*kernel.in_jail(jid)?, name)
    }

    /// Makes a socket of a transport that is open already.
    #[must_use]
    pub fn on(transport: Box<dyn Transport>) -> Self {
        Self { transport, timeout: REPLY_TIMEOUT, patience: PATIENCE, control: Mutex::default() }
    }

    /// Sets how long a reply is waited for; [`Duration::MAX`]: as long as it takes.
    pub fn set_timeout(&mut self, timeout: Duration) {
        self.timeout = timeout;
    }

    /// Sets for how long after a hook or node was taken away through this socket its traces are waited out.
    ///
    /// FreeBSD takes away the far end of a connection, and a node that has lost its last hook, in a thread of its own.
    /// For that moment the name is still in use (EADDRINUSE), the hook still there (EEXIST), the eiface still connected
    /// (EISCONN). A naming, connecting or making that fails so within `patience` of a removal is tried again until it
    /// has passed. Where nothing was taken away, the error is told at once.
    pub fn set_patience(&mut self, patience: Duration) {
        self.patience = patience;
    }

    /// Returns the transport, to send what this type does not know.
    #[must_use]
    pub fn transport(&self) -> &dyn Transport {
        &*self.transport
    }

    /// Returns a descriptor that can be read while a message is there or the socket's node is gone, to wait for with
    /// poll(2), kqueue(2), epoll(7) and the like.
    ///
    /// It tells of what the kernel holds. What a [`call`](Self::call) has come across and set aside is fetched first,
    /// with [`events`](Self::events).
    ///
    /// ```
    /// # use netgraph::{Socket, sim::SimKernel};
    /// use std::os::fd::AsRawFd;
    /// let socket = Socket::open(&SimKernel::new(), None)?;
    /// assert!(socket.control_fd()?.as_raw_fd() >= 0);
    /// # Ok::<(), netgraph::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Data`] with EOPNOTSUPP for a transport without descriptors, EMFILE where there are no more.
    #[cfg(unix)]
    pub fn control_fd(&self) -> Result<BorrowedFd<'_>> {
        self.transport.control_fd().map_err(|errno| Error::Data { what: "the control descriptor", errno })
    }

    /// Returns a descriptor that can be read while a packet is there or the socket's node is gone.
    ///
    /// # Errors
    /// As [`control_fd`](Self::control_fd).
    #[cfg(unix)]
    pub fn data_fd(&self) -> Result<BorrowedFd<'_>> {
        self.transport.data_fd().map_err(|errno| Error::Data { what: "the data descriptor", errno })
    }

    fn control(&self) -> MutexGuard<'_, Control> {
        self.control.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a message to the node at `path`, and returns its reply.
    ///
    /// A path that is longer than an address can be is walked to the node's number first. The timeout runs once the
    /// request is sent: it is not while another thread asks, or waits in [`next_event`](Self::next_event).
    ///
    /// # Errors
    /// [`Error::Rejected`] with the kernel's or the node's errno; [`Error::TimedOut`]; [`Error::Decode`].
    pub fn call<M: Message>(&self, path: &Path, message: &M) -> Result<M::Reply> {
        let resolved = self.addressable(path)?;
        let asked = Asked::of::<M>(resolved.as_ref().unwrap_or(path));
        self.spare_sockets(asked)?;
        let mut control = self.control();
        message::begin_frame(&mut control.request, M::COMMAND, 0, 0);
        message.args().encode(&mut control.request);
        self.exchange(&mut control, asked)?;
        <M::Reply as Reply>::read(&mut control.reply).map_err(|why| asked.unreadable(why))
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
        self.exchange_raw(path, command, args, expected).map(|(_, reply)| reply)
    }

    /// As [`call_raw`](Self::call_raw), and returns the token too.
    fn exchange_raw(
        &self,
        path: &Path,
        command: Command,
        args: &[u8],
        expected: bool,
    ) -> Result<(u32, Option<Vec<u8>>)> {
        let resolved = self.addressable(path)?;
        let asked = Asked::raw(resolved.as_ref().unwrap_or(path), command, expected);
        self.spare_sockets(asked)?;
        let mut control = self.control();
        message::write_frame(&mut control.request, command, 0, 0, args);
        let token = self.exchange(&mut control, asked)?;
        let reply = expected.then(|| control.reply.get(HEADER_LEN..).unwrap_or_default().to_vec());
        Ok((token, reply))
    }

    /// Refuses to shut a `socket` node down: doing so inside a VNET that is later removed brings FreeBSD 15.1 down.
    fn spare_sockets(&self, asked: Asked<'_>) -> Result<()> {
        if asked.is_shutdown() { spare(&self.info(asked.path)?, asked.path) } else { Ok(()) }
    }

    /// Returns the address of this socket's own node, for others to reach it by: `name:`, or `[id]:`.
    ///
    /// ```
    /// # use netgraph::{Socket, sim::SimKernel};
    /// let socket = Socket::open(&SimKernel::new(), Some("me".parse()?))?;
    /// assert_eq!(socket.address()?.to_string(), "me:");
    /// assert_eq!(socket.info(&socket.address()?)?.name, "me");
    /// # Ok::<(), netgraph::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Data`] with the errno of getsockname(2).
    pub fn address(&self) -> Result<Path> {
        let name = self.transport.socket_name();
        name.map(Path::from).map_err(|errno| Error::Data { what: "getsockname", errno })
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
    /// As [`Node::connect`]; [`Error::Path`] where `peer` is longer than [`PATH_MAX`](crate::path::PATH_MAX).
    pub fn connect(&self, path: &Path, peer: &Path, hook: HookName, peer_hook: HookName) -> Result<()> {
        peer.check_length()?;
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
    /// ```
    /// # use netgraph::{Socket, sim::SimKernel, nodes::hub};
    /// # use std::time::Duration;
    /// # let socket = Socket::open(&SimKernel::new(), None)?;
    /// let hub = socket.make_peer::<hub::Hub>("port".parse()?, "any".parse()?)?.info()?.id;
    /// socket.remove_hook(&".:".parse()?, "port".parse()?)?;
    /// assert!(socket.wait_gone(hub, Duration::from_secs(1))?);
    /// # Ok::<(), netgraph::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`info`](Self::info).
    pub fn wait_gone(&self, id: NodeId, bound: Duration) -> Result<bool> {
        let path = Path::from(id);
        self.wait_until(bound, |socket| Ok(socket.find(&path)?.is_none()))
    }

    /// Waits for a node at `path`, at most for `bound`; `None` if there is none then. The node of an interface that
    /// lost its last hook has no name and no number for the moment in which the kernel sets it back.
    ///
    /// ```
    /// # use netgraph::{Socket, sim::SimKernel};
    /// # use std::time::Duration;
    /// # let socket = Socket::open(&SimKernel::new(), None)?;
    /// assert!(socket.wait_for(&"em9:".parse()?, Duration::from_millis(10))?.is_none());
    /// # Ok::<(), netgraph::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`info`](Self::info).
    pub fn wait_for(&self, path: &Path, bound: Duration) -> Result<Option<NodeInfo>> {
        let mut found = None;
        self.wait_until(bound, |socket| {
            found = socket.find(path)?;
            Ok(found.is_some())
        })?;
        Ok(found)
    }

    /// Asks again and again, at ever longer intervals, until something is so, at most for `bound`; returns whether it
    /// is. It is asked once at least.
    ///
    /// # Errors
    /// The first of `so`.
    pub fn wait_until(&self, bound: Duration, mut so: impl FnMut(&Self) -> Result<bool>) -> Result<bool> {
        let mut backoff = Backoff::new(bound);
        while !so(self)? {
            if !backoff.pause() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Refuses a `socket` node.
fn spare(node: &NodeInfo, path: &Path) -> Result<()> {
    if node.type_name == "socket" {
        return Err(Error::Unsupported {
            what: format!("shutting down the socket node {path}"),
            hint: "close the sockets of the program that owns it".into(),
        });
    }
    Ok(())
}
