//! `netgraph/bluetooth/include/ng_btsocket.h`: the nodes behind Bluetooth's sockets; see ng_btsocket(4).
//!
//! There is one node of each type, made by the module. Of this header there are their names: the rest is
//! about Bluetooth's own sockets.

crate::abi::abi! {
    "netgraph/bluetooth/include/ng_btsocket.h";

    /// The name of the node type behind raw sockets of the controller.
    pub const NG_BTSOCKET_HCI_RAW_NODE_TYPE: &str = "btsock_hci_raw";
    /// The name of the node type behind raw sockets of link control.
    pub const NG_BTSOCKET_L2CAP_RAW_NODE_TYPE: &str = "btsock_l2c_raw";
    /// The name of the node type behind sockets of link control.
    pub const NG_BTSOCKET_L2CAP_NODE_TYPE: &str = "btsock_l2c";
    /// The name of the node type behind sockets of voice.
    pub const NG_BTSOCKET_SCO_NODE_TYPE: &str = "btsock_sco";
}
