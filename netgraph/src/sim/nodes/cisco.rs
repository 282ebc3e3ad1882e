//! `cisco`: addresses and status; neither frames nor keepalives.

use serde::{Deserialize, Serialize};

use super::quiet::{Answer, Quiet, one_of, raw, reply, text};
use super::{Kind, plain};
use crate::error::Errno;
use crate::nodes::cisco::Cisco as Type;
use crate::sim::context::Context;
use crate::sim::message::Message;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Cisco>();

/// The seconds between keepalives.
const KEEPALIVE: u32 = 10;

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cisco {
    #[serde(with = "raw")]
    address: ng_cisco_ipaddr,
}

impl Quiet for Cisco {
    const COOKIE: u32 = NGM_CISCO_COOKIE;

    fn hook(&mut self, _: &mut Context<'_>, name: &[u8]) -> Result<(), Errno> {
        let names = [
            NG_CISCO_HOOK_DOWNSTREAM,
            NG_CISCO_HOOK_INET,
            NG_CISCO_HOOK_INET6,
            NG_CISCO_HOOK_APPLETALK,
            NG_CISCO_HOOK_IPX,
            NG_CISCO_HOOK_DEBUG,
        ];
        one_of(&names, name)
    }

    fn answer(&mut self, _: &mut Context<'_>, message: &Message) -> Answer {
        match message.header.cmd {
            NGM_CISCO_GET_IPADDR if message.header.flags & NGF_RESP == 0 => reply(&self.address),
            // The reply to a question of the node's own sets the address, too.
            NGM_CISCO_GET_IPADDR | NGM_CISCO_SET_IPADDR => {
                self.address = message.at_least().ok_or(Errno::EINVAL)?;
                Ok(None)
            }
            NGM_CISCO_GET_STATUS => reply(&ng_cisco_stats { seqRetries: 0, keepAlivePeriod: KEEPALIVE }),
            _ => Err(Errno::EINVAL),
        }
    }

    fn status(&mut self, _: &mut Context<'_>) -> Answer {
        text(&format!("keepalive period: {KEEPALIVE} sec; unacknowledged keepalives: 0"))
    }
}
