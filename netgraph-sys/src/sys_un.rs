//! `sys/un.h`: the address of a socket in the file system.

crate::abi::abi! {
    "sys/un.h";

    /// The address of a socket in the file system.
    #[derive(zerocopy::Unaligned)]
    pub struct sockaddr_un {
        /// The length of the address in bytes, this byte included.
        pub sun_len: u8,
        /// The address family, [`AF_LOCAL`](crate::AF_LOCAL).
        pub sun_family: u8,
        /// The path; it need not end in a NUL.
        pub sun_path: [u8; 104],
    }
}
