//! `patch`: changes bytes of packets; see ng_patch(4).
//!
//! ```
//! use netgraph::nodes::patch::{self, Config, Mode, operation};
//! use netgraph::nodes::{Checksums, LinkLayer};
//! use netgraph::sim::SimKernel;
//! use netgraph::transport::{RecvBatch, Wait};
//! use netgraph::{HookName, Path, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let [a, b] = [HookName::constant("a"), HookName::constant("b")];
//! let node = socket.make_peer::<patch::Patch>(a, patch::IN)?;
//! socket.connect(&Path::own(), node.path(), b, patch::OUT)?;
//! node.call(patch::SetDlt(LinkLayer::Raw))?;
//! // Set the time to live of IPv4 packets to 64.
//! node.call(patch::SetConfig(Config::of(Checksums::empty(), &[operation(8, 1, Mode::Set, 64)])))?;
//! socket.send(a, &[0x45, 0, 0, 20, 0, 0, 0, 0, 9, 1, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2])?;
//! let mut batch = RecvBatch::new(1, 64);
//! socket.receive(&mut batch, Wait::No)?;
//! assert!(batch.iter().all(|(_, packet)| packet[8] == 64));
//! let operations = node.call(patch::GetConfig)?;
//! assert!(operations.iter().map(|operation| (operation.mode(), operation.value())).eq([(Mode::Set, 64)]));
//! # Ok::<(), netgraph::Error>(())
//! ```

use super::list::{items, list};
use super::numbers::numbers;
use super::{Checksums, LinkLayer};
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
    /// Reads the link layer of the packets.
    #[doc(alias = "NGM_PATCH_GETDLT")]
    GetDlt "getdlt" = sys::NGM_PATCH_GETDLT => LinkLayer, repeatable;
    /// Sets the link layer of the packets.
    #[doc(alias = "NGM_PATCH_SETDLT")]
    SetDlt(LinkLayer) "setdlt" = sys::NGM_PATCH_SETDLT;
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
    pub Config { head: ng_patch_config, count: count, element: ng_patch_op => Operation, text: CONFIG }
}

payload! {
    /// The counters, in packets.
    pub Stats(sys::ng_patch_stats) = STATS;
}

numbers! {
    /// What an operation does with the bytes, which are in network byte order.
    pub enum Mode: u16 {
        /// Replaces them.
        Set = sys::NG_PATCH_MODE_SET,
        /// Adds the value.
        Add = sys::NG_PATCH_MODE_ADD,
        /// Subtracts the value.
        Sub = sys::NG_PATCH_MODE_SUB,
        /// Multiplies by the value.
        Mul = sys::NG_PATCH_MODE_MUL,
        /// Divides by the value.
        Div = sys::NG_PATCH_MODE_DIV,
        /// Negates them.
        Neg = sys::NG_PATCH_MODE_NEG,
        /// Does a logical and.
        And = sys::NG_PATCH_MODE_AND,
        /// Does a logical or.
        Or = sys::NG_PATCH_MODE_OR,
        /// Does a logical exclusive or.
        Xor = sys::NG_PATCH_MODE_XOR,
        /// Shifts left.
        Shl = sys::NG_PATCH_MODE_SHL,
        /// Shifts right.
        Shr = sys::NG_PATCH_MODE_SHR,
    }
}

items! {
    /// What is done with bytes of a packet.
    pub Operation(ng_patch_op);
}

impl Operation {
    /// Returns where the bytes are, counted from the start of the packet or, for all operations of a configuration, from
    /// where that [says](Config::relative_offset).
    #[must_use]
    pub fn offset(&self) -> u32 {
        self.0.offset
    }

    /// Returns how many bytes there are: 1, 2, 4 or 8.
    #[must_use]
    pub fn length(&self) -> u16 {
        self.0.length
    }

    /// Returns what is done with them.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.0.mode.into()
    }

    /// Returns with which value.
    #[must_use]
    pub fn value(&self) -> u64 {
        match self.0.length {
            1 => self.0.val.v1().into(),
            2 => self.0.val.v2().into(),
            4 => self.0.val.v4().into(),
            _ => self.0.val.v8,
        }
    }
}

impl Config {
    /// Does this in this order, and has these checksums computed anew.
    #[must_use]
    pub fn of(checksums: Checksums, operations: &[ng_patch_op]) -> Self {
        Self::new(ng_patch_config { csum_flags: checksums.bits(), ..Default::default() }, operations)
    }

    /// Returns which checksums are computed anew.
    #[must_use]
    pub fn checksums(&self) -> Checksums {
        Checksums::from_bits_retain(self.head().csum_flags)
    }

    /// Tells whether offsets are counted from behind the Ethernet header and its VLAN tags.
    #[must_use]
    pub fn relative_offset(&self) -> bool {
        self.head().relative_offset != 0
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
