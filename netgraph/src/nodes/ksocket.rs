//! `ksocket`: a socket of the kernel's own; see ng_ksocket(4).
//!
//! ```
//! use netgraph::nodes::ksocket::{self, SockAddr, SockOpt};
//! use netgraph::sim::SimKernel;
//! use netgraph::{HookName, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let udp = socket.make_peer::<ksocket::Ksocket>(HookName::constant("udp"), ksocket::UDP)?;
//! udp.call(ksocket::Bind(SockAddr::from(([0, 0, 0, 0], 5353))))?;
//! assert_eq!(udp.call(ksocket::GetName)?, SockAddr::from(([0, 0, 0, 0], 5353)));
//! let option = SockOpt::int(ksocket::SOL_SOCKET, ksocket::SO_REUSEADDR, 1);
//! assert_eq!(option.as_int(), Some(1));
//! # Ok::<(), netgraph::Error>(())
//! ```

pub use super::SockAddr;
use crate::ascii::{Before, GENERIC_SOCKADDR, HINT32, INT32, Type, fields};
use crate::error::{DecodeError, Result};
use crate::message::{Payload, read_struct};
use crate::name::{HookName, NodeId};
use crate::node::Node;
use crate::{events, node_type, payload_text, sys};

/// A TCP socket over IPv4: the hook's name says what socket is made.
pub const TCP: HookName = HookName::constant("inet/stream/tcp");
/// A UDP socket over IPv4.
pub const UDP: HookName = HookName::constant("inet/dgram/udp");
/// A TCP socket over IPv6.
pub const TCP6: HookName = HookName::constant("inet6/stream/tcp6");
/// A UDP socket over IPv6.
pub const UDP6: HookName = HookName::constant("inet6/dgram/udp6");

/// The hook of any other socket: its family, type and protocol by the numbers of socket(2).
///
/// ```
/// assert_eq!(netgraph::nodes::ksocket::socket(2, 3, 47).to_string(), "2/3/47");
/// ```
#[must_use]
pub fn socket(family: u8, socket_type: u8, protocol: u16) -> HookName {
    HookName::from_field(format!("{family}/{socket_type}/{protocol}").as_bytes())
}

node_type! {
    /// A socket of the kernel's own: what comes in at its only hook is sent, what the socket receives leaves there. The
    /// name of the hook says what socket it is: [`UDP`], [`TCP`] and the like, or [`socket`]. It dies with its hook;
    /// see [ng_ksocket(4)](https://man.freebsd.org/ng_ksocket/4).
    pub Ksocket: "ksocket", cookie = sys::NGM_KSOCKET_COOKIE;
    /// Binds the socket to an address.
    #[doc(alias = "NGM_KSOCKET_BIND")]
    Bind(SockAddr) "bind" = sys::NGM_KSOCKET_BIND;
    /// Waits for connections, with a queue of this many.
    #[doc(alias = "NGM_KSOCKET_LISTEN")]
    Listen(i32) "listen" = sys::NGM_KSOCKET_LISTEN;
    /// Accepts a connection. The reply comes when there is one, and until then EALREADY is the answer to another; one
    /// that comes too late for the caller is an [`Incoming`] event.
    #[doc(alias = "NGM_KSOCKET_ACCEPT")]
    Accept "accept" = sys::NGM_KSOCKET_ACCEPT => Accepted;
    /// Connects the socket. Rejected with EINPROGRESS where that takes time: a [`Connected`] event follows.
    #[doc(alias = "NGM_KSOCKET_CONNECT")]
    Connect(SockAddr) "connect" = sys::NGM_KSOCKET_CONNECT, reply = INT32;
    /// Reads the address of this end.
    #[doc(alias = "NGM_KSOCKET_GETNAME")]
    GetName "getname" = sys::NGM_KSOCKET_GETNAME => SockAddr, repeatable;
    /// Reads the address of the other end. Rejected with ENOTCONN where there is none.
    #[doc(alias = "NGM_KSOCKET_GETPEERNAME")]
    GetPeerName "getpeername" = sys::NGM_KSOCKET_GETPEERNAME => SockAddr, repeatable;
    /// Sets an option, as setsockopt(2) does.
    #[doc(alias = "NGM_KSOCKET_SETOPT")]
    SetOpt(SockOpt) "setopt" = sys::NGM_KSOCKET_SETOPT;
    /// Reads an option, as getsockopt(2) does: the argument has no value.
    #[doc(alias = "NGM_KSOCKET_GETOPT")]
    GetOpt(SockOpt) "getopt" = sys::NGM_KSOCKET_GETOPT => SockOpt, repeatable;
    /// A connection that was accepted after the caller of [`Accept`] had stopped waiting.
    Incoming(Accepted) = sys::NGM_KSOCKET_ACCEPT, event;
    /// What became of a [`Connect`] that took time: an errno, 0 where it is connected.
    Connected(i32) = sys::NGM_KSOCKET_CONNECT, event;
}

static ACCEPTED: Type = fields!["nodeid": HINT32, "addr": GENERIC_SOCKADDR];

fn value_len(before: Before<'_>) -> Option<usize> {
    (before.arglen as usize).checked_sub(size_of::<sys::ng_ksocket_sockopt>())
}

// As text an option cannot be set: the kernel takes the length of the text for that of the message when it asks how
// long the value is, and so wants as many bytes as the text has characters less 7.
static SOCK_OPT: Type = fields!["level": INT32, "name": INT32, "value": Type::Bytes(value_len)];

/// A connection that was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Accepted {
    /// The node of the connection: another `ksocket`, without a hook yet. It is lost unless something is connected to
    /// it.
    pub node: NodeId,
    /// The address of the other end.
    pub address: SockAddr,
}

impl Payload for Accepted {
    const TEXT: Option<&'static Type> = Some(&ACCEPTED);
    fn encode(&self, args: &mut Vec<u8>) {
        self.node.0.encode(args);
        self.address.write(args);
    }
    fn decode(args: &[u8]) -> Result<Self, DecodeError> {
        let node = NodeId(read_struct(args, "an accepted connection")?);
        Ok(Self { node, address: SockAddr::read(args.get(4..).unwrap_or_default()) })
    }
}

payload_text!(Accepted);

/// An option of a socket: level, number and value as in setsockopt(2).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SockOpt {
    /// The level.
    pub level: i32,
    /// The number.
    pub name: i32,
    /// The value, as it lies in memory; empty to ask for it.
    pub value: Vec<u8>,
}

impl Payload for SockOpt {
    const TEXT: Option<&'static Type> = Some(&SOCK_OPT);
    fn encode(&self, args: &mut Vec<u8>) {
        self.level.encode(args);
        self.name.encode(args);
        args.extend_from_slice(&self.value);
    }
    fn decode(args: &[u8]) -> Result<Self, DecodeError> {
        let head: sys::ng_ksocket_sockopt = read_struct(args, "a socket option")?;
        let value = args.get(size_of::<sys::ng_ksocket_sockopt>()..).unwrap_or_default();
        Ok(Self { level: head.level, name: head.name, value: value.to_vec() })
    }
}

payload_text!(SockOpt);

/// The level of options of all sockets, for [`SockOpt`].
pub const SOL_SOCKET: i32 = 0xffff;
/// The option of [`SOL_SOCKET`] that lets an address be bound again at once.
pub const SO_REUSEADDR: i32 = 4;
/// The option of [`SOL_SOCKET`] that lets an address be bound by several sockets.
pub const SO_REUSEPORT: i32 = 0x200;
/// The option of [`SOL_SOCKET`] that lets broadcasts be sent.
pub const SO_BROADCAST: i32 = 0x20;

impl SockOpt {
    /// Asks for an option.
    #[must_use]
    pub fn ask(level: i32, name: i32) -> Self {
        Self { level, name, value: Vec::new() }
    }

    /// Sets an option whose value is a C `int`.
    #[must_use]
    pub fn int(level: i32, name: i32, value: i32) -> Self {
        Self { level, name, value: value.to_ne_bytes().to_vec() }
    }

    /// Returns the value if it is as long as a C `int`.
    #[must_use]
    pub fn as_int(&self) -> Option<i32> {
        Some(i32::from_ne_bytes(self.value.as_slice().try_into().ok()?))
    }
}

impl Node<'_, Ksocket> {
    /// Begins to accept a connection, and returns the token of the [`Event::Incoming`] that will tell of it.
    ///
    /// Begin before anybody connects: of a connection that waits already, FreeBSD 15.1 tells at once, but with the token of
    /// the request before, and whoever sent that; the first time nobody is told.
    ///
    /// # Errors
    /// Rejected with EALREADY where one is waited for already, EINVAL where the socket does not [`Listen`].
    pub fn start_accept(&self) -> Result<u32> {
        self.socket().start(self.path(), &Accept).map(|(token, _)| token)
    }

    /// Begins to connect. `None` where the connection is there at once, as those of UDP are; otherwise the token of the
    /// [`Event::Connected`] that will tell what became of it.
    ///
    /// ```
    /// use netgraph::nodes::ksocket::{self, SockAddr};
    /// use netgraph::sim::SimKernel;
    /// use netgraph::{HookName, Socket};
    ///
    /// let socket = Socket::open(&SimKernel::new(), None)?;
    /// let tcp = socket.make_peer::<ksocket::Ksocket>(HookName::constant("tcp"), ksocket::TCP)?;
    /// match tcp.start_connect(SockAddr::from(([192, 0, 2, 1], 80))) {
    ///     Ok(None) => println!("connected"),
    ///     Ok(Some(token)) => {
    ///         let late = socket.events().filter_map(Result::ok).find(|event| event.token() == token);
    ///         match late.and_then(|event| event.read::<ksocket::Event>()) {
    ///             Some(ksocket::Event::Connected(0)) => println!("connected"),
    ///             Some(ksocket::Event::Connected(errno)) => println!("refused: {}", netgraph::Errno::from_raw(errno)),
    ///             _ => println!("not yet"),
    ///         }
    ///     }
    ///     Err(error) => println!("{error}"),
    /// }
    /// # Ok::<(), netgraph::Error>(())
    /// ```
    ///
    /// # Errors
    /// Rejected with EALREADY where another attempt is under way, and with what connect(2) has against the address.
    pub fn start_connect(&self, address: SockAddr) -> Result<Option<u32>> {
        let (token, is_late) = self.socket().start(self.path(), &Connect(address))?;
        Ok(is_late.then_some(token))
    }
}

events! {
    /// The late replies of a ksocket; [`Event::token`](crate::Event::token) tells to which request.
    pub enum Event {
        /// A connection was accepted.
        Incoming(Accepted),
        /// What became of a connection: an errno, 0 where it is there.
        Connected(i32),
    }
}
