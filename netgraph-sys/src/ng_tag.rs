//! `netgraph/ng_tag.h`: sorts packets by their mbuf tags, and tags them; see ng_tag(4).
//!
//! Hooks may have any name. The messages that ask about a hook take its name as their argument.

use crate::NG_HOOKSIZ;

crate::abi::abi! {
    "netgraph/ng_tag.h";

    /// The name of the node type.
    pub const NG_TAG_NODE_TYPE: &str = "tag";
    /// The cookie of the type's messages.
    pub const NGM_TAG_COOKIE: u32 = 1149771193;

    /// The head of what is done with the packets that a hook receives.
    pub struct ng_tag_hookin {
        /// The hook.
        pub thisHook: [u8; NG_HOOKSIZ],
        /// The hook for the packets that have the tag; empty to drop them.
        pub ifMatch: [u8; NG_HOOKSIZ],
        /// The hook for the packets that do not; empty to drop them.
        pub ifNotMatch: [u8; NG_HOOKSIZ],
        /// Whether the tag is taken away.
        pub strip: u8,
        /// Padding.
        pub _pad0: [u8; 3],
        /// Whose tag it is.
        pub tag_cookie: u32,
        /// Which of its tags.
        pub tag_id: u16,
        /// How many bytes of it follow.
        pub tag_len: u16,
        /// The bytes.
        pub tag_data: [u8; 0],
    }

    /// The head of what is done with the packets that a hook sends.
    pub struct ng_tag_hookout {
        /// The hook.
        pub thisHook: [u8; NG_HOOKSIZ],
        /// Whose tag they get; 0 for none.
        pub tag_cookie: u32,
        /// Which of its tags.
        pub tag_id: u16,
        /// How many bytes of it follow.
        pub tag_len: u16,
        /// The bytes.
        pub tag_data: [u8; 0],
    }

    /// The counters of a hook, in kernels built with `NG_TAG_DEBUG`.
    pub struct ng_tag_hookstat {
        /// Packets received.
        pub recvFrames: u64,
        /// Bytes received.
        pub recvOctets: u64,
        /// Packets received that matched.
        pub recvMatchFrames: u64,
        /// Bytes received that matched.
        pub recvMatchOctets: u64,
        /// Packets sent.
        pub xmitFrames: u64,
        /// Bytes sent.
        pub xmitOctets: u64,
    }

    /// Says what is done with received packets: the argument is an [`ng_tag_hookin`].
    pub const NGM_TAG_SET_HOOKIN: u32 = 1;
    /// Reads what is done with received packets: the argument is a hook name, the reply an [`ng_tag_hookin`].
    pub const NGM_TAG_GET_HOOKIN: u32 = 2;
    /// Says what is done with sent packets: the argument is an [`ng_tag_hookout`].
    pub const NGM_TAG_SET_HOOKOUT: u32 = 3;
    /// Reads what is done with sent packets: the argument is a hook name, the reply an [`ng_tag_hookout`].
    pub const NGM_TAG_GET_HOOKOUT: u32 = 4;
    /// Reads the counters of a hook: the argument is its name, the reply an [`ng_tag_hookstat`]. Only kernels
    /// built with `NG_TAG_DEBUG` have this and the next two.
    pub const NGM_TAG_GET_STATS: u32 = 5;
    /// Zeroes the counters of a hook: the argument is its name.
    pub const NGM_TAG_CLR_STATS: u32 = 6;
    /// Reads and zeroes the counters of a hook at once: as [`NGM_TAG_GET_STATS`].
    pub const NGM_TAG_GETCLR_STATS: u32 = 7;
}
