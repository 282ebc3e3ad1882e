//! `gif_demux`: hooks only, and a node that stays without them; packets are dropped.

use serde::{Deserialize, Serialize};

use super::quiet::{Answer, Quiet, one_of, only_once};
use super::{Kind, plain};
use crate::error::Errno;
use crate::nodes::gif_demux::GifDemux as Type;
use crate::sim::context::Context;
use crate::sim::message::Message;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, GifDemux>();

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct GifDemux {}

impl Quiet for GifDemux {
    const COOKIE: u32 = NGM_GIF_DEMUX_COOKIE;

    fn hook(&mut self, context: &mut Context<'_>, name: &[u8]) -> Result<(), Errno> {
        let names = [
            NG_GIF_DEMUX_HOOK_GIF,
            NG_GIF_DEMUX_HOOK_INET,
            NG_GIF_DEMUX_HOOK_INET6,
            NG_GIF_DEMUX_HOOK_ATALK,
            NG_GIF_DEMUX_HOOK_IPX,
            NG_GIF_DEMUX_HOOK_ATM,
            NG_GIF_DEMUX_HOOK_NATM,
        ];
        one_of(&names, name).map_err(|_| Errno::EPFNOSUPPORT)?;
        only_once(context, name)
    }

    fn unhook(&mut self, _: &mut Context<'_>, _: &[u8]) -> bool {
        false
    }

    fn answer(&mut self, _: &mut Context<'_>, _: &Message) -> Answer {
        Err(Errno::EINVAL)
    }
}
