//! `vlan`: parts Ethernet frames by VLAN; see ng_vlan(4).
//!
//! ```
//! use netgraph::nodes::vlan::{self, Encap, Filter, TagType};
//! use netgraph::sim::SimKernel;
//! use netgraph::transport::{RecvBatch, Wait};
//! use netgraph::{HookName, Path, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let [trunk, ten] = [HookName::constant("trunk"), HookName::constant("ten")];
//! let node = socket.make_peer::<vlan::Vlan>(trunk, vlan::DOWNSTREAM)?;
//! socket.connect(&Path::own(), node.path(), ten, ten)?;
//! node.call(vlan::AddFilter(Filter::new(ten, 10)))?;
//! assert_eq!(node.call(vlan::GetEncap)?, Encap::FROM_FILTER);
//! assert_eq!(node.call(vlan::GetEncapProto)?, TagType::Customer);
//!
//! socket.send(trunk, b"\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x81\0\0\x0a\x08\0hello")?;
//! let mut batch = RecvBatch::new(1, 64);
//! socket.receive(&mut batch, Wait::No)?;
//! assert!(batch.iter().eq([(ten, &b"\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x08\0hello"[..])]));
//! # Ok::<(), netgraph::Error>(())
//! ```

use super::list::list;
use super::numbers::{flags, flags_payload, number_payload, numbers};
use crate::ascii::{Before, HINT16, HINT32, NAME, Type, UINT8, UINT16, UINT32, fields};
use crate::name::HookName;
use crate::{node_type, payload, sys};

/// Tagged frames.
pub const DOWNSTREAM: HookName = HookName::constant(sys::NG_VLAN_HOOK_DOWNSTREAM);
/// Frames that no filter wants.
pub const NOMATCH: HookName = HookName::constant(sys::NG_VLAN_HOOK_NOMATCH);

node_type! {
    /// Parts the tagged frames from [`DOWNSTREAM`] by VLAN: to the hook of a filter, or to [`NOMATCH`]. Any other hook
    /// name will do for filters; it dies with its last hook. See [ng_vlan(4)](https://man.freebsd.org/ng_vlan/4).
    pub Vlan: "vlan", cookie = sys::NGM_VLAN_COOKIE;
    /// Adds a filter. Rejected with ENOENT where the hook is not there, EEXIST where the hook or the VLAN has one.
    #[doc(alias = "NGM_VLAN_ADD_FILTER")]
    AddFilter(Filter) "addfilter" = sys::NGM_VLAN_ADD_FILTER;
    /// Removes the filter of a hook.
    #[doc(alias = "NGM_VLAN_DEL_FILTER")]
    DelFilter(HookName) "delfilter" = sys::NGM_VLAN_DEL_FILTER;
    /// Lists the filters.
    #[doc(alias = "NGM_VLAN_GET_TABLE")]
    GetTable "gettable" = sys::NGM_VLAN_GET_TABLE => Table, repeatable;
    /// Removes the filter of a VLAN.
    #[doc(alias = "NGM_VLAN_DEL_VID_FLT")]
    DelVidFilter(u16) "delvidflt" = sys::NGM_VLAN_DEL_VID_FLT;
    /// Reads whether tags are taken off: 0 or 1.
    #[doc(alias = "NGM_VLAN_GET_DECAP")]
    GetDecap "getdecap" = sys::NGM_VLAN_GET_DECAP => u32, reply = HINT32, repeatable;
    /// Takes tags off (1), or not (0).
    #[doc(alias = "NGM_VLAN_SET_DECAP")]
    SetDecap(u32) "setdecap" = sys::NGM_VLAN_SET_DECAP, args = HINT32;
    /// Reads which frames get a tag.
    #[doc(alias = "NGM_VLAN_GET_ENCAP")]
    GetEncap "getencap" = sys::NGM_VLAN_GET_ENCAP => Encap, reply = HINT32, repeatable;
    /// Sets which frames get a tag.
    #[doc(alias = "NGM_VLAN_SET_ENCAP")]
    SetEncap(Encap) "setencap" = sys::NGM_VLAN_SET_ENCAP, args = HINT32;
    /// Reads the Ethernet type of the tags.
    #[doc(alias = "NGM_VLAN_GET_ENCAP_PROTO")]
    GetEncapProto "getencapproto" = sys::NGM_VLAN_GET_ENCAP_PROTO => TagType, reply = HINT16, repeatable;
    /// Sets the Ethernet type of the tags; the kernel takes any number.
    #[doc(alias = "NGM_VLAN_SET_ENCAP_PROTO")]
    SetEncapProto(TagType) "setencapproto" = sys::NGM_VLAN_SET_ENCAP_PROTO, args = HINT16;
}

static FILTER: Type = fields!["hook": NAME, "vlan": UINT16, "vid": UINT16, "pcp": UINT8, "cfi": UINT8];

fn filter_count(before: Before<'_>) -> Option<usize> {
    before.u32_back(0).map(|count| count as usize)
}

static TABLE: Type = fields!["n": UINT32, "filter": Type::Array(&FILTER, filter_count)];

payload! {
    /// A filter: a hook, and the VLAN whose frames go there.
    pub Filter(sys::ng_vlan_filter) = FILTER;
}

impl Filter {
    /// Sends the frames of VLAN `vid` (below 4096) to `hook`.
    ///
    /// ```
    /// use netgraph::{HookName, nodes::vlan::Filter};
    /// let filter = Filter::new(HookName::constant("ten"), 10);
    /// assert_eq!(filter.to_string(), "{ hook=\"ten\" vid=10 }");
    /// ```
    #[must_use]
    pub fn new(hook: HookName, vid: u16) -> Self {
        Self(sys::ng_vlan_filter { hook_name: hook.to_field(), vid, ..Default::default() })
    }

    /// Gives the frames that leave through the hook this priority, 0 to 7.
    #[must_use]
    pub fn with_priority(mut self, priority: u8) -> Self {
        self.0.pcp = priority;
        self
    }

    /// Returns the hook where the frames go.
    #[must_use]
    pub fn hook(&self) -> HookName {
        HookName::from_field(&self.hook_name)
    }
}

impl From<sys::ng_vlan_filter> for Filter {
    fn from(raw: sys::ng_vlan_filter) -> Self {
        Self(raw)
    }
}

list! {
    /// The filters of a node.
    pub Table { head: sys::ng_vlan_table, count: n, element: sys::ng_vlan_filter => Filter, text: TABLE }
}

flags! {
    /// Which frames get a tag.
    pub struct Encap: u32 {
        /// Those from the hooks of filters.
        #[doc(alias = "VLAN_ENCAP_FROM_FILTER")]
        FROM_FILTER = sys::VLAN_ENCAP_FROM_FILTER,
        /// Those from [`NOMATCH`].
        #[doc(alias = "VLAN_ENCAP_FROM_NOMATCH")]
        FROM_NOMATCH = sys::VLAN_ENCAP_FROM_NOMATCH,
    }
}

flags_payload!(Encap: u32, Some(&HINT32));

/// The Ethernet types of tags.
const CUSTOMER: u16 = 0x8100;
const SERVICE: u16 = 0x88a8;
const OLD_SERVICE: u16 = 0x9100;

numbers! {
    /// The Ethernet type of tags.
    pub enum TagType: u16 {
        /// 0x8100: customers' tags (IEEE 802.1Q).
        Customer = CUSTOMER,
        /// 0x88a8: providers' tags (IEEE 802.1ad).
        Service = SERVICE,
        /// 0x9100: providers' tags, before there was a standard.
        OldService = OLD_SERVICE,
    }
}

number_payload!(TagType: u16, Some(&HINT16));
