//! `hub`: each packet goes out of all other hooks.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Behaviour, Kind};
use crate::NodeType;
use crate::error::Errno;
use crate::nodes::hub::Hub as Type;
use crate::sim::context::Context;
use crate::sim::graph::{HookKey, NodeKey};
use crate::sim::machine::Machine;
use crate::sim::message::Message;
use crate::sim::packet::Packet;
use crate::sim::snapshot::state;
use crate::sys::{NGM_HUB_COOKIE, NGM_HUB_SET_PERSISTENT};

pub(in crate::sim) static KIND: Kind = Kind {
    name: Type::NAME,
    commands: Type::COMMANDS,
    make: |_, _| Ok(Box::new(Hub::default())),
    restore: |_, _, saved| Ok(Box::new(state::<Hub>(saved)?)),
    finds_unready_hooks: false,
};

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hub {
    persistent: bool,
}

impl Behaviour for Hub {
    fn receive_message(
        &mut self,
        _: &mut Context<'_>,
        message: Message,
        _: Option<HookKey>,
    ) -> Result<Option<Vec<u8>>, Errno> {
        if message.command() != (NGM_HUB_COOKIE, NGM_HUB_SET_PERSISTENT) {
            return Err(Errno::EINVAL);
        }
        self.persistent = true;
        Ok(None)
    }

    fn receive_data(
        &mut self,
        context: &mut Context<'_>,
        from: HookKey,
        packet: Packet,
    ) -> Result<(), Errno> {
        let mut next = context.next_hook(None);
        while let Some(hook) = next {
            next = context.next_hook(Some(hook));
            if hook != from {
                context.send(hook, packet.clone(), 0);
            }
        }
        Ok(())
    }

    fn disconnect(&mut self, context: &mut Context<'_>, _: HookKey) {
        if context.core.hook_count == 0 && context.core.valid && !self.persistent {
            context.shut_down();
        }
    }

    fn save(&self, _: &Machine, _: NodeKey) -> Value {
        json!(self)
    }
}
