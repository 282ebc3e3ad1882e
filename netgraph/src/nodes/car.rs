//! `car`: limits the rate of a link; see ng_car(4).

use crate::ascii::{Type, UINT8, UINT64, fields};
use crate::name::HookName;
use crate::{node_type, payload, sys};

/// One side of the link: what comes in here goes upstream.
pub const UPPER: HookName = HookName::constant(sys::NG_CAR_HOOK_UPPER);
/// The other side: what comes in here goes downstream.
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
    /// The configuration of both directions: rates are in bits per second, bursts in bytes. The actions are
    /// `NG_CAR_ACTION_...`, the mode one of [`Mode`].
    pub Config(sys::ng_car_bulkconf) = CONFIG;
    /// The counters of both directions, in packets.
    pub Stats(sys::ng_car_bulkstats) = STATS;
}

/// How the rate is limited: the field `mode` of a direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// By one rate with two bursts (RFC 2697).
    SingleRate,
    /// By two rates (RFC 2698).
    DoubleRate,
    /// By one rate, dropping at random as the queue would fill.
    Red,
    /// By one rate, delaying what is too much.
    Shape,
}

impl Mode {
    /// Reads the mode from its number. `None` where it is not a known one.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            sys::NG_CAR_SINGLE_RATE => Self::SingleRate,
            sys::NG_CAR_DOUBLE_RATE => Self::DoubleRate,
            sys::NG_CAR_RED => Self::Red,
            sys::NG_CAR_SHAPE => Self::Shape,
            _ => return None,
        })
    }

    /// Returns the mode's number.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::SingleRate => sys::NG_CAR_SINGLE_RATE,
            Self::DoubleRate => sys::NG_CAR_DOUBLE_RATE,
            Self::Red => sys::NG_CAR_RED,
            Self::Shape => sys::NG_CAR_SHAPE,
        }
    }
}
