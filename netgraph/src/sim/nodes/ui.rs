//! `UI`: adds and removes the byte that marks HDLC's unnumbered frames.

use serde::{Deserialize, Serialize};

use super::by_hook::ByHook;
use super::*;
use crate::nodes::ui::{DOWNSTREAM, UPSTREAM, Ui as Type};
use crate::sys::NGM_FLOW_COOKIE;

pub(in crate::sim) static KIND: Kind = plain::<Type, Ui>();

/// The control byte of an unnumbered information frame.
const HDLC_UI: u8 = 0x03;

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ui {
    hooks: ByHook<()>,
}

/// The other of the two hooks.
fn other(name: HookName) -> HookName {
    if name == DOWNSTREAM { UPSTREAM } else { DOWNSTREAM }
}

impl Behaviour for Ui {
    fn new_hook(&mut self, _: &mut Context<'_>, _: HookKey, name: HookName) -> Result<(), Errno> {
        if name != DOWNSTREAM && name != UPSTREAM {
            return Err(Errno::EINVAL);
        }
        if self.hooks.get(name).is_some() {
            return Err(Errno::EISCONN);
        }
        self.hooks.insert(name, ());
        Ok(())
    }

    fn disconnect(&mut self, context: &mut Context<'_>, hook: HookKey) {
        self.hooks.remove(context, hook);
        context.shut_down_if_bare();
    }

    fn receive_message(
        &mut self,
        context: &mut Context<'_>,
        message: Message,
        hook: Option<HookKey>,
    ) -> Result<Option<Vec<u8>>, Errno> {
        let from = hook.and_then(|hook| context.name(hook));
        let to = from.map(other).filter(|to| self.hooks.get(*to).is_some());
        match (message.header.typecookie, to) {
            (NGM_FLOW_COOKIE, Some(to)) => context.tell(to, message).map(|()| None),
            _ => Err(Errno::EINVAL),
        }
    }

    fn receive_data(
        &mut self,
        context: &mut Context<'_>,
        hook: HookKey,
        mut packet: Packet,
    ) -> Result<(), Errno> {
        let from = context.name(hook).ok_or(Errno::EINVAL)?;
        if from == DOWNSTREAM {
            let control = *packet.bytes().first().ok_or(Errno::ENOBUFS)?;
            if control != HDLC_UI {
                return Ok(());
            }
            packet.splice(0, 1, &[]);
        } else {
            packet.splice(0, 0, &[HDLC_UI]);
        }
        context.send_by(other(from), packet, 0)
    }

    fn save(&self, _: &Machine, _: NodeKey) -> Value {
        json!(self)
    }
}
