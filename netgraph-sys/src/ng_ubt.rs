//! `netgraph/bluetooth/include/ng_ubt.h`: the node of a Bluetooth adapter on USB; see ng_ubt(4).

crate::abi::abi! {
    "netgraph/bluetooth/include/ng_ubt.h";

    /// The name of the node type.
    pub const NG_UBT_NODE_TYPE: &str = "ubt";
    /// The only hook.
    pub const NG_UBT_HOOK: &str = "hook";
    /// The cookie of the type's messages.
    pub const NGM_UBT_COOKIE: u32 = 1021837971;

    /// Logs what needs action at once.
    pub const NG_UBT_ALERT_LEVEL: u16 = 1;
    /// Logs errors.
    pub const NG_UBT_ERR_LEVEL: u16 = 2;
    /// Logs warnings.
    pub const NG_UBT_WARN_LEVEL: u16 = 3;
    /// Logs everything.
    pub const NG_UBT_INFO_LEVEL: u16 = 4;

    /// Says how much is logged: the argument is a `u16`.
    pub const NGM_UBT_NODE_SET_DEBUG: u32 = 1;
    /// Reads how much is logged: the reply is a `u16`.
    pub const NGM_UBT_NODE_GET_DEBUG: u32 = 2;
    /// Sets the length of a queue: the argument is an [`ng_ubt_node_qlen_ep`].
    pub const NGM_UBT_NODE_SET_QLEN: u32 = 3;
    /// Reads the length of a queue: argument and reply are an [`ng_ubt_node_qlen_ep`].
    pub const NGM_UBT_NODE_GET_QLEN: u32 = 4;

    /// The length of a queue.
    pub struct ng_ubt_node_qlen_ep {
        /// Which queue, one of `NGM_UBT_NODE_QUEUE_*`.
        pub queue: i32,
        /// The most packets in it.
        pub qlen: i32,
    }

    /// The queue of commands.
    pub const NGM_UBT_NODE_QUEUE_CMD: i32 = 1;
    /// The queue of data.
    pub const NGM_UBT_NODE_QUEUE_ACL: i32 = 2;
    /// The queue of voice.
    pub const NGM_UBT_NODE_QUEUE_SCO: i32 = 3;

    /// Reads the counters: the reply is an [`ng_ubt_node_stat_ep`].
    pub const NGM_UBT_NODE_GET_STAT: u32 = 5;

    /// The counters of a node.
    pub struct ng_ubt_node_stat_ep {
        /// Packets received.
        pub pckts_recv: u32,
        /// Bytes received.
        pub bytes_recv: u32,
        /// Packets sent.
        pub pckts_sent: u32,
        /// Bytes sent.
        pub bytes_sent: u32,
        /// Packets that could not be sent.
        pub oerrors: u32,
        /// Packets that could not be received.
        pub ierrors: u32,
    }

    /// Zeroes the counters.
    pub const NGM_UBT_NODE_RESET_STAT: u32 = 6;
    /// Declared, and refused by the node.
    pub const NGM_UBT_NODE_DEV_NODES: u32 = 7;
}
