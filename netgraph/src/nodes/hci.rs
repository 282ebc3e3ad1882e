//! `hci`: the host controller interface of Bluetooth; see ng_hci(4).
//!
//! ```
//! use netgraph::nodes::hci::{self, DebugLevel, LinkPolicy, Packets};
//! use netgraph::sim::SimKernel;
//! use netgraph::{HookName, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let hci = socket.make_peer::<hci::Hci>(HookName::constant("device"), hci::DRV)?;
//! hci.call(hci::SetDebug(DebugLevel::Warn))?;
//! assert_eq!(hci.call(hci::GetDebug)?, DebugLevel::Warn);
//! hci.call(hci::SetLinkPolicyMask(LinkPolicy::SNIFF | LinkPolicy::HOLD))?;
//! hci.call(hci::SetPacketMask(Packets::DM1 | Packets::DH1))?;
//! assert_eq!(hci.call(hci::GetNeighbors)?.len(), 0);
//! let address: hci::BdAddr = "[ 6 5 4 3 2 1 ]".parse()?;
//! assert_eq!(address.octets(), [1, 2, 3, 4, 5, 6]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::list::{items, list};
use super::numbers::{flags, flags_payload, number_payload, numbers};
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
    /// Reads whether the node is connected and initialized.
    #[doc(alias = "NGM_HCI_NODE_GET_STATE")]
    GetState "get_state" = sys::NGM_HCI_NODE_GET_STATE => UnitState, repeatable;
    /// Marks the node as initialized.
    #[doc(alias = "NGM_HCI_NODE_INIT")]
    Init "init" = sys::NGM_HCI_NODE_INIT;
    /// Reads how much the node logs.
    #[doc(alias = "NGM_HCI_NODE_GET_DEBUG")]
    GetDebug "get_debug" = sys::NGM_HCI_NODE_GET_DEBUG => DebugLevel, repeatable;
    /// Sets how much the node logs.
    #[doc(alias = "NGM_HCI_NODE_SET_DEBUG")]
    SetDebug(DebugLevel) "set_debug" = sys::NGM_HCI_NODE_SET_DEBUG;
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
    /// Reads how connections may be put to rest.
    #[doc(alias = "NGM_HCI_NODE_GET_LINK_POLICY_SETTINGS_MASK")]
    GetLinkPolicyMask "get_lm_mask" = sys::NGM_HCI_NODE_GET_LINK_POLICY_SETTINGS_MASK => LinkPolicy, repeatable;
    /// Sets how connections may be put to rest.
    #[doc(alias = "NGM_HCI_NODE_SET_LINK_POLICY_SETTINGS_MASK")]
    SetLinkPolicyMask(LinkPolicy) "set_lm_mask" = sys::NGM_HCI_NODE_SET_LINK_POLICY_SETTINGS_MASK;
    /// Reads which packets are used.
    #[doc(alias = "NGM_HCI_NODE_GET_PACKET_MASK")]
    GetPacketMask "get_pkt_mask" = sys::NGM_HCI_NODE_GET_PACKET_MASK => Packets, repeatable;
    /// Sets which packets are used.
    #[doc(alias = "NGM_HCI_NODE_SET_PACKET_MASK")]
    SetPacketMask(Packets) "set_pkt_mask" = sys::NGM_HCI_NODE_SET_PACKET_MASK;
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
        element: sys::ng_hci_node_neighbor_cache_entry_ep => Neighbor
    }
    /// The connections of a device.
    pub Connections {
        head: sys::ng_hci_node_con_list_ep,
        count: num_connections,
        element: sys::ng_hci_node_con_ep => Connection
    }
}

numbers! {
    /// How much a node logs: what is at this level or below.
    pub enum DebugLevel: u16 {
        /// What needs action at once.
        #[doc(alias = "NG_HCI_ALERT_LEVEL")]
        Alert = sys::NG_HCI_ALERT_LEVEL,
        /// Errors.
        #[doc(alias = "NG_HCI_ERR_LEVEL")]
        Error = sys::NG_HCI_ERR_LEVEL,
        /// Warnings.
        #[doc(alias = "NG_HCI_WARN_LEVEL")]
        Warn = sys::NG_HCI_WARN_LEVEL,
        /// Everything.
        #[doc(alias = "NG_HCI_INFO_LEVEL")]
        Info = sys::NG_HCI_INFO_LEVEL,
    }
}

number_payload!(DebugLevel: u16);

numbers! {
    /// What a connection is for.
    pub enum LinkType: u8 {
        /// Sound.
        Sco = sys::NG_HCI_LINK_SCO,
        /// Data.
        Acl = sys::NG_HCI_LINK_ACL,
        /// Data, low energy, with a public address.
        LePublic = sys::NG_HCI_LINK_LE_PUBLIC,
        /// Data, low energy, with a random address.
        LeRandom = sys::NG_HCI_LINK_LE_RANDOM,
    }

    /// How far a connection is.
    pub enum ConnectionState: u16 {
        /// It is closed.
        Closed = sys::NG_HCI_CON_CLOSED,
        /// It waits for the protocol above to accept it.
        WaitsForAcceptance = sys::NG_HCI_CON_W4_LP_CON_RSP,
        /// It waits for the device to complete it.
        WaitsForCompletion = sys::NG_HCI_CON_W4_CONN_COMPLETE,
        /// It is open.
        Open = sys::NG_HCI_CON_OPEN,
    }
}

flags! {
    /// How far the node is.
    pub struct UnitState: u16 {
        /// A device is at [`DRV`].
        #[doc(alias = "NG_HCI_UNIT_CONNECTED")]
        CONNECTED = sys::NG_HCI_UNIT_CONNECTED,
        /// It is initialized.
        #[doc(alias = "NG_HCI_UNIT_INITED")]
        INITIALIZED = sys::NG_HCI_UNIT_INITED,
        /// A command waits for its answer.
        #[doc(alias = "NG_HCI_UNIT_COMMAND_PENDING")]
        COMMAND_PENDING = sys::NG_HCI_UNIT_COMMAND_PENDING,
    }

    /// How connections may be put to rest.
    pub struct LinkPolicy: u16 {
        /// The ends may change their roles.
        #[doc(alias = "NG_HCI_LINK_POLICY_ENABLE_ROLE_SWITCH")]
        ROLE_SWITCH = sys::NG_HCI_LINK_POLICY_ENABLE_ROLE_SWITCH,
        /// The hold mode.
        #[doc(alias = "NG_HCI_LINK_POLICY_ENABLE_HOLD_MODE")]
        HOLD = sys::NG_HCI_LINK_POLICY_ENABLE_HOLD_MODE,
        /// The sniff mode.
        #[doc(alias = "NG_HCI_LINK_POLICY_ENABLE_SNIFF_MODE")]
        SNIFF = sys::NG_HCI_LINK_POLICY_ENABLE_SNIFF_MODE,
        /// The park mode.
        #[doc(alias = "NG_HCI_LINK_POLICY_ENABLE_PARK_MODE")]
        PARK = sys::NG_HCI_LINK_POLICY_ENABLE_PARK_MODE,
    }

    /// Kinds of packets.
    pub struct Packets: u16 {
        /// Data, one slot, with error correction.
        DM1 = sys::NG_HCI_PKT_DM1,
        /// Data, one slot.
        DH1 = sys::NG_HCI_PKT_DH1,
        /// Sound, corrected thrice.
        HV1 = sys::NG_HCI_PKT_HV1,
        /// Sound, with error correction.
        HV2 = sys::NG_HCI_PKT_HV2,
        /// Sound.
        HV3 = sys::NG_HCI_PKT_HV3,
        /// Data, three slots, with error correction.
        DM3 = sys::NG_HCI_PKT_DM3,
        /// Data, three slots.
        DH3 = sys::NG_HCI_PKT_DH3,
        /// Data, five slots, with error correction.
        DM5 = sys::NG_HCI_PKT_DM5,
        /// Data, five slots.
        DH5 = sys::NG_HCI_PKT_DH5,
    }
}

flags_payload!(UnitState: u16);
flags_payload!(LinkPolicy: u16);
flags_payload!(Packets: u16);

items! {
    /// A device that was found.
    pub Neighbor(sys::ng_hci_node_neighbor_cache_entry_ep);
    /// A connection of a device.
    pub Connection(sys::ng_hci_node_con_ep);
}

impl Neighbor {
    /// Returns its address.
    #[must_use]
    pub fn address(&self) -> BdAddr {
        BdAddr(self.0.bdaddr)
    }

    /// Returns what its address is for.
    #[must_use]
    pub fn link_type(&self) -> LinkType {
        self.0.addrtype.into()
    }

    /// Returns what it answered to the extended inquiry: up to 240 bytes.
    #[must_use]
    pub fn extended_inquiry(&self) -> &[u8] {
        self.0.extinq_data.get(..usize::from(self.0.extinq_size)).unwrap_or(&self.0.extinq_data)
    }
}

impl Connection {
    /// Returns the address of the other end.
    #[must_use]
    pub fn address(&self) -> BdAddr {
        BdAddr(self.0.bdaddr)
    }

    /// Returns what it is for.
    #[must_use]
    pub fn link_type(&self) -> LinkType {
        self.0.link_type.into()
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

    /// Tells whether this end is the master.
    #[must_use]
    pub fn is_master(&self) -> bool {
        self.0.role == sys::NG_HCI_ROLE_MASTER
    }
}
