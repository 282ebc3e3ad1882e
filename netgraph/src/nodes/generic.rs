//! The messages that every node understands; see netgraph(4).
//!
//! Most of them are methods of [`Socket`](crate::Socket) and [`Node`](crate::Node), which know what surprises: paths that are
//! too long for an address, sockets that must not be shut down, names that linger.
//!
//! ```
//! use netgraph::nodes::{bridge, generic};
//! use netgraph::sim::SimKernel;
//! use netgraph::{HookName, Path, Socket};
//!
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let made = generic::MkPeer::new("bridge".parse()?, HookName::constant("b"), bridge::link(0));
//! assert_eq!(made.to_string(), "{ type=\"bridge\" ourhook=\"b\" peerhook=\"link0\" }");
//! socket.call(&Path::own(), &made)?;
//! socket.call(&".:b".parse()?, &generic::Name::new("lan".parse()?))?;
//! let info = socket.call(&"lan:".parse()?, &generic::GetNodeInfo)?;
//! assert_eq!((info.type_name.to_string(), info.hooks), ("bridge".into(), 1));
//! for link in socket.call(&"lan:".parse()?, &generic::ListHooks)?.iter() {
//!     println!("{} leads to {} of {}", link.hook, link.peer_hook, link.peer.id);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::list::list;
use crate::ascii::{self, Before, CommandText, Field, Type};
use crate::error::DecodeError;
use crate::message::{HEADER_LEN, Payload, read_struct, text_of};
use crate::name::{HookName, NodeId, NodeName, TypeName};
use crate::path::{PATH_MAX, Path};
use crate::{message, payload, payload_text, sys};

static MKPEER: Type = Type::Struct(&[
    Field::new("type", &ascii::NAME),
    Field::new("ourhook", &ascii::NAME),
    Field::new("peerhook", &ascii::NAME),
]);

static CONNECT: Type = Type::Struct(&[
    Field::new("path", &ascii::PATH),
    Field::new("ourhook", &ascii::NAME),
    Field::new("peerhook", &ascii::NAME),
]);

static NAME: Type = Type::Struct(&[Field::new("name", &ascii::NAME)]);

static RMHOOK: Type = Type::Struct(&[Field::new("hook", &ascii::NAME)]);

static NODE_INFO: Type = Type::Struct(&[
    Field::new("name", &ascii::NAME),
    Field::new("type", &ascii::NAME),
    Field::new("id", &ascii::HINT32),
    Field::new("hooks", &ascii::UINT32),
]);

static TYPE_INFO: Type =
    Type::Struct(&[Field::new("typename", &ascii::NAME), Field::new("numnodes", &ascii::UINT32)]);

static LINK_INFO: Type = Type::Struct(&[
    Field::new("ourhook", &ascii::NAME),
    Field::new("peerhook", &ascii::NAME),
    Field::new("nodeinfo", &NODE_INFO),
]);

/// The count that stands before the array itself.
fn counted(before: Before<'_>) -> Option<usize> {
    before.u32_back(0).map(|count| count as usize)
}

/// The count of hooks in the node information that a list of hooks begins with.
fn hook_count(before: Before<'_>) -> Option<usize> {
    before.u32_at(68).map(|count| count as usize)
}

static NODE_LIST: Type = Type::Struct(&[
    Field::new("numnames", &ascii::UINT32),
    Field::new("nodeinfo", &Type::Array(&NODE_INFO, counted)),
]);

static TYPE_LIST: Type = Type::Struct(&[
    Field::new("numtypes", &ascii::UINT32),
    Field::new("typeinfo", &Type::Array(&TYPE_INFO, counted)),
]);

static HOOK_LIST: Type = Type::Struct(&[
    Field::new("nodeinfo", &NODE_INFO),
    Field::new("linkinfo", &Type::Array(&LINK_INFO, hook_count)),
]);

/// A whole message as an argument: what the two conversions carry.
static MESSAGE: Type = Type::Struct(&[
    Field::new("version", &ascii::UINT8),
    Field::new("spare", &ascii::UINT8),
    Field::new("spare2", &ascii::UINT16),
    Field::new("arglen", &ascii::UINT32),
    Field::new("cmd", &ascii::UINT32),
    Field::new("flags", &ascii::HINT32),
    Field::new("token", &ascii::UINT32),
    Field::new("typecookie", &ascii::UINT32),
    Field::new("cmdstr", &ascii::NAME),
    Field::new("data", &Type::Bytes(inner_arglen)),
]);

/// The arglen of the header that lies immediately before the data.
fn inner_arglen(before: Before<'_>) -> Option<usize> {
    before.u32_back(HEADER_LEN - 8).map(|len| len as usize)
}

/// The generic messages, as text; each node type's own list is looked through first.
pub static COMMANDS: &[CommandText] = &[
    text_of::<Shutdown>(),
    text_of::<MkPeer>(),
    text_of::<Connect>(),
    text_of::<Name>(),
    text_of::<RmHook>(),
    text_of::<GetNodeInfo>(),
    text_of::<ListHooks>(),
    text_of::<ListNames>(),
    text_of::<ListNodes>(),
    text_of::<ListTypes>(),
    CommandText {
        cookie: sys::NGM_GENERIC_COOKIE,
        cmd: sys::NGM_TEXT_CONFIG,
        name: "textconfig",
        args: None,
        reply: Some(&Type::Str),
        repeatable: false,
    },
    text_of::<TextStatus>(),
    CommandText {
        cookie: sys::NGM_GENERIC_COOKIE,
        cmd: sys::NGM_ASCII2BINARY,
        name: "ascii2binary",
        args: Some(&MESSAGE),
        reply: Some(&MESSAGE),
        repeatable: true,
    },
    CommandText {
        cookie: sys::NGM_GENERIC_COOKIE,
        cmd: sys::NGM_BINARY2ASCII,
        name: "binary2ascii",
        args: Some(&MESSAGE),
        reply: Some(&MESSAGE),
        repeatable: true,
    },
];

macro_rules! generic {
    ($( $(#[$doc:meta])* $Message:ident $(($Args:ty))? $text:literal = $cmd:expr $(=> $Reply:ty)?; )*) => {$(
        message!($(#[$doc])* $Message $(($Args))? [sys::NGM_GENERIC_COOKIE, $cmd, $text] $(=> $Reply)?);
        impl<T: crate::NodeType> crate::Accepts<$Message> for T {}
    )*};
}

generic! {
    /// Shuts the node down.
    #[doc(alias = "NGM_SHUTDOWN")]
    Shutdown "shutdown" = sys::NGM_SHUTDOWN;
    /// Makes a node and connects it. Its number does not come back: ask for it by the path of the hook.
    #[doc(alias = "NGM_MKPEER")]
    MkPeer(Peer) "mkpeer" = sys::NGM_MKPEER;
    /// Connects the node to another.
    #[doc(alias = "NGM_CONNECT")]
    Connect(Connection) "connect" = sys::NGM_CONNECT;
    /// Names the node.
    #[doc(alias = "NGM_NAME")]
    Name(NewName) "name" = sys::NGM_NAME;
    /// Breaks a connection; a hook that is not there is no error.
    #[doc(alias = "NGM_RMHOOK")]
    RmHook(OldHook) "rmhook" = sys::NGM_RMHOOK;
    /// Reads name, type, number and count of hooks.
    #[doc(alias = "NGM_NODEINFO")]
    GetNodeInfo "nodeinfo" = sys::NGM_NODEINFO => NodeInfo;
    /// Lists the hooks and what they lead to, the newest first.
    #[doc(alias = "NGM_LISTHOOKS")]
    ListHooks "listhooks" = sys::NGM_LISTHOOKS => Hooks;
    /// Lists the nodes of the VNET that have a name, in no order.
    #[doc(alias = "NGM_LISTNAMES")]
    ListNames "listnames" = sys::NGM_LISTNAMES => Nodes;
    /// Lists the nodes of the VNET, in no order.
    #[doc(alias = "NGM_LISTNODES")]
    ListNodes "listnodes" = sys::NGM_LISTNODES => Nodes;
    /// Lists the node types that are there; the counts are of all VNETs together.
    #[doc(alias = "NGM_LISTTYPES")]
    ListTypes "listtypes" = sys::NGM_LISTTYPES => Types;
    /// Reads the node's status as text; few types have any.
    #[doc(alias = "NGM_TEXT_STATUS")]
    TextStatus "textstatus" = sys::NGM_TEXT_STATUS => Status;
}

payload! {
    /// What MKPEER takes: the type, the hook of the node asked, and the hook of the new node.
    pub Peer(sys::ngm_mkpeer) = MKPEER;
    /// What CONNECT takes: the path of the other node as seen from the node asked, and the two hooks.
    pub Connection(sys::ngm_connect) = CONNECT;
    /// What NAME takes.
    pub NewName(sys::ngm_name) = NAME;
    /// What RMHOOK takes.
    pub OldHook(sys::ngm_rmhook) = RMHOOK;
}

impl MkPeer {
    /// Makes a node of type `type_name`, its `peer_hook` connected to `our_hook` of the node asked.
    #[must_use]
    pub fn new(type_name: TypeName, our_hook: HookName, peer_hook: HookName) -> Self {
        Self(Peer(sys::ngm_mkpeer {
            r#type: type_name.to_field(),
            ourhook: our_hook.to_field(),
            peerhook: peer_hook.to_field(),
        }))
    }
}

impl Connect {
    /// Connects `our_hook` of the node asked to `peer_hook` of the node at `peer`; a path of more than 511 bytes is
    /// cut, as the kernel cuts it.
    #[must_use]
    pub fn new(peer: &Path, our_hook: HookName, peer_hook: HookName) -> Self {
        let mut path = [0; sys::NG_PATHSIZ];
        let len = peer.as_bytes().len().min(PATH_MAX);
        path[..len].copy_from_slice(&peer.as_bytes()[..len]);
        let (ourhook, peerhook) = (our_hook.to_field(), peer_hook.to_field());
        Self(Connection(sys::ngm_connect { path, ourhook, peerhook }))
    }
}

impl Name {
    /// Gives the name `name`.
    #[must_use]
    pub fn new(name: NodeName) -> Self {
        Self(NewName(sys::ngm_name { name: name.to_field() }))
    }
}

impl RmHook {
    /// Removes `hook`.
    #[must_use]
    pub fn new(hook: HookName) -> Self {
        Self(OldHook(sys::ngm_rmhook { ourhook: hook.to_field() }))
    }
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
pub struct NodeInfo {
    /// Its name; empty if it has none.
    pub name: NodeName,
    /// Its type.
    #[serde(rename = "type")]
    pub type_name: TypeName,
    /// Its number.
    pub id: NodeId,
    /// How many hooks it has.
    pub hooks: u32,
}

impl From<sys::nodeinfo> for NodeInfo {
    #[inline]
    fn from(raw: sys::nodeinfo) -> Self {
        Self {
            name: NodeName::from_field(&raw.name),
            type_name: TypeName::from_field(&raw.r#type),
            id: NodeId(raw.id),
            hooks: raw.hooks,
        }
    }
}

impl NodeInfo {
    /// Returns the address that reaches the node for as long as it lives.
    #[must_use]
    pub fn path(&self) -> Path {
        self.id.into()
    }
}

impl Payload for NodeInfo {
    const TEXT: Option<&'static Type> = Some(&NODE_INFO);
    fn encode(&self, args: &mut Vec<u8>) {
        args.extend_from_slice(&self.name.to_field());
        args.extend_from_slice(&self.type_name.to_field());
        args.extend_from_slice(&self.id.0.to_ne_bytes());
        args.extend_from_slice(&self.hooks.to_ne_bytes());
    }
    #[inline]
    fn decode(args: &[u8]) -> Result<Self, DecodeError> {
        read_struct::<sys::nodeinfo>(args, "information about a node").map(Self::from)
    }
}

payload_text!(NodeInfo);

/// One of a node's hooks, and what it leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Link {
    /// The hook.
    pub hook: HookName,
    /// The hook at the other end.
    pub peer_hook: HookName,
    /// The node at the other end.
    pub peer: NodeInfo,
}

list! {
    /// The hooks of a node, the newest first, read where they lie in the reply.
    pub Hooks { head: sys::nodeinfo, count: hooks, element: sys::linkinfo => Link, text: HOOK_LIST }
    /// Nodes, in the kernel's order, that of a hash table; read where they lie in the reply.
    pub Nodes { head: sys::namelist, count: numnames, element: sys::nodeinfo => NodeInfo, text: NODE_LIST }
    /// Node types, in the kernel's order, read where they lie in the reply.
    pub Types { head: sys::typelist, count: numtypes, element: sys::typeinfo => TypeCount, text: TYPE_LIST }
}

impl Nodes {
    /// Returns how many nodes there are beside those that are listed: FreeBSD makes room for them in its reply. They are going
    /// away just now, or cannot: the node of a socket that was shut down stays like this as long as its VNET, and FreeBSD 15.1
    /// panics when that goes.
    #[must_use]
    pub fn unlisted(&self) -> usize {
        let room = super::list::args(&self.0).len().saturating_sub(size_of::<sys::namelist>())
            / size_of::<sys::nodeinfo>();
        room.saturating_sub(self.len())
    }
}

impl Hooks {
    /// Returns the node whose hooks these are.
    #[must_use]
    pub fn node(&self) -> NodeInfo {
        self.head().into()
    }
}

impl From<sys::linkinfo> for Link {
    #[inline]
    fn from(raw: sys::linkinfo) -> Self {
        Self {
            hook: HookName::from_field(&raw.ourhook),
            peer_hook: HookName::from_field(&raw.peerhook),
            peer: raw.nodeinfo.into(),
        }
    }
}

/// A node type that is there, and how many nodes of it all VNETs together have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[non_exhaustive]
pub struct TypeCount {
    /// Its name.
    #[serde(rename = "type")]
    pub type_name: TypeName,
    /// How many nodes.
    pub nodes: u32,
}

impl From<sys::typeinfo> for TypeCount {
    fn from(raw: sys::typeinfo) -> Self {
        Self { type_name: TypeName::from_field(&raw.type_name), nodes: raw.numnodes }
    }
}

/// A node's status, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status(pub String);

impl Payload for Status {
    const TEXT: Option<&'static Type> = Some(&Type::Str);
    fn encode(&self, args: &mut Vec<u8>) {
        args.extend_from_slice(self.0.as_bytes());
        args.push(0);
    }
    fn decode(args: &[u8]) -> Result<Self, DecodeError> {
        let text = args.split(|b| *b == 0).next().unwrap_or_default();
        Ok(Self(String::from_utf8_lossy(text).into_owned()))
    }
}

payload_text!(Status);
