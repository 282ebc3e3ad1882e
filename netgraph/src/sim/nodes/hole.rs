//! `hole`: counts what comes in, and drops it.

use serde::{Deserialize, Serialize};

use super::by_hook::ByHook;
use super::*;
use crate::nodes::hole::Hole as Type;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Hole>();

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hole {
    hooks: ByHook<Counted>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
struct Counted(#[serde(with = "super::counters")] ng_hole_hookstat);

impl Behaviour for Hole {
    fn new_hook(&mut self, _: &mut Context<'_>, _: HookKey, name: HookName) -> Result<(), Errno> {
        self.hooks.insert(name, Counted::default());
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
        _: Option<HookKey>,
    ) -> Result<Option<Vec<u8>>, Errno> {
        let (NGM_HOLE_COOKIE, cmd) = message.command() else { return Err(Errno::EINVAL) };
        if !matches!(cmd, NGM_HOLE_GET_STATS | NGM_HOLE_CLR_STATS | NGM_HOLE_GETCLR_STATS) {
            return Err(Errno::EINVAL);
        }
        let name: [u8; NG_HOOKSIZ] = message.exactly().ok_or(Errno::EINVAL)?;
        let Counted(stats) = self.hooks.named(context, &name)?;
        Ok(counters::answer(stats, cmd, NGM_HOLE_GET_STATS, NGM_HOLE_CLR_STATS))
    }

    fn receive_data(
        &mut self,
        context: &mut Context<'_>,
        hook: HookKey,
        packet: Packet,
    ) -> Result<(), Errno> {
        if let Some(Counted(stats)) = self.hooks.of(context, hook) {
            stats.frames += 1;
            stats.octets += packet.len() as u64;
        }
        Ok(())
    }

    fn save(&self, _: &Machine, _: NodeKey) -> Value {
        json!(self)
    }
}
