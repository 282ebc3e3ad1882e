//! `netflow`: counts the packets of flows, and exports the flows that are over.

mod export;
mod flows;
mod packet;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use export::{Export5, Export9, Moment};
use flows::{Cache, Flow, Times};
use packet::{Wrong, look};

use super::quiet::{Answer, decimal, hook_named, one_of, only_once, raw, reply};
use super::*;
use crate::nodes::netflow::{EXPORT, EXPORT9, Netflow as Type};
use crate::sim::message::append;
use crate::sim::packet::Tag;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Netflow>();

/// How many lists the kernel spreads flows over.
const LISTS: u32 = 65536;

/// How often flows are looked at that may be over.
const LOOK: Duration = Duration::from_secs(1);

/// What is noted about a packet that a node has counted: MTAG_NETFLOW and MTAG_NETFLOW_CALLED.
const COUNTED: (u32, u16) = (1_221_656_444, 0);

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Netflow {
    inactive_timeout: u32,
    active_timeout: u32,
    #[serde(with = "raw")]
    v9: ng_netflow_v9info,
    /// The interfaces that are not as they were at first.
    interfaces: BTreeMap<u16, Interface>,
    #[serde(with = "raw")]
    counted: ng_netflow_info,
    four: Cache,
    six: Cache,
    export: Export5,
    export9: Export9,
    /// Which of the timers that were set is the one to heed.
    timer: u32,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Interface {
    #[serde(with = "raw")]
    info: ng_netflow_ifinfo,
}

impl Default for Interface {
    fn default() -> Self {
        Self { info: ng_netflow_ifinfo { conf: NG_NETFLOW_CONF_INGRESS, ..Default::default() } }
    }
}

impl Default for Netflow {
    fn default() -> Self {
        Self {
            inactive_timeout: 15,
            active_timeout: 30 * 60,
            v9: ng_netflow_v9info { templ_packets: 500, templ_time: 600, mtu: 1500 },
            interfaces: BTreeMap::new(),
            counted: ng_netflow_info::default(),
            four: Cache::default(),
            six: Cache::default(),
            export: Export5::default(),
            export9: Export9::default(),
            timer: 0,
        }
    }
}

impl Netflow {
    fn interface(&mut self, number: u16) -> Result<&mut ng_netflow_ifinfo, Errno> {
        if number == NG_NETFLOW_MAXIFACES {
            return Err(Errno::EINVAL);
        }
        Ok(&mut self.interfaces.entry(number).or_default().info)
    }

    /// Finds an interface whose hook is connected.
    fn connected(&mut self, context: &Context<'_>, number: u16) -> Result<&mut ng_netflow_ifinfo, Errno> {
        let name = format!("{NG_NETFLOW_HOOK_DATA}{number}");
        hook_named(context, name.as_bytes()).ok_or(Errno::EINVAL)?;
        self.interface(number)
    }

    fn info(&self) -> ng_netflow_info {
        ng_netflow_info {
            nfinfo_used: self.four.len() as u32,
            nfinfo_used6: self.six.len() as u32,
            nfinfo_inact_t: self.inactive_timeout,
            nfinfo_act_t: self.active_timeout,
            ..self.counted
        }
    }

    /// The reply to a request for flows: room for as many as the kernel sends at once, used or not.
    fn show(&self, request: ngnf_show_header) -> Answer {
        let (cache, most) = match request.version {
            _ if request.hash_id >= LISTS => return Err(Errno::EINVAL),
            4 => (&self.four, NREC_AT_ONCE),
            6 => (&self.six, NREC6_AT_ONCE),
            _ => return Err(Errno::EINVAL),
        };
        let (flows, hash_id, list_id) = cache.show(request.hash_id, request.list_id, most);
        let nentries = flows.len() as u32;
        let mut reply = Vec::with_capacity(NGRESP_SIZE);
        append(
            &mut reply,
            &ngnf_show_header { version: request.version, hash_id, list_id, nentries, ..Default::default() },
        );
        flows.iter().for_each(|flow| entry(&mut reply, flow));
        reply.resize(NGRESP_SIZE, 0);
        Ok(Some(reply))
    }

    fn times(&self, context: &Context<'_>) -> Times {
        let now = uptime(context);
        Times { now, inactive: self.inactive_timeout.into(), active: self.active_timeout.into() }
    }

    /// Exports flows that are over, by the hooks that there are.
    fn export(&mut self, context: &mut Context<'_>, flows: &[Flow]) {
        let moment = Moment { uptime: uptime(context), clock: context.now };
        let (hook, hook9) = (context.find(EXPORT), context.find(EXPORT9));
        for flow in flows {
            if let Some(hook) = hook.filter(|_| flow.key.src.is_ipv4()) {
                send(context, hook, self.export.add(flow, moment));
            }
            if let Some(hook) = hook9 {
                send(context, hook, self.export9.add(flow, &self.v9, moment));
            }
        }
    }

    /// Counts a packet; one that is wrong among those of its version of IP that were passed over, if it goes `on`.
    fn count(
        &mut self,
        context: &mut Context<'_>,
        info: &ng_netflow_ifinfo,
        egress: bool,
        packet: &Packet,
        on: bool,
    ) -> Result<(), Wrong> {
        let input = if egress { 0 } else { info.ifinfo_index };
        let seen = look(info.ifinfo_dlt, packet.bytes(), input, context.find(EXPORT9).is_some());
        let times = self.times(context);
        let counted = &mut self.counted;
        let record = seen.record.inspect_err(|_| {
            let len = packet.len() as u64;
            match seen.version.filter(|_| on) {
                Some(4) => {
                    counted.nfinfo_spackets += 1;
                    counted.nfinfo_sbytes += len;
                }
                Some(_) => {
                    counted.nfinfo_spackets6 += 1;
                    counted.nfinfo_sbytes6 += len;
                }
                None => {}
            }
        })?;
        // The one routing table is set up with its first packet.
        counted.nfinfo_alloc_fibs = 1;
        let over = if seen.version == Some(4) {
            counted.nfinfo_packets += 1;
            counted.nfinfo_bytes += record.bytes;
            self.four.add(record, times)
        } else {
            counted.nfinfo_packets6 += 1;
            counted.nfinfo_bytes6 += record.bytes;
            self.six.add(record, times)
        };
        counted.nfinfo_act_exp += over.len() as u64;
        self.export(context, &over);
        Ok(())
    }
}

/// The seconds since boot, of which the first is number 1.
fn uptime(context: &Context<'_>) -> u64 {
    context.now.as_secs() + 1
}

fn send(context: &mut Context<'_>, hook: HookKey, datagram: Option<Vec<u8>>) {
    if let Some(datagram) = datagram {
        context.send(hook, Packet::new(&datagram), 0);
    }
}

/// Appends a flow as the kernel shows it.
fn entry(reply: &mut Vec<u8>, flow: &Flow) {
    let Flow { key, packets, bytes, tcp_flags, .. } = *flow;
    let (first, last) = (flow.first as i64, flow.last as i64);
    match (key.src, key.dst) {
        (IpAddr::V4(src), IpAddr::V4(dst)) => {
            let mut entry =
                flow_entry_data { version: 4, packets, bytes, first, last, tcp_flags, ..Default::default() };
            entry.r = flow_rec {
                flow_type: 1,
                r_src: src.into(),
                r_dst: dst.into(),
                r_sport: key.sport.to_be(),
                r_dport: key.dport.to_be(),
                r_ip_p: key.protocol,
                r_tos: key.tos,
                r_i_ifx: key.input,
                ..Default::default()
            };
            append(reply, &entry);
        }
        (IpAddr::V6(src), IpAddr::V6(dst)) => {
            let mut entry =
                flow6_entry_data { version: 6, packets, bytes, first, last, tcp_flags, ..Default::default() };
            entry.r = flow6_rec {
                flow_type: 4,
                src: src.into(),
                dst: dst.into(),
                r_sport: key.sport.to_be(),
                r_dport: key.dport.to_be(),
                r_ip_p: key.protocol,
                r_tos: key.tos,
                r_i_ifx: key.input,
                ..Default::default()
            };
            append(reply, &entry);
        }
        _ => {}
    }
}

/// Reads the number of an interface at the end of a hook's name.
fn number(digits: &[u8]) -> Result<u16, Errno> {
    let number = u16::try_from(decimal(digits)?).map_err(|_| Errno::EINVAL)?;
    if number == NG_NETFLOW_MAXIFACES { Err(Errno::EINVAL) } else { Ok(number) }
}

impl Netflow {
    fn hook(&mut self, context: &mut Context<'_>, name: &[u8]) -> Result<(), Errno> {
        if let Some(digits) = name.strip_prefix(NG_NETFLOW_HOOK_DATA.as_bytes()) {
            let number = number(digits)?;
            only_once(context, name)?;
            self.interface(number)?.ifinfo_dlt = DLT_EN10MB;
            return Ok(());
        }
        if let Some(digits) = name.strip_prefix(NG_NETFLOW_HOOK_OUT.as_bytes()) {
            number(digits)?;
            return only_once(context, name);
        }
        one_of(&[NG_NETFLOW_HOOK_EXPORT, NG_NETFLOW_HOOK_EXPORT9], name)?;
        only_once(context, name)?;
        // Each of the two begins the looking anew.
        context.start(LOOK, &mut self.timer);
        Ok(())
    }

    fn answer(&mut self, context: &mut Context<'_>, message: &Message) -> Answer {
        match message.header.cmd {
            NGM_NETFLOW_INFO => return reply(&self.info()),
            NGM_NETFLOW_IFINFO => {
                let number = message.exactly().ok_or(Errno::EINVAL)?;
                return reply(self.connected(context, number)?);
            }
            NGM_NETFLOW_SETDLT => {
                let set: ng_netflow_setdlt = message.exactly().ok_or(Errno::EINVAL)?;
                let interface = self.connected(context, set.iface)?;
                if !matches!(set.dlt, DLT_EN10MB | DLT_RAW) {
                    return Err(Errno::EINVAL);
                }
                interface.ifinfo_dlt = set.dlt;
            }
            NGM_NETFLOW_SETIFINDEX => {
                let set: ng_netflow_setifindex = message.exactly().ok_or(Errno::EINVAL)?;
                self.connected(context, set.iface)?.ifinfo_index = set.index;
            }
            NGM_NETFLOW_SETTIMEOUTS => {
                let set: ng_netflow_settimeouts = message.exactly().ok_or(Errno::EINVAL)?;
                self.inactive_timeout = set.inactive_timeout;
                self.active_timeout = set.active_timeout;
            }
            NGM_NETFLOW_SETCONFIG => {
                let set: ng_netflow_setconfig = message.exactly().ok_or(Errno::EINVAL)?;
                self.interface(set.iface)?.conf = set.conf;
            }
            NGM_NETFLOW_SETTEMPLATE => {
                let set: ng_netflow_settemplate = message.exactly().ok_or(Errno::EINVAL)?;
                self.v9.templ_packets = set.packets;
                self.v9.templ_time = set.time;
            }
            NGM_NETFLOW_SETMTU => {
                let set: ng_netflow_setmtu = message.exactly().ok_or(Errno::EINVAL)?;
                // From the header of NetFlow 5 to what the kernel calls its largest.
                if !(24..=16384).contains(&set.mtu) {
                    return Err(Errno::EINVAL);
                }
                self.v9.mtu = set.mtu;
            }
            NGM_NETFLOW_SHOW => return self.show(message.exactly().ok_or(Errno::EINVAL)?),
            NGM_NETFLOW_V9INFO => return reply(&self.v9),
            _ => return Err(Errno::EINVAL),
        }
        Ok(None)
    }
}

impl Behaviour for Netflow {
    fn new_hook(&mut self, context: &mut Context<'_>, _: HookKey, name: HookName) -> Result<(), Errno> {
        self.hook(context, name.as_bytes())
    }

    fn disconnect(&mut self, context: &mut Context<'_>, _: HookKey) {
        if hook_named(context, EXPORT.as_bytes()).or(hook_named(context, EXPORT9.as_bytes())).is_none() {
            self.timer = self.timer.wrapping_add(1);
        }
        context.shut_down_if_bare();
    }

    fn receive_message(
        &mut self,
        context: &mut Context<'_>,
        message: Message,
        _: Option<HookKey>,
    ) -> Result<Option<Vec<u8>>, Errno> {
        match message.header.typecookie {
            NGM_NETFLOW_COOKIE => self.answer(context, &message),
            _ => Err(Errno::EINVAL),
        }
    }

    /// What comes in at one hook of an interface leaves by the other, where there is one.
    fn receive_data(
        &mut self,
        context: &mut Context<'_>,
        hook: HookKey,
        mut packet: Packet,
    ) -> Result<(), Errno> {
        let name = context.name(hook).ok_or(Errno::EINVAL)?;
        let name = std::str::from_utf8(name.as_bytes()).map_err(|_| Errno::EINVAL)?;
        let (digits, other, egress) =
            match (name.strip_prefix(NG_NETFLOW_HOOK_DATA), name.strip_prefix(NG_NETFLOW_HOOK_OUT)) {
                (Some(digits), _) => (digits, NG_NETFLOW_HOOK_OUT, false),
                (_, Some(digits)) => (digits, NG_NETFLOW_HOOK_DATA, true),
                // Nothing is expected from where flows are exported to.
                _ => return Err(Errno::EINVAL),
            };
        let out = hook_named(context, format!("{other}{digits}").as_bytes());
        let info = self.interface(number(digits.as_bytes())?)?;
        let wanted = if egress { NG_NETFLOW_CONF_EGRESS } else { NG_NETFLOW_CONF_INGRESS };
        let own = context.core.id.0.to_ne_bytes();
        let once = info.conf & (NG_NETFLOW_CONF_ONCE | NG_NETFLOW_CONF_THISONCE) != 0;
        let by_any = info.conf & NG_NETFLOW_CONF_ONCE != 0;
        let counted = |tag: &Tag| (tag.cookie, tag.id) == COUNTED && (by_any || tag.data == own);
        if info.conf & wanted == 0 || (once && packet.tags().iter().any(counted)) {
            context.send(out.ok_or(Errno::ENOTCONN)?, packet, 0);
            return Ok(());
        }
        info.ifinfo_packets = info.ifinfo_packets.wrapping_add(1);
        let info = *info;
        if once {
            packet.note(Tag { cookie: COUNTED.0, id: COUNTED.1, data: own.to_vec() });
        }
        let counted = self.count(context, &info, egress, &packet, out.is_some());
        match (out, counted) {
            (Some(out), _) => context.send(out, packet, 0),
            (None, Err(Wrong::Short)) => return Err(Errno::EINVAL),
            (None, _) => {}
        }
        Ok(())
    }

    fn timer(&mut self, context: &mut Context<'_>, token: u32) {
        if token != self.timer {
            return;
        }
        let times = self.times(context);
        let mut over = self.four.expire(times);
        over.append(&mut self.six.expire(times));
        self.counted.nfinfo_inact_exp += over.len() as u64;
        self.export(context, &over);
        context.after(LOOK, self.timer);
    }

    /// What the node still remembers is exported before it goes.
    fn close(&mut self, context: &mut Context<'_>) -> Option<(HookKey, HookKey)> {
        let mut left = self.four.take();
        left.append(&mut self.six.take());
        self.export(context, &left);
        let moment = Moment { uptime: uptime(context), clock: context.now };
        if let Some(hook) = context.find(EXPORT) {
            send(context, hook, self.export.flush(moment));
        }
        if let Some(hook) = context.find(EXPORT9) {
            send(context, hook, self.export9.flush(moment));
        }
        None
    }

    fn save(&self, _: &Machine, _: NodeKey) -> Value {
        json!(self)
    }
}
