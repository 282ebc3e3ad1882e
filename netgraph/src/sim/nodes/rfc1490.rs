//! `rfc1490`: the choice of the encapsulation; frames are dropped.

use serde::{Deserialize, Serialize};

use super::quiet::{Answer, Quiet, one_of_each, text};
use super::{Kind, plain};
use crate::error::Errno;
use crate::nodes::rfc1490::Rfc1490 as Type;
use crate::sim::context::Context;
use crate::sim::message::Message;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Rfc1490>();

/// How packets are wrapped, in the kernel's words.
#[derive(Debug, Default, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Encapsulation {
    #[default]
    IetfIp,
    IetfSnap,
    Cisco,
}

impl Encapsulation {
    const ALL: [Self; 3] = [Self::IetfIp, Self::IetfSnap, Self::Cisco];

    fn name(self) -> &'static str {
        match self {
            Self::IetfIp => "ietf-ip",
            Self::IetfSnap => "ietf-snap",
            Self::Cisco => "cisco",
        }
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rfc1490 {
    encapsulation: Encapsulation,
}

impl Quiet for Rfc1490 {
    const COOKIE: u32 = NGM_RFC1490_COOKIE;

    fn hook(&mut self, context: &mut Context<'_>, name: &[u8]) -> Result<(), Errno> {
        let names =
            [NG_RFC1490_HOOK_DOWNSTREAM, NG_RFC1490_HOOK_INET, NG_RFC1490_HOOK_PPP, NG_RFC1490_HOOK_ETHERNET];
        one_of_each(context, &names, name)
    }

    fn answer(&mut self, _: &mut Context<'_>, message: &Message) -> Answer {
        match message.header.cmd {
            NGM_RFC1490_SET_ENCAP => {
                // The last byte is taken for the NUL, whatever it is.
                let name = message.stated().split_last().map(|(_, name)| name).ok_or(Errno::EINVAL)?;
                let named = Encapsulation::ALL.into_iter().find(|there| there.name().as_bytes() == name);
                self.encapsulation = named.ok_or(Errno::EINVAL)?;
                Ok(None)
            }
            NGM_RFC1490_GET_ENCAP => text(self.encapsulation.name()),
            _ => Err(Errno::EINVAL),
        }
    }
}
