//! `gif_demux`: parts what comes from a tunnel by its address family; a node stays without hooks.

use serde::{Deserialize, Serialize};

use super::quiet::{Answer, Quiet, forward_behind, forward_from, one_of, only_once};
use super::{Kind, plain};
use crate::error::Errno;
use crate::nodes::gif_demux::GifDemux as Type;
use crate::sim::context::Context;
use crate::sim::message::Message;
use crate::sim::packet::Packet;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, GifDemux>();

/// The hooks of the address families, by the numbers of these.
const FAMILIES: [(u8, &str); 6] = [
    (2, NG_GIF_DEMUX_HOOK_INET),
    (28, NG_GIF_DEMUX_HOOK_INET6),
    (16, NG_GIF_DEMUX_HOOK_ATALK),
    (23, NG_GIF_DEMUX_HOOK_IPX),
    (30, NG_GIF_DEMUX_HOOK_ATM),
    (29, NG_GIF_DEMUX_HOOK_NATM),
];

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

    /// In a tunnel the first byte is the address family.
    fn data(&mut self, context: &mut Context<'_>, name: &[u8], packet: Packet) -> Result<(), Errno> {
        if let Some((family, _)) = FAMILIES.iter().find(|(_, hook)| hook.as_bytes() == name) {
            return forward_behind(context, NG_GIF_DEMUX_HOOK_GIF, &[*family], packet);
        }
        let first = packet.bytes().first().copied();
        let (_, hook) = FAMILIES.iter().find(|(family, _)| Some(*family) == first).ok_or(Errno::EINVAL)?;
        forward_from(context, hook, 1, packet)
    }
}
