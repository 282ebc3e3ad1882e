//! `netgraph/ng_mppc.h`: Microsoft's compression and encryption for PPP; see ng_mppc(4).

crate::abi::abi! {
    "netgraph/ng_mppc.h";

    /// The name of the node type.
    pub const NG_MPPC_NODE_TYPE: &str = "mppc";
    /// The cookie of the type's messages.
    pub const NGM_MPPC_COOKIE: u32 = 942886745;

    /// The hook of packets that are compressed.
    pub const NG_MPPC_HOOK_COMP: &str = "comp";
    /// The hook of packets that are decompressed.
    pub const NG_MPPC_HOOK_DECOMP: &str = "decomp";

    /// The length of a key, in bytes.
    pub const MPPE_KEY_LEN: usize = 16;

    /// Compresses.
    pub const MPPC_BIT: u32 = 0x0000_0001;
    /// Encrypts with a key of 40 bits.
    pub const MPPE_40: u32 = 0x0000_0020;
    /// Encrypts with a key of 56 bits.
    pub const MPPE_56: u32 = 0x0000_0080;
    /// Encrypts with a key of 128 bits.
    pub const MPPE_128: u32 = 0x0000_0040;
    /// All the bits about encryption.
    pub const MPPE_BITS: u32 = 0x0000_00e0;
    /// Changes the key with every packet.
    pub const MPPE_STATELESS: u32 = 0x0100_0000;
    /// All the bits that mean something.
    pub const MPPC_VALID_BITS: u32 = 0x0100_00e1;

    /// The configuration of one direction.
    pub struct ng_mppc_config {
        /// Whether this direction works.
        pub enable: u8,
        /// Padding.
        pub _pad0: [u8; 3],
        /// What it does, as negotiated by PPP.
        pub bits: u32,
        /// The key to begin with.
        pub startkey: [u8; MPPE_KEY_LEN],
    }

    /// Configures compression: the argument is an [`ng_mppc_config`].
    pub const NGM_MPPC_CONFIG_COMP: u32 = 1;
    /// Configures decompression: the argument is an [`ng_mppc_config`].
    pub const NGM_MPPC_CONFIG_DECOMP: u32 = 2;
    /// Starts compression anew; a node that has lost its place sends it to whoever configured it.
    pub const NGM_MPPC_RESETREQ: u32 = 3;
}
