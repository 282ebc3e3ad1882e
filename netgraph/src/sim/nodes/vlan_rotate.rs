//! `vlan_rotate`: turns the stack of VLAN tags of Ethernet frames.

use serde::{Deserialize, Serialize};
use zerocopy::IntoBytes;

use super::by_hook::ByHook;
use super::*;
use crate::nodes::vlan_rotate::{EXCESSIVE, INCOMPLETE, ORDERED, ORIGINAL, VlanRotate as Type};
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, VlanRotate>();

/// Where the stack begins: behind two addresses.
const STACK: usize = 12;
/// How long a tag is, with its TPID.
const TAG: usize = 4;
/// The TPIDs of tags.
const TPIDS: [u16; 5] = [0x8100, 0x88a8, 0x9100, 0x9200, 0x9300];

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct VlanRotate {
    rotation: i8,
    min: u8,
    max: u8,
    #[serde(with = "super::counters")]
    stats: ng_vlanrotate_stat,
    hooks: ByHook<()>,
}

impl Default for VlanRotate {
    fn default() -> Self {
        Self {
            rotation: 0,
            min: 0,
            max: NG_VLANROTATE_MAX_VLANS as u8,
            stats: ng_vlanrotate_stat::default(),
            hooks: ByHook::default(),
        }
    }
}

/// Counts the tags of a frame, to one more than there may be. `None` if the frame ends before its type.
fn count(frame: &[u8]) -> Option<usize> {
    for count in 0..=NG_VLANROTATE_MAX_VLANS {
        let at = STACK + count * TAG;
        let entry = frame.get(at..at + TAG)?;
        let tpid = entry.first_chunk().map(|tpid| u16::from_be_bytes(*tpid))?;
        if !TPIDS.contains(&tpid) {
            return Some(count);
        }
    }
    Some(NG_VLANROTATE_MAX_VLANS + 1)
}

impl VlanRotate {
    fn configure(&mut self, config: ng_vlanrotate_conf) -> Result<(), Errno> {
        let ng_vlanrotate_conf { rot, min, mut max } = config;
        if max == 0 {
            max = self.max;
        }
        if usize::from(max) > NG_VLANROTATE_MAX_VLANS || min > max || rot.unsigned_abs() >= max {
            return Err(Errno::EINVAL);
        }
        (self.rotation, self.min, self.max) = (rot, min, max);
        Ok(())
    }

    /// Turns the tags of a frame, or returns where it goes if it has too many or too few.
    fn rotate(&mut self, packet: &mut Packet, rotation: i8) -> Result<Option<HookName>, Errno> {
        let tags = count(packet.bytes()).ok_or(Errno::EINVAL)?;
        if tags > self.max.into() || tags >= NG_VLANROTATE_MAX_VLANS {
            self.stats.excessive += 1;
            return Ok(Some(EXCESSIVE));
        }
        let places = usize::from(rotation.unsigned_abs());
        if tags < self.min.into() || tags <= places {
            self.stats.incomplete += 1;
            return Ok(Some(INCOMPLETE));
        }
        if let Some(seen) = self.stats.histogram.get_mut(tags) {
            *seen += 1;
        }
        if let Some(stack) = packet.bytes_mut().get_mut(STACK..STACK + tags * TAG) {
            if rotation > 0 {
                stack.rotate_left(places * TAG);
            } else {
                stack.rotate_right(places * TAG);
            }
        }
        Ok(None)
    }

    fn pass(&mut self, context: &mut Context<'_>, from: HookName, mut packet: Packet) -> Result<(), Errno> {
        let (rotation, to) = if from == ORDERED {
            (self.rotation, ORIGINAL)
        } else if from == ORIGINAL {
            (self.rotation.wrapping_neg(), ORDERED)
        } else {
            self.hooks.get(ORIGINAL).ok_or(Errno::ENOSYS)?;
            return context.send_by(ORIGINAL, packet, 0).or(Ok(()));
        };
        self.hooks.get(to).ok_or(Errno::ENETDOWN)?;
        let place = self.rotate(&mut packet, rotation)?.unwrap_or(to);
        self.hooks.get(place).ok_or(Errno::ENOSYS)?;
        // What becomes of it is not looked at.
        context.send_by(place, packet, 0).or(Ok(()))
    }
}

impl Behaviour for VlanRotate {
    fn new_hook(&mut self, _: &mut Context<'_>, _: HookKey, name: HookName) -> Result<(), Errno> {
        if ![ORDERED, ORIGINAL, EXCESSIVE, INCOMPLETE].contains(&name) {
            return Err(Errno::EINVAL);
        }
        if self.hooks.get(name).is_some() {
            return Err(Errno::EADDRINUSE);
        }
        self.hooks.insert(name, ());
        Ok(())
    }

    fn disconnect(&mut self, context: &mut Context<'_>, hook: HookKey) {
        self.hooks.remove(context, hook);
        context.shut_down_if_bare();
    }

    fn receive_message(
        &mut self,
        _: &mut Context<'_>,
        message: Message,
        _: Option<HookKey>,
    ) -> Result<Option<Vec<u8>>, Errno> {
        let (NGM_VLANROTATE_COOKIE, cmd) = message.command() else { return Err(Errno::EINVAL) };
        match cmd {
            NGM_VLANROTATE_GET_CONF => {
                let config = ng_vlanrotate_conf { rot: self.rotation, min: self.min, max: self.max };
                Ok(Some(config.as_bytes().to_vec()))
            }
            NGM_VLANROTATE_SET_CONF => {
                self.configure(message.exactly().ok_or(Errno::EINVAL)?)?;
                Ok(None)
            }
            NGM_VLANROTATE_GET_STAT | NGM_VLANROTATE_CLR_STAT | NGM_VLANROTATE_GETCLR_STAT => {
                Ok(counters::answer(&mut self.stats, cmd, NGM_VLANROTATE_GET_STAT, NGM_VLANROTATE_CLR_STAT))
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
        let from = context.name(hook).ok_or(Errno::EINVAL)?;
        let result = self.pass(context, from, packet);
        self.stats.drops += u64::from(result.is_err());
        result
    }

    fn sent(&mut self, _: &mut Context<'_>, _: Sent, _: Result<(), Errno>) -> Result<(), Errno> {
        Ok(())
    }

    fn save(&self, _: &Machine, _: NodeKey) -> Value {
        json!(self)
    }
}
