//! `netgraph/ng_socket.h`: the node behind a netgraph socket, and its address; see ng_socket(4).

use crate::NG_NODESIZ;

crate::abi::abi! {
    "netgraph/ng_socket.h";

    /// The name of the node type.
    pub const NG_SOCKET_NODE_TYPE: &str = "socket";
    /// The cookie of the socket node's messages.
    pub const NGM_SOCKET_COOKIE: u32 = 851601233;

    /// The protocol of a data socket, for socket(2): packets, addressed by hook name.
    pub const NG_DATA: i32 = 1;
    /// The protocol of a control socket, for socket(2): messages, addressed by path. It makes the node.
    pub const NG_CONTROL: i32 = 2;

    /// Makes the node go with its last hook; no argument, no reply.
    pub const NGM_SOCK_CMD_NOLINGER: u32 = 1;
    /// Keeps the node without hooks, which is the default; no argument, no reply.
    pub const NGM_SOCK_CMD_LINGER: u32 = 2;

    /// The address of a netgraph socket: a node name, a path or a hook name.
    #[derive(zerocopy::Unaligned)]
    pub struct sockaddr_ng {
        /// The length of the address in bytes, this byte and the NUL included; at most 34.
        pub sg_len: u8,
        /// The address family, [`AF_NETGRAPH`](crate::AF_NETGRAPH).
        pub sg_family: u8,
        /// The text, ended by NUL.
        pub sg_data: [u8; NG_NODESIZ],
    }
}
