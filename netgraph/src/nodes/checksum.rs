//! `checksum`: computes the checksums of IP packets; see ng_checksum(4).
//!
//! ```
//! use netgraph::nodes::checksum::{self, Config};
//! use netgraph::nodes::{Checksums, LinkLayer};
//! use netgraph::sim::SimKernel;
//! use netgraph::{HookName, Path, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let [a, b] = [HookName::constant("a"), HookName::constant("b")];
//! let node = socket.make_peer::<checksum::Checksum>(a, checksum::IN)?;
//! socket.connect(&Path::own(), node.path(), b, checksum::OUT)?;
//! node.call(checksum::SetDlt(LinkLayer::Raw))?;
//! node.call(checksum::SetConfig(Config::new(Checksums::IP | Checksums::UDP, Checksums::empty())))?;
//! assert_eq!(node.call(checksum::GetConfig)?.computed(), Checksums::IP | Checksums::UDP);
//!
//! socket.send(a, b"not IP: passed on as it is")?;
//! assert_eq!(node.call(checksum::GetStats)?.received, 1);
//! # Ok::<(), netgraph::Error>(())
//! ```

use super::{Checksums, LinkLayer};
use crate::ascii::{Type, UINT64, fields};
use crate::name::HookName;
use crate::{node_type, payload, sys};

/// Where packets come in.
pub const IN: HookName = HookName::constant(sys::NG_CHECKSUM_HOOK_IN);
/// Where packets leave.
pub const OUT: HookName = HookName::constant(sys::NG_CHECKSUM_HOOK_OUT);

node_type! {
    /// Computes the checksums of packets from [`IN`] to [`OUT`]; the other way nothing changes. It dies with its last
    /// hook; see [ng_checksum(4)](https://man.freebsd.org/ng_checksum/4).
    pub Checksum: "checksum", cookie = sys::NGM_CHECKSUM_COOKIE;
    /// Reads the link layer of the packets.
    #[doc(alias = "NGM_CHECKSUM_GETDLT")]
    GetDlt "getdlt" = sys::NGM_CHECKSUM_GETDLT => LinkLayer, repeatable;
    /// Sets the link layer of the packets.
    #[doc(alias = "NGM_CHECKSUM_SETDLT")]
    SetDlt(LinkLayer) "setdlt" = sys::NGM_CHECKSUM_SETDLT;
    /// Reads the configuration. No reply comes before there is one.
    #[doc(alias = "NGM_CHECKSUM_GETCONFIG")]
    GetConfig "getconfig" = sys::NGM_CHECKSUM_GETCONFIG => Config, repeatable;
    /// Replaces the configuration.
    #[doc(alias = "NGM_CHECKSUM_SETCONFIG")]
    SetConfig(Config) "setconfig" = sys::NGM_CHECKSUM_SETCONFIG;
    /// Reads the counters.
    #[doc(alias = "NGM_CHECKSUM_GET_STATS")]
    GetStats "getstats" = sys::NGM_CHECKSUM_GET_STATS => Stats, repeatable;
    /// Sets the counters to 0.
    #[doc(alias = "NGM_CHECKSUM_CLR_STATS")]
    ClearStats "clrstats" = sys::NGM_CHECKSUM_CLR_STATS;
    /// Reads the counters and sets them to 0, in one step.
    #[doc(alias = "NGM_CHECKSUM_GETCLR_STATS")]
    GetClearStats "getclrstats" = sys::NGM_CHECKSUM_GETCLR_STATS => Stats;
}

static CONFIG: Type = fields!["csum_flags": UINT64, "csum_offload": UINT64];

static STATS: Type = fields!["Received": UINT64, "Processed": UINT64, "Dropped": UINT64];

payload! {
    /// Which checksums are computed, and which are left to the interface that sends the packet.
    pub Config(sys::ng_checksum_config) = CONFIG;
    /// The counters, in packets.
    pub Stats(sys::ng_checksum_stats) = STATS;
}

impl Config {
    /// Has the node compute the first, and leave the second to the interface that will send the packet.
    #[must_use]
    pub fn new(computed: Checksums, offloaded: Checksums) -> Self {
        Self(sys::ng_checksum_config { csum_flags: computed.bits(), csum_offload: offloaded.bits() })
    }

    /// Returns what the node computes.
    #[must_use]
    pub fn computed(&self) -> Checksums {
        Checksums::from_bits_retain(self.csum_flags)
    }

    /// Returns what is left to the interface.
    #[must_use]
    pub fn offloaded(&self) -> Checksums {
        Checksums::from_bits_retain(self.csum_offload)
    }
}
