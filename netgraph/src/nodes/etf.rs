//! `etf`: parts Ethernet frames by their type; see ng_etf(4).
//!
//! ```
//! use netgraph::nodes::etf::{self, Filter};
//! use netgraph::sim::SimKernel;
//! use netgraph::transport::{RecvBatch, Wait};
//! use netgraph::{HookName, Path, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let [wire, ip] = [HookName::constant("wire"), HookName::constant("ip")];
//! let filter = socket.make_peer::<etf::Etf>(wire, etf::DOWNSTREAM)?;
//! socket.connect(&Path::own(), filter.path(), ip, ip)?;
//! filter.call(etf::SetFilter(Filter::new(ip, 0x0800)))?;
//! socket.send(wire, b"\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x08\0an IPv4 packet")?;
//! let mut batch = RecvBatch::new(1, 64);
//! socket.receive(&mut batch, Wait::No)?;
//! assert!(batch.iter().map(|(hook, _)| hook).eq([ip]));
//! # Ok::<(), netgraph::Error>(())
//! ```

use crate::ascii::{NAME, Type, UINT16, UINT32, fields};
use crate::name::HookName;
use crate::{node_type, payload, sys};

/// Where all frames come from.
pub const DOWNSTREAM: HookName = HookName::constant(sys::NG_ETF_HOOK_DOWNSTREAM);
/// Where frames go that no filter wants.
pub const NOMATCH: HookName = HookName::constant(sys::NG_ETF_HOOK_NOMATCH);

node_type! {
    /// Parts Ethernet frames from [`DOWNSTREAM`] by their type: to the hook of a filter, or to [`NOMATCH`]. Any other
    /// hook name will do for filters; it dies with its last hook. See [ng_etf(4)](https://man.freebsd.org/ng_etf/4).
    pub Etf: "etf", cookie = sys::NGM_ETF_COOKIE;
    /// Reads the counters.
    #[doc(alias = "NGM_ETF_GET_STATUS")]
    GetStatus "getstatus" = sys::NGM_ETF_GET_STATUS => Status, repeatable;
    /// Sets the node's flags, which it keeps and does not use.
    #[doc(alias = "NGM_ETF_SET_FLAG")]
    SetFlag(i32) "setflag" = sys::NGM_ETF_SET_FLAG;
    /// Adds a filter. Rejected with ENOENT where the hook is not there, EEXIST where the type has a filter. There is no
    /// way to remove one but to remove its hook.
    #[doc(alias = "NGM_ETF_SET_FILTER")]
    SetFilter(Filter) "setfilter" = sys::NGM_ETF_SET_FILTER;
}

static STATUS: Type = fields!["packets_in": UINT32, "packets_out": UINT32];

static FILTER: Type = fields!["matchhook": NAME, "ethertype": UINT16];

payload! {
    /// The counters.
    pub Status(sys::ng_etfstat) = STATUS;
    /// A type of Ethernet frames, and the hook where those go.
    pub Filter(sys::ng_etffilter) = FILTER;
}

impl Filter {
    /// Sends frames of type `ethertype` (0x0800: IPv4) to `hook`.
    ///
    /// ```
    /// use netgraph::{HookName, nodes::etf::Filter};
    /// let filter = Filter::new(HookName::constant("ip"), 0x0800);
    /// assert_eq!(filter.to_string(), "{ matchhook=\"ip\" ethertype=2048 }");
    /// ```
    #[must_use]
    pub fn new(hook: HookName, ethertype: u16) -> Self {
        Self(sys::ng_etffilter { matchhook: hook.to_field(), ethertype })
    }

    /// Returns the hook where the frames go.
    #[must_use]
    pub fn hook(&self) -> HookName {
        HookName::from_field(&self.matchhook)
    }
}
