//! The addresses of sockets.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use zerocopy::{FromBytes, IntoBytes};

use super::{INET, INET6, LOCAL};
use crate::error::Errno;
use crate::sys::{sockaddr_in, sockaddr_in6, sockaddr_un};

/// Where the path begins in a sockaddr_un.
const PATH: usize = 2;

/// The name of a socket: a sockaddr.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sim) enum Name {
    /// A path.
    Local(Vec<u8>),
    /// A host and a port, and what an IPv6 address has besides.
    Inet { ip: IpAddr, port: u16, flow: u32, scope: u32 },
}

impl Name {
    /// The name of a socket of this family that is nowhere in particular.
    pub(in crate::sim) fn unspecified(family: i32) -> Self {
        let ip = if family == INET6 {
            IpAddr::V6(Ipv6Addr::UNSPECIFIED)
        } else {
            IpAddr::V4(Ipv4Addr::UNSPECIFIED)
        };
        Self::Inet { ip, port: 0, flow: 0, scope: 0 }
    }

    /// Reads the address that a socket of this family is given.
    ///
    /// # Errors
    /// EAFNOSUPPORT for another family, EINVAL for a length that the family does not have.
    pub(in crate::sim) fn read(family: i32, address: &[u8]) -> Result<Self, Errno> {
        let [len, of, ..] = address else { return Err(Errno::EINVAL) };
        if i32::from(*of) != family {
            return Err(Errno::EAFNOSUPPORT);
        }
        let address = address.get(..usize::from(*len)).ok_or(Errno::EINVAL)?;
        match family {
            LOCAL if address.len() <= PATH || address.len() > size_of::<sockaddr_un>() => Err(Errno::EINVAL),
            LOCAL => Ok(Self::Local(address.get(PATH..).unwrap_or_default().to_vec())),
            INET6 => {
                let sin6 = sockaddr_in6::read_from_bytes(address).map_err(|_| Errno::EINVAL)?;
                Ok(Self::Inet {
                    ip: IpAddr::V6(sin6.sin6_addr.s6_addr.into()),
                    port: u16::from_be(sin6.sin6_port),
                    flow: sin6.sin6_flowinfo,
                    scope: sin6.sin6_scope_id,
                })
            }
            _ => {
                let sin = sockaddr_in::read_from_bytes(address).map_err(|_| Errno::EINVAL)?;
                let ip = Ipv4Addr::from(u32::from_be(sin.sin_addr.s_addr));
                Ok(Self::Inet { ip: IpAddr::V4(ip), port: u16::from_be(sin.sin_port), flow: 0, scope: 0 })
            }
        }
    }

    /// Writes the sockaddr.
    pub(in crate::sim) fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Local(path) => {
                let mut bytes = vec![(PATH + path.len()) as u8, LOCAL as u8];
                bytes.extend_from_slice(path);
                bytes
            }
            Self::Inet { ip: IpAddr::V4(ip), port, .. } => {
                let mut sin = sockaddr_in::default();
                (sin.sin_len, sin.sin_family) = (size_of::<sockaddr_in>() as u8, INET as u8);
                sin.sin_addr.s_addr = u32::from(*ip).to_be();
                sin.sin_port = port.to_be();
                sin.as_bytes().to_vec()
            }
            Self::Inet { ip: IpAddr::V6(ip), port, flow, scope } => {
                let mut sin6 = sockaddr_in6::default();
                (sin6.sin6_len, sin6.sin6_family) = (size_of::<sockaddr_in6>() as u8, INET6 as u8);
                sin6.sin6_addr.s6_addr = ip.octets();
                sin6.sin6_port = port.to_be();
                (sin6.sin6_flowinfo, sin6.sin6_scope_id) = (*flow, *scope);
                sin6.as_bytes().to_vec()
            }
        }
    }

    /// What a socket of this family that has no name says it is.
    pub(in crate::sim) fn none(family: i32) -> Vec<u8> {
        match family {
            LOCAL => {
                let mut none = vec![0; size_of::<sockaddr_un>()];
                for (to, from) in none.iter_mut().zip([size_of::<sockaddr_un>() as u8, LOCAL as u8]) {
                    *to = from;
                }
                none
            }
            family => Self::unspecified(family).to_bytes(),
        }
    }

    pub(super) fn ip(&self) -> Option<IpAddr> {
        match self {
            Self::Local(_) => None,
            Self::Inet { ip, .. } => Some(*ip),
        }
    }

    pub(super) fn port(&self) -> u16 {
        match self {
            Self::Local(_) => 0,
            Self::Inet { port, .. } => *port,
        }
    }

    pub(super) fn family(&self) -> i32 {
        match self {
            Self::Local(_) => LOCAL,
            Self::Inet { ip: IpAddr::V4(_), .. } => INET,
            Self::Inet { ip: IpAddr::V6(_), .. } => INET6,
        }
    }

    pub(super) fn with_port(&self, to: u16) -> Self {
        let mut name = self.clone();
        if let Self::Inet { port, .. } = &mut name {
            *port = to;
        }
        name
    }

    pub(super) fn with_ip(&self, to: IpAddr) -> Self {
        let mut name = self.clone();
        if let Self::Inet { ip, .. } = &mut name {
            *ip = to;
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_name_that_is_read_is_written_the_same(
            family in prop_oneof![Just(LOCAL), Just(INET), Just(INET6), any::<i32>()],
            bytes in prop::collection::vec(any::<u8>(), 0..120),
        ) {
            let mut bytes = bytes;
            if let [len, of, ..] = &mut bytes[..] {
                *of = family as u8;
                *len = match family {
                    INET => 16,
                    INET6 => 28,
                    _ => *len,
                };
            }
            if let Ok(name) = Name::read(family, &bytes) {
                let written = name.to_bytes();
                prop_assert_eq!(Name::read(family, &written), Ok(name));
                prop_assert_eq!(written.len(), usize::from(bytes[0]));
            }
        }
    }
}
