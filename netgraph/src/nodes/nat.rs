//! `nat`: translates addresses; see ng_nat(4).
//!
//! ```
//! use std::net::Ipv4Addr;
//!
//! use netgraph::nodes::LinkLayer;
//! use netgraph::nodes::nat::{self, Flags, Mode, PortRule, Server};
//! use netgraph::sim::SimKernel;
//! use netgraph::{HookName, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let outside = Ipv4Addr::new(203, 0, 113, 1);
//! let nat = socket.make_peer::<nat::Nat>(HookName::constant("x"), nat::OUT)?;
//! nat.call(nat::SetAliasAddr(outside))?;
//! nat.call(nat::SetDlt(LinkLayer::Raw))?;
//! nat.call(nat::SetMode(Mode::on(Flags::SAME_PORTS | Flags::DENY_INCOMING)))?;
//! let rule = PortRule::tcp("10.0.0.2:80".parse()?, "203.0.113.1:8080".parse()?).with_description("web");
//! let id = nat.call(nat::RedirectPort(rule))?;
//! nat.call(nat::AddServer(Server::new(id, Ipv4Addr::new(10, 0, 0, 3), 80)))?;
//! let rules = nat.call(nat::ListRedirects)?;
//! assert!(rules.iter().map(|rule| (rule.alias_port, rule.description)).eq([(8080, "web".to_owned())]));
//! nat.call(nat::RedirectDelete(id))?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::net::{Ipv4Addr, SocketAddrV4};

use super::list::list;
use super::numbers::{flags, text_field};
use super::values::fixed_text;
use super::{LinkLayer, Text};
use crate::ascii::{Before, Type, UINT8, UINT16, UINT32, fields};
use crate::name::HookName;
use crate::{node_type, payload, sys};

/// What comes from outside.
pub const IN: HookName = HookName::constant(sys::NG_NAT_HOOK_IN);
/// What goes outside.
pub const OUT: HookName = HookName::constant(sys::NG_NAT_HOOK_OUT);

node_type! {
    /// Translates the addresses of IPv4 packets: what comes in at [`OUT`] is rewritten to come from the alias address
    /// and leaves at [`IN`], and the other way round. Nothing passes before that address is set. It dies with its last
    /// hook; see [ng_nat(4)](https://man.freebsd.org/ng_nat/4).
    pub Nat: "nat", cookie = sys::NGM_NAT_COOKIE;
    /// Sets the alias address: that which the outside sees.
    #[doc(alias = "NGM_NAT_SET_IPADDR")]
    SetAliasAddr(Ipv4Addr) "setaliasaddr" = sys::NGM_NAT_SET_IPADDR;
    /// Changes some of the flags.
    #[doc(alias = "NGM_NAT_SET_MODE")]
    SetMode(Mode) "setmode" = sys::NGM_NAT_SET_MODE;
    /// Sets where packets go that belong to no connection: `0.0.0.0` leaves them as they are, `255.255.255.255` means
    /// the alias address.
    #[doc(alias = "NGM_NAT_SET_TARGET")]
    SetTarget(Ipv4Addr) "settarget" = sys::NGM_NAT_SET_TARGET;
    /// Redirects a port, and returns the number of the rule.
    #[doc(alias = "NGM_NAT_REDIRECT_PORT")]
    RedirectPort(PortRule) "redirectport" = sys::NGM_NAT_REDIRECT_PORT => u32;
    /// Redirects an address, and returns the number of the rule.
    #[doc(alias = "NGM_NAT_REDIRECT_ADDR")]
    RedirectAddr(AddrRule) "redirectaddr" = sys::NGM_NAT_REDIRECT_ADDR => u32;
    /// Redirects a protocol, and returns the number of the rule.
    #[doc(alias = "NGM_NAT_REDIRECT_PROTO")]
    RedirectProto(ProtoRule) "redirectproto" = sys::NGM_NAT_REDIRECT_PROTO => u32;
    /// Makes the rule of this number last for one connection only.
    #[doc(alias = "NGM_NAT_REDIRECT_DYNAMIC")]
    RedirectDynamic(u32) "redirectdynamic" = sys::NGM_NAT_REDIRECT_DYNAMIC;
    /// Deletes the rule of this number.
    #[doc(alias = "NGM_NAT_REDIRECT_DELETE")]
    RedirectDelete(u32) "redirectdelete" = sys::NGM_NAT_REDIRECT_DELETE;
    /// Adds a server to a rule, which then spreads connections over its servers.
    #[doc(alias = "NGM_NAT_ADD_SERVER")]
    AddServer(Server) "addserver" = sys::NGM_NAT_ADD_SERVER;
    /// Lists the rules.
    #[doc(alias = "NGM_NAT_LIST_REDIRECTS")]
    ListRedirects "listredirects" = sys::NGM_NAT_LIST_REDIRECTS => Rules, repeatable;
    /// Adds a rule for a transparent proxy, in the words of libalias(3).
    #[doc(alias = "NGM_NAT_PROXY_RULE")]
    ProxyRule(Text) "proxyrule" = sys::NGM_NAT_PROXY_RULE;
    /// Reads how much the translation remembers.
    #[doc(alias = "NGM_NAT_LIBALIAS_INFO")]
    LibaliasInfo "libaliasinfo" = sys::NGM_NAT_LIBALIAS_INFO => Info, repeatable;
    /// Sets the link layer of the packets.
    #[doc(alias = "NGM_NAT_SET_DLT")]
    SetDlt(LinkLayer) "setdlt" = sys::NGM_NAT_SET_DLT;
    /// Reads the link layer of the packets. FreeBSD 15.1 rejects it with EINVAL whatever is set.
    #[doc(alias = "NGM_NAT_GET_DLT")]
    GetDlt "getdlt" = sys::NGM_NAT_GET_DLT => LinkLayer, repeatable;
}

static DESCRIPTION: Type = Type::FixedStr(sys::NG_NAT_DESC_LENGTH);

static MODE: Type = fields!["flags": UINT32, "mask": UINT32];

static PORT_RULE: Type = fields![
    "local_addr": Type::Ip,
    "alias_addr": Type::Ip,
    "remote_addr": Type::Ip,
    "local_port": UINT16,
    "alias_port": UINT16,
    "remote_port": UINT16,
    "proto": UINT8,
    "description": DESCRIPTION,
];

static ADDR_RULE: Type = fields!["local_addr": Type::Ip, "alias_addr": Type::Ip, "description": DESCRIPTION];

static PROTO_RULE: Type = fields![
    "local_addr": Type::Ip,
    "alias_addr": Type::Ip,
    "remote_addr": Type::Ip,
    "proto": UINT8,
    "description": DESCRIPTION,
];

static SERVER: Type = fields!["id": UINT32, "addr": Type::Ip, "port": UINT16];

static RULE: Type = fields![
    "id": UINT32,
    "local_addr": Type::Ip,
    "alias_addr": Type::Ip,
    "remote_addr": Type::Ip,
    "local_port": UINT16,
    "alias_port": UINT16,
    "remote_port": UINT16,
    "proto": UINT16,
    "lsnat": UINT16,
    "description": DESCRIPTION,
];

fn rule_count(before: Before<'_>) -> Option<usize> {
    before.u32_back(0).map(|count| count as usize)
}

static RULES: Type = fields!["total_count": UINT32, "redirects": Type::Array(&RULE, rule_count)];

static INFO: Type = fields![
    "icmpLinkCount": UINT32,
    "udpLinkCount": UINT32,
    "tcpLinkCount": UINT32,
    "sctpLinkCount": UINT32,
    "pptpLinkCount": UINT32,
    "protoLinkCount": UINT32,
    "fragmentIdLinkCount": UINT32,
    "fragmentPtrLinkCount": UINT32,
    "sockCount": UINT32,
];

payload! {
    /// Flags, and a mask of those that are to change.
    pub Mode(sys::ng_nat_mode) = MODE;
    /// A redirected port: ports are in the byte order of the host.
    pub PortRule(sys::ng_nat_redirect_port) = PORT_RULE;
    /// A redirected address.
    pub AddrRule(sys::ng_nat_redirect_addr) = ADDR_RULE;
    /// A redirected protocol.
    pub ProtoRule(sys::ng_nat_redirect_proto) = PROTO_RULE;
    /// A server of a rule.
    pub Server(sys::ng_nat_add_server) = SERVER;
    /// How much the translation remembers, by kind; `u32::MAX` where the kernel cannot tell.
    pub Info(sys::ng_nat_libalias_info) = INFO;
}

impl Mode {
    /// Turns these flags on, and leaves the others as they are.
    #[must_use]
    pub fn on(flags: Flags) -> Self {
        Self(sys::ng_nat_mode { flags: flags.bits(), mask: flags.bits() })
    }

    /// Turns these flags off, and leaves the others as they are.
    #[must_use]
    pub fn off(flags: Flags) -> Self {
        Self(sys::ng_nat_mode { flags: 0, mask: flags.bits() })
    }
}

flags! {
    /// How addresses are translated.
    pub struct Flags: u32 {
        /// What happens is logged.
        #[doc(alias = "NG_NAT_LOG")]
        LOG = sys::NG_NAT_LOG,
        /// What comes in and belongs to no connection is dropped.
        #[doc(alias = "NG_NAT_DENY_INCOMING")]
        DENY_INCOMING = sys::NG_NAT_DENY_INCOMING,
        /// Port numbers are kept if possible.
        #[doc(alias = "NG_NAT_SAME_PORTS")]
        SAME_PORTS = sys::NG_NAT_SAME_PORTS,
        /// Only the private addresses of RFC 1918 are translated.
        #[doc(alias = "NG_NAT_UNREGISTERED_ONLY")]
        UNREGISTERED_ONLY = sys::NG_NAT_UNREGISTERED_ONLY,
        /// Connections are forgotten when the alias address changes.
        #[doc(alias = "NG_NAT_RESET_ON_ADDR_CHANGE")]
        RESET_ON_ADDR_CHANGE = sys::NG_NAT_RESET_ON_ADDR_CHANGE,
        /// Only rules for proxies apply.
        #[doc(alias = "NG_NAT_PROXY_ONLY")]
        PROXY_ONLY = sys::NG_NAT_PROXY_ONLY,
        /// In and out are swapped.
        #[doc(alias = "NG_NAT_REVERSE")]
        REVERSE = sys::NG_NAT_REVERSE,
        /// Only private addresses and those of carriers (RFC 6598) are translated.
        #[doc(alias = "NG_NAT_UNREGISTERED_CGN")]
        UNREGISTERED_CGN = sys::NG_NAT_UNREGISTERED_CGN,
        /// UDP ports are mapped whatever the destination (RFC 4787).
        #[doc(alias = "NG_NAT_UDP_EIM")]
        UDP_EIM = sys::NG_NAT_UDP_EIM,
    }
}

impl PortRule {
    /// Redirects a TCP port: what comes for `alias` goes to `local`; an alias address of `0.0.0.0` is the alias
    /// address of the node.
    #[must_use]
    pub fn tcp(local: SocketAddrV4, alias: SocketAddrV4) -> Self {
        Self::of(sys::IPPROTO_TCP as u8, local, alias)
    }

    /// Redirects a UDP port, as [`tcp`](Self::tcp) does one of TCP.
    #[must_use]
    pub fn udp(local: SocketAddrV4, alias: SocketAddrV4) -> Self {
        Self::of(sys::IPPROTO_UDP as u8, local, alias)
    }

    fn of(proto: u8, local: SocketAddrV4, alias: SocketAddrV4) -> Self {
        Self(sys::ng_nat_redirect_port {
            local_addr: (*local.ip()).into(),
            alias_addr: (*alias.ip()).into(),
            local_port: local.port(),
            alias_port: alias.port(),
            proto,
            ..Default::default()
        })
    }

    /// Redirects only what comes from this address, and from this port unless it is 0.
    #[must_use]
    pub fn with_remote(mut self, remote: SocketAddrV4) -> Self {
        self.0.remote_addr = (*remote.ip()).into();
        self.0.remote_port = remote.port();
        self
    }

    /// Describes the rule in up to 63 bytes, which [`ListRedirects`] gives back.
    #[must_use]
    pub fn with_description(mut self, text: &str) -> Self {
        self.0.description = text_field(text);
        self
    }
}

impl AddrRule {
    /// Redirects all that comes for `alias` to `local`, and has what comes from there come from `alias`.
    #[must_use]
    pub fn new(local: Ipv4Addr, alias: Ipv4Addr) -> Self {
        let (local_addr, alias_addr) = (local.into(), alias.into());
        Self(sys::ng_nat_redirect_addr { local_addr, alias_addr, ..Default::default() })
    }

    /// Describes the rule in up to 63 bytes.
    #[must_use]
    pub fn with_description(mut self, text: &str) -> Self {
        self.0.description = text_field(text);
        self
    }
}

impl ProtoRule {
    /// Redirects all of a protocol of IP (47: GRE) that comes for `alias` to `local`.
    #[must_use]
    pub fn new(protocol: u8, local: Ipv4Addr, alias: Ipv4Addr) -> Self {
        let (local_addr, alias_addr) = (local.into(), alias.into());
        Self(sys::ng_nat_redirect_proto { local_addr, alias_addr, proto: protocol, ..Default::default() })
    }

    /// Redirects only what comes from this address.
    #[must_use]
    pub fn with_remote(mut self, remote: Ipv4Addr) -> Self {
        self.0.remote_addr = remote.into();
        self
    }

    /// Describes the rule in up to 63 bytes.
    #[must_use]
    pub fn with_description(mut self, text: &str) -> Self {
        self.0.description = text_field(text);
        self
    }
}

impl Server {
    /// Adds the server at `address` and `port` to the rule of number `rule`.
    #[must_use]
    pub fn new(rule: u32, address: Ipv4Addr, port: u16) -> Self {
        Self(sys::ng_nat_add_server { id: rule, addr: address.into(), port, ..Default::default() })
    }
}

list! {
    /// The rules of a node.
    pub Rules {
        head: sys::ng_nat_list_redirects, count: total_count, element: sys::ng_nat_listrdrs_entry => Rule, text: RULES
    }
}

/// What a rule redirects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Redirected {
    /// An address.
    Address,
    /// A protocol, or a port of it where a port is not 0: its number in IP.
    Protocol(u16),
}

/// A rule of a node.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Rule {
    /// Its number.
    pub id: u32,
    /// Inside: where packets are redirected to.
    pub local_addr: Ipv4Addr,
    /// What the outside sees.
    pub alias_addr: Ipv4Addr,
    /// Outside: where packets come from; `0.0.0.0` for anywhere.
    pub remote_addr: Ipv4Addr,
    /// The port inside.
    pub local_port: u16,
    /// The port that the outside sees.
    pub alias_port: u16,
    /// The port outside; 0 for any.
    pub remote_port: u16,
    /// What is redirected.
    pub what: Redirected,
    /// Over how many servers connections are spread; 0 where there is one.
    pub servers: u16,
    /// What whoever made the rule wrote.
    pub description: String,
}

impl From<sys::ng_nat_listrdrs_entry> for Rule {
    fn from(raw: sys::ng_nat_listrdrs_entry) -> Self {
        Self {
            id: raw.id,
            local_addr: raw.local_addr.into(),
            alias_addr: raw.alias_addr.into(),
            remote_addr: raw.remote_addr.into(),
            local_port: raw.local_port,
            alias_port: raw.alias_port,
            remote_port: raw.remote_port,
            what: match raw.proto {
                sys::NG_NAT_REDIRPROTO_ADDR => Redirected::Address,
                protocol => Redirected::Protocol(protocol),
            },
            servers: raw.lsnat,
            description: fixed_text(&raw.description),
        }
    }
}
