//! `bridge`: a learning Ethernet switch; see ng_bridge(4).
//!
//! ```
//! use std::time::Duration;
//!
//! use netgraph::nodes::bridge::{self, Config, HostMove, Port};
//! use netgraph::nodes::EtherAddr;
//! use netgraph::sim::SimKernel;
//! use netgraph::{HookName, Path, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let [a, b] = [HookName::constant("a"), HookName::constant("b")];
//! let bridge = socket.make_peer::<bridge::Bridge>(a, bridge::link(0))?;
//! socket.connect(&Path::own(), bridge.path(), b, bridge::link(1))?;
//! bridge.call(bridge::SetConfig(Config::initial().with_loop_timeout(Duration::from_secs(5))))?;
//! bridge.call(bridge::MoveHost(HostMove::new(EtherAddr([2, 0, 0, 0, 0, 9]), bridge::link(1))))?;
//!
//! // The bridge learns from the source of what comes in.
//! socket.send(a, b"\x02\0\0\0\0\x09\x02\0\0\0\0\x01\x08\0hello")?;
//! for host in bridge.call(bridge::GetTable)?.iter() {
//!     println!("{} is at {}, last heard {} seconds ago", host.addr, host.hook, host.staleness);
//! }
//! assert_eq!(bridge.call(bridge::GetStats(Port::Link(1)))?.xmitPackets, 1);
//! # Ok::<(), netgraph::Error>(())
//! ```

use std::time::Duration;

use super::EtherAddr;
use super::list::list;
use super::numbers::seconds;
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

impl Config {
    /// Returns the configuration of a new bridge.
    #[must_use]
    pub fn initial() -> Self {
        Self(sys::ng_bridge_config {
            debugLevel: 1,
            loopTimeout: 60,
            maxStaleness: 900,
            minStableAge: 1,
            ..Default::default()
        })
    }

    /// Returns how long a link is silenced after a loop was seen.
    #[must_use]
    pub fn loop_timeout(&self) -> Duration {
        Duration::from_secs(self.loopTimeout.into())
    }

    /// Silences a link for this time after a loop was seen, in whole seconds.
    #[must_use]
    pub fn with_loop_timeout(mut self, time: Duration) -> Self {
        self.0.loopTimeout = seconds(time, u32::MAX);
        self
    }

    /// Returns how long a silent host is remembered.
    #[must_use]
    pub fn max_staleness(&self) -> Duration {
        Duration::from_secs(self.maxStaleness.into())
    }

    /// Remembers a silent host for this time, in whole seconds.
    #[must_use]
    pub fn with_max_staleness(mut self, time: Duration) -> Self {
        self.0.maxStaleness = seconds(time, u32::MAX);
        self
    }

    /// Returns how long a host must have been at a link for its move not to be a loop.
    #[must_use]
    pub fn min_stable_age(&self) -> Duration {
        Duration::from_secs(self.minStableAge.into())
    }

    /// Takes a move for a loop where the host was at its link for less than this time, in whole seconds.
    #[must_use]
    pub fn with_min_stable_age(mut self, time: Duration) -> Self {
        self.0.minStableAge = seconds(time, u32::MAX);
        self
    }

    /// Sets how much the kernel logs: 0 for nothing to 3 for everything.
    #[must_use]
    pub fn with_debug_level(mut self, level: u8) -> Self {
        self.0.debugLevel = level;
        self
    }
}

impl HostMove {
    /// Says that the host is at `hook`.
    #[must_use]
    pub fn new(host: EtherAddr, hook: HookName) -> Self {
        Self(sys::ng_bridge_move_host { addr: host.0, hook: hook.to_field() })
    }

    /// Returns the host.
    #[must_use]
    pub fn host(&self) -> EtherAddr {
        EtherAddr(self.addr)
    }

    /// Returns the hook.
    #[must_use]
    pub fn hook(&self) -> HookName {
        HookName::from_field(&self.0.hook)
    }
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
