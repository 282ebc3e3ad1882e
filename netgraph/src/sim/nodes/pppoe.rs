//! `pppoe`: clients and servers of PPP over Ethernet, as ng_pppoe.c has them.

mod discovery;
mod session;
mod tags;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use zerocopy::IntoBytes;

use self::session::{Negotiation, Session, State, alike};
use self::tags::FULL_HEADER;
use super::by_hook::{ByHook, Name};
use super::counters::count;
use super::quiet::{Answer, reply, text};
use super::{Behaviour, CHAIN, Kind, Sent, plain};
use crate::error::Errno;
use crate::name::{HookName, NodeId};
use crate::nodes::pppoe::{DEBUG, ETHERNET, Pppoe as Type};
use crate::sim::context::{Context, Post};
use crate::sim::graph::{HookKey, NodeKey};
use crate::sim::machine::Machine;
use crate::sim::message::Message;
use crate::sim::packet::Packet;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Pppoe>();

/// The note of a packet that goes to all servers, until one refuses it. Other notes are the numbers of sessions.
const TO_ALL: u32 = CHAIN;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pppoe {
    mode_3com: bool,
    mode_dlink: bool,
    /// The Ethernet header that clients begin with: to all, from the interface.
    #[serde(with = "crate::sim::hex")]
    ethernet: Vec<u8>,
    /// The largest payload that clients ask for; 0 for none.
    max_payload: u16,
    packets_in: u32,
    packets_out: u32,
    sessions: ByHook<Session>,
    /// The hooks of servers that listen, the newest first.
    listeners: Vec<Name>,
    last_session: u32,
    last_timer: u32,
}

impl Default for Pppoe {
    fn default() -> Self {
        let mut ethernet = vec![0xff; 6];
        ethernet.extend_from_slice(&[0; 6]);
        ethernet.extend_from_slice(&ETHERTYPE_PPPOE_DISC.to_ne_bytes());
        Self {
            mode_3com: false,
            mode_dlink: false,
            ethernet,
            max_payload: 0,
            packets_in: 0,
            packets_out: 0,
            sessions: ByHook::default(),
            listeners: Vec::new(),
            last_session: 0,
            last_timer: 0,
        }
    }
}

/// The data of a message about a session, whose lengths must agree.
fn data_of(message: &Message, most: usize) -> Result<(ngpppoe_init_data, &[u8]), Errno> {
    let head: ngpppoe_init_data = message.at_least().ok_or(Errno::EMSGSIZE)?;
    let data = message.stated().get(size_of::<ngpppoe_init_data>()..).ok_or(Errno::EMSGSIZE)?;
    if data.len() > most {
        return Err(Errno::EMSGSIZE);
    }
    Ok((head, data.get(..head.data_len.into()).ok_or(Errno::EMSGSIZE)?))
}

/// Sends a message of the node's own to the node that has begun a session.
fn tell(context: &mut Context<'_>, creator: u32, cmd: u32, words: &str, args: &[u8]) {
    let message = Message::new(NGM_PPPOE_COOKIE, cmd, args, context.core.id).called(words);
    let (vnet, to) = (context.core.vnet, NodeId(creator));
    context.posts.push_back(Post::ToId { vnet, to, message });
}

/// Tells what has become of a session. The kernel's macro takes the name of a variable for that of the message.
fn tell_event(context: &mut Context<'_>, creator: u32, cmd: u32, hook: HookName) {
    tell(context, creator, cmd, "cmdid", ngpppoe_sts { hook: hook.to_field() }.as_bytes());
}

impl Pppoe {
    /// A message about a session.
    fn drive(&mut self, context: &mut Context<'_>, message: &Message) -> Result<(), Errno> {
        let command = message.header.cmd;
        let is_notice = matches!(command, NGM_PPPOE_SEND_HURL | NGM_PPPOE_SEND_MOTM);
        let most = if is_notice { PPPOE_PADM_VALUE_SIZE } else { PPPOE_SERVICE_NAME_SIZE };
        let (head, data) = data_of(message, most)?;
        let name = HookName::from_field(&head.hook);
        context.find(name).ok_or(Errno::ENOENT)?;
        let listens = command == NGM_PPPOE_LISTEN && self.is_served(data);
        let session = self.sessions.get_mut(name).ok_or(Errno::EINVAL)?;
        match command {
            NGM_PPPOE_SERVICE => return Self::advertise(session, data),
            NGM_PPPOE_SEND_HURL | NGM_PPPOE_SEND_MOTM if session.is_connected() => {
                let tag = if command == NGM_PPPOE_SEND_HURL { PTT_HURL } else { PTT_MOTM };
                let packet = session.notice(PADM_CODE, tag, data);
                // What becomes of it is nobody's business.
                let _ = context.send_by(ETHERNET, Packet::new(&packet), 0);
                return Ok(());
            }
            NGM_PPPOE_SEND_HURL | NGM_PPPOE_SEND_MOTM => return Err(Errno::EISCONN),
            _ if listens => return Err(Errno::EEXIST),
            _ if session.state != State::None => return Err(Errno::EISCONN),
            _ => {}
        }
        session.creator = message.from.0;
        let own = session.address(context.core.id.0);
        let negotiation = session.negotiation.insert(Negotiation::new(&self.ethernet));
        match command {
            NGM_PPPOE_LISTEN => {
                negotiation.service = data.to_vec();
                session.state = State::Listening;
                self.listeners.insert(0, Name(name));
            }
            NGM_PPPOE_OFFER => {
                negotiation.ac_name = data.to_vec();
                session.state = State::Primed;
            }
            _ => {
                negotiation.ask_for(data, own)?;
                self.start(context, name);
            }
        }
        Ok(())
    }

    /// Whether somebody listens for just this service.
    fn is_served(&self, service: &[u8]) -> bool {
        let mut listening = self.listeners.iter().filter_map(|name| self.sessions.get(name.0));
        listening.any(|there| there.negotiation.as_ref().is_some_and(|there| alike(&there.service, service)))
    }

    /// Has a server that is to make an offer name a service of its own.
    fn advertise(session: &mut Session, service: &[u8]) -> Result<(), Errno> {
        let primed = session.negotiation.as_mut().filter(|_| session.state == State::Primed);
        primed.ok_or(Errno::EISCONN)?.service = service.to_vec();
        Ok(())
    }

    fn set_mode(&mut self, message: &Message) -> Result<(), Errno> {
        // The last byte is taken for the NUL, whatever it is.
        let mode = message.stated().split_last().map(|(_, mode)| mode).ok_or(Errno::EINVAL)?;
        match std::str::from_utf8(mode) {
            Ok(NG_PPPOE_STANDARD) => {
                (self.mode_3com, self.mode_dlink) = (false, false);
                self.set_kind(ETHERTYPE_PPPOE_DISC);
            }
            Ok(NG_PPPOE_3COM) => {
                self.mode_3com = true;
                self.set_kind(ETHERTYPE_PPPOE_3COM_DISC);
            }
            Ok(NG_PPPOE_DLINK) => self.mode_dlink = true,
            _ => return Err(Errno::EINVAL),
        }
        Ok(())
    }

    fn set_kind(&mut self, kind: u16) {
        self.ethernet.resize(session::KIND, 0);
        self.ethernet.extend_from_slice(&kind.to_ne_bytes());
    }

    /// Takes the address of the interface.
    fn set_source(&mut self, message: &Message) -> Result<(), Errno> {
        let address: [u8; ETHER_ADDR_LEN] = message.exactly().ok_or(Errno::EINVAL)?;
        self.ethernet.resize(session::HEADER, 0);
        self.ethernet.splice(6..12, address);
        Ok(())
    }

    fn mode(&self) -> &'static str {
        match (self.mode_3com, self.mode_dlink) {
            (false, false) => NG_PPPOE_STANDARD,
            (true, false) => NG_PPPOE_3COM,
            (false, true) => NG_PPPOE_DLINK,
            (true, true) => "3Com|D-Link",
        }
    }

    fn answer(&mut self, context: &mut Context<'_>, message: &Message) -> Answer {
        match message.header.cmd {
            NGM_PPPOE_CONNECT | NGM_PPPOE_LISTEN | NGM_PPPOE_OFFER | NGM_PPPOE_SERVICE
            | NGM_PPPOE_SEND_HURL | NGM_PPPOE_SEND_MOTM => self.drive(context, message)?,
            NGM_PPPOE_GET_STATUS => {
                let (packets_in, packets_out) = (self.packets_in, self.packets_out);
                return reply(&ngpppoestat { packets_in, packets_out });
            }
            NGM_PPPOE_SETMODE => self.set_mode(message)?,
            NGM_PPPOE_GETMODE => return text(self.mode()),
            NGM_PPPOE_SETENADDR => self.set_source(message)?,
            NGM_PPPOE_SETMAXP => self.max_payload = message.exactly().ok_or(Errno::EINVAL)?,
            _ => return Err(Errno::EINVAL),
        }
        Ok(None)
    }

    /// Sets the timer of a session, in the place of the one that it has.
    fn set_timer(context: &mut Context<'_>, last: &mut u32, negotiation: &mut Negotiation, seconds: u32) {
        negotiation.timer = Some(context.start(Duration::from_secs(seconds.into()), last));
    }

    /// Data from a session that is connected: PPPoE has no address and control fields before it.
    fn send_on(
        &mut self,
        context: &mut Context<'_>,
        name: HookName,
        mut packet: Packet,
    ) -> Result<(), Errno> {
        let session = self.sessions.get(name).ok_or(Errno::EINVAL)?;
        if packet.bytes().starts_with(&[0xff, 0x03]) {
            packet.splice(0, 2, &[]);
        }
        let len = packet.len() as u16;
        packet.splice(0, 0, &session.header);
        if let Some(length) = packet.bytes_mut().get_mut(FULL_HEADER - 2..FULL_HEADER) {
            length.copy_from_slice(&len.to_be_bytes());
        }
        count(&mut self.packets_out);
        context.send_by(ETHERNET, packet, 0)
    }
}

impl Behaviour for Pppoe {
    fn new_hook(&mut self, _: &mut Context<'_>, _: HookKey, name: HookName) -> Result<(), Errno> {
        if name != ETHERNET && name != DEBUG {
            self.last_session = self.last_session.wrapping_add(1) % TO_ALL;
            let number = self.last_session.max(1);
            self.sessions.insert(name, Session { number, ..Session::default() });
        }
        Ok(())
    }

    /// Asks the node of the interface for its address; others may refuse that, and are not connected then.
    fn inquire(&mut self, context: &mut Context<'_>, hook: HookKey) -> Option<Message> {
        let is_ethernet = context.name(hook) == Some(ETHERNET);
        let question = Message::new(NGM_ETHER_COOKIE, NGM_ETHER_GET_ENADDR, &[], context.core.id);
        is_ethernet.then(|| question.called("NGM_ETHER_GET_ENADDR"))
    }

    fn disconnect(&mut self, context: &mut Context<'_>, hook: HookKey) {
        let Some(name) = context.name(hook) else { return };
        if name == ETHERNET && context.core.valid {
            context.shut_down();
        }
        if let Some(session) = self.sessions.take(name) {
            self.listeners.retain(|there| there.0 != name);
            if session.state != State::None {
                tell_event(context, session.creator, NGM_PPPOE_CLOSE, name);
            }
            if session.is_connected() {
                let packet = session.notice(PADT_CODE, PTT_GEN_ERR, b"session closed");
                let _ = context.send_by(ETHERNET, Packet::new(&packet), 0);
            }
        }
        context.shut_down_if_bare();
    }

    fn receive_message(&mut self, context: &mut Context<'_>, message: Message, _: Option<HookKey>) -> Answer {
        let told = message.command() == (NGM_ETHER_COOKIE, NGM_ETHER_GET_ENADDR)
            && message.header.flags & NGF_RESP != 0;
        match message.header.typecookie {
            NGM_PPPOE_COOKIE => self.answer(context, &message),
            // An `ether` node tells its address when it is asked.
            _ if told => self.set_source(&message).map(|()| None),
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
        if name == DEBUG {
            count(&mut self.packets_out);
            return context.send_by(ETHERNET, packet, 0);
        }
        if name == ETHERNET {
            count(&mut self.packets_in);
            return self.receive_frame(context, packet);
        }
        match self.sessions.get(name).map(|session| session.state) {
            Some(State::NewConnected | State::Connected) => self.send_on(context, name, packet),
            Some(State::Primed) => self.offer(context, name, &packet),
            _ => Err(Errno::ENETUNREACH),
        }
    }

    fn sent(&mut self, context: &mut Context<'_>, sent: Sent, _: Result<(), Errno>) -> Result<(), Errno> {
        if matches!(sent.note, 0 | TO_ALL) {
            return sent.result;
        }
        // A confirmation is on its way: now its sender is told.
        let confirmed = self.sessions.iter().find(|(_, session)| session.number == sent.note);
        if let Some((name, creator)) = confirmed.map(|(name, session)| (name, session.creator)) {
            tell_event(context, creator, NGM_PPPOE_SUCCESS, name);
        }
        sent.result
    }

    fn timer(&mut self, context: &mut Context<'_>, token: u32) {
        self.time_out(context, token);
    }

    fn save(&self, _: &Machine, _: NodeKey) -> Value {
        json!(self)
    }
}
