//! `ppp`: the middle of a PPP connection; see ng_ppp(4).
//!
//! ```
//! use std::time::Duration;
//!
//! use netgraph::nodes::ppp::{self, Bundle, Config, Link};
//! use netgraph::sim::SimKernel;
//! use netgraph::{HookName, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let ppp = socket.make_peer::<ppp::Ppp>(HookName::constant("line"), ppp::link(0))?;
//! let link = Link::new(1492).with_latency(Duration::from_millis(20)).with_bandwidth(16_000_000);
//! ppp.call(ppp::SetConfig(Config::new(Bundle::default().with_ipv4().with_ipv6()).with_link(0, link)))?;
//! let config = ppp.call(ppp::GetConfig)?;
//! assert!(config.links().map(|(number, link)| (number, link.bandwidth())).eq([(0, 10_000_000)]));
//! assert_eq!(ppp.call(ppp::GetStats64(ppp::BUNDLE))?.xmitFrames, 0);
//! # Ok::<(), netgraph::Error>(())
//! ```

use std::time::Duration;

use super::numbers::numbers;
use crate::ascii::{HINT32, INT16, Type, UINT8, UINT16, UINT32, UINT64, fields};
use crate::name::HookName;
use crate::{node_type, payload, sys};

/// Control protocols, for the program that negotiates.
pub const BYPASS: HookName = HookName::constant(sys::NG_PPP_HOOK_BYPASS);
/// Frames to compress.
pub const COMPRESS: HookName = HookName::constant(sys::NG_PPP_HOOK_COMPRESS);
/// Frames to decompress.
pub const DECOMPRESS: HookName = HookName::constant(sys::NG_PPP_HOOK_DECOMPRESS);
/// Frames to encrypt.
pub const ENCRYPT: HookName = HookName::constant(sys::NG_PPP_HOOK_ENCRYPT);
/// Frames to decrypt.
pub const DECRYPT: HookName = HookName::constant(sys::NG_PPP_HOOK_DECRYPT);
/// The hook `ip` of a [`vjc`](super::vjc) node.
pub const VJC_IP: HookName = HookName::constant(sys::NG_PPP_HOOK_VJC_IP);
/// The hook `vjcomp` of a [`vjc`](super::vjc) node.
pub const VJC_COMP: HookName = HookName::constant(sys::NG_PPP_HOOK_VJC_COMP);
/// The hook `vjuncomp` of a [`vjc`](super::vjc) node.
pub const VJC_UNCOMP: HookName = HookName::constant(sys::NG_PPP_HOOK_VJC_UNCOMP);
/// The hook `vjip` of a [`vjc`](super::vjc) node.
pub const VJC_VJIP: HookName = HookName::constant(sys::NG_PPP_HOOK_VJC_VJIP);
/// IPv4.
pub const INET: HookName = HookName::constant(sys::NG_PPP_HOOK_INET);
/// IPv6.
pub const IPV6: HookName = HookName::constant(sys::NG_PPP_HOOK_IPV6);
/// AppleTalk.
pub const ATALK: HookName = HookName::constant(sys::NG_PPP_HOOK_ATALK);
/// IPX.
pub const IPX: HookName = HookName::constant(sys::NG_PPP_HOOK_IPX);

/// The hook of a link; its number is below 16.
///
/// ```
/// assert_eq!(netgraph::nodes::ppp::link(0).to_string(), "link0");
/// ```
#[must_use]
pub fn link(number: u8) -> HookName {
    HookName::numbered(sys::NG_PPP_HOOK_LINK_PREFIX, number.into())
}

/// The number that stands for the bundle of all links where a link's number is asked for.
pub const BUNDLE: u16 = sys::NG_PPP_BUNDLE_LINKNUM;

node_type! {
    /// Routes the frames of a PPP connection between its links, the program that negotiates, compression, encryption,
    /// and the network protocols. It dies with its last hook; see [ng_ppp(4)](https://man.freebsd.org/ng_ppp/4).
    pub Ppp: "ppp", cookie = sys::NGM_PPP_COOKIE;
    /// Replaces the configuration.
    #[doc(alias = "NGM_PPP_SET_CONFIG")]
    SetConfig(Config) "setconfig" = sys::NGM_PPP_SET_CONFIG;
    /// Reads the configuration.
    #[doc(alias = "NGM_PPP_GET_CONFIG")]
    GetConfig "getconfig" = sys::NGM_PPP_GET_CONFIG => Config, repeatable;
    /// Reads the sequence numbers of multilink.
    #[doc(alias = "NGM_PPP_GET_MP_STATE")]
    GetMpState "getmpstate" = sys::NGM_PPP_GET_MP_STATE => MpState, repeatable;
    /// Reads the counters of a link, or of the [`BUNDLE`]; they wrap at 32 bits.
    #[doc(alias = "NGM_PPP_GET_LINK_STATS")]
    GetStats(u16) "getstats" = sys::NGM_PPP_GET_LINK_STATS => LinkStats, args = INT16, repeatable;
    /// Sets the counters of a link, or of the [`BUNDLE`], to 0.
    #[doc(alias = "NGM_PPP_CLR_LINK_STATS")]
    ClearStats(u16) "clrstats" = sys::NGM_PPP_CLR_LINK_STATS, args = INT16;
    /// Reads the counters of a link, or of the [`BUNDLE`], and sets them to 0, in one step.
    #[doc(alias = "NGM_PPP_GETCLR_LINK_STATS")]
    GetClearStats(u16) "getclrstats" = sys::NGM_PPP_GETCLR_LINK_STATS => LinkStats, args = INT16;
    /// Reads the counters of a link, or of the [`BUNDLE`], in 64 bits.
    #[doc(alias = "NGM_PPP_GET_LINK_STATS64")]
    GetStats64(u16) "getstats64" = sys::NGM_PPP_GET_LINK_STATS64 => LinkStats64, args = INT16, repeatable;
    /// Reads the counters of a link, or of the [`BUNDLE`], in 64 bits and sets them to 0, in one step.
    #[doc(alias = "NGM_PPP_GETCLR_LINK_STATS64")]
    GetClearStats64(u16) "getclrstats64" = sys::NGM_PPP_GETCLR_LINK_STATS64 => LinkStats64, args = INT16;
}

static BUNDLE_CONFIG: Type = fields![
    "mrru": UINT16,
    "enableMultilink": UINT8,
    "recvShortSeq": UINT8,
    "xmitShortSeq": UINT8,
    "enableRoundRobin": UINT8,
    "enableIP": UINT8,
    "enableIPv6": UINT8,
    "enableAtalk": UINT8,
    "enableIPX": UINT8,
    "enableCompression": UINT8,
    "enableDecompression": UINT8,
    "enableEncryption": UINT8,
    "enableDecryption": UINT8,
    "enableVJCompression": UINT8,
    "enableVJDecompression": UINT8,
];

static LINK_CONFIG: Type = fields![
    "enableLink": UINT8,
    "enableProtoComp": UINT8,
    "enableACFComp": UINT8,
    "mru": UINT16,
    "latency": UINT32,
    "bandwidth": UINT32,
];

static CONFIG: Type =
    fields!["bund": BUNDLE_CONFIG, "links": Type::FixedArray(&LINK_CONFIG, sys::NG_PPP_MAX_LINKS)];

static MP_STATE: Type = fields![
    "rseq": Type::FixedArray(&HINT32, sys::NG_PPP_MAX_LINKS),
    "mseq": HINT32,
    "xseq": HINT32,
];

static LINK_STATS: Type = fields![
    "xmitFrames": UINT32,
    "xmitOctets": UINT32,
    "recvFrames": UINT32,
    "recvOctets": UINT32,
    "badProtos": UINT32,
    "runts": UINT32,
    "dupFragments": UINT32,
    "dropFragments": UINT32,
];

static LINK_STATS64: Type = fields![
    "xmitFrames": UINT64,
    "xmitOctets": UINT64,
    "recvFrames": UINT64,
    "recvOctets": UINT64,
    "badProtos": UINT64,
    "runts": UINT64,
    "dupFragments": UINT64,
    "dropFragments": UINT64,
];

payload! {
    /// The configuration of the bundle and of its links. A link's latency is in milliseconds, its bandwidth in units of
    /// 10 bytes per second.
    pub Config(sys::ng_ppp_node_conf) = CONFIG;
    /// The sequence numbers of multilink.
    pub MpState(sys::ng_ppp_mp_state) = MP_STATE;
    /// The counters of a link, or of the bundle.
    pub LinkStats(sys::ng_ppp_link_stat) = LINK_STATS;
    /// The counters of a link, or of the bundle, in 64 bits.
    pub LinkStats64(sys::ng_ppp_link_stat64) = LINK_STATS64;
}

impl Config {
    /// Makes the configuration of a bundle without links.
    #[must_use]
    pub fn new(bundle: Bundle) -> Self {
        Self(sys::ng_ppp_node_conf { bund: bundle.0, ..Default::default() })
    }

    /// Adds a link, by its number, which is below 16; another is left out.
    #[must_use]
    pub fn with_link(mut self, number: u8, link: Link) -> Self {
        if let Some(place) = self.0.links.get_mut(usize::from(number)) {
            *place = link.0;
        }
        self
    }

    /// Returns what concerns all links.
    #[must_use]
    pub fn bundle(&self) -> Bundle {
        Bundle(self.0.bund)
    }

    /// Returns the links that are enabled, by their numbers.
    pub fn links(&self) -> impl Iterator<Item = (u8, Link)> {
        (0u8..).zip(self.0.links).filter(|(_, link)| link.enableLink != 0).map(|(n, link)| (n, Link(link)))
    }

    /// Returns the latency of a link. `None` where there is no such number.
    #[must_use]
    pub fn latency(&self, link: u8) -> Option<Duration> {
        self.0.links.get(usize::from(link)).map(|link| Link(*link).latency())
    }
}

/// The configuration of a link.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Link(pub sys::ng_ppp_link_conf);

impl Link {
    /// Enables the link, with the longest frame that the other end takes, in bytes (at least 32), and the greatest
    /// bandwidth.
    #[must_use]
    pub fn new(mru: u16) -> Self {
        let bandwidth = sys::NG_PPP_MAX_BANDWIDTH;
        Self(sys::ng_ppp_link_conf { enableLink: 1, mru, bandwidth, ..Default::default() })
    }

    /// Compresses the protocol's number and the address and control bytes.
    #[must_use]
    pub fn with_header_compression(mut self) -> Self {
        (self.0.enableProtoComp, self.0.enableACFComp) = (1, 1);
        self
    }

    /// Sets the latency, in whole milliseconds up to 1000, by which frames are spread over links.
    #[must_use]
    pub fn with_latency(mut self, latency: Duration) -> Self {
        self.0.latency = u32::try_from(latency.as_millis()).unwrap_or(u32::MAX);
        self
    }

    /// Sets the bandwidth, in bits per second, by which frames are spread over links; it is rounded down to units of
    /// 80. The kernel knows no more than 10,000,000, which stands for what is above.
    #[must_use]
    pub fn with_bandwidth(mut self, bits: u64) -> Self {
        self.0.bandwidth = u32::try_from(bits / 80).unwrap_or(u32::MAX).min(sys::NG_PPP_MAX_BANDWIDTH);
        self
    }

    /// Returns the latency.
    #[must_use]
    pub fn latency(&self) -> Duration {
        Duration::from_millis(self.0.latency.into())
    }

    /// Returns the bandwidth, in bits per second.
    #[must_use]
    pub fn bandwidth(&self) -> u64 {
        u64::from(self.0.bandwidth) * 80
    }
}

/// The configuration of what concerns all links: protocols, compression and multilink.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bundle(pub sys::ng_ppp_bund_conf);

impl Bundle {
    /// Passes IPv4.
    #[must_use]
    pub fn with_ipv4(mut self) -> Self {
        self.0.enableIP = 1;
        self
    }

    /// Passes IPv6.
    #[must_use]
    pub fn with_ipv6(mut self) -> Self {
        self.0.enableIPv6 = 1;
        self
    }

    /// Joins links: frames of up to `mrru` bytes are cut into pieces.
    #[must_use]
    pub fn with_multilink(mut self, mrru: u16) -> Self {
        (self.0.enableMultilink, self.0.mrru) = (1, mrru);
        self
    }

    /// Compresses frames in this way, and decompresses them.
    #[must_use]
    pub fn with_compression(mut self, way: Compression) -> Self {
        (self.0.enableCompression, self.0.enableDecompression) = (way.into(), way.into());
        self
    }

    /// Encrypts frames, and decrypts them.
    #[must_use]
    pub fn with_encryption(mut self) -> Self {
        (self.0.enableEncryption, self.0.enableDecryption) = (1, 1);
        self
    }

    /// Compresses the headers of TCP, and decompresses them.
    #[must_use]
    pub fn with_header_compression(mut self) -> Self {
        (self.0.enableVJCompression, self.0.enableVJDecompression) = (1, 1);
        self
    }
}

numbers! {
    /// How the node at [`COMPRESS`] and [`DECOMPRESS`] works.
    pub enum Compression: u8 {
        /// There is none.
        #[doc(alias = "NG_PPP_COMPRESS_NONE")]
        None = sys::NG_PPP_COMPRESS_NONE,
        /// It knows nothing of PPP: it takes and gives the data only.
        #[doc(alias = "NG_PPP_COMPRESS_SIMPLE")]
        Simple = sys::NG_PPP_COMPRESS_SIMPLE,
        /// It does all by itself, as [`deflate`](super::deflate), [`pred1`](super::pred1) and [`mppc`](super::mppc) do.
        #[doc(alias = "NG_PPP_COMPRESS_FULL")]
        Full = sys::NG_PPP_COMPRESS_FULL,
    }
}
