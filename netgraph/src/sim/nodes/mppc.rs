//! `mppc`: configuration; data is refused until a direction is enabled, and dropped then.

use serde::{Deserialize, Serialize};

use super::quiet::{Answer, Quiet, one_of_each};
use super::{Kind, plain};
use crate::error::Errno;
use crate::nodes::mppc::Mppc as Type;
use crate::sim::context::Context;
use crate::sim::message::Message;
use crate::sim::packet::Packet;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Mppc>();

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mppc {
    compresses: bool,
    decompresses: bool,
}

impl Quiet for Mppc {
    const COOKIE: u32 = NGM_MPPC_COOKIE;

    fn hook(&mut self, context: &mut Context<'_>, name: &[u8]) -> Result<(), Errno> {
        one_of_each(context, &[NG_MPPC_HOOK_COMP, NG_MPPC_HOOK_DECOMP], name)
    }

    fn answer(&mut self, _: &mut Context<'_>, message: &Message) -> Answer {
        match message.header.cmd {
            command @ (NGM_MPPC_CONFIG_COMP | NGM_MPPC_CONFIG_DECOMP) => {
                let config: ng_mppc_config = message.exactly().ok_or(Errno::EINVAL)?;
                let enabled = config.enable != 0;
                if enabled && config.bits & !MPPC_VALID_BITS != 0 {
                    return Err(Errno::EINVAL);
                }
                // The kernel as it is shipped encrypts, but has no MPPC compression.
                if enabled && config.bits & MPPC_BIT != 0 {
                    return Err(Errno::EPROTONOSUPPORT);
                }
                if command == NGM_MPPC_CONFIG_COMP {
                    self.compresses = enabled;
                } else {
                    self.decompresses = enabled;
                }
                Ok(None)
            }
            NGM_MPPC_RESETREQ => Ok(None),
            _ => Err(Errno::EINVAL),
        }
    }

    fn data(&mut self, _: &mut Context<'_>, name: &[u8], _: Packet) -> Result<(), Errno> {
        let compressing = name == NG_MPPC_HOOK_COMP.as_bytes();
        let enabled = if compressing { self.compresses } else { self.decompresses };
        if enabled { Ok(()) } else { Err(Errno::ENXIO) }
    }
}
