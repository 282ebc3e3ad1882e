//! `ip_input`: takes what comes; the simulated stack has no IP to hand it to.

use serde::{Deserialize, Serialize};

use super::quiet::{Answer, Quiet, unheard};
use super::{Kind, plain};
use crate::error::Errno;
use crate::nodes::ip_input::IpInput as Type;
use crate::sim::context::Context;
use crate::sim::message::Message;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, IpInput>();

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct IpInput {}

impl Quiet for IpInput {
    const COOKIE: u32 = NGM_IP_INPUT_COOKIE;

    fn hook(&mut self, _: &mut Context<'_>, _: &[u8]) -> Result<(), Errno> {
        Ok(())
    }

    fn answer(&mut self, _: &mut Context<'_>, message: &Message) -> Answer {
        unheard(message)
    }

    fn stranger(&mut self, _: &mut Context<'_>, message: Message) -> Answer {
        unheard(&message)
    }
}
