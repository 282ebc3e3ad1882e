//! `nat`: translation of addresses, as ng_nat.c and the aliasing library have it.
//!
//! Packets of TCP, UDP, ICMP and other protocols are translated, with redirections, servers that share one, modes and
//! fragments. SCTP is refused, as the library refuses what belongs to no association; what it does for single
//! applications (FTP, IRC, PPTP and others are modules of their own) and as a transparent proxy is not simulated. Ports
//! that it chooses by chance are others in the kernel.

mod library;
mod proxy;
mod translate;

use serde::{Deserialize, Serialize};

use self::library::{ADDRESS, Library};
use self::translate::{Verdict, finish_marked};
use super::quiet::{Answer, Quiet, forward, one_of, raw, reply};
use super::{Kind, plain};
use crate::error::Errno;
use crate::nodes::nat::Nat as Type;
use crate::sim::context::Context;
use crate::sim::message::{Message, append};
use crate::sim::packet::{ETHER_HEADER, Packet};
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Nat>();

/// The protocols that the library knows more of.
const IPPROTO_ICMP: u16 = 1;
const IPPROTO_TCP: u16 = 6;
const IPPROTO_UDP: u16 = 17;
const IPPROTO_SCTP: u16 = 132;

/// What stands for a port where there is none; 0 is any.
const NO_PORT: u16 = 1;

/// The length of the kernel's record of a redirection: the entry of a list, with two pointers before it.
const RECORD: usize = 112;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nat {
    has_address: bool,
    link_type: u8,
    next_id: u32,
    redirects: Vec<Redirect>,
    library: Library,
    /// Whether both hooks have been there at one time.
    connected: bool,
    has_in: bool,
    has_out: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct Redirect {
    #[serde(with = "raw")]
    entry: ng_nat_listrdrs_entry,
    /// Its link in the library.
    link: u32,
}

impl Default for Nat {
    fn default() -> Self {
        Self {
            has_address: false,
            link_type: DLT_RAW,
            next_id: 1,
            redirects: Vec::new(),
            library: Library::new(),
            connected: false,
            has_in: false,
            has_out: false,
        }
    }
}

impl Nat {
    /// Adds a redirection with its link, and replies with its number.
    fn add(&mut self, kind: u16, ports: (u16, u16), mut entry: ng_nat_listrdrs_entry) -> Answer {
        let inside = (entry.local_addr.s_addr, ports.0);
        let outside = (entry.remote_addr.s_addr, ports.1);
        let port = Some(entry.alias_port.to_be());
        let link = self.library.add(kind, inside, outside, entry.alias_addr.s_addr, port);
        let link = link.ok_or(Errno::ENOMEM)?;
        if let Some(there) = self.library.link_mut(link) {
            there.permanent = true;
        }
        entry.id = self.next_id;
        self.next_id = entry.id.wrapping_add(1);
        if let Some(last) = entry.description.last_mut() {
            *last = 0;
        }
        self.redirects.push(Redirect { entry, link });
        reply(&entry.id)
    }

    fn place(&self, id: u32) -> Result<usize, Errno> {
        self.redirects.iter().position(|redirect| redirect.entry.id == id).ok_or(Errno::ENOENT)
    }

    fn redirect_port(&mut self, from: &ng_nat_redirect_port) -> Answer {
        // The aliasing library knows the ports of TCP, UDP and SCTP.
        let kind = from.proto.into();
        if !matches!(kind, IPPROTO_TCP | IPPROTO_UDP | IPPROTO_SCTP) {
            return Err(Errno::ENOMEM);
        }
        let ports = (from.local_port.to_be(), from.remote_port.to_be());
        self.add(
            kind,
            ports,
            ng_nat_listrdrs_entry {
                local_addr: from.local_addr,
                alias_addr: from.alias_addr,
                remote_addr: from.remote_addr,
                local_port: from.local_port,
                alias_port: from.alias_port,
                remote_port: from.remote_port,
                proto: from.proto.into(),
                description: from.description,
                ..Default::default()
            },
        )
    }

    fn redirect_addr(&mut self, from: &ng_nat_redirect_addr) -> Answer {
        self.add(
            ADDRESS,
            (0, 0),
            ng_nat_listrdrs_entry {
                local_addr: from.local_addr,
                alias_addr: from.alias_addr,
                proto: NG_NAT_REDIRPROTO_ADDR,
                description: from.description,
                ..Default::default()
            },
        )
    }

    fn redirect_proto(&mut self, from: &ng_nat_redirect_proto) -> Answer {
        self.add(
            from.proto.into(),
            (NO_PORT, NO_PORT),
            ng_nat_listrdrs_entry {
                local_addr: from.local_addr,
                alias_addr: from.alias_addr,
                remote_addr: from.remote_addr,
                proto: from.proto.into(),
                description: from.description,
                ..Default::default()
            },
        )
    }

    /// Makes a redirection one that ends with its connection; only one that names the far end can be. The library may
    /// have dropped its link long before.
    fn make_dynamic(&mut self, id: u32) -> Result<(), Errno> {
        let place = self.place(id)?;
        let link = self.redirects.get(place).and_then(|redirect| self.library.link_mut(redirect.link));
        let link = link.filter(|link| link.outside.0 != 0 && link.outside.1 != 0).ok_or(Errno::ENOTTY)?;
        link.permanent = false;
        self.redirects.remove(place);
        Ok(())
    }

    fn add_server(&mut self, server: &ng_nat_add_server) -> Result<(), Errno> {
        let place = self.place(server.id)?;
        if let Some(redirect) = self.redirects.get_mut(place) {
            redirect.entry.lsnat = redirect.entry.lsnat.wrapping_add(1);
            if let Some(link) = self.library.link_mut(redirect.link) {
                link.servers.insert(0, (server.addr.s_addr, server.port.to_be()));
            }
        }
        Ok(())
    }

    /// Translates a packet. Those that are no whole IP packets pass as they are.
    fn translate(&mut self, context: &Context<'_>, incoming: bool, packet: &mut Packet) -> Result<(), Errno> {
        let start = if self.link_type == DLT_EN10MB { ETHER_HEADER } else { 0 };
        if start > 0 {
            let header = packet.ethernet().ok_or(Errno::ENXIO)?;
            if header.kind != 0x0800 {
                return Ok(());
            }
        }
        let Some(header) = packet.bytes().get(start..start + 20).filter(|header| header[0] >> 4 == 4) else {
            return Ok(());
        };
        let end = start + usize::from(u16::from_be_bytes([header[2], header[3]]));
        let header_end = start + usize::from(header[0] & 0x0f) * 4;
        // One whose header would be longer than itself is left alone; the kernel reads on.
        if packet.len() < end || header_end < start + 20 || end < header_end {
            return Ok(());
        }
        self.library.housekeep(context.now);
        let deny = self.library.is(NG_NAT_DENY_INCOMING);
        let ip = packet.bytes_mut().get_mut(start..end).unwrap_or_default();
        let verdict = if incoming { self.library.incoming(ip) } else { self.library.outgoing(ip) };
        match verdict {
            Verdict::Failed => return Err(Errno::EINVAL),
            Verdict::Unresolved if incoming => return Err(Errno::EINVAL),
            Verdict::Ignored if incoming && deny => return Err(Errno::EINVAL),
            _ => {}
        }
        finish_marked(ip);
        // What follows the packet, as the padding of a short frame does, is cut off.
        packet.splice(end, usize::MAX, &[]);
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
}

impl Quiet for Nat {
    const COOKIE: u32 = NGM_NAT_COOKIE;

    fn hook(&mut self, _: &mut Context<'_>, name: &[u8]) -> Result<(), Errno> {
        one_of(&[NG_NAT_HOOK_IN, NG_NAT_HOOK_OUT], name)?;
        let is_in = name == NG_NAT_HOOK_IN.as_bytes();
        *(if is_in { &mut self.has_in } else { &mut self.has_out }) = true;
        self.connected |= self.has_in && self.has_out;
        Ok(())
    }

    fn answer(&mut self, _: &mut Context<'_>, message: &Message) -> Answer {
        match message.header.cmd {
            NGM_NAT_SET_IPADDR => {
                let address: in_addr = message.at_least().ok_or(Errno::EINVAL)?;
                self.library.set_address(address.s_addr);
                self.has_address = true;
            }
            NGM_NAT_SET_MODE => {
                let mode: ng_nat_mode = message.at_least().ok_or(Errno::EINVAL)?;
                let old = self.library.mode;
                self.library.mode = (mode.flags & mode.mask) | (old & !mode.mask);
            }
            NGM_NAT_SET_TARGET => {
                let target: in_addr = message.at_least().ok_or(Errno::EINVAL)?;
                self.library.target = target.s_addr;
            }
            NGM_NAT_REDIRECT_PORT => return self.redirect_port(&message.at_least().ok_or(Errno::EINVAL)?),
            NGM_NAT_REDIRECT_ADDR => return self.redirect_addr(&message.at_least().ok_or(Errno::EINVAL)?),
            NGM_NAT_REDIRECT_PROTO => return self.redirect_proto(&message.at_least().ok_or(Errno::EINVAL)?),
            NGM_NAT_REDIRECT_DYNAMIC => self.make_dynamic(message.at_least().ok_or(Errno::EINVAL)?)?,
            NGM_NAT_REDIRECT_DELETE => {
                let place = self.place(message.at_least().ok_or(Errno::EINVAL)?)?;
                let redirect = self.redirects.remove(place);
                self.library.remove(redirect.link);
            }
            NGM_NAT_ADD_SERVER => self.add_server(&message.at_least().ok_or(Errno::EINVAL)?)?,
            NGM_NAT_LIST_REDIRECTS => return self.list(),
            NGM_NAT_PROXY_RULE if message.header.arglen < 6 => return Err(Errno::EINVAL),
            // What the library cannot read it refuses.
            NGM_NAT_PROXY_RULE if !proxy::is_rule(message.stated()) => return Err(Errno::ENOMEM),
            NGM_NAT_PROXY_RULE => {}
            NGM_NAT_LIBALIAS_INFO => return reply(&self.library.info()),
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

    fn unhook(&mut self, context: &mut Context<'_>, name: &[u8]) -> bool {
        let is_in = name == NG_NAT_HOOK_IN.as_bytes();
        *(if is_in { &mut self.has_in } else { &mut self.has_out }) = false;
        self.connected = false;
        context.core.hook_count == 0
    }

    fn data(&mut self, context: &mut Context<'_>, name: &[u8], mut packet: Packet) -> Result<(), Errno> {
        if !self.connected {
            return Err(Errno::ENXIO);
        }
        let incoming = name == NG_NAT_HOOK_IN.as_bytes();
        if self.has_address {
            self.translate(context, incoming, &mut packet)?;
        }
        forward(context, if incoming { NG_NAT_HOOK_OUT } else { NG_NAT_HOOK_IN }, packet)
    }
}
