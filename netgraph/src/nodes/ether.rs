//! `ether`: the netgraph end of an Ethernet interface of the host; see ng_ether(4).
//!
//! ```
//! use netgraph::nodes::{EtherAddr, ether};
//! use netgraph::sim::{SimKernel, SimMachine};
//! use netgraph::{Path, Socket};
//!
//! let machine = SimMachine::new();
//! machine.add_nic("em0", EtherAddr([2, 0, 0, 0, 0, 1]))?;
//! let socket = Socket::open(&SimKernel::on(&machine, 0), None)?;
//! let nic = socket.node::<ether::Ether>(&"em0:".parse::<Path>()?)?;
//! // What a bridge needs of an interface: hear everything, and send what it is given as it is.
//! nic.call(ether::SetPromisc::ON)?;
//! nic.call(ether::SetAutoSrc::OFF)?;
//! assert_eq!(nic.call(ether::GetEnAddr)?, EtherAddr([2, 0, 0, 0, 0, 1]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{EtherAddr, InterfaceName};
use crate::name::{HookName, NAME_MAX, NodeName};
use crate::node_type;
use crate::sys;

/// The wire: what the interface receives, and what it is to send.
pub const LOWER: HookName = HookName::constant("lower");
/// The host: what the protocols of the host send, and what they are to receive.
pub const UPPER: HookName = HookName::constant("upper");
/// What the host received and has no use for.
pub const ORPHANS: HookName = HookName::constant("orphans");

node_type! {
    /// The netgraph end of an Ethernet interface. It cannot be made: there is one for each interface once `ng_ether`
    /// is loaded, named as [`node_name`] says; see [ng_ether(4)](https://man.freebsd.org/ng_ether/4).
    pub Ether: "ether", cookie = sys::NGM_ETHER_COOKIE;
    /// Reads the name of the interface.
    #[doc(alias = "NGM_ETHER_GET_IFNAME")]
    GetIfName "getifname" = sys::NGM_ETHER_GET_IFNAME => InterfaceName, repeatable;
    /// Reads the index of the interface.
    #[doc(alias = "NGM_ETHER_GET_IFINDEX")]
    GetIfIndex "getifindex" = sys::NGM_ETHER_GET_IFINDEX => i32, repeatable;
    /// Reads the interface's Ethernet address.
    #[doc(alias = "NGM_ETHER_GET_ENADDR")]
    GetEnAddr "getenaddr" = sys::NGM_ETHER_GET_ENADDR => EtherAddr, repeatable;
    /// Sets the interface's Ethernet address.
    #[doc(alias = "NGM_ETHER_SET_ENADDR")]
    SetEnAddr(EtherAddr) "setenaddr" = sys::NGM_ETHER_SET_ENADDR;
    /// Reads whether the node keeps the interface promiscuous: 0 or 1.
    #[doc(alias = "NGM_ETHER_GET_PROMISC")]
    GetPromisc "getpromisc" = sys::NGM_ETHER_GET_PROMISC => i32, repeatable;
    /// Makes the interface promiscuous (1), so that a bridge on it hears everything, or not (0).
    #[doc(alias = "NGM_ETHER_SET_PROMISC")]
    SetPromisc(i32) "setpromisc" = sys::NGM_ETHER_SET_PROMISC;
    /// Reads whether the source address of what goes out is overwritten with the interface's: 0 or 1.
    #[doc(alias = "NGM_ETHER_GET_AUTOSRC")]
    GetAutoSrc "getautosrc" = sys::NGM_ETHER_GET_AUTOSRC => i32, repeatable;
    /// Overwrites the source address of what goes out with the interface's (1), or not (0), as a bridge needs it.
    #[doc(alias = "NGM_ETHER_SET_AUTOSRC")]
    SetAutoSrc(i32) "setautosrc" = sys::NGM_ETHER_SET_AUTOSRC;
    /// Joins a multicast group.
    #[doc(alias = "NGM_ETHER_ADD_MULTI")]
    AddMulti(EtherAddr) "addmulti" = sys::NGM_ETHER_ADD_MULTI;
    /// Leaves a multicast group.
    #[doc(alias = "NGM_ETHER_DEL_MULTI")]
    DelMulti(EtherAddr) "delmulti" = sys::NGM_ETHER_DEL_MULTI;
    /// Takes the node off its interface for good: it does not come back before the module is loaded anew.
    #[doc(alias = "NGM_ETHER_DETACH")]
    Detach "detach" = sys::NGM_ETHER_DETACH;
}

/// Returns the name of the node of an interface: `.` and `:` become `_`, as in the kernel since a node name cannot
/// hold them. `None` where nothing is left to be a name.
///
/// ```
/// use netgraph::nodes::ether;
/// assert_eq!(ether::node_name("em0.10").map(|n| n.to_string()).as_deref(), Some("em0_10"));
/// ```
#[must_use]
pub fn node_name(interface: &str) -> Option<NodeName> {
    let name: String = interface.chars().map(|c| if matches!(c, '.' | ':') { '_' } else { c }).collect();
    name.get(..name.len().min(NAME_MAX))?.parse().ok()
}

impl SetPromisc {
    /// Hears everything on the wire.
    pub const ON: Self = Self(1);
    /// Hears what is for the interface.
    pub const OFF: Self = Self(0);
}

impl SetAutoSrc {
    /// Overwrites the source address of what goes out with the interface's.
    pub const ON: Self = Self(1);
    /// Leaves the source address of what goes out as it is.
    pub const OFF: Self = Self(0);
}
