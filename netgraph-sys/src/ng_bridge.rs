//! `netgraph/ng_bridge.h`: a learning Ethernet bridge; see ng_bridge(4).

use crate::{ETHER_ADDR_LEN, NG_HOOKSIZ};

crate::abi::abi! {
    "netgraph/ng_bridge.h";

    /// The name of the node type.
    pub const NG_BRIDGE_NODE_TYPE: &str = "bridge";
    /// The cookie of the bridge's messages.
    pub const NGM_BRIDGE_COOKIE: u32 = 1569321993;

    /// What the name of a link hook begins with: a decimal number from 0 follows, or nothing for the first
    /// free one.
    pub const NG_BRIDGE_HOOK_LINK_PREFIX: &str = "link";
    /// The name of a link hook as a format for printf(3).
    pub const NG_BRIDGE_HOOK_LINK_FMT: &str = "link%d";
    /// What the name of an uplink hook begins with: a decimal number from 1 follows, or nothing for the first
    /// free one.
    pub const NG_BRIDGE_HOOK_UPLINK_PREFIX: &str = "uplink";
    /// The name of an uplink hook as a format for printf(3).
    pub const NG_BRIDGE_HOOK_UPLINK_FMT: &str = "uplink%d";

    /// The configuration of a bridge.
    pub struct ng_bridge_config {
        /// How much the kernel logs: 0 is silent, 1 by default, 3 is everything.
        pub debugLevel: u8,
        /// Padding.
        pub _pad0: [u8; 3],
        /// How long a link stays mute after a loop was seen, in seconds; 60 by default.
        pub loopTimeout: u32,
        /// How long a silent host is remembered, in seconds; 900 by default.
        pub maxStaleness: u32,
        /// How long a host must have been on a link for a move not to be a loop, in seconds; 1 by default.
        pub minStableAge: u32,
    }

    /// The counters of one link.
    pub struct ng_bridge_link_stats {
        /// Bytes received.
        pub recvOctets: u64,
        /// Packets received.
        pub recvPackets: u64,
        /// Multicast packets received.
        pub recvMulticasts: u64,
        /// Broadcast packets received.
        pub recvBroadcasts: u64,
        /// Packets received for a host not known.
        pub recvUnknown: u64,
        /// Packets received that are shorter than an Ethernet header.
        pub recvRunts: u64,
        /// Packets received with an impossible source address.
        pub recvInvalid: u64,
        /// Bytes sent.
        pub xmitOctets: u64,
        /// Packets sent.
        pub xmitPackets: u64,
        /// Multicast packets sent.
        pub xmitMulticasts: u64,
        /// Broadcast packets sent.
        pub xmitBroadcasts: u64,
        /// Packets dropped because of a loop.
        pub loopDrops: u64,
        /// Loops seen.
        pub loopDetects: u64,
        /// Times that no memory was to be had.
        pub memoryFailures: u64,
    }

    /// One host that the bridge knows.
    pub struct ng_bridge_hostent {
        /// Its Ethernet address.
        pub addr: [u8; 6],
        /// The hook behind which it was seen.
        pub hook: [u8; NG_HOOKSIZ],
        /// How long it has been known there, in seconds.
        pub age: u16,
        /// How long it has been silent, in seconds.
        pub staleness: u16,
    }

    /// The head of the reply to [`NGM_BRIDGE_GET_TABLE`].
    pub struct ng_bridge_host_ary {
        /// How many hosts follow.
        pub numHosts: u32,
        /// The hosts.
        pub hosts: [ng_bridge_hostent; 0],
    }

    /// The argument of [`NGM_BRIDGE_MOVE_HOST`].
    #[derive(zerocopy::Unaligned)]
    pub struct ng_bridge_move_host {
        /// The host's Ethernet address.
        pub addr: [u8; ETHER_ADDR_LEN],
        /// The hook to move it to; empty for the one that the message came in on.
        pub hook: [u8; NG_HOOKSIZ],
    }

    /// Replaces the configuration: the argument is an [`ng_bridge_config`].
    pub const NGM_BRIDGE_SET_CONFIG: u32 = 1;
    /// Reads the configuration: the reply is an [`ng_bridge_config`].
    pub const NGM_BRIDGE_GET_CONFIG: u32 = 2;
    /// Forgets all hosts and unmutes all links.
    pub const NGM_BRIDGE_RESET: u32 = 3;
    /// Reads a link's counters: the argument is its number as an `i32`, negative for an uplink; the reply is
    /// an [`ng_bridge_link_stats`].
    pub const NGM_BRIDGE_GET_STATS: u32 = 4;
    /// Zeroes a link's counters: the argument is as for [`NGM_BRIDGE_GET_STATS`].
    pub const NGM_BRIDGE_CLR_STATS: u32 = 5;
    /// Reads and zeroes a link's counters at once: as [`NGM_BRIDGE_GET_STATS`].
    pub const NGM_BRIDGE_GETCLR_STATS: u32 = 6;
    /// Reads the hosts known: the reply is an [`ng_bridge_host_ary`].
    pub const NGM_BRIDGE_GET_TABLE: u32 = 7;
    /// Keeps the node alive when its last hook is gone. There is no way back; no argument, no reply.
    pub const NGM_BRIDGE_SET_PERSISTENT: u32 = 8;
    /// Moves a host to a link: the argument is an [`ng_bridge_move_host`]. The bridge also sends it to
    /// itself.
    pub const NGM_BRIDGE_MOVE_HOST: u32 = 9;
}
