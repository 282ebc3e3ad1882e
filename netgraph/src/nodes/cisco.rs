//! `cisco`: the HDLC of Cisco's serial lines; see ng_cisco(4).
//!
//! ```
//! use netgraph::nodes::cisco;
//! use netgraph::sim::SimKernel;
//! use netgraph::{HookName, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let line = socket.make_peer::<cisco::Cisco>(HookName::constant("line"), cisco::DOWNSTREAM)?;
//! let address = cisco::IpAddr::new([10, 0, 0, 1].into(), [255, 255, 255, 252].into());
//! line.call(cisco::SetIpAddr(address))?;
//! assert_eq!(line.call(cisco::GetIpAddr)?.address(), std::net::Ipv4Addr::new(10, 0, 0, 1));
//! assert_eq!(line.call(cisco::GetStats)?.keepalive_period().as_secs(), 10);
//! # Ok::<(), netgraph::Error>(())
//! ```

use std::net::Ipv4Addr;
use std::time::Duration;

use crate::ascii::{Type, UINT32, fields};
use crate::name::HookName;
use crate::{events, node_type, payload, sys};

/// The line.
pub const DOWNSTREAM: HookName = HookName::constant(sys::NG_CISCO_HOOK_DOWNSTREAM);
/// IPv4.
pub const INET: HookName = HookName::constant(sys::NG_CISCO_HOOK_INET);
/// IPv6.
pub const INET6: HookName = HookName::constant(sys::NG_CISCO_HOOK_INET6);
/// AppleTalk.
pub const ATALK: HookName = HookName::constant(sys::NG_CISCO_HOOK_APPLETALK);
/// IPX.
pub const IPX: HookName = HookName::constant(sys::NG_CISCO_HOOK_IPX);
/// A hook that takes nothing and gives nothing yet.
pub const DEBUG: HookName = HookName::constant(sys::NG_CISCO_HOOK_DEBUG);

node_type! {
    /// Multiplexes protocols on a line with Cisco's HDLC, and keeps it alive (SLARP): hooks [`DOWNSTREAM`], [`INET`],
    /// [`INET6`], [`ATALK`], [`IPX`] and [`DEBUG`]. It dies with its last hook; see
    /// [ng_cisco(4)](https://man.freebsd.org/ng_cisco/4).
    pub Cisco: "cisco", cookie = sys::NGM_CISCO_COOKIE;
    /// Sets the address that the other end is told.
    #[doc(alias = "NGM_CISCO_SET_IPADDR")]
    SetIpAddr(IpAddr) "setipaddr" = sys::NGM_CISCO_SET_IPADDR;
    /// Reads the address that the other end is told. The node itself sends this message to whatever is at [`INET`],
    /// and takes the reply as its address.
    #[doc(alias = "NGM_CISCO_GET_IPADDR")]
    GetIpAddr "getipaddr" = sys::NGM_CISCO_GET_IPADDR => IpAddr, repeatable;
    /// Reads how the line does.
    #[doc(alias = "NGM_CISCO_GET_STATUS")]
    GetStats "getstats" = sys::NGM_CISCO_GET_STATUS => Stats, repeatable;
}

static IP_ADDR: Type = fields!["ipaddr": Type::Ip, "netmask": Type::Ip];

static STATS: Type = fields!["seqRetries": UINT32, "keepAlivePeriod": UINT32];

payload! {
    /// An address and its netmask.
    pub IpAddr(sys::ng_cisco_ipaddr) = IP_ADDR;
    /// How the line does: how many keepalives in a row had no answer, and their period in seconds.
    pub Stats(sys::ng_cisco_stats) = STATS;
}

impl IpAddr {
    /// Makes the pair.
    ///
    /// ```
    /// use netgraph::nodes::cisco::IpAddr;
    /// let address = IpAddr::new([10, 0, 0, 1].into(), [255, 0, 0, 0].into());
    /// assert_eq!(address.to_string(), "{ ipaddr=10.0.0.1 netmask=255.0.0.0 }");
    /// ```
    #[must_use]
    pub fn new(address: Ipv4Addr, netmask: Ipv4Addr) -> Self {
        Self(sys::ng_cisco_ipaddr { ipaddr: address.into(), netmask: netmask.into() })
    }

    /// Returns the address.
    #[must_use]
    pub fn address(&self) -> Ipv4Addr {
        self.ipaddr.into()
    }

    /// Returns the netmask.
    #[must_use]
    pub fn netmask(&self) -> Ipv4Addr {
        self.0.netmask.into()
    }
}

impl Stats {
    /// Returns the time from one keepalive to the next.
    #[must_use]
    pub fn keepalive_period(&self) -> Duration {
        Duration::from_secs(self.keepAlivePeriod.into())
    }
}

events! {
    /// What a node asks whatever is at [`INET`].
    pub enum Event {
        /// Which address is there? [`Socket::answer`](crate::Socket::answer) tells it.
        GetIpAddr,
    }
}
