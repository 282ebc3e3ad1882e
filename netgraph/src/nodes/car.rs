//! `car`: limits the rate of a link; see ng_car(4).
//!
//! ```
//! use netgraph::nodes::car;
//! use netgraph::sim::SimKernel;
//! use netgraph::{HookName, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let car = socket.make_peer::<car::Car>(HookName::constant("up"), car::UPPER)?;
//! let down = car::Limit::shape(10_000_000, 64 * 1024);
//! let up = car::Limit::drop_above(2_000_000, 32 * 1024, 32 * 1024);
//! car.call(car::SetConfig(car::Config::new(up, down)))?;
//! let config = car.call(car::GetConfig)?;
//! assert_eq!(config.downstream().mode, car::Mode::Shape);
//! assert_eq!(config.upstream().rate, 2_000_000);
//! assert_eq!(car.call(car::GetStats)?.downstream.dropped_pkts, 0);
//! # Ok::<(), netgraph::Error>(())
//! ```

use super::numbers::{flags, numbers};
use crate::ascii::{Type, UINT8, UINT64, fields};
use crate::name::HookName;
use crate::{node_type, payload, sys};

/// The end towards the protocols: what comes in here goes downstream.
pub const UPPER: HookName = HookName::constant(sys::NG_CAR_HOOK_UPPER);
/// The end towards the wire: what comes in here goes upstream.
pub const LOWER: HookName = HookName::constant(sys::NG_CAR_HOOK_LOWER);

node_type! {
    /// Limits the rate of the link between [`UPPER`] and [`LOWER`], each direction for itself. It dies with its last
    /// hook; see [ng_car(4)](https://man.freebsd.org/ng_car/4).
    pub Car: "car", cookie = sys::NGM_CAR_COOKIE;
    /// Reads the counters.
    #[doc(alias = "NGM_CAR_GET_STATS")]
    GetStats "getstats" = sys::NGM_CAR_GET_STATS => Stats, repeatable;
    /// Sets the counters to 0.
    #[doc(alias = "NGM_CAR_CLR_STATS")]
    ClearStats "clrstats" = sys::NGM_CAR_CLR_STATS;
    /// Reads the counters and sets them to 0, in one step.
    #[doc(alias = "NGM_CAR_GETCLR_STATS")]
    GetClearStats "getclrstats" = sys::NGM_CAR_GETCLR_STATS => Stats;
    /// Reads the configuration.
    #[doc(alias = "NGM_CAR_GET_CONF")]
    GetConfig "getconf" = sys::NGM_CAR_GET_CONF => Config, repeatable;
    /// Replaces the configuration.
    #[doc(alias = "NGM_CAR_SET_CONF")]
    SetConfig(Config) "setconf" = sys::NGM_CAR_SET_CONF;
}

static HOOK_STATS: Type = fields![
    "passed": UINT64,
    "dropped": UINT64,
    "green": UINT64,
    "yellow": UINT64,
    "red": UINT64,
    "errors": UINT64,
];

static STATS: Type = fields!["upstream": HOOK_STATS, "downstream": HOOK_STATS];

static HOOK_CONFIG: Type = fields![
    "cbs": UINT64,
    "ebs": UINT64,
    "cir": UINT64,
    "pir": UINT64,
    "greenAction": UINT8,
    "yellowAction": UINT8,
    "redAction": UINT8,
    "mode": UINT8,
    "opt": UINT8,
];

static CONFIG: Type = fields!["upstream": HOOK_CONFIG, "downstream": HOOK_CONFIG];

payload! {
    /// The configuration of both directions; a [`Limit`] is one of them.
    pub Config(sys::ng_car_bulkconf) = CONFIG;
    /// The counters of both directions, in packets.
    pub Stats(sys::ng_car_bulkstats) = STATS;
}

numbers! {
    /// How the rate is limited.
    pub enum Mode: u8 {
        /// By one rate with two bursts (RFC 2697).
        #[doc(alias = "NG_CAR_SINGLE_RATE")]
        SingleRate = sys::NG_CAR_SINGLE_RATE,
        /// By two rates (RFC 2698).
        #[doc(alias = "NG_CAR_DOUBLE_RATE")]
        DoubleRate = sys::NG_CAR_DOUBLE_RATE,
        /// By one rate, dropping at random as the queue would fill.
        #[doc(alias = "NG_CAR_RED")]
        Red = sys::NG_CAR_RED,
        /// By one rate, delaying what is too much.
        #[doc(alias = "NG_CAR_SHAPE")]
        Shape = sys::NG_CAR_SHAPE,
    }

    /// What happens to packets of a colour.
    pub enum Action: u8 {
        /// They go on.
        #[doc(alias = "NG_CAR_ACTION_FORWARD")]
        Forward = sys::NG_CAR_ACTION_FORWARD,
        /// They are dropped.
        #[doc(alias = "NG_CAR_ACTION_DROP")]
        Drop = sys::NG_CAR_ACTION_DROP,
        /// They are marked with their colour, and go on.
        #[doc(alias = "NG_CAR_ACTION_MARK")]
        Mark = sys::NG_CAR_ACTION_MARK,
    }
}

flags! {
    /// What else is to be known of a limit.
    pub struct Options: u8 {
        /// A colour that a packet was marked with before counts.
        #[doc(alias = "NG_CAR_COLOR_AWARE")]
        COLOR_AWARE = sys::NG_CAR_COLOR_AWARE,
        /// Rates are in packets per second and bursts in packets, instead of bits per second and bytes.
        #[doc(alias = "NG_CAR_COUNT_PACKETS")]
        COUNT_PACKETS = sys::NG_CAR_COUNT_PACKETS,
    }
}

/// The limit of one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Limit {
    /// How the rate is limited.
    pub mode: Mode,
    /// The committed rate (CIR), in bits per second: at most 1,000,000,000.
    pub rate: u64,
    /// The peak rate (PIR) of [`Mode::DoubleRate`], in bits per second.
    pub peak_rate: u64,
    /// The committed burst (CBS), in bytes.
    pub burst: u64,
    /// The exceeded or peak burst (EBS), in bytes.
    pub excess_burst: u64,
    /// What happens to packets within the burst.
    pub green: Action,
    /// What happens to packets within the exceeded burst.
    pub yellow: Action,
    /// What happens to all others.
    pub red: Action,
    /// What else is to be known.
    pub options: Options,
}

impl Limit {
    /// Delays what comes faster than `rate` bits per second and a burst of `burst` bytes.
    #[must_use]
    pub const fn shape(rate: u64, burst: u64) -> Self {
        Self { mode: Mode::Shape, ..Self::drop_above(rate, burst, burst) }
    }

    /// Drops what comes faster than `rate` bits per second, a burst of `burst` bytes and one of `excess_burst`.
    #[must_use]
    pub const fn drop_above(rate: u64, burst: u64, excess_burst: u64) -> Self {
        Self {
            mode: Mode::SingleRate,
            rate,
            peak_rate: 0,
            burst,
            excess_burst,
            green: Action::Forward,
            yellow: Action::Forward,
            red: Action::Drop,
            options: Options::empty(),
        }
    }
}

impl From<Limit> for sys::ng_car_hookconf {
    fn from(limit: Limit) -> Self {
        Self {
            cbs: limit.burst,
            ebs: limit.excess_burst,
            cir: limit.rate,
            pir: limit.peak_rate,
            green_action: limit.green.into(),
            yellow_action: limit.yellow.into(),
            red_action: limit.red.into(),
            mode: limit.mode.into(),
            opt: limit.options.bits(),
            ..Default::default()
        }
    }
}

impl From<sys::ng_car_hookconf> for Limit {
    fn from(raw: sys::ng_car_hookconf) -> Self {
        Self {
            mode: raw.mode.into(),
            rate: raw.cir,
            peak_rate: raw.pir,
            burst: raw.cbs,
            excess_burst: raw.ebs,
            green: raw.green_action.into(),
            yellow: raw.yellow_action.into(),
            red: raw.red_action.into(),
            options: Options::from_bits_retain(raw.opt),
        }
    }
}

impl Config {
    /// Limits both directions.
    #[must_use]
    pub fn new(upstream: Limit, downstream: Limit) -> Self {
        Self(sys::ng_car_bulkconf { upstream: upstream.into(), downstream: downstream.into() })
    }

    /// Returns the limit of what goes from [`LOWER`] to [`UPPER`].
    #[must_use]
    pub fn upstream(&self) -> Limit {
        self.0.upstream.into()
    }

    /// Returns the limit of what goes from [`UPPER`] to [`LOWER`].
    #[must_use]
    pub fn downstream(&self) -> Limit {
        self.0.downstream.into()
    }
}
