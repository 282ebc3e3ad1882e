//! `hci`: the host controller interface of Bluetooth; see ng_hci(4).

use super::list::list;
use crate::ascii::{Type, UINT8, UINT16, UINT32, fields};
use crate::name::HookName;
use crate::{node_type, payload, sys};

/// The device.
pub const DRV: HookName = HookName::constant(sys::NG_HCI_HOOK_DRV);
/// The protocol over asynchronous connections: L2CAP.
pub const ACL: HookName = HookName::constant(sys::NG_HCI_HOOK_ACL);
/// The protocol over synchronous connections: sound.
pub const SCO: HookName = HookName::constant(sys::NG_HCI_HOOK_SCO);
/// A copy of all packets.
pub const RAW: HookName = HookName::constant(sys::NG_HCI_HOOK_RAW);

node_type! {
    /// The host controller interface of a Bluetooth device: hooks [`DRV`], [`ACL`], [`SCO`] and [`RAW`]. It dies with
    /// its last hook. Answers [`TextStatus`](super::generic::TextStatus) too; see
    /// [ng_hci(4)](https://man.freebsd.org/ng_hci/4).
    pub Hci: "hci", cookie = sys::NGM_HCI_COOKIE;
    /// Reads whether the node is connected and initialized: `NG_HCI_UNIT_...`.
    #[doc(alias = "NGM_HCI_NODE_GET_STATE")]
    GetState "get_state" = sys::NGM_HCI_NODE_GET_STATE => u16, repeatable;
    /// Marks the node as initialized.
    #[doc(alias = "NGM_HCI_NODE_INIT")]
    Init "init" = sys::NGM_HCI_NODE_INIT;
    /// Reads how much the node logs.
    #[doc(alias = "NGM_HCI_NODE_GET_DEBUG")]
    GetDebug "get_debug" = sys::NGM_HCI_NODE_GET_DEBUG => u16, repeatable;
    /// Sets how much the node logs, 0 to 4.
    #[doc(alias = "NGM_HCI_NODE_SET_DEBUG")]
    SetDebug(u16) "set_debug" = sys::NGM_HCI_NODE_SET_DEBUG;
    /// Reads what the device's buffers hold.
    #[doc(alias = "NGM_HCI_NODE_GET_BUFFER")]
    GetBuffer "get_buff_info" = sys::NGM_HCI_NODE_GET_BUFFER => Buffer, repeatable;
    /// Reads the device's address.
    #[doc(alias = "NGM_HCI_NODE_GET_BDADDR")]
    GetBdAddr "get_bdaddr" = sys::NGM_HCI_NODE_GET_BDADDR => BdAddr, repeatable;
    /// Reads what the device can do.
    #[doc(alias = "NGM_HCI_NODE_GET_FEATURES")]
    GetFeatures "get_features" = sys::NGM_HCI_NODE_GET_FEATURES => Features, repeatable;
    /// Reads the counters.
    #[doc(alias = "NGM_HCI_NODE_GET_STAT")]
    GetStats "get_stat" = sys::NGM_HCI_NODE_GET_STAT => Stats, repeatable;
    /// Sets the counters to 0.
    #[doc(alias = "NGM_HCI_NODE_RESET_STAT")]
    ResetStats "reset_stat" = sys::NGM_HCI_NODE_RESET_STAT;
    /// Forgets the devices that were found.
    #[doc(alias = "NGM_HCI_NODE_FLUSH_NEIGHBOR_CACHE")]
    FlushNeighbors "flush_ncache" = sys::NGM_HCI_NODE_FLUSH_NEIGHBOR_CACHE;
    /// Reads how connections may be put to rest: `NG_HCI_LINK_POLICY_...`.
    #[doc(alias = "NGM_HCI_NODE_GET_LINK_POLICY_SETTINGS_MASK")]
    GetLinkPolicyMask "get_lm_mask" = sys::NGM_HCI_NODE_GET_LINK_POLICY_SETTINGS_MASK => u16, repeatable;
    /// Sets how connections may be put to rest.
    #[doc(alias = "NGM_HCI_NODE_SET_LINK_POLICY_SETTINGS_MASK")]
    SetLinkPolicyMask(u16) "set_lm_mask" = sys::NGM_HCI_NODE_SET_LINK_POLICY_SETTINGS_MASK;
    /// Reads which packets are used: `NG_HCI_PKT_...`.
    #[doc(alias = "NGM_HCI_NODE_GET_PACKET_MASK")]
    GetPacketMask "get_pkt_mask" = sys::NGM_HCI_NODE_GET_PACKET_MASK => u16, repeatable;
    /// Sets which packets are used.
    #[doc(alias = "NGM_HCI_NODE_SET_PACKET_MASK")]
    SetPacketMask(u16) "set_pkt_mask" = sys::NGM_HCI_NODE_SET_PACKET_MASK;
    /// Reads whether this end asks to be the master of connections: 0 or 1.
    #[doc(alias = "NGM_HCI_NODE_GET_ROLE_SWITCH")]
    GetRoleSwitch "get_role_sw" = sys::NGM_HCI_NODE_GET_ROLE_SWITCH => u16, repeatable;
    /// Asks to be the master of connections (1), or not (0).
    #[doc(alias = "NGM_HCI_NODE_SET_ROLE_SWITCH")]
    SetRoleSwitch(u16) "set_role_sw" = sys::NGM_HCI_NODE_SET_ROLE_SWITCH;
    /// Lists the devices that were found.
    #[doc(alias = "NGM_HCI_NODE_GET_NEIGHBOR_CACHE")]
    GetNeighbors = sys::NGM_HCI_NODE_GET_NEIGHBOR_CACHE => Neighbors, repeatable;
    /// Lists the connections.
    #[doc(alias = "NGM_HCI_NODE_GET_CON_LIST")]
    GetConnections = sys::NGM_HCI_NODE_GET_CON_LIST => Connections, repeatable;
}

static BDADDR: Type = Type::FixedArray(&UINT8, sys::NG_HCI_BDADDR_SIZE);

static FEATURES: Type = Type::FixedArray(&UINT8, sys::NG_HCI_FEATURES_SIZE);

static BUFFER: Type = fields![
    "cmd_free": UINT8,
    "sco_size": UINT8,
    "sco_pkts": UINT16,
    "sco_free": UINT16,
    "acl_size": UINT16,
    "acl_pkts": UINT16,
    "acl_free": UINT16,
];

static STATS: Type = fields![
    "cmd_sent": UINT32,
    "evnt_recv": UINT32,
    "acl_recv": UINT32,
    "acl_sent": UINT32,
    "sco_recv": UINT32,
    "sco_sent": UINT32,
    "bytes_recv": UINT32,
    "bytes_sent": UINT32,
];

payload! {
    /// A Bluetooth address, its last byte first.
    pub BdAddr(sys::bdaddr_t) = BDADDR;
    /// What a device can do, a bit for each thing.
    pub Features([u8; sys::NG_HCI_FEATURES_SIZE]) = FEATURES;
    /// What the device's buffers hold.
    pub Buffer(sys::ng_hci_node_buffer_ep) = BUFFER;
    /// The counters.
    pub Stats(sys::ng_hci_node_stat_ep) = STATS;
}

impl BdAddr {
    /// Returns the address as it is written: its first byte first.
    #[must_use]
    pub fn octets(&self) -> [u8; 6] {
        let mut octets = self.0.b;
        octets.reverse();
        octets
    }
}

list! {
    /// The devices that were found.
    pub Neighbors {
        head: sys::ng_hci_node_get_neighbor_cache_ep,
        count: num_entries,
        element: sys::ng_hci_node_neighbor_cache_entry_ep => sys::ng_hci_node_neighbor_cache_entry_ep
    }
    /// The connections of a device.
    pub Connections {
        head: sys::ng_hci_node_con_list_ep,
        count: num_connections,
        element: sys::ng_hci_node_con_ep => sys::ng_hci_node_con_ep
    }
}
