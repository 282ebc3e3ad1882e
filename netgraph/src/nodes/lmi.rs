//! `lmi`: the management of a frame relay line; see ng_lmi(4).
//!
//! ```
//! use netgraph::nodes::lmi;
//! use netgraph::sim::SimKernel;
//! use netgraph::{HookName, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let line = socket.make_peer::<lmi::Lmi>(HookName::constant("dlci0"), lmi::ANNEX_D)?;
//! let status = line.call(lmi::GetStatus)?;
//! assert_eq!(status.protocol(), "annexD");
//! assert_eq!(status.up().count(), 0);
//! # Ok::<(), netgraph::Error>(())
//! ```

use super::values::fixed_text;
use crate::name::HookName;
use crate::{node_type, payload, sys};

/// A hook that takes nothing and gives nothing yet.
pub const DEBUG: HookName = HookName::constant(sys::NG_LMI_HOOK_DEBUG);
/// Speaks ITU Annex A.
pub const ANNEX_A: HookName = HookName::constant(sys::NG_LMI_HOOK_ANNEXA);
/// Speaks ANSI Annex D.
pub const ANNEX_D: HookName = HookName::constant(sys::NG_LMI_HOOK_ANNEXD);
/// Speaks the protocol of the group of four.
pub const GROUP_OF_4: HookName = HookName::constant(sys::NG_LMI_HOOK_GROUPOF4);
/// Channel 0, for finding out which protocol is spoken.
pub const AUTO0: HookName = HookName::constant(sys::NG_LMI_HOOK_AUTO0);
/// Channel 1023, for finding out which protocol is spoken.
pub const AUTO1023: HookName = HookName::constant(sys::NG_LMI_HOOK_AUTO1023);

node_type! {
    /// Keeps a frame relay line alive, and learns which channels it has: one of the hooks [`ANNEX_A`], [`ANNEX_D`] and
    /// [`GROUP_OF_4`], or both [`AUTO0`] and [`AUTO1023`]. It dies with that hook. Answers
    /// [`TextStatus`](super::generic::TextStatus) too; see [ng_lmi(4)](https://man.freebsd.org/ng_lmi/4).
    pub Lmi: "lmi", cookie = sys::NGM_LMI_COOKIE;
    /// Reads the protocol spoken, and the channels.
    #[doc(alias = "NGM_LMI_GET_STATUS")]
    GetStatus = sys::NGM_LMI_GET_STATUS => Status, repeatable;
}

payload! {
    /// The protocol that is spoken, and the channels of the line.
    pub Status(sys::nglmistat);
}

impl Status {
    /// Returns the protocol, by the name of its hook; empty while it is unknown.
    #[must_use]
    pub fn protocol(&self) -> String {
        fixed_text(&self.proto)
    }

    /// Returns the channels that the other end says are up.
    pub fn up(&self) -> impl Iterator<Item = u16> {
        channels(&self.0.up)
    }

    /// Returns the channels that the other end has ever told of.
    pub fn seen(&self) -> impl Iterator<Item = u16> {
        channels(&self.0.seen)
    }
}

/// The numbers of the bits that are set.
fn channels(bits: &[u8]) -> impl Iterator<Item = u16> {
    let octets = (0u16..).zip(bits);
    octets
        .flat_map(|(i, octet)| (0..8).filter(move |bit| octet & (1 << bit) != 0).map(move |bit| i * 8 + bit))
}
