//! `tee`: copies what passes.

use serde::{Deserialize, Serialize};

use super::*;
use crate::nodes::tee::{LEFT, LEFT2RIGHT, RIGHT, RIGHT2LEFT, Tee as Type};
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Tee>();

/// What is noted about a packet: a copy is counted when it was taken, the packet itself when it is sent.
const ORIGINAL: u32 = 0;
const COPY: u32 = 1;

/// One of the four hooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Side {
    Right,
    Left,
    Right2Left,
    Left2Right,
}

impl Side {
    fn of(name: HookName) -> Option<Self> {
        [Self::Right, Self::Left, Self::Right2Left, Self::Left2Right]
            .into_iter()
            .find(|side| side.hook() == name)
    }

    fn hook(self) -> HookName {
        match self {
            Self::Right => RIGHT,
            Self::Left => LEFT,
            Self::Right2Left => RIGHT2LEFT,
            Self::Left2Right => LEFT2RIGHT,
        }
    }
}

/// Where what comes in on a hook goes.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Way {
    to: Option<Side>,
    copy: Option<Side>,
}

impl Way {
    /// A copy goes here, or everything if there is nowhere else.
    fn copy_to(&mut self, side: Side) {
        *if self.to.is_some() { &mut self.copy } else { &mut self.to } = Some(side);
    }

    /// Everything goes here; where it went before, a copy goes.
    fn lead_to(&mut self, side: Side) {
        if self.to.is_some() {
            self.copy = self.to;
        }
        self.to = Some(side);
    }

    fn forget(&mut self, side: Side) {
        if self.to == Some(side) {
            self.to = self.copy.take();
        } else if self.copy == Some(side) {
            self.copy = None;
        }
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tee {
    right: Way,
    left: Way,
    right2left: Way,
    left2right: Way,
    #[serde(with = "super::counters")]
    stats: ng_tee_stats,
}

impl Tee {
    fn way(&self, side: Side) -> &Way {
        match side {
            Side::Right => &self.right,
            Side::Left => &self.left,
            Side::Right2Left => &self.right2left,
            Side::Left2Right => &self.left2right,
        }
    }

    fn stats(&mut self, side: Side) -> &mut ng_tee_hookstat {
        match side {
            Side::Right => &mut self.stats.right,
            Side::Left => &mut self.stats.left,
            Side::Right2Left => &mut self.stats.right2left,
            Side::Left2Right => &mut self.stats.left2right,
        }
    }

    fn count_out(&mut self, side: Side, len: usize) {
        let stats = self.stats(side);
        stats.outOctets += len as u64;
        stats.outFrames += 1;
    }
}

impl Behaviour for Tee {
    fn new_hook(&mut self, _: &mut Context<'_>, _: HookKey, name: HookName) -> Result<(), Errno> {
        let side = Side::of(name).ok_or(Errno::EINVAL)?;
        match side {
            Side::Right => {
                self.left.lead_to(side);
                self.right2left.to = Some(side);
            }
            Side::Left => {
                self.right.lead_to(side);
                self.left2right.to = Some(side);
            }
            Side::Right2Left => self.right.copy_to(side),
            Side::Left2Right => self.left.copy_to(side),
        }
        *self.stats(side) = ng_tee_hookstat::default();
        Ok(())
    }

    fn disconnect(&mut self, context: &mut Context<'_>, hook: HookKey) {
        if let Some(side) = context.name(hook).and_then(Side::of) {
            for way in [&mut self.right, &mut self.left, &mut self.right2left, &mut self.left2right] {
                way.forget(side);
            }
        }
        context.shut_down_if_bare();
    }

    fn receive_message(
        &mut self,
        context: &mut Context<'_>,
        message: Message,
        hook: Option<HookKey>,
    ) -> Result<Option<Vec<u8>>, Errno> {
        match message.command() {
            (NGM_TEE_COOKIE, cmd @ (NGM_TEE_GET_STATS | NGM_TEE_CLR_STATS | NGM_TEE_GETCLR_STATS)) => {
                Ok(counters::answer(&mut self.stats, cmd, NGM_TEE_GET_STATS, NGM_TEE_CLR_STATS))
            }
            (NGM_FLOW_COOKIE, _) => {
                let from = hook.and_then(|hook| context.name(hook)).and_then(Side::of);
                if let Some(from @ (Side::Left | Side::Right)) = from {
                    if let Some(to) = self.way(from).to {
                        context.tell(to.hook(), message)?;
                    }
                }
                Ok(None)
            }
            _ => Err(Errno::EINVAL),
        }
    }

    fn receive_data(
        &mut self,
        context: &mut Context<'_>,
        hook: HookKey,
        packet: Packet,
    ) -> Result<(), Errno> {
        let side = context.name(hook).and_then(Side::of).ok_or(Errno::EINVAL)?;
        let stats = self.stats(side);
        stats.inOctets += packet.len() as u64;
        stats.inFrames += 1;
        let Way { to, copy } = *self.way(side);
        if let Some(copy) = copy {
            // The packet goes on whatever becomes of its copy.
            let _ = context.send_by(copy.hook(), packet.clone(), COPY);
        }
        let Some(to) = to else { return Ok(()) };
        self.count_out(to, packet.len());
        context.send_by(to.hook(), packet, ORIGINAL)
    }

    fn sent(
        &mut self,
        context: &mut Context<'_>,
        sent: Sent,
        before: Result<(), Errno>,
    ) -> Result<(), Errno> {
        if sent.note == ORIGINAL {
            return sent.result;
        }
        if let (Ok(()), Some(side)) = (sent.result, context.name(sent.hook).and_then(Side::of)) {
            self.count_out(side, sent.len);
        }
        before
    }

    fn close(&mut self, context: &mut Context<'_>) -> Option<(HookKey, HookKey)> {
        Some((context.find(LEFT)?, context.find(RIGHT)?))
    }

    fn save(&self, _: &Machine, _: NodeKey) -> Value {
        json!(self)
    }
}
