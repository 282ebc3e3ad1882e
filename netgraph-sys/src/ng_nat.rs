//! `netgraph/ng_nat.h`: network address translation; see ng_nat(4) and libalias(3).
//!
//! Ports are in the byte order of the host; addresses are in that of the network.

use crate::{IPPROTO_MAX, in_addr};

crate::abi::abi! {
    "netgraph/ng_nat.h";

    /// The name of the node type.
    pub const NG_NAT_NODE_TYPE: &str = "nat";
    /// The cookie of the type's messages.
    pub const NGM_NAT_COOKIE: u32 = 1107718711;

    /// The hook of packets that come in from the world.
    pub const NG_NAT_HOOK_IN: &str = "in";
    /// The hook of packets that go out to the world.
    pub const NG_NAT_HOOK_OUT: &str = "out";

    /// The argument of [`NGM_NAT_SET_MODE`].
    pub struct ng_nat_mode {
        /// The new values of the flags.
        pub flags: u32,
        /// Which flags to change.
        pub mask: u32,
    }

    /// Logs.
    pub const NG_NAT_LOG: u32 = 0x01;
    /// Drops what comes in and belongs to no link.
    pub const NG_NAT_DENY_INCOMING: u32 = 0x02;
    /// Keeps port numbers if possible.
    pub const NG_NAT_SAME_PORTS: u32 = 0x04;
    /// Translates only the private addresses of RFC 1918.
    pub const NG_NAT_UNREGISTERED_ONLY: u32 = 0x10;
    /// Forgets the links when the address changes.
    pub const NG_NAT_RESET_ON_ADDR_CHANGE: u32 = 0x20;
    /// Only applies proxy rules.
    pub const NG_NAT_PROXY_ONLY: u32 = 0x40;
    /// Swaps in and out.
    pub const NG_NAT_REVERSE: u32 = 0x80;
    /// Translates only private addresses and those of carriers, RFC 6598.
    pub const NG_NAT_UNREGISTERED_CGN: u32 = 0x100;
    /// Maps UDP ports independently of the destination, RFC 4787.
    pub const NG_NAT_UDP_EIM: u32 = 0x200;

    /// The size of a description, the NUL included.
    pub const NG_NAT_DESC_LENGTH: usize = 64;
    /// What stands for a protocol in the description of a redirected address.
    pub const NG_NAT_REDIRPROTO_ADDR: u16 = (IPPROTO_MAX + 3) as u16;

    /// The argument of [`NGM_NAT_REDIRECT_PORT`].
    pub struct ng_nat_redirect_port {
        /// The host inside.
        pub local_addr: in_addr,
        /// The address that the world sees.
        pub alias_addr: in_addr,
        /// The only host that may connect; 0 for all.
        pub remote_addr: in_addr,
        /// The port inside.
        pub local_port: u16,
        /// The port that the world sees.
        pub alias_port: u16,
        /// The only port that may connect; 0 for all.
        pub remote_port: u16,
        /// The protocol, TCP or UDP.
        pub proto: u8,
        /// A text for people.
        pub description: [u8; NG_NAT_DESC_LENGTH],
        /// Padding.
        pub _pad0: u8,
    }

    /// The argument of [`NGM_NAT_REDIRECT_ADDR`].
    pub struct ng_nat_redirect_addr {
        /// The host inside.
        pub local_addr: in_addr,
        /// The address that the world sees.
        pub alias_addr: in_addr,
        /// A text for people.
        pub description: [u8; NG_NAT_DESC_LENGTH],
    }

    /// The argument of [`NGM_NAT_REDIRECT_PROTO`].
    pub struct ng_nat_redirect_proto {
        /// The host inside.
        pub local_addr: in_addr,
        /// The address that the world sees.
        pub alias_addr: in_addr,
        /// The only host that may connect; 0 for all.
        pub remote_addr: in_addr,
        /// The protocol.
        pub proto: u8,
        /// A text for people.
        pub description: [u8; NG_NAT_DESC_LENGTH],
        /// Padding.
        pub _pad0: [u8; 3],
    }

    /// The argument of [`NGM_NAT_ADD_SERVER`].
    pub struct ng_nat_add_server {
        /// The number of the redirection.
        pub id: u32,
        /// The host inside.
        pub addr: in_addr,
        /// The port inside; without meaning for a redirected address.
        pub port: u16,
        /// Padding.
        pub _pad0: [u8; 2],
    }

    /// A redirection, of whatever kind.
    pub struct ng_nat_listrdrs_entry {
        /// Its number, never 0.
        pub id: u32,
        /// The host inside.
        pub local_addr: in_addr,
        /// The address that the world sees.
        pub alias_addr: in_addr,
        /// The only host that may connect; 0 for all.
        pub remote_addr: in_addr,
        /// The port inside.
        pub local_port: u16,
        /// The port that the world sees.
        pub alias_port: u16,
        /// The only port that may connect; 0 for all.
        pub remote_port: u16,
        /// The protocol, or [`NG_NAT_REDIRPROTO_ADDR`].
        pub proto: u16,
        /// How many servers share the load; if any, `local_addr` and `local_port` mean nothing.
        pub lsnat: u16,
        /// A text for people.
        pub description: [u8; NG_NAT_DESC_LENGTH],
        /// Padding.
        pub _pad0: [u8; 2],
    }

    /// The head of the reply to [`NGM_NAT_LIST_REDIRECTS`].
    pub struct ng_nat_list_redirects {
        /// How many redirections follow.
        pub total_count: u32,
        /// The redirections.
        pub redirects: [ng_nat_listrdrs_entry; 0],
    }

    /// The reply to [`NGM_NAT_LIBALIAS_INFO`]: links by kind; all ones where libalias does not count.
    pub struct ng_nat_libalias_info {
        /// Links of ICMP.
        pub icmpLinkCount: u32,
        /// Links of UDP.
        pub udpLinkCount: u32,
        /// Links of TCP.
        pub tcpLinkCount: u32,
        /// Links of SCTP.
        pub sctpLinkCount: u32,
        /// Links of PPTP.
        pub pptpLinkCount: u32,
        /// Links of other protocols.
        pub protoLinkCount: u32,
        /// Links of fragments by their number.
        pub fragmentIdLinkCount: u32,
        /// Links of fragments kept.
        pub fragmentPtrLinkCount: u32,
        /// Sockets open.
        pub sockCount: u32,
    }

    /// Sets the address that the world sees: the argument is an [`in_addr`]. Nothing passes before.
    pub const NGM_NAT_SET_IPADDR: u32 = 1;
    /// Changes the flags: the argument is an [`ng_nat_mode`].
    pub const NGM_NAT_SET_MODE: u32 = 2;
    /// Sets the host for what belongs to no link: the argument is an [`in_addr`].
    pub const NGM_NAT_SET_TARGET: u32 = 3;
    /// Redirects a port: the argument is an [`ng_nat_redirect_port`], the reply its number as a `u32`.
    pub const NGM_NAT_REDIRECT_PORT: u32 = 4;
    /// Redirects an address: the argument is an [`ng_nat_redirect_addr`], the reply its number as a `u32`.
    pub const NGM_NAT_REDIRECT_ADDR: u32 = 5;
    /// Redirects a protocol: the argument is an [`ng_nat_redirect_proto`], the reply its number as a `u32`.
    pub const NGM_NAT_REDIRECT_PROTO: u32 = 6;
    /// Makes a redirection last for one connection: the argument is its number as a `u32`.
    pub const NGM_NAT_REDIRECT_DYNAMIC: u32 = 7;
    /// Takes a redirection away: the argument is its number as a `u32`.
    pub const NGM_NAT_REDIRECT_DELETE: u32 = 8;
    /// Adds a server that shares the load of a redirection: the argument is an [`ng_nat_add_server`].
    pub const NGM_NAT_ADD_SERVER: u32 = 9;
    /// Lists the redirections: the reply is an [`ng_nat_list_redirects`].
    pub const NGM_NAT_LIST_REDIRECTS: u32 = 10;
    /// Adds a proxy rule: the argument is a string, see libalias(3).
    pub const NGM_NAT_PROXY_RULE: u32 = 11;
    /// Counts the links: the reply is an [`ng_nat_libalias_info`].
    pub const NGM_NAT_LIBALIAS_INFO: u32 = 12;
    /// Sets the data link type: the argument is a `u8`, [`DLT_RAW`](crate::DLT_RAW) or
    /// [`DLT_EN10MB`](crate::DLT_EN10MB).
    pub const NGM_NAT_SET_DLT: u32 = 13;
    /// Reads the data link type: the reply is a `u8`; FreeBSD 15.1 refuses it.
    pub const NGM_NAT_GET_DLT: u32 = 14;
}
