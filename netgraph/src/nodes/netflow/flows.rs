//! The flows of a node, a part at a time.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use super::FlowsFrom;
use crate::ascii::Type;
use crate::error::DecodeError;
use crate::message::{HEADER_LEN, Payload, read_struct, take_frame};
use crate::nodes::list::{args, elements, head};
use crate::{payload_reply, sys};

/// A part of the flows, read where they lie in the reply.
#[derive(Clone, PartialEq, Eq)]
pub struct Flows(Vec<u8>);

/// A flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Flow {
    /// Of IPv4. Addresses and ports are in network byte order, times in seconds since the system started.
    V4(sys::flow_entry_data),
    /// Of IPv6.
    V6(sys::flow6_entry_data),
}

/// Evaluates an expression about the struct of either version.
macro_rules! either {
    ($flow:expr, $raw:ident => $value:expr) => {
        match $flow {
            Flow::V4($raw) => $value,
            Flow::V6($raw) => $value,
        }
    };
}

/// A time since the system started; one before is 0.
fn since_boot(seconds: i64) -> Duration {
    Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}

impl Flow {
    /// Returns the source, and its port (0 for protocols without ports).
    #[must_use]
    pub fn source(&self) -> SocketAddr {
        let port = u16::from_be(either!(self, raw => raw.r.r_sport));
        match self {
            Self::V4(raw) => (Ipv4Addr::from(raw.r.r_src), port).into(),
            Self::V6(raw) => (Ipv6Addr::from(raw.r.src), port).into(),
        }
    }

    /// Returns the destination, and its port.
    #[must_use]
    pub fn destination(&self) -> SocketAddr {
        let port = u16::from_be(either!(self, raw => raw.r.r_dport));
        match self {
            Self::V4(raw) => (Ipv4Addr::from(raw.r.r_dst), port).into(),
            Self::V6(raw) => (Ipv6Addr::from(raw.r.dst), port).into(),
        }
    }

    /// Returns the protocol's number in IP (6: TCP, 17: UDP).
    #[must_use]
    pub fn protocol(&self) -> u8 {
        either!(self, raw => raw.r.r_ip_p)
    }

    /// Returns the indices of the interfaces that it came in by and went out by.
    #[must_use]
    pub fn interfaces(&self) -> (u16, u16) {
        either!(self, raw => (raw.r.r_i_ifx, raw.fle_o_ifx))
    }

    /// Returns how many packets there were.
    #[must_use]
    pub fn packets(&self) -> u64 {
        either!(self, raw => raw.packets)
    }

    /// Returns how many bytes there were.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        either!(self, raw => raw.bytes)
    }

    /// Returns when the first packet came, as the time since the system started.
    #[must_use]
    pub fn first(&self) -> Duration {
        since_boot(either!(self, raw => raw.first))
    }

    /// Returns when the last packet came, as the time since the system started.
    #[must_use]
    pub fn last(&self) -> Duration {
        since_boot(either!(self, raw => raw.last))
    }

    /// Returns the flags of TCP that were seen.
    #[must_use]
    pub fn tcp_flags(&self) -> u16 {
        either!(self, raw => raw.tcp_flags)
    }
}

impl Flows {
    fn head(&self) -> sys::ngnf_show_header {
        head(&self.0)
    }

    /// Returns where the next part begins. `None` where this is the last.
    #[must_use]
    pub fn next(&self) -> Option<FlowsFrom> {
        let head = self.head();
        let next = sys::ngnf_show_header { nentries: 0, ..head };
        (head.hash_id != 0 || head.list_id != 0).then_some(FlowsFrom(next))
    }

    /// Returns the flows of this part.
    pub fn iter(&self) -> impl Iterator<Item = Flow> {
        let head = self.head();
        let count = head.nentries as usize;
        let of = |version| if (head.version == 6) == (version == 6) { count } else { 0 };
        let at = size_of::<sys::ngnf_show_header>();
        let v4 = elements(&self.0, at, of(4)).map(Flow::V4);
        v4.chain(elements(&self.0, at, of(6)).map(Flow::V6))
    }
}

impl std::fmt::Debug for Flows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Payload for Flows {
    const TEXT: Option<&'static Type> = None;
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(args(&self.0));
    }
    fn decode(args: &[u8]) -> Result<Self, DecodeError> {
        read_struct::<sys::ngnf_show_header>(args, "a list of flows")?;
        Ok(Self([&[0; HEADER_LEN], args].concat()))
    }
    fn take(frame: &mut Vec<u8>) -> Result<Self, DecodeError> {
        read_struct::<sys::ngnf_show_header>(args(frame), "a list of flows")?;
        Ok(Self(take_frame(frame)))
    }
}

payload_reply!(Flows);
