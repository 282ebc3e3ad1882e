//! `car`: configuration and counters; packets pass at any rate, and are not counted.

use serde::{Deserialize, Serialize};

use super::quiet::{Answer, Quiet, forward, one_of, raw, reply, zeros};
use super::{Kind, plain};
use crate::error::Errno;
use crate::nodes::car::Car as Type;
use crate::sim::context::Context;
use crate::sim::message::Message;
use crate::sim::packet::Packet;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Car>();

/// The highest rate that the kernel takes, in its own units.
const RATE_MAX: u64 = 1_000_000_000;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Car {
    /// As the kernel keeps it: what counts packets is scaled up.
    #[serde(with = "raw")]
    config: ng_car_bulkconf,
}

impl Default for Car {
    fn default() -> Self {
        let half = ng_car_hookconf {
            cbs: NG_CAR_CBS_MIN,
            ebs: NG_CAR_EBS_MIN,
            cir: NG_CAR_CIR_DFLT,
            green_action: NG_CAR_ACTION_FORWARD,
            yellow_action: NG_CAR_ACTION_FORWARD,
            red_action: NG_CAR_ACTION_DROP,
            ..Default::default()
        };
        Self { config: ng_car_bulkconf { upstream: half, downstream: half } }
    }
}

/// Turns the rates and bursts of a direction that counts packets into the kernel's units.
fn scaled(mut half: ng_car_hookconf) -> ng_car_hookconf {
    if half.opt & NG_CAR_COUNT_PACKETS != 0 {
        half.cir = half.cir.wrapping_mul(1024);
        half.pir = half.pir.wrapping_mul(1024);
        half.cbs = half.cbs.wrapping_mul(128);
        half.ebs = half.ebs.wrapping_mul(128);
    }
    half
}

/// Turns the kernel's units back.
fn unscaled(mut half: ng_car_hookconf) -> ng_car_hookconf {
    if half.opt & NG_CAR_COUNT_PACKETS != 0 {
        half.cir /= 1024;
        half.pir /= 1024;
        half.cbs /= 128;
        half.ebs /= 128;
    }
    half
}

fn is_valid(half: &ng_car_hookconf) -> bool {
    half.cir <= RATE_MAX
        && half.pir <= RATE_MAX
        && (half.cbs != 0 || half.ebs != 0)
        && (half.mode != NG_CAR_SHAPE || half.cir != 0)
}

impl Quiet for Car {
    const COOKIE: u32 = NGM_CAR_COOKIE;

    fn hook(&mut self, _: &mut Context<'_>, name: &[u8]) -> Result<(), Errno> {
        one_of(&[NG_CAR_HOOK_LOWER, NG_CAR_HOOK_UPPER], name)
    }

    fn answer(&mut self, _: &mut Context<'_>, message: &Message) -> Answer {
        match message.header.cmd {
            NGM_CAR_GET_STATS | NGM_CAR_GETCLR_STATS => zeros::<ng_car_bulkstats>(),
            NGM_CAR_CLR_STATS => Ok(None),
            NGM_CAR_GET_CONF => {
                let ng_car_bulkconf { upstream, downstream } = self.config;
                reply(&ng_car_bulkconf { upstream: unscaled(upstream), downstream: unscaled(downstream) })
            }
            NGM_CAR_SET_CONF => {
                let ng_car_bulkconf { upstream, downstream } = message.exactly().ok_or(Errno::EINVAL)?;
                let (upstream, downstream) = (scaled(upstream), scaled(downstream));
                if !is_valid(&upstream) || !is_valid(&downstream) {
                    return Err(Errno::EINVAL);
                }
                self.config = ng_car_bulkconf { upstream, downstream };
                Ok(None)
            }
            _ => Err(Errno::EINVAL),
        }
    }

    fn data(&mut self, context: &mut Context<'_>, name: &[u8], packet: Packet) -> Result<(), Errno> {
        let from_lower = name == NG_CAR_HOOK_LOWER.as_bytes();
        forward(context, if from_lower { NG_CAR_HOOK_UPPER } else { NG_CAR_HOOK_LOWER }, packet)
    }
}
