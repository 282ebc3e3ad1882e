//! `iface`: an IP interface whose wire is a pair of hooks; see ng_iface(4).
//!
//! ```
//! use netgraph::nodes::iface;
//! use netgraph::sim::{SimKernel, SimMachine};
//! use netgraph::{HookName, Socket};
//!
//! let machine = SimMachine::new();
//! let socket = Socket::open(&SimKernel::on(&machine, 0), None)?;
//! let interface = socket.make_peer::<iface::Iface>(HookName::constant("wire"), iface::INET)?;
//! assert_eq!(interface.call(iface::GetIfName)?.to_text(), "ng0");
//! interface.call(iface::Broadcast)?;
//! interface.shutdown()?;
//! # Ok::<(), netgraph::Error>(())
//! ```

use super::InterfaceName;
use crate::name::HookName;
use crate::{node_type, sys};

/// The wire of the interface for IPv4.
pub const INET: HookName = HookName::constant(sys::NG_IFACE_HOOK_INET);
/// The wire of the interface for IPv6.
pub const INET6: HookName = HookName::constant(sys::NG_IFACE_HOOK_INET6);

node_type! {
    /// An IP interface whose wire are the hooks [`INET`] and [`INET6`]. Making the node makes the interface `ngN` and
    /// names the node like it. It never goes away by itself: it takes a shutdown; see
    /// [ng_iface(4)](https://man.freebsd.org/ng_iface/4).
    pub Iface: "iface", cookie = sys::NGM_IFACE_COOKIE;
    /// Reads the present name of the interface.
    #[doc(alias = "NGM_IFACE_GET_IFNAME")]
    GetIfName "getifname" = sys::NGM_IFACE_GET_IFNAME => InterfaceName, repeatable;
    /// Makes the interface point-to-point, as it is at first. Rejected with EBUSY while it is up.
    #[doc(alias = "NGM_IFACE_POINT2POINT")]
    PointToPoint "point2point" = sys::NGM_IFACE_POINT2POINT;
    /// Makes the interface one of broadcasts. Rejected with EBUSY while it is up.
    #[doc(alias = "NGM_IFACE_BROADCAST")]
    Broadcast "broadcast" = sys::NGM_IFACE_BROADCAST;
    /// Reads the index of the interface.
    #[doc(alias = "NGM_IFACE_GET_IFINDEX")]
    GetIfIndex "getifindex" = sys::NGM_IFACE_GET_IFINDEX => u32, repeatable;
}
