//! `pptpgre`: the data of PPTP in GRE, with its sequence and acknowledgement numbers, as ng_pptpgre.c has it.

mod receive;
mod session;
mod transmit;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use self::session::Session;
use super::counters::{answer, count};
use super::quiet::{Answer, Quiet, raw, reply, session as number_of};
use super::{Kind, Sent, plain};
use crate::error::Errno;
use crate::name::HookName;
use crate::nodes::pptpgre::{LOWER, Pptpgre as Type, UPPER};
use crate::sim::context::Context;
use crate::sim::message::Message;
use crate::sim::packet::Packet;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Pptpgre>();

/// The notes of packets: those whose sender is told, and what goes out besides.
const ASKED: u32 = 0;
const BESIDES: u32 = 1;

/// A session: that of the upper hook, or the one of a call.
type Which = Option<u16>;

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pptpgre {
    /// The session of the upper hook, which is there from the start.
    upper: Session,
    /// Those with hooks of their own, by call.
    sessions: BTreeMap<u16, Session>,
    #[serde(with = "raw")]
    stats: ng_pptpgre_stats,
    last_timer: u32,
}

/// The hook of a session.
fn hook_of(which: Which) -> HookName {
    match which {
        None => UPPER,
        Some(call) => HookName::from_field(format!("{NG_PPTPGRE_HOOK_SESSION_P}{call:04x}").as_bytes()),
    }
}

impl Pptpgre {
    /// Finds a session by its call.
    fn find(&self, call: u16) -> Option<Which> {
        if self.sessions.contains_key(&call) {
            return Some(Some(call));
        }
        (self.upper.config.cid == call).then_some(None)
    }

    fn session(&mut self, which: Which) -> Option<&mut Session> {
        match which {
            None => Some(&mut self.upper),
            Some(call) => self.sessions.get_mut(&call),
        }
    }

    fn configure(&mut self, config: ng_pptpgre_conf) {
        let which = self.find(config.cid).unwrap_or(None);
        if let Some(session) = self.session(which) {
            // What was configured before says how it begins.
            session.reset();
            session.config = config;
        }
    }
}

impl Quiet for Pptpgre {
    const COOKIE: u32 = NGM_PPTPGRE_COOKIE;

    fn hook(&mut self, _: &mut Context<'_>, name: &[u8]) -> Result<(), Errno> {
        if name == UPPER.as_bytes() || name == LOWER.as_bytes() {
            return Ok(());
        }
        let digits = name.strip_prefix(NG_PPTPGRE_HOOK_SESSION_P.as_bytes()).ok_or(Errno::EINVAL)?;
        let call = number_of(digits)?;
        let config = ng_pptpgre_conf { cid: call, ..Default::default() };
        self.sessions.insert(call, Session { config, ..Session::default() });
        Ok(())
    }

    fn unhook(&mut self, context: &mut Context<'_>, name: &[u8]) -> bool {
        if let Some(Ok(call)) = name.strip_prefix(NG_PPTPGRE_HOOK_SESSION_P.as_bytes()).map(number_of) {
            self.sessions.remove(&call);
        }
        context.core.hook_count == 0
    }

    fn answer(&mut self, _: &mut Context<'_>, message: &Message) -> Answer {
        match message.header.cmd {
            NGM_PPTPGRE_SET_CONFIG => self.configure(message.exactly().ok_or(Errno::EINVAL)?),
            NGM_PPTPGRE_GET_CONFIG if message.header.arglen == 0 => return reply(&self.upper.config),
            NGM_PPTPGRE_GET_CONFIG => {
                let call = message.exactly().ok_or(Errno::EINVAL)?;
                let which = self.find(call).ok_or(Errno::EINVAL)?;
                return reply(&self.session(which).ok_or(Errno::EINVAL)?.config);
            }
            cmd @ (NGM_PPTPGRE_GET_STATS | NGM_PPTPGRE_CLR_STATS | NGM_PPTPGRE_GETCLR_STATS) => {
                return Ok(answer(&mut self.stats, cmd, NGM_PPTPGRE_GET_STATS, NGM_PPTPGRE_CLR_STATS));
            }
            _ => return Err(Errno::EINVAL),
        }
        Ok(None)
    }

    fn data(&mut self, context: &mut Context<'_>, name: &[u8], packet: Packet) -> Result<(), Errno> {
        if name == LOWER.as_bytes() {
            return self.receive_frame(context, packet);
        }
        let digits = name.strip_prefix(NG_PPTPGRE_HOOK_SESSION_P.as_bytes());
        let which = digits.map(number_of).transpose()?;
        let session = self.session(which).ok_or(Errno::EINVAL)?;
        if session.config.enabled == 0 {
            return Err(Errno::ENXIO);
        }
        self.transmit(context, which, Some(packet))
    }

    fn went(&mut self, _: &mut Context<'_>, sent: Sent, before: Result<(), Errno>) -> Result<(), Errno> {
        if sent.note == BESIDES { before } else { sent.result }
    }

    fn due(&mut self, context: &mut Context<'_>, token: u32) {
        let calls = self.sessions.keys().copied().map(Some);
        for which in std::iter::once(None).chain(calls).collect::<Vec<_>>() {
            let Some(session) = self.session(which) else { continue };
            if session.ack_timer.take_if(|timer| *timer == token).is_some() {
                // Nobody learns that it could not be sent.
                let _ = self.transmit(context, which, None);
            } else if session.unacknowledged_timer.take_if(|timer| *timer == token).is_some() {
                session.give_up();
                count(&mut self.stats.recvAckTimeouts);
            } else if session.reorder_timer.take_if(|timer| *timer == token).is_some() {
                self.waited_too_long(context, which);
            }
        }
    }
}
