//! `pptpgre`: the configuration of the sessions; data is refused until one is enabled, and dropped then.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::quiet::{Answer, Quiet, raw, reply, session, zeros};
use super::{Kind, plain};
use crate::error::Errno;
use crate::nodes::pptpgre::Pptpgre as Type;
use crate::sim::context::Context;
use crate::sim::message::Message;
use crate::sim::packet::Packet;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Pptpgre>();

#[derive(Debug, Default, Serialize, Deserialize)]
struct Session {
    #[serde(with = "raw")]
    config: ng_pptpgre_conf,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pptpgre {
    /// The session of the upper hook, which is there from the start.
    upper: Session,
    /// Those with hooks of their own, by call.
    sessions: BTreeMap<u16, Session>,
}

impl Pptpgre {
    /// Finds a session by its call.
    fn session(&mut self, call: u16) -> Option<&mut Session> {
        match self.sessions.get_mut(&call) {
            None if self.upper.config.cid == call => Some(&mut self.upper),
            session => session,
        }
    }
}

impl Quiet for Pptpgre {
    const COOKIE: u32 = NGM_PPTPGRE_COOKIE;

    fn hook(&mut self, _: &mut Context<'_>, name: &[u8]) -> Result<(), Errno> {
        if name == NG_PPTPGRE_HOOK_UPPER.as_bytes() || name == NG_PPTPGRE_HOOK_LOWER.as_bytes() {
            return Ok(());
        }
        let digits = name.strip_prefix(NG_PPTPGRE_HOOK_SESSION_P.as_bytes()).ok_or(Errno::EINVAL)?;
        let call = session(digits)?;
        self.sessions.insert(call, Session { config: ng_pptpgre_conf { cid: call, ..Default::default() } });
        Ok(())
    }

    fn unhook(&mut self, context: &mut Context<'_>, name: &[u8]) -> bool {
        if let Some(Ok(call)) = name.strip_prefix(NG_PPTPGRE_HOOK_SESSION_P.as_bytes()).map(session) {
            self.sessions.remove(&call);
        }
        context.core.hook_count == 0
    }

    fn answer(&mut self, _: &mut Context<'_>, message: &Message) -> Answer {
        match message.header.cmd {
            NGM_PPTPGRE_SET_CONFIG => {
                let config: ng_pptpgre_conf = message.exactly().ok_or(Errno::EINVAL)?;
                match self.session(config.cid) {
                    Some(session) => session.config = config,
                    None => self.upper.config = config,
                }
                Ok(None)
            }
            NGM_PPTPGRE_GET_CONFIG => match message.header.arglen {
                0 => reply(&self.upper.config),
                _ => {
                    let call = message.exactly().ok_or(Errno::EINVAL)?;
                    reply(&self.session(call).ok_or(Errno::EINVAL)?.config)
                }
            },
            NGM_PPTPGRE_CLR_STATS => Ok(None),
            NGM_PPTPGRE_GET_STATS | NGM_PPTPGRE_GETCLR_STATS => zeros::<ng_pptpgre_stats>(),
            _ => Err(Errno::EINVAL),
        }
    }

    fn data(&mut self, _: &mut Context<'_>, name: &[u8], _: Packet) -> Result<(), Errno> {
        let digits = name.strip_prefix(NG_PPTPGRE_HOOK_SESSION_P.as_bytes());
        let session = match digits.map(session) {
            Some(Ok(call)) => self.sessions.get(&call),
            _ => Some(&self.upper),
        };
        if session.is_some_and(|session| session.config.enabled != 0) { Ok(()) } else { Err(Errno::ENXIO) }
    }
}
