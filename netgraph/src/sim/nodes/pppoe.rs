//! `pppoe`: modes, and how far sessions have been asked to go; no packets are sent, and no events told.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::quiet::{Answer, Quiet, forward, text, zeros};
use super::{Kind, plain};
use crate::error::Errno;
use crate::name::HookName;
use crate::nodes::pppoe::Pppoe as Type;
use crate::sim::context::Context;
use crate::sim::message::Message;
use crate::sim::packet::Packet;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Pppoe>();

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pppoe {
    mode_3com: bool,
    mode_dlink: bool,
    /// The sessions that have been asked for something, by the hexadecimal names of their hooks.
    sessions: BTreeMap<String, Session>,
}

/// The length of the headers of Ethernet and PPPoE together.
const FULL_HEADER: usize = 20;

/// How far a session has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Session {
    /// It looks for a server.
    Connecting,
    /// It waits for clients of this service.
    Listening(Vec<u8>),
    /// It is a server's, and waits for its client.
    Primed,
}

/// The name of a hook as the key of a session.
fn key(name: &[u8]) -> String {
    name.iter().map(|byte| format!("{byte:02x}")).collect()
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

/// Tells whether the tag that a client wants its answers to bear can be read: after `\`, up to `|`, `0x` and digits.
fn is_readable(request: &[u8]) -> bool {
    let after = request.iter().position(|byte| *byte == b'\\').map_or(0, |at| at + 1);
    let rest = request.get(after..).unwrap_or_default();
    let tag = rest.iter().position(|byte| *byte == b'|').and_then(|at| rest.get(..at)).unwrap_or_default();
    match tag.strip_prefix(b"0x") {
        Some(digits) if !digits.is_empty() && digits.len() % 2 == 0 => {
            digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
        }
        _ => true,
    }
}

impl Pppoe {
    /// Has a session do something.
    fn drive(&mut self, context: &Context<'_>, message: &Message) -> Result<(), Errno> {
        let command = message.header.cmd;
        let is_notice = matches!(command, NGM_PPPOE_SEND_HURL | NGM_PPPOE_SEND_MOTM);
        let most = if is_notice { PPPOE_PADM_VALUE_SIZE } else { PPPOE_SERVICE_NAME_SIZE };
        let (head, data) = data_of(message, most)?;
        let name = HookName::from_field(&head.hook);
        context.find(name).ok_or(Errno::ENOENT)?;
        if [NG_PPPOE_HOOK_ETHERNET, NG_PPPOE_HOOK_DEBUG].iter().any(|hook| hook.as_bytes() == name.as_bytes())
        {
            return Err(Errno::EINVAL);
        }
        let key = key(name.as_bytes());
        let next = match command {
            NGM_PPPOE_SERVICE if self.sessions.get(&key) == Some(&Session::Primed) => return Ok(()),
            // No session gets so far that it could take a notice.
            NGM_PPPOE_SERVICE | NGM_PPPOE_SEND_HURL | NGM_PPPOE_SEND_MOTM => return Err(Errno::EISCONN),
            NGM_PPPOE_LISTEN => Session::Listening(data.to_vec()),
            NGM_PPPOE_OFFER => Session::Primed,
            _ => Session::Connecting,
        };
        if command == NGM_PPPOE_LISTEN && self.sessions.values().any(|there| *there == next) {
            return Err(Errno::EEXIST);
        }
        if self.sessions.contains_key(&key) {
            return Err(Errno::EISCONN);
        }
        if next == Session::Connecting && !is_readable(data) {
            return Err(Errno::EINVAL);
        }
        self.sessions.insert(key, next);
        Ok(())
    }

    fn set_mode(&mut self, message: &Message) -> Result<(), Errno> {
        // The last byte is taken for the NUL, whatever it is.
        let mode = message.stated().split_last().map(|(_, mode)| mode).ok_or(Errno::EINVAL)?;
        match std::str::from_utf8(mode) {
            Ok(NG_PPPOE_STANDARD) => (self.mode_3com, self.mode_dlink) = (false, false),
            Ok(NG_PPPOE_3COM) => self.mode_3com = true,
            Ok(NG_PPPOE_DLINK) => self.mode_dlink = true,
            _ => return Err(Errno::EINVAL),
        }
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
}

impl Quiet for Pppoe {
    const COOKIE: u32 = NGM_PPPOE_COOKIE;

    fn hook(&mut self, _: &mut Context<'_>, _: &[u8]) -> Result<(), Errno> {
        Ok(())
    }

    fn unhook(&mut self, context: &mut Context<'_>, name: &[u8]) -> bool {
        self.sessions.remove(&key(name));
        context.core.hook_count == 0 || name == NG_PPPOE_HOOK_ETHERNET.as_bytes()
    }

    fn answer(&mut self, context: &mut Context<'_>, message: &Message) -> Answer {
        match message.header.cmd {
            NGM_PPPOE_CONNECT | NGM_PPPOE_LISTEN | NGM_PPPOE_OFFER | NGM_PPPOE_SERVICE
            | NGM_PPPOE_SEND_HURL | NGM_PPPOE_SEND_MOTM => self.drive(context, message)?,
            NGM_PPPOE_GET_STATUS => return zeros::<ngpppoestat>(),
            NGM_PPPOE_SETMODE => self.set_mode(message)?,
            NGM_PPPOE_GETMODE => return text(self.mode()),
            NGM_PPPOE_SETENADDR => {
                message.exactly::<[u8; ETHER_ADDR_LEN]>().ok_or(Errno::EINVAL)?;
            }
            NGM_PPPOE_SETMAXP => {
                message.exactly::<u16>().ok_or(Errno::EINVAL)?;
            }
            _ => return Err(Errno::EINVAL),
        }
        Ok(None)
    }

    /// No session gets so far that data could pass.
    fn data(&mut self, context: &mut Context<'_>, name: &[u8], packet: Packet) -> Result<(), Errno> {
        let is = |hook: &str| name == hook.as_bytes();
        if is(NG_PPPOE_HOOK_DEBUG) {
            return forward(context, NG_PPPOE_HOOK_ETHERNET, packet);
        }
        let header = packet.bytes().get(..FULL_HEADER);
        if is(NG_PPPOE_HOOK_ETHERNET) {
            let kind = header.ok_or(Errno::ENOBUFS)?.get(12..14).unwrap_or_default();
            return match kind {
                [0x88, 0x63 | 0x64] | [0x3c, 0x12 | 0x13] => Err(Errno::ENETUNREACH),
                _ => Err(Errno::EPFNOSUPPORT),
            };
        }
        match self.sessions.get(&key(name)) {
            Some(Session::Primed) => Err(if header.is_some() { Errno::EINVAL } else { Errno::ENOBUFS }),
            _ => Err(Errno::ENETUNREACH),
        }
    }

    /// An `ether` node tells its address when it is asked.
    fn stranger(&mut self, _: &mut Context<'_>, message: Message) -> Answer {
        let told = message.command() == (NGM_ETHER_COOKIE, NGM_ETHER_GET_ENADDR)
            && message.header.flags & NGF_RESP != 0
            && message.header.arglen as usize == ETHER_ADDR_LEN;
        if told { Ok(None) } else { Err(Errno::EINVAL) }
    }
}
