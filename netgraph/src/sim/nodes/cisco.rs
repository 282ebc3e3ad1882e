//! `cisco`: HDLC as Cisco's routers speak it, with their keepalives.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::octets;
use super::quiet::{
    Answer, Quiet, forward, forward_behind, forward_from, hook_named, one_of, raw, reply, text,
};
use super::{Kind, plain};
use crate::error::Errno;
use crate::nodes::cisco::Cisco as Type;
use crate::sim::context::{Context, Post};
use crate::sim::message::Message;
use crate::sim::packet::Packet;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Cisco>();

/// The time between keepalives.
const KEEPALIVE: Duration = Duration::from_secs(10);

/// The hooks of protocols, and the types of their frames.
const PROTOCOLS: [(&str, u16); 4] = [
    (NG_CISCO_HOOK_INET, 0x0800),
    (NG_CISCO_HOOK_INET6, 0x86dd),
    (NG_CISCO_HOOK_APPLETALK, 0x809b),
    (NG_CISCO_HOOK_IPX, 0x8137),
];

/// The addresses of frames: to the other side, and to whoever listens.
const UNICAST: u8 = 0x0f;
const MULTICAST: u8 = 0x8f;

/// The type of keepalives, and what they are for.
const CONTROL: u16 = 0x8035;
const ADDRESS_REQUEST: u32 = 0;
const ADDRESS_REPLY: u32 = 1;
const KEEPALIVE_REQUEST: u32 = 2;

/// The lengths of a header, and of a keepalive behind it.
const HEADER: usize = 4;
const CONTROL_LEN: usize = 18;

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cisco {
    #[serde(with = "raw")]
    address: ng_cisco_ipaddr,
    local_seq: u32,
    remote_seq: u32,
    /// How many keepalives were not acknowledged.
    retries: u32,
    /// Which of the timers that were set is the one to heed.
    timer: u32,
}

fn header(address: u8, kind: u16) -> [u8; HEADER] {
    let [high, low] = kind.to_be_bytes();
    [address, 0, high, low]
}

impl Cisco {
    /// Sends a keepalive, or the answer to a question.
    fn send(&self, context: &mut Context<'_>, kind: u32, one: u32, other: u32) -> Result<(), Errno> {
        let mut packet = header(MULTICAST, CONTROL).to_vec();
        packet.extend([kind.to_be_bytes(), one.to_be_bytes(), other.to_be_bytes()].concat());
        packet.extend([0xff; 2]);
        packet.extend((context.now.as_millis() as u32).to_be_bytes());
        forward(context, NG_CISCO_HOOK_DOWNSTREAM, Packet::new(&packet))
    }

    /// Tells the IPv4 side something.
    fn tell(&self, context: &mut Context<'_>, cookie: u32, cmd: u32, words: &str) {
        if let Some(inet) = hook_named(context, NG_CISCO_HOOK_INET.as_bytes()) {
            context
                .posts
                .push_back(Post::ToPeer(inet, Message::new(cookie, cmd, &[], context.core.id).called(words)));
        }
    }

    fn control(&mut self, context: &mut Context<'_>, packet: &[u8]) -> Result<(), Errno> {
        let packet = packet.get(..CONTROL_LEN).ok_or(Errno::EINVAL)?;
        let word = |at: usize| octets::long(packet, at).unwrap_or(0);
        match word(0) {
            KEEPALIVE_REQUEST => {
                self.remote_seq = word(4);
                if self.local_seq == word(8) {
                    self.local_seq = self.local_seq.wrapping_add(1);
                    if self.retries > 1 {
                        self.tell(context, NGM_FLOW_COOKIE, NGM_LINK_IS_UP, "cmd");
                    }
                    self.retries = 0;
                }
                Ok(())
            }
            ADDRESS_REQUEST => {
                // The answer to this comes too late for the one that is given now.
                self.tell(context, NGM_CISCO_COOKIE, NGM_CISCO_GET_IPADDR, "NGM_CISCO_GET_IPADDR");
                let ng_cisco_ipaddr { ipaddr, netmask } = self.address;
                self.send(context, ADDRESS_REPLY, u32::from_be(ipaddr.s_addr), u32::from_be(netmask.s_addr))
            }
            _ => Ok(()),
        }
    }

    /// A frame from the link.
    fn input(&mut self, context: &mut Context<'_>, packet: Packet) -> Result<(), Errno> {
        let [address, _, high, low] = *packet.bytes().first_chunk().ok_or(Errno::EINVAL)?;
        if address != UNICAST && address != MULTICAST {
            return Ok(());
        }
        match u16::from_be_bytes([high, low]) {
            CONTROL => self.control(context, packet.bytes().get(HEADER..).unwrap_or_default()),
            kind => {
                let Some((name, _)) = PROTOCOLS.iter().find(|(_, there)| *there == kind) else {
                    return Ok(());
                };
                if packet.len() == HEADER {
                    return Err(Errno::EINVAL);
                }
                if hook_named(context, name.as_bytes()).is_none() {
                    return Ok(());
                }
                forward_from(context, name, HEADER, packet)
            }
        }
    }
}

impl Quiet for Cisco {
    const COOKIE: u32 = NGM_CISCO_COOKIE;

    fn hook(&mut self, context: &mut Context<'_>, name: &[u8]) -> Result<(), Errno> {
        if name == NG_CISCO_HOOK_DOWNSTREAM.as_bytes() {
            context.start(KEEPALIVE, &mut self.timer);
            return Ok(());
        }
        let names = PROTOCOLS.map(|(name, _)| name);
        one_of(&names, name).or_else(|_| one_of(&[NG_CISCO_HOOK_DEBUG], name))
    }

    fn unhook(&mut self, context: &mut Context<'_>, name: &[u8]) -> bool {
        if name == NG_CISCO_HOOK_DOWNSTREAM.as_bytes() {
            self.timer = self.timer.wrapping_add(1);
        }
        context.core.hook_count == 0
    }

    fn answer(&mut self, _: &mut Context<'_>, message: &Message) -> Answer {
        match message.header.cmd {
            NGM_CISCO_GET_IPADDR if message.header.flags & NGF_RESP == 0 => reply(&self.address),
            // The reply to a question of the node's own sets the address, too.
            NGM_CISCO_GET_IPADDR | NGM_CISCO_SET_IPADDR => {
                self.address = message.at_least().ok_or(Errno::EINVAL)?;
                Ok(None)
            }
            NGM_CISCO_GET_STATUS => {
                let period = KEEPALIVE.as_secs() as u32;
                reply(&ng_cisco_stats { seqRetries: self.retries, keepAlivePeriod: period })
            }
            _ => Err(Errno::EINVAL),
        }
    }

    fn status(&mut self, _: &mut Context<'_>) -> Answer {
        let (period, retries) = (KEEPALIVE.as_secs(), self.retries);
        text(&format!("keepalive period: {period} sec; unacknowledged keepalives: {retries}"))
    }

    fn due(&mut self, context: &mut Context<'_>, token: u32) {
        if token != self.timer {
            return;
        }
        // Nobody learns that it could not be sent.
        let _ = self.send(context, KEEPALIVE_REQUEST, self.local_seq, self.remote_seq);
        self.retries = self.retries.wrapping_add(1);
        if self.retries > 2 {
            self.tell(context, NGM_FLOW_COOKIE, NGM_LINK_IS_DOWN, "cmd");
        }
        context.after(KEEPALIVE, self.timer);
    }

    fn data(&mut self, context: &mut Context<'_>, name: &[u8], packet: Packet) -> Result<(), Errno> {
        if name == NG_CISCO_HOOK_DOWNSTREAM.as_bytes() {
            return self.input(context, packet);
        }
        let Some((_, kind)) = PROTOCOLS.iter().find(|(there, _)| there.as_bytes() == name) else {
            return Ok(());
        };
        forward_behind(context, NG_CISCO_HOOK_DOWNSTREAM, &header(UNICAST, *kind), packet)
    }
}
