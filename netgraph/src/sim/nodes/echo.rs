//! `echo`: everything goes back to where it came from.

use serde::{Deserialize, Serialize};

use super::*;
use crate::nodes::echo::Echo as Type;

pub(in crate::sim) static KIND: Kind = plain::<Type, Echo>();

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Echo {}

impl Behaviour for Echo {
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
        packet: Packet,
    ) -> Result<(), Errno> {
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
