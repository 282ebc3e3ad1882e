//! `l2cap`: the logical links of Bluetooth; see ng_l2cap(4).

use super::list::list;
use crate::name::HookName;
use crate::{node_type, sys};

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
    /// Reads the node's flags: `NG_L2CAP_CLT_...`.
    #[doc(alias = "NGM_L2CAP_NODE_GET_FLAGS")]
    GetFlags "get_flags" = sys::NGM_L2CAP_NODE_GET_FLAGS => u16, repeatable;
    /// Reads how much the node logs.
    #[doc(alias = "NGM_L2CAP_NODE_GET_DEBUG")]
    GetDebug "get_debug" = sys::NGM_L2CAP_NODE_GET_DEBUG => u16, repeatable;
    /// Sets how much the node logs, 0 to 4.
    #[doc(alias = "NGM_L2CAP_NODE_SET_DEBUG")]
    SetDebug(u16) "set_debug" = sys::NGM_L2CAP_NODE_SET_DEBUG;
    /// Reads after how many seconds an unused connection is given up; 0 for never.
    #[doc(alias = "NGM_L2CAP_NODE_GET_AUTO_DISCON_TIMO")]
    GetAutoDisconnectTimeout "get_disc_timo" = sys::NGM_L2CAP_NODE_GET_AUTO_DISCON_TIMO => u16, repeatable;
    /// Sets after how many seconds an unused connection is given up.
    #[doc(alias = "NGM_L2CAP_NODE_SET_AUTO_DISCON_TIMO")]
    SetAutoDisconnectTimeout(u16) "set_disc_timo" = sys::NGM_L2CAP_NODE_SET_AUTO_DISCON_TIMO;
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
        element: sys::ng_l2cap_node_con_ep => sys::ng_l2cap_node_con_ep
    }
    /// The channels of a node.
    pub Channels {
        head: sys::ng_l2cap_node_chan_list_ep,
        count: num_channels,
        element: sys::ng_l2cap_node_chan_ep => sys::ng_l2cap_node_chan_ep
    }
}
