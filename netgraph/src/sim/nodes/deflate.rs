//! `deflate`: configuration and counters; data is refused until a node is enabled, and dropped then.

use serde::{Deserialize, Serialize};

use super::quiet::{Answer, Quiet, one_of, zeros};
use super::{Kind, plain};
use crate::error::Errno;
use crate::nodes::deflate::Deflate as Type;
use crate::sim::context::Context;
use crate::sim::message::Message;
use crate::sim::packet::Packet;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Deflate>();

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Deflate {
    enabled: bool,
    #[serde(default)]
    compresses: bool,
}

impl Quiet for Deflate {
    const COOKIE: u32 = NGM_DEFLATE_COOKIE;

    fn hook(&mut self, context: &mut Context<'_>, name: &[u8]) -> Result<(), Errno> {
        // A node does one of the two, for good.
        if context.core.hook_count > 0 {
            return Err(Errno::EINVAL);
        }
        self.compresses = name == NG_DEFLATE_HOOK_COMP.as_bytes();
        one_of(&[NG_DEFLATE_HOOK_COMP, NG_DEFLATE_HOOK_DECOMP], name)
    }

    fn answer(&mut self, _: &mut Context<'_>, message: &Message) -> Answer {
        match message.header.cmd {
            NGM_DEFLATE_CONFIG => {
                let config: ng_deflate_config = message.exactly().ok_or(Errno::EINVAL)?;
                if config.enable != 0 && !(8..=15).contains(&config.windowBits) {
                    return Err(Errno::EINVAL);
                }
                // zlib cannot compress into the smallest window.
                let fails = config.enable != 0 && self.compresses && config.windowBits == 8;
                self.enabled = config.enable != 0 && !fails;
                if fails {
                    return Err(Errno::ENOMEM);
                }
                Ok(None)
            }
            NGM_DEFLATE_RESETREQ | NGM_DEFLATE_CLR_STATS => Ok(None),
            NGM_DEFLATE_GET_STATS | NGM_DEFLATE_GETCLR_STATS => zeros::<ng_deflate_stats>(),
            _ => Err(Errno::EINVAL),
        }
    }

    fn data(&mut self, _: &mut Context<'_>, _: &[u8], _: Packet) -> Result<(), Errno> {
        if self.enabled { Ok(()) } else { Err(Errno::ENXIO) }
    }
}
