//! `l2tp`: the configuration of the tunnel and its sessions; data is refused until enabled, and dropped then.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::quiet::{Answer, Quiet, one_of_each, raw, reply, session, zeros};
use super::{Kind, plain};
use crate::error::Errno;
use crate::nodes::l2tp::L2tp as Type;
use crate::sim::context::Context;
use crate::sim::message::Message;
use crate::sim::packet::Packet;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, L2tp>();

/// The largest window that the kernel sends.
const WINDOW_MAX: u16 = 128;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct L2tp {
    #[serde(with = "raw")]
    config: ng_l2tp_config,
    /// The peer's window, which can only grow.
    window: u16,
    sessions: BTreeMap<u16, Session>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Session {
    #[serde(with = "raw")]
    config: ng_l2tp_sess_config,
}

impl Default for L2tp {
    fn default() -> Self {
        let config = ng_l2tp_config { peer_win: 1, rexmit_max: 5, rexmit_max_to: 30, ..Default::default() };
        Self { config, window: config.peer_win, sessions: BTreeMap::new() }
    }
}

impl L2tp {
    fn configure(&mut self, mut config: ng_l2tp_config) -> Result<(), Errno> {
        config.enabled = u8::from(config.enabled != 0);
        config.match_id = u8::from(config.match_id != 0);
        let keeps = |old: u16, new: u16| old == 0 || old == new;
        let same_tunnel = keeps(self.config.tunnel_id, config.tunnel_id);
        if self.config.enabled != 0 && !(same_tunnel && keeps(self.config.peer_id, config.peer_id)) {
            return Err(Errno::EBUSY);
        }
        self.window = match config.peer_win.min(WINDOW_MAX) {
            _ if config.enabled == 0 => WINDOW_MAX,
            0 => return Err(Errno::EINVAL),
            window if window < self.window => return Err(Errno::EBUSY),
            window => window,
        };
        if config.enabled == 0 {
            // Disabling forgets what sessions have of sequences.
            for session in self.sessions.values_mut() {
                (session.config.control_dseq, session.config.enable_dseq) = (0, 0);
            }
        }
        self.config = config;
        Ok(())
    }

    fn session(&mut self, message: &Message) -> Result<&mut Session, Errno> {
        let number: u16 = message.exactly().ok_or(Errno::EINVAL)?;
        self.sessions.get_mut(&number).ok_or(Errno::ENOENT)
    }
}

impl Quiet for L2tp {
    const COOKIE: u32 = NGM_L2TP_COOKIE;

    fn hook(&mut self, context: &mut Context<'_>, name: &[u8]) -> Result<(), Errno> {
        let Some(digits) = name.strip_prefix(NG_L2TP_HOOK_SESSION_P.as_bytes()) else {
            return one_of_each(context, &[NG_L2TP_HOOK_CTRL, NG_L2TP_HOOK_LOWER], name);
        };
        let session_id = session(digits)?;
        let config =
            ng_l2tp_sess_config { session_id, control_dseq: 1, enable_dseq: 1, ..Default::default() };
        self.sessions.insert(session_id, Session { config });
        Ok(())
    }

    fn unhook(&mut self, context: &mut Context<'_>, name: &[u8]) -> bool {
        if let Some(Ok(number)) = name.strip_prefix(NG_L2TP_HOOK_SESSION_P.as_bytes()).map(session) {
            self.sessions.remove(&number);
        }
        context.core.hook_count == 0
    }

    fn answer(&mut self, _: &mut Context<'_>, message: &Message) -> Answer {
        match message.header.cmd {
            NGM_L2TP_SET_CONFIG => self.configure(message.exactly().ok_or(Errno::EINVAL)?)?,
            NGM_L2TP_GET_CONFIG => return reply(&self.config),
            NGM_L2TP_SET_SESS_CONFIG => {
                let config: ng_l2tp_sess_config = message.exactly().ok_or(Errno::EINVAL)?;
                self.sessions.get_mut(&config.session_id).ok_or(Errno::ENOENT)?.config = config;
            }
            NGM_L2TP_GET_SESS_CONFIG => return reply(&self.session(message)?.config),
            NGM_L2TP_CLR_STATS => {}
            NGM_L2TP_GET_STATS | NGM_L2TP_GETCLR_STATS => return zeros::<ng_l2tp_stats>(),
            NGM_L2TP_CLR_SESSION_STATS => {
                self.session(message)?;
            }
            NGM_L2TP_GET_SESSION_STATS | NGM_L2TP_GETCLR_SESSION_STATS => {
                self.session(message)?;
                return zeros::<ng_l2tp_session_stats>();
            }
            NGM_L2TP_SET_SEQ => {
                let numbers: ng_l2tp_seq_config = message.exactly().ok_or(Errno::EINVAL)?;
                if self.config.enabled != 0 {
                    return Err(Errno::EBUSY);
                }
                if numbers.xack != numbers.nr || numbers.ns != numbers.rack {
                    return Err(Errno::EINVAL);
                }
            }
            _ => return Err(Errno::EINVAL),
        }
        Ok(None)
    }

    fn data(&mut self, _: &mut Context<'_>, _: &[u8], _: Packet) -> Result<(), Errno> {
        if self.config.enabled != 0 { Ok(()) } else { Err(Errno::ENXIO) }
    }
}
