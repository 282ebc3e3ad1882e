//! `ksocket`: a socket of the kernel's own, on the machine's network.

mod options;
mod protocol;
mod words;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use options::Options;

use super::{Behaviour, Fate, Kind, Made};
use crate::NodeType;
use crate::error::Errno;
use crate::name::{HookName, NodeId};
use crate::nodes::ksocket::Ksocket as Type;
use crate::sim::context::{Context, Post};
use crate::sim::graph::{HookKey, NodeKey};
use crate::sim::machine::Machine;
use crate::sim::message::Message;
use crate::sim::net::{End, EndKey, INET6, LOCAL, Name, RAW, State, Upcall};
use crate::sim::packet::{Packet, Tag};
use crate::sim::snapshot::state;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = Kind {
    name: Type::NAME,
    commands: Type::COMMANDS,
    make: |_, _| Ok(Box::new(Ksocket::default())),
    restore,
    finds_unready_hooks: false,
};

/// Where the value of an option begins.
const OPTION_HEAD: usize = 8;

/// What is noted about a datagram: whom it is from. The data are the node's number and a sockaddr.
const FROM: u16 = 1;

#[derive(Debug, Default)]
struct Ksocket {
    /// The socket; `None` before the node has a hook.
    end: Option<EndKey>,
    /// Whether the socket is that of a connection that was accepted.
    cloned: bool,
    accepts: bool,
    /// Who is told of a connection, and the token of the question.
    asker: Asker,
    /// Whether the end of the data was passed on.
    ended: bool,
    options: Options,
}

/// Who has asked for something that takes time.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::sim) struct Asker {
    node: u32,
    token: u32,
}

impl Asker {
    /// The late reply, to the node that has asked if it is still there.
    fn reply(self, cmd: u32, args: &[u8], from: NodeId) -> Message {
        let words = if cmd == NGM_KSOCKET_ACCEPT { "NGM_KSOCKET_ACCEPT" } else { "NGM_KSOCKET_CONNECT" };
        let mut header = Message::new(NGM_KSOCKET_COOKIE, cmd, args, from).called(words).header;
        header.token = self.token;
        Message::reply(&header, args.to_vec(), from)
    }
}

/// The private part, in a file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    /// The family, type and protocol; `None` before the node has a hook.
    socket: Option<(i32, i32, i32)>,
    name: Option<Vec<u8>>,
    peer: Option<Vec<u8>>,
    /// The node at the other end of a connection: its VNET, and its number.
    partner: Option<(u32, u32)>,
    /// The node that has accepted the connection.
    parent: Option<u32>,
    state: State,
    refused: bool,
    receive_max: usize,
    send_max: usize,
    shares: bool,
    no_more: bool,
    cloned: bool,
    accepts: bool,
    asker: Asker,
    ended: bool,
    options: Options,
}

fn restore(machine: &mut Machine, node: NodeKey, saved: &Value) -> Made<String> {
    let saved: Saved = state(saved)?;
    let Saved { cloned, accepts, asker, ended, .. } = saved;
    let vnet = machine.core(node).map(|core| core.vnet).ok_or("the node is gone")?;
    let mut end = None;
    if let Some((family, kind, protocol)) = saved.socket {
        let name = |bytes: Option<Vec<u8>>| {
            bytes.map(|bytes| Name::read(family, &bytes)).transpose().map_err(|_| "a name is none")
        };
        let by_id = |vnet: u32, id: u32| machine.vnets.get(&vnet)?.by_id.get(&id).copied();
        let mut socket = End::new(Some(node), vnet, family, kind, protocol);
        (socket.name, socket.peer) = (name(saved.name)?, name(saved.peer)?);
        socket.embryo_of = saved.parent.and_then(|parent| by_id(vnet, parent));
        (socket.state, socket.refused) = (saved.state, saved.refused);
        (socket.shares, socket.ended) = (saved.shares, saved.no_more);
        (socket.send_max, socket.receive_max) = (saved.send_max, saved.receive_max);
        let partner = saved.partner.and_then(|(vnet, id)| by_id(vnet, id));
        end = Some(machine.net.restore(socket, partner, !cloned));
    }
    Ok(Box::new(Ksocket { end, cloned, accepts, asker, ended, options: saved.options }))
}

/// The address of a peer that has none. For a socket of a file accept(2) gives an empty `struct sockaddr`.
fn nobody(family: i32) -> Vec<u8> {
    if family != LOCAL {
        return Name::none(family);
    }
    let mut address = vec![16, LOCAL as u8];
    address.resize(16, 0);
    address
}

/// Makes the node of a connection that a listening node has accepted, and tells of it whoever has asked.
pub(in crate::sim) fn adopt(machine: &mut Machine, parent: NodeKey, end: EndKey, asker: Asker) {
    let Some(vnet) = machine.core(parent).map(|core| core.vnet) else { return };
    let Ok(node) = machine.add_node(vnet, &KIND) else { return };
    let Some(id) = machine.core(node).map(|core| core.id) else { return };
    let ksocket = Ksocket { end: Some(end), cloned: true, ..Default::default() };
    if let Some(node) = machine.nodes.get_mut(node) {
        node.behaviour = Some(Box::new(ksocket));
    }
    let mut args = id.0.to_ne_bytes().to_vec();
    if let Some(end) = machine.net.ends.get_mut(end) {
        end.node = Some(node);
        end.embryo_of = Some(parent);
        args.extend(end.peer.as_ref().map_or_else(|| nobody(end.family), Name::to_bytes));
    }
    machine.send_to(vnet, NodeId(asker.node), asker.reply(NGM_KSOCKET_ACCEPT, &args, id));
}

impl Ksocket {
    fn end<'c>(&self, context: &'c mut Context<'_>) -> Result<(EndKey, &'c mut End), Errno> {
        let key = self.end.ok_or(Errno::ENXIO)?;
        Ok((key, context.net.ends.get_mut(key).ok_or(Errno::ENXIO)?))
    }

    /// Reads the address that a message carries: its own length must be within that of the message.
    fn address(&self, context: &mut Context<'_>, message: &Message) -> Result<(EndKey, Name), Errno> {
        let stated = message.stated();
        let [len, _, ..] = stated else { return Err(Errno::EINVAL) };
        let address = stated.get(..usize::from(*len).max(2)).ok_or(Errno::EINVAL)?;
        let (key, end) = self.end(context)?;
        Ok((key, Name::read(end.family, address)?))
    }

    fn asked_by(message: &Message) -> Asker {
        Asker { node: message.from.0, token: message.header.token }
    }

    fn accept(&mut self, context: &mut Context<'_>, message: &Message) -> Result<(), Errno> {
        if message.header.arglen != 0 {
            return Err(Errno::EINVAL);
        }
        let (_, end) = self.end(context)?;
        if end.state != State::Listening {
            return Err(Errno::EINVAL);
        }
        if self.accepts {
            return Err(Errno::EALREADY);
        }
        // A connection that is there already is told to whoever has asked before.
        self.take_up(context);
        self.asker = Self::asked_by(message);
        Ok(())
    }

    /// Takes up a connection, if there is one.
    fn take_up(&mut self, context: &mut Context<'_>) {
        let Ok((_, end)) = self.end(context) else { return };
        let waiting = end.waiting.pop_front();
        self.accepts = waiting.is_none();
        if let Some(end) = waiting {
            context.posts.push_back(Post::Adopt { parent: context.node, end, asker: self.asker });
        }
    }

    fn connect(&mut self, context: &mut Context<'_>, message: &Message) -> Result<(), Errno> {
        let (_, end) = self.end(context)?;
        let len = if end.family == INET6 { size_of::<sockaddr_in6>() } else { size_of::<sockaddr_in>() };
        // Raw sockets look at the length before the family.
        if end.kind == RAW && message.stated().first().is_some_and(|stated| usize::from(*stated) != len) {
            return Err(Errno::EINVAL);
        }
        let (key, name) = self.address(context, message)?;
        let result = context.net.connect(key, &name, context.interfaces);
        if result == Err(Errno::EINPROGRESS) {
            self.asker = Self::asked_by(message);
        }
        result
    }

    fn name(&self, context: &mut Context<'_>) -> Result<Vec<u8>, Errno> {
        let (_, end) = self.end(context)?;
        Ok(end.name.as_ref().map_or_else(|| Name::none(end.family), Name::to_bytes))
    }

    fn peer_name(&self, context: &mut Context<'_>) -> Result<Vec<u8>, Errno> {
        let (_, end) = self.end(context)?;
        if end.state != State::Connected {
            return Err(Errno::ENOTCONN);
        }
        Ok(end.peer.as_ref().map_or_else(|| Name::none(end.family), Name::to_bytes))
    }

    fn option(&self, context: &mut Context<'_>, message: &Message) -> Result<Vec<u8>, Errno> {
        let [level, option]: [i32; 2] = message.exactly().ok_or(Errno::EINVAL)?;
        let (_, end) = self.end(context)?;
        // The reply has the value only: the kernel leaves the rest empty.
        let mut reply = vec![0; OPTION_HEAD];
        reply.extend(self.options.get(end, level, option)?);
        Ok(reply)
    }

    fn set_option(&mut self, context: &mut Context<'_>, message: &Message) -> Result<(), Errno> {
        let [level, option]: [i32; 2] = message.at_least().ok_or(Errno::EINVAL)?;
        let key = self.end.ok_or(Errno::ENXIO)?;
        let end = context.net.ends.get_mut(key).ok_or(Errno::ENXIO)?;
        self.options.set(end, level, option, message.stated().get(OPTION_HEAD..).unwrap_or_default())
    }

    /// Tells whoever has asked what became of a connection.
    fn tell_connected(&self, context: &mut Context<'_>, outcome: Result<(), Errno>) {
        let errno = outcome.err().map_or(0, Errno::raw);
        let reply = self.asker.reply(NGM_KSOCKET_CONNECT, &errno.to_ne_bytes(), context.core.id);
        context.posts.push_back(Post::ToId {
            vnet: context.core.vnet,
            to: NodeId(self.asker.node),
            message: reply,
        });
    }

    /// Passes on what has come in.
    fn incoming(&mut self, context: &mut Context<'_>) {
        let Ok((key, _)) = self.end(context) else { return };
        if let Some(outcome) = context.net.finish_connect(key) {
            self.tell_connected(context, outcome);
        }
        let Some(hook) = context.next_hook(None) else { return };
        while let Some((from, mut packet)) = context.net.receive(key) {
            if let Some(from) = from {
                let data = [&context.core.id.0.to_ne_bytes()[..], &from.to_bytes()].concat();
                packet.note(Tag { cookie: NGM_KSOCKET_COOKIE, id: FROM, data });
            }
            context.send(hook, packet, 0);
        }
        if !self.ended && context.net.ends.get(key).is_some_and(|end| end.ended) {
            self.ended = true;
            // An empty packet is the end.
            context.send(hook, Packet::new(&[]), 0);
        }
    }

    /// Whom a packet is for, by its tag: one that this node has noted, or somebody who is no node.
    fn recipient(&self, context: &mut Context<'_>, packet: &Packet) -> Option<Name> {
        let family = self.end(context).ok()?.1.family;
        let own = context.core.id.0;
        let tag = packet.tags().iter().find(|tag| (tag.cookie, tag.id) == (NGM_KSOCKET_COOKIE, FROM))?;
        let (id, address) = tag.data.split_first_chunk()?;
        let id = u32::from_ne_bytes(*id);
        Name::read(family, address).ok().filter(|_| id == own || id == 0)
    }
}

impl Behaviour for Ksocket {
    fn new_hook(&mut self, context: &mut Context<'_>, _: HookKey, name: HookName) -> Result<(), Errno> {
        if context.next_hook(None).is_some() {
            return Err(Errno::EISCONN);
        }
        if self.cloned {
            self.end(context)?.1.embryo_of = None;
            return Ok(());
        }
        let (family, kind, protocol) = words::socket(name.as_bytes())?;
        let end = End::new(Some(context.node), context.core.vnet, family, kind, protocol);
        self.end = Some(context.net.ends.insert(end));
        Ok(())
    }

    fn connect(&mut self, context: &mut Context<'_>, _: HookKey, _: NodeKey) -> Result<(), Errno> {
        if let Some(end) = self.end.filter(|_| self.cloned) {
            // What came in while there was no hook.
            context.net.wake_node(end);
        }
        Ok(())
    }

    fn disconnect(&mut self, context: &mut Context<'_>, _: HookKey) {
        if context.core.valid {
            context.shut_down();
        }
    }

    fn receive_message(
        &mut self,
        context: &mut Context<'_>,
        message: Message,
        _: Option<HookKey>,
    ) -> Result<Option<Vec<u8>>, Errno> {
        let (NGM_KSOCKET_COOKIE, cmd) = message.command() else { return Err(Errno::EINVAL) };
        let without_arguments = message.header.arglen == 0;
        match cmd {
            NGM_KSOCKET_BIND => {
                let (key, name) = self.address(context, &message)?;
                context.net.bind(key, &name, context.interfaces)?;
            }
            NGM_KSOCKET_LISTEN => {
                message.exactly::<i32>().ok_or(Errno::EINVAL)?;
                context.net.listen(self.end.ok_or(Errno::ENXIO)?)?;
            }
            NGM_KSOCKET_ACCEPT => self.accept(context, &message)?,
            NGM_KSOCKET_CONNECT => Self::connect(self, context, &message)?,
            NGM_KSOCKET_GETNAME if without_arguments => return self.name(context).map(Some),
            NGM_KSOCKET_GETPEERNAME if without_arguments => return self.peer_name(context).map(Some),
            NGM_KSOCKET_GETOPT => return self.option(context, &message).map(Some),
            NGM_KSOCKET_SETOPT => self.set_option(context, &message)?,
            _ => return Err(Errno::EINVAL),
        }
        Ok(None)
    }

    /// Sends what comes in. The kernel does so when the sender has gone on, who does not learn what becomes of it.
    fn receive_data(&mut self, context: &mut Context<'_>, _: HookKey, packet: Packet) -> Result<(), Errno> {
        let to = self.recipient(context, &packet);
        if let Some(end) = self.end {
            let _ = context.net.send(end, to.as_ref(), packet.bytes(), context.interfaces);
        }
        Ok(())
    }

    fn upcall(&mut self, context: &mut Context<'_>, upcall: Upcall) {
        match upcall {
            Upcall::Incoming => self.incoming(context),
            Upcall::Listen => self.take_up(context),
        }
    }

    fn shutdown(&mut self, context: &mut Context<'_>) -> Fate {
        if let Some(end) = self.end.take() {
            for embryo in context.net.close(end) {
                context.posts.push_back(Post::Shutdown(embryo));
            }
        }
        Fate::Gone
    }

    fn save(&self, machine: &Machine, _: NodeKey) -> Value {
        let end = self.end.and_then(|end| machine.net.ends.get(end));
        let id = |node: Option<NodeKey>| node.and_then(|node| machine.core(node)).map(|core| core.id.0);
        let partner = end.and_then(|end| machine.net.ends.get(end.partner?));
        json!(Saved {
            socket: end.map(|end| (end.family, end.kind, end.protocol)),
            name: end.and_then(|end| end.name.as_ref()).map(Name::to_bytes),
            peer: end.and_then(|end| end.peer.as_ref()).map(Name::to_bytes),
            partner: partner.and_then(|there| Some((there.vnet, id(there.node)?))),
            parent: end.and_then(|end| id(end.embryo_of)),
            state: end.map(|end| end.state).unwrap_or_default(),
            refused: end.is_some_and(|end| end.refused),
            receive_max: end.map_or(0, |end| end.receive_max),
            send_max: end.map_or(0, |end| end.send_max),
            shares: end.is_some_and(|end| end.shares),
            no_more: end.is_some_and(|end| end.ended),
            cloned: self.cloned,
            accepts: self.accepts,
            asker: self.asker,
            ended: self.ended,
            options: self.options.clone(),
        })
    }
}
