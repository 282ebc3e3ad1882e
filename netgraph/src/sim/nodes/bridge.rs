//! `bridge`: a learning Ethernet switch.

mod hosts;
mod saved;

use std::time::Duration;

use serde_json::Value;
use zerocopy::IntoBytes;

use hosts::{Host, Hosts};

use super::{Behaviour, Fate, Kind, Sent, counters};
use crate::NodeType;
use crate::error::Errno;
use crate::name::HookName;
use crate::nodes::bridge::{Bridge as Type, Port};
use crate::sim::context::Context;
use crate::sim::graph::{HookKey, NodeKey};
use crate::sim::machine::Machine;
use crate::sim::message::{Message, append};
use crate::sim::packet::{Packet, is_group};
use crate::sim::slots::Slots;
use crate::sim::units::Units;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = Kind {
    name: Type::NAME,
    commands: Type::COMMANDS,
    make: |machine, node| {
        machine.set_timer(node, machine.clock.saturating_add(SECOND), TICK);
        Ok(Box::new(Bridge::new()))
    },
    restore: saved::restore,
    finds_unready_hooks: false,
};

const SECOND: Duration = Duration::from_secs(1);

/// The only timer, which goes off every second.
const TICK: u32 = 0;

/// What is noted about a packet that is sent on: whether it is for one host, for a group, or for all.
const TO_ONE: u32 = 0;
const TO_GROUP: u32 = 1;
const TO_ALL: u32 = 2;

#[derive(Debug)]
struct Bridge {
    config: ng_bridge_config,
    persistent: bool,
    /// Whether links are sent what is for hosts unknown; not so where the first hook was an uplink.
    links_get_unknown: bool,
    hosts: Hosts,
    links: Slots<Link>,
    link_numbers: Units,
    uplink_numbers: Units,
}

/// A link; its number among the links is its hook's tag.
#[derive(Debug)]
struct Link {
    hook: HookKey,
    port: Port,
    /// How many seconds it stays mute.
    muted: u16,
    gets_unknown: bool,
    stats: ng_bridge_link_stats,
}

impl Link {
    fn learns(&self) -> bool {
        matches!(self.port, Port::Link(_))
    }
}

impl Bridge {
    fn new() -> Self {
        Self {
            config: ng_bridge_config {
                debugLevel: 1,
                loopTimeout: 60,
                maxStaleness: 15 * 60,
                minStableAge: 1,
                ..Default::default()
            },
            persistent: false,
            links_get_unknown: true,
            hosts: Hosts::default(),
            links: Slots::default(),
            link_numbers: Units::default(),
            uplink_numbers: Units::from(1),
        }
    }

    /// Takes the number that a new hook asks for by its name, or the lowest free one if it names none.
    fn number(&mut self, name: HookName) -> Result<Port, Errno> {
        let text = std::str::from_utf8(name.as_bytes()).map_err(|_| Errno::EINVAL)?;
        let (numbers, port, digits): (_, fn(u32) -> Port, _) = match text.strip_prefix("uplink") {
            Some(digits) => (&mut self.uplink_numbers, Port::Uplink, digits),
            None => {
                let digits = text.strip_prefix("link").ok_or(Errno::EINVAL)?;
                (&mut self.link_numbers, Port::Link, digits)
            }
        };
        if digits.is_empty() {
            return Ok(port(numbers.take()));
        }
        let number: u32 = digits.parse().map_err(|_| Errno::EINVAL)?;
        let port = port(number);
        if number.to_string() != digits || port == Port::Uplink(0) {
            return Err(Errno::EINVAL);
        }
        numbers.take_this(number);
        Ok(port)
    }

    fn free_number(&mut self, port: Port) {
        match port {
            Port::Link(number) => self.link_numbers.give(number),
            Port::Uplink(number) => self.uplink_numbers.give(number),
        }
    }

    /// Notes where a host is, or that it moved. One that moves too soon is taken for a loop: its new link goes mute.
    fn put(&mut self, addr: [u8; 6], link: u32) -> Result<(), Errno> {
        let Some(host) = self.hosts.get_mut(addr) else {
            self.hosts.insert(Host { addr, link, age: 0, staleness: 0 });
            return Ok(());
        };
        if host.link == link {
            return Ok(());
        }
        if u32::from(host.age) >= self.config.minStableAge {
            host.link = link;
            host.age = 0;
            return Ok(());
        }
        if let Some(link) = self.links.get_mut(link) {
            // The kernel's counter has 16 bits.
            link.muted = self.config.loopTimeout as u16;
            link.stats.loopDetects += 1;
        }
        self.hosts.retain(|host| host.link != link);
        Err(Errno::ELOOP)
    }

    /// Finds a link by the number of a message: a negative one is an uplink's.
    fn link_of(&mut self, context: &Context<'_>, number: i32) -> Result<&mut Link, Errno> {
        let prefix = if number < 0 { "uplink" } else { "link" };
        let name = HookName::from_field(format!("{prefix}{}", number.unsigned_abs()).as_bytes());
        let hook = context.find(name).ok_or(Errno::ENOTCONN)?;
        self.links.get_mut(context.tag(hook)).ok_or(Errno::ENOTCONN)
    }

    fn table(&self, context: &Context<'_>) -> Vec<u8> {
        let mut reply = Vec::with_capacity(4 + self.hosts.len() * size_of::<ng_bridge_hostent>());
        append(&mut reply, &(self.hosts.len() as u32));
        for host in self.hosts.iter() {
            let hook = self.links.get(host.link).and_then(|link| context.hooks.get(link.hook));
            let hook = hook.map_or([0; NG_HOOKSIZ], |hook| hook.name.to_field());
            let (age, staleness) = (host.age, host.staleness);
            append(&mut reply, &ng_bridge_hostent { addr: host.addr, hook, age, staleness });
        }
        reply
    }

    fn message(
        &mut self,
        context: &mut Context<'_>,
        message: &Message,
        hook: Option<HookKey>,
    ) -> Result<Option<Vec<u8>>, Errno> {
        match message.header.cmd {
            NGM_BRIDGE_GET_CONFIG => return Ok(Some(self.config.as_bytes().to_vec())),
            NGM_BRIDGE_SET_CONFIG => self.config = message.exactly().ok_or(Errno::EINVAL)?,
            NGM_BRIDGE_RESET => {
                self.hosts.retain(|_| false);
                for link in self.links.iter_mut() {
                    link.muted = 0;
                    link.stats = ng_bridge_link_stats::default();
                }
            }
            command @ (NGM_BRIDGE_GET_STATS | NGM_BRIDGE_CLR_STATS | NGM_BRIDGE_GETCLR_STATS) => {
                let number = message.exactly().ok_or(Errno::EINVAL)?;
                let stats = &mut self.link_of(context, number)?.stats;
                return Ok(counters::answer(stats, command, NGM_BRIDGE_GET_STATS, NGM_BRIDGE_CLR_STATS));
            }
            NGM_BRIDGE_GET_TABLE => return Ok(Some(self.table(context))),
            NGM_BRIDGE_SET_PERSISTENT => self.persistent = true,
            NGM_BRIDGE_MOVE_HOST => {
                let host: ng_bridge_move_host = message.at_least().ok_or(Errno::EINVAL)?;
                let named = || context.find(HookName::from_field(&host.hook));
                let hook = if host.hook.first() == Some(&0) { hook } else { named() };
                self.put(host.addr, context.tag(hook.ok_or(Errno::ENOENT)?))?;
            }
            _ => return Err(Errno::EINVAL),
        }
        Ok(None)
    }

    /// Sends a packet out of every link but the one it came in on: the newest link last, as it gets the original.
    fn flood(&self, context: &mut Context<'_>, from: u32, packet: Packet, to: u32) {
        let mut last = None;
        let mut next = context.next_hook(None);
        while let Some(hook) = next {
            next = context.next_hook(Some(hook));
            let number = context.tag(hook);
            let Some(link) = self.links.get(number) else { continue };
            if number == from || (to == TO_ONE && !link.gets_unknown) {
                continue;
            }
            if last.is_none() {
                last = Some(hook);
            } else {
                context.send(hook, packet.clone(), to);
            }
        }
        if let Some(hook) = last {
            context.send(hook, packet, to);
        }
    }
}

impl Behaviour for Bridge {
    fn new_hook(&mut self, context: &mut Context<'_>, key: HookKey, name: HookName) -> Result<(), Errno> {
        let port = self.number(name)?;
        if context.is_own_peer(key) {
            self.free_number(port);
            return Err(Errno::ELOOP);
        }
        let uplink = matches!(port, Port::Uplink(_));
        if uplink && self.links.is_empty() {
            self.links_get_unknown = false;
        }
        let gets_unknown = uplink || self.links_get_unknown;
        let stats = ng_bridge_link_stats::default();
        let number = self.links.insert(Link { hook: key, port, muted: 0, gets_unknown, stats });
        if let Some(hook) = context.hooks.get_mut(key) {
            hook.tag = number;
            hook.name = saved::hook_of(port);
        }
        Ok(())
    }

    fn disconnect(&mut self, context: &mut Context<'_>, hook: HookKey) {
        let number = context.tag(hook);
        self.hosts.retain(|host| host.link != number);
        if let Some(link) = self.links.remove(number) {
            self.free_number(link.port);
        }
        if context.core.hook_count == 0 && context.core.valid && !self.persistent {
            context.shut_down();
        }
    }

    fn receive_message(
        &mut self,
        context: &mut Context<'_>,
        message: Message,
        hook: Option<HookKey>,
    ) -> Result<Option<Vec<u8>>, Errno> {
        match message.header.typecookie {
            NGM_BRIDGE_COOKIE => self.message(context, &message, hook),
            _ => Err(Errno::EINVAL),
        }
    }

    fn receive_data(
        &mut self,
        context: &mut Context<'_>,
        hook: HookKey,
        packet: Packet,
    ) -> Result<(), Errno> {
        let number = context.tag(hook);
        let link = self.links.get_mut(number).ok_or(Errno::EINVAL)?;
        let Some(header) = packet.ethernet() else {
            link.stats.recvRunts += 1;
            return Err(Errno::EINVAL);
        };
        if is_group(header.from) {
            link.stats.recvInvalid += 1;
            return Err(Errno::EINVAL);
        }
        if link.muted != 0 {
            link.stats.loopDrops += 1;
            return Err(Errno::ELOOP);
        }
        link.stats.recvPackets += 1;
        link.stats.recvOctets += packet.len() as u64;
        let to = match header.to {
            [0xff, 0xff, 0xff, 0xff, 0xff, 0xff] => TO_ALL,
            to if is_group(to) => TO_GROUP,
            _ => TO_ONE,
        };
        link.stats.recvBroadcasts += u64::from(to == TO_ALL);
        link.stats.recvMulticasts += u64::from(to == TO_GROUP);
        let known = self.hosts.get_mut(header.from).map(|host| {
            host.staleness = 0;
            (host.link, host.age)
        });
        if known.map_or(link.learns(), |(at, _)| at != number) {
            // Learning takes a writer, and this is a reader: it is a message for later.
            let name = context.hooks.get(hook).map_or([0; NG_HOOKSIZ], |hook| hook.name.to_field());
            let here = ng_bridge_move_host { addr: header.from, hook: name };
            context.post_to_self(NGM_BRIDGE_COOKIE, NGM_BRIDGE_MOVE_HOST, here.as_bytes());
        }
        if known.is_some_and(|(at, age)| at != number && u32::from(age) < self.config.minStableAge) {
            link.stats.loopDrops += 1;
            return Err(Errno::ELOOP);
        }
        if to == TO_ONE {
            if let Some(host) = self.hosts.get(header.to) {
                if let Some(link) = self.links.get(host.link).filter(|_| host.link != number) {
                    context.send(link.hook, packet, to);
                }
                return Ok(());
            }
            link.stats.recvUnknown += 1;
        }
        self.flood(context, number, packet, to);
        Ok(())
    }

    fn sent(
        &mut self,
        context: &mut Context<'_>,
        sent: Sent,
        before: Result<(), Errno>,
    ) -> Result<(), Errno> {
        let link = self.links.get_mut(context.tag(sent.hook));
        match (sent.result, link) {
            (Ok(()), Some(link)) => {
                link.stats.xmitPackets += 1;
                link.stats.xmitOctets += sent.len as u64;
                link.stats.xmitMulticasts += u64::from(sent.note == TO_GROUP);
                link.stats.xmitBroadcasts += u64::from(sent.note == TO_ALL);
            }
            (Err(Errno::ENOMEM), Some(link)) => link.stats.memoryFailures += 1,
            _ => {}
        }
        // Of a flood, one packet that failed is enough.
        sent.result.and(before)
    }

    fn timer(&mut self, context: &mut Context<'_>, _: u32) {
        let stale = self.config.maxStaleness;
        self.hosts.retain(|host| {
            host.staleness = host.staleness.wrapping_add(1);
            host.age = host.age.saturating_add(1);
            u32::from(host.staleness) < stale
        });
        self.hosts.resize();
        for link in self.links.iter_mut() {
            link.muted = link.muted.saturating_sub(1);
        }
        context.after(SECOND, TICK);
    }

    fn shutdown(&mut self, _: &mut Context<'_>) -> Fate {
        Fate::Gone
    }

    fn save(&self, _: &Machine, _: NodeKey) -> Value {
        saved::save(self)
    }
}
