//! The messages about links and queues, which nodes send to their neighbours; see netgraph(4).
//!
//! An [`ether`](super::ether) node tells whatever is at its hooks when the link goes up or down; so do
//! [`cisco`](super::cisco), [`one2many`](super::one2many) and [`pipe`](super::pipe). What comes in at a hook of a
//! [`tee`](super::tee), [`vlan`](super::vlan) or [`UI`](super::ui) node is passed on. None of the messages has a text
//! form, and no node of FreeBSD's own sends those about queues.
//!
//! ```
//! use netgraph::nodes::{EtherAddr, ether, flow};
//! use netgraph::sim::{SimKernel, SimMachine};
//! use netgraph::{HookName, Path, Socket};
//!
//! let machine = SimMachine::new();
//! machine.add_nic("em0", EtherAddr([2, 0, 0, 0, 0, 1]))?;
//! let socket = Socket::open(&SimKernel::on(&machine, 0), None)?;
//! socket.connect(&Path::own(), &"em0:".parse()?, HookName::constant("wire"), ether::LOWER)?;
//! // Somebody pulls the cable.
//! machine.set_link(0, "em0", false)?;
//! let events = socket.events().filter_map(|event| event.ok()?.read::<flow::Event>());
//! assert_eq!(events.last(), Some(flow::Event::LinkIsDown));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{eiface, iface};
use crate::node::Accepts;
use crate::{events, message, payload, sys};

macro_rules! flow {
    ($( $(#[$doc:meta])* $Message:ident $(($Args:ty))? = $cmd:expr $(=> $Reply:ty)?; )*) => {$(
        message!($(#[$doc])* $Message $(($Args))? [sys::NGM_FLOW_COOKIE, $cmd,] $(=> $Reply)?);
    )*};
}

flow! {
    /// The link is up.
    #[doc(alias = "NGM_LINK_IS_UP")]
    LinkIsUp = sys::NGM_LINK_IS_UP;
    /// The link is down.
    #[doc(alias = "NGM_LINK_IS_DOWN")]
    LinkIsDown = sys::NGM_LINK_IS_DOWN;
    /// The queue has grown beyond its high water mark.
    #[doc(alias = "NGM_HIGH_WATER_PASSED")]
    HighWaterPassed(QueueState) = sys::NGM_HIGH_WATER_PASSED;
    /// The queue has shrunk below its low water mark.
    #[doc(alias = "NGM_LOW_WATER_PASSED")]
    LowWaterPassed(QueueState) = sys::NGM_LOW_WATER_PASSED;
    /// How the queue is.
    #[doc(alias = "NGM_SYNC_QUEUE_STATE")]
    SyncQueueState(QueueState) = sys::NGM_SYNC_QUEUE_STATE;
    /// Drops the link. No node of FreeBSD's own understands it.
    #[doc(alias = "NGM_DROP_LINK")]
    DropLink = sys::NGM_DROP_LINK;
    /// Raises the link. No node of FreeBSD's own understands it.
    #[doc(alias = "NGM_RAISE_LINK")]
    RaiseLink = sys::NGM_RAISE_LINK;
    /// Empties the queue. No node of FreeBSD's own understands it.
    #[doc(alias = "NGM_FLUSH_QUEUE")]
    FlushQueue = sys::NGM_FLUSH_QUEUE;
    /// Reads the bandwidth. No node of FreeBSD's own understands it.
    #[doc(alias = "NGM_GET_BANDWIDTH")]
    GetBandwidth = sys::NGM_GET_BANDWIDTH => Bandwidth;
    /// Limits the queue of what is to be sent. No node of FreeBSD's own understands it.
    #[doc(alias = "NGM_SET_XMIT_Q_LIMITS")]
    SetXmitQueueLimits(QueueState) = sys::NGM_SET_XMIT_Q_LIMITS;
    /// Reads the limits of the queue of what is to be sent. No node of FreeBSD's own understands it.
    #[doc(alias = "NGM_GET_XMIT_Q_LIMITS")]
    GetXmitQueueLimits = sys::NGM_GET_XMIT_Q_LIMITS => QueueState;
    /// Asks to be told of every change of the queue. No node of FreeBSD's own understands it.
    #[doc(alias = "NGM_MICROMANAGE")]
    Micromanage = sys::NGM_MICROMANAGE;
    /// Says which node is to be told of the queue. No node of FreeBSD's own understands it.
    #[doc(alias = "NGM_SET_FLOW_MANAGER")]
    SetFlowManager(FlowManager) = sys::NGM_SET_FLOW_MANAGER;
}

payload! {
    /// The state of a queue.
    pub QueueState(sys::ngm_queue_state);
    /// The bandwidth of a link, as announced and as measured.
    pub Bandwidth(sys::ngm_bandwidth);
    /// The node that is to be told of a queue.
    pub FlowManager(sys::flow_manager);
}

impl Accepts<LinkIsUp> for eiface::Eiface {}
impl Accepts<LinkIsDown> for eiface::Eiface {}
impl Accepts<LinkIsUp> for iface::Iface {}
impl Accepts<LinkIsDown> for iface::Iface {}

events! {
    /// What a node tells its neighbours.
    pub enum Event {
        /// The link is up.
        LinkIsUp,
        /// The link is down.
        LinkIsDown,
        /// The queue has grown beyond its high water mark.
        HighWaterPassed(QueueState),
        /// The queue has shrunk below its low water mark.
        LowWaterPassed(QueueState),
        /// How the queue is.
        SyncQueueState(QueueState),
    }
}
