//! `btsock_*`: the nodes behind the kernel's Bluetooth sockets; see ng_btsocket(4).
//!
//! ```
//! use netgraph::nodes::{btsock, generic};
//! use netgraph::sim::{SimKernel, SimMachine};
//! use netgraph::{Path, Socket};
//!
//! let machine = SimMachine::new();
//! machine.load_resident_modules();
//! let socket = Socket::open(&SimKernel::on(&machine, 0), None)?;
//! let raw = socket.node::<btsock::HciRaw>(&"btsock_hci_raw:".parse::<Path>()?)?;
//! assert_eq!(raw.info()?.hooks, 0);
//! assert!(raw.call(generic::TextStatus).is_err());
//! # Ok::<(), netgraph::Error>(())
//! ```

use crate::{node_type, sys};

node_type! {
    /// The node of the raw HCI sockets. There is one, made with the module; it understands the generic messages only.
    /// See [ng_btsocket(4)](https://man.freebsd.org/ng_btsocket/4).
    pub HciRaw: "btsock_hci_raw", cookie = sys::NGM_GENERIC_COOKIE;
}

node_type! {
    /// The node of the raw L2CAP sockets. There is one, made with the module; it understands the generic messages only.
    /// See [ng_btsocket(4)](https://man.freebsd.org/ng_btsocket/4).
    pub L2capRaw: "btsock_l2c_raw", cookie = sys::NGM_GENERIC_COOKIE;
}

node_type! {
    /// The node of the L2CAP sockets. There is one, made with the module; it understands the generic messages only. See
    /// [ng_btsocket(4)](https://man.freebsd.org/ng_btsocket/4).
    pub L2cap: "btsock_l2c", cookie = sys::NGM_GENERIC_COOKIE;
}

node_type! {
    /// The node of the SCO sockets. There is one, made with the module; it understands the generic messages only. See
    /// [ng_btsocket(4)](https://man.freebsd.org/ng_btsocket/4).
    pub Sco: "btsock_sco", cookie = sys::NGM_GENERIC_COOKIE;
}
