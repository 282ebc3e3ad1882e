//! `netgraph/ng_patch.h`: changes bytes of passing packets; see ng_patch(4).

use crate::{CSUM_IP, CSUM_SCTP, CSUM_SCTP_IPV6, CSUM_TCP, CSUM_TCP_IPV6, CSUM_UDP, CSUM_UDP_IPV6};

crate::abi::abi! {
    "netgraph/ng_patch.h";

    /// The name of the node type.
    pub const NG_PATCH_NODE_TYPE: &str = "patch";
    /// The cookie of the type's messages.
    pub const NGM_PATCH_COOKIE: u32 = 1262445509;

    /// The hook whose packets are changed.
    pub const NG_PATCH_HOOK_IN: &str = "in";
    /// The hook that they leave by.
    pub const NG_PATCH_HOOK_OUT: &str = "out";

    /// The checksums of IPv4 that the node knows.
    pub const NG_PATCH_CSUM_IPV4: u64 = CSUM_IP | CSUM_TCP | CSUM_UDP | CSUM_SCTP;
    /// The checksums of IPv6 that the node knows.
    pub const NG_PATCH_CSUM_IPV6: u64 = CSUM_TCP_IPV6 | CSUM_UDP_IPV6 | CSUM_SCTP_IPV6;

    /// Replaces the configuration: the argument is an [`ng_patch_config`].
    pub const NGM_PATCH_SETCONFIG: u32 = 1;
    /// Reads the configuration: the reply is an [`ng_patch_config`]; none comes before one was set.
    pub const NGM_PATCH_GETCONFIG: u32 = 2;
    /// Reads the counters: the reply is an [`ng_patch_stats`].
    pub const NGM_PATCH_GET_STATS: u32 = 3;
    /// Zeroes the counters.
    pub const NGM_PATCH_CLR_STATS: u32 = 4;
    /// Reads and zeroes the counters at once: the reply is an [`ng_patch_stats`].
    pub const NGM_PATCH_GETCLR_STATS: u32 = 5;
    /// Reads the data link type: the reply is a `u8`, [`DLT_RAW`](crate::DLT_RAW) or
    /// [`DLT_EN10MB`](crate::DLT_EN10MB).
    pub const NGM_PATCH_GETDLT: u32 = 6;
    /// Sets the data link type: the argument is a `u8`.
    pub const NGM_PATCH_SETDLT: u32 = 7;

    /// Sets the value.
    pub const NG_PATCH_MODE_SET: u16 = 1;
    /// Adds the value.
    pub const NG_PATCH_MODE_ADD: u16 = 2;
    /// Subtracts the value.
    pub const NG_PATCH_MODE_SUB: u16 = 3;
    /// Multiplies by the value.
    pub const NG_PATCH_MODE_MUL: u16 = 4;
    /// Divides by the value.
    pub const NG_PATCH_MODE_DIV: u16 = 5;
    /// Negates.
    pub const NG_PATCH_MODE_NEG: u16 = 6;
    /// And with the value.
    pub const NG_PATCH_MODE_AND: u16 = 7;
    /// Or with the value.
    pub const NG_PATCH_MODE_OR: u16 = 8;
    /// Exclusive or with the value.
    pub const NG_PATCH_MODE_XOR: u16 = 9;
    /// Shifts left by the value.
    pub const NG_PATCH_MODE_SHL: u16 = 10;
    /// Shifts right by the value.
    pub const NG_PATCH_MODE_SHR: u16 = 11;

    /// The value of an operation: in C a union of integers of 1, 2, 4 and 8 bytes, all at its beginning.
    pub struct ng_patch_op_val {
        /// The value if it is 8 bytes long; its first bytes are the value if it is shorter.
        pub v8: u64,
    }

    /// An operation.
    pub struct ng_patch_op {
        /// Where in the packet, in bytes.
        pub offset: u32,
        /// On how many bytes: 1, 2, 4 or 8.
        pub length: u16,
        /// What to do, one of `NG_PATCH_MODE_*`.
        pub mode: u16,
        /// The value to do it with.
        pub val: ng_patch_op_val,
    }

    /// The head of the configuration of a node.
    pub struct ng_patch_config {
        /// How many operations follow.
        pub count: u32,
        /// Padding, on 64-bit architectures.
        pub _pad0: [u8; 4],
        /// The checksums to recompute on output, of `CSUM_*`.
        pub csum_flags: u64,
        /// Whether offsets count from behind the link layer header: 1 or 0.
        pub relative_offset: u32,
        /// Padding, on 64-bit architectures.
        pub _pad1: [u8; 4],
        /// The operations.
        pub ops: [ng_patch_op; 0],
    }

    /// The counters of a node.
    pub struct ng_patch_stats {
        /// Packets received.
        pub received: u64,
        /// Packets changed.
        pub patched: u64,
        /// Packets dropped.
        pub dropped: u64,
    }

    /// A VLAN tag in a frame.
    pub struct ng_patch_vlan_header {
        /// Priority and VLAN number, in network byte order.
        pub tag: u16,
        /// What comes next, in network byte order.
        pub etype: u16,
    }
}

impl ng_patch_op_val {
    /// Makes a value of 1 byte.
    pub fn from_v1(value: u8) -> Self {
        Self { v8: u64::from_ne_bytes([value, 0, 0, 0, 0, 0, 0, 0]) }
    }

    /// Makes a value of 2 bytes.
    pub fn from_v2(value: u16) -> Self {
        let [a, b] = value.to_ne_bytes();
        Self { v8: u64::from_ne_bytes([a, b, 0, 0, 0, 0, 0, 0]) }
    }

    /// Makes a value of 4 bytes.
    pub fn from_v4(value: u32) -> Self {
        let [a, b, c, d] = value.to_ne_bytes();
        Self { v8: u64::from_ne_bytes([a, b, c, d, 0, 0, 0, 0]) }
    }

    /// Returns the value as one of 1 byte.
    pub fn v1(self) -> u8 {
        let [a, ..] = self.v8.to_ne_bytes();
        a
    }

    /// Returns the value as one of 2 bytes.
    pub fn v2(self) -> u16 {
        let [a, b, ..] = self.v8.to_ne_bytes();
        u16::from_ne_bytes([a, b])
    }

    /// Returns the value as one of 4 bytes.
    pub fn v4(self) -> u32 {
        let [a, b, c, d, ..] = self.v8.to_ne_bytes();
        u32::from_ne_bytes([a, b, c, d])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_comes_back_in_the_length_it_was_made_with() {
        assert_eq!(ng_patch_op_val::from_v1(0xab).v1(), 0xab);
        assert_eq!(ng_patch_op_val::from_v2(0xabcd).v2(), 0xabcd);
        assert_eq!(ng_patch_op_val::from_v4(0x89ab_cdef).v4(), 0x89ab_cdef);
    }
}
