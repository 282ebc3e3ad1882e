//! `one2many`: spreads packets over several links; see ng_one2many(4).

use crate::ascii::{INT32, Type, UINT8, UINT32, UINT64, fields};
use crate::name::HookName;
use crate::{node_type, payload, sys};

/// The link whose packets are spread.
pub const ONE: HookName = HookName::constant(sys::NG_ONE2MANY_HOOK_ONE);

/// One of the links that packets are spread over; its number is below 64.
///
/// ```
/// assert_eq!(netgraph::nodes::one2many::many(3).to_string(), "many3");
/// ```
#[must_use]
pub fn many(number: u8) -> HookName {
    HookName::numbered(sys::NG_ONE2MANY_HOOK_MANY_PREFIX, number.into())
}

node_type! {
    /// Spreads the packets from [`ONE`] over [`many`] links, and passes on what comes from those. It dies with its last
    /// hook; see [ng_one2many(4)](https://man.freebsd.org/ng_one2many/4).
    pub One2Many: "one2many", cookie = sys::NGM_ONE2MANY_COOKIE;
    /// Replaces the configuration.
    #[doc(alias = "NGM_ONE2MANY_SET_CONFIG")]
    SetConfig(Config) "setconfig" = sys::NGM_ONE2MANY_SET_CONFIG;
    /// Reads the configuration.
    #[doc(alias = "NGM_ONE2MANY_GET_CONFIG")]
    GetConfig "getconfig" = sys::NGM_ONE2MANY_GET_CONFIG => Config, repeatable;
    /// Reads the counters of a link. Rejected with EINVAL where there is none.
    #[doc(alias = "NGM_ONE2MANY_GET_STATS")]
    GetStats(Link) "getstats" = sys::NGM_ONE2MANY_GET_STATS => LinkStats, repeatable;
    /// Sets the counters of a link to 0.
    #[doc(alias = "NGM_ONE2MANY_CLR_STATS")]
    ClearStats(Link) "clrstats" = sys::NGM_ONE2MANY_CLR_STATS;
    /// Reads the counters of a link and sets them to 0, in one step.
    #[doc(alias = "NGM_ONE2MANY_GETCLR_STATS")]
    GetClearStats(Link) "getclrstats" = sys::NGM_ONE2MANY_GETCLR_STATS => LinkStats;
}

static CONFIG: Type = fields![
    "xmitAlg": UINT32,
    "failAlg": UINT32,
    "enabledLinks": Type::FixedArray(&UINT8, sys::NG_ONE2MANY_MAX_LINKS),
];

static LINK_STATS: Type = fields![
    "recvOctets": UINT64,
    "recvPackets": UINT64,
    "xmitOctets": UINT64,
    "xmitPackets": UINT64,
    "memoryFailures": UINT64,
];

payload! {
    /// The configuration.
    pub Config(sys::ng_one2many_config) = CONFIG;
    /// The counters of a link.
    pub LinkStats(sys::ng_one2many_link_stats) = LINK_STATS;
    /// A link by its number: -1 for [`ONE`]; see [`Link::ONE`] and [`Link::many`].
    pub Link(i32) = INT32;
}

impl Link {
    /// The link whose packets are spread.
    pub const ONE: Self = Self(sys::NG_ONE2MANY_ONE_LINKNUM);

    /// One of the links that packets are spread over.
    #[must_use]
    pub const fn many(number: u8) -> Self {
        Self(number as i32)
    }
}

/// How packets are spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Spread {
    /// Each packet goes to the next link.
    RoundRobin,
    /// Each packet goes to all links.
    All,
    /// Each packet goes to the first link that works.
    Failover,
}

/// How it is known which links work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Failure {
    /// The configuration says it.
    Manual,
    /// The nodes at the links say it, by [`LinkIsUp`](super::flow::LinkIsUp) and
    /// [`LinkIsDown`](super::flow::LinkIsDown).
    Notify,
}

impl Config {
    /// Spreads packets like this over these links.
    ///
    /// ```
    /// use netgraph::nodes::one2many::{Config, Failure, Spread};
    /// let config = Config::new(Spread::All, Failure::Manual, [0, 1]);
    /// assert_eq!(config.to_string(), "{ xmitAlg=2 failAlg=1 enabledLinks=[ 1 1 ] }");
    /// assert!(config.links().eq([0, 1]));
    /// ```
    #[must_use]
    pub fn new(spread: Spread, failure: Failure, links: impl IntoIterator<Item = u8>) -> Self {
        let mut config = sys::ng_one2many_config {
            xmitAlg: match spread {
                Spread::RoundRobin => sys::NG_ONE2MANY_XMIT_ROUNDROBIN,
                Spread::All => sys::NG_ONE2MANY_XMIT_ALL,
                Spread::Failover => sys::NG_ONE2MANY_XMIT_FAILOVER,
            },
            failAlg: match failure {
                Failure::Manual => sys::NG_ONE2MANY_FAIL_MANUAL,
                Failure::Notify => sys::NG_ONE2MANY_FAIL_NOTIFY,
            },
            ..Default::default()
        };
        for link in links {
            if let Some(enabled) = config.enabledLinks.get_mut(usize::from(link)) {
                *enabled = 1;
            }
        }
        Self(config)
    }

    /// Returns how packets are spread. `None` where the number is not a known one.
    #[must_use]
    pub fn spread(&self) -> Option<Spread> {
        Some(match self.xmitAlg {
            sys::NG_ONE2MANY_XMIT_ROUNDROBIN => Spread::RoundRobin,
            sys::NG_ONE2MANY_XMIT_ALL => Spread::All,
            sys::NG_ONE2MANY_XMIT_FAILOVER => Spread::Failover,
            _ => return None,
        })
    }

    /// Returns how it is known which links work. `None` where the number is not a known one.
    #[must_use]
    pub fn failure(&self) -> Option<Failure> {
        Some(match self.failAlg {
            sys::NG_ONE2MANY_FAIL_MANUAL => Failure::Manual,
            sys::NG_ONE2MANY_FAIL_NOTIFY => Failure::Notify,
            _ => return None,
        })
    }

    /// Returns the numbers of the links that are enabled.
    pub fn links(&self) -> impl Iterator<Item = u8> {
        (0..).zip(self.enabledLinks).filter(|(_, enabled)| *enabled != 0).map(|(number, _)| number)
    }
}
