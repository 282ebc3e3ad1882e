//! `async`: configuration, and the bypass of a node that is not enabled; an enabled one drops its data.

use serde::{Deserialize, Serialize};

use super::quiet::{Answer, Quiet, forward, one_of_each, raw, reply, zeros};
use super::{Kind, plain};
use crate::error::Errno;
use crate::nodes::async_::Async as Type;
use crate::sim::context::Context;
use crate::sim::message::Message;
use crate::sim::packet::Packet;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Async>();

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Async {
    #[serde(with = "raw")]
    config: ng_async_cfg,
}

impl Default for Async {
    fn default() -> Self {
        let mru = NG_ASYNC_DEFAULT_MRU;
        Self { config: ng_async_cfg { amru: mru, smru: mru, accm: u32::MAX, ..Default::default() } }
    }
}

impl Quiet for Async {
    const COOKIE: u32 = NGM_ASYNC_COOKIE;

    fn hook(&mut self, context: &mut Context<'_>, name: &[u8]) -> Result<(), Errno> {
        one_of_each(context, &[NG_ASYNC_HOOK_ASYNC, NG_ASYNC_HOOK_SYNC], name)
    }

    fn answer(&mut self, _: &mut Context<'_>, message: &Message) -> Answer {
        match message.header.cmd {
            NGM_ASYNC_CMD_GET_STATS => zeros::<ng_async_stat>(),
            NGM_ASYNC_CMD_CLR_STATS => Ok(None),
            NGM_ASYNC_CMD_SET_CONFIG => {
                let mut config: ng_async_cfg = message.exactly().ok_or(Errno::EINVAL)?;
                let allowed = NG_ASYNC_MIN_MRU..=NG_ASYNC_MAX_MRU;
                if !allowed.contains(&config.amru) || !allowed.contains(&config.smru) {
                    return Err(Errno::EINVAL);
                }
                config.enabled = u8::from(config.enabled != 0);
                self.config = config;
                Ok(None)
            }
            NGM_ASYNC_CMD_GET_CONFIG => reply(&self.config),
            _ => Err(Errno::EINVAL),
        }
    }

    fn data(&mut self, context: &mut Context<'_>, name: &[u8], packet: Packet) -> Result<(), Errno> {
        if self.config.enabled != 0 {
            return Ok(());
        }
        let here = name == NG_ASYNC_HOOK_SYNC.as_bytes();
        forward(context, if here { NG_ASYNC_HOOK_ASYNC } else { NG_ASYNC_HOOK_SYNC }, packet)
    }
}
