//! `sys/socket.h`: address families, socket types and the address that all of them begin with.
//!
//! Of this header there is what netgraph sockets need and what the hook names and addresses of an
//! ng_ksocket(4) node speak of; the numbers are FreeBSD's, which differ from other systems'.

crate::abi::abi! {
    "sys/socket.h";

    /// The address family of netgraph sockets and of [`sockaddr_ng`](crate::sockaddr_ng).
    pub const AF_NETGRAPH: u8 = 32;
    /// The protocol family of netgraph sockets, for socket(2).
    pub const PF_NETGRAPH: i32 = AF_NETGRAPH as i32;

    /// The address family of sockets in the file system.
    pub const AF_LOCAL: u8 = 1;
    /// The address family of IPv4.
    pub const AF_INET: u8 = 2;
    /// The address family of IPv6.
    pub const AF_INET6: u8 = 28;
    /// The address family of ATM.
    pub const AF_ATM: u8 = 30;
    /// The address family of divert(4) sockets.
    pub const AF_DIVERT: u8 = 44;

    /// A reliable stream of bytes.
    pub const SOCK_STREAM: i32 = 1;
    /// Datagrams.
    pub const SOCK_DGRAM: i32 = 2;
    /// Packets of the protocol itself.
    pub const SOCK_RAW: i32 = 3;
    /// Datagrams that arrive for certain.
    pub const SOCK_RDM: i32 = 4;
    /// A reliable stream of packets.
    pub const SOCK_SEQPACKET: i32 = 5;

    /// The longest socket address, in bytes.
    pub const SOCK_MAXADDRLEN: usize = 255;

    /// What all socket addresses begin with; `sa_len` says how long this one is.
    #[derive(zerocopy::Unaligned)]
    pub struct sockaddr {
        /// The length of the whole address in bytes, this byte included.
        pub sa_len: u8,
        /// The address family.
        pub sa_family: u8,
        /// The beginning of what the family makes of it.
        pub sa_data: [u8; 14],
    }
}
