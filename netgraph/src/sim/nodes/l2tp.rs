//! `l2tp`: one tunnel, with its control channel and its sessions, as ng_l2tp.c has them.

mod control;
mod frame;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use self::control::Channel;
use super::counters::{answer, count};
use super::quiet::{Answer, Quiet, one_of_each, raw, reply, session};
use super::{Kind, Sent, plain};
use crate::error::Errno;
use crate::name::{HookName, NodeId};
use crate::nodes::l2tp::{CTRL, L2tp as Type, LOWER};
use crate::sim::context::{Context, Post};
use crate::sim::message::Message;
use crate::sim::packet::Packet;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, L2tp>();

/// The largest window that the kernel sends.
const WINDOW_MAX: u16 = 128;

/// From this length on a control packet, or one of a session, has no room for its headers.
const CONTROL_TOO_BIG: usize = 0x1_0000 - 14;
const DATA_TOO_BIG: usize = 0x1_0000 - 12;

/// The notes of packets: what a sender is told of, a control packet for the program, and what goes out besides.
const ASKED: u32 = 0;
const DELIVERY: u32 = 1;
const BESIDES: u32 = 2;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct L2tp {
    #[serde(with = "raw")]
    config: ng_l2tp_config,
    #[serde(with = "raw")]
    stats: ng_l2tp_stats,
    channel: Channel,
    /// The node that is told when the peer does not answer: the one that has configured the tunnel.
    owner: u32,
    sessions: BTreeMap<u16, Session>,
    last_timer: u32,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Session {
    #[serde(with = "raw")]
    config: ng_l2tp_sess_config,
    #[serde(with = "raw")]
    stats: ng_l2tp_session_stats,
    /// The number of the next packet that is sent, and of the next one to come.
    ns: u16,
    nr: u16,
}

impl Default for L2tp {
    fn default() -> Self {
        let config = ng_l2tp_config { peer_win: 1, rexmit_max: 5, rexmit_max_to: 30, ..Default::default() };
        Self {
            config,
            stats: ng_l2tp_stats::default(),
            channel: Channel::new(config.peer_win),
            owner: 0,
            sessions: BTreeMap::new(),
            last_timer: 0,
        }
    }
}

/// The name of the hook of a session.
fn hook_of(session: u16) -> HookName {
    HookName::from_field(format!("{NG_L2TP_HOOK_SESSION_P}{session:04x}").as_bytes())
}

impl L2tp {
    fn configure(&mut self, message: &Message) -> Result<(), Errno> {
        let mut config: ng_l2tp_config = message.exactly().ok_or(Errno::EINVAL)?;
        config.enabled = u8::from(config.enabled != 0);
        config.match_id = u8::from(config.match_id != 0);
        let keeps = |old: u16, new: u16| old == 0 || old == new;
        let same_tunnel = keeps(self.config.tunnel_id, config.tunnel_id);
        if self.config.enabled != 0 && !(same_tunnel && keeps(self.config.peer_id, config.peer_id)) {
            return Err(Errno::EBUSY);
        }
        self.owner = message.from.0;
        if config.enabled == 0 {
            self.reset();
        } else {
            self.channel.set_window(config.peer_win)?;
        }
        self.config = config;
        Ok(())
    }

    /// Forgets all sequences; sessions lose their counters with them.
    fn reset(&mut self) {
        self.channel = Channel::new(WINDOW_MAX);
        for session in self.sessions.values_mut() {
            (session.config.control_dseq, session.config.enable_dseq) = (0, 0);
            session.stats = ng_l2tp_session_stats::default();
            (session.ns, session.nr) = (0, 0);
        }
    }

    fn set_sequence(&mut self, numbers: ng_l2tp_seq_config) -> Result<(), Errno> {
        if self.config.enabled != 0 {
            return Err(Errno::EBUSY);
        }
        if numbers.xack != numbers.nr || numbers.ns != numbers.rack {
            return Err(Errno::EINVAL);
        }
        // They come in the byte order of the network.
        self.channel.set_numbers(numbers.ns.to_be(), numbers.nr.to_be());
        Ok(())
    }

    fn session(&mut self, message: &Message) -> Result<&mut Session, Errno> {
        let number: u16 = message.exactly().ok_or(Errno::EINVAL)?;
        self.sessions.get_mut(&number).ok_or(Errno::ENOENT)
    }

    /// Data of a session goes out behind its header.
    fn send_data(&mut self, context: &mut Context<'_>, id: u16, mut packet: Packet) -> Result<(), Errno> {
        if packet.len() >= DATA_TOO_BIG {
            count(&mut self.stats.xmitDataTooBig);
            return Err(Errno::EOVERFLOW);
        }
        let session = self.sessions.get_mut(&id).ok_or(Errno::EINVAL)?;
        let header = frame::data_header(self.config.peer_id, session, packet.len());
        packet.splice(0, 0, &header);
        session.stats.xmitPackets += 1;
        session.stats.xmitOctets += packet.len() as u64;
        self.count_sent(packet.len());
        context.send_by(LOWER, packet, ASKED)
    }

    fn count_sent(&mut self, len: usize) {
        count(&mut self.stats.xmitPackets);
        self.stats.xmitOctets = self.stats.xmitOctets.wrapping_add(len as u32);
    }

    /// Tells the owner that the peer does not answer.
    fn tell_failure(&self, context: &mut Context<'_>) {
        let message = Message::new(NGM_L2TP_COOKIE, NGM_L2TP_ACK_FAILURE, &[], context.core.id);
        let message = message.called("NGM_L2TP_ACK_FAILURE");
        context.posts.push_back(Post::ToId { vnet: context.core.vnet, to: NodeId(self.owner), message });
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
        let stats = ng_l2tp_session_stats::default();
        self.sessions.insert(session_id, Session { config, stats, ns: 0, nr: 0 });
        Ok(())
    }

    fn unhook(&mut self, context: &mut Context<'_>, name: &[u8]) -> bool {
        if let Some(Ok(number)) = name.strip_prefix(NG_L2TP_HOOK_SESSION_P.as_bytes()).map(session) {
            self.sessions.remove(&number);
        }
        context.core.hook_count == 0
    }

    fn answer(&mut self, _: &mut Context<'_>, message: &Message) -> Answer {
        let command = message.header.cmd;
        match command {
            NGM_L2TP_SET_CONFIG => self.configure(message)?,
            NGM_L2TP_GET_CONFIG => return reply(&self.config),
            NGM_L2TP_SET_SESS_CONFIG => {
                let config: ng_l2tp_sess_config = message.exactly().ok_or(Errno::EINVAL)?;
                self.sessions.get_mut(&config.session_id).ok_or(Errno::ENOENT)?.config = config;
            }
            NGM_L2TP_GET_SESS_CONFIG => return reply(&self.session(message)?.config),
            NGM_L2TP_GET_STATS | NGM_L2TP_CLR_STATS | NGM_L2TP_GETCLR_STATS => {
                return Ok(answer(&mut self.stats, command, NGM_L2TP_GET_STATS, NGM_L2TP_CLR_STATS));
            }
            NGM_L2TP_GET_SESSION_STATS | NGM_L2TP_CLR_SESSION_STATS | NGM_L2TP_GETCLR_SESSION_STATS => {
                let (get, clear) = (NGM_L2TP_GET_SESSION_STATS, NGM_L2TP_CLR_SESSION_STATS);
                return Ok(answer(&mut self.session(message)?.stats, command, get, clear));
            }
            NGM_L2TP_SET_SEQ => self.set_sequence(message.exactly().ok_or(Errno::EINVAL)?)?,
            _ => return Err(Errno::EINVAL),
        }
        Ok(None)
    }

    fn data(&mut self, context: &mut Context<'_>, name: &[u8], packet: Packet) -> Result<(), Errno> {
        if self.config.enabled == 0 {
            return Err(Errno::ENXIO);
        }
        match name.strip_prefix(NG_L2TP_HOOK_SESSION_P.as_bytes()).map(session) {
            Some(id) => self.send_data(context, id?, packet),
            None if name == CTRL.as_bytes() => self.send_control(context, packet),
            None => self.receive_frame(context, packet),
        }
    }

    fn went(
        &mut self,
        context: &mut Context<'_>,
        sent: Sent,
        before: Result<(), Errno>,
    ) -> Result<(), Errno> {
        match sent.note {
            DELIVERY => {
                self.delivered(context, sent.result.is_ok());
                sent.result
            }
            BESIDES => before,
            _ => sent.result,
        }
    }

    fn due(&mut self, context: &mut Context<'_>, token: u32) {
        self.time_out(context, token);
    }
}
