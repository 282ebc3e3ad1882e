//! `pred1`: configuration and counters; data is refused until a node is enabled, and dropped then.

use serde::{Deserialize, Serialize};

use super::quiet::{Answer, Quiet, one_of, zeros};
use super::{Kind, plain};
use crate::error::Errno;
use crate::nodes::pred1::Pred1 as Type;
use crate::sim::context::Context;
use crate::sim::message::Message;
use crate::sim::packet::Packet;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Pred1>();

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pred1 {
    enabled: bool,
}

impl Quiet for Pred1 {
    const COOKIE: u32 = NGM_PRED1_COOKIE;

    fn hook(&mut self, context: &mut Context<'_>, name: &[u8]) -> Result<(), Errno> {
        // A node does one of the two, for good.
        if context.core.hook_count > 0 {
            return Err(Errno::EINVAL);
        }
        one_of(&[NG_PRED1_HOOK_COMP, NG_PRED1_HOOK_DECOMP], name)
    }

    fn answer(&mut self, _: &mut Context<'_>, message: &Message) -> Answer {
        match message.header.cmd {
            NGM_PRED1_CONFIG => {
                let config: ng_pred1_config = message.exactly().ok_or(Errno::EINVAL)?;
                self.enabled = config.enable != 0;
                Ok(None)
            }
            NGM_PRED1_RESETREQ | NGM_PRED1_CLR_STATS => Ok(None),
            NGM_PRED1_GET_STATS | NGM_PRED1_GETCLR_STATS => zeros::<ng_pred1_stats>(),
            _ => Err(Errno::EINVAL),
        }
    }

    fn data(&mut self, _: &mut Context<'_>, _: &[u8], _: Packet) -> Result<(), Errno> {
        if self.enabled { Ok(()) } else { Err(Errno::ENXIO) }
    }
}
