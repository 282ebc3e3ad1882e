//! `netgraph/ng_bpf.h`: packet filters between hooks; see ng_bpf(4).
//!
//! Hooks may have any name. The messages that ask about a hook take its name as their argument.

use crate::{NG_HOOKSIZ, bpf_insn};

crate::abi::abi! {
    "netgraph/ng_bpf.h";

    /// The name of the node type.
    pub const NG_BPF_NODE_TYPE: &str = "bpf";
    /// The cookie of the type's messages.
    pub const NGM_BPF_COOKIE: u32 = 944100792;

    /// The head of the program of a hook.
    pub struct ng_bpf_hookprog {
        /// The hook whose packets the program sees.
        pub thisHook: [u8; NG_HOOKSIZ],
        /// The hook for the packets that match; empty to drop them.
        pub ifMatch: [u8; NG_HOOKSIZ],
        /// The hook for the packets that do not match; empty to drop them.
        pub ifNotMatch: [u8; NG_HOOKSIZ],
        /// How many instructions follow.
        pub bpf_prog_len: i32,
        /// The instructions.
        pub bpf_prog: [bpf_insn; 0],
    }

    /// The counters of a hook.
    pub struct ng_bpf_hookstat {
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

    /// Sets the program of a hook: the argument is an [`ng_bpf_hookprog`].
    pub const NGM_BPF_SET_PROGRAM: u32 = 1;
    /// Reads the program of a hook: the argument is its name, the reply an [`ng_bpf_hookprog`].
    pub const NGM_BPF_GET_PROGRAM: u32 = 2;
    /// Reads the counters of a hook: the argument is its name, the reply an [`ng_bpf_hookstat`].
    pub const NGM_BPF_GET_STATS: u32 = 3;
    /// Zeroes the counters of a hook: the argument is its name.
    pub const NGM_BPF_CLR_STATS: u32 = 4;
    /// Reads and zeroes the counters of a hook at once: as [`NGM_BPF_GET_STATS`].
    pub const NGM_BPF_GETCLR_STATS: u32 = 5;
}
