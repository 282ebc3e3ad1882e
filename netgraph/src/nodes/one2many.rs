//! `one2many`: spreads packets over several links; see ng_one2many(4).
//!
//! ```
//! use netgraph::nodes::one2many::{self, Config, Failure, Link, Spread};
//! use netgraph::sim::SimKernel;
//! use netgraph::transport::{RecvBatch, Wait};
//! use netgraph::{HookName, Path, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let [one, a, b] = ["one", "a", "b"].map(HookName::constant);
//! let node = socket.make_peer::<one2many::One2Many>(one, one2many::ONE)?;
//! socket.connect(&Path::own(), node.path(), a, one2many::many(0))?;
//! socket.connect(&Path::own(), node.path(), b, one2many::many(1))?;
//! node.call(one2many::SetConfig(Config::new(Spread::All, Failure::Manual, [0, 1])))?;
//! socket.send(one, b"to both")?;
//! let mut batch = RecvBatch::new(2, 64);
//! assert_eq!(socket.receive(&mut batch, Wait::No)?, 2);
//! assert_eq!(node.call(one2many::GetStats(Link::many(1)))?.xmitPackets, 1);
//! # Ok::<(), netgraph::Error>(())
//! ```

use super::numbers::numbers;
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

numbers! {
    /// How packets are spread.
    pub enum Spread: u32 {
        /// Each packet goes to the next link.
        #[doc(alias = "NG_ONE2MANY_XMIT_ROUNDROBIN")]
        RoundRobin = sys::NG_ONE2MANY_XMIT_ROUNDROBIN,
        /// Each packet goes to all links.
        #[doc(alias = "NG_ONE2MANY_XMIT_ALL")]
        All = sys::NG_ONE2MANY_XMIT_ALL,
        /// Each packet goes to the first link that works.
        #[doc(alias = "NG_ONE2MANY_XMIT_FAILOVER")]
        Failover = sys::NG_ONE2MANY_XMIT_FAILOVER,
    }

    /// How it is known which links work.
    pub enum Failure: u32 {
        /// The configuration says it.
        #[doc(alias = "NG_ONE2MANY_FAIL_MANUAL")]
        Manual = sys::NG_ONE2MANY_FAIL_MANUAL,
        /// The nodes at the links say it, by [`LinkIsUp`](super::flow::LinkIsUp) and
        /// [`LinkIsDown`](super::flow::LinkIsDown).
        #[doc(alias = "NG_ONE2MANY_FAIL_NOTIFY")]
        Notify = sys::NG_ONE2MANY_FAIL_NOTIFY,
    }
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
        let mut config =
            sys::ng_one2many_config { xmitAlg: spread.into(), failAlg: failure.into(), ..Default::default() };
        for link in links {
            if let Some(enabled) = config.enabledLinks.get_mut(usize::from(link)) {
                *enabled = 1;
            }
        }
        Self(config)
    }

    /// Returns how packets are spread.
    #[must_use]
    pub fn spread(&self) -> Spread {
        self.xmitAlg.into()
    }

    /// Returns how it is known which links work.
    #[must_use]
    pub fn failure(&self) -> Failure {
        self.failAlg.into()
    }

    /// Returns the numbers of the links that are enabled.
    pub fn links(&self) -> impl Iterator<Item = u8> {
        (0..).zip(self.enabledLinks).filter(|(_, enabled)| *enabled != 0).map(|(number, _)| number)
    }
}
