//! `nat`: modes and redirections; packets pass as they are until the node has an address, and are dropped then.

mod proxy;

use serde::{Deserialize, Serialize};

use super::quiet::{Answer, Quiet, forward, hook_named, one_of, raw, reply};
use super::{Kind, plain};
use crate::error::Errno;
use crate::nodes::nat::Nat as Type;
use crate::sim::context::Context;
use crate::sim::message::{Message, append};
use crate::sim::packet::Packet;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Nat>();

/// The length of the kernel's record of a redirection: the entry of a list, with two pointers before it.
const RECORD: usize = 112;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nat {
    has_address: bool,
    link_type: u8,
    next_id: u32,
    redirects: Vec<Redirect>,
    /// Redirections that have been made dynamic: they are in no list, and still count.
    #[serde(default)]
    dynamic: Vec<u16>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Redirect {
    #[serde(with = "raw")]
    entry: ng_nat_listrdrs_entry,
}

impl Default for Nat {
    fn default() -> Self {
        Self {
            has_address: false,
            link_type: DLT_RAW,
            next_id: 1,
            redirects: Vec::new(),
            dynamic: Vec::new(),
        }
    }
}

impl Nat {
    /// Adds a redirection, and replies with its number.
    fn add(&mut self, mut entry: ng_nat_listrdrs_entry) -> Answer {
        entry.id = self.next_id;
        self.next_id = entry.id.wrapping_add(1);
        if let Some(last) = entry.description.last_mut() {
            *last = 0;
        }
        self.redirects.push(Redirect { entry });
        reply(&entry.id)
    }

    fn place(&self, id: u32) -> Result<usize, Errno> {
        self.redirects.iter().position(|redirect| redirect.entry.id == id).ok_or(Errno::ENOENT)
    }

    fn redirect_port(&mut self, from: &ng_nat_redirect_port) -> Answer {
        // The aliasing library knows the ports of TCP, UDP and SCTP.
        if !matches!(from.proto, 6 | 17 | 132) {
            return Err(Errno::ENOMEM);
        }
        self.add(ng_nat_listrdrs_entry {
            local_addr: from.local_addr,
            alias_addr: from.alias_addr,
            remote_addr: from.remote_addr,
            local_port: from.local_port,
            alias_port: from.alias_port,
            remote_port: from.remote_port,
            proto: from.proto.into(),
            description: from.description,
            ..Default::default()
        })
    }

    fn redirect_addr(&mut self, from: &ng_nat_redirect_addr) -> Answer {
        self.add(ng_nat_listrdrs_entry {
            local_addr: from.local_addr,
            alias_addr: from.alias_addr,
            proto: NG_NAT_REDIRPROTO_ADDR,
            description: from.description,
            ..Default::default()
        })
    }

    fn redirect_proto(&mut self, from: &ng_nat_redirect_proto) -> Answer {
        self.add(ng_nat_listrdrs_entry {
            local_addr: from.local_addr,
            alias_addr: from.alias_addr,
            remote_addr: from.remote_addr,
            proto: from.proto.into(),
            description: from.description,
            ..Default::default()
        })
    }

    /// Makes a redirection one that ends with its connection; only one that names the far end can be.
    fn make_dynamic(&mut self, id: u32) -> Result<(), Errno> {
        let place = self.place(id)?;
        let named = self.redirects.get(place).is_some_and(|redirect| {
            redirect.entry.remote_addr.s_addr != 0 && redirect.entry.remote_port != 0
        });
        if !named {
            return Err(Errno::ENOTTY);
        }
        self.dynamic.push(self.redirects.remove(place).entry.proto);
        Ok(())
    }

    fn list(&self) -> Answer {
        let mut list = Vec::new();
        append(&mut list, &(self.redirects.len() as u32));
        for redirect in &self.redirects {
            append(&mut list, &redirect.entry);
        }
        // The kernel makes room for its own records, and sends the room.
        list.resize(4 + self.redirects.len() * RECORD, 0);
        Ok(Some(list))
    }

    /// How many links the aliasing library has: those of the redirections.
    fn links(&self) -> ng_nat_libalias_info {
        let mut links = ng_nat_libalias_info::default();
        let listed = self.redirects.iter().map(|redirect| redirect.entry.proto);
        for protocol in listed.chain(self.dynamic.iter().copied()) {
            match protocol {
                1 => links.icmpLinkCount += 1,
                6 => links.tcpLinkCount += 1,
                17 => links.udpLinkCount += 1,
                132 => links.sctpLinkCount += 1,
                NG_NAT_REDIRPROTO_ADDR => {}
                _ => links.protoLinkCount += 1,
            }
        }
        links
    }
}

impl Quiet for Nat {
    const COOKIE: u32 = NGM_NAT_COOKIE;

    fn hook(&mut self, _: &mut Context<'_>, name: &[u8]) -> Result<(), Errno> {
        one_of(&[NG_NAT_HOOK_IN, NG_NAT_HOOK_OUT], name)
    }

    fn answer(&mut self, _: &mut Context<'_>, message: &Message) -> Answer {
        match message.header.cmd {
            NGM_NAT_SET_IPADDR => {
                message.at_least::<in_addr>().ok_or(Errno::EINVAL)?;
                self.has_address = true;
            }
            NGM_NAT_SET_MODE => {
                message.at_least::<ng_nat_mode>().ok_or(Errno::EINVAL)?;
            }
            NGM_NAT_SET_TARGET => {
                message.at_least::<in_addr>().ok_or(Errno::EINVAL)?;
            }
            NGM_NAT_REDIRECT_PORT => return self.redirect_port(&message.at_least().ok_or(Errno::EINVAL)?),
            NGM_NAT_REDIRECT_ADDR => return self.redirect_addr(&message.at_least().ok_or(Errno::EINVAL)?),
            NGM_NAT_REDIRECT_PROTO => return self.redirect_proto(&message.at_least().ok_or(Errno::EINVAL)?),
            NGM_NAT_REDIRECT_DYNAMIC => self.make_dynamic(message.at_least().ok_or(Errno::EINVAL)?)?,
            NGM_NAT_REDIRECT_DELETE => {
                let place = self.place(message.at_least().ok_or(Errno::EINVAL)?)?;
                self.redirects.remove(place);
            }
            NGM_NAT_ADD_SERVER => {
                let server: ng_nat_add_server = message.at_least().ok_or(Errno::EINVAL)?;
                let place = self.place(server.id)?;
                if let Some(redirect) = self.redirects.get_mut(place) {
                    redirect.entry.lsnat = redirect.entry.lsnat.wrapping_add(1);
                }
            }
            NGM_NAT_LIST_REDIRECTS => return self.list(),
            NGM_NAT_PROXY_RULE if message.header.arglen < 6 => return Err(Errno::EINVAL),
            // What the library cannot read it refuses.
            NGM_NAT_PROXY_RULE if !proxy::is_rule(message.stated()) => return Err(Errno::ENOMEM),
            NGM_NAT_PROXY_RULE => {}
            NGM_NAT_LIBALIAS_INFO => return reply(&self.links()),
            NGM_NAT_SET_DLT => {
                let link_type = message.exactly().ok_or(Errno::EINVAL)?;
                if !matches!(link_type, DLT_EN10MB | DLT_RAW) {
                    return Err(Errno::EINVAL);
                }
                self.link_type = link_type;
            }
            _ => return Err(Errno::EINVAL),
        }
        Ok(None)
    }

    /// The kernel looks for the number of NGM_NAT_GET_DLT among the cookies, and answers any message that has it there.
    fn stranger(&mut self, _: &mut Context<'_>, message: Message) -> Answer {
        if message.header.typecookie == NGM_NAT_GET_DLT { reply(&self.link_type) } else { Err(Errno::EINVAL) }
    }

    fn data(&mut self, context: &mut Context<'_>, name: &[u8], packet: Packet) -> Result<(), Errno> {
        let from_in = name == NG_NAT_HOOK_IN.as_bytes();
        let to = if from_in { NG_NAT_HOOK_OUT } else { NG_NAT_HOOK_IN };
        hook_named(context, to.as_bytes()).ok_or(Errno::ENXIO)?;
        if self.has_address { Ok(()) } else { forward(context, to, packet) }
    }
}
