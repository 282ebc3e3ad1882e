//! `sys/mbuf.h`: the checksums that ng_checksum(4) and ng_patch(4) can ask for.

crate::abi::abi! {
    "sys/mbuf.h";

    /// The IPv4 header checksum.
    pub const CSUM_IP: u64 = 0x0000_0001;
    /// The UDP checksum over IPv4.
    pub const CSUM_UDP: u64 = 0x0000_0002;
    /// The TCP checksum over IPv4.
    pub const CSUM_TCP: u64 = 0x0000_0004;
    /// The SCTP checksum over IPv4.
    pub const CSUM_SCTP: u64 = 0x0000_0008;
    /// The UDP checksum over IPv6.
    pub const CSUM_UDP_IPV6: u64 = 0x0000_0200;
    /// The TCP checksum over IPv6.
    pub const CSUM_TCP_IPV6: u64 = 0x0000_0400;
    /// The SCTP checksum over IPv6.
    pub const CSUM_SCTP_IPV6: u64 = 0x0000_0800;
}
