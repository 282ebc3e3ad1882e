//! `rfc1490`: wraps packets of several protocols for one link, and unwraps them.

use serde::{Deserialize, Serialize};

use super::quiet::{Answer, Quiet, forward_behind, forward_from, one_of_each, text};
use super::{Kind, plain};
use crate::error::Errno;
use crate::nodes::rfc1490::Rfc1490 as Type;
use crate::sim::context::Context;
use crate::sim::message::Message;
use crate::sim::packet::Packet;
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

/// The bytes that begin a frame, and those that say of which protocol it is.
const UI: u8 = 0x03;
const IP: u8 = 0xcc;
const PPP: u8 = 0xcf;
const SNAP: u8 = 0x80;
/// Protocols that nobody here has a hook for.
const OTHERS: [u8; 4] = [0x08, 0x81, 0x82, 0x83];

/// The type of IPv4 in Ethernet.
const ETHERTYPE_IP: [u8; 2] = [0x08, 0x00];

/// How many bytes a frame has at least.
const FRAME_MIN: usize = 8;

impl Rfc1490 {
    /// Where a frame is to go, and from which byte on; `None` where it is dropped.
    fn unwrap(&self, frame: &[u8]) -> Option<(&'static str, usize)> {
        let of_type = |at: usize| {
            let inet = frame.get(at..at + 2) == Some(&ETHERTYPE_IP);
            inet.then_some((NG_RFC1490_HOOK_INET, at + 2))
        };
        if let Encapsulation::Cisco = self.encapsulation {
            return of_type(0);
        }
        let pad = usize::from(frame.get(1) == Some(&0));
        let (rest, after) = (frame.get(1 + pad..)?, 2 + pad);
        match rest {
            _ if frame.first() != Some(&UI) => None,
            [SNAP, 0, 0, 0, ..] => of_type(after + 3),
            [SNAP, 0x00, 0x80, 0xc2, 0x00, 0x07, ..] => Some((NG_RFC1490_HOOK_ETHERNET, after + 5)),
            [SNAP, ..] => None,
            [IP, ..] => Some((NG_RFC1490_HOOK_INET, after)),
            [PPP, ..] => Some((NG_RFC1490_HOOK_PPP, after)),
            [other, ..] if OTHERS.contains(other) || other & 1 != 0 => None,
            // What is none of them is taken for PPP, its protocol included.
            _ => Some((NG_RFC1490_HOOK_PPP, after - 1)),
        }
    }
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

    fn data(&mut self, context: &mut Context<'_>, name: &[u8], packet: Packet) -> Result<(), Errno> {
        if name == NG_RFC1490_HOOK_DOWNSTREAM.as_bytes() {
            if packet.len() < FRAME_MIN {
                return Err(Errno::ENOBUFS);
            }
            let Some((to, start)) = self.unwrap(packet.bytes()) else { return Ok(()) };
            return forward_from(context, to, start, packet);
        }
        let header: &[u8] = match self.encapsulation {
            _ if name == NG_RFC1490_HOOK_PPP.as_bytes() => &[UI, PPP],
            _ if name == NG_RFC1490_HOOK_ETHERNET.as_bytes() => &[UI, 0, SNAP, 0x00, 0x80, 0xc2, 0x00, 0x07],
            Encapsulation::IetfIp => &[UI, IP],
            Encapsulation::IetfSnap => &[UI, 0, SNAP, 0, 0, 0, 0x08, 0x00],
            Encapsulation::Cisco => &ETHERTYPE_IP,
        };
        forward_behind(context, NG_RFC1490_HOOK_DOWNSTREAM, header, packet)
    }
}
