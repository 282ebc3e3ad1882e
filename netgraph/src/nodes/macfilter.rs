//! `macfilter`: parts Ethernet frames by the host they come from; see ng_macfilter(4).
//!
//! ```
//! use netgraph::nodes::EtherAddr;
//! use netgraph::nodes::macfilter::{self, Assignment};
//! use netgraph::sim::SimKernel;
//! use netgraph::{HookName, Path, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let [wire, guests] = [HookName::constant("wire"), HookName::constant("guests")];
//! let filter = socket.make_peer::<macfilter::Macfilter>(wire, macfilter::ETHER)?;
//! socket.connect(&Path::own(), filter.path(), guests, guests)?;
//! let host = EtherAddr([2, 0, 0, 0, 0, 7]);
//! filter.call(macfilter::Direct(Assignment::new(host, guests)))?;
//! let table = filter.call(macfilter::GetMacs)?;
//! let hooks = filter.call(macfilter::GetHooks)?;
//! let mac = table.iter().next().ok_or("an empty table")?;
//! let hook = hooks.iter().find(|hook| hook.id == mac.hook).ok_or("no such hook")?;
//! assert_eq!((mac.host, hook.hook, hook.hosts), (host, guests, 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::EtherAddr;
use super::list::list;
use crate::ascii::{Before, NAME, Type, UINT16, UINT32, UINT64, fields};
use crate::name::HookName;
use crate::{node_type, payload, sys};

/// The wire.
pub const ETHER: HookName = HookName::constant(sys::NG_MACFILTER_HOOK_ETHER);
/// Where frames go of hosts that are in no table; [`Mac::hook`] is 0 for it.
pub const DEFAULT: HookName = HookName::constant(sys::NG_MACFILTER_HOOK_DEFAULT);

node_type! {
    /// Parts the frames from [`ETHER`] by their source: hosts in the table to the hook they are assigned to, all others
    /// to [`DEFAULT`]. Any other hook name will do for hosts; it dies with its last hook. See
    /// [ng_macfilter(4)](https://man.freebsd.org/ng_macfilter/4).
    pub Macfilter: "macfilter", cookie = sys::NGM_MACFILTER_COOKIE;
    /// Empties the table.
    #[doc(alias = "NGM_MACFILTER_RESET")]
    Reset "reset" = sys::NGM_MACFILTER_RESET;
    /// Assigns a host to a hook, by the hook's name; [`DEFAULT`] takes it out of the table.
    #[doc(alias = "NGM_MACFILTER_DIRECT")]
    Direct(Assignment) "direct" = sys::NGM_MACFILTER_DIRECT;
    /// Assigns a host to a hook, by the hook's number.
    #[doc(alias = "NGM_MACFILTER_DIRECT_HOOKID")]
    DirectToId(AssignmentById) "directi" = sys::NGM_MACFILTER_DIRECT_HOOKID;
    /// Reads the table.
    #[doc(alias = "NGM_MACFILTER_GET_MACS")]
    GetMacs "getmacs" = sys::NGM_MACFILTER_GET_MACS => Macs, repeatable;
    /// Reads the table and sets its counters to 0, in one step.
    #[doc(alias = "NGM_MACFILTER_GETCLR_MACS")]
    GetClearMacs "getclrmacs" = sys::NGM_MACFILTER_GETCLR_MACS => Macs;
    /// Sets the counters of the table to 0.
    #[doc(alias = "NGM_MACFILTER_CLR_MACS")]
    ClearMacs "clrmacs" = sys::NGM_MACFILTER_CLR_MACS;
    /// Lists the hooks and their numbers.
    #[doc(alias = "NGM_MACFILTER_GET_HOOKS")]
    GetHooks "gethooks" = sys::NGM_MACFILTER_GET_HOOKS => Hooks, repeatable;
}

static ASSIGNMENT: Type = fields!["ether": Type::Ether, "hookname": NAME];

static ASSIGNMENT_BY_ID: Type = fields!["ether": Type::Ether, "hookid": UINT16];

static MAC: Type = fields![
    "ether": Type::Ether,
    "hookid": UINT16,
    "packets_in": UINT64,
    "bytes_in": UINT64,
    "packets_out": UINT64,
    "bytes_out": UINT64,
];

fn mac_count(before: Before<'_>) -> Option<usize> {
    before.u32_back(4).map(|count| count as usize)
}

static MACS: Type = fields!["n": UINT32, "macs": Type::Array(&MAC, mac_count)];

static HOOK: Type = fields!["hookname": NAME, "hookid": UINT16, "maccnt": UINT32];

fn hook_count(before: Before<'_>) -> Option<usize> {
    before.u32_back(0).map(|count| count as usize)
}

static HOOKS: Type = fields!["n": UINT32, "hooks": Type::Array(&HOOK, hook_count)];

payload! {
    /// A host, and the name of its hook.
    pub Assignment(sys::ngm_macfilter_direct) = ASSIGNMENT;
    /// A host, and the number of its hook.
    pub AssignmentById(sys::ngm_macfilter_direct_hookid) = ASSIGNMENT_BY_ID;
}

impl Assignment {
    /// Assigns `host` to `hook`.
    #[must_use]
    pub fn new(host: EtherAddr, hook: HookName) -> Self {
        Self(sys::ngm_macfilter_direct { ether: host.0, hookname: hook.to_field() })
    }
}

impl AssignmentById {
    /// Assigns `host` to the hook of this number.
    #[must_use]
    pub fn new(host: EtherAddr, hook: u16) -> Self {
        Self(sys::ngm_macfilter_direct_hookid { ether: host.0, hookid: hook })
    }
}

list! {
    /// The table of hosts.
    pub Macs { head: sys::ngm_macfilter_macs, count: n, element: sys::ngm_macfilter_mac => Mac, text: MACS }
    /// The hooks of a node.
    pub Hooks { head: sys::ngm_macfilter_hooks, count: n, element: sys::ngm_macfilter_hook => Hook, text: HOOKS }
}

/// A host of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mac {
    /// The host.
    pub host: EtherAddr,
    /// The number of its hook.
    pub hook: u16,
    /// Packets from the host.
    pub packets_in: u64,
    /// Bytes from the host.
    pub bytes_in: u64,
    /// Packets to the host.
    pub packets_out: u64,
    /// Bytes to the host.
    pub bytes_out: u64,
}

impl From<sys::ngm_macfilter_mac> for Mac {
    fn from(raw: sys::ngm_macfilter_mac) -> Self {
        Self {
            host: EtherAddr(raw.ether),
            hook: raw.hookid,
            packets_in: raw.packets_in,
            bytes_in: raw.bytes_in,
            packets_out: raw.packets_out,
            bytes_out: raw.bytes_out,
        }
    }
}

/// A hook of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hook {
    /// Its name.
    pub hook: HookName,
    /// Its number.
    pub id: u16,
    /// How many hosts are assigned to it.
    pub hosts: u32,
}

impl From<sys::ngm_macfilter_hook> for Hook {
    fn from(raw: sys::ngm_macfilter_hook) -> Self {
        Self { hook: HookName::from_field(&raw.hookname), id: raw.hookid, hosts: raw.maccnt }
    }
}
