//! `netgraph/ng_ksocket.h`: a socket within the kernel; see ng_ksocket(4).
//!
//! The one hook is named `family/type/protocol`, by names or numbers, such as `inet/dgram/udp`.

use crate::sockaddr;

crate::abi::abi! {
    "netgraph/ng_ksocket.h";

    /// The name of the node type.
    pub const NG_KSOCKET_NODE_TYPE: &str = "ksocket";
    /// The cookie of the type's messages.
    pub const NGM_KSOCKET_COOKIE: u32 = 942710669;

    /// The head of a socket option; its value follows.
    pub struct ng_ksocket_sockopt {
        /// The level, as for setsockopt(2).
        pub level: i32,
        /// The option, as for setsockopt(2).
        pub name: i32,
        /// The value.
        pub value: [u8; 0],
    }

    /// The longest value of a socket option that can be read, in bytes.
    pub const NG_KSOCKET_MAX_OPTLEN: usize = 1024;

    /// The reply to [`NGM_KSOCKET_ACCEPT`].
    pub struct ng_ksocket_accept {
        /// The number of the node of the new connection.
        pub nodeid: u32,
        /// The address of the other end; it is as long as its `sa_len` says.
        pub addr: sockaddr,
    }

    /// Binds the socket: the argument is a socket address.
    pub const NGM_KSOCKET_BIND: u32 = 1;
    /// Waits for connections: the argument is the length of the queue as an `i32`.
    pub const NGM_KSOCKET_LISTEN: u32 = 2;
    /// Accepts a connection: the reply, an [`ng_ksocket_accept`], comes when there is one.
    pub const NGM_KSOCKET_ACCEPT: u32 = 3;
    /// Connects the socket: the argument is a socket address. If it takes time the message fails with
    /// [`EINPROGRESS`](crate::Errno::EINPROGRESS) and an errno as an `i32` follows as a reply.
    pub const NGM_KSOCKET_CONNECT: u32 = 4;
    /// Reads the address of this end: the reply is a socket address.
    pub const NGM_KSOCKET_GETNAME: u32 = 5;
    /// Reads the address of the other end: the reply is a socket address.
    pub const NGM_KSOCKET_GETPEERNAME: u32 = 6;
    /// Sets a socket option: the argument is an [`ng_ksocket_sockopt`].
    pub const NGM_KSOCKET_SETOPT: u32 = 7;
    /// Reads a socket option: the argument is an [`ng_ksocket_sockopt`] without a value, the reply one with
    /// it.
    pub const NGM_KSOCKET_GETOPT: u32 = 8;
}
