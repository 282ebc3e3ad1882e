//! `patch`: changes bytes of what passes.

use serde::{Deserialize, Serialize};
use zerocopy::FromBytes;

use super::in_out::InOut;
use super::*;
use crate::nodes::patch::Patch as Type;
use crate::sim::message::append;
use crate::sim::packet::ether_payload;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Patch>();

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Patch {
    hooks: InOut,
    dlt: u8,
    rules: Option<Rules>,
    #[serde(with = "super::counters")]
    stats: ng_patch_stats,
}

impl Default for Patch {
    fn default() -> Self {
        Self { hooks: InOut::default(), dlt: DLT_RAW, rules: None, stats: ng_patch_stats::default() }
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    csum_flags: u64,
    /// Whether offsets count from behind the frame's header.
    relative: bool,
    operations: Vec<Operation>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Operation {
    offset: u32,
    length: u16,
    mode: u16,
    /// Cut to its length.
    value: u64,
}

/// Keeps the bits of a number of `length` bytes.
fn cut(value: u64, length: u16) -> u64 {
    let bits = u32::from(length) * 8;
    if bits >= 64 { value } else { value & ((1 << bits) - 1) }
}

impl Operation {
    fn apply(&self, bytes: &mut [u8]) {
        let old = bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        let (value, shift) = (self.value, self.value as u32);
        let new = match self.mode {
            NG_PATCH_MODE_SET => value,
            NG_PATCH_MODE_ADD => old.wrapping_add(value),
            NG_PATCH_MODE_SUB => old.wrapping_sub(value),
            NG_PATCH_MODE_MUL => old.wrapping_mul(value),
            // The kernel divides by 0, and stops.
            NG_PATCH_MODE_DIV => old.checked_div(value).unwrap_or(old),
            NG_PATCH_MODE_NEG => old.wrapping_neg(),
            NG_PATCH_MODE_AND => old & value,
            NG_PATCH_MODE_OR => old | value,
            NG_PATCH_MODE_XOR => old ^ value,
            NG_PATCH_MODE_SHL => self.shifted(shift, |by| old.wrapping_shl(by)),
            NG_PATCH_MODE_SHR => self.shifted(shift, |by| old.wrapping_shr(by)),
            _ => old,
        };
        let new = new.to_be_bytes();
        if let Some(new) = new.get(new.len().saturating_sub(bytes.len())..) {
            bytes.copy_from_slice(new);
        }
    }

    /// Shifts as the machine does: by the low 5 bits of the number, or 6 for 8 bytes.
    fn shifted(&self, by: u32, shift: impl Fn(u32) -> u64) -> u64 {
        shift(by & if self.length == 8 { 63 } else { 31 })
    }
}

impl Patch {
    fn set_rules(&mut self, message: &Message) -> Result<(), Errno> {
        let head: ng_patch_config = message.at_least().ok_or(Errno::EINVAL)?;
        let size = (head.count as usize).saturating_mul(size_of::<ng_patch_op>());
        let operations = message.args.get(size_of::<ng_patch_config>()..).unwrap_or_default();
        let claimed = (message.header.arglen as usize).saturating_sub(size_of::<ng_patch_config>());
        let operations = operations.get(..size).filter(|_| size <= claimed).ok_or(Errno::EINVAL)?;
        let operations = operations.chunks_exact(size_of::<ng_patch_op>()).map(|bytes| {
            let ng_patch_op { offset, length, mode, val } =
                ng_patch_op::read_from_bytes(bytes).map_err(|_| Errno::EINVAL)?;
            match length {
                1 | 2 | 4 | 8 => Ok(Operation { offset, length, mode, value: cut(val.v8, length) }),
                _ => Err(Errno::EINVAL),
            }
        });
        self.rules = Some(Rules {
            csum_flags: head.csum_flags & (NG_PATCH_CSUM_IPV4 | NG_PATCH_CSUM_IPV6),
            relative: head.relative_offset != 0,
            operations: operations.collect::<Result<_, _>>()?,
        });
        Ok(())
    }

    /// The configuration; there is no reply where none was set.
    fn rules(&self) -> Option<Vec<u8>> {
        let rules = self.rules.as_ref()?;
        let mut reply = Vec::new();
        append(
            &mut reply,
            &ng_patch_config {
                count: rules.operations.len() as u32,
                csum_flags: rules.csum_flags,
                relative_offset: rules.relative.into(),
                ..Default::default()
            },
        );
        for operation in &rules.operations {
            let Operation { offset, length, mode, value } = *operation;
            append(&mut reply, &ng_patch_op { offset, length, mode, val: ng_patch_op_val { v8: value } });
        }
        Some(reply)
    }

    fn patch(&mut self, packet: &mut Packet) {
        let start = match &self.rules {
            Some(rules) if rules.relative && self.dlt == DLT_EN10MB => {
                ether_payload(packet.bytes()).map(|(len, _)| len)
            }
            _ => Some(0),
        };
        let (Some(rules), Some(start)) = (&self.rules, start) else { return };
        let mut patched = false;
        for operation in &rules.operations {
            let at = start.saturating_add(operation.offset as usize);
            let end = at.saturating_add(operation.length.into());
            if end <= packet.len() {
                if let Some(bytes) = packet.bytes_mut().get_mut(at..end) {
                    operation.apply(bytes);
                    patched = true;
                }
            }
        }
        packet.set_csum_flags(packet.csum_flags() | rules.csum_flags);
        self.stats.patched += u64::from(patched);
    }
}

impl Behaviour for Patch {
    fn new_hook(&mut self, _: &mut Context<'_>, _: HookKey, name: HookName) -> Result<(), Errno> {
        self.hooks.add(name)
    }

    fn disconnect(&mut self, context: &mut Context<'_>, hook: HookKey) {
        self.hooks.remove(context, hook);
    }

    fn receive_message(
        &mut self,
        _: &mut Context<'_>,
        message: Message,
        _: Option<HookKey>,
    ) -> Result<Option<Vec<u8>>, Errno> {
        let (NGM_PATCH_COOKIE, cmd) = message.command() else { return Err(Errno::EINVAL) };
        match cmd {
            NGM_PATCH_GETCONFIG => Ok(self.rules()),
            NGM_PATCH_SETCONFIG => self.set_rules(&message).map(|()| None),
            NGM_PATCH_GET_STATS | NGM_PATCH_CLR_STATS | NGM_PATCH_GETCLR_STATS => {
                Ok(counters::answer(&mut self.stats, cmd, NGM_PATCH_GET_STATS, NGM_PATCH_CLR_STATS))
            }
            NGM_PATCH_GETDLT => Ok(Some(vec![self.dlt])),
            NGM_PATCH_SETDLT => {
                let dlt: u8 = message.exactly().ok_or(Errno::EINVAL)?;
                if dlt != DLT_EN10MB && dlt != DLT_RAW {
                    return Err(Errno::EINVAL);
                }
                self.dlt = dlt;
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
        self.stats.received += 1;
        if self.hooks.is_input(context, hook) {
            self.patch(&mut packet);
        }
        let Some(to) = self.hooks.way(context, hook) else {
            self.stats.dropped += 1;
            return Ok(());
        };
        context.send_by(to, packet, 0)
    }

    fn save(&self, _: &Machine, _: NodeKey) -> Value {
        json!(self)
    }
}
