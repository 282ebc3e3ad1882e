//! `btsock_*`: the four nodes behind Bluetooth sockets, of which the machine has none: what they get is dropped.

use serde_json::{Value, json};

use super::{Behaviour, Fate, Kind, not_by_request};
use crate::NodeType;
use crate::error::Errno;
use crate::nodes::btsock;
use crate::sim::context::{Context, Post};
use crate::sim::graph::{HookKey, NodeKey};
use crate::sim::machine::Machine;
use crate::sim::message::Message;
use crate::sys::*;

pub(in crate::sim) static HCI_RAW: Kind =
    Kind { name: btsock::HciRaw::NAME, restore: |_, _, _| Ok(Box::new(Btsock::HciRaw)), ..MODULE };
pub(in crate::sim) static L2CAP_RAW: Kind =
    Kind { name: btsock::L2capRaw::NAME, restore: |_, _, _| Ok(Box::new(Btsock::L2capRaw)), ..MODULE };
pub(in crate::sim) static L2CAP: Kind =
    Kind { name: btsock::L2cap::NAME, restore: |_, _, _| Ok(Box::new(Btsock::L2cap)), ..MODULE };
pub(in crate::sim) static SCO: Kind =
    Kind { name: btsock::Sco::NAME, restore: |_, _, _| Ok(Box::new(Btsock::Sco)), ..MODULE };

/// What the four have in common: none has messages of its own.
const MODULE: Kind = Kind {
    name: "",
    commands: &[],
    make: not_by_request,
    restore: |_, _, _| Err("not a type".into()),
    finds_unready_hooks: false,
};

#[derive(Debug)]
enum Btsock {
    HciRaw,
    L2capRaw,
    L2cap,
    Sco,
}

impl Behaviour for Btsock {
    fn receive_message(
        &mut self,
        _: &mut Context<'_>,
        message: Message,
        _: Option<HookKey>,
    ) -> Result<Option<Vec<u8>>, Errno> {
        let is_reply = message.header.flags & NGF_RESP != 0;
        let heeded = match (self, message.header.typecookie) {
            (Self::HciRaw, NGM_HCI_COOKIE | NGM_GENERIC_COOKIE) => is_reply,
            (Self::L2capRaw | Self::L2cap, NGM_L2CAP_COOKIE) | (Self::Sco, NGM_HCI_COOKIE) => true,
            _ => false,
        };
        if heeded { Ok(None) } else { Err(Errno::EINVAL) }
    }

    /// The module makes a new node at once.
    fn shutdown(&mut self, context: &mut Context<'_>) -> Fate {
        context.posts.push_back(Post::Resident(context.core.kind, context.core.vnet));
        Fate::Gone
    }

    fn save(&self, _: &Machine, _: NodeKey) -> Value {
        json!({})
    }
}
