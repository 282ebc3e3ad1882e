//! `split`: parts the two directions of a hook.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::quiet::unheard;
use super::*;
use crate::nodes::split::{IN, MIXED, OUT, Split as Type};

pub(in crate::sim) static KIND: Kind = plain::<Type, Split>();

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Split {
    hooks: BTreeSet<End>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum End {
    Mixed,
    In,
    Out,
}

impl End {
    fn of(name: HookName) -> Option<Self> {
        [(MIXED, Self::Mixed), (IN, Self::In), (OUT, Self::Out)]
            .into_iter()
            .find_map(|(hook, end)| (hook == name).then_some(end))
    }
}

impl Behaviour for Split {
    fn new_hook(&mut self, _: &mut Context<'_>, _: HookKey, name: HookName) -> Result<(), Errno> {
        let end = End::of(name).ok_or(Errno::EINVAL)?;
        if self.hooks.insert(end) { Ok(()) } else { Err(Errno::EISCONN) }
    }

    fn disconnect(&mut self, context: &mut Context<'_>, hook: HookKey) {
        if let Some(end) = context.name(hook).and_then(End::of) {
            self.hooks.remove(&end);
        }
        context.shut_down_if_bare();
    }

    fn receive_message(
        &mut self,
        _: &mut Context<'_>,
        message: Message,
        _: Option<HookKey>,
    ) -> Result<Option<Vec<u8>>, Errno> {
        unheard(&message)
    }

    fn receive_data(
        &mut self,
        context: &mut Context<'_>,
        hook: HookKey,
        packet: Packet,
    ) -> Result<(), Errno> {
        let to = match context.name(hook).and_then(End::of) {
            Some(End::In) => End::Mixed,
            Some(End::Mixed) => End::Out,
            Some(End::Out) | None => return Err(Errno::EINVAL),
        };
        if !self.hooks.contains(&to) {
            return Ok(());
        }
        context.send_by(if to == End::Mixed { MIXED } else { OUT }, packet, 0)
    }

    fn save(&self, _: &Machine, _: NodeKey) -> Value {
        json!(self)
    }
}
