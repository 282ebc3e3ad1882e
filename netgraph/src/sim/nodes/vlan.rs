//! `vlan`: sorts Ethernet frames by their VLAN tags.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use zerocopy::IntoBytes;

use super::by_hook::ByHook;
use super::*;
use crate::nodes::vlan::{DOWNSTREAM, NOMATCH, Vlan as Type};
use crate::sim::message::append;
use crate::sim::packet::ETHER_HEADER;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = Kind {
    restore: |_, _, saved| {
        let mut vlan: Vlan = state(saved)?;
        vlan.hooks = vlan.tags.iter().map(|(name, tag)| (*tag & VID_MASK, name)).collect();
        Ok(Box::new(vlan))
    },
    ..plain::<Type, Vlan>()
};

/// Where the type of an Ethernet frame is, or the TPID of its tag: behind two addresses.
const TYPE: usize = 12;
/// How long a tag is, with its TPID.
const TAG: usize = 4;
const VID_MASK: u16 = 0xfff;
const ETHERTYPE_VLAN: u16 = 0x8100;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vlan {
    decap: u32,
    encap: u32,
    /// The TPID of tags.
    proto: u16,
    /// The tag of each hook that has a VLAN.
    tags: ByHook<u16>,
    /// The VLANs of those hooks.
    #[serde(skip)]
    hooks: BTreeMap<u16, HookName>,
}

impl Default for Vlan {
    fn default() -> Self {
        Self {
            decap: 0,
            encap: VLAN_ENCAP_FROM_FILTER,
            proto: ETHERTYPE_VLAN,
            tags: ByHook::default(),
            hooks: BTreeMap::new(),
        }
    }
}

impl Vlan {
    fn add(&mut self, context: &Context<'_>, filter: &ng_vlan_filter) -> Result<(), Errno> {
        let ng_vlan_filter { hook_name, vlan, mut vid, pcp, cfi } = *filter;
        // The VLAN also has an older field, which counts where the newer one is 0.
        if vid == 0 {
            vid = vlan;
        } else if vlan != 0 && vlan != vid {
            return Err(Errno::EINVAL);
        }
        if vid > VID_MASK || pcp > 7 || cfi > 1 {
            return Err(Errno::EINVAL);
        }
        let name = HookName::from_field(&hook_name);
        context.find(name).ok_or(Errno::ENOENT)?;
        if name == DOWNSTREAM || name == NOMATCH {
            return Err(Errno::EINVAL);
        }
        if self.tags.get(name).is_some() || self.hooks.contains_key(&vid) {
            return Err(Errno::EEXIST);
        }
        self.tags.insert(name, vid | u16::from(cfi) << 12 | u16::from(pcp) << 13);
        self.hooks.insert(vid, name);
        Ok(())
    }

    fn table(&self, context: &Context<'_>) -> Vec<u8> {
        let ready = self.hooks.iter().filter(|(_, name)| context.find(**name).is_some());
        let filters = ready.filter_map(|(vid, name)| {
            let tag = *self.tags.get(*name)?;
            let (pcp, cfi) = ((tag >> 13) as u8, (tag >> 12 & 1) as u8);
            Some(ng_vlan_filter { hook_name: name.to_field(), vlan: *vid, vid: *vid, pcp, cfi })
        });
        let filters: Vec<_> = filters.collect();
        let mut reply = Vec::with_capacity(4 + filters.len() * size_of::<ng_vlan_filter>());
        append(&mut reply, &(filters.len() as u32));
        for filter in filters {
            append(&mut reply, &filter);
        }
        reply
    }

    fn message(&mut self, context: &Context<'_>, message: &Message) -> Result<Option<Vec<u8>>, Errno> {
        match message.header.cmd {
            NGM_VLAN_ADD_FILTER => self.add(context, &message.exactly().ok_or(Errno::EINVAL)?)?,
            NGM_VLAN_DEL_FILTER => {
                let name: [u8; NG_HOOKSIZ] = message.exactly().ok_or(Errno::EINVAL)?;
                let name = HookName::from_field(&name);
                context.find(name).ok_or(Errno::ENOENT)?;
                let tag = self.tags.take(name).ok_or(Errno::ENOENT)?;
                self.hooks.remove(&(tag & VID_MASK));
            }
            NGM_VLAN_DEL_VID_FLT => {
                let vid: u16 = message.exactly().ok_or(Errno::EINVAL)?;
                if vid > VID_MASK {
                    return Err(Errno::EINVAL);
                }
                let name = self.hooks.remove(&vid).ok_or(Errno::ENOENT)?;
                self.tags.take(name);
            }
            NGM_VLAN_GET_TABLE => return Ok(Some(self.table(context))),
            NGM_VLAN_GET_DECAP => return Ok(Some(self.decap.as_bytes().to_vec())),
            NGM_VLAN_SET_DECAP => self.decap = message.exactly().ok_or(Errno::EINVAL)?,
            NGM_VLAN_GET_ENCAP => return Ok(Some(self.encap.as_bytes().to_vec())),
            NGM_VLAN_SET_ENCAP => self.encap = message.exactly().ok_or(Errno::EINVAL)?,
            NGM_VLAN_GET_ENCAP_PROTO => return Ok(Some(self.proto.as_bytes().to_vec())),
            NGM_VLAN_SET_ENCAP_PROTO => self.proto = message.exactly().ok_or(Errno::EINVAL)?,
            _ => return Err(Errno::EINVAL),
        }
        Ok(None)
    }

    /// A frame from below goes to the hook of its VLAN without its tag, or to `nomatch`.
    fn up(&self, context: &mut Context<'_>, mut packet: Packet) -> Result<(), Errno> {
        let header = packet.ethernet().ok_or(Errno::EINVAL)?;
        if packet.vlan_tag().is_none() && header.kind != self.proto {
            return context.send_by(NOMATCH, packet, 0);
        }
        let inside = match packet.vlan_tag() {
            Some(_) => None,
            None => {
                let tag =
                    packet.bytes().get(ETHER_HEADER..ETHER_HEADER + TAG).and_then(|tag| tag.first_chunk());
                Some(u16::from_be_bytes(*tag.ok_or(Errno::EINVAL)?))
            }
        };
        let vid = inside.or(packet.vlan_tag()).unwrap_or_default() & VID_MASK;
        let to = self.hooks.get(&vid).copied();
        match inside {
            None if to.is_some() => {
                packet.take_vlan_tag();
            }
            Some(tag) if to.is_some() || self.decap != 0 => {
                packet.splice(TYPE, TYPE + TAG, &[]);
                if to.is_none() {
                    packet.set_vlan_tag(tag);
                }
            }
            _ => {}
        }
        context.send_by(to.unwrap_or(NOMATCH), packet, 0)
    }

    /// A frame from the hook of a VLAN gets its tag on the way down.
    fn down(&self, context: &mut Context<'_>, from: HookName, mut packet: Packet) -> Result<(), Errno> {
        packet.ethernet().ok_or(Errno::EINVAL)?;
        context.find(DOWNSTREAM).ok_or(Errno::ENETDOWN)?;
        let tag = if from == NOMATCH {
            let wanted = self.encap & VLAN_ENCAP_FROM_NOMATCH != 0;
            if wanted { packet.take_vlan_tag() } else { None }
        } else {
            let tag = *self.tags.get(from).ok_or(Errno::EOPNOTSUPP)?;
            if self.encap & VLAN_ENCAP_FROM_FILTER == 0 {
                packet.set_vlan_tag(tag);
                None
            } else {
                Some(tag)
            }
        };
        if let Some(tag) = tag {
            packet.splice(TYPE, TYPE, &[self.proto.to_be_bytes(), tag.to_be_bytes()].concat());
        }
        context.send_by(DOWNSTREAM, packet, 0)
    }
}

impl Behaviour for Vlan {
    fn disconnect(&mut self, context: &mut Context<'_>, hook: HookKey) {
        if let Some(tag) = self.tags.remove(context, hook) {
            self.hooks.remove(&(tag & VID_MASK));
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
            NGM_VLAN_COOKIE => self.message(context, &message),
            NGM_FLOW_COOKIE => {
                let mut result = Ok(());
                if hook.and_then(|hook| context.name(hook)) == Some(DOWNSTREAM) {
                    for name in self.hooks.values() {
                        let copy = Message { from: context.core.id, ..message.clone() };
                        result = context.tell(*name, copy);
                    }
                }
                result.map(|()| None)
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
        let name = context.name(hook).ok_or(Errno::EINVAL)?;
        if name == DOWNSTREAM { self.up(context, packet) } else { self.down(context, name, packet) }
    }

    fn save(&self, _: &Machine, _: NodeKey) -> Value {
        json!(self)
    }
}
