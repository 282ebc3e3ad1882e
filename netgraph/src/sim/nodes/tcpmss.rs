//! `tcpmss`: lowers the segment size that a TCP connection begins with.

use serde::{Deserialize, Serialize};
use zerocopy::IntoBytes;

use super::by_hook::{ByHook, Name};
use super::octets::{folded, set_word, word};
use super::*;
use crate::nodes::tcpmss::Tcpmss as Type;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Tcpmss>();

/// The least lengths of headers, in bytes.
const IP: usize = 20;
const TCP: usize = 20;
const IPPROTO_TCP: u8 = 6;
/// The flag of a packet that opens a connection, and where the flags and the checksum are in a TCP header.
const SYN: u8 = 2;
const FLAGS: usize = 13;
const CHECKSUM: usize = 16;
/// The kinds of TCP options.
const END: u8 = 0;
const PADDING: u8 = 1;
const SEGMENT_SIZE: u8 = 2;

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tcpmss {
    hooks: ByHook<Rule>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    /// Where packets go; where it is not set, they are dropped.
    to: Option<Name>,
    max: u16,
    octets: u64,
    packets: u64,
    opened: u64,
    fixed: u64,
}

impl Rule {
    fn stats(&self) -> ng_tcpmss_hookstat {
        ng_tcpmss_hookstat {
            Octets: self.octets,
            Packets: self.packets,
            maxMSS: self.max,
            SYNPkts: self.opened,
            FixedPkts: self.fixed,
            ..Default::default()
        }
    }

    /// Lowers the segment size in a packet that opens a connection. `summed` says that its checksum is there already.
    ///
    /// # Errors
    /// `EINVAL` if it is not IPv4, or a header has a length that cannot be.
    fn fix(&mut self, packet: &mut [u8], summed: bool) -> Result<(), Errno> {
        let len = packet.len();
        let [first, ..] = *packet else { return Ok(()) };
        if len < IP {
            return Ok(());
        }
        let ip = usize::from(first & 0xf) * 4;
        if first >> 4 != 4 || ip < IP || ip > len {
            return Err(Errno::EINVAL);
        }
        let is_tcp = packet.get(9) == Some(&IPPROTO_TCP);
        let Some(tcp) = packet.get_mut(ip..).filter(|tcp| is_tcp && tcp.len() >= TCP) else { return Ok(()) };
        let header = tcp.get(12).map_or(0, |offset| usize::from(offset >> 4) * 4);
        if header < TCP || header > tcp.len() {
            return Err(Errno::EINVAL);
        }
        if header == TCP || tcp.get(FLAGS).is_none_or(|flags| flags & SYN == 0) {
            return Ok(());
        }
        self.opened += 1;
        if lower(tcp, header, self.max, summed) {
            self.fixed += 1;
        }
        Ok(())
    }
}

/// Lowers the segment size among the options of a TCP header, and keeps its checksum right, if it has one.
fn lower(tcp: &mut [u8], header: usize, max: u16, summed: bool) -> bool {
    let mut lowered = false;
    let mut at = TCP;
    while at < header {
        let kind = tcp.get(at).copied().unwrap_or(END);
        if kind == END {
            break;
        }
        if kind == PADDING {
            at += 1;
            continue;
        }
        let len = tcp.get(at + 1).copied().map_or(0, usize::from);
        if len == 0 || len > header - at {
            break;
        }
        if kind == SEGMENT_SIZE && len == 4 {
            if let (Some(size), Some(sum)) = (word(tcp, at + 2), word(tcp, CHECKSUM)) {
                if size > max {
                    if summed {
                        set_word(tcp, CHECKSUM, folded(u64::from(size - max) + u64::from(sum)));
                    }
                    set_word(tcp, at + 2, max);
                    lowered = true;
                }
            }
        }
        at += len;
    }
    lowered
}

impl Behaviour for Tcpmss {
    fn new_hook(&mut self, _: &mut Context<'_>, _: HookKey, name: HookName) -> Result<(), Errno> {
        self.hooks.insert(name, Rule::default());
        Ok(())
    }

    fn disconnect(&mut self, context: &mut Context<'_>, hook: HookKey) {
        self.hooks.remove(context, hook);
        let gone = context.name(hook).map(Name);
        for rule in self.hooks.values_mut() {
            rule.to = rule.to.filter(|name| Some(*name) != gone);
        }
        context.shut_down_if_bare();
    }

    fn receive_message(
        &mut self,
        context: &mut Context<'_>,
        message: Message,
        _: Option<HookKey>,
    ) -> Result<Option<Vec<u8>>, Errno> {
        let (NGM_TCPMSS_COOKIE, cmd) = message.command() else { return Err(Errno::EINVAL) };
        match cmd {
            NGM_TCPMSS_GET_STATS | NGM_TCPMSS_CLR_STATS | NGM_TCPMSS_GETCLR_STATS => {
                let name: [u8; NG_HOOKSIZ] = message.exactly().ok_or(Errno::EINVAL)?;
                let rule = self.hooks.named(context, &name)?;
                let reply = (cmd != NGM_TCPMSS_CLR_STATS).then(|| rule.stats().as_bytes().to_vec());
                if cmd != NGM_TCPMSS_GET_STATS {
                    // The size is among the counters, and goes with them.
                    *rule = Rule { to: rule.to, ..Rule::default() };
                }
                Ok(reply)
            }
            NGM_TCPMSS_CONFIG => {
                let config: ng_tcpmss_config = message.exactly().ok_or(Errno::EINVAL)?;
                let to = HookName::from_field(&config.outHook);
                context.find(to).ok_or(Errno::ENOENT)?;
                let rule = self.hooks.named(context, &config.inHook)?;
                (rule.to, rule.max) = (Some(Name(to)), config.maxMSS);
                Ok(None)
            }
            _ => Err(Errno::EINVAL),
        }
    }

    fn receive_data(
        &mut self,
        context: &mut Context<'_>,
        hook: HookKey,
        mut packet: Packet,
    ) -> Result<(), Errno> {
        let rule = self.hooks.of(context, hook).ok_or(Errno::EINVAL)?;
        let Some(Name(to)) = rule.to else { return Ok(()) };
        rule.octets += packet.len() as u64;
        rule.packets += 1;
        if rule.max != 0 {
            let summed = packet.csum_flags() & CSUM_TCP == 0;
            rule.fix(packet.bytes_mut(), summed)?;
        }
        context.send_by(to, packet, 0)
    }

    fn save(&self, _: &Machine, _: NodeKey) -> Value {
        json!(self)
    }
}
