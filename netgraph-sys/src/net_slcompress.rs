//! `net/slcompress.h`: the state of Van Jacobson's TCP/IP header compression, as ng_vjc(4) tells it.
//!
//! The structures are the kernel's own, pointers included: they differ on 32-bit architectures.

crate::abi::abi! {
    "net/slcompress.h";

    /// The number of connections remembered in each direction.
    pub const MAX_STATES: usize = 16;
    /// The room for the header of a connection, in bytes.
    pub const MAX_HDR: usize = 128;

    /// What is remembered of one connection.
    pub struct cstate {
        /// The address in the kernel of the connection used before this one, when sending.
        pub cs_next: u64,
        /// The length of the header in bytes, when receiving.
        pub cs_hlen: u16,
        /// The number of the connection.
        pub cs_id: u8,
        /// Unused.
        pub cs_filler: u8,
        /// The IP and TCP header last seen.
        pub slcs_u: [u8; MAX_HDR],
        /// Padding.
        pub _pad0: [u8; 4],
    }

    /// The state of one line.
    pub struct slcompress {
        /// The address in the kernel of the connection sent last.
        pub last_cs: u64,
        /// The number of the connection received last.
        pub last_recv: u8,
        /// The number of the connection sent last.
        pub last_xmit: u8,
        /// [`SLF_TOSS`] or nothing.
        pub flags: u16,
        /// Packets sent.
        pub sls_packets: i32,
        /// Packets sent with their header compressed.
        pub sls_compressed: i32,
        /// Searches for the state of a connection.
        pub sls_searches: i32,
        /// Searches that found none.
        pub sls_misses: i32,
        /// Packets received with their header not compressed.
        pub sls_uncompressedin: i32,
        /// Packets received with their header compressed.
        pub sls_compressedin: i32,
        /// Packets received of an unknown type.
        pub sls_errorin: i32,
        /// Packets received and dropped because of an error before.
        pub sls_tossed: i32,
        /// Padding.
        pub _pad0: [u8; 4],
        /// The connections that are sent.
        pub tstate: [cstate; MAX_STATES],
        /// The connections that are received.
        pub rstate: [cstate; MAX_STATES],
    }

    /// Packets are dropped until one comes that is not compressed.
    pub const SLF_TOSS: u16 = 1;
}
