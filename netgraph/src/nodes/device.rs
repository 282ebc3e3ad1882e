//! `device`: a device file of a hook; see ng_device(4).
//!
//! ```
//! use netgraph::nodes::device;
//! use netgraph::sim::SimKernel;
//! use netgraph::{HookName, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let device = socket.make_peer::<device::Device>(HookName::constant("x"), HookName::constant("x"))?;
//! assert_eq!(device.call(device::GetDevName)?.as_str(), "ngd0");
//! assert_eq!(device.info()?.name, "ngd0");
//! # Ok::<(), netgraph::Error>(())
//! ```

use super::Text;
use crate::{node_type, sys};

node_type! {
    /// A device file, `/dev/ngdN`: what a program writes there leaves at the node's only hook, of any name, and the
    /// other way round. The node is named as the file, and dies with its hook; see
    /// [ng_device(4)](https://man.freebsd.org/ng_device/4).
    pub Device: "device", cookie = sys::NGM_DEVICE_COOKIE;
    /// Reads the name of the file, without `/dev/`.
    #[doc(alias = "NGM_DEVICE_GET_DEVNAME")]
    GetDevName "getdevname" = sys::NGM_DEVICE_GET_DEVNAME => Text, repeatable;
    /// Aligns what is written to the file so that the payload of an Ethernet frame lies on a word's boundary.
    #[doc(alias = "NGM_DEVICE_ETHERALIGN")]
    EtherAlign "etheralign" = sys::NGM_DEVICE_ETHERALIGN;
}
