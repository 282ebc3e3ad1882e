//! `bridge`: a learning Ethernet switch; see ng_bridge(4).

use super::EtherAddr;
use super::list::list;
use crate::ascii::{self, Before, Field, Type};
use crate::error::DecodeError;
use crate::message::{Payload, read_struct};
use crate::name::HookName;
use crate::{node_type, payload, sys};

/// The hook of an ordinary link.
///
/// ```
/// assert_eq!(netgraph::nodes::bridge::link(3).to_string(), "link3");
/// ```
#[must_use]
pub fn link(number: u32) -> HookName {
    HookName::numbered("link", number)
}

/// The hook of an uplink, numbered from 1: unknown addresses are looked for there only, and none is learned there.
#[must_use]
pub fn uplink(number: u32) -> HookName {
    HookName::numbered("uplink", number)
}

/// Asks for a link of the lowest free number, which the kernel then puts into the hook's name (FreeBSD 15.0 and
/// later; EINVAL before).
pub const ANY_LINK: HookName = HookName::constant("link");

/// Asks for an uplink of the lowest free number.
pub const ANY_UPLINK: HookName = HookName::constant("uplink");

node_type! {
    /// A learning Ethernet switch with hooks [`link`] and [`uplink`]. It dies with its last hook unless it was made
    /// persistent; see [ng_bridge(4)](https://man.freebsd.org/ng_bridge/4).
    pub Bridge: "bridge", cookie = sys::NGM_BRIDGE_COOKIE;
    /// Replaces the configuration.
    #[doc(alias = "NGM_BRIDGE_SET_CONFIG")]
    SetConfig(Config) "setconfig" = sys::NGM_BRIDGE_SET_CONFIG;
    /// Reads the configuration.
    #[doc(alias = "NGM_BRIDGE_GET_CONFIG")]
    GetConfig "getconfig" = sys::NGM_BRIDGE_GET_CONFIG => Config, repeatable;
    /// Forgets all hosts, and lets links speak that were silenced for a loop.
    #[doc(alias = "NGM_BRIDGE_RESET")]
    Reset "reset" = sys::NGM_BRIDGE_RESET;
    /// Reads the counters of a link. Rejected with ENOTCONN where there is none.
    #[doc(alias = "NGM_BRIDGE_GET_STATS")]
    GetStats(Port) "getstats" = sys::NGM_BRIDGE_GET_STATS => LinkStats, repeatable;
    /// Sets the counters of a link to 0.
    #[doc(alias = "NGM_BRIDGE_CLR_STATS")]
    ClearStats(Port) "clrstats" = sys::NGM_BRIDGE_CLR_STATS;
    /// Reads the counters of a link and sets them to 0, in one step.
    #[doc(alias = "NGM_BRIDGE_GETCLR_STATS")]
    GetClearStats(Port) "getclrstats" = sys::NGM_BRIDGE_GETCLR_STATS => LinkStats;
    /// Lists the hosts that were learned.
    #[doc(alias = "NGM_BRIDGE_GET_TABLE")]
    GetTable "gettable" = sys::NGM_BRIDGE_GET_TABLE => Table, repeatable;
    /// Lets the node live on without hooks. There is no way back.
    #[doc(alias = "NGM_BRIDGE_SET_PERSISTENT")]
    SetPersistent "setpersistent" = sys::NGM_BRIDGE_SET_PERSISTENT;
    /// Teaches the bridge where a host is.
    #[doc(alias = "NGM_BRIDGE_MOVE_HOST")]
    MoveHost(HostMove) "movehost" = sys::NGM_BRIDGE_MOVE_HOST;
}

/// The text form of [`Config`].
pub static CONFIG: Type = Type::Struct(&[
    Field::new("debugLevel", &ascii::UINT8),
    Field::new("loopTimeout", &ascii::UINT32),
    Field::new("maxStaleness", &ascii::UINT32),
    Field::new("minStableAge", &ascii::UINT32),
]);

// The kernel's names of two of the fields lack the `s` that the struct has.
static LINK_STATS: Type = Type::Struct(&[
    Field::new("recvOctets", &ascii::UINT64),
    Field::new("recvPackets", &ascii::UINT64),
    Field::new("recvMulticast", &ascii::UINT64),
    Field::new("recvBroadcast", &ascii::UINT64),
    Field::new("recvUnknown", &ascii::UINT64),
    Field::new("recvRunts", &ascii::UINT64),
    Field::new("recvInvalid", &ascii::UINT64),
    Field::new("xmitOctets", &ascii::UINT64),
    Field::new("xmitPackets", &ascii::UINT64),
    Field::new("xmitMulticasts", &ascii::UINT64),
    Field::new("xmitBroadcasts", &ascii::UINT64),
    Field::new("loopDrops", &ascii::UINT64),
    Field::new("loopDetects", &ascii::UINT64),
    Field::new("memoryFailures", &ascii::UINT64),
]);

static HOST: Type = Type::Struct(&[
    Field::new("addr", &Type::Ether),
    Field::new("hook", &ascii::NAME),
    Field::new("age", &ascii::UINT16),
    Field::new("staleness", &ascii::UINT16),
]);

fn host_count(before: Before<'_>) -> Option<usize> {
    before.u32_back(0).map(|count| count as usize)
}

static TABLE: Type = Type::Struct(&[
    Field::new("numHosts", &ascii::UINT32),
    Field::new("hosts", &Type::Array(&HOST, host_count)),
]);

static HOST_MOVE: Type = Type::Struct(&[Field::new("addr", &Type::Ether), Field::new("hook", &ascii::NAME)]);

payload! {
    /// The configuration: times are in seconds.
    pub Config(sys::ng_bridge_config) = CONFIG;
    /// The counters of a link.
    pub LinkStats(sys::ng_bridge_link_stats) = LINK_STATS;
    /// A host, and the hook where it is from now on (empty: the hook that the message comes in on).
    pub HostMove(sys::ng_bridge_move_host) = HOST_MOVE;
}

/// A link, or an uplink, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Port {
    /// `linkN`.
    Link(u32),
    /// `uplinkN`, from 1 on.
    Uplink(u32),
}

impl Port {
    /// Reads the port from the name of a bridge's hook.
    ///
    /// ```
    /// use netgraph::nodes::bridge::{self, Port};
    /// assert_eq!(Port::of_hook(bridge::uplink(2)), Some(Port::Uplink(2)));
    /// ```
    #[must_use]
    pub fn of_hook(hook: HookName) -> Option<Self> {
        let text = std::str::from_utf8(hook.as_bytes()).ok()?;
        let number = |digits: &str| match digits.parse::<u32>() {
            Ok(n) if n.to_string() == digits && n <= i32::MAX as u32 => Some(n),
            _ => None,
        };
        match text.strip_prefix("uplink") {
            Some(digits) => number(digits).filter(|n| *n > 0).map(Self::Uplink),
            None => number(text.strip_prefix("link")?).map(Self::Link),
        }
    }
}

impl Payload for Port {
    // As the kernel has it, though uplinks are negative numbers.
    const TEXT: Option<&'static Type> = Some(&ascii::UINT32);
    fn encode(&self, args: &mut Vec<u8>) {
        let number = match self {
            Self::Link(n) => *n as i32,
            Self::Uplink(n) => (*n as i32).wrapping_neg(),
        };
        number.encode(args);
    }
    fn decode(args: &[u8]) -> Result<Self, DecodeError> {
        let number: i32 = read_struct(args, "a link number")?;
        Ok(if number < 0 { Self::Uplink(number.unsigned_abs()) } else { Self::Link(number as u32) })
    }
}

list! {
    /// The hosts that a bridge has learned.
    pub Table {
        head: sys::ng_bridge_host_ary, count: numHosts, element: sys::ng_bridge_hostent => Host, text: TABLE
    }
}

/// A host that a bridge has learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Host {
    /// Its Ethernet address.
    pub addr: EtherAddr,
    /// The hook where it is.
    pub hook: HookName,
    /// How long it has been there, in seconds.
    pub age: u16,
    /// How long ago it was last heard, in seconds.
    pub staleness: u16,
}

impl From<sys::ng_bridge_hostent> for Host {
    fn from(raw: sys::ng_bridge_hostent) -> Self {
        Self {
            addr: EtherAddr(raw.addr),
            hook: HookName::from_field(&raw.hook),
            age: raw.age,
            staleness: raw.staleness,
        }
    }
}
