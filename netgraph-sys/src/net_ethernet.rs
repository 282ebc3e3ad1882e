//! `net/ethernet.h`: the header of an Ethernet frame.

crate::abi::abi! {
    "net/ethernet.h";

    /// The length of an Ethernet address, in bytes.
    pub const ETHER_ADDR_LEN: usize = 6;
    /// The longest jumbo frame, in bytes, header and CRC included.
    pub const ETHER_MAX_LEN_JUMBO: u32 = 9018;

    /// The header of an Ethernet frame.
    #[derive(zerocopy::Unaligned)]
    #[repr(packed)]
    pub struct ether_header {
        /// Where the frame goes.
        pub ether_dhost: [u8; ETHER_ADDR_LEN],
        /// Where the frame comes from.
        pub ether_shost: [u8; ETHER_ADDR_LEN],
        /// What the frame carries, in network byte order.
        pub ether_type: u16,
    }

    /// The frame carries a VLAN tag of IEEE 802.1Q.
    pub const ETHERTYPE_VLAN: u16 = 0x8100;
    /// The frame carries a service VLAN tag of IEEE 802.1ad.
    pub const ETHERTYPE_QINQ: u16 = 0x88a8;
    /// The frame carries a VLAN tag, by the first of the numbers in use before there was a standard for two.
    pub const ETHERTYPE_8021Q9100: u16 = 0x9100;
    /// The second of those numbers.
    pub const ETHERTYPE_8021Q9200: u16 = 0x9200;
    /// The third of those numbers.
    pub const ETHERTYPE_8021Q9300: u16 = 0x9300;
}
