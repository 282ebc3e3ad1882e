//! `patch`: changes bytes of packets; see ng_patch(4).

use super::list::list;
use crate::ascii::{Before, Type, UINT16, UINT32, UINT64, fields};
use crate::name::HookName;
use crate::{node_type, payload, sys};

pub use crate::sys::{ng_patch_config, ng_patch_op, ng_patch_op_val};

/// Where packets come in that are changed.
pub const IN: HookName = HookName::constant(sys::NG_PATCH_HOOK_IN);
/// Where they leave; what comes in here leaves at [`IN`] as it is.
pub const OUT: HookName = HookName::constant(sys::NG_PATCH_HOOK_OUT);

node_type! {
    /// Changes bytes of the packets from [`IN`] to [`OUT`]. It dies with its last hook; see
    /// [ng_patch(4)](https://man.freebsd.org/ng_patch/4).
    pub Patch: "patch", cookie = sys::NGM_PATCH_COOKIE;
    /// Reads the link layer of the packets: `DLT_RAW` for none, or `DLT_EN10MB`.
    #[doc(alias = "NGM_PATCH_GETDLT")]
    GetDlt "getdlt" = sys::NGM_PATCH_GETDLT => u8, repeatable;
    /// Sets the link layer of the packets.
    #[doc(alias = "NGM_PATCH_SETDLT")]
    SetDlt(u8) "setdlt" = sys::NGM_PATCH_SETDLT;
    /// Reads the configuration. No reply comes before there is one.
    #[doc(alias = "NGM_PATCH_GETCONFIG")]
    GetConfig "getconfig" = sys::NGM_PATCH_GETCONFIG => Config, repeatable;
    /// Replaces the configuration.
    #[doc(alias = "NGM_PATCH_SETCONFIG")]
    SetConfig(Config) "setconfig" = sys::NGM_PATCH_SETCONFIG;
    /// Reads the counters.
    #[doc(alias = "NGM_PATCH_GET_STATS")]
    GetStats "getstats" = sys::NGM_PATCH_GET_STATS => Stats, repeatable;
    /// Sets the counters to 0.
    #[doc(alias = "NGM_PATCH_CLR_STATS")]
    ClearStats "clrstats" = sys::NGM_PATCH_CLR_STATS;
    /// Reads the counters and sets them to 0, in one step.
    #[doc(alias = "NGM_PATCH_GETCLR_STATS")]
    GetClearStats "getclrstats" = sys::NGM_PATCH_GETCLR_STATS => Stats;
}

static OPERATION: Type = fields!["offset": UINT32, "length": UINT16, "mode": UINT16, "value": UINT64];

/// The count begins the struct of 24 bytes that stands before the array.
fn operation_count(before: Before<'_>) -> Option<usize> {
    before.u32_back(20).map(|count| count as usize)
}

static CONFIG: Type = fields![
    "count": UINT32,
    "csum_flags": UINT64,
    "relative_offset": UINT32,
    "ops": Type::Array(&OPERATION, operation_count),
];

static STATS: Type = fields!["Received": UINT64, "Patched": UINT64, "Dropped": UINT64];

list! {
    /// The configuration: its elements are operations, done in this order.
    ///
    /// ```
    /// use netgraph::nodes::patch::{self, Config, Mode, operation};
    /// let config = Config::new(Default::default(), &[operation(8, 1, Mode::Set, 64)]);
    /// assert_eq!(config.to_string(), "{ count=1 ops=[ { offset=8 length=1 mode=1 value=64 } ] }");
    /// ```
    pub Config { head: ng_patch_config, count: count, element: ng_patch_op => ng_patch_op, text: CONFIG }
}

payload! {
    /// The counters, in packets.
    pub Stats(sys::ng_patch_stats) = STATS;
}

/// What an operation does with the bytes, which are in network byte order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// Replaces them.
    Set,
    /// Adds the value.
    Add,
    /// Subtracts the value.
    Sub,
    /// Multiplies by the value.
    Mul,
    /// Divides by the value.
    Div,
    /// Negates them.
    Neg,
    /// Does a logical and.
    And,
    /// Does a logical or.
    Or,
    /// Does a logical exclusive or.
    Xor,
    /// Shifts left.
    Shl,
    /// Shifts right.
    Shr,
}

impl Mode {
    /// All modes in the order of their numbers, from `NG_PATCH_MODE_SET` (1) on.
    const ALL: [Self; 11] = [
        Self::Set,
        Self::Add,
        Self::Sub,
        Self::Mul,
        Self::Div,
        Self::Neg,
        Self::And,
        Self::Or,
        Self::Xor,
        Self::Shl,
        Self::Shr,
    ];

    /// Returns the mode's number.
    #[must_use]
    pub fn number(self) -> u16 {
        sys::NG_PATCH_MODE_SET + self as u16
    }

    /// Reads the mode from its number. `None` where it is not a known one.
    #[must_use]
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL.get(usize::from(number.checked_sub(sys::NG_PATCH_MODE_SET)?)).copied()
    }
}

/// Makes an operation on the `length` bytes (1, 2, 4 or 8) at `offset`.
#[must_use]
pub fn operation(offset: u32, length: u16, mode: Mode, value: u64) -> ng_patch_op {
    let val = match length {
        1 => ng_patch_op_val::from_v1(value as u8),
        2 => ng_patch_op_val::from_v2(value as u16),
        4 => ng_patch_op_val::from_v4(value as u32),
        _ => ng_patch_op_val { v8: value },
    };
    ng_patch_op { offset, length, mode: mode.number(), val }
}
