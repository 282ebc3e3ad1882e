//! `netflow`: the configuration; packets pass uncounted, so that there are never flows to show or export.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::quiet::{Answer, Quiet, decimal, hook_named, one_of, only_once, raw, reply};
use super::{Kind, plain};
use crate::error::Errno;
use crate::nodes::netflow::Netflow as Type;
use crate::sim::context::Context;
use crate::sim::message::{Message, append};
use crate::sim::packet::Packet;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Netflow>();

/// How many lists the kernel spreads flows over.
const LISTS: u32 = 65536;

/// How many flows the kernel has room for in a reply; it sends the room, used or not.
const FLOWS_AT_ONCE: usize = 1000;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Netflow {
    inactive_timeout: u32,
    active_timeout: u32,
    #[serde(with = "raw")]
    v9: ng_netflow_v9info,
    /// The interfaces that are not as they were at first.
    interfaces: BTreeMap<u16, Interface>,
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
            nfinfo_inact_t: self.inactive_timeout,
            nfinfo_act_t: self.active_timeout,
            ..Default::default()
        }
    }
}

/// The reply to a request for flows: room for many, and none in it.
fn no_flows(request: ngnf_show_header) -> Answer {
    if request.hash_id >= LISTS || !matches!(request.version, 4 | 6) {
        return Err(Errno::EINVAL);
    }
    let mut flows = Vec::new();
    append(&mut flows, &ngnf_show_header { version: request.version, ..Default::default() });
    flows.resize(flows.len() + FLOWS_AT_ONCE * size_of::<flow_entry_data>(), 0);
    Ok(Some(flows))
}

/// Reads the number of an interface at the end of a hook's name.
fn number(digits: &[u8]) -> Result<u16, Errno> {
    let number = u16::try_from(decimal(digits)?).map_err(|_| Errno::EINVAL)?;
    if number == NG_NETFLOW_MAXIFACES { Err(Errno::EINVAL) } else { Ok(number) }
}

impl Quiet for Netflow {
    const COOKIE: u32 = NGM_NETFLOW_COOKIE;

    fn hook(&mut self, context: &mut Context<'_>, name: &[u8]) -> Result<(), Errno> {
        if let Some(digits) = name.strip_prefix(NG_NETFLOW_HOOK_DATA.as_bytes()) {
            let number = number(digits)?;
            only_once(context, name)?;
            self.interface(number)?.ifinfo_dlt = DLT_EN10MB;
            return Ok(());
        }
        if let Some(digits) = name.strip_prefix(NG_NETFLOW_HOOK_OUT.as_bytes()) {
            number(digits)?;
        } else {
            one_of(&[NG_NETFLOW_HOOK_EXPORT, NG_NETFLOW_HOOK_EXPORT9], name)?;
        }
        only_once(context, name)
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
            NGM_NETFLOW_SHOW => return no_flows(message.exactly().ok_or(Errno::EINVAL)?),
            NGM_NETFLOW_V9INFO => return reply(&self.v9),
            _ => return Err(Errno::EINVAL),
        }
        Ok(None)
    }

    /// What comes in at one hook of an interface leaves by the other, where there is one.
    fn data(&mut self, context: &mut Context<'_>, name: &[u8], packet: Packet) -> Result<(), Errno> {
        let name = std::str::from_utf8(name).map_err(|_| Errno::EINVAL)?;
        let to = match (name.strip_prefix(NG_NETFLOW_HOOK_DATA), name.strip_prefix(NG_NETFLOW_HOOK_OUT)) {
            (Some(number), _) => format!("{NG_NETFLOW_HOOK_OUT}{number}"),
            (_, Some(number)) => format!("{NG_NETFLOW_HOOK_DATA}{number}"),
            // Nothing is expected from where flows are exported to.
            _ => return Err(Errno::EINVAL),
        };
        if let Some(hook) = hook_named(context, to.as_bytes()) {
            context.send(hook, packet, 0);
        }
        Ok(())
    }
}
