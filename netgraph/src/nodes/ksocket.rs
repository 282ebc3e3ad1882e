//! `ksocket`: a socket of the kernel's own; see ng_ksocket(4).

use std::net::{SocketAddr, SocketAddrV4, SocketAddrV6};

use crate::ascii::{Before, GENERIC_SOCKADDR, HINT32, INT32, SOCKADDR, Type, fields};
use crate::error::DecodeError;
use crate::message::{Payload, read_struct};
use crate::name::{HookName, NodeId};
use crate::{node_type, payload_text, sys};

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

/// The address of a socket.
///
/// ```
/// use netgraph::nodes::ksocket::SockAddr;
/// let address: SockAddr = "inet/10.0.0.1:53".parse()?;
/// assert_eq!(address, SockAddr::from(([10, 0, 0, 1], 53)));
/// assert_eq!(address.to_string(), "inet/10.0.0.1:53");
/// # Ok::<(), netgraph::ascii::TextError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SockAddr {
    /// IPv4.
    Inet(SocketAddrV4),
    /// IPv6.
    Inet6(SocketAddrV6),
    /// A path in the file system, of at most 253 bytes.
    Local(Vec<u8>),
    /// Any other family: its number, and up to 253 bytes that mean what they mean there.
    Other {
        /// The family (`AF_...`).
        family: u8,
        /// What follows it in the C struct.
        data: Vec<u8>,
    },
}

impl<T: Into<SocketAddr>> From<T> for SockAddr {
    fn from(address: T) -> Self {
        match address.into() {
            SocketAddr::V4(address) => Self::Inet(address),
            SocketAddr::V6(address) => Self::Inet6(address),
        }
    }
}

impl SockAddr {
    /// Reads a C `sockaddr`; what is missing reads as zeros.
    fn read(bytes: &[u8]) -> Self {
        let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
        let port = u16::from_be_bytes([byte(2), byte(3)]);
        let data = bytes.get(2..usize::from(byte(0)).clamp(2, bytes.len().max(2))).unwrap_or_default();
        match byte(1) {
            sys::AF_INET => Self::Inet(SocketAddrV4::new([byte(4), byte(5), byte(6), byte(7)].into(), port)),
            sys::AF_INET6 => {
                let octets: [u8; 16] = std::array::from_fn(|i| byte(8 + i));
                let word = |at: usize| u32::from_ne_bytes(std::array::from_fn(|i| byte(at + i)));
                Self::Inet6(SocketAddrV6::new(octets.into(), port, word(4), word(24)))
            }
            sys::AF_LOCAL => Self::Local(data.to_vec()),
            family => Self::Other { family, data: data.to_vec() },
        }
    }

    /// Appends the C `sockaddr`.
    fn write(&self, out: &mut Vec<u8>) {
        let start = out.len();
        match self {
            Self::Inet(address) => {
                out.extend_from_slice(&[size_of::<sys::sockaddr_in>() as u8, sys::AF_INET]);
                out.extend_from_slice(&address.port().to_be_bytes());
                out.extend_from_slice(&address.ip().octets());
                out.resize(start + size_of::<sys::sockaddr_in>(), 0);
            }
            Self::Inet6(address) => {
                out.extend_from_slice(&[size_of::<sys::sockaddr_in6>() as u8, sys::AF_INET6]);
                out.extend_from_slice(&address.port().to_be_bytes());
                out.extend_from_slice(&address.flowinfo().to_ne_bytes());
                out.extend_from_slice(&address.ip().octets());
                out.extend_from_slice(&address.scope_id().to_ne_bytes());
            }
            Self::Local(data) => Self::write_data(sys::AF_LOCAL, data, out),
            Self::Other { family, data } => Self::write_data(*family, data, out),
        }
    }

    fn write_data(family: u8, data: &[u8], out: &mut Vec<u8>) {
        let data = data.get(..data.len().min(usize::from(u8::MAX) - 2)).unwrap_or_default();
        out.extend_from_slice(&[data.len() as u8 + 2, family]);
        out.extend_from_slice(data);
    }
}

impl Payload for SockAddr {
    const TEXT: Option<&'static Type> = Some(&SOCKADDR);
    fn encode(&self, args: &mut Vec<u8>) {
        self.write(args);
    }
    fn decode(args: &[u8]) -> Result<Self, DecodeError> {
        read_struct::<[u8; 2]>(args, "a socket address")?;
        Ok(Self::read(args))
    }
}

payload_text!(SockAddr);

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
