//! `lmi`: which protocol runs, and its inquiries; frames that come in are dropped.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::quiet::{Answer, Quiet, forward, hook_named, reply, text};
use super::{Kind, plain};
use crate::error::Errno;
use crate::nodes::lmi::Lmi as Type;
use crate::sim::context::Context;
use crate::sim::message::Message;
use crate::sim::packet::Packet;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Lmi>();

/// How far a node has come.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Protocol {
    /// It waits for its hooks.
    #[default]
    None,
    AnnexA,
    AnnexD,
    GroupOf4,
    /// It is finding out.
    Auto,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lmi {
    protocol: Protocol,
    /// How many inquiries were not answered.
    asked: u32,
}

/// The time before the first inquiry, and between the others.
const FIRST: Duration = Duration::from_secs(1);
const OTHERS: Duration = Duration::from_secs(NG_LMI_KEEPALIVE_RATE as u64);

impl Lmi {
    fn is_fixed(&self) -> bool {
        !matches!(self.protocol, Protocol::None | Protocol::Auto)
    }

    fn protocol(&self) -> &'static str {
        match self.protocol {
            Protocol::None | Protocol::Auto => "None",
            Protocol::AnnexA => NG_LMI_HOOK_ANNEXA,
            Protocol::AnnexD => NG_LMI_HOOK_ANNEXD,
            Protocol::GroupOf4 => NG_LMI_HOOK_GROUPOF4,
        }
    }
}

impl Quiet for Lmi {
    const COOKIE: u32 = NGM_LMI_COOKIE;

    fn hook(&mut self, context: &mut Context<'_>, name: &[u8]) -> Result<(), Errno> {
        let name = std::str::from_utf8(name).map_err(|_| Errno::EINVAL)?;
        if name == NG_LMI_HOOK_DEBUG {
            return Ok(());
        }
        if self.protocol != Protocol::None {
            return Err(Errno::EINVAL);
        }
        let is_there = |name: &str| hook_named(context, name.as_bytes()).is_some();
        self.protocol = match name {
            NG_LMI_HOOK_ANNEXA => Protocol::AnnexA,
            NG_LMI_HOOK_ANNEXD => Protocol::AnnexD,
            NG_LMI_HOOK_GROUPOF4 => Protocol::GroupOf4,
            NG_LMI_HOOK_AUTO0 if is_there(NG_LMI_HOOK_AUTO1023) => Protocol::Auto,
            NG_LMI_HOOK_AUTO1023 if is_there(NG_LMI_HOOK_AUTO0) => Protocol::Auto,
            NG_LMI_HOOK_AUTO0 | NG_LMI_HOOK_AUTO1023 => Protocol::None,
            _ => return Err(Errno::EINVAL),
        };
        if self.is_fixed() {
            context.after(FIRST, 0);
        }
        Ok(())
    }

    /// Asks for the state of the line: the first time for a part of it, and then for all, as nothing is answered.
    fn due(&mut self, context: &mut Context<'_>, _: u32) {
        let full = u8::from(self.asked == 0);
        let mut inquiry = vec![0x03, 0x08, 0x00, 0x75];
        match self.protocol {
            Protocol::AnnexA => inquiry.extend([0x51, 1, full, 0x53]),
            Protocol::AnnexD => inquiry.extend([0x95, 0x01, 1, full, 0x03]),
            Protocol::GroupOf4 => {
                inquiry = vec![0x03, 0x09, 0x00, 0x75, 0x01, 1, full, 0x03];
            }
            Protocol::None | Protocol::Auto => return,
        }
        // Its own number in the row, and that of the other side.
        inquiry.extend([2, 1, 0]);
        self.asked = self.asked.wrapping_add(1);
        // Nobody learns that it could not be sent.
        let _ = forward(context, self.protocol(), Packet::new(&inquiry));
        context.after(OTHERS, 0);
    }

    fn unhook(&mut self, _: &mut Context<'_>, name: &[u8]) -> bool {
        name != NG_LMI_HOOK_DEBUG.as_bytes()
    }

    fn answer(&mut self, _: &mut Context<'_>, message: &Message) -> Answer {
        if message.header.cmd != NGM_LMI_GET_STATUS {
            return Err(Errno::EINVAL);
        }
        let mut status = nglmistat {
            autod: (self.protocol == Protocol::Auto).into(),
            fixed: self.is_fixed().into(),
            ..Default::default()
        };
        for (to, from) in status.proto.iter_mut().zip(self.protocol().bytes()) {
            *to = from;
        }
        status.hook = status.proto;
        reply(&status)
    }

    fn status(&mut self, context: &mut Context<'_>) -> Answer {
        let state = match self.protocol {
            Protocol::Auto => "auto-detecting",
            // The kernel compares a channel that is not chosen yet with that of auto0.
            Protocol::None if hook_named(context, NG_LMI_HOOK_AUTO0.as_bytes()).is_some() => {
                "auto on dlci 1023"
            }
            Protocol::None => "auto on dlci 0",
            _ => "fixed",
        };
        text(&format!(
            "protocol {} {state}\nkeepalive period: {NG_LMI_KEEPALIVE_RATE} seconds\nunacknowledged keepalives: {}\n",
            self.protocol(),
            self.asked
        ))
    }
}
