//! `checksum`: computes the checksums of what passes.

mod headers;

use serde::{Deserialize, Serialize};
use zerocopy::IntoBytes;

use super::in_out::InOut;
use super::*;
use crate::nodes::checksum::Checksum as Type;
use crate::sim::packet::ether_payload;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Checksum>();

const ETHERTYPE_IP: u16 = 0x0800;
const ETHERTYPE_IPV6: u16 = 0x86dd;
/// The checksums that can be computed.
const ALL: u64 = NG_CHECKSUM_CSUM_IPV4 | NG_CHECKSUM_CSUM_IPV6;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Checksum {
    hooks: InOut,
    dlt: u8,
    rules: Option<Rules>,
    #[serde(with = "super::counters")]
    stats: ng_checksum_stats,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    /// The checksums that every packet gets, of CSUM_*.
    flags: u64,
    /// Those that are left to an adapter, but for what it needs in their place.
    offload: u64,
}

impl Default for Checksum {
    fn default() -> Self {
        let stats = ng_checksum_stats::default();
        Self { hooks: InOut::default(), dlt: DLT_RAW, rules: None, stats }
    }
}

impl Checksum {
    fn compute(&mut self, packet: &mut Packet) {
        let Some(Rules { flags, offload }) = self.rules else { return };
        let mut flags = packet.csum_flags() | flags;
        packet.set_csum_flags(flags);
        if flags & ALL == 0 {
            return;
        }
        let (wants_v4, wants_v6) = (flags & NG_CHECKSUM_CSUM_IPV4 != 0, flags & NG_CHECKSUM_CSUM_IPV6 != 0);
        let payload = if self.dlt == DLT_EN10MB {
            match ether_payload(packet.bytes()) {
                Some(payload) => payload,
                None => return,
            }
        } else {
            (0, 0)
        };
        let bytes = packet.bytes_mut();
        let done = match payload {
            (at, ETHERTYPE_IP) if wants_v4 => headers::ipv4(bytes, at, &mut flags, offload).unwrap_or(false),
            (at, ETHERTYPE_IPV6) if wants_v6 => {
                headers::ipv6(bytes, at, &mut flags, offload).unwrap_or(false)
            }
            _ if self.dlt == DLT_EN10MB => {
                flags &= !ALL;
                false
            }
            _ => {
                // A bare packet is tried as one, then as the other.
                let v4 = if wants_v4 { headers::ipv4(bytes, 0, &mut flags, offload) } else { None };
                let done = match v4 {
                    None if wants_v6 => headers::ipv6(bytes, 0, &mut flags, offload),
                    done => done,
                };
                if done.is_none() {
                    flags &= !ALL;
                }
                done.unwrap_or(false)
            }
        };
        self.stats.processed += u64::from(done);
        packet.set_csum_flags(flags);
    }
}

impl Behaviour for Checksum {
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
        let (NGM_CHECKSUM_COOKIE, cmd) = message.command() else { return Err(Errno::EINVAL) };
        match cmd {
            NGM_CHECKSUM_GETDLT => Ok(Some(vec![self.dlt])),
            NGM_CHECKSUM_SETDLT => {
                let dlt: u8 = message.exactly().ok_or(Errno::EINVAL)?;
                if dlt != DLT_EN10MB && dlt != DLT_RAW {
                    return Err(Errno::EINVAL);
                }
                self.dlt = dlt;
                Ok(None)
            }
            // There is no reply where none was set.
            NGM_CHECKSUM_GETCONFIG => Ok(self.rules.map(|Rules { flags, offload }| {
                ng_checksum_config { csum_flags: flags, csum_offload: offload }.as_bytes().to_vec()
            })),
            NGM_CHECKSUM_SETCONFIG => {
                let config: ng_checksum_config = message.exactly().ok_or(Errno::EINVAL)?;
                self.rules =
                    Some(Rules { flags: config.csum_flags & ALL, offload: config.csum_offload & ALL });
                Ok(None)
            }
            NGM_CHECKSUM_GET_STATS | NGM_CHECKSUM_CLR_STATS | NGM_CHECKSUM_GETCLR_STATS => {
                Ok(counters::answer(&mut self.stats, cmd, NGM_CHECKSUM_GET_STATS, NGM_CHECKSUM_CLR_STATS))
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
            self.compute(&mut packet);
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
