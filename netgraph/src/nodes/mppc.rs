//! `mppc`: Microsoft's compression and encryption of PPP; see ng_mppc(4).

use crate::name::HookName;
use crate::{node_type, payload, sys};

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
    /// The configuration of one direction: the bits are those that CCP negotiates, `MPPC_BIT` and `MPPE_...`.
    pub Config(sys::ng_mppc_config);
}
