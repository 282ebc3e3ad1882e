//! `netgraph/bluetooth/include/ng_hci.h`: the node of Bluetooth's host controller interface; see ng_hci(4).
//!
//! Of this header there are the messages to the node. The packets of the controller, and what this node says
//! to those above it, are Bluetooth's own.

crate::abi::abi! {
    "netgraph/bluetooth/include/ng_hci.h";

    /// The name of the node type.
    pub const NG_HCI_NODE_TYPE: &str = "hci";
    /// The cookie of the type's messages.
    pub const NGM_HCI_COOKIE: u32 = 1000774184;

    /// The hook towards the adapter.
    pub const NG_HCI_HOOK_DRV: &str = "drv";
    /// The hook of data, towards ng_l2cap(4).
    pub const NG_HCI_HOOK_ACL: &str = "acl";
    /// The hook of voice.
    pub const NG_HCI_HOOK_SCO: &str = "sco";
    /// The hook of packets as they are.
    pub const NG_HCI_HOOK_RAW: &str = "raw";

    /// The length of an address, in bytes.
    pub const NG_HCI_BDADDR_SIZE: usize = 6;
    /// The length of the set of features, in bytes.
    pub const NG_HCI_FEATURES_SIZE: usize = 8;
    /// The room for the data of an extended inquiry, in bytes.
    pub const NG_HCI_EXTINQ_MAX: usize = 240;

    /// The address of a Bluetooth unit, its last byte first.
    #[derive(zerocopy::Unaligned)]
    pub struct bdaddr_t {
        /// The bytes.
        pub b: [u8; NG_HCI_BDADDR_SIZE],
    }

    /// A connection of voice.
    pub const NG_HCI_LINK_SCO: u8 = 0;
    /// A connection of data.
    pub const NG_HCI_LINK_ACL: u8 = 1;
    /// A connection of low energy to a public address.
    pub const NG_HCI_LINK_LE_PUBLIC: u8 = 2;
    /// A connection of low energy to a random address.
    pub const NG_HCI_LINK_LE_RANDOM: u8 = 3;

    /// Data packets DM1 are used.
    pub const NG_HCI_PKT_DM1: u16 = 0x0008;
    /// Data packets DH1 are used.
    pub const NG_HCI_PKT_DH1: u16 = 0x0010;
    /// Voice packets HV1 are used.
    pub const NG_HCI_PKT_HV1: u16 = 0x0020;
    /// Voice packets HV2 are used.
    pub const NG_HCI_PKT_HV2: u16 = 0x0040;
    /// Voice packets HV3 are used.
    pub const NG_HCI_PKT_HV3: u16 = 0x0080;
    /// Data packets DM3 are used.
    pub const NG_HCI_PKT_DM3: u16 = 0x0400;
    /// Data packets DH3 are used.
    pub const NG_HCI_PKT_DH3: u16 = 0x0800;
    /// Data packets DM5 are used.
    pub const NG_HCI_PKT_DM5: u16 = 0x4000;
    /// Data packets DH5 are used.
    pub const NG_HCI_PKT_DH5: u16 = 0x8000;

    /// The connection is active.
    pub const NG_HCI_UNIT_MODE_ACTIVE: u8 = 0;
    /// The connection is on hold.
    pub const NG_HCI_UNIT_MODE_HOLD: u8 = 1;
    /// The connection is sniffing.
    pub const NG_HCI_UNIT_MODE_SNIFF: u8 = 2;
    /// The connection is parked.
    pub const NG_HCI_UNIT_MODE_PARK: u8 = 3;

    /// This end is the master.
    pub const NG_HCI_ROLE_MASTER: u8 = 0;
    /// This end is the slave.
    pub const NG_HCI_ROLE_SLAVE: u8 = 1;

    /// Nothing is encrypted.
    pub const NG_HCI_ENCRYPTION_MODE_NONE: u8 = 0;
    /// What goes to one unit is encrypted.
    pub const NG_HCI_ENCRYPTION_MODE_P2P: u8 = 1;
    /// Everything is encrypted.
    pub const NG_HCI_ENCRYPTION_MODE_ALL: u8 = 2;

    /// No mode may be asked for.
    pub const NG_HCI_LINK_POLICY_DISABLE_ALL_LM_MODES: u16 = 0x0000;
    /// A change of roles may be asked for.
    pub const NG_HCI_LINK_POLICY_ENABLE_ROLE_SWITCH: u16 = 0x0001;
    /// Hold mode may be asked for.
    pub const NG_HCI_LINK_POLICY_ENABLE_HOLD_MODE: u16 = 0x0002;
    /// Sniff mode may be asked for.
    pub const NG_HCI_LINK_POLICY_ENABLE_SNIFF_MODE: u16 = 0x0004;
    /// Park mode may be asked for.
    pub const NG_HCI_LINK_POLICY_ENABLE_PARK_MODE: u16 = 0x0008;

    /// Logs what needs action at once.
    pub const NG_HCI_ALERT_LEVEL: u16 = 1;
    /// Logs errors.
    pub const NG_HCI_ERR_LEVEL: u16 = 2;
    /// Logs warnings.
    pub const NG_HCI_WARN_LEVEL: u16 = 3;
    /// Logs everything.
    pub const NG_HCI_INFO_LEVEL: u16 = 4;

    /// The adapter is connected.
    pub const NG_HCI_UNIT_CONNECTED: u16 = 1 << 0;
    /// The node is initialised.
    pub const NG_HCI_UNIT_INITED: u16 = 1 << 1;
    /// Both: the node is ready.
    pub const NG_HCI_UNIT_READY: u16 = NG_HCI_UNIT_CONNECTED | NG_HCI_UNIT_INITED;
    /// A command is being worked on.
    pub const NG_HCI_UNIT_COMMAND_PENDING: u16 = 1 << 2;

    /// The connection is closed.
    pub const NG_HCI_CON_CLOSED: u16 = 0;
    /// The connection waits for this end.
    pub const NG_HCI_CON_W4_LP_CON_RSP: u16 = 1;
    /// The connection waits for the adapter.
    pub const NG_HCI_CON_W4_CONN_COMPLETE: u16 = 2;
    /// The connection is open.
    pub const NG_HCI_CON_OPEN: u16 = 3;

    /// Reads the state: the reply is a `u16` of `NG_HCI_UNIT_*`.
    pub const NGM_HCI_NODE_GET_STATE: u32 = 100;
    /// Marks the node initialised.
    pub const NGM_HCI_NODE_INIT: u32 = 101;
    /// Reads how much is logged: the reply is a `u16`.
    pub const NGM_HCI_NODE_GET_DEBUG: u32 = 102;
    /// Says how much is logged: the argument is a `u16`.
    pub const NGM_HCI_NODE_SET_DEBUG: u32 = 103;
    /// Reads the state of the buffers: the reply is an [`ng_hci_node_buffer_ep`].
    pub const NGM_HCI_NODE_GET_BUFFER: u32 = 104;

    /// The state of the buffers.
    pub struct ng_hci_node_buffer_ep {
        /// Commands that can be sent.
        pub cmd_free: u8,
        /// The longest packet of voice, in bytes.
        pub sco_size: u8,
        /// Packets of voice that fit.
        pub sco_pkts: u16,
        /// Packets of voice that can be sent.
        pub sco_free: u16,
        /// The longest packet of data, in bytes.
        pub acl_size: u16,
        /// Packets of data that fit.
        pub acl_pkts: u16,
        /// Packets of data that can be sent.
        pub acl_free: u16,
    }

    /// Reads the address of the unit: the reply is a [`bdaddr_t`].
    pub const NGM_HCI_NODE_GET_BDADDR: u32 = 105;
    /// Reads the features of the unit: the reply is [`NG_HCI_FEATURES_SIZE`] bytes.
    pub const NGM_HCI_NODE_GET_FEATURES: u32 = 106;
    /// Reads the counters: the reply is an [`ng_hci_node_stat_ep`].
    pub const NGM_HCI_NODE_GET_STAT: u32 = 107;

    /// The counters of a node.
    pub struct ng_hci_node_stat_ep {
        /// Commands sent.
        pub cmd_sent: u32,
        /// Events received.
        pub evnt_recv: u32,
        /// Packets of data received.
        pub acl_recv: u32,
        /// Packets of data sent.
        pub acl_sent: u32,
        /// Packets of voice received.
        pub sco_recv: u32,
        /// Packets of voice sent.
        pub sco_sent: u32,
        /// Bytes received.
        pub bytes_recv: u32,
        /// Bytes sent.
        pub bytes_sent: u32,
    }

    /// Zeroes the counters.
    pub const NGM_HCI_NODE_RESET_STAT: u32 = 108;
    /// Forgets the neighbours.
    pub const NGM_HCI_NODE_FLUSH_NEIGHBOR_CACHE: u32 = 109;
    /// Lists the neighbours: the reply begins with an [`ng_hci_node_get_neighbor_cache_ep`].
    pub const NGM_HCI_NODE_GET_NEIGHBOR_CACHE: u32 = 110;

    /// The head of the list of neighbours.
    pub struct ng_hci_node_get_neighbor_cache_ep {
        /// How many [`ng_hci_node_neighbor_cache_entry_ep`] follow.
        pub num_entries: u32,
    }

    /// A neighbour.
    pub struct ng_hci_node_neighbor_cache_entry_ep {
        /// How it repeats its page scans.
        pub page_scan_rep_mode: u16,
        /// How it scans.
        pub page_scan_mode: u16,
        /// The difference of its clock.
        pub clock_offset: u16,
        /// Its address.
        pub bdaddr: bdaddr_t,
        /// Its features.
        pub features: [u8; NG_HCI_FEATURES_SIZE],
        /// The kind of its address, one of `NG_HCI_LINK_*`.
        pub addrtype: u8,
        /// How much of `extinq_data` there is, in bytes.
        pub extinq_size: u8,
        /// What it says of itself.
        pub extinq_data: [u8; NG_HCI_EXTINQ_MAX],
    }

    /// The most neighbours in a list.
    pub const NG_HCI_MAX_NEIGHBOR_NUM: usize = (0xffff - size_of::<ng_hci_node_get_neighbor_cache_ep>())
        / size_of::<ng_hci_node_neighbor_cache_entry_ep>();

    /// Lists the connections: the reply begins with an [`ng_hci_node_con_list_ep`].
    pub const NGM_HCI_NODE_GET_CON_LIST: u32 = 111;

    /// The head of the list of connections.
    pub struct ng_hci_node_con_list_ep {
        /// How many [`ng_hci_node_con_ep`] follow.
        pub num_connections: u32,
    }

    /// A connection.
    pub struct ng_hci_node_con_ep {
        /// What it carries, one of `NG_HCI_LINK_*`.
        pub link_type: u8,
        /// What is encrypted, one of `NG_HCI_ENCRYPTION_MODE_*`.
        pub encryption_mode: u8,
        /// Its mode, one of `NG_HCI_UNIT_MODE_*`.
        pub mode: u8,
        /// The role of this end, one of `NG_HCI_ROLE_*`.
        pub role: u8,
        /// Its state, one of `NG_HCI_CON_*`.
        pub state: u16,
        /// Unused.
        pub reserved: u16,
        /// Packets that the adapter has not confirmed.
        pub pending: u16,
        /// Packets that wait.
        pub queue_len: u16,
        /// Its number.
        pub con_handle: u16,
        /// The address of the other end.
        pub bdaddr: bdaddr_t,
    }

    /// The most connections in a list.
    pub const NG_HCI_MAX_CON_NUM: usize =
        (0xffff - size_of::<ng_hci_node_con_list_ep>()) / size_of::<ng_hci_node_con_ep>();

    /// Tells the nodes above that this one is ready: an [`ng_hci_node_up_ep`] from the node.
    pub const NGM_HCI_NODE_UP: u32 = 112;

    /// What the nodes above must know.
    pub struct ng_hci_node_up_ep {
        /// The longest packet, in bytes.
        pub pkt_size: u16,
        /// How many packets fit.
        pub num_pkts: u16,
        /// Unused.
        pub reserved: u16,
        /// The address of the unit.
        pub bdaddr: bdaddr_t,
    }

    /// Tells the nodes above that packets are through: an [`ng_hci_sync_con_queue_ep`] from the node.
    pub const NGM_HCI_SYNC_CON_QUEUE: u32 = 113;

    /// How many packets are through.
    pub struct ng_hci_sync_con_queue_ep {
        /// The number of the connection.
        pub con_handle: u16,
        /// Packets that are through.
        pub completed: u16,
    }

    /// Reads which modes may be asked for: the reply is a `u16` of `NG_HCI_LINK_POLICY_*`.
    pub const NGM_HCI_NODE_GET_LINK_POLICY_SETTINGS_MASK: u32 = 114;
    /// Says which modes may be asked for: the argument is a `u16` of `NG_HCI_LINK_POLICY_*`.
    pub const NGM_HCI_NODE_SET_LINK_POLICY_SETTINGS_MASK: u32 = 115;
    /// Reads which packets are used: the reply is a `u16` of `NG_HCI_PKT_*`.
    pub const NGM_HCI_NODE_GET_PACKET_MASK: u32 = 116;
    /// Says which packets are used: the argument is a `u16` of `NG_HCI_PKT_*`.
    pub const NGM_HCI_NODE_SET_PACKET_MASK: u32 = 117;
    /// Reads whether roles are changed when a connection is accepted: the reply is a `u16`.
    pub const NGM_HCI_NODE_GET_ROLE_SWITCH: u32 = 118;
    /// Says whether roles are changed when a connection is accepted: the argument is a `u16`.
    pub const NGM_HCI_NODE_SET_ROLE_SWITCH: u32 = 119;
    /// Lists the nodes of this type, by an ioctl(2) of Bluetooth's sockets only.
    pub const NGM_HCI_NODE_LIST_NAMES: u32 = 200;
}
