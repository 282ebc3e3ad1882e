//! `netgraph/ng_pptpgre.h`: the GRE framing of PPTP, RFC 2637; see ng_pptpgre(4).

crate::abi::abi! {
    "netgraph/ng_pptpgre.h";

    /// The name of the node type.
    pub const NG_PPTPGRE_NODE_TYPE: &str = "pptpgre";
    /// The cookie of the type's messages.
    pub const NGM_PPTPGRE_COOKIE: u32 = 1082548365;

    /// The hook of the frames of the only session.
    pub const NG_PPTPGRE_HOOK_UPPER: &str = "upper";
    /// The hook of GRE packets.
    pub const NG_PPTPGRE_HOOK_LOWER: &str = "lower";
    /// What the hook of a session begins with; its call number follows as 4 hexadecimal digits.
    pub const NG_PPTPGRE_HOOK_SESSION_P: &str = "session_";
    /// The name of a session's hook as a format for printf(3).
    pub const NG_PPTPGRE_HOOK_SESSION_F: &str = "session_%04x";

    /// The configuration of a session.
    pub struct ng_pptpgre_conf {
        /// Whether anything passes.
        pub enabled: u8,
        /// Whether acknowledgements wait for data to travel with.
        pub enableDelayedAck: u8,
        /// Whether all data carries an acknowledgement.
        pub enableAlwaysAck: u8,
        /// Whether a window limits what is sent.
        pub enableWindowing: u8,
        /// The call number at this end.
        pub cid: u16,
        /// The call number at the other end.
        pub peerCid: u16,
        /// The receive window of the other end, in packets.
        pub recvWin: u16,
        /// How long the other end takes for a packet, in tenths of a second.
        pub peerPpd: u16,
    }

    /// The counters of a node.
    pub struct ng_pptpgre_stats {
        /// Packets sent.
        pub xmitPackets: u32,
        /// Bytes sent.
        pub xmitOctets: u32,
        /// Packets sent that only acknowledge.
        pub xmitLoneAcks: u32,
        /// Packets not sent because the window was full.
        pub xmitDrops: u32,
        /// Packets not sent because they were too big.
        pub xmitTooBig: u32,
        /// Packets received.
        pub recvPackets: u32,
        /// Bytes received.
        pub recvOctets: u32,
        /// Packets received that were too short.
        pub recvRunts: u32,
        /// Packets received with an impossible header.
        pub recvBadGRE: u32,
        /// Packets received that acknowledge what was not sent.
        pub recvBadAcks: u32,
        /// Packets received for a call not known.
        pub recvBadCID: u32,
        /// Packets received out of order.
        pub recvOutOfOrder: u32,
        /// Packets received twice.
        pub recvDuplicates: u32,
        /// Packets received that only acknowledge.
        pub recvLoneAcks: u32,
        /// Times that the other end did not acknowledge in time.
        pub recvAckTimeouts: u32,
        /// Times that no memory was to be had.
        pub memoryFailures: u32,
        /// Packets dropped because too many were out of order.
        pub recvReorderOverflow: u32,
        /// Times that those out of order were no longer waited for.
        pub recvReorderTimeouts: u32,
    }

    /// Replaces the configuration of a session: the argument is an [`ng_pptpgre_conf`].
    pub const NGM_PPTPGRE_SET_CONFIG: u32 = 1;
    /// Reads the configuration of a session: the argument is its call number as a `u16`, or nothing, the
    /// reply an [`ng_pptpgre_conf`].
    pub const NGM_PPTPGRE_GET_CONFIG: u32 = 2;
    /// Reads the counters: the reply is an [`ng_pptpgre_stats`].
    pub const NGM_PPTPGRE_GET_STATS: u32 = 3;
    /// Zeroes the counters.
    pub const NGM_PPTPGRE_CLR_STATS: u32 = 4;
    /// Reads and zeroes the counters at once: the reply is an [`ng_pptpgre_stats`].
    pub const NGM_PPTPGRE_GETCLR_STATS: u32 = 5;
}
