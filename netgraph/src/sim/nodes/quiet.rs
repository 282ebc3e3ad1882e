//! What those types have in common whose nodes are told things and asked for them, and do little with data.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use zerocopy::{Immutable, IntoBytes};

use super::{Behaviour, Sent};
use crate::error::Errno;
use crate::name::HookName;
use crate::sim::context::Context;
use crate::sim::graph::{HookKey, NodeKey};
use crate::sim::machine::Machine;
use crate::sim::message::Message;
use crate::sim::packet::Packet;
use crate::sys::{NGF_RESP, NGM_GENERIC_COOKIE, NGM_TEXT_STATUS};

/// What a node replies: the arguments, or nothing, or an error.
pub(super) type Answer = Result<Option<Vec<u8>>, Errno>;

/// A node of a quiet type; its fields are what a file keeps of it.
pub(super) trait Quiet: Debug + Default + Send + Serialize + DeserializeOwned + 'static {
    /// The cookie of the type's messages.
    const COOKIE: u32;

    /// A hook is about to be added.
    fn hook(&mut self, context: &mut Context<'_>, name: &[u8]) -> Result<(), Errno>;

    /// A hook is connected to its peer. An error undoes it.
    fn connected(&mut self, _: &mut Context<'_>, _name: &[u8]) -> Result<(), Errno> {
        Ok(())
    }

    /// A hook is gone. Returns whether the node is to follow it.
    fn unhook(&mut self, context: &mut Context<'_>, _name: &[u8]) -> bool {
        context.core.hook_count == 0
    }

    /// A message of the type.
    fn answer(&mut self, context: &mut Context<'_>, message: &Message) -> Answer;

    /// A message of another type, or a generic reply.
    fn stranger(&mut self, _: &mut Context<'_>, _: Message) -> Answer {
        Err(Errno::EINVAL)
    }

    /// The answer to NGM_TEXT_STATUS, with its NUL.
    fn status(&mut self, _: &mut Context<'_>) -> Answer {
        Err(Errno::EINVAL)
    }

    /// A timer that the node has set is due.
    fn due(&mut self, _: &mut Context<'_>, _token: u32) {}

    /// What became of a packet that was sent; see [`Behaviour::sent`].
    fn went(&mut self, _: &mut Context<'_>, sent: Sent, _before: Result<(), Errno>) -> Result<(), Errno> {
        sent.result
    }

    /// Data came in on a hook of this name.
    fn data(&mut self, _: &mut Context<'_>, _name: &[u8], _: Packet) -> Result<(), Errno> {
        Ok(())
    }
}

impl<Q: Quiet> Behaviour for Q {
    fn new_hook(&mut self, context: &mut Context<'_>, _: HookKey, name: HookName) -> Result<(), Errno> {
        self.hook(context, name.as_bytes())
    }

    fn connect(&mut self, context: &mut Context<'_>, hook: HookKey, _: NodeKey) -> Result<(), Errno> {
        name_of(context, hook).map_or(Ok(()), |name| self.connected(context, name.as_bytes()))
    }

    fn disconnect(&mut self, context: &mut Context<'_>, hook: HookKey) {
        let Some(name) = name_of(context, hook) else { return };
        if self.unhook(context, name.as_bytes()) && context.core.valid {
            context.shut_down();
        }
    }

    fn receive_message(&mut self, context: &mut Context<'_>, message: Message, _: Option<HookKey>) -> Answer {
        match message.command() {
            (cookie, _) if cookie == Q::COOKIE && cookie != NGM_GENERIC_COOKIE => {
                self.answer(context, &message)
            }
            (NGM_GENERIC_COOKIE, NGM_TEXT_STATUS) => self.status(context),
            _ => self.stranger(context, message),
        }
    }

    fn receive_data(
        &mut self,
        context: &mut Context<'_>,
        hook: HookKey,
        packet: Packet,
    ) -> Result<(), Errno> {
        let name = name_of(context, hook).ok_or(Errno::EINVAL)?;
        self.data(context, name.as_bytes(), packet)
    }

    fn sent(
        &mut self,
        context: &mut Context<'_>,
        sent: Sent,
        before: Result<(), Errno>,
    ) -> Result<(), Errno> {
        self.went(context, sent, before)
    }

    fn timer(&mut self, context: &mut Context<'_>, token: u32) {
        self.due(context, token);
    }

    fn save(&self, _: &Machine, _: NodeKey) -> Value {
        json!(self)
    }
}

fn name_of(context: &Context<'_>, hook: HookKey) -> Option<HookName> {
    context.hooks.get(hook).map(|hook| hook.name)
}

/// Returns the node's hook of this name, even one that is still being connected.
pub(super) fn hook_named(context: &Context<'_>, name: &[u8]) -> Option<HookKey> {
    let mut next = context.next_hook(None);
    while let Some(hook) = next {
        if name_of(context, hook).is_some_and(|there| there.as_bytes() == name) {
            return next;
        }
        next = context.next_hook(Some(hook));
    }
    None
}

/// Takes a hook of one of these names only: EINVAL.
pub(super) fn one_of(names: &[&str], name: &[u8]) -> Result<(), Errno> {
    if names.iter().any(|there| there.as_bytes() == name) { Ok(()) } else { Err(Errno::EINVAL) }
}

/// Takes each hook just once: EISCONN. The kernel finds that out by itself, unless the node is connected to itself.
pub(super) fn only_once(context: &Context<'_>, name: &[u8]) -> Result<(), Errno> {
    if hook_named(context, name).is_some() { Err(Errno::EISCONN) } else { Ok(()) }
}

/// Takes one hook of each of these names: EINVAL, EISCONN.
pub(super) fn one_of_each(context: &Context<'_>, names: &[&str], name: &[u8]) -> Result<(), Errno> {
    one_of(names, name)?;
    only_once(context, name)
}

/// Reads a decimal number as nodes do in the names of hooks: it has no sign, and no zeros before it.
pub(super) fn decimal(digits: &[u8]) -> Result<u32, Errno> {
    let canonical =
        |digits: &[u8]| digits == b"0" || digits.first().is_some_and(|first| (b'1'..=b'9').contains(first));
    let digits = Some(digits).filter(|digits| canonical(digits) && digits.iter().all(u8::is_ascii_digit));
    let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
    digits.and_then(|digits| digits.parse().ok()).ok_or(Errno::EINVAL)
}

/// Reads the four lowercase hexadecimal digits of a session.
pub(super) fn session(digits: &[u8]) -> Result<u16, Errno> {
    let lowercase = |digit: &u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
    let digits = Some(digits).filter(|digits| digits.len() == 4 && digits.iter().all(lowercase));
    let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
    digits.and_then(|digits| u16::from_str_radix(digits, 16).ok()).ok_or(Errno::EINVAL)
}

/// Takes a message without looking at it, as types do that have no method for messages.
pub(super) fn unheard(message: &Message) -> Answer {
    let asked = message.header.typecookie == NGM_GENERIC_COOKIE && message.header.flags & NGF_RESP == 0;
    if asked { Err(Errno::EINVAL) } else { Ok(None) }
}

/// Replies with a struct.
pub(super) fn reply<T: IntoBytes + Immutable>(value: &T) -> Answer {
    Ok(Some(value.as_bytes().to_vec()))
}

/// Replies with counters that nothing has moved.
pub(super) fn zeros<T>() -> Answer {
    Ok(Some(vec![0; size_of::<T>()]))
}

/// Replies with a text and its NUL.
pub(super) fn text(text: &str) -> Answer {
    Ok(Some([text.as_bytes(), b"\0"].concat()))
}

/// Sends a packet on, out of the hook of this name; without one it is lost.
pub(super) fn forward(context: &mut Context<'_>, name: &str, packet: Packet) -> Result<(), Errno> {
    let hook = hook_named(context, name.as_bytes()).ok_or(Errno::ENETDOWN)?;
    context.send(hook, packet, 0);
    Ok(())
}

/// Puts a header before a packet, and sends it on.
pub(super) fn forward_behind(
    context: &mut Context<'_>,
    name: &str,
    header: &[u8],
    mut packet: Packet,
) -> Result<(), Errno> {
    packet.splice(0, 0, header);
    forward(context, name, packet)
}

/// Takes the first bytes off a packet, and sends it on.
pub(super) fn forward_from(
    context: &mut Context<'_>,
    name: &str,
    start: usize,
    mut packet: Packet,
) -> Result<(), Errno> {
    packet.splice(0, start, &[]);
    forward(context, name, packet)
}

/// A struct in a file: its bytes in hexadecimal.
pub(super) mod raw {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};
    use zerocopy::{FromBytes, Immutable, IntoBytes};

    /// Writes the struct.
    pub(in crate::sim) fn serialize<T, S>(value: &T, serializer: S) -> Result<S::Ok, S::Error>
    where
        T: IntoBytes + Immutable,
        S: Serializer,
    {
        let digits = value.as_bytes().iter().map(|byte| format!("{byte:02x}"));
        serializer.serialize_str(&digits.collect::<String>())
    }

    /// Reads a struct of just this size.
    pub(in crate::sim) fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
    where
        T: FromBytes,
        D: Deserializer<'de>,
    {
        let text = String::deserialize(deserializer)?;
        let byte = |pair: &[u8]| {
            let digit = |digit: &u8| char::from(*digit).to_digit(16);
            let [high, low] = pair else { return None };
            u8::try_from(digit(high)? << 4 | digit(low)?).ok()
        };
        let bytes: Option<Vec<u8>> = text.as_bytes().chunks(2).map(byte).collect();
        let value = bytes.and_then(|bytes| T::read_from_bytes(&bytes).ok());
        value.ok_or_else(|| D::Error::custom(format!("{text:?} is not {} bytes", size_of::<T>())))
    }
}
