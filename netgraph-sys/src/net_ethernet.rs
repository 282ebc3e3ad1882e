//! `net/ethernet.h`: the sizes of Ethernet addresses and frames.

crate::abi::abi! {
    "net/ethernet.h";

    /// The length of an Ethernet address, in bytes.
    pub const ETHER_ADDR_LEN: usize = 6;
    /// The longest jumbo frame, in bytes, header and CRC included.
    pub const ETHER_MAX_LEN_JUMBO: u32 = 9018;
}
