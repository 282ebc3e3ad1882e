//! `vlan_rotate`: reorders the VLAN tags of a frame; see ng_vlan_rotate(4).
//!
//! ```
//! use netgraph::nodes::vlan_rotate::{self, Config};
//! use netgraph::sim::SimKernel;
//! use netgraph::{HookName, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let node = socket.make_peer::<vlan_rotate::VlanRotate>(HookName::constant("x"), vlan_rotate::ORIGINAL)?;
//! // The innermost of two tags becomes the outermost.
//! node.call(vlan_rotate::SetConfig(Config::new(1, 2..=2)))?;
//! assert_eq!(node.call(vlan_rotate::GetConfig)?.tags(), 2..=2);
//! assert_eq!(node.call(vlan_rotate::GetStats)?.excessive, 0);
//! # Ok::<(), netgraph::Error>(())
//! ```

use std::ops::RangeInclusive;

use crate::ascii::{INT8, Type, UINT8, UINT64, fields};
use crate::name::HookName;
use crate::{node_type, payload, sys};

/// Frames whose tags are reordered.
pub const ORDERED: HookName = HookName::constant(sys::NG_VLANROTATE_HOOK_ORDERED);
/// Frames as they were.
pub const ORIGINAL: HookName = HookName::constant(sys::NG_VLANROTATE_HOOK_ORIGINAL);
/// Frames with more tags than configured.
pub const EXCESSIVE: HookName = HookName::constant(sys::NG_VLANROTATE_HOOK_EXCESSIVE);
/// Frames with fewer tags than configured.
pub const INCOMPLETE: HookName = HookName::constant(sys::NG_VLANROTATE_HOOK_INCOMPLETE);

node_type! {
    /// Rotates the VLAN tags of frames from [`ORIGINAL`] to [`ORDERED`], and back the other way; those with too many or
    /// too few tags go to [`EXCESSIVE`] and [`INCOMPLETE`]. It dies with its last hook; see
    /// [ng_vlan_rotate(4)](https://man.freebsd.org/ng_vlan_rotate/4).
    pub VlanRotate: "vlan_rotate", cookie = sys::NGM_VLANROTATE_COOKIE;
    /// Reads the configuration.
    #[doc(alias = "NGM_VLANROTATE_GET_CONF")]
    GetConfig "getconf" = sys::NGM_VLANROTATE_GET_CONF => Config, repeatable;
    /// Changes the configuration; a `max` of 0 leaves that as it is.
    #[doc(alias = "NGM_VLANROTATE_SET_CONF")]
    SetConfig(Config) "setconf" = sys::NGM_VLANROTATE_SET_CONF;
    /// Reads the counters.
    #[doc(alias = "NGM_VLANROTATE_GET_STAT")]
    GetStats "getstat" = sys::NGM_VLANROTATE_GET_STAT => Stats, repeatable;
    /// Sets the counters to 0. The kernel's list of commands declares a reply by mistake.
    #[doc(alias = "NGM_VLANROTATE_CLR_STAT")]
    ClearStats "clrstat" = sys::NGM_VLANROTATE_CLR_STAT, reply = STATS;
    /// Reads the counters and sets them to 0, in one step.
    #[doc(alias = "NGM_VLANROTATE_GETCLR_STAT")]
    GetClearStats "getclrstat" = sys::NGM_VLANROTATE_GETCLR_STAT => Stats;
}

static CONFIG: Type = fields!["rot": INT8, "min": UINT8, "max": UINT8];

static STATS: Type = fields![
    "drops": UINT64,
    "excessive": UINT64,
    "incomplete": UINT64,
    "histogram": Type::FixedArray(&UINT64, sys::NG_VLANROTATE_MAX_VLANS),
];

payload! {
    /// How far the tags are rotated (to the right if positive), and how many tags a frame has at least and at most.
    pub Config(sys::ng_vlanrotate_conf) = CONFIG;
    /// The counters, in frames: the histogram is by the number of tags.
    pub Stats(sys::ng_vlanrotate_stat) = STATS;
}

impl Config {
    /// Rotates the tags of frames with so many of them (up to 10) by `rotation` places: to the right if it is positive.
    #[must_use]
    pub fn new(rotation: i8, tags: RangeInclusive<u8>) -> Self {
        Self(sys::ng_vlanrotate_conf { rot: rotation, min: *tags.start(), max: *tags.end() })
    }

    /// Returns how many tags the frames have that are rotated.
    #[must_use]
    pub fn tags(&self) -> RangeInclusive<u8> {
        self.min..=self.max
    }
}
