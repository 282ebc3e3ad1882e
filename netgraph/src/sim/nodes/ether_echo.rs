//! `ether_echo`: Ethernet frames go back to their senders.

use serde::{Deserialize, Serialize};

use super::*;
use crate::nodes::ether_echo::EtherEcho as Type;
use crate::sim::packet::ETHER_HEADER;

pub(in crate::sim) static KIND: Kind = plain::<Type, EtherEcho>();

/// The length of an Ethernet address, in bytes.
const ADDRESS: usize = 6;

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EtherEcho {}

impl Behaviour for EtherEcho {
    fn receive_message(
        &mut self,
        _: &mut Context<'_>,
        message: Message,
        _: Option<HookKey>,
    ) -> Result<Option<Vec<u8>>, Errno> {
        Ok(Some(message.args))
    }

    fn receive_data(
        &mut self,
        context: &mut Context<'_>,
        hook: HookKey,
        mut packet: Packet,
    ) -> Result<(), Errno> {
        let header = packet.bytes_mut().get_mut(..ETHER_HEADER).ok_or(Errno::EINVAL)?;
        let (to, rest) = header.split_at_mut(ADDRESS);
        if let Some(from) = rest.get_mut(..ADDRESS) {
            to.swap_with_slice(from);
        }
        context.send(hook, packet, 0);
        Ok(())
    }

    fn disconnect(&mut self, context: &mut Context<'_>, _: HookKey) {
        context.shut_down_if_bare();
    }

    fn save(&self, _: &Machine, _: NodeKey) -> Value {
        json!(self)
    }
}
