//! What undoes a step of a transaction.

use std::fmt;

use super::Socket;
use crate::error::{Errno, Error, Result};
use crate::message::{Command, Message, Payload, Reply};
use crate::name::{HookName, NodeId, NodeName};
use crate::path::Path;

/// What undoes a step.
#[derive(Debug)]
pub(super) enum Undo {
    ShutDown {
        node: NodeId,
    },
    Disconnect {
        node: NodeId,
        hook: HookName,
    },
    Connect {
        node: NodeId,
        hook: HookName,
        peer: NodeId,
        peer_hook: HookName,
    },
    Name {
        node: NodeId,
        name: NodeName,
    },
    /// A message of the node's type.
    Send {
        path: Path,
        command: Command,
        args: Vec<u8>,
        answered: bool,
    },
}

impl Undo {
    pub(super) fn message<M: Message>(path: Path, message: &M) -> Self {
        let mut args = Vec::new();
        message.args().encode(&mut args);
        Self::Send { path, command: M::COMMAND, args, answered: <M::Reply as Reply>::EXPECTED }
    }

    /// Undoes the step. What is gone needs no undoing, unless it was to come back.
    pub(super) fn apply(&self, socket: &Socket) -> Result<()> {
        let result = match self {
            Self::ShutDown { node } => socket.shutdown(&(*node).into()),
            Self::Disconnect { node, hook } => socket.remove_hook(&(*node).into(), *hook),
            Self::Name { node, name } => socket.name(&(*node).into(), *name),
            Self::Send { path, command, args, answered } => {
                socket.call_raw(path, *command, args, *answered).map(drop)
            }
            Self::Connect { node, hook, peer, peer_hook } => {
                return socket.connect(&(*node).into(), &(*peer).into(), *hook, *peer_hook);
            }
        };
        match result {
            Err(Error::Rejected { errno: Errno::ENOENT | Errno::ENXIO, .. }) => Ok(()),
            result => result,
        }
    }
}

impl fmt::Display for Undo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ShutDown { node } => write!(f, "shutting down {node}:"),
            Self::Disconnect { node, hook } => write!(f, "removing the hook {node}:{hook}"),
            Self::Name { node, name } => write!(f, "giving {node}: its name {name} again"),
            Self::Send { path, command, .. } => write!(f, "sending {command} to {path}"),
            Self::Connect { node, hook, peer, peer_hook } => {
                write!(f, "connecting {node}:{hook} to {peer}:{peer_hook} again")
            }
        }
    }
}
