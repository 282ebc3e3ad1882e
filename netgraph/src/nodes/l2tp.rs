//! `l2tp`: a tunnel of the Layer 2 Tunneling Protocol; see ng_l2tp(4).
//!
//! ```
//! use std::time::Duration;
//!
//! use netgraph::nodes::l2tp::{self, Config, SessionConfig};
//! use netgraph::sim::SimKernel;
//! use netgraph::{HookName, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let tunnel = socket.make_peer::<l2tp::L2tp>(HookName::constant("ctrl"), l2tp::CTRL)?;
//! let config = Config::new(1, 2).with_window(8).with_longest_retransmission(Duration::from_secs(20));
//! tunnel.call(l2tp::SetConfig(config))?;
//! socket.connect(&".".parse()?, tunnel.path(), HookName::constant("s"), l2tp::session(0x1f))?;
//! tunnel.call(l2tp::SetSessionConfig(SessionConfig::new(0x1f, 0x20).with_sequence_numbers()))?;
//! assert_eq!(tunnel.call(l2tp::GetSessionConfig(0x1f))?.peer_id, 0x20);
//! // Should the other end fall silent, an event tells.
//! assert_eq!(socket.events().filter_map(|event| event.ok()?.read::<l2tp::Event>()).count(), 0);
//! # Ok::<(), netgraph::Error>(())
//! ```

use std::time::Duration;

use super::numbers::seconds;
use crate::ascii::{HINT16, INT16, Type, UINT8, UINT16, UINT32, UINT64, fields};
use crate::name::HookName;
use crate::{events, node_type, payload, sys};

/// The control connection.
pub const CTRL: HookName = HookName::constant(sys::NG_L2TP_HOOK_CTRL);
/// The tunnel's packets, usually to and from a UDP socket.
pub const LOWER: HookName = HookName::constant(sys::NG_L2TP_HOOK_LOWER);

/// The hook of a session by its number at this end.
///
/// ```
/// assert_eq!(netgraph::nodes::l2tp::session(0x1f).to_string(), "session_001f");
/// ```
#[must_use]
pub fn session(id: u16) -> HookName {
    HookName::from_field(format!("{}{id:04x}", sys::NG_L2TP_HOOK_SESSION_P).as_bytes())
}

node_type! {
    /// One end of an L2TP tunnel, with hooks [`CTRL`], [`LOWER`] and [`session`]. It dies with its last hook; see
    /// [ng_l2tp(4)](https://man.freebsd.org/ng_l2tp/4).
    pub L2tp: "l2tp", cookie = sys::NGM_L2TP_COOKIE;
    /// Replaces the configuration.
    #[doc(alias = "NGM_L2TP_SET_CONFIG")]
    SetConfig(Config) "setconfig" = sys::NGM_L2TP_SET_CONFIG;
    /// Reads the configuration.
    #[doc(alias = "NGM_L2TP_GET_CONFIG")]
    GetConfig "getconfig" = sys::NGM_L2TP_GET_CONFIG => Config, repeatable;
    /// Replaces the configuration of a session. Rejected with ENOENT where its hook is not there.
    #[doc(alias = "NGM_L2TP_SET_SESS_CONFIG")]
    SetSessionConfig(SessionConfig) "setsessconfig" = sys::NGM_L2TP_SET_SESS_CONFIG;
    /// Reads the configuration of a session, by its number at this end.
    #[doc(alias = "NGM_L2TP_GET_SESS_CONFIG")]
    GetSessionConfig(u16) "getsessconfig" = sys::NGM_L2TP_GET_SESS_CONFIG => SessionConfig, args = HINT16, repeatable;
    /// Reads the counters of the tunnel.
    #[doc(alias = "NGM_L2TP_GET_STATS")]
    GetStats "getstats" = sys::NGM_L2TP_GET_STATS => Stats, repeatable;
    /// Sets the counters of the tunnel to 0.
    #[doc(alias = "NGM_L2TP_CLR_STATS")]
    ClearStats "clrstats" = sys::NGM_L2TP_CLR_STATS;
    /// Reads the counters of the tunnel and sets them to 0, in one step.
    #[doc(alias = "NGM_L2TP_GETCLR_STATS")]
    GetClearStats "getclrstats" = sys::NGM_L2TP_GETCLR_STATS => Stats;
    /// Reads the counters of a session, by its number at this end.
    #[doc(alias = "NGM_L2TP_GET_SESSION_STATS")]
    GetSessionStats(u16) "getsessstats" = sys::NGM_L2TP_GET_SESSION_STATS => SessionStats, args = INT16, repeatable;
    /// Sets the counters of a session to 0.
    #[doc(alias = "NGM_L2TP_CLR_SESSION_STATS")]
    ClearSessionStats(u16) "clrsessstats" = sys::NGM_L2TP_CLR_SESSION_STATS, args = INT16;
    /// Reads the counters of a session and sets them to 0, in one step.
    #[doc(alias = "NGM_L2TP_GETCLR_SESSION_STATS")]
    GetClearSessionStats(u16) "getclrsessstats" = sys::NGM_L2TP_GETCLR_SESSION_STATS => SessionStats, args = INT16;
    /// Tells whoever is at [`CTRL`] that the other end has stopped acknowledging: the tunnel is dead.
    #[doc(alias = "NGM_L2TP_ACK_FAILURE")]
    AckFailure "ackfailure" = sys::NGM_L2TP_ACK_FAILURE, event;
    /// Sets the sequence numbers to begin with, as long as the node is not enabled. It cannot be sent as text: the
    /// kernel knows names of two of its four fields.
    #[doc(alias = "NGM_L2TP_SET_SEQ")]
    SetSequence(Sequence) "setsequence" = sys::NGM_L2TP_SET_SEQ;
}

static SEQUENCE: Type = fields!["ns": UINT16, "nr": UINT16];

static CONFIG: Type = fields![
    "enabled": UINT8,
    "match_id": UINT8,
    "tunnel_id": HINT16,
    "peer_id": HINT16,
    "peer_win": UINT16,
    "rexmit_max": UINT16,
    "rexmit_max_to": UINT16,
];

static SESSION_CONFIG: Type = fields![
    "session_id": HINT16,
    "peer_id": HINT16,
    "control_dseq": UINT8,
    "enable_dseq": UINT8,
    "include_length": UINT8,
];

static STATS: Type = fields![
    "xmitPackets": UINT32,
    "xmitOctets": UINT32,
    "xmitZLBs": UINT32,
    "xmitDrops": UINT32,
    "xmitTooBig": UINT32,
    "xmitInvalid": UINT32,
    "xmitDataTooBig": UINT32,
    "xmitRetransmits": UINT32,
    "recvPackets": UINT32,
    "recvOctets": UINT32,
    "recvRunts": UINT32,
    "recvInvalid": UINT32,
    "recvWrongTunnel": UINT32,
    "recvUnknownSID": UINT32,
    "recvBadAcks": UINT32,
    "recvOutOfOrder": UINT32,
    "recvDuplicates": UINT32,
    "recvDataDrops": UINT32,
    "recvZLBs": UINT32,
    "memoryFailures": UINT32,
];

static SESSION_STATS: Type = fields![
    "xmitPackets": UINT64,
    "xmitOctets": UINT64,
    "recvPackets": UINT64,
    "recvOctets": UINT64,
];

payload! {
    /// The configuration of the tunnel.
    pub Config(sys::ng_l2tp_config) = CONFIG;
    /// The configuration of a session.
    pub SessionConfig(sys::ng_l2tp_sess_config) = SESSION_CONFIG;
    /// The sequence numbers of the control connection.
    pub Sequence(sys::ng_l2tp_seq_config) = SEQUENCE;
    /// The counters of the tunnel.
    pub Stats(sys::ng_l2tp_stats) = STATS;
    /// The counters of a session.
    pub SessionStats(sys::ng_l2tp_session_stats) = SESSION_STATS;
}

impl Config {
    /// Enables the tunnel of these numbers at this end and at the other; the other end takes one packet at a time, a
    /// control packet is sent up to 5 times again, the last after 30 seconds.
    #[must_use]
    pub fn new(tunnel_id: u16, peer_id: u16) -> Self {
        Self(sys::ng_l2tp_config {
            enabled: 1,
            match_id: 1,
            tunnel_id,
            peer_id,
            peer_win: 1,
            rexmit_max: 5,
            rexmit_max_to: 30,
        })
    }

    /// Says how many packets the other end takes at once.
    #[must_use]
    pub fn with_window(mut self, packets: u16) -> Self {
        self.0.peer_win = packets;
        self
    }

    /// Says how often a control packet is sent again before the tunnel counts as dead.
    #[must_use]
    pub fn with_retransmissions(mut self, most: u16) -> Self {
        self.0.rexmit_max = most;
        self
    }

    /// Sets the longest time between two attempts to send a control packet, in whole seconds up to 65535.
    #[must_use]
    pub fn with_longest_retransmission(mut self, time: Duration) -> Self {
        self.0.rexmit_max_to = seconds(time, u16::MAX);
        self
    }

    /// Returns the longest time between two attempts to send a control packet.
    #[must_use]
    pub fn longest_retransmission(&self) -> Duration {
        Duration::from_secs(self.rexmit_max_to.into())
    }
}

impl SessionConfig {
    /// Configures the session of these numbers at this end and at the other.
    #[must_use]
    pub fn new(session_id: u16, peer_id: u16) -> Self {
        Self(sys::ng_l2tp_sess_config { session_id, peer_id, ..Default::default() })
    }

    /// Numbers data packets, by the decision of this end.
    #[must_use]
    pub fn with_sequence_numbers(mut self) -> Self {
        (self.0.control_dseq, self.0.enable_dseq) = (1, 1);
        self
    }

    /// Puts the length into data packets.
    #[must_use]
    pub fn with_length(mut self) -> Self {
        self.0.include_length = 1;
        self
    }
}

impl Sequence {
    /// Goes on with `next` as the number of the next control packet sent, and `expected` of the next received.
    #[must_use]
    pub fn new(next: u16, expected: u16) -> Self {
        Self(sys::ng_l2tp_seq_config { ns: next, nr: expected, rack: next, xack: expected })
    }
}

events! {
    /// What an L2TP node tells.
    pub enum Event {
        /// The other end has stopped acknowledging: the tunnel is dead.
        AckFailure,
    }
}
