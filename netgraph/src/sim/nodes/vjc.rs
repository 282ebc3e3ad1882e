//! `vjc`: configuration and state, and the packets that need no compression; the others are dropped.

use serde::{Deserialize, Serialize};
use zerocopy::IntoBytes;

use super::quiet::{Answer, Quiet, forward, one_of_each, raw, reply};
use super::{Kind, plain};
use crate::error::Errno;
use crate::nodes::vjc::Vjc as Type;
use crate::sim::context::Context;
use crate::sim::message::Message;
use crate::sim::packet::Packet;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Vjc>();

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vjc {
    #[serde(with = "raw")]
    config: ngm_vjc_config,
    /// The highest channel, once the tables are made.
    channels: Option<u8>,
    /// Whether packets are tossed until one comes that names its channel.
    tosses: bool,
    errors: i32,
}

impl Vjc {
    fn configure(&mut self, mut config: ngm_vjc_config) -> Result<(), Errno> {
        let works = |config: &ngm_vjc_config| config.enableComp != 0 || config.enableDecomp != 0;
        if works(&self.config) && works(&config) {
            return Err(Errno::EALREADY);
        }
        if config.enableComp == 0 {
            config.maxChannel = NG_VJC_MAX_CHANNELS - 1;
        } else if !(NG_VJC_MIN_CHANNELS - 1..NG_VJC_MAX_CHANNELS).contains(&config.maxChannel) {
            return Err(Errno::EINVAL);
        }
        if works(&config) {
            *self = Self { config, channels: Some(config.maxChannel), tosses: true, errors: 0 };
        }
        self.config = config;
        Ok(())
    }

    /// The tables of the compressor as they are made: its pointers are replaced by numbers.
    fn state(&self) -> slcompress {
        let mut state = slcompress { sls_errorin: self.errors, ..Default::default() };
        state.flags = if self.tosses { SLF_TOSS } else { 0 };
        let Some(highest) = self.channels else { return state };
        state.last_cs = first_two(highest.into());
        state.last_recv = u8::MAX;
        state.last_xmit = u8::MAX;
        let mut before = highest;
        for (number, channel) in (0..=highest).zip(&mut state.tstate) {
            channel.cs_id = number;
            channel.cs_next = first_two(before.into());
            before = number;
        }
        state
    }
}

/// A number in the first two bytes of where a pointer was.
fn first_two(number: u16) -> u64 {
    let mut pointer = 0u64;
    if let Some(bytes) = pointer.as_mut_bytes().first_chunk_mut() {
        *bytes = number.to_ne_bytes();
    }
    pointer
}

impl Quiet for Vjc {
    const COOKIE: u32 = NGM_VJC_COOKIE;

    fn hook(&mut self, context: &mut Context<'_>, name: &[u8]) -> Result<(), Errno> {
        let names = [NG_VJC_HOOK_IP, NG_VJC_HOOK_VJCOMP, NG_VJC_HOOK_VJUNCOMP, NG_VJC_HOOK_VJIP];
        one_of_each(context, &names, name)
    }

    fn answer(&mut self, _: &mut Context<'_>, message: &Message) -> Answer {
        match message.header.cmd {
            NGM_VJC_SET_CONFIG => self.configure(message.exactly().ok_or(Errno::EINVAL)?)?,
            NGM_VJC_GET_CONFIG => return reply(&self.config),
            NGM_VJC_GET_STATE => return reply(&self.state()),
            NGM_VJC_CLR_STATS => self.errors = 0,
            NGM_VJC_RECV_ERROR => {
                self.tosses = true;
                self.errors = self.errors.wrapping_add(1);
            }
            _ => return Err(Errno::EINVAL),
        }
        Ok(None)
    }

    fn data(&mut self, context: &mut Context<'_>, name: &[u8], packet: Packet) -> Result<(), Errno> {
        match std::str::from_utf8(name) {
            Ok(NG_VJC_HOOK_VJIP) => forward(context, NG_VJC_HOOK_IP, packet),
            Ok(NG_VJC_HOOK_IP) if self.config.enableComp == 0 => forward(context, NG_VJC_HOOK_VJIP, packet),
            Ok(NG_VJC_HOOK_VJCOMP | NG_VJC_HOOK_VJUNCOMP) if self.config.enableDecomp == 0 => {
                Err(Errno::ENXIO)
            }
            _ => Ok(()),
        }
    }
}
