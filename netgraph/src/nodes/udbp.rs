//! `udbp`: a USB cable between two hosts; see udbp(4).
//!
//! ```
//! use netgraph::nodes::udbp::Status;
//!
//! // Nodes come with their devices, and cannot be made; what they reply can be read.
//! let status: Status = "{ packets_in=3 }".parse()?;
//! assert_eq!((status.packets_in, status.packets_out), (3, 0));
//! # Ok::<(), netgraph::ascii::TextError>(())
//! ```

use crate::ascii::{INT32, Type, fields};
use crate::name::HookName;
use crate::{node_type, payload, sys};

/// The only hook: the packets.
pub const DATA: HookName = HookName::constant(sys::NG_UDBP_HOOK_NAME);

node_type! {
    /// A USB host-to-host cable, with one hook, [`DATA`]. It cannot be made: there is one for each cable; see
    /// [udbp(4)](https://man.freebsd.org/udbp/4).
    pub Udbp: "udbp", cookie = sys::NGM_UDBP_COOKIE;
    /// Reads the counters.
    #[doc(alias = "NGM_UDBP_GET_STATUS")]
    GetStatus "getstatus" = sys::NGM_UDBP_GET_STATUS => Status, repeatable;
    /// Sets the node's flags, which it keeps and does not use.
    #[doc(alias = "NGM_UDBP_SET_FLAG")]
    SetFlag(i32) "setflag" = sys::NGM_UDBP_SET_FLAG;
}

// The kernel's forms of the two have a sign.
static STATUS: Type = fields!["packets_in": INT32, "packets_out": INT32];

payload! {
    /// The counters.
    pub Status(sys::ngudbpstat) = STATUS;
}
