//! `etf`: sorts Ethernet frames by their types.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use zerocopy::IntoBytes;

use super::by_hook::Name;
use super::counters::count;
use super::*;
use crate::nodes::etf::{DOWNSTREAM, Etf as Type, NOMATCH};
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Etf>();

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Etf {
    flags: u32,
    packets_in: u32,
    packets_out: u32,
    /// The hook of each Ethernet type that has one.
    filters: BTreeMap<u16, Name>,
}

impl Etf {
    fn set_filter(&mut self, context: &Context<'_>, filter: &ng_etffilter) -> Result<(), Errno> {
        let ng_etffilter { matchhook, ethertype } = *filter;
        let name = HookName::from_field(&matchhook);
        context.find(name).ok_or(Errno::ENOENT)?;
        if name == DOWNSTREAM {
            return Err(Errno::EINVAL);
        }
        if self.filters.contains_key(&ethertype) {
            return Err(Errno::EEXIST);
        }
        self.filters.insert(ethertype, Name(name));
        Ok(())
    }
}

impl Behaviour for Etf {
    fn new_hook(&mut self, _: &mut Context<'_>, _: HookKey, name: HookName) -> Result<(), Errno> {
        if name == DOWNSTREAM {
            (self.packets_in, self.packets_out) = (0, 0);
        }
        Ok(())
    }

    fn disconnect(&mut self, context: &mut Context<'_>, hook: HookKey) {
        let name = context.name(hook);
        self.filters.retain(|_, Name(hook)| Some(*hook) != name);
        context.shut_down_if_bare();
    }

    fn receive_message(
        &mut self,
        context: &mut Context<'_>,
        message: Message,
        _: Option<HookKey>,
    ) -> Result<Option<Vec<u8>>, Errno> {
        match message.command() {
            (NGM_ETF_COOKIE, NGM_ETF_GET_STATUS) => {
                let status = ng_etfstat { packets_in: self.packets_in, packets_out: self.packets_out };
                return Ok(Some(status.as_bytes().to_vec()));
            }
            (NGM_ETF_COOKIE, NGM_ETF_SET_FLAG) => self.flags = message.exactly().ok_or(Errno::EINVAL)?,
            (NGM_ETF_COOKIE, NGM_ETF_SET_FILTER) => {
                self.set_filter(context, &message.exactly().ok_or(Errno::EINVAL)?)?;
            }
            _ => return Err(Errno::EINVAL),
        }
        Ok(None)
    }

    fn receive_data(
        &mut self,
        context: &mut Context<'_>,
        hook: HookKey,
        packet: Packet,
    ) -> Result<(), Errno> {
        let header = packet.ethernet().ok_or(Errno::EINVAL)?;
        let place = self.filters.get(&header.kind).map_or(NOMATCH, |Name(name)| *name);
        let from = context.name(hook).ok_or(Errno::EINVAL)?;
        if from == DOWNSTREAM {
            count(&mut self.packets_in);
            context.send_by(place, packet, 0)
        } else if from == place {
            context.send_by(DOWNSTREAM, packet, 0)
        } else {
            Err(Errno::EPROTOTYPE)
        }
    }

    fn sent(&mut self, context: &mut Context<'_>, sent: Sent, _: Result<(), Errno>) -> Result<(), Errno> {
        if sent.result.is_ok() && context.name(sent.hook) == Some(DOWNSTREAM) {
            count(&mut self.packets_out);
        }
        sent.result
    }

    fn save(&self, _: &Machine, _: NodeKey) -> Value {
        json!(self)
    }
}
