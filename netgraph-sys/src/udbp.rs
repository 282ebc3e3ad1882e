//! `dev/usb/misc/udbp.h`: the node of a USB host-to-host cable; see udbp(4).
//!
//! FreeBSD does not install this header: it is among the sources of the kernel.

crate::abi::abi! {
    "dev/usb/misc/udbp.h";

    /// The name of the node type.
    pub const NG_UDBP_NODE_TYPE: &str = "udbp";
    /// The cookie of the type's messages.
    pub const NGM_UDBP_COOKIE: u32 = 944609300;

    /// The only hook.
    pub const NG_UDBP_HOOK_NAME: &str = "data";

    /// Sets the node's flags: the argument is an `i32`.
    pub const NGM_UDBP_SET_FLAG: u32 = 1;
    /// Reads the counters: the reply is an [`ngudbpstat`].
    pub const NGM_UDBP_GET_STATUS: u32 = 2;

    /// The counters of a node.
    pub struct ngudbpstat {
        /// Packets from the cable.
        pub packets_in: u32,
        /// Packets to the cable.
        pub packets_out: u32,
    }
}
