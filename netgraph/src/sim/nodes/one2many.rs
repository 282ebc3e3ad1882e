//! `one2many`: spreads packets over several links.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use zerocopy::IntoBytes;

use super::*;
use crate::nodes::one2many::{ONE, One2Many as Type, many};
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, One2Many>();

const LINKS: u8 = NG_ONE2MANY_MAX_LINKS as u8;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct One2Many {
    spread: u32,
    failure: u32,
    one: Link,
    /// The other links by their numbers, with those that were there once, or were enabled before they came.
    many: BTreeMap<u8, Link>,
    /// Which of the links that work gets the next packet.
    next: usize,
    /// Whether any link works.
    up: bool,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Link {
    connected: bool,
    enabled: bool,
    #[serde(with = "super::counters")]
    stats: ng_one2many_link_stats,
}

impl Default for One2Many {
    fn default() -> Self {
        Self {
            spread: NG_ONE2MANY_XMIT_ROUNDROBIN,
            failure: NG_ONE2MANY_FAIL_MANUAL,
            one: Link::default(),
            many: BTreeMap::new(),
            next: 0,
            up: false,
        }
    }
}

/// The number of a link by the name of its hook; `None` where that is the other end.
fn number(name: HookName) -> Result<Option<u8>, Errno> {
    if name == ONE {
        return Ok(None);
    }
    let links = 0..LINKS;
    links.into_iter().find(|number| many(*number) == name).map(Some).ok_or(Errno::EINVAL)
}

impl One2Many {
    fn link(&mut self, number: Option<u8>) -> &mut Link {
        match number {
            None => &mut self.one,
            Some(number) => self.many.entry(number).or_default(),
        }
    }

    /// The links that work, by their numbers.
    fn active(&self) -> Vec<u8> {
        let works = |link: &Link| link.connected && link.enabled;
        self.many.iter().filter(|(_, link)| works(link)).map(|(number, _)| *number).collect()
    }

    /// Takes note of which links work, and tells the one end when the first came up or the last went down.
    fn update(&mut self, context: &mut Context<'_>) {
        let active = self.active().len();
        if self.up != (active > 0) {
            self.up = active > 0;
            let cmd = if self.up { NGM_LINK_IS_UP } else { NGM_LINK_IS_DOWN };
            // Where nothing is at that end, nobody is told.
            let _ = context.tell(ONE, Message::new(NGM_FLOW_COOKIE, cmd, &[], context.core.id).called("cmd"));
        }
        if self.spread == NG_ONE2MANY_XMIT_ROUNDROBIN && active > 0 {
            self.next %= active;
        }
    }

    fn config(&self) -> ng_one2many_config {
        let mut config =
            ng_one2many_config { xmitAlg: self.spread, failAlg: self.failure, ..Default::default() };
        for (number, enabled) in (0..).zip(&mut config.enabledLinks) {
            *enabled = self.many.get(&number).is_some_and(|link| link.enabled).into();
        }
        config
    }

    fn configure(&mut self, context: &mut Context<'_>, config: &ng_one2many_config) -> Result<(), Errno> {
        let ng_one2many_config { xmitAlg: spread, failAlg: failure, enabledLinks: links } = *config;
        let spreads =
            [NG_ONE2MANY_XMIT_ROUNDROBIN, NG_ONE2MANY_XMIT_ALL, NG_ONE2MANY_XMIT_FAILOVER].contains(&spread);
        if !spreads || ![NG_ONE2MANY_FAIL_MANUAL, NG_ONE2MANY_FAIL_NOTIFY].contains(&failure) {
            return Err(Errno::EINVAL);
        }
        (self.spread, self.failure) = (spread, failure);
        for (number, enabled) in (0..).zip(links) {
            self.link(Some(number)).enabled = enabled != 0;
        }
        self.update(context);
        Ok(())
    }

    fn message(&mut self, context: &mut Context<'_>, message: &Message) -> Result<Option<Vec<u8>>, Errno> {
        match message.header.cmd {
            NGM_ONE2MANY_SET_CONFIG => {
                let config = message.exactly().ok_or(Errno::EINVAL)?;
                self.configure(context, &config).map(|()| None)
            }
            NGM_ONE2MANY_GET_CONFIG => Ok(Some(self.config().as_bytes().to_vec())),
            cmd @ (NGM_ONE2MANY_GET_STATS | NGM_ONE2MANY_CLR_STATS | NGM_ONE2MANY_GETCLR_STATS) => {
                let number: i32 = message.exactly().ok_or(Errno::EINVAL)?;
                let number = match u8::try_from(number) {
                    _ if number == NG_ONE2MANY_ONE_LINKNUM => None,
                    Ok(number) if number < LINKS => Some(number),
                    _ => return Err(Errno::EINVAL),
                };
                let stats = &mut self.link(number).stats;
                Ok(counters::answer(stats, cmd, NGM_ONE2MANY_GET_STATS, NGM_ONE2MANY_CLR_STATS))
            }
            _ => Err(Errno::EINVAL),
        }
    }

    /// What is at a link says that it came up, or went down.
    fn flow(&mut self, context: &mut Context<'_>, cmd: u32, hook: Option<HookKey>) {
        let name = hook.and_then(|hook| context.name(hook));
        let number = name.and_then(|name| number(name).ok().flatten());
        let (Some(number), NG_ONE2MANY_FAIL_NOTIFY) = (number, self.failure) else { return };
        match cmd {
            NGM_LINK_IS_UP => self.link(Some(number)).enabled = true,
            NGM_LINK_IS_DOWN => self.link(Some(number)).enabled = false,
            _ => return,
        }
        self.update(context);
    }

    fn send(&mut self, context: &mut Context<'_>, to: Option<u8>, packet: Packet) -> Result<(), Errno> {
        let stats = &mut self.link(to).stats;
        stats.xmitPackets += 1;
        stats.xmitOctets += packet.len() as u64;
        context.send_by(to.map_or(ONE, many), packet, 0)
    }
}

impl Behaviour for One2Many {
    fn new_hook(&mut self, context: &mut Context<'_>, _: HookKey, name: HookName) -> Result<(), Errno> {
        let number = number(name)?;
        let link = self.link(number);
        if link.connected {
            return Err(Errno::EISCONN);
        }
        *link = Link { connected: true, enabled: true, ..Default::default() };
        if number.is_some() {
            self.update(context);
        }
        Ok(())
    }

    fn disconnect(&mut self, context: &mut Context<'_>, hook: HookKey) {
        if let Some(Ok(number)) = context.name(hook).map(number) {
            let link = self.link(number);
            link.connected = false;
            link.enabled = false;
            if number.is_some() {
                self.update(context);
            }
        }
        context.shut_down_if_bare();
    }

    fn receive_message(
        &mut self,
        context: &mut Context<'_>,
        message: Message,
        hook: Option<HookKey>,
    ) -> Result<Option<Vec<u8>>, Errno> {
        match message.header.typecookie {
            NGM_ONE2MANY_COOKIE => self.message(context, &message),
            NGM_FLOW_COOKIE => {
                self.flow(context, message.header.cmd, hook);
                Ok(None)
            }
            _ => Err(Errno::EINVAL),
        }
    }

    fn receive_data(
        &mut self,
        context: &mut Context<'_>,
        hook: HookKey,
        packet: Packet,
    ) -> Result<(), Errno> {
        let from = number(context.name(hook).ok_or(Errno::EINVAL)?)?;
        let stats = &mut self.link(from).stats;
        stats.recvPackets += 1;
        stats.recvOctets += packet.len() as u64;
        if from.is_some() {
            return self.send(context, None, packet);
        }
        let active = self.active();
        let (first, others) = active.split_first().ok_or(Errno::ENOTCONN)?;
        let to = match self.spread {
            NG_ONE2MANY_XMIT_ROUNDROBIN => {
                let to = *active.get(self.next).unwrap_or(first);
                self.next = (self.next + 1) % active.len();
                to
            }
            NG_ONE2MANY_XMIT_ALL => {
                for other in others {
                    // What counts is what becomes of the last packet, that for the first link.
                    let _ = self.send(context, Some(*other), packet.clone());
                }
                *first
            }
            _ => *first,
        };
        self.send(context, Some(to), packet)
    }

    fn save(&self, _: &Machine, _: NodeKey) -> Value {
        json!(self)
    }
}
