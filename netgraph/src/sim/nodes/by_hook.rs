//! What a node keeps about its hooks, by their names.

use std::collections::BTreeMap;

use serde::de::{Error, IntoDeserializer};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::*;
use crate::sim::snapshot::{bytes_of, text_of};

/// The name of a hook, as it is written in the file of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Name(pub(super) HookName);

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&text_of(self.0.as_bytes()))
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        let bytes = bytes_of(&name).ok_or_else(|| D::Error::custom(format!("{name:?} is no name")))?;
        Ok(Self(HookName::from_field(&bytes)))
    }
}

/// One thing for each hook. In the file of a machine it is a map, with names as they are written there.
#[derive(Debug)]
pub(super) struct ByHook<T>(BTreeMap<HookName, T>);

impl<T> Default for ByHook<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> ByHook<T> {
    pub(super) fn insert(&mut self, name: HookName, thing: T) {
        self.0.insert(name, thing);
    }

    /// Takes away what was kept about a hook that goes.
    pub(super) fn remove(&mut self, context: &Context<'_>, hook: HookKey) -> Option<T> {
        self.0.remove(&context.name(hook)?)
    }

    pub(super) fn of(&mut self, context: &Context<'_>, hook: HookKey) -> Option<&mut T> {
        self.0.get_mut(&context.name(hook)?)
    }

    pub(super) fn get(&self, name: HookName) -> Option<&T> {
        self.0.get(&name)
    }

    pub(super) fn get_mut(&mut self, name: HookName) -> Option<&mut T> {
        self.0.get_mut(&name)
    }

    pub(super) fn take(&mut self, name: HookName) -> Option<T> {
        self.0.remove(&name)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (HookName, &T)> {
        self.0.iter().map(|(name, thing)| (*name, thing))
    }

    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.values_mut()
    }

    /// Finds what is kept about the hook that a message names in a field of 32 bytes.
    ///
    /// # Errors
    /// `ENOENT` if no such hook is there.
    pub(super) fn named(&mut self, context: &Context<'_>, name: &[u8]) -> Result<&mut T, Errno> {
        let name = HookName::from_field(name);
        context.find(name).ok_or(Errno::ENOENT)?;
        self.0.get_mut(&name).ok_or(Errno::ENOENT)
    }
}

impl<T: Serialize> Serialize for ByHook<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(name, thing)| (text_of(name.as_bytes()), thing)))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for ByHook<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let saved = BTreeMap::<String, T>::deserialize(from)?;
        let things = saved.into_iter().map(|(name, thing)| {
            let Name(name) = Name::deserialize(name.into_deserializer())?;
            Ok((name, thing))
        });
        things.collect::<Result<_, _>>().map(Self)
    }
}

/// Reads the name of a hook from the arguments of a message, which the kernel ends with a NUL at their last byte.
pub(super) fn name_in(message: &Message) -> Result<[u8; crate::sys::NG_HOOKSIZ], Errno> {
    let len = (message.header.arglen as usize).checked_sub(1).ok_or(Errno::EINVAL)?;
    let bytes = message.args.get(..len.min(message.args.len())).unwrap_or_default();
    let name = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    if name.len() > crate::name::NAME_MAX {
        return Err(Errno::ENOENT);
    }
    Ok(HookName::from_field(name).to_field())
}
