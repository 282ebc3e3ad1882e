//! `netgraph/ng_device.h`: a device file that leads to a hook; see ng_device(4).
//!
//! The one hook may have any name.

crate::abi::abi! {
    "netgraph/ng_device.h";

    /// The name of the node type.
    pub const NG_DEVICE_NODE_TYPE: &str = "device";
    /// The cookie of the type's messages.
    pub const NGM_DEVICE_COOKIE: u32 = 1091129178;
    /// What the names of the device files in `/dev` begin with; a number follows.
    pub const NG_DEVICE_DEVNAME: &str = "ngd";

    /// Reads the name of the device file: the reply is a string.
    pub const NGM_DEVICE_GET_DEVNAME: u32 = 0;
    /// Makes what is written be aligned as Ethernet frames, on architectures that need it.
    pub const NGM_DEVICE_ETHERALIGN: u32 = 1;
}
