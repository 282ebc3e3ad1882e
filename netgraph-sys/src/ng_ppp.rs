//! `netgraph/ng_ppp.h`: the Point-to-Point Protocol, with bundles of links; see ng_ppp(4).

crate::abi::abi! {
    "netgraph/ng_ppp.h";

    /// The name of the node type.
    pub const NG_PPP_NODE_TYPE: &str = "ppp";
    /// The cookie of the type's messages.
    pub const NGM_PPP_COOKIE: u32 = 940897795;

    /// The most links in a bundle.
    pub const NG_PPP_MAX_LINKS: usize = 16;
    /// The number that stands for the bundle instead of a link.
    pub const NG_PPP_BUNDLE_LINKNUM: u16 = 0xffff;
    /// The largest latency of a link, in milliseconds.
    pub const NG_PPP_MAX_LATENCY: u32 = 1000;
    /// The largest bandwidth of a link, in tens of bytes per second.
    pub const NG_PPP_MAX_BANDWIDTH: u32 = 125000;

    /// The hook of protocols that the node does not handle.
    pub const NG_PPP_HOOK_BYPASS: &str = "bypass";
    /// The hook of a compressor.
    pub const NG_PPP_HOOK_COMPRESS: &str = "compress";
    /// The hook of a decompressor.
    pub const NG_PPP_HOOK_DECOMPRESS: &str = "decompress";
    /// The hook of an encryptor.
    pub const NG_PPP_HOOK_ENCRYPT: &str = "encrypt";
    /// The hook of a decryptor.
    pub const NG_PPP_HOOK_DECRYPT: &str = "decrypt";
    /// The hook for the IP packets of header compression, towards the hook `ip` of ng_vjc(4).
    pub const NG_PPP_HOOK_VJC_IP: &str = "vjc_ip";
    /// The hook for compressed TCP, towards `vjcomp`.
    pub const NG_PPP_HOOK_VJC_COMP: &str = "vjc_vjcomp";
    /// The hook for uncompressed TCP, towards `vjuncomp`.
    pub const NG_PPP_HOOK_VJC_UNCOMP: &str = "vjc_vjuncomp";
    /// The hook for uncompressed IP, towards `vjip`.
    pub const NG_PPP_HOOK_VJC_VJIP: &str = "vjc_vjip";
    /// The hook of IPv4 packets.
    pub const NG_PPP_HOOK_INET: &str = "inet";
    /// The hook of AppleTalk packets.
    pub const NG_PPP_HOOK_ATALK: &str = "atalk";
    /// The hook of IPX packets.
    pub const NG_PPP_HOOK_IPX: &str = "ipx";
    /// The hook of IPv6 packets.
    pub const NG_PPP_HOOK_IPV6: &str = "ipv6";
    /// What the hook of a link begins with; its number follows, 0 to 15.
    pub const NG_PPP_HOOK_LINK_PREFIX: &str = "link";

    /// Nothing is compressed.
    pub const NG_PPP_COMPRESS_NONE: u8 = 0;
    /// What the compressor returns is compressed.
    pub const NG_PPP_COMPRESS_SIMPLE: u8 = 1;
    /// The compressor says what it returns by the protocol number.
    pub const NG_PPP_COMPRESS_FULL: u8 = 2;

    /// Nothing is decompressed.
    pub const NG_PPP_DECOMPRESS_NONE: u8 = 0;
    /// Compressed packets go to the decompressor.
    pub const NG_PPP_DECOMPRESS_SIMPLE: u8 = 1;
    /// All packets go to the decompressor.
    pub const NG_PPP_DECOMPRESS_FULL: u8 = 2;

    /// Replaces the configuration: the argument is an [`ng_ppp_node_conf`].
    pub const NGM_PPP_SET_CONFIG: u32 = 1;
    /// Reads the configuration: the reply is an [`ng_ppp_node_conf`].
    pub const NGM_PPP_GET_CONFIG: u32 = 2;
    /// Reads the sequence numbers of the bundle: the reply is an [`ng_ppp_mp_state`].
    pub const NGM_PPP_GET_MP_STATE: u32 = 3;
    /// Reads the counters of a link: the argument is its number as a `u16`, the reply an
    /// [`ng_ppp_link_stat`].
    pub const NGM_PPP_GET_LINK_STATS: u32 = 4;
    /// Zeroes the counters of a link: the argument is its number as a `u16`.
    pub const NGM_PPP_CLR_LINK_STATS: u32 = 5;
    /// Reads and zeroes the counters of a link at once: as [`NGM_PPP_GET_LINK_STATS`].
    pub const NGM_PPP_GETCLR_LINK_STATS: u32 = 6;
    /// Reads the counters of a link: the argument is its number as a `u16`, the reply an
    /// [`ng_ppp_link_stat64`].
    pub const NGM_PPP_GET_LINK_STATS64: u32 = 7;
    /// Reads and zeroes the counters of a link at once: as [`NGM_PPP_GET_LINK_STATS64`].
    pub const NGM_PPP_GETCLR_LINK_STATS64: u32 = 8;

    /// The sequence numbers of a bundle.
    pub struct ng_ppp_mp_state {
        /// The highest received on each link.
        pub rseq: [i32; NG_PPP_MAX_LINKS],
        /// The lowest of those.
        pub mseq: i32,
        /// The one to send next.
        pub xseq: i32,
    }

    /// The configuration of a link.
    pub struct ng_ppp_link_conf {
        /// Whether the link is in use.
        pub enableLink: u8,
        /// Whether protocol numbers are sent short.
        pub enableProtoComp: u8,
        /// Whether address and control bytes are left out.
        pub enableACFComp: u8,
        /// Padding.
        pub _pad0: u8,
        /// The MRU of the other end, in bytes.
        pub mru: u16,
        /// Padding.
        pub _pad1: [u8; 2],
        /// The latency, in milliseconds.
        pub latency: u32,
        /// The bandwidth, in tens of bytes per second.
        pub bandwidth: u32,
    }

    /// The configuration of a bundle.
    pub struct ng_ppp_bund_conf {
        /// The MRRU of the other end, in bytes.
        pub mrru: u16,
        /// Whether the links are a bundle.
        pub enableMultilink: u8,
        /// Whether short sequence numbers are received.
        pub recvShortSeq: u8,
        /// Whether short sequence numbers are sent.
        pub xmitShortSeq: u8,
        /// Whether packets are sent whole, each on the next link.
        pub enableRoundRobin: u8,
        /// Whether IPv4 passes.
        pub enableIP: u8,
        /// Whether IPv6 passes.
        pub enableIPv6: u8,
        /// Whether AppleTalk passes.
        pub enableAtalk: u8,
        /// Whether IPX passes.
        pub enableIPX: u8,
        /// How packets are compressed, one of `NG_PPP_COMPRESS_*`.
        pub enableCompression: u8,
        /// How packets are decompressed, one of `NG_PPP_DECOMPRESS_*`.
        pub enableDecompression: u8,
        /// Whether packets are encrypted.
        pub enableEncryption: u8,
        /// Whether packets are decrypted.
        pub enableDecryption: u8,
        /// Whether headers are compressed.
        pub enableVJCompression: u8,
        /// Whether headers are decompressed.
        pub enableVJDecompression: u8,
    }

    /// The configuration of a node.
    pub struct ng_ppp_node_conf {
        /// The bundle.
        pub bund: ng_ppp_bund_conf,
        /// The links.
        pub links: [ng_ppp_link_conf; NG_PPP_MAX_LINKS],
    }

    /// The counters of a link or of the bundle.
    pub struct ng_ppp_link_stat {
        /// Frames sent.
        pub xmitFrames: u32,
        /// Bytes sent.
        pub xmitOctets: u32,
        /// Frames received.
        pub recvFrames: u32,
        /// Bytes received.
        pub recvOctets: u32,
        /// Frames received of an impossible protocol.
        pub badProtos: u32,
        /// Fragments received that were too short.
        pub runts: u32,
        /// Fragments received twice.
        pub dupFragments: u32,
        /// Fragments dropped.
        pub dropFragments: u32,
    }

    /// The counters of a link or of the bundle, in 64 bits.
    pub struct ng_ppp_link_stat64 {
        /// Frames sent.
        pub xmitFrames: u64,
        /// Bytes sent.
        pub xmitOctets: u64,
        /// Frames received.
        pub recvFrames: u64,
        /// Bytes received.
        pub recvOctets: u64,
        /// Frames received of an impossible protocol.
        pub badProtos: u64,
        /// Fragments received that were too short.
        pub runts: u64,
        /// Fragments received twice.
        pub dupFragments: u64,
        /// Fragments dropped.
        pub dropFragments: u64,
    }
}
