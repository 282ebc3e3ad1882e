//! `sys/socket.h`: the address family of netgraph sockets.

crate::abi::abi! {
    "sys/socket.h";

    /// The address family of netgraph sockets and of [`sockaddr_ng`](crate::sockaddr_ng).
    pub const AF_NETGRAPH: u8 = 32;
    /// The protocol family of netgraph sockets, for socket(2).
    pub const PF_NETGRAPH: i32 = AF_NETGRAPH as i32;
}
