//! `netgraph/ng_checksum.h`: recomputes or offloads the checksums of IP packets; see ng_checksum(4).

use crate::{CSUM_IP, CSUM_TCP, CSUM_TCP_IPV6, CSUM_UDP, CSUM_UDP_IPV6};

crate::abi::abi! {
    "netgraph/ng_checksum.h";

    /// The name of the node type.
    pub const NG_CHECKSUM_NODE_TYPE: &str = "checksum";
    /// The cookie of the type's messages.
    pub const NGM_CHECKSUM_COOKIE: u32 = 439419912;

    /// The hook whose packets are worked on.
    pub const NG_CHECKSUM_HOOK_IN: &str = "in";
    /// The hook that they leave by.
    pub const NG_CHECKSUM_HOOK_OUT: &str = "out";

    /// The checksums of IPv4 that the node knows.
    pub const NG_CHECKSUM_CSUM_IPV4: u64 = CSUM_IP | CSUM_TCP | CSUM_UDP;
    /// The checksums of IPv6 that the node knows.
    pub const NG_CHECKSUM_CSUM_IPV6: u64 = CSUM_TCP_IPV6 | CSUM_UDP_IPV6;

    /// Reads the data link type: the reply is a `u8`, [`DLT_RAW`](crate::DLT_RAW) or
    /// [`DLT_EN10MB`](crate::DLT_EN10MB).
    pub const NGM_CHECKSUM_GETDLT: u32 = 1;
    /// Sets the data link type: the argument is a `u8`.
    pub const NGM_CHECKSUM_SETDLT: u32 = 2;
    /// Reads the configuration: the reply is an [`ng_checksum_config`]; none comes before one was set.
    pub const NGM_CHECKSUM_GETCONFIG: u32 = 3;
    /// Replaces the configuration: the argument is an [`ng_checksum_config`].
    pub const NGM_CHECKSUM_SETCONFIG: u32 = 4;
    /// Reads and zeroes the counters at once: the reply is an [`ng_checksum_stats`].
    pub const NGM_CHECKSUM_GETCLR_STATS: u32 = 5;
    /// Reads the counters: the reply is an [`ng_checksum_stats`].
    pub const NGM_CHECKSUM_GET_STATS: u32 = 6;
    /// Zeroes the counters.
    pub const NGM_CHECKSUM_CLR_STATS: u32 = 7;

    /// The configuration of a node.
    pub struct ng_checksum_config {
        /// The checksums to compute, of `CSUM_*`.
        pub csum_flags: u64,
        /// The checksums to leave to the hardware, of `CSUM_*`.
        pub csum_offload: u64,
    }

    /// The counters of a node.
    pub struct ng_checksum_stats {
        /// Packets received.
        pub received: u64,
        /// Packets worked on.
        pub processed: u64,
        /// Packets dropped.
        pub dropped: u64,
    }

    /// A VLAN tag in a frame.
    pub struct ng_checksum_vlan_header {
        /// Priority and VLAN number, in network byte order.
        pub tag: u16,
        /// What comes next, in network byte order.
        pub etype: u16,
    }
}
