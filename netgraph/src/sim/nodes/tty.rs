//! `tty`: the hot character; there are no terminals to attach to, and data is dropped.

use serde::{Deserialize, Serialize};

use super::quiet::{Answer, Quiet, one_of_each, reply};
use super::{Kind, plain};
use crate::error::Errno;
use crate::nodes::tty::Tty as Type;
use crate::sim::context::Context;
use crate::sim::message::Message;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Tty>();

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tty {
    /// The byte that ends a packet; none is -1.
    hot: i32,
}

impl Quiet for Tty {
    const COOKIE: u32 = NGM_TTY_COOKIE;

    fn hook(&mut self, context: &mut Context<'_>, name: &[u8]) -> Result<(), Errno> {
        one_of_each(context, &[NG_TTY_HOOK], name)
    }

    fn unhook(&mut self, _: &mut Context<'_>, _: &[u8]) -> bool {
        false
    }

    fn answer(&mut self, _: &mut Context<'_>, message: &Message) -> Answer {
        match message.header.cmd {
            // There are no processes in this machine.
            NGM_TTY_SET_TTY => Err(Errno::ESRCH),
            NGM_TTY_SET_HOTCHAR => {
                let hot = message.exactly().ok_or(Errno::EINVAL)?;
                if !(-1..=0xff).contains(&hot) {
                    return Err(Errno::EINVAL);
                }
                self.hot = hot;
                Ok(None)
            }
            NGM_TTY_GET_HOTCHAR => reply(&self.hot),
            _ => Err(Errno::EINVAL),
        }
    }
}
