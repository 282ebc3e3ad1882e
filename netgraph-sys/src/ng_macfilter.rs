//! `netgraph/ng_macfilter.h`: sends frames to hooks by their Ethernet address; see ng_macfilter(4).
//!
//! Beside the two hooks named here, hooks may have any name; each has a number.

use crate::{ETHER_ADDR_LEN, NG_HOOKSIZ};

crate::abi::abi! {
    "netgraph/ng_macfilter.h";

    /// The name of the node type.
    pub const NG_MACFILTER_NODE_TYPE: &str = "macfilter";
    /// The cookie of the type's messages.
    pub const NGM_MACFILTER_COOKIE: u32 = 1042445461;

    /// The hook towards the network.
    pub const NG_MACFILTER_HOOK_ETHER: &str = "ether";
    /// The hook for the frames of addresses that are not in the table.
    pub const NG_MACFILTER_HOOK_DEFAULT: &str = "default";
    /// The number of [`NG_MACFILTER_HOOK_DEFAULT`].
    pub const NG_MACFILTER_HOOK_DEFAULT_ID: u16 = 0;

    /// Empties the table.
    pub const NGM_MACFILTER_RESET: u32 = 1;
    /// Sends an address to a hook: the argument is an [`ngm_macfilter_direct`].
    pub const NGM_MACFILTER_DIRECT: u32 = 2;
    /// Sends an address to a hook: the argument is an [`ngm_macfilter_direct_hookid`].
    pub const NGM_MACFILTER_DIRECT_HOOKID: u32 = 3;
    /// Reads the table: the reply is an [`ngm_macfilter_macs`].
    pub const NGM_MACFILTER_GET_MACS: u32 = 4;
    /// Reads the table and zeroes its counters at once: the reply is an [`ngm_macfilter_macs`].
    pub const NGM_MACFILTER_GETCLR_MACS: u32 = 5;
    /// Zeroes the counters of the table.
    pub const NGM_MACFILTER_CLR_MACS: u32 = 6;
    /// Lists the hooks: the reply is an [`ngm_macfilter_hooks`].
    pub const NGM_MACFILTER_GET_HOOKS: u32 = 7;

    /// The argument of [`NGM_MACFILTER_DIRECT`].
    #[derive(zerocopy::Unaligned)]
    pub struct ngm_macfilter_direct {
        /// The Ethernet address.
        pub ether: [u8; ETHER_ADDR_LEN],
        /// The hook for its frames; [`NG_MACFILTER_HOOK_DEFAULT`] takes the address out of the table.
        pub hookname: [u8; NG_HOOKSIZ],
    }

    /// The argument of [`NGM_MACFILTER_DIRECT_HOOKID`].
    pub struct ngm_macfilter_direct_hookid {
        /// The Ethernet address.
        pub ether: [u8; ETHER_ADDR_LEN],
        /// The number of the hook for its frames.
        pub hookid: u16,
    }

    /// An address in the table.
    pub struct ngm_macfilter_mac {
        /// The Ethernet address.
        pub ether: [u8; ETHER_ADDR_LEN],
        /// The number of the hook for its frames.
        pub hookid: u16,
        /// Frames from the network.
        pub packets_in: u64,
        /// Bytes from the network.
        pub bytes_in: u64,
        /// Frames to the network.
        pub packets_out: u64,
        /// Bytes to the network.
        pub bytes_out: u64,
    }

    /// The head of the reply to [`NGM_MACFILTER_GET_MACS`].
    pub struct ngm_macfilter_macs {
        /// How many addresses follow.
        pub n: u32,
        /// Padding, on 64-bit architectures.
        pub _pad0: [u8; 4],
        /// The addresses.
        pub macs: [ngm_macfilter_mac; 0],
    }

    /// A hook.
    pub struct ngm_macfilter_hook {
        /// Its name.
        pub hookname: [u8; NG_HOOKSIZ],
        /// Its number.
        pub hookid: u16,
        /// Padding.
        pub _pad0: [u8; 2],
        /// How many addresses are sent to it.
        pub maccnt: u32,
    }

    /// The head of the reply to [`NGM_MACFILTER_GET_HOOKS`].
    pub struct ngm_macfilter_hooks {
        /// How many hooks follow.
        pub n: u32,
        /// The hooks.
        pub hooks: [ngm_macfilter_hook; 0],
    }
}
