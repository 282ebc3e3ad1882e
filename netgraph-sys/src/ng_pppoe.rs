//! `netgraph/ng_pppoe.h`: PPP over Ethernet, RFC 2516; see ng_pppoe(4).
//!
//! Beside the two hooks named here, hooks may have any name: each is a session. The node reports about a
//! session to the node that opened it. The constants of the protocol are as a host reads them from a packet,
//! in network byte order.

use crate::{NG_HOOKSIZ, ether_header};

crate::abi::abi! {
    "netgraph/ng_pppoe.h";

    /// The name of the node type.
    pub const NG_PPPOE_NODE_TYPE: &str = "pppoe";
    /// The cookie of the type's messages.
    pub const NGM_PPPOE_COOKIE: u32 = 1089893072;
    /// Marks the version of the header that has [`NGM_PPPOE_SETMAXP`]; no message carries it.
    pub const NGM_PPPOE_SETMAXP_COOKIE: u32 = 1441624322;
    /// Marks the version of the header that has [`NGM_PPPOE_HURL`]; no message carries it.
    pub const NGM_PPPOE_PADM_COOKIE: u32 = 1488405822;

    /// The longest service name, in bytes.
    pub const PPPOE_SERVICE_NAME_SIZE: usize = 64;
    /// The longest text of an active discovery message, in bytes.
    pub const PPPOE_PADM_VALUE_SIZE: usize = 128;

    /// The hook towards the network.
    pub const NG_PPPOE_HOOK_ETHERNET: &str = "ethernet";
    /// A hook without use.
    pub const NG_PPPOE_HOOK_DEBUG: &str = "debug";

    /// The mode of RFC 2516.
    pub const NG_PPPOE_STANDARD: &str = "standard";
    /// The mode with 3Com's ethertypes.
    pub const NG_PPPOE_3COM: &str = "3Com";
    /// Another name of [`NG_PPPOE_3COM`].
    pub const NG_PPPOE_NONSTANDARD: &str = NG_PPPOE_3COM;
    /// The mode that offers all services to whoever asks for none.
    pub const NG_PPPOE_DLINK: &str = "D-Link";

    /// Declared, and refused by the node.
    pub const NGM_PPPOE_SET_FLAG: u32 = 1;
    /// Opens a session as a client: the argument is an [`ngpppoe_init_data`].
    pub const NGM_PPPOE_CONNECT: u32 = 2;
    /// Waits for clients of a service: the argument is an [`ngpppoe_init_data`].
    pub const NGM_PPPOE_LISTEN: u32 = 3;
    /// Serves a client whose request is then sent into the hook: the argument is an [`ngpppoe_init_data`].
    pub const NGM_PPPOE_OFFER: u32 = 4;
    /// Tells that a session is open: an [`ngpppoe_sts`] from the node.
    pub const NGM_PPPOE_SUCCESS: u32 = 5;
    /// Tells that a session failed or ended: an [`ngpppoe_sts`] from the node.
    pub const NGM_PPPOE_FAIL: u32 = 6;
    /// Tells that a session was closed: an [`ngpppoe_sts`] from the node.
    pub const NGM_PPPOE_CLOSE: u32 = 7;
    /// Offers one more service: the argument is an [`ngpppoe_init_data`].
    pub const NGM_PPPOE_SERVICE: u32 = 8;
    /// Tells the name of the access concentrator: an [`ngpppoe_sts`] from the node, with it in place of the
    /// hook.
    pub const NGM_PPPOE_ACNAME: u32 = 9;
    /// Reads the counters: the reply is an [`ngpppoestat`].
    pub const NGM_PPPOE_GET_STATUS: u32 = 10;
    /// Tells the number of a session: a `u16` from the node.
    pub const NGM_PPPOE_SESSIONID: u32 = 11;
    /// Sets the mode: the argument is a string, such as [`NG_PPPOE_STANDARD`].
    pub const NGM_PPPOE_SETMODE: u32 = 12;
    /// Reads the mode: the reply is a string.
    pub const NGM_PPPOE_GETMODE: u32 = 13;
    /// Sets the Ethernet address to send from: the argument is 6 bytes.
    pub const NGM_PPPOE_SETENADDR: u32 = 14;
    /// Sets the largest payload of PPP, RFC 4638: the argument is a `u16`; the node tells what was agreed as
    /// an [`ngpppoe_maxp`].
    pub const NGM_PPPOE_SETMAXP: u32 = 15;
    /// Sends a URL to the client of a session: the argument is an [`ngpppoe_init_data`].
    pub const NGM_PPPOE_SEND_HURL: u32 = 16;
    /// Tells a URL that the server sent: an [`ngpppoe_padm`] from the node.
    pub const NGM_PPPOE_HURL: u32 = 17;
    /// Sends a message of the minute to the client of a session: the argument is an [`ngpppoe_init_data`].
    pub const NGM_PPPOE_SEND_MOTM: u32 = 18;
    /// Tells a message of the minute that the server sent: an [`ngpppoe_padm`] from the node.
    pub const NGM_PPPOE_MOTM: u32 = 19;

    /// The counters of a node.
    pub struct ngpppoestat {
        /// Packets from the network.
        pub packets_in: u32,
        /// Packets to the network.
        pub packets_out: u32,
    }

    /// The head of an order about a session.
    pub struct ngpppoe_init_data {
        /// The hook of the session.
        pub hook: [u8; NG_HOOKSIZ],
        /// How many bytes follow.
        pub data_len: u16,
        /// The name of the service, or the text to send.
        pub data: [u8; 0],
    }

    /// A report about a session.
    #[derive(zerocopy::Unaligned)]
    pub struct ngpppoe_sts {
        /// The hook of the session.
        pub hook: [u8; NG_HOOKSIZ],
    }

    /// The largest payload agreed for a session.
    pub struct ngpppoe_maxp {
        /// The hook of the session.
        pub hook: [u8; NG_HOOKSIZ],
        /// The largest payload, in bytes.
        pub data: u16,
    }

    /// A text that the server sent.
    #[derive(zerocopy::Unaligned)]
    pub struct ngpppoe_padm {
        /// The text.
        pub msg: [u8; PPPOE_PADM_VALUE_SIZE],
    }

    /// The longest time between attempts, in seconds.
    pub const PPPOE_TIMEOUT_LIMIT: u32 = 64;
    /// How long an offer is kept, in seconds.
    pub const PPPOE_OFFER_TIMEOUT: u32 = 16;
    /// The time before the second attempt, in seconds.
    pub const PPPOE_INITIAL_TIMEOUT: u32 = 2;

    /// A client looks for servers.
    pub const PADI_CODE: u8 = 0x09;
    /// A server offers itself.
    pub const PADO_CODE: u8 = 0x07;
    /// A client asks for a session.
    pub const PADR_CODE: u8 = 0x19;
    /// A server confirms a session.
    pub const PADS_CODE: u8 = 0x65;
    /// A session ends.
    pub const PADT_CODE: u8 = 0xa7;
    /// A server sends a text.
    pub const PADM_CODE: u8 = 0xd3;

    /// The tag that ends the list.
    pub const PTT_EOL: u16 = 0;
    /// The tag of a service name.
    pub const PTT_SRV_NAME: u16 = 0x0101_u16.to_be();
    /// The tag of an access concentrator's name.
    pub const PTT_AC_NAME: u16 = 0x0102_u16.to_be();
    /// The tag by which a client knows its own packets.
    pub const PTT_HOST_UNIQ: u16 = 0x0103_u16.to_be();
    /// The tag by which a server knows its own offers.
    pub const PTT_AC_COOKIE: u16 = 0x0104_u16.to_be();
    /// The tag for vendors.
    pub const PTT_VENDOR: u16 = 0x0105_u16.to_be();
    /// The tag of a relay.
    pub const PTT_RELAY_SID: u16 = 0x0110_u16.to_be();
    /// The tag of a URL.
    pub const PTT_HURL: u16 = 0x0111_u16.to_be();
    /// The tag of a message of the minute.
    pub const PTT_MOTM: u16 = 0x0112_u16.to_be();
    /// The tag of the largest payload, RFC 4638.
    pub const PTT_MAX_PAYL: u16 = 0x0120_u16.to_be();
    /// The tag of an error about the service.
    pub const PTT_SRV_ERR: u16 = 0x0201_u16.to_be();
    /// The tag of an error of the access concentrator.
    pub const PTT_SYS_ERR: u16 = 0x0202_u16.to_be();
    /// The tag of another error.
    pub const PTT_GEN_ERR: u16 = 0x0203_u16.to_be();

    /// The ethertype of discovery packets.
    pub const ETHERTYPE_PPPOE_DISC: u16 = 0x8863_u16.to_be();
    /// The ethertype of session packets.
    pub const ETHERTYPE_PPPOE_SESS: u16 = 0x8864_u16.to_be();
    /// The ethertype of 3Com's discovery packets.
    pub const ETHERTYPE_PPPOE_3COM_DISC: u16 = 0x3c12_u16.to_be();
    /// The ethertype of 3Com's session packets.
    pub const ETHERTYPE_PPPOE_3COM_SESS: u16 = 0x3c13_u16.to_be();

    /// The head of a tag in a discovery packet, in network byte order.
    #[derive(zerocopy::Unaligned)]
    #[repr(packed)]
    pub struct pppoe_tag {
        /// What it is, one of `PTT_*`.
        pub tag_type: u16,
        /// How many bytes follow.
        pub tag_len: u16,
    }

    /// The header of a packet, in network byte order.
    #[derive(zerocopy::Unaligned)]
    #[repr(packed)]
    pub struct pppoe_hdr {
        /// In C two members of 4 bits, `ver` and `type`; both are 1.
        pub _ver_type: u8,
        /// What the packet is, one of the `_CODE`s, or 0 in a session.
        pub code: u8,
        /// The number of the session.
        pub sid: u16,
        /// The length of what follows, in bytes.
        pub length: u16,
    }

    /// The headers of a packet on the network.
    #[derive(zerocopy::Unaligned)]
    #[repr(packed)]
    pub struct pppoe_full_hdr {
        /// The header of Ethernet.
        pub eh: ether_header,
        /// The header of PPP over Ethernet.
        pub ph: pppoe_hdr,
    }
}

impl pppoe_hdr {
    /// Returns the version of the protocol.
    pub fn ver(&self) -> u8 {
        self._ver_type & 0x0f
    }

    /// Returns the type of the protocol.
    pub fn r#type(&self) -> u8 {
        self._ver_type >> 4
    }
}
