//! `tag`: sorts packets by the tags that go along with them, and tags them.

use serde::{Deserialize, Serialize};
use zerocopy::{FromBytes, Immutable, IntoBytes};

use super::by_hook::{ByHook, Name, name_in};
use super::*;
use crate::nodes::tag::Tag as Type;
use crate::sim::packet::Tag as PacketTag;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = plain::<Type, Tag>();

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tag {
    hooks: ByHook<Rules>,
}

/// What a hook looks for in packets that come in, and adds to those that go out.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    /// A struct ng_tag_hookin, with the data of the tag behind it.
    #[serde(with = "crate::sim::hex")]
    input: Vec<u8>,
    /// A struct ng_tag_hookout, with the data of the tag behind it.
    #[serde(with = "crate::sim::hex")]
    output: Vec<u8>,
    /// Where packets with the tag go, and those without, if such a hook was there when it was named.
    matching: Option<Name>,
    others: Option<Name>,
}

/// Reads a struct that has the data of a tag behind it.
fn head<T: FromBytes + Default>(bytes: &[u8]) -> T {
    T::read_from_prefix(bytes).map(|(head, _)| head).unwrap_or_default()
}

/// Takes a struct from a message, with `len` bytes of data behind it.
fn taken<T: FromBytes + IntoBytes + Immutable>(
    message: &Message,
    len: impl Fn(&T) -> u16,
) -> Result<(T, Vec<u8>), Errno> {
    let head: T = message.at_least().ok_or(Errno::EINVAL)?;
    let size = size_of::<T>() + usize::from(len(&head));
    if (message.header.arglen as usize) < size {
        return Err(Errno::EINVAL);
    }
    let bytes = message.args.get(..size).ok_or(Errno::EINVAL)?;
    Ok((head, bytes.to_vec()))
}

impl Rules {
    fn new(name: HookName) -> Self {
        let input = ng_tag_hookin { thisHook: name.to_field(), ..Default::default() };
        let output = ng_tag_hookout { thisHook: name.to_field(), ..Default::default() };
        Self {
            input: input.as_bytes().to_vec(),
            output: output.as_bytes().to_vec(),
            matching: None,
            others: None,
        }
    }

    /// Looks for the tag, and takes it off if that is wanted.
    fn matches(&self, packet: &mut Packet) -> bool {
        let rule: ng_tag_hookin = head(&self.input);
        // Nothing is looked for where nothing is set.
        if rule.tag_cookie == 0 && rule.tag_id == 0 {
            return false;
        }
        let data = self.input.get(size_of::<ng_tag_hookin>()..).unwrap_or_default();
        let found = packet.tags().iter().position(|tag| {
            (tag.cookie, tag.id) == (rule.tag_cookie, rule.tag_id) && tag.data.starts_with(data)
        });
        if let (Some(at), true) = (found, rule.strip != 0) {
            packet.remove_tag(at);
        }
        found.is_some()
    }

    fn mark(&self, packet: &mut Packet) {
        let rule: ng_tag_hookout = head(&self.output);
        if rule.tag_cookie == 0 && rule.tag_id == 0 {
            return;
        }
        let data = self.output.get(size_of::<ng_tag_hookout>()..).unwrap_or_default().to_vec();
        packet.note(PacketTag { cookie: rule.tag_cookie, id: rule.tag_id, data });
    }
}

impl Behaviour for Tag {
    fn new_hook(&mut self, _: &mut Context<'_>, _: HookKey, name: HookName) -> Result<(), Errno> {
        self.hooks.insert(name, Rules::new(name));
        Ok(())
    }

    fn disconnect(&mut self, context: &mut Context<'_>, hook: HookKey) {
        self.hooks.remove(context, hook);
        let gone = context.name(hook).map(Name);
        for rules in self.hooks.values_mut() {
            rules.matching = rules.matching.filter(|name| Some(*name) != gone);
            rules.others = rules.others.filter(|name| Some(*name) != gone);
        }
        context.shut_down_if_bare();
    }

    fn receive_message(
        &mut self,
        context: &mut Context<'_>,
        message: Message,
        _: Option<HookKey>,
    ) -> Result<Option<Vec<u8>>, Errno> {
        let (NGM_TAG_COOKIE, cmd) = message.command() else { return Err(Errno::EINVAL) };
        match cmd {
            NGM_TAG_SET_HOOKIN => {
                let (rule, bytes) = taken(&message, |rule: &ng_tag_hookin| rule.tag_len)?;
                let rules = self.hooks.named(context, &rule.thisHook)?;
                let there = |name| Some(HookName::from_field(name)).filter(|n| context.find(*n).is_some());
                rules.matching = there(&rule.ifMatch).map(Name);
                rules.others = there(&rule.ifNotMatch).map(Name);
                rules.input = bytes;
                Ok(None)
            }
            NGM_TAG_SET_HOOKOUT => {
                let (rule, bytes) = taken(&message, |rule: &ng_tag_hookout| rule.tag_len)?;
                self.hooks.named(context, &rule.thisHook)?.output = bytes;
                Ok(None)
            }
            NGM_TAG_GET_HOOKIN => Ok(Some(self.hooks.named(context, &name_in(&message)?)?.input.clone())),
            NGM_TAG_GET_HOOKOUT => Ok(Some(self.hooks.named(context, &name_in(&message)?)?.output.clone())),
            // The messages for counters are compiled for debugging only.
            _ => Err(Errno::EINVAL),
        }
    }

    fn receive_data(
        &mut self,
        context: &mut Context<'_>,
        hook: HookKey,
        mut packet: Packet,
    ) -> Result<(), Errno> {
        let rules = self.hooks.of(context, hook).ok_or(Errno::EINVAL)?;
        let to = if rules.matches(&mut packet) { rules.matching } else { rules.others };
        let Some(Name(to)) = to else { return Ok(()) };
        if let Some(rules) = self.hooks.get(to) {
            rules.mark(&mut packet);
        }
        context.send_by(to, packet, 0)
    }

    fn save(&self, _: &Machine, _: NodeKey) -> Value {
        json!(self)
    }
}
