//! `mppc`: Microsoft's compression and encryption of PPP; see ng_mppc(4).
//!
//! ```
//! use netgraph::nodes::mppc::{self, Bits, Config};
//! use netgraph::sim::SimKernel;
//! use netgraph::{HookName, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let node = socket.make_peer::<mppc::Mppc>(HookName::constant("x"), mppc::COMP)?;
//! let config = Config::new(Bits::MPPE_128 | Bits::STATELESS, [7; 16]);
//! match node.call(mppc::ConfigComp(config)) {
//!     Ok(()) => {}
//!     // A kernel without MPPE.
//!     Err(error) => assert_eq!(error.errno(), Some(netgraph::Errno::EPROTONOSUPPORT)),
//! }
//! # Ok::<(), netgraph::Error>(())
//! ```

use super::numbers::flags;
use crate::name::HookName;
use crate::{events, node_type, payload, sys};

/// What is to be compressed and encrypted; the result comes back here.
pub const COMP: HookName = HookName::constant(sys::NG_MPPC_HOOK_COMP);
/// What is to be decrypted and decompressed; the result comes back here.
pub const DECOMP: HookName = HookName::constant(sys::NG_MPPC_HOOK_DECOMP);

node_type! {
    /// Compresses (MPPC) and encrypts (MPPE) PPP frames at [`COMP`], and undoes it at [`DECOMP`]. It dies with its last
    /// hook; see [ng_mppc(4)](https://man.freebsd.org/ng_mppc/4).
    pub Mppc: "mppc", cookie = sys::NGM_MPPC_COOKIE;
    /// Configures what happens at [`COMP`].
    #[doc(alias = "NGM_MPPC_CONFIG_COMP")]
    ConfigComp(Config) = sys::NGM_MPPC_CONFIG_COMP;
    /// Configures what happens at [`DECOMP`].
    #[doc(alias = "NGM_MPPC_CONFIG_DECOMP")]
    ConfigDecomp(Config) = sys::NGM_MPPC_CONFIG_DECOMP;
    /// Starts the stream of a compressor anew. A decompressor sends it to whoever configured it when it has lost the
    /// stream.
    #[doc(alias = "NGM_MPPC_RESETREQ")]
    ResetRequest = sys::NGM_MPPC_RESETREQ;
}

payload! {
    /// The configuration of one direction.
    pub Config(sys::ng_mppc_config);
}

flags! {
    /// What is done with frames: the bits that CCP negotiates.
    pub struct Bits: u32 {
        /// They are compressed.
        #[doc(alias = "MPPC_BIT")]
        MPPC = sys::MPPC_BIT,
        /// They are encrypted with a key of 40 bits.
        MPPE_40 = sys::MPPE_40,
        /// They are encrypted with a key of 56 bits.
        MPPE_56 = sys::MPPE_56,
        /// They are encrypted with a key of 128 bits.
        MPPE_128 = sys::MPPE_128,
        /// The key changes with every packet.
        #[doc(alias = "MPPE_STATELESS")]
        STATELESS = sys::MPPE_STATELESS,
    }
}

impl Config {
    /// Does this with frames, beginning with this key; one of 8 bytes (for 40 and 56 bits) is followed by zeros.
    #[must_use]
    pub fn new(bits: Bits, key: [u8; sys::MPPE_KEY_LEN]) -> Self {
        Self(sys::ng_mppc_config { enable: 1, bits: bits.bits(), startkey: key, ..Default::default() })
    }

    /// Returns what is done with frames.
    #[must_use]
    pub fn bits(&self) -> Bits {
        Bits::from_bits_retain(self.0.bits)
    }
}

events! {
    /// What a node tells whoever configured it.
    pub enum Event {
        /// The decompressor has lost the stream: the other end is to start anew.
        ResetRequest,
    }
}
