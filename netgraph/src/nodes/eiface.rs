//! `eiface`: an Ethernet interface whose wire is a hook; see ng_eiface(4).
//!
//! ```
//! use netgraph::nodes::{EtherAddr, eiface};
//! use netgraph::sim::{SimKernel, SimMachine};
//! use netgraph::{HookName, Socket};
//!
//! let machine = SimMachine::new();
//! let socket = Socket::open(&SimKernel::on(&machine, 0), None)?;
//! let interface = socket.make_peer::<eiface::Eiface>(HookName::constant("wire"), eiface::ETHER)?;
//! interface.call(eiface::Set(EtherAddr([2, 0, 0, 0, 0, 1])))?;
//! machine.rename(0, "ngeth0", "jail0")?;
//! assert_eq!(interface.call(eiface::GetIfName)?.to_text(), "jail0");
//! // It does not go away with its hook.
//! interface.shutdown()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{EtherAddr, InterfaceName, SockAddr};
use crate::name::HookName;
use crate::node_type;
use crate::sys;

/// The only hook: the wire of the interface.
pub const ETHER: HookName = HookName::constant("ether");

node_type! {
    /// An Ethernet interface whose wire is the hook [`ETHER`]. Making the node makes the interface `ngethN` and names
    /// the node like it; renaming the one does not rename the other. It never goes away by itself: it takes a
    /// shutdown; see [ng_eiface(4)](https://man.freebsd.org/ng_eiface/4).
    pub Eiface: "eiface", cookie = sys::NGM_EIFACE_COOKIE;
    /// Reads the present name of the interface, wherever it was moved.
    #[doc(alias = "NGM_EIFACE_GET_IFNAME")]
    GetIfName "getifname" = sys::NGM_EIFACE_GET_IFNAME => InterfaceName, repeatable;
    /// Sets the interface's Ethernet address.
    #[doc(alias = "NGM_EIFACE_SET")]
    Set(EtherAddr) "set" = sys::NGM_EIFACE_SET;
    /// Reads the interface's addresses, as the kernel packs them.
    #[doc(alias = "NGM_EIFACE_GET_IFADDRS")]
    GetIfAddrs = sys::NGM_EIFACE_GET_IFADDRS => SockAddrs, repeatable;
}

/// The addresses of an interface: sockaddrs one behind the other, each rounded up to a multiple of 8 bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SockAddrs(Vec<u8>);

impl SockAddrs {
    /// Returns the addresses; those that are not of the Internet, such as the interface's own, as
    /// [`SockAddr::Other`].
    pub fn addresses(&self) -> impl Iterator<Item = SockAddr> {
        self.iter().map(SockAddr::read)
    }

    /// Returns each sockaddr's bytes; the first is the length, the second the family.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = self.0.get(crate::message::HEADER_LEN..).unwrap_or_default();
        std::iter::from_fn(move || {
            let len = usize::from(*rest.first()?).max(1);
            let address = rest.get(..len)?;
            rest = rest.get(len.next_multiple_of(8)..).unwrap_or_default();
            Some(address)
        })
    }
}

impl crate::message::Reply for SockAddrs {
    const EXPECTED: bool = true;
    const TEXT: Option<&'static crate::ascii::Type> = None;
    fn read(frame: &mut Vec<u8>) -> Result<Self, crate::error::DecodeError> {
        Ok(Self(crate::message::take_frame(frame)))
    }
}
