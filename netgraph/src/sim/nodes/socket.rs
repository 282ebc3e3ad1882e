//! `socket`: the node behind a program's sockets.

use serde_json::{Value, json};

use super::{Behaviour, Fate, Kind, not_by_request};
use crate::NodeType;
use crate::error::Errno;
use crate::message::HEADER_LEN;
use crate::nodes::socket::SocketNode as Type;
use crate::sim::context::Context;
use crate::sim::graph::{HookKey, NodeKey};
use crate::sim::machine::Machine;
use crate::sim::message::Message;
use crate::sim::packet::Packet;
use crate::sim::sockets::SocketKey;
use crate::sys::{NGM_SOCK_CMD_LINGER, NGM_SOCK_CMD_NOLINGER, NGM_SOCKET_COOKIE};

pub(in crate::sim) static KIND: Kind = Kind {
    name: Type::NAME,
    commands: Type::COMMANDS,
    make: not_by_request,
    restore: |_, _, _| Err("a socket belongs to a running program".into()),
    finds_unready_hooks: true,
};

/// Makes the private part of the node of a program's sockets.
pub(in crate::sim) fn of(socket: SocketKey) -> Box<dyn Behaviour> {
    Box::new(Socket { socket, lingers: true })
}

#[derive(Debug)]
struct Socket {
    socket: SocketKey,
    /// Whether the node stays when its last hook goes.
    lingers: bool,
}

impl Behaviour for Socket {
    fn receive_message(
        &mut self,
        context: &mut Context<'_>,
        message: Message,
        _: Option<HookKey>,
    ) -> Result<Option<Vec<u8>>, Errno> {
        let control = context.sockets.get_mut(self.socket).and_then(|socket| socket.control.as_mut());
        let control = control.ok_or(Errno::EINVAL)?;
        if message.header.typecookie == NGM_SOCKET_COOKIE {
            self.lingers = match message.header.cmd {
                NGM_SOCK_CMD_NOLINGER => false,
                NGM_SOCK_CMD_LINGER => true,
                _ => return Err(Errno::EINVAL),
            };
            return Ok(None);
        }
        let len = HEADER_LEN + message.header.arglen as usize;
        control.push(message.from, len, || message.into_frame())?;
        *context.woken = true;
        Ok(None)
    }

    fn receive_data(
        &mut self,
        context: &mut Context<'_>,
        hook: HookKey,
        packet: Packet,
    ) -> Result<(), Errno> {
        // Without a data socket there is nobody to have it.
        let data = context.sockets.get_mut(self.socket).and_then(|socket| socket.data.as_mut());
        let (Some(data), Some(hook)) = (data, context.hooks.get(hook)) else { return Ok(()) };
        data.push(hook.name, packet)?;
        *context.woken = true;
        Ok(())
    }

    fn disconnect(&mut self, context: &mut Context<'_>, _: HookKey) {
        if !self.lingers && context.core.hook_count == 0 && context.core.valid {
            context.shut_down();
        }
    }

    fn shutdown(&mut self, context: &mut Context<'_>) -> Fate {
        if let Some(socket) = context.sockets.get_mut(self.socket) {
            socket.disconnect();
            *context.woken = true;
        }
        Fate::Gone
    }

    fn save(&self, _: &Machine, _: NodeKey) -> Value {
        json!({})
    }
}
