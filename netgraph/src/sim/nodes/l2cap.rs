//! `l2cap`: what a Bluetooth node without connections answers; it carries no data.

use serde::{Deserialize, Serialize};

use super::quiet::{Answer, Quiet, hook_named, one_of_each, reply, zeros};
use super::{Kind, plain};
use crate::error::Errno;
use crate::nodes::l2cap::L2cap as Type;
use crate::sim::context::Context;
use crate::sim::message::Message;
use crate::sim::packet::Packet;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, L2cap>();

/// The length of the header of a packet of a connection, ng_hci_acldata_pkt_t.
const ACL_HEADER: usize = 5;

/// The hooks, in the order of the status text.
const HOOKS: [&str; 3] = [NG_L2CAP_HOOK_HCI, NG_L2CAP_HOOK_L2C, NG_L2CAP_HOOK_CTL];

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct L2cap {
    debug: u16,
    /// After how many seconds an idle connection is cut.
    idle: u16,
}

impl Default for L2cap {
    fn default() -> Self {
        Self { debug: 3, idle: 5 }
    }
}

impl Quiet for L2cap {
    const COOKIE: u32 = NGM_L2CAP_COOKIE;

    fn hook(&mut self, context: &mut Context<'_>, name: &[u8]) -> Result<(), Errno> {
        one_of_each(context, &HOOKS, name)
    }

    /// A hook to an upper layer is told of at once where the node is not busy, as when MKPEER makes it; that is refused, as
    /// the hook is not valid yet (`ng_apply_item` in ng_base.c). Otherwise it is told of later.
    fn connected(&mut self, context: &mut Context<'_>, name: &[u8]) -> Result<(), Errno> {
        let is_upper = name != NG_L2CAP_HOOK_HCI.as_bytes();
        if is_upper && context.core.hook_count == 1 { Err(Errno::EINVAL) } else { Ok(()) }
    }

    fn answer(&mut self, _: &mut Context<'_>, message: &Message) -> Answer {
        let value = || message.exactly().ok_or(Errno::EMSGSIZE);
        match message.header.cmd {
            NGM_L2CAP_NODE_GET_FLAGS => return reply(&0u16),
            NGM_L2CAP_NODE_GET_DEBUG => return reply(&self.debug),
            NGM_L2CAP_NODE_SET_DEBUG => self.debug = value()?,
            NGM_L2CAP_NODE_GET_CON_LIST => return zeros::<ng_l2cap_node_con_list_ep>(),
            NGM_L2CAP_NODE_GET_CHAN_LIST => return zeros::<ng_l2cap_node_chan_list_ep>(),
            NGM_L2CAP_NODE_GET_AUTO_DISCON_TIMO => return reply(&self.idle),
            NGM_L2CAP_NODE_SET_AUTO_DISCON_TIMO => self.idle = value()?,
            _ => return Err(Errno::EINVAL),
        }
        Ok(None)
    }

    /// Packets of connections, of which there are none.
    fn data(&mut self, _: &mut Context<'_>, name: &[u8], packet: Packet) -> Result<(), Errno> {
        match name {
            b"hci" if packet.len() < ACL_HEADER => Err(Errno::EMSGSIZE),
            b"hci" => Err(Errno::ENOENT),
            b"ctl" => Err(Errno::EINVAL),
            _ => Ok(()),
        }
    }

    fn status(&mut self, context: &mut Context<'_>) -> Answer {
        let there = |name: &&'static str| hook_named(context, name.as_bytes()).is_some();
        let hooks = HOOKS.map(|name| if there(&name) { name } else { "" }).join(" ");
        let text = format!("bdaddr 0:0:0:0:0:0, pkt_size 0\nHooks {hooks}\nFlags 0\n");
        let mut status = text.into_bytes();
        status.resize(NG_TEXTRESPONSE, 0);
        Ok(Some(status))
    }
}
