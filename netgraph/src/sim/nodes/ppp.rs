//! `ppp`: the configuration of the bundle and its links, and packets on the way between its hooks.

mod way;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::quiet::{Answer, Quiet, decimal, hook_named, one_of, only_once, raw, reply, zeros};
use super::{Kind, plain};
use crate::error::Errno;
use crate::nodes::ppp::Ppp as Type;
use crate::sim::context::{Context, Post};
use crate::sim::message::Message;
use crate::sim::packet::Packet;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Ppp>();

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
}

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

/// The links that are connected, and enabled by this configuration.
fn actives(context: &Context<'_>, config: &ng_ppp_node_conf) -> impl Iterator<Item = u16> {
    let enabled = (0u16..).zip(&config.links).filter(|(_, link)| link.enableLink != 0);
    let name = |number: u16| format!("{NG_PPP_HOOK_LINK_PREFIX}{number}");
    let there = enabled.map(|(number, _)| number);
    there.filter(move |number| hook_named(context, name(*number).as_bytes()).is_some())
}

fn active(context: &Context<'_>, config: &ng_ppp_node_conf) -> usize {
    actives(context, config).count()
}

fn first_active(context: &Context<'_>, config: &ng_ppp_node_conf) -> Option<u16> {
    actives(context, config).next()
}

impl Ppp {
    fn link(&mut self, number: u16) -> &mut Counters {
        self.links.entry(number).or_default()
    }

    fn takes(&self, context: &Context<'_>, new: &ng_ppp_node_conf) -> bool {
        let valid = |link: &ng_ppp_link_conf| {
            link.enableLink == 0
                || (link.mru >= MRU_MIN
                    && (1..=NG_PPP_MAX_BANDWIDTH).contains(&link.bandwidth)
                    && link.latency <= NG_PPP_MAX_LATENCY)
        };
        let multilink = |config: &ng_ppp_node_conf| {
            let bund = &config.bund;
            [bund.enableMultilink, bund.xmitShortSeq, bund.recvShortSeq].map(|flag| flag != 0)
        };
        let links = active(context, new);
        let at_work = links > 0 && active(context, &self.config) > 0;
        new.links.iter().all(valid)
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
            return only_once(context, name);
        };
        let number = decimal(digits)? as usize;
        let link = self.config.links.get(number).ok_or(Errno::EINVAL)?;
        only_once(context, name)?;
        let alone = self.config.bund.enableMultilink == 0;
        if link.enableLink != 0 && alone && active(context, &self.config) >= 1 {
            return Err(Errno::ENODEV);
        }
        Ok(())
    }

    fn answer(&mut self, context: &mut Context<'_>, message: &Message) -> Answer {
        let command = message.header.cmd;
        match command {
            NGM_PPP_SET_CONFIG => {
                let config = message.exactly().ok_or(Errno::EINVAL)?;
                if !self.takes(context, &config) {
                    return Err(Errno::EINVAL);
                }
                self.config = config;
                return Ok(None);
            }
            NGM_PPP_GET_CONFIG => return reply(&self.config),
            // The numbers of all sequences start at 0.
            NGM_PPP_GET_MP_STATE => return zeros::<ng_ppp_mp_state>(),
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
