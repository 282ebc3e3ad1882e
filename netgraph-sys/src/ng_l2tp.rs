//! `netgraph/ng_l2tp.h`: the L2TP tunnelling protocol of RFC 2661; see ng_l2tp(4).

crate::abi::abi! {
    "netgraph/ng_l2tp.h";

    /// The name of the node type.
    pub const NG_L2TP_NODE_TYPE: &str = "l2tp";
    /// The cookie of the type's messages.
    pub const NGM_L2TP_COOKIE: u32 = 1091515793;

    /// The hook of the control connection.
    pub const NG_L2TP_HOOK_CTRL: &str = "ctrl";
    /// The hook of L2TP packets, usually towards UDP.
    pub const NG_L2TP_HOOK_LOWER: &str = "lower";
    /// What the hook of a session begins with; its number follows as 4 hexadecimal digits.
    pub const NG_L2TP_HOOK_SESSION_P: &str = "session_";
    /// The name of a session's hook as a format for printf(3).
    pub const NG_L2TP_HOOK_SESSION_F: &str = "session_%04x";

    /// The sequence numbers to begin with, for a node that is not enabled yet.
    pub struct ng_l2tp_seq_config {
        /// The number to send next.
        pub ns: u16,
        /// The number to receive next.
        pub nr: u16,
        /// The last `nr` received.
        pub rack: u16,
        /// The last `nr` sent.
        pub xack: u16,
    }

    /// The configuration of a node.
    pub struct ng_l2tp_config {
        /// Whether anything passes.
        pub enabled: u8,
        /// Whether incoming packets must carry `tunnel_id`.
        pub match_id: u8,
        /// The number of the tunnel at this end.
        pub tunnel_id: u16,
        /// The number of the tunnel at the other end.
        pub peer_id: u16,
        /// The receive window of the other end, in packets.
        pub peer_win: u16,
        /// How often a control packet is sent again before the tunnel counts as failed.
        pub rexmit_max: u16,
        /// The longest time between two such attempts, in seconds.
        pub rexmit_max_to: u16,
    }

    /// The configuration of a session.
    pub struct ng_l2tp_sess_config {
        /// The number of the session at this end.
        pub session_id: u16,
        /// The number of the session at the other end.
        pub peer_id: u16,
        /// Whether this end decides on sequence numbers in data packets.
        pub control_dseq: u8,
        /// Whether data packets carry sequence numbers.
        pub enable_dseq: u8,
        /// Whether data packets carry their length.
        pub include_length: u8,
        /// Padding.
        pub _pad0: u8,
    }

    /// The counters of a node.
    pub struct ng_l2tp_stats {
        /// Packets sent.
        pub xmitPackets: u32,
        /// Bytes sent.
        pub xmitOctets: u32,
        /// Packets sent that only acknowledge.
        pub xmitZLBs: u32,
        /// Packets not sent because the window was full.
        pub xmitDrops: u32,
        /// Control packets not sent because they were too big.
        pub xmitTooBig: u32,
        /// Control packets not sent because they had no session number.
        pub xmitInvalid: u32,
        /// Data packets not sent because they were too big.
        pub xmitDataTooBig: u32,
        /// Packets sent again.
        pub xmitRetransmits: u32,
        /// Packets received.
        pub recvPackets: u32,
        /// Bytes received.
        pub recvOctets: u32,
        /// Packets received that were too short.
        pub recvRunts: u32,
        /// Packets received that were malformed.
        pub recvInvalid: u32,
        /// Packets received for another tunnel.
        pub recvWrongTunnel: u32,
        /// Packets received for a session not known.
        pub recvUnknownSID: u32,
        /// Control packets received that acknowledge what was not sent.
        pub recvBadAcks: u32,
        /// Control packets received out of order.
        pub recvOutOfOrder: u32,
        /// Control packets received twice.
        pub recvDuplicates: u32,
        /// Data packets received out of order or twice.
        pub recvDataDrops: u32,
        /// Packets received that only acknowledge.
        pub recvZLBs: u32,
        /// Times that no memory was to be had.
        pub memoryFailures: u32,
    }

    /// The counters of a session.
    pub struct ng_l2tp_session_stats {
        /// Packets sent.
        pub xmitPackets: u64,
        /// Bytes sent.
        pub xmitOctets: u64,
        /// Packets received.
        pub recvPackets: u64,
        /// Bytes received.
        pub recvOctets: u64,
    }

    /// Replaces the configuration: the argument is an [`ng_l2tp_config`].
    pub const NGM_L2TP_SET_CONFIG: u32 = 1;
    /// Reads the configuration: the reply is an [`ng_l2tp_config`].
    pub const NGM_L2TP_GET_CONFIG: u32 = 2;
    /// Replaces the configuration of a session: the argument is an [`ng_l2tp_sess_config`].
    pub const NGM_L2TP_SET_SESS_CONFIG: u32 = 3;
    /// Reads the configuration of a session: the argument is its number as a `u16`, the reply an
    /// [`ng_l2tp_sess_config`].
    pub const NGM_L2TP_GET_SESS_CONFIG: u32 = 4;
    /// Reads the counters: the reply is an [`ng_l2tp_stats`].
    pub const NGM_L2TP_GET_STATS: u32 = 5;
    /// Zeroes the counters.
    pub const NGM_L2TP_CLR_STATS: u32 = 6;
    /// Reads and zeroes the counters at once: the reply is an [`ng_l2tp_stats`].
    pub const NGM_L2TP_GETCLR_STATS: u32 = 7;
    /// Reads the counters of a session: the argument is its number as a `u16`, the reply an
    /// [`ng_l2tp_session_stats`].
    pub const NGM_L2TP_GET_SESSION_STATS: u32 = 8;
    /// Zeroes the counters of a session: the argument is its number as a `u16`.
    pub const NGM_L2TP_CLR_SESSION_STATS: u32 = 9;
    /// Reads and zeroes the counters of a session at once: as [`NGM_L2TP_GET_SESSION_STATS`].
    pub const NGM_L2TP_GETCLR_SESSION_STATS: u32 = 10;
    /// Tells the peer of `ctrl` that the other end stopped acknowledging; sent by the node.
    pub const NGM_L2TP_ACK_FAILURE: u32 = 11;
    /// Sets the sequence numbers: the argument is an [`ng_l2tp_seq_config`].
    pub const NGM_L2TP_SET_SEQ: u32 = 12;
}
