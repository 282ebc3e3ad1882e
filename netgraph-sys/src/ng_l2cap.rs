//! `netgraph/bluetooth/include/ng_l2cap.h`: the node of Bluetooth's link control; see ng_l2cap(4).
//!
//! Of this header there are the messages to the node. The packets of the protocol, and what this node says to
//! those above it, are Bluetooth's own.

use crate::bdaddr_t;

crate::abi::abi! {
    "netgraph/bluetooth/include/ng_l2cap.h";

    /// The hook towards ng_hci(4).
    pub const NG_L2CAP_HOOK_HCI: &str = "hci";
    /// The hook towards the protocols.
    pub const NG_L2CAP_HOOK_L2C: &str = "l2c";
    /// The hook of control.
    pub const NG_L2CAP_HOOK_CTL: &str = "ctl";

    /// The name of the node type.
    pub const NG_L2CAP_NODE_TYPE: &str = "l2cap";
    /// The cookie of the type's messages.
    pub const NGM_L2CAP_COOKIE: u32 = 1000774185;

    /// The connection is closed.
    pub const NG_L2CAP_CON_CLOSED: u8 = 0;
    /// The connection waits for the node below.
    pub const NG_L2CAP_W4_LP_CON_CFM: u8 = 1;
    /// The connection is open.
    pub const NG_L2CAP_CON_OPEN: u8 = 2;

    /// The channel is closed.
    pub const NG_L2CAP_CLOSED: u32 = 0;
    /// The channel waits for the other end to connect.
    pub const NG_L2CAP_W4_L2CAP_CON_RSP: u32 = 1;
    /// The channel waits for the node above to connect.
    pub const NG_L2CAP_W4_L2CA_CON_RSP: u32 = 2;
    /// The channel is being configured.
    pub const NG_L2CAP_CONFIG: u32 = 3;
    /// The channel is open.
    pub const NG_L2CAP_OPEN: u32 = 4;
    /// The channel waits for the other end to disconnect.
    pub const NG_L2CAP_W4_L2CAP_DISCON_RSP: u32 = 5;
    /// The channel waits for the node above to disconnect.
    pub const NG_L2CAP_W4_L2CA_DISCON_RSP: u32 = 6;

    /// Service discovery does not take connectionless traffic.
    pub const NG_L2CAP_CLT_SDP_DISABLED: u16 = 1 << 0;
    /// RFCOMM does not take connectionless traffic.
    pub const NG_L2CAP_CLT_RFCOMM_DISABLED: u16 = 1 << 1;
    /// Telephony does not take connectionless traffic.
    pub const NG_L2CAP_CLT_TCP_DISABLED: u16 = 1 << 2;

    /// Logs what needs action at once.
    pub const NG_L2CAP_ALERT_LEVEL: u16 = 1;
    /// Logs errors.
    pub const NG_L2CAP_ERR_LEVEL: u16 = 2;
    /// Logs warnings.
    pub const NG_L2CAP_WARN_LEVEL: u16 = 3;
    /// Logs everything.
    pub const NG_L2CAP_INFO_LEVEL: u16 = 4;

    /// Reads the flags: the reply is a `u16` of `NG_L2CAP_CLT_*`.
    pub const NGM_L2CAP_NODE_GET_FLAGS: u32 = 0x400;
    /// Reads how much is logged: the reply is a `u16`.
    pub const NGM_L2CAP_NODE_GET_DEBUG: u32 = 0x401;
    /// Says how much is logged: the argument is a `u16`.
    pub const NGM_L2CAP_NODE_SET_DEBUG: u32 = 0x402;

    /// Tells the nodes above the address of the unit: an [`ng_l2cap_node_hook_info_ep`] from the node.
    pub const NGM_L2CAP_NODE_HOOK_INFO: u32 = 0x409;

    /// The address of the unit.
    #[derive(zerocopy::Unaligned)]
    pub struct ng_l2cap_node_hook_info_ep {
        /// The address.
        pub addr: bdaddr_t,
    }

    /// Lists the connections: the reply begins with an [`ng_l2cap_node_con_list_ep`].
    pub const NGM_L2CAP_NODE_GET_CON_LIST: u32 = 0x40a;

    /// The head of the list of connections.
    pub struct ng_l2cap_node_con_list_ep {
        /// How many [`ng_l2cap_node_con_ep`] follow.
        pub num_connections: u32,
    }

    /// The connection is sending.
    pub const NG_L2CAP_CON_TX: u8 = 1 << 0;
    /// The connection is receiving.
    pub const NG_L2CAP_CON_RX: u8 = 1 << 1;
    /// The connection was opened by this end.
    pub const NG_L2CAP_CON_OUTGOING: u8 = 1 << 2;
    /// The connection waits for the node below, not for ever.
    pub const NG_L2CAP_CON_LP_TIMO: u8 = 1 << 3;
    /// The connection will close when it stays unused.
    pub const NG_L2CAP_CON_AUTO_DISCON_TIMO: u8 = 1 << 4;
    /// The connection is closing.
    pub const NG_L2CAP_CON_DYING: u8 = 1 << 5;

    /// A connection.
    pub struct ng_l2cap_node_con_ep {
        /// Its state, such as [`NG_L2CAP_CON_OPEN`].
        pub state: u8,
        /// Its flags, such as [`NG_L2CAP_CON_OUTGOING`].
        pub flags: u8,
        /// Packets that the node below has not confirmed.
        pub pending: i16,
        /// Its number.
        pub con_handle: u16,
        /// The address of the other end.
        pub remote: bdaddr_t,
    }

    /// The most connections in a list.
    pub const NG_L2CAP_MAX_CON_NUM: usize =
        (0xffff - size_of::<ng_l2cap_node_con_list_ep>()) / size_of::<ng_l2cap_node_con_ep>();

    /// Lists the channels: the reply begins with an [`ng_l2cap_node_chan_list_ep`].
    pub const NGM_L2CAP_NODE_GET_CHAN_LIST: u32 = 0x40b;

    /// The head of the list of channels.
    pub struct ng_l2cap_node_chan_list_ep {
        /// How many [`ng_l2cap_node_chan_ep`] follow.
        pub num_channels: u32,
    }

    /// A channel.
    pub struct ng_l2cap_node_chan_ep {
        /// Its state, such as [`NG_L2CAP_OPEN`].
        pub state: u32,
        /// Its number at this end.
        pub scid: u16,
        /// Its number at the other end.
        pub dcid: u16,
        /// The longest packet received, in bytes.
        pub imtu: u16,
        /// The longest packet sent, in bytes.
        pub omtu: u16,
        /// The protocol.
        pub psm: u16,
        /// The address of the other end.
        pub remote: bdaddr_t,
    }

    /// The most channels in a list.
    pub const NG_L2CAP_MAX_CHAN_NUM: usize =
        (0xffff - size_of::<ng_l2cap_node_chan_list_ep>()) / size_of::<ng_l2cap_node_chan_ep>();

    /// Reads after how long an unused connection closes, in seconds: the reply is a `u16`, 0 for never.
    pub const NGM_L2CAP_NODE_GET_AUTO_DISCON_TIMO: u32 = 0x40c;
    /// Says after how long an unused connection closes, in seconds: the argument is a `u16`, 0 for never.
    pub const NGM_L2CAP_NODE_SET_AUTO_DISCON_TIMO: u32 = 0x40d;
}
