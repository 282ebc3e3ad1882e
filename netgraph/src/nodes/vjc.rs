//! `vjc`: the Van Jacobson compression of TCP headers; see ng_vjc(4).
//!
//! ```
//! use netgraph::nodes::vjc::{self, Config};
//! use netgraph::sim::SimKernel;
//! use netgraph::{HookName, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let node = socket.make_peer::<vjc::Vjc>(HookName::constant("ip"), vjc::IP)?;
//! node.call(vjc::SetConfig(Config::new(16).with_compressed_ids()))?;
//! assert_eq!(node.call(vjc::GetConfig)?.channels(), 16);
//! assert_eq!(node.call(vjc::GetState)?.sls_packets, 0);
//! # Ok::<(), netgraph::Error>(())
//! ```

use crate::ascii::{HINT8, HINT16, Type, UINT8, UINT16, UINT32, UINT64, fields};
use crate::name::HookName;
use crate::{node_type, payload, sys};

/// IPv4 packets.
pub const IP: HookName = HookName::constant(sys::NG_VJC_HOOK_IP);
/// Compressed packets.
pub const VJCOMP: HookName = HookName::constant(sys::NG_VJC_HOOK_VJCOMP);
/// Packets that tell the other end of a connection.
pub const VJUNCOMP: HookName = HookName::constant(sys::NG_VJC_HOOK_VJUNCOMP);
/// Packets that are not of TCP.
pub const VJIP: HookName = HookName::constant(sys::NG_VJC_HOOK_VJIP);

node_type! {
    /// Compresses the TCP headers of packets from [`IP`], and undoes it the other way: hooks [`IP`], [`VJCOMP`],
    /// [`VJUNCOMP`] and [`VJIP`]. It dies with its last hook; see [ng_vjc(4)](https://man.freebsd.org/ng_vjc/4).
    pub Vjc: "vjc", cookie = sys::NGM_VJC_COOKIE;
    /// Replaces the configuration.
    #[doc(alias = "NGM_VJC_SET_CONFIG")]
    SetConfig(Config) "setconfig" = sys::NGM_VJC_SET_CONFIG;
    /// Reads the configuration.
    #[doc(alias = "NGM_VJC_GET_CONFIG")]
    GetConfig "getconfig" = sys::NGM_VJC_GET_CONFIG => Config, repeatable;
    /// Reads the whole state.
    #[doc(alias = "NGM_VJC_GET_STATE")]
    GetState "getstate" = sys::NGM_VJC_GET_STATE => State, repeatable;
    /// Sets the counters to 0.
    #[doc(alias = "NGM_VJC_CLR_STATS")]
    ClearStats "clrstats" = sys::NGM_VJC_CLR_STATS;
    /// Tells that a packet was lost or broken, so that what depends on it is dropped.
    #[doc(alias = "NGM_VJC_RECV_ERROR")]
    RecvError "recverror" = sys::NGM_VJC_RECV_ERROR;
}

static CONFIG: Type =
    fields!["enableComp": UINT8, "enableDecomp": UINT8, "maxChannel": UINT8, "compressCID": UINT8];

static CONNECTION: Type = fields![
    "cs_next": UINT64,
    "cs_hlen": UINT16,
    "cs_id": UINT8,
    "cs_filler": UINT8,
    "cs_hdr": Type::FixedArray(&HINT8, sys::MAX_HDR),
];

static CONNECTIONS: Type = Type::FixedArray(&CONNECTION, sys::MAX_STATES);

static STATE: Type = fields![
    "last_cs": UINT64,
    "last_recv": UINT8,
    "last_xmit": UINT8,
    "flags": HINT16,
    "sls_packets": UINT32,
    "sls_compressed": UINT32,
    "sls_searches": UINT32,
    "sls_misses": UINT32,
    "sls_uncompressedin": UINT32,
    "sls_compressedin": UINT32,
    "sls_errorin": UINT32,
    "sls_tossed": UINT32,
    "tstate": CONNECTIONS,
    "rstate": CONNECTIONS,
];

payload! {
    /// The configuration.
    pub Config(sys::ngm_vjc_config) = CONFIG;
    /// The whole state, the kernel's pointers included.
    pub State(sys::slcompress) = STATE;
}

impl Config {
    /// Compresses and decompresses, remembering so many connections: 4 to 16.
    #[must_use]
    pub fn new(channels: u8) -> Self {
        Self(sys::ngm_vjc_config {
            enableComp: 1,
            enableDecomp: 1,
            maxChannel: channels.saturating_sub(1),
            compressCID: 0,
        })
    }

    /// Leaves out the number of a connection where it is that of the last packet: only for lines that lose nothing
    /// unnoticed.
    #[must_use]
    pub fn with_compressed_ids(mut self) -> Self {
        self.0.compressCID = 1;
        self
    }

    /// Returns how many connections are remembered.
    #[must_use]
    pub fn channels(&self) -> u16 {
        u16::from(self.maxChannel) + 1
    }
}
