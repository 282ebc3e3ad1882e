//! `vlan_rotate`: reorders the VLAN tags of a frame; see ng_vlan_rotate(4).

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
