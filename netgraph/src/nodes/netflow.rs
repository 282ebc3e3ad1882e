//! `netflow`: counts flows and exports them; see ng_netflow(4).
//!
//! ```
//! use std::time::Duration;
//!
//! use netgraph::nodes::LinkLayer;
//! use netgraph::nodes::netflow::{self, Conf, Config, Dlt, FlowsFrom, Timeouts};
//! use netgraph::sim::SimKernel;
//! use netgraph::{HookName, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let flows = socket.make_peer::<netflow::Netflow>(HookName::constant("x"), netflow::iface(0))?;
//! flows.call(netflow::SetDlt(Dlt::new(0, LinkLayer::Ethernet)))?;
//! flows.call(netflow::SetConfig(Config::new(0, Conf::INGRESS | Conf::ONCE)))?;
//! flows.call(netflow::SetTimeouts(Timeouts::new(Duration::from_secs(15), Duration::from_secs(1800))))?;
//! assert_eq!(flows.call(netflow::GetIfInfo(0))?.conf(), Conf::INGRESS | Conf::ONCE);
//!
//! let mut from = Some(FlowsFrom::START);
//! while let Some(start) = from {
//!     let part = flows.call(netflow::Show(start))?;
//!     for flow in part.iter() {
//!         println!("{:?} -> {:?}: {} bytes", flow.source(), flow.destination(), flow.bytes());
//!     }
//!     from = part.next();
//! }
//! # Ok::<(), netgraph::Error>(())
//! ```

mod flows;

use std::time::Duration;

use super::LinkLayer;
use super::numbers::{flags, seconds};
use crate::ascii::{Type, UINT8, UINT16, UINT32, UINT64, fields};
use crate::name::HookName;
use crate::{node_type, payload, sys};

pub use flows::{Flow, Flows};

/// Where flows are exported in version 5.
pub const EXPORT: HookName = HookName::constant(sys::NG_NETFLOW_HOOK_EXPORT);
/// Where flows are exported in version 9.
pub const EXPORT9: HookName = HookName::constant(sys::NG_NETFLOW_HOOK_EXPORT9);

/// The hook where packets of an interface come in.
///
/// ```
/// assert_eq!(netgraph::nodes::netflow::iface(0).to_string(), "iface0");
/// ```
#[must_use]
pub fn iface(number: u16) -> HookName {
    HookName::numbered(sys::NG_NETFLOW_HOOK_DATA, number.into())
}

/// The hook where what came in at [`iface`] of the same number leaves.
#[must_use]
pub fn out(number: u16) -> HookName {
    HookName::numbered(sys::NG_NETFLOW_HOOK_OUT, number.into())
}

node_type! {
    /// Counts the flows of packets between [`iface`] and [`out`], and exports those that ended at [`EXPORT`] or
    /// [`EXPORT9`]. It dies with its last hook; see [ng_netflow(4)](https://man.freebsd.org/ng_netflow/4).
    pub Netflow: "netflow", cookie = sys::NGM_NETFLOW_COOKIE;
    /// Reads the counters and timeouts.
    #[doc(alias = "NGM_NETFLOW_INFO")]
    GetInfo "info" = sys::NGM_NETFLOW_INFO => Info;
    /// Describes an interface, by its number.
    #[doc(alias = "NGM_NETFLOW_IFINFO")]
    GetIfInfo(u16) "ifinfo" = sys::NGM_NETFLOW_IFINFO => IfInfo;
    /// Reads the flows, a part at a time: begin with [`FlowsFrom::START`] and go on with [`Flows::next`]. A reply may
    /// take 72 KB.
    #[doc(alias = "NGM_NETFLOW_SHOW")]
    Show(FlowsFrom) = sys::NGM_NETFLOW_SHOW => Flows;
    /// Sets the link layer of an interface.
    #[doc(alias = "NGM_NETFLOW_SETDLT")]
    SetDlt(Dlt) "setdlt" = sys::NGM_NETFLOW_SETDLT;
    /// Sets the index that is exported for an interface.
    #[doc(alias = "NGM_NETFLOW_SETIFINDEX")]
    SetIfIndex(IfIndex) "setifindex" = sys::NGM_NETFLOW_SETIFINDEX;
    /// Sets when flows end.
    #[doc(alias = "NGM_NETFLOW_SETTIMEOUTS")]
    SetTimeouts(Timeouts) "settimeouts" = sys::NGM_NETFLOW_SETTIMEOUTS;
    /// Sets what is counted on an interface.
    #[doc(alias = "NGM_NETFLOW_SETCONFIG")]
    SetConfig(Config) "setconfig" = sys::NGM_NETFLOW_SETCONFIG;
    /// Sets how often the template of version 9 is repeated.
    #[doc(alias = "NGM_NETFLOW_SETTEMPLATE")]
    SetTemplate(Template) "settemplate" = sys::NGM_NETFLOW_SETTEMPLATE;
    /// Sets the longest packet of version 9.
    #[doc(alias = "NGM_NETFLOW_SETMTU")]
    SetMtu(Mtu) "setmtu" = sys::NGM_NETFLOW_SETMTU;
    /// Reads what concerns version 9.
    #[doc(alias = "NGM_NETFLOW_V9INFO")]
    GetV9Info "v9info" = sys::NGM_NETFLOW_V9INFO => V9Info;
}

// Names with spaces can be written, but never read: in text a field's name is one word.
static INFO: Type = fields![
    "IPv4 bytes": UINT64,
    "IPv4 packets": UINT64,
    "IPv6 bytes": UINT64,
    "IPv6 packets": UINT64,
    "IPv4 skipped bytes": UINT64,
    "IPv4 skipped packets": UINT64,
    "IPv6 skipped bytes": UINT64,
    "IPv6 skipped packets": UINT64,
    "Active expiries": UINT64,
    "Inactive expiries": UINT64,
    "IPv4 records used": UINT32,
    "IPv6 records used": UINT32,
    "Failed allocations": UINT32,
    "V5 failed exports": UINT32,
    "V9 failed exports": UINT32,
    "mbuf reallocations": UINT32,
    "fibs allocated": UINT32,
    "Inactive timeout": UINT32,
    "Active timeout": UINT32,
];

static IF_INFO: Type = fields!["packets": UINT32, "data link type": UINT8, "index": UINT16, "conf": UINT32];

static DLT: Type = fields!["iface": UINT16, "dlt": UINT8];

static IF_INDEX: Type = fields!["iface": UINT16, "index": UINT16];

static TIMEOUTS: Type = fields!["inactive": UINT32, "active": UINT32];

static CONFIG: Type = fields!["iface": UINT16, "conf": UINT32];

static TEMPLATE: Type = fields!["time": UINT16, "packets": UINT16];

static MTU: Type = fields!["mtu": UINT16];

static V9_INFO: Type = fields!["v9 template packets": UINT16, "v9 template time": UINT16, "v9 MTU": UINT16];

payload! {
    /// The counters and timeouts.
    pub Info(sys::ng_netflow_info) = INFO;
    /// The description of an interface.
    pub IfInfo(sys::ng_netflow_ifinfo) = IF_INFO;
    /// An interface, and its link layer.
    pub Dlt(sys::ng_netflow_setdlt) = DLT;
    /// An interface, and the index to export for it.
    pub IfIndex(sys::ng_netflow_setifindex) = IF_INDEX;
    /// When flows end, in seconds.
    pub Timeouts(sys::ng_netflow_settimeouts) = TIMEOUTS;
    /// An interface, and what is counted there.
    pub Config(sys::ng_netflow_setconfig) = CONFIG;
    /// How often the template of version 9 is repeated: in seconds, and in packets.
    pub Template(sys::ng_netflow_settemplate) = TEMPLATE;
    /// The longest packet of version 9, in bytes.
    pub Mtu(sys::ng_netflow_setmtu) = MTU;
    /// What concerns version 9.
    pub V9Info(sys::ng_netflow_v9info) = V9_INFO;
    /// Which flows are asked for, and from where on.
    pub FlowsFrom(sys::ngnf_show_header);
}

flags! {
    /// What is counted on an interface.
    pub struct Conf: u32 {
        /// What comes in at [`iface`].
        #[doc(alias = "NG_NETFLOW_CONF_INGRESS")]
        INGRESS = sys::NG_NETFLOW_CONF_INGRESS,
        /// What comes in at [`out`].
        #[doc(alias = "NG_NETFLOW_CONF_EGRESS")]
        EGRESS = sys::NG_NETFLOW_CONF_EGRESS,
        /// Each packet once, however many such nodes it passes.
        #[doc(alias = "NG_NETFLOW_CONF_ONCE")]
        ONCE = sys::NG_NETFLOW_CONF_ONCE,
        /// Each packet once, however often it passes this node.
        #[doc(alias = "NG_NETFLOW_CONF_THISONCE")]
        THIS_ONCE = sys::NG_NETFLOW_CONF_THISONCE,
        /// The route to the source is not looked up.
        #[doc(alias = "NG_NETFLOW_CONF_NOSRCLOOKUP")]
        NO_SOURCE_LOOKUP = sys::NG_NETFLOW_CONF_NOSRCLOOKUP,
        /// The route to the destination is not looked up.
        #[doc(alias = "NG_NETFLOW_CONF_NODSTLOOKUP")]
        NO_DESTINATION_LOOKUP = sys::NG_NETFLOW_CONF_NODSTLOOKUP,
    }
}

impl Info {
    /// Returns how long a flow is silent before it ends.
    #[must_use]
    pub fn inactive_timeout(&self) -> Duration {
        Duration::from_secs(self.nfinfo_inact_t.into())
    }

    /// Returns how long a flow lasts at most.
    #[must_use]
    pub fn active_timeout(&self) -> Duration {
        Duration::from_secs(self.nfinfo_act_t.into())
    }
}

impl IfInfo {
    /// Returns the link layer.
    #[must_use]
    pub fn link_layer(&self) -> LinkLayer {
        self.ifinfo_dlt.into()
    }

    /// Returns what is counted.
    #[must_use]
    pub fn conf(&self) -> Conf {
        Conf::from_bits_retain(self.0.conf)
    }
}

impl Dlt {
    /// Takes the packets of an interface, by its number, to begin like this.
    #[must_use]
    pub fn new(iface: u16, layer: LinkLayer) -> Self {
        Self(sys::ng_netflow_setdlt { iface, dlt: layer.into(), ..Default::default() })
    }
}

impl IfIndex {
    /// Exports this index for an interface, by its number.
    #[must_use]
    pub fn new(iface: u16, index: u16) -> Self {
        Self(sys::ng_netflow_setifindex { iface, index })
    }
}

impl Config {
    /// Counts this on an interface, by its number.
    #[must_use]
    pub fn new(iface: u16, conf: Conf) -> Self {
        Self(sys::ng_netflow_setconfig { iface, conf: conf.bits(), ..Default::default() })
    }
}

impl Template {
    /// Repeats the template after this time, in whole seconds up to 65535, and after so many packets.
    #[must_use]
    pub fn new(time: Duration, packets: u16) -> Self {
        Self(sys::ng_netflow_settemplate { time: seconds(time, u16::MAX), packets })
    }
}

impl Mtu {
    /// Exports packets of at most so many bytes.
    #[must_use]
    pub fn new(mtu: u16) -> Self {
        Self(sys::ng_netflow_setmtu { mtu })
    }
}

impl V9Info {
    /// Returns after what time the template is repeated.
    #[must_use]
    pub fn template_time(&self) -> Duration {
        Duration::from_secs(self.templ_time.into())
    }
}

impl Timeouts {
    /// Ends flows that were silent for `inactive`, or have lasted for `active`; fractions of a second are cut.
    #[must_use]
    pub fn new(inactive: Duration, active: Duration) -> Self {
        Self(sys::ng_netflow_settimeouts {
            inactive_timeout: seconds(inactive, u32::MAX),
            active_timeout: seconds(active, u32::MAX),
        })
    }

    /// Returns how long a flow is silent before it ends.
    #[must_use]
    pub fn inactive(&self) -> Duration {
        Duration::from_secs(self.inactive_timeout.into())
    }

    /// Returns how long a flow lasts at most.
    #[must_use]
    pub fn active(&self) -> Duration {
        Duration::from_secs(self.active_timeout.into())
    }
}

impl FlowsFrom {
    /// The first flows of IPv4.
    pub const START: Self = Self::version(4);
    /// The first flows of IPv6.
    pub const START6: Self = Self::version(6);

    const fn version(version: u8) -> Self {
        Self(sys::ngnf_show_header { version, _pad0: [0; 3], hash_id: 0, list_id: 0, nentries: 0 })
    }
}
