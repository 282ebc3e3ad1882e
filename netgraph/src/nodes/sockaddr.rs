//! Addresses of sockets, of any family.

use std::net::{SocketAddr, SocketAddrV4, SocketAddrV6};

use crate::ascii::{SOCKADDR, Type};
use crate::error::DecodeError;
use crate::message::{Payload, read_struct};
use crate::{payload_text, sys};

/// The address of a socket.
///
/// ```
/// use netgraph::nodes::SockAddr;
/// let address: SockAddr = "inet/10.0.0.1:53".parse()?;
/// assert_eq!(address, SockAddr::from(([10, 0, 0, 1], 53)));
/// assert_eq!(address.to_string(), "inet/10.0.0.1:53");
/// # Ok::<(), netgraph::ascii::TextError>(())
/// ```
#[doc(alias = "sockaddr")]
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
    pub(super) fn read(bytes: &[u8]) -> Self {
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

    /// Returns the Internet address and port. `None` for other families.
    #[must_use]
    pub fn internet(&self) -> Option<SocketAddr> {
        match self {
            Self::Inet(address) => Some((*address).into()),
            Self::Inet6(address) => Some((*address).into()),
            _ => None,
        }
    }

    /// Appends the C `sockaddr`.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
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
