//! `hci`: what a Bluetooth unit without a device answers; it carries no data.

use serde::{Deserialize, Serialize};

use super::quiet::{Answer, Quiet, hook_named, one_of_each, reply, zeros};
use super::{Kind, plain};
use crate::error::Errno;
use crate::nodes::hci::Hci as Type;
use crate::sim::context::Context;
use crate::sim::message::Message;
use crate::sim::packet::Packet;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Hci>();

/// The hooks, in the order of the status text.
const HOOKS: [&str; 4] = [NG_HCI_HOOK_DRV, NG_HCI_HOOK_ACL, NG_HCI_HOOK_SCO, NG_HCI_HOOK_RAW];

/// The bit of the state that says that there is a driver.
const CONNECTED: u16 = 1;

/// The room for a device that has said nothing yet: a command, a small packet, and a small packet of sound.
const BUFFER: ng_hci_node_buffer_ep = ng_hci_node_buffer_ep {
    cmd_free: 1,
    sco_size: 10,
    sco_pkts: 1,
    sco_free: 1,
    acl_size: 17,
    acl_pkts: 1,
    acl_free: 1,
};

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hci {
    debug: u16,
    link_policy_mask: u16,
    packet_mask: u16,
    role_switch: u16,
}

impl Default for Hci {
    fn default() -> Self {
        Self { debug: 3, link_policy_mask: u16::MAX, packet_mask: u16::MAX, role_switch: 1 }
    }
}

fn state(context: &Context<'_>) -> u16 {
    if hook_named(context, NG_HCI_HOOK_DRV.as_bytes()).is_some() { CONNECTED } else { 0 }
}

impl Hci {
    /// A command for the device, which is the only one that answers it.
    fn command(&self, context: &Context<'_>, packet: &[u8]) -> Result<(), Errno> {
        match *packet {
            [] => Ok(()),
            [1, low, high, length, ref arguments @ ..] if arguments.len() == usize::from(length) => {
                match (low, high) {
                    (0, 0) => Err(Errno::EINVAL),
                    _ if state(context) == CONNECTED => Ok(()),
                    _ => Err(Errno::ENOTCONN),
                }
            }
            [1, ..] => Err(Errno::EMSGSIZE),
            _ => Err(Errno::EINVAL),
        }
    }
}

impl Quiet for Hci {
    const COOKIE: u32 = NGM_HCI_COOKIE;

    fn hook(&mut self, context: &mut Context<'_>, name: &[u8]) -> Result<(), Errno> {
        one_of_each(context, &HOOKS, name)
    }

    fn answer(&mut self, context: &mut Context<'_>, message: &Message) -> Answer {
        let value = || message.exactly().ok_or(Errno::EMSGSIZE);
        match message.header.cmd {
            NGM_HCI_NODE_GET_STATE => return reply(&state(context)),
            // Without a device there is no address, and a unit without one cannot be started.
            NGM_HCI_NODE_INIT => return Err(Errno::ENXIO),
            NGM_HCI_NODE_GET_DEBUG => return reply(&self.debug),
            NGM_HCI_NODE_SET_DEBUG => self.debug = value()?,
            NGM_HCI_NODE_GET_BUFFER => return reply(&BUFFER),
            NGM_HCI_NODE_GET_BDADDR => return zeros::<bdaddr_t>(),
            NGM_HCI_NODE_GET_FEATURES => return zeros::<[u8; 8]>(),
            NGM_HCI_NODE_GET_STAT => return zeros::<ng_hci_node_stat_ep>(),
            NGM_HCI_NODE_RESET_STAT | NGM_HCI_NODE_FLUSH_NEIGHBOR_CACHE => {}
            NGM_HCI_NODE_GET_NEIGHBOR_CACHE => return zeros::<ng_hci_node_get_neighbor_cache_ep>(),
            NGM_HCI_NODE_GET_CON_LIST => return zeros::<ng_hci_node_con_list_ep>(),
            NGM_HCI_NODE_GET_LINK_POLICY_SETTINGS_MASK => return reply(&self.link_policy_mask),
            NGM_HCI_NODE_SET_LINK_POLICY_SETTINGS_MASK => self.link_policy_mask = value()?,
            NGM_HCI_NODE_GET_PACKET_MASK => return reply(&self.packet_mask),
            NGM_HCI_NODE_SET_PACKET_MASK => self.packet_mask = value()?,
            NGM_HCI_NODE_GET_ROLE_SWITCH => return reply(&self.role_switch),
            NGM_HCI_NODE_SET_ROLE_SWITCH => self.role_switch = value()?,
            _ => return Err(Errno::EINVAL),
        }
        Ok(None)
    }

    /// What is judged before connections are looked for, of which there are none: without a device no unit gets ready.
    fn data(&mut self, context: &mut Context<'_>, name: &[u8], packet: Packet) -> Result<(), Errno> {
        let (kind, header, size) = match name {
            b"raw" => return self.command(context, packet.bytes()),
            b"drv" => {
                let known = matches!(packet.bytes().first(), None | Some(2..=4));
                return if known { Ok(()) } else { Err(Errno::EINVAL) };
            }
            b"acl" => (2, 5, usize::from(BUFFER.acl_size)),
            b"sco" => (3, 4, usize::from(BUFFER.sco_size)),
            _ => return Ok(()),
        };
        let Some((first, rest)) = packet.bytes().split_first() else { return Ok(()) };
        if *first != kind {
            return Err(Errno::EINVAL);
        }
        let stated = match *rest {
            [_, _, low, high, ..] if kind == 2 => u16::from_le_bytes([low, high]).into(),
            [_, _, len, ..] if kind == 3 => usize::from(len),
            _ => return Err(Errno::EMSGSIZE),
        };
        let is_whole = packet.len() <= header + size && packet.len() == header + stated;
        Err(if is_whole { Errno::ENOENT } else { Errno::EMSGSIZE })
    }

    fn status(&mut self, context: &mut Context<'_>) -> Answer {
        let there = |name: &&'static str| hook_named(context, name.as_bytes()).is_some();
        let hooks = HOOKS.map(|name| if there(&name) { name } else { "" }).join(" ");
        // "%#x" writes no prefix before a zero.
        let state = if state(context) == CONNECTED { "0x1" } else { "0" };
        let text = format!(
            "bdaddr 0:0:0:0:0:0\nHooks  {hooks}\nState  {state}\nQueue  cmd:0\nBuffer cmd:1,acl:1,1,17,sco:1,1,10"
        );
        let mut status = text.into_bytes();
        status.resize(NG_TEXTRESPONSE, 0);
        Ok(Some(status))
    }
}
