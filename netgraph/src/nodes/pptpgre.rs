//! `pptpgre`: the GRE of the Point-to-Point Tunneling Protocol; see ng_pptpgre(4).
//!
//! ```
//! use std::time::Duration;
//!
//! use netgraph::nodes::pptpgre::{self, Config};
//! use netgraph::sim::SimKernel;
//! use netgraph::{HookName, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let gre = socket.make_peer::<pptpgre::Pptpgre>(HookName::constant("call"), pptpgre::session(0x1f))?;
//! let config = Config::new(0x1f, 0x20).with_peer_processing_delay(Duration::from_millis(500));
//! gre.call(pptpgre::SetConfig(config))?;
//! assert_eq!(gre.call(pptpgre::GetConfig(0x1f))?.peer_processing_delay(), Duration::from_millis(500));
//! assert_eq!(gre.call(pptpgre::GetStats)?.recvBadGRE, 0);
//! # Ok::<(), netgraph::Error>(())
//! ```

use std::time::Duration;

use crate::ascii::{HINT16, Type, UINT8, UINT16, UINT32, fields};
use crate::name::HookName;
use crate::{node_type, payload, sys};

/// The frames of the only session of a node that is used for one.
pub const UPPER: HookName = HookName::constant(sys::NG_PPTPGRE_HOOK_UPPER);
/// The GRE packets, usually to and from a raw socket.
pub const LOWER: HookName = HookName::constant(sys::NG_PPTPGRE_HOOK_LOWER);

/// The hook of a session by its call number at this end.
///
/// ```
/// assert_eq!(netgraph::nodes::pptpgre::session(0x1f).to_string(), "session_001f");
/// ```
#[must_use]
pub fn session(call: u16) -> HookName {
    HookName::from_field(format!("{}{call:04x}", sys::NG_PPTPGRE_HOOK_SESSION_P).as_bytes())
}

node_type! {
    /// Wraps PPP frames in the GRE of PPTP: [`LOWER`], and [`session`] hooks or [`UPPER`]. It dies with its last hook;
    /// see [ng_pptpgre(4)](https://man.freebsd.org/ng_pptpgre/4).
    pub Pptpgre: "pptpgre", cookie = sys::NGM_PPTPGRE_COOKIE;
    /// Replaces the configuration of a session.
    #[doc(alias = "NGM_PPTPGRE_SET_CONFIG")]
    SetConfig(Config) "setconfig" = sys::NGM_PPTPGRE_SET_CONFIG;
    /// Reads the configuration of a session, by its call number at this end.
    #[doc(alias = "NGM_PPTPGRE_GET_CONFIG")]
    GetConfig(u16) "getconfig" = sys::NGM_PPTPGRE_GET_CONFIG => Config, args = HINT16, repeatable;
    /// Reads the counters.
    #[doc(alias = "NGM_PPTPGRE_GET_STATS")]
    GetStats "getstats" = sys::NGM_PPTPGRE_GET_STATS => Stats, repeatable;
    /// Sets the counters to 0.
    #[doc(alias = "NGM_PPTPGRE_CLR_STATS")]
    ClearStats "clrstats" = sys::NGM_PPTPGRE_CLR_STATS;
    /// Reads the counters and sets them to 0, in one step.
    #[doc(alias = "NGM_PPTPGRE_GETCLR_STATS")]
    GetClearStats "getclrstats" = sys::NGM_PPTPGRE_GETCLR_STATS => Stats;
}

static CONFIG: Type = fields![
    "enabled": UINT8,
    "enableDelayedAck": UINT8,
    "enableAlwaysAck": UINT8,
    "enableWindowing": UINT8,
    "cid": HINT16,
    "peerCid": HINT16,
    "recvWin": UINT16,
    "peerPpd": UINT16,
];

static STATS: Type = fields![
    "xmitPackets": UINT32,
    "xmitOctets": UINT32,
    "xmitLoneAcks": UINT32,
    "xmitDrops": UINT32,
    "xmitTooBig": UINT32,
    "recvPackets": UINT32,
    "recvOctets": UINT32,
    "recvRunts": UINT32,
    "recvBadGRE": UINT32,
    "recvBadAcks": UINT32,
    "recvBadCID": UINT32,
    "recvOutOfOrder": UINT32,
    "recvDuplicates": UINT32,
    "recvLoneAcks": UINT32,
    "recvAckTimeouts": UINT32,
    "memoryFailures": UINT32,
    "recvReorderOverflow": UINT32,
    "recvReorderTimeouts": UINT32,
];

payload! {
    /// The configuration of a session.
    pub Config(sys::ng_pptpgre_conf) = CONFIG;
    /// The counters.
    pub Stats(sys::ng_pptpgre_stats) = STATS;
}

impl Config {
    /// Enables the session of these call numbers at this end and at the other, with delayed acknowledgements and a
    /// window of 16 packets.
    #[must_use]
    pub fn new(call: u16, peer_call: u16) -> Self {
        Self(sys::ng_pptpgre_conf {
            enabled: 1,
            enableDelayedAck: 1,
            enableWindowing: 1,
            cid: call,
            peerCid: peer_call,
            recvWin: 16,
            ..Default::default()
        })
    }

    /// Sets how many packets the other end takes at once.
    #[must_use]
    pub fn with_window(mut self, packets: u16) -> Self {
        self.0.recvWin = packets;
        self
    }

    /// Sets how long the other end takes for a packet, in whole tenths of a second.
    #[must_use]
    pub fn with_peer_processing_delay(mut self, delay: Duration) -> Self {
        self.0.peerPpd = u16::try_from(delay.as_millis() / 100).unwrap_or(u16::MAX);
        self
    }

    /// Returns how long the other end takes for a packet.
    #[must_use]
    pub fn peer_processing_delay(&self) -> Duration {
        Duration::from_millis(100 * u64::from(self.peerPpd))
    }
}
