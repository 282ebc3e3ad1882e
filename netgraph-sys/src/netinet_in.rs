//! `netinet/in.h`: Internet addresses and protocol numbers.

use core::net::{Ipv4Addr, Ipv6Addr};

crate::abi::abi! {
    "netinet/in.h";

    /// An IPv4 address.
    pub struct in_addr {
        /// The address in network byte order: its bytes in memory are those of the dotted form.
        pub s_addr: u32,
    }

    /// An IPv6 address.
    #[repr(align(4))]
    pub struct in6_addr {
        /// The bytes of the address.
        pub s6_addr: [u8; 16],
    }

    /// The address of an IPv4 socket.
    pub struct sockaddr_in {
        /// The length of the address in bytes, this byte included.
        pub sin_len: u8,
        /// The address family, [`AF_INET`](crate::AF_INET).
        pub sin_family: u8,
        /// The port, in network byte order.
        pub sin_port: u16,
        /// The host.
        pub sin_addr: in_addr,
        /// Zeroes.
        pub sin_zero: [u8; 8],
    }

    /// The address of an IPv6 socket.
    pub struct sockaddr_in6 {
        /// The length of the address in bytes, this byte included.
        pub sin6_len: u8,
        /// The address family, [`AF_INET6`](crate::AF_INET6).
        pub sin6_family: u8,
        /// The port, in network byte order.
        pub sin6_port: u16,
        /// The flow label and traffic class, in network byte order.
        pub sin6_flowinfo: u32,
        /// The host.
        pub sin6_addr: in6_addr,
        /// The interface that the scope of the address means.
        pub sin6_scope_id: u32,
    }

    /// No protocol in particular.
    pub const IPPROTO_IP: i32 = 0;
    /// ICMP.
    pub const IPPROTO_ICMP: i32 = 1;
    /// IGMP.
    pub const IPPROTO_IGMP: i32 = 2;
    /// TCP.
    pub const IPPROTO_TCP: i32 = 6;
    /// UDP.
    pub const IPPROTO_UDP: i32 = 17;
    /// IPv6, as a header or inside another protocol.
    pub const IPPROTO_IPV6: i32 = 41;
    /// GRE.
    pub const IPPROTO_GRE: i32 = 47;
    /// ESP.
    pub const IPPROTO_ESP: i32 = 50;
    /// AH.
    pub const IPPROTO_AH: i32 = 51;
    /// swIPe, IP encryption of old.
    pub const IPPROTO_SWIPE: i32 = 53;
    /// ICMP for IPv6.
    pub const IPPROTO_ICMPV6: i32 = 58;
    /// Encapsulation headers.
    pub const IPPROTO_ENCAP: i32 = 98;
    /// PIM.
    pub const IPPROTO_PIM: i32 = 103;
    /// SCTP.
    pub const IPPROTO_SCTP: i32 = 132;
    /// Packets with a header of the program's own making.
    pub const IPPROTO_RAW: i32 = 255;
    /// One more than the largest protocol number on the wire.
    pub const IPPROTO_MAX: i32 = 256;
    /// divert(4) over IPv6; not a protocol on the wire.
    pub const IPPROTO_DIVERT: i32 = 258;
}

impl From<Ipv4Addr> for in_addr {
    fn from(address: Ipv4Addr) -> Self {
        Self { s_addr: u32::from_ne_bytes(address.octets()) }
    }
}

impl From<in_addr> for Ipv4Addr {
    fn from(address: in_addr) -> Self {
        address.s_addr.to_ne_bytes().into()
    }
}

impl From<Ipv6Addr> for in6_addr {
    fn from(address: Ipv6Addr) -> Self {
        Self { s6_addr: address.octets() }
    }
}

impl From<in6_addr> for Ipv6Addr {
    fn from(address: in6_addr) -> Self {
        address.s6_addr.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zerocopy::IntoBytes;

    #[test]
    fn the_bytes_of_an_address_are_those_of_its_text() {
        let address = Ipv4Addr::new(192, 0, 2, 1);
        assert_eq!(in_addr::from(address).as_bytes(), [192, 0, 2, 1]);
        assert_eq!(Ipv4Addr::from(in_addr::from(address)), address);
        assert_eq!(Ipv6Addr::from(in6_addr::from(Ipv6Addr::LOCALHOST)), Ipv6Addr::LOCALHOST);
    }
}
