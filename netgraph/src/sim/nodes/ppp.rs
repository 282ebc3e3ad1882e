//! `ppp`: a bundle of links, as ng_ppp.c has it: its configuration, and packets on the way between its hooks.

mod multilink;
mod reassembly;
mod way;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::multilink::Multilink;
use super::quiet::{Answer, Quiet, decimal, hook_named, one_of, only_once, raw, reply};
use super::{CHAIN, Kind, Made, Sent};
use crate::NodeType;
use crate::error::Errno;
use crate::nodes::ppp::Ppp as Type;
use crate::sim::context::{Context, Post};
use crate::sim::graph::NodeKey;
use crate::sim::machine::Machine;
use crate::sim::message::Message;
use crate::sim::packet::Packet;
use crate::sim::snapshot::state;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = Kind {
    name: Type::NAME,
    commands: Type::COMMANDS,
    make: |_, _| Ok(Box::new(Ppp::default())),
    restore,
    finds_unready_hooks: false,
};

/// What follows from the rest of the private part is no part of the file.
fn restore(_: &mut Machine, _: NodeKey, saved: &Value) -> Made<String> {
    let mut ppp: Ppp = state(saved)?;
    if !ppp.config.links.iter().all(is_valid) || !ppp.multilink.is_sound(&ppp.config) {
        return Err("a link has what no link can have".into());
    }
    ppp.multilink.find_active(&ppp.config);
    Ok(Box::new(ppp))
}

/// The smallest packets that a link may be limited to.
const MRU_MIN: u16 = 32;

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ppp {
    #[serde(with = "raw")]
    config: ng_ppp_node_conf,
    #[serde(default)]
    bundle: Counters,
    #[serde(default)]
    links: BTreeMap<u16, Counters>,
    #[serde(default)]
    multilink: Multilink,
}

/// The notes of packets: one for a link, and one of several, of which no more are sent after one that is refused; and
/// what nobody is told of.
const LINK: u32 = 1;
const PIECE: u32 = CHAIN | LINK;
const BESIDES: u32 = 2;

/// What has passed a link, or the bundle.
#[derive(Debug, Default, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Counters {
    #[serde(with = "raw")]
    counted: ng_ppp_link_stat64,
}

impl Counters {
    fn sent(&mut self, len: usize) {
        self.counted.xmitFrames += 1;
        self.counted.xmitOctets += len as u64;
    }

    fn received(&mut self, len: usize) {
        self.counted.recvFrames += 1;
        self.counted.recvOctets += len as u64;
    }

    /// The counters as they were told before they had 64 bits.
    fn short(&self) -> ng_ppp_link_stat {
        let all = &self.counted;
        ng_ppp_link_stat {
            xmitFrames: all.xmitFrames as u32,
            xmitOctets: all.xmitOctets as u32,
            recvFrames: all.recvFrames as u32,
            recvOctets: all.recvOctets as u32,
            badProtos: all.badProtos as u32,
            runts: all.runts as u32,
            dupFragments: all.dupFragments as u32,
            dropFragments: all.dropFragments as u32,
        }
    }
}

fn is_valid(link: &ng_ppp_link_conf) -> bool {
    link.enableLink == 0
        || (link.mru >= MRU_MIN
            && (1..=NG_PPP_MAX_BANDWIDTH).contains(&link.bandwidth)
            && link.latency <= NG_PPP_MAX_LATENCY)
}

impl Ppp {
    fn link(&mut self, number: u16) -> &mut Counters {
        self.links.entry(number).or_default()
    }

    fn takes(&self, new: &ng_ppp_node_conf) -> bool {
        let multilink = |config: &ng_ppp_node_conf| {
            let bund = &config.bund;
            [bund.enableMultilink, bund.xmitShortSeq, bund.recvShortSeq].map(|flag| flag != 0)
        };
        let links = self.multilink.count(new);
        let at_work = links > 0 && !self.multilink.active.is_empty();
        new.links.iter().all(is_valid)
            && (!at_work || multilink(&self.config) == multilink(new))
            && (links <= 1 || new.bund.enableMultilink != 0)
    }
}

impl Quiet for Ppp {
    const COOKIE: u32 = NGM_PPP_COOKIE;

    fn hook(&mut self, context: &mut Context<'_>, name: &[u8]) -> Result<(), Errno> {
        let Some(digits) = name.strip_prefix(NG_PPP_HOOK_LINK_PREFIX.as_bytes()) else {
            let names = [
                NG_PPP_HOOK_BYPASS,
                NG_PPP_HOOK_COMPRESS,
                NG_PPP_HOOK_DECOMPRESS,
                NG_PPP_HOOK_ENCRYPT,
                NG_PPP_HOOK_DECRYPT,
                NG_PPP_HOOK_VJC_IP,
                NG_PPP_HOOK_VJC_COMP,
                NG_PPP_HOOK_VJC_UNCOMP,
                NG_PPP_HOOK_VJC_VJIP,
                NG_PPP_HOOK_INET,
                NG_PPP_HOOK_ATALK,
                NG_PPP_HOOK_IPX,
                NG_PPP_HOOK_IPV6,
            ];
            one_of(&names, name)?;
            only_once(context, name)?;
            self.multilink.update(context, &self.config, false);
            return Ok(());
        };
        let number = decimal(digits)? as usize;
        let link = self.config.links.get(number).ok_or(Errno::EINVAL)?;
        only_once(context, name)?;
        let alone = self.config.bund.enableMultilink == 0;
        if link.enableLink != 0 && alone && !self.multilink.active.is_empty() {
            return Err(Errno::ENODEV);
        }
        self.multilink.set_connected(number, true);
        self.multilink.update(context, &self.config, false);
        Ok(())
    }

    fn unhook(&mut self, context: &mut Context<'_>, name: &[u8]) -> bool {
        if let Some(digits) = name.strip_prefix(NG_PPP_HOOK_LINK_PREFIX.as_bytes()) {
            self.multilink.set_connected(decimal(digits).map_or(usize::MAX, |number| number as usize), false);
        }
        if context.core.hook_count > 0 {
            self.multilink.update(context, &self.config, false);
        }
        context.core.hook_count == 0
    }

    fn answer(&mut self, context: &mut Context<'_>, message: &Message) -> Answer {
        let command = message.header.cmd;
        match command {
            NGM_PPP_SET_CONFIG => {
                let config = message.exactly().ok_or(Errno::EINVAL)?;
                if !self.takes(&config) {
                    return Err(Errno::EINVAL);
                }
                self.config = config;
                self.multilink.update(context, &self.config, true);
                return Ok(None);
            }
            NGM_PPP_GET_CONFIG => return reply(&self.config),
            NGM_PPP_GET_MP_STATE => return reply(&self.multilink.state()),
            NGM_PPP_GET_LINK_STATS..=NGM_PPP_GETCLR_LINK_STATS64 => {}
            _ => return Err(Errno::EINVAL),
        }
        let link: u16 = message.exactly().ok_or(Errno::EINVAL)?;
        if usize::from(link) >= NG_PPP_MAX_LINKS && link != NG_PPP_BUNDLE_LINKNUM {
            return Err(Errno::EINVAL);
        }
        let counters = if link == NG_PPP_BUNDLE_LINKNUM {
            &mut self.bundle
        } else {
            self.links.entry(link).or_default()
        };
        let answer = match command {
            NGM_PPP_CLR_LINK_STATS => Ok(None),
            NGM_PPP_GET_LINK_STATS | NGM_PPP_GETCLR_LINK_STATS => reply(&counters.short()),
            _ => reply(&counters.counted),
        };
        if !matches!(command, NGM_PPP_GET_LINK_STATS | NGM_PPP_GET_LINK_STATS64) {
            *counters = Counters::default();
        }
        answer
    }

    fn data(&mut self, context: &mut Context<'_>, name: &[u8], packet: Packet) -> Result<(), Errno> {
        self.take(context, name, packet)
    }

    fn went(
        &mut self,
        context: &mut Context<'_>,
        sent: Sent,
        before: Result<(), Errno>,
    ) -> Result<(), Errno> {
        if sent.note == BESIDES {
            return before;
        }
        let name = context.name(sent.hook).filter(|_| sent.note & LINK != 0);
        let digits =
            name.as_ref().and_then(|name| name.as_bytes().strip_prefix(NG_PPP_HOOK_LINK_PREFIX.as_bytes()));
        if let Some(Ok(link)) = digits.map(decimal) {
            let link = link as u16;
            self.link(link).sent(sent.len);
            if sent.result.is_ok() {
                self.multilink.took(link, sent.len, &self.config.bund, context.now);
            }
        }
        sent.result
    }

    fn due(&mut self, context: &mut Context<'_>, token: u32) {
        self.look_through(context, token);
    }

    /// What is meant for the compressor goes on to it.
    fn stranger(&mut self, context: &mut Context<'_>, message: Message) -> Answer {
        if message.header.typecookie != NGM_VJC_COOKIE {
            return Err(Errno::EINVAL);
        }
        let hook = hook_named(context, NG_PPP_HOOK_VJC_IP.as_bytes());
        let peer = hook.and_then(|hook| context.hooks.get(hook)).and_then(|hook| hook.peer);
        let node = peer.and_then(|peer| context.hooks.get(peer)).and_then(|peer| peer.node);
        if let Some(node) = node {
            context.posts.push_back(Post::ToNode(node, message));
        }
        Ok(None)
    }
}
