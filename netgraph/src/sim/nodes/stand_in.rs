//! A node that stands where one was seen of which nothing is known but its type, its name and its hooks.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use super::{Behaviour, Kind, Made};
use crate::error::Errno;
use crate::name::NAME_MAX;
use crate::sim::context::Context;
use crate::sim::graph::{HookKey, NodeKey};
use crate::sim::machine::Machine;
use crate::sim::message::Message;
use crate::sim::snapshot::NodeSnapshot;

/// The kinds that were needed so far: a type lives as long as the program does.
static KINDS: Mutex<BTreeMap<String, &'static Kind>> = Mutex::new(BTreeMap::new());

/// The private part of a stand-in, in a file.
pub(in crate::sim) fn state() -> Value {
    json!({ "stand_in": true })
}

/// Returns the kind of a stand-in, or `None` for a node that is none.
pub(in crate::sim) fn kind(saved: &NodeSnapshot) -> Option<&'static Kind> {
    let name = &saved.type_name;
    if saved.state != state() || name.is_empty() || name.len() > NAME_MAX {
        return None;
    }
    let mut kinds = KINDS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(kind) = kinds.get(name) {
        return Some(*kind);
    }
    let kind: &'static Kind = Box::leak(Box::new(Kind {
        name: Box::leak(name.clone().into_boxed_str()),
        commands: super::kind(name.as_bytes()).map_or(&[], |known| known.commands),
        make: super::not_by_request,
        restore: |_: &mut Machine, _: NodeKey, _: &Value| -> Made<String> { Ok(Box::new(StandIn)) },
        finds_unready_hooks: false,
    }));
    kinds.insert(name.clone(), kind);
    Some(kind)
}

#[derive(Debug)]
struct StandIn;

impl Behaviour for StandIn {
    fn receive_message(
        &mut self,
        _: &mut Context<'_>,
        _: Message,
        _: Option<HookKey>,
    ) -> Result<Option<Vec<u8>>, Errno> {
        Err(Errno::EINVAL)
    }

    fn save(&self, _: &Machine, _: NodeKey) -> Value {
        state()
    }
}
