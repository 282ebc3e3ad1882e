//! `ubt`: a Bluetooth device on USB; see ng_ubt(4).
//!
//! ```
//! use netgraph::nodes::ubt::{Queue, QueueLen, SetQueueLen};
//!
//! // Nodes come with their devices, and cannot be made; what is said to them can be written down.
//! let longer = SetQueueLen(QueueLen::new(Queue::Acl, 24));
//! assert_eq!(longer.to_string(), "{ queue=2 qlen=24 }");
//! assert_eq!("{ queue=2 qlen=24 }".parse::<SetQueueLen>()?.0.queue(), Queue::Acl);
//! # Ok::<(), netgraph::ascii::TextError>(())
//! ```

use super::hci::DebugLevel;
use super::numbers::numbers;
use crate::ascii::{INT32, Type, UINT32, fields};
use crate::name::HookName;
use crate::{node_type, payload, sys};

/// The only hook: HCI packets.
pub const HOOK: HookName = HookName::constant(sys::NG_UBT_HOOK);

node_type! {
    /// A Bluetooth device on USB, with one hook, [`HOOK`]. It cannot be made: there is one for each device, named like
    /// it. Answers [`TextStatus`](super::generic::TextStatus) too; see [ng_ubt(4)](https://man.freebsd.org/ng_ubt/4).
    pub Ubt: "ubt", cookie = sys::NGM_UBT_COOKIE;
    /// Sets how much the node logs.
    #[doc(alias = "NGM_UBT_NODE_SET_DEBUG")]
    SetDebug(DebugLevel) "set_debug" = sys::NGM_UBT_NODE_SET_DEBUG;
    /// Reads how much the node logs.
    #[doc(alias = "NGM_UBT_NODE_GET_DEBUG")]
    GetDebug "get_debug" = sys::NGM_UBT_NODE_GET_DEBUG => DebugLevel, repeatable;
    /// Sets the length of a queue.
    #[doc(alias = "NGM_UBT_NODE_SET_QLEN")]
    SetQueueLen(QueueLen) "set_qlen" = sys::NGM_UBT_NODE_SET_QLEN;
    /// Reads the length of a queue.
    #[doc(alias = "NGM_UBT_NODE_GET_QLEN")]
    GetQueueLen(QueueLen) "get_qlen" = sys::NGM_UBT_NODE_GET_QLEN => QueueLen, repeatable;
    /// Reads the counters.
    #[doc(alias = "NGM_UBT_NODE_GET_STAT")]
    GetStats "get_stat" = sys::NGM_UBT_NODE_GET_STAT => Stats, repeatable;
    /// Sets the counters to 0.
    #[doc(alias = "NGM_UBT_NODE_RESET_STAT")]
    ResetStats "reset_stat" = sys::NGM_UBT_NODE_RESET_STAT;
}

static QUEUE_LEN: Type = fields!["queue": INT32, "qlen": INT32];

static STATS: Type = fields![
    "pckts_recv": UINT32,
    "bytes_recv": UINT32,
    "pckts_sent": UINT32,
    "bytes_sent": UINT32,
    "oerrors": UINT32,
    "ierrors": UINT32,
];

payload! {
    /// A queue, and its length in packets.
    pub QueueLen(sys::ng_ubt_node_qlen_ep) = QUEUE_LEN;
    /// The counters.
    pub Stats(sys::ng_ubt_node_stat_ep) = STATS;
}

numbers! {
    /// A queue of packets to the device.
    pub enum Queue: i32 {
        /// Commands.
        #[doc(alias = "NGM_UBT_NODE_QUEUE_CMD")]
        Command = sys::NGM_UBT_NODE_QUEUE_CMD,
        /// Data.
        #[doc(alias = "NGM_UBT_NODE_QUEUE_ACL")]
        Acl = sys::NGM_UBT_NODE_QUEUE_ACL,
        /// Sound.
        #[doc(alias = "NGM_UBT_NODE_QUEUE_SCO")]
        Sco = sys::NGM_UBT_NODE_QUEUE_SCO,
    }
}

impl QueueLen {
    /// Lets so many packets wait in a queue; to ask for the length, any number will do.
    #[must_use]
    pub fn new(queue: Queue, packets: i32) -> Self {
        Self(sys::ng_ubt_node_qlen_ep { queue: queue.into(), qlen: packets })
    }

    /// Returns the queue.
    #[must_use]
    pub fn queue(&self) -> Queue {
        self.0.queue.into()
    }
}
