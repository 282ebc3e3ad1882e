//! `ppp`: the middle of a PPP connection; see ng_ppp(4).

use std::time::Duration;

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
    /// Returns the latency of a link. `None` where there is no such number.
    #[must_use]
    pub fn latency(&self, link: u8) -> Option<Duration> {
        self.links.get(usize::from(link)).map(|link| Duration::from_millis(link.latency.into()))
    }
}
