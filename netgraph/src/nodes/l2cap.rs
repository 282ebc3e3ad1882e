//! `l2cap`: the logical links of Bluetooth; see ng_l2cap(4).
//!
//! ```
//! use std::time::Duration;
//!
//! use netgraph::nodes::hci::DebugLevel;
//! use netgraph::nodes::l2cap::{self, Seconds};
//! use netgraph::sim::SimKernel;
//! use netgraph::{HookName, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let node = socket.make_peer::<l2cap::L2cap>(HookName::constant("hci"), l2cap::HCI)?;
//! node.call(l2cap::SetDebug(DebugLevel::Error))?;
//! node.call(l2cap::SetAutoDisconnectTimeout(Seconds::from(Duration::from_secs(30))))?;
//! let timeout = node.call(l2cap::GetAutoDisconnectTimeout)?;
//! assert_eq!(Duration::from(timeout), Duration::from_secs(30));
//! # Ok::<(), netgraph::Error>(())
//! ```

use std::time::Duration;

use super::hci::{BdAddr, DebugLevel};
use super::list::{items, list};
use super::numbers::{self, flags, flags_payload, numbers};
use crate::ascii::UINT16;
use crate::name::HookName;
use crate::{node_type, payload, sys};

/// The [`hci`](super::hci) node.
pub const HCI: HookName = HookName::constant(sys::NG_L2CAP_HOOK_HCI);
/// The sockets of connections.
pub const L2C: HookName = HookName::constant(sys::NG_L2CAP_HOOK_L2C);
/// The sockets of control.
pub const CTL: HookName = HookName::constant(sys::NG_L2CAP_HOOK_CTL);

node_type! {
    /// The logical links over an [`hci`](super::hci) node: hooks [`HCI`], [`L2C`] and [`CTL`]. It dies with its last
    /// hook. Answers [`TextStatus`](super::generic::TextStatus) too; see
    /// [ng_l2cap(4)](https://man.freebsd.org/ng_l2cap/4).
    pub L2cap: "l2cap", cookie = sys::NGM_L2CAP_COOKIE;
    /// Reads the node's flags.
    #[doc(alias = "NGM_L2CAP_NODE_GET_FLAGS")]
    GetFlags "get_flags" = sys::NGM_L2CAP_NODE_GET_FLAGS => Disabled, repeatable;
    /// Reads how much the node logs.
    #[doc(alias = "NGM_L2CAP_NODE_GET_DEBUG")]
    GetDebug "get_debug" = sys::NGM_L2CAP_NODE_GET_DEBUG => DebugLevel, repeatable;
    /// Sets how much the node logs.
    #[doc(alias = "NGM_L2CAP_NODE_SET_DEBUG")]
    SetDebug(DebugLevel) "set_debug" = sys::NGM_L2CAP_NODE_SET_DEBUG;
    /// Reads after how long an unused connection is given up; 0 for never.
    #[doc(alias = "NGM_L2CAP_NODE_GET_AUTO_DISCON_TIMO")]
    GetAutoDisconnectTimeout "get_disc_timo" = sys::NGM_L2CAP_NODE_GET_AUTO_DISCON_TIMO => Seconds, repeatable;
    /// Sets after how long an unused connection is given up.
    #[doc(alias = "NGM_L2CAP_NODE_SET_AUTO_DISCON_TIMO")]
    SetAutoDisconnectTimeout(Seconds) "set_disc_timo" = sys::NGM_L2CAP_NODE_SET_AUTO_DISCON_TIMO;
    /// Lists the connections.
    #[doc(alias = "NGM_L2CAP_NODE_GET_CON_LIST")]
    GetConnections = sys::NGM_L2CAP_NODE_GET_CON_LIST => Connections, repeatable;
    /// Lists the channels.
    #[doc(alias = "NGM_L2CAP_NODE_GET_CHAN_LIST")]
    GetChannels = sys::NGM_L2CAP_NODE_GET_CHAN_LIST => Channels, repeatable;
}

list! {
    /// The connections of a node.
    pub Connections {
        head: sys::ng_l2cap_node_con_list_ep,
        count: num_connections,
        element: sys::ng_l2cap_node_con_ep => Connection
    }
    /// The channels of a node.
    pub Channels {
        head: sys::ng_l2cap_node_chan_list_ep,
        count: num_channels,
        element: sys::ng_l2cap_node_chan_ep => Channel
    }
}

payload! {
    /// A time in whole seconds, up to 65535.
    pub Seconds(u16) = UINT16;
}

impl From<Duration> for Seconds {
    /// Cuts fractions of a second.
    fn from(time: Duration) -> Self {
        Self(numbers::seconds(time, u16::MAX))
    }
}

impl From<Seconds> for Duration {
    fn from(seconds: Seconds) -> Self {
        Self::from_secs(seconds.0.into())
    }
}

numbers! {
    /// How far a connection is.
    pub enum ConnectionState: u8 {
        /// It is closed.
        Closed = sys::NG_L2CAP_CON_CLOSED,
        /// It waits for the [`hci`](super::hci) node to make it.
        Waits = sys::NG_L2CAP_W4_LP_CON_CFM,
        /// It is open.
        Open = sys::NG_L2CAP_CON_OPEN,
    }

    /// How far a channel is.
    pub enum ChannelState: u32 {
        /// It is closed.
        Closed = sys::NG_L2CAP_CLOSED,
        /// It waits for the other end to connect.
        WaitsForPeer = sys::NG_L2CAP_W4_L2CAP_CON_RSP,
        /// It waits for the protocol above to connect.
        WaitsForUser = sys::NG_L2CAP_W4_L2CA_CON_RSP,
        /// Its two ends agree on how it is to be.
        Configured = sys::NG_L2CAP_CONFIG,
        /// It is open.
        Open = sys::NG_L2CAP_OPEN,
        /// It waits for the other end to disconnect.
        PeerDisconnects = sys::NG_L2CAP_W4_L2CAP_DISCON_RSP,
        /// It waits for the protocol above to disconnect.
        UserDisconnects = sys::NG_L2CAP_W4_L2CA_DISCON_RSP,
    }
}

flags! {
    /// The protocols over connectionless traffic that are turned off.
    pub struct Disabled: u16 {
        /// Service discovery.
        #[doc(alias = "NG_L2CAP_CLT_SDP_DISABLED")]
        SDP = sys::NG_L2CAP_CLT_SDP_DISABLED,
        /// Serial lines.
        #[doc(alias = "NG_L2CAP_CLT_RFCOMM_DISABLED")]
        RFCOMM = sys::NG_L2CAP_CLT_RFCOMM_DISABLED,
        /// Telephony.
        #[doc(alias = "NG_L2CAP_CLT_TCP_DISABLED")]
        TCP = sys::NG_L2CAP_CLT_TCP_DISABLED,
    }
}

flags_payload!(Disabled: u16);

items! {
    /// A connection of a node.
    pub Connection(sys::ng_l2cap_node_con_ep);
    /// A channel of a node.
    pub Channel(sys::ng_l2cap_node_chan_ep);
}

impl Connection {
    /// Returns the address of the other end.
    #[must_use]
    pub fn remote(&self) -> BdAddr {
        BdAddr(self.0.remote)
    }

    /// Returns how far it is.
    #[must_use]
    pub fn state(&self) -> ConnectionState {
        self.0.state.into()
    }

    /// Returns the number that the device gave it.
    #[must_use]
    pub fn handle(&self) -> u16 {
        self.0.con_handle
    }
}

impl Channel {
    /// Returns the address of the other end.
    #[must_use]
    pub fn remote(&self) -> BdAddr {
        BdAddr(self.0.remote)
    }

    /// Returns how far it is.
    #[must_use]
    pub fn state(&self) -> ChannelState {
        self.0.state.into()
    }

    /// Returns the number of the service (PSM).
    #[must_use]
    pub fn psm(&self) -> u16 {
        self.0.psm
    }

    /// Returns the largest packets to this end and to the other, in bytes.
    #[must_use]
    pub fn mtus(&self) -> (u16, u16) {
        (self.0.imtu, self.0.omtu)
    }
}
