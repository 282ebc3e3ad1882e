//! `ipfw`: the one node of the packet filter, of which the machine has none.
//!
//! Only what the filter itself has diverted may come back; all else is dropped, when its sender has gone on.

use serde::{Deserialize, Serialize};

use super::quiet::{Answer, Quiet, unheard};
use super::{Kind, not_by_request, plain};
use crate::error::Errno;
use crate::nodes::ipfw::Ipfw as Type;
use crate::sim::context::Context;
use crate::sim::message::Message;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = Kind { make: not_by_request, ..plain::<Type, Ipfw>() };

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ipfw {}

impl Quiet for Ipfw {
    const COOKIE: u32 = NGM_IPFW_COOKIE;

    fn hook(&mut self, _: &mut Context<'_>, name: &[u8]) -> Result<(), Errno> {
        let digits = name.iter().all(u8::is_ascii_digit);
        if digits && (name.len() <= 1 || name.first() != Some(&b'0')) { Ok(()) } else { Err(Errno::EINVAL) }
    }

    fn unhook(&mut self, _: &mut Context<'_>, _: &[u8]) -> bool {
        false
    }

    fn answer(&mut self, _: &mut Context<'_>, message: &Message) -> Answer {
        unheard(message)
    }

    fn stranger(&mut self, _: &mut Context<'_>, message: Message) -> Answer {
        unheard(&message)
    }
}
