//! What commands answer, as the original writes it.

use std::fmt::{self, Write};

use serde::Serialize;
use serde::ser::{SerializeMap, SerializeStruct, Serializer};

use crate::error::Result;
use crate::nodes::generic::{Hooks, NodeInfo, TypeCount};
use crate::path::Path;
use crate::socket::Socket;
use crate::transport::Wait;

/// What a command answers.
///
/// `Display` writes it as the original does, to the last byte and with the newline at the end. Serialized, nodes have their
/// `name`, `type`, `id` and count of `hooks`, and, shown with their hooks, `links`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// There is nothing to tell; serialized, null.
    Nothing,
    /// `list`; serialized, a sequence.
    Nodes {
        /// The nodes, in the kernel's order.
        nodes: Vec<NodeInfo>,
        /// They are only those that have a name.
        named: bool,
    },
    /// `list -l`; serialized, a sequence.
    Hooks {
        /// The nodes, each with its hooks.
        nodes: Vec<Hooks>,
        /// They are only those that have a name.
        named: bool,
    },
    /// `show`.
    Node {
        /// The node and its hooks.
        node: Hooks,
        /// The hooks are shown.
        hooks: bool,
    },
    /// `types`; serialized, a sequence.
    Types(Vec<TypeCount>),
    /// `config` and `status`.
    Text(NodeText),
    /// `msg`: what came back.
    Message(Received),
    /// `dot`: the graph in Graphviz's language.
    Drawing(String),
    /// `help`: a page of it.
    Help(String),
}

/// A node's configuration or status.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NodeText {
    /// `config` or `status`.
    pub what: &'static str,
    /// The node, as the command named it.
    pub path: Path,
    /// The text, if the node has any.
    pub text: Option<String>,
}

/// A message that came to the socket.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Received {
    /// The node that sent it.
    pub from: Path,
    /// Whether it is a reply.
    pub is_reply: bool,
    /// Its number.
    pub cmd: u32,
    /// What it holds.
    pub content: Content,
}

/// What a message holds.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content {
    /// As the node that sent it writes it.
    Text {
        /// The message's name.
        name: String,
        /// Its arguments; empty where there are none.
        args: String,
    },
    /// Its arguments, where the node knows no text of it.
    Bytes(Vec<u8>),
}

impl Received {
    /// Takes the next message that has come, waiting for it as `wait` says, and has its sender write it as text. What has come
    /// and is no message is passed over.
    ///
    /// # Errors
    /// As [`Socket::next_event`].
    pub fn next(socket: &Socket, wait: Wait) -> Result<Option<Self>> {
        while let Some(event) = socket.next_event(wait)? {
            let Ok(frame) = event.frame() else { continue };
            let (cmd, content) = match socket.describe(&event) {
                Ok(text) => (text.cmd, Content::Text { name: text.name, args: text.args }),
                Err(_) => (frame.header.cmd, Content::Bytes(frame.args.to_vec())),
            };
            return Ok(Some(Self { from: event.from.clone(), is_reply: frame.is_reply(), cmd, content }));
        }
        Ok(None)
    }

    fn kind(&self) -> &'static str {
        if self.is_reply { "response" } else { "command" }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => Ok(()),
            Self::Nodes { nodes, named } => {
                write_count(f, nodes.len(), *named)?;
                nodes.iter().try_for_each(|node| write_node(f, node))
            }
            Self::Hooks { nodes, named } => {
                write_count(f, nodes.len(), *named)?;
                nodes.iter().enumerate().try_for_each(|(number, node)| {
                    f.write_str(if number > 0 { "\n" } else { "" })?;
                    write_hooks(f, node)
                })
            }
            Self::Node { node, hooks: true } => write_hooks(f, node),
            Self::Node { node, .. } => write_node(f, &node.node()),
            Self::Types(types) => write_types(f, types),
            Self::Text(text) => text.fmt(f),
            Self::Message(received) => received.fmt(f),
            Self::Drawing(text) | Self::Help(text) => f.write_str(text),
        }
    }
}

fn write_count(f: &mut fmt::Formatter<'_>, count: usize, named: bool) -> fmt::Result {
    writeln!(f, "There are {count} total {}nodes:", if named { "named " } else { "" })
}

/// A name, or what stands for none.
fn named(node: &NodeInfo) -> String {
    if node.name.is_empty() { "<unnamed>".into() } else { node.name.to_string() }
}

fn write_node(f: &mut fmt::Formatter<'_>, node: &NodeInfo) -> fmt::Result {
    let NodeInfo { type_name, id, hooks, .. } = node;
    writeln!(f, "  Name: {:<15} Type: {type_name:<15} ID: {:08x}   Num hooks: {hooks}", named(node), id.0)
}

/// A node, and the table of its hooks.
fn write_hooks(f: &mut fmt::Formatter<'_>, hooks: &Hooks) -> fmt::Result {
    write_node(f, &hooks.node())?;
    if hooks.node().hooks == 0 {
        return Ok(());
    }
    let mut row = |[hook, name, kind, id, peer]: [&str; 5]| {
        writeln!(f, "  {hook:<15} {name:<15} {kind:<12} {id:<15} {peer:<15}")
    };
    row(["Local hook", "Peer name", "Peer type", "Peer ID", "Peer hook"])?;
    row(["----------", "---------", "---------", "-------", "---------"])?;
    hooks.iter().try_for_each(|link| {
        let (hook, peer_hook) = (link.hook.to_string(), link.peer_hook.to_string());
        let (kind, id) = (link.peer.type_name.to_string(), format!("{:08x}", link.peer.id.0));
        row([&hook, &named(&link.peer), &kind, &id, &peer_hook])
    })
}

fn write_types(f: &mut fmt::Formatter<'_>, types: &[TypeCount]) -> fmt::Result {
    writeln!(f, "There are {} total types:", types.len())?;
    if !types.is_empty() {
        writeln!(f, "{:>15}   Number of living nodes", "Type name")?;
        writeln!(f, "{:>15}   ----------------------", "---------")?;
    }
    types.iter().try_for_each(|TypeCount { type_name, nodes }| writeln!(f, "{type_name:>15}   {nodes:>5}"))
}

impl fmt::Display for NodeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, path, text } = self;
        match text {
            Some(text) => {
                let title = if *what == "config" { "Config" } else { "Status" };
                writeln!(f, "{title} for \"{path}\":\n{text}")
            }
            None => writeln!(f, "No {what} available for \"{path}\""),
        }
    }
}

impl fmt::Display for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, from) = (self.kind(), &self.from);
        // The original counts with the sign.
        let cmd = self.cmd as i32;
        let args = match &self.content {
            Content::Text { name, args } => {
                writeln!(f, "Rec'd {kind} \"{name}\" ({cmd}) from \"{from}\":")?;
                if args.is_empty() { String::new() } else { format!("Args:\t{args}\n") }
            }
            Content::Bytes(bytes) => {
                writeln!(f, "Rec'd {kind} {cmd} from \"{from}\":")?;
                dump(bytes)
            }
        };
        f.write_str(if args.is_empty() { "No arguments\n" } else { &args })
    }
}

/// Writes bytes in hexadecimal and as characters, 16 in a line, as ngctl(8) and nghook(8) do.
///
/// ```
/// assert_eq!(
///     netgraph::script::dump(b"hello\n"),
///     "0000:  68 65 6c 6c 6f 0a                                hello.          \n"
/// );
/// ```
#[must_use]
pub fn dump(bytes: &[u8]) -> String {
    let mut out = String::new();
    for (line, sixteen) in bytes.chunks(16).enumerate() {
        let hex: String = sixteen.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x} "));
        let printable = |byte: &u8| if (0x20..0x7f).contains(byte) { char::from(*byte) } else { '.' };
        let text: String = sixteen.iter().map(printable).collect();
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{:04x}:  {hex:<48} {text:<16}", line * 16);
    }
    out
}

/// A node with its hooks.
struct WithLinks<'a>(&'a Hooks);

impl Serialize for WithLinks<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let NodeInfo { name, type_name, id, hooks } = self.0.node();
        let mut node = to.serialize_struct("Node", 5)?;
        node.serialize_field("name", &name)?;
        node.serialize_field("type", &type_name)?;
        node.serialize_field("id", &id)?;
        node.serialize_field("hooks", &hooks)?;
        node.serialize_field("links", &self.0.iter().collect::<Vec<_>>())?;
        node.end()
    }
}

impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Nothing => to.serialize_unit(),
            Self::Nodes { nodes, .. } => nodes.serialize(to),
            Self::Hooks { nodes, .. } => to.collect_seq(nodes.iter().map(WithLinks)),
            Self::Node { node, hooks: true } => WithLinks(node).serialize(to),
            Self::Node { node, .. } => node.node().serialize(to),
            Self::Types(types) => types.serialize(to),
            Self::Text(text) => text.serialize(to),
            Self::Message(received) => received.serialize(to),
            Self::Drawing(text) | Self::Help(text) => text.serialize(to),
        }
    }
}

impl Serialize for NodeText {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(2))?;
        map.serialize_entry("path", &self.path.to_string())?;
        map.serialize_entry(self.what, &self.text)?;
        map.end()
    }
}

impl Serialize for Received {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(4))?;
        map.serialize_entry("from", &self.from.to_string())?;
        map.serialize_entry("cmd", &self.cmd)?;
        match &self.content {
            Content::Text { name, args } => {
                map.serialize_entry(self.kind(), name)?;
                map.serialize_entry("args", args)?;
            }
            Content::Bytes(bytes) => {
                map.serialize_entry("kind", self.kind())?;
                map.serialize_entry("bytes", bytes)?;
            }
        }
        map.end()
    }
}
