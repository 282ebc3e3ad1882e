//! Node types, typed handles to nodes, and the macros that declare both messages and types.

use std::fmt;
use std::marker::PhantomData;

use crate::ascii::CommandText;
use crate::error::Result;
use crate::message::Message;
use crate::name::{HookName, NodeName};
use crate::nodes::generic::{Hooks, NodeInfo};
use crate::path::Path;
use crate::socket::Socket;

/// A type of node. Declared with [`node_type!`](crate::node_type).
pub trait NodeType {
    /// The name under which MKPEER makes nodes of the type.
    const NAME: &'static str;
    /// The typecookie of its messages.
    const COOKIE: u32;
    /// Its messages, as text.
    const COMMANDS: &'static [CommandText];
}

/// Tells that nodes of this type understand the message `M`.
#[diagnostic::on_unimplemented(message = "nodes of type `{Self}` do not understand `{M}`")]
pub trait Accepts<M: Message>: NodeType {}

/// A node of a known type, reached through a [`Socket`].
///
/// Made by [`Socket::node`], which checks the type and goes by the node's number from then on: numbers are never
/// reused, so a handle never reaches another node.
///
/// ```
/// use netgraph::{HookName, nodes::{bridge, hub}, sim::SimKernel};
/// let socket = netgraph::Socket::open(&SimKernel::new(), None)?;
/// let bridge = socket.make_peer::<bridge::Bridge>(HookName::constant("port"), bridge::link(0))?;
/// assert_eq!(bridge.call(bridge::GetConfig)?.loopTimeout, 60);
/// assert_eq!(bridge.clone().path(), bridge.path());
/// # Ok::<(), netgraph::Error>(())
/// ```
///
/// A message that the type does not understand does not compile:
///
/// ```compile_fail
/// use netgraph::{HookName, nodes::{bridge, hub}, sim::SimKernel};
/// let socket = netgraph::Socket::open(&SimKernel::new(), None).unwrap();
/// let hub = socket.make_peer::<hub::Hub>(HookName::constant("port"), HookName::constant("any")).unwrap();
/// hub.call(bridge::GetConfig);
/// ```
pub struct Node<'s, T> {
    socket: &'s Socket,
    path: Path,
    of_type: PhantomData<fn() -> T>,
}

impl<'s, T: NodeType> Node<'s, T> {
    pub(crate) fn new(socket: &'s Socket, path: Path) -> Self {
        Self { socket, path, of_type: PhantomData }
    }

    /// Returns the socket that the node is reached through.
    #[must_use]
    pub fn socket(&self) -> &'s Socket {
        self.socket
    }

    /// Returns the address of the node.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Sends a message, and returns its reply.
    ///
    /// # Errors
    /// [`Error::Rejected`](crate::Error::Rejected) with the node's errno; what [`Socket::call`] can answer.
    pub fn call<M: Message>(&self, message: M) -> Result<M::Reply>
    where
        T: Accepts<M>,
    {
        self.socket.call(&self.path, &message)
    }

    /// Reads the node's name, type, number and count of hooks.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn info(&self) -> Result<NodeInfo> {
        self.socket.info(&self.path)
    }

    /// Lists the node's hooks and what they lead to, the newest first.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn hooks(&self) -> Result<Hooks> {
        self.socket.hooks(&self.path)
    }

    /// Gives the node a name.
    ///
    /// # Errors
    /// Rejected with EADDRINUSE where another node of the VNET has it.
    pub fn name(&self, name: NodeName) -> Result<()> {
        self.socket.name(&self.path, name)
    }

    /// Connects the node's `hook` to `peer_hook` of the node at `peer`, a path as seen from this node.
    ///
    /// # Errors
    /// Rejected with EEXIST where one of the hooks exists, ENOENT where `peer` does not, and with what either
    /// node's type has against it.
    pub fn connect(&self, hook: HookName, peer: &Path, peer_hook: HookName) -> Result<()> {
        self.socket.connect(&self.path, peer, hook, peer_hook)
    }

    /// Breaks the connection at `hook`. A hook that is not there is no error, for the kernel either.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn remove_hook(&self, hook: HookName) -> Result<()> {
        self.socket.remove_hook(&self.path, hook)
    }

    /// Shuts the node down.
    ///
    /// # Errors
    /// As [`Socket::shutdown`].
    pub fn shutdown(self) -> Result<()> {
        self.socket.shutdown(&self.path)
    }
}

impl<T> Clone for Node<'_, T> {
    fn clone(&self) -> Self {
        Self { socket: self.socket, path: self.path.clone(), of_type: PhantomData }
    }
}

impl<T: NodeType> fmt::Debug for Node<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", T::NAME, self.path)
    }
}

/// Declares a node type and its messages.
///
/// Each message is `Name(Argument) "text name" = NUMBER => Reply;` where argument, text name and reply may be left
/// out. A message is a struct that implements [`Message`](crate::message::Message), `Display` and `FromStr` (the text
/// form of its argument); the type is an empty enum that implements [`NodeType`].
///
/// Options follow after commas: `event` for a message that the node sends and does not take, `repeatable` for one that
/// changes nothing although its number lacks NGM_READONLY, and `args = FORM` or `reply = FORM` where the text form is
/// not that of the argument or reply.
///
/// ```
/// use netgraph::node_type;
/// node_type! {
///     /// Counts sheep; a node type of our own.
///     pub Sheep: "sheep", cookie = 4711;
///     /// Reads the count.
///     Count "count" = 1 => u32;
///     /// Sets the count.
///     SetCount(u32) "setcount" = 2;
///     /// Tells whoever made the node that all sheep are counted.
///     Asleep = 3, event;
/// }
/// assert_eq!("0x10".parse::<SetCount>()?, SetCount(16));
/// assert_eq!(SetCount(16).to_string(), "16");
/// # Ok::<(), netgraph::ascii::TextError>(())
/// ```
#[macro_export]
macro_rules! node_type {
    (
        $(#[$doc:meta])*
        pub $Type:ident : $name:literal, cookie = $cookie:expr;
        $(
            $(#[$message_doc:meta])*
            $Message:ident $(($Args:ty))? $($text:literal)? = $cmd:expr $(=> $Reply:ty)?
                $(, $option:ident $(= $form:expr)?)*;
        )*
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $Type {}

        impl $crate::NodeType for $Type {
            const NAME: &'static str = $name;
            const COOKIE: u32 = $cookie;
            const COMMANDS: &'static [$crate::ascii::CommandText] =
                &[$($crate::message::text_of::<$Message>()),*];
        }

        $(
            $crate::message!(
                $(#[$message_doc])* $Message $(($Args))? [$cookie, $cmd, $($text)?] $(=> $Reply)?
                    $(, $option $(= $form)?)*
            );
            $crate::message!(@accept $Type, $Message $(, $option)*);
        )*
    };
}

/// Declares one message; the working part of [`node_type!`](crate::node_type).
#[doc(hidden)]
#[macro_export]
macro_rules! message {
    ($(#[$doc:meta])* $Message:ident [$($command:tt)*] $(=> $Reply:ty)? $(, $option:ident $(= $form:expr)?)*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub struct $Message;
        $crate::message!(@impl $Message, (), [$($command)*], {$($option $(= $form)?),*},
            |_this| &(), |_args| $Message $(, $Reply)?);
    };
    ($(#[$doc:meta])* $Message:ident ($Args:ty) [$($command:tt)*] $(=> $Reply:ty)?
        $(, $option:ident $(= $form:expr)?)*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $Message(pub $Args);
        $crate::message!(@impl $Message, $Args, [$($command)*], {$($option $(= $form)?),*},
            |this| &this.0, |args| $Message(args) $(, $Reply)?);
    };
    (@impl $Message:ident, $Args:ty, [$cookie:expr, $cmd:expr, $($text:literal)?],
        {$($option:ident $(= $form:expr)?),*}, |$this:ident| $get:expr, |$args:ident| $make:expr $(, $Reply:ty)?) => {
        impl $crate::message::Message for $Message {
            const COMMAND: $crate::message::Command = $crate::message::Command {
                cookie: $cookie,
                cmd: $cmd,
                name: $crate::message!(@or "" $(, $text)?),
            };
            type Args = $Args;
            type Reply = $crate::message!(@type () $(, $Reply)?);
            $($crate::message!(@form $option $(, $form)?);)*
            fn args(&self) -> &Self::Args {
                let $this = self;
                $get
            }
            fn from_args($args: Self::Args) -> Self {
                $make
            }
        }

        impl ::std::fmt::Display for $Message {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::message::write_args(self, f)
            }
        }

        impl ::std::str::FromStr for $Message {
            type Err = $crate::ascii::TextError;
            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                $crate::message::read_args(text)
            }
        }
    };
    (@form args, $form:expr) => {
        const ARGS_TEXT: Option<&'static $crate::ascii::Type> = Some(&$form);
    };
    (@form reply, $form:expr) => {
        const REPLY_TEXT: Option<&'static $crate::ascii::Type> = Some(&$form);
    };
    (@form event) => {};
    (@form repeatable) => {
        const REPEATABLE: bool = true;
    };
    (@accept $Type:ident, $Message:ident) => {
        impl $crate::Accepts<$Message> for $Type {}
    };
    (@accept $Type:ident, $Message:ident, event $(, $rest:ident)*) => {};
    (@accept $Type:ident, $Message:ident, $option:ident $(, $rest:ident)*) => {
        $crate::message!(@accept $Type, $Message $(, $rest)*);
    };
    (@or $none:literal) => { $none };
    (@or $none:literal, $some:literal) => { $some };
    (@type $none:ty) => { $none };
    (@type $none:ty, $some:ty) => { $some };
}

/// Declares what a message carries as a named wrapper of a C struct, with its text form.
///
/// The wrapper derefs to the struct, and has `Display` and `FromStr`. A struct of which the kernel knows no text form is
/// declared without one, and has neither.
///
/// ```
/// use netgraph::{ascii, payload};
/// payload! {
///     /// How large the flock is.
///     pub Flock(netgraph::sys::ng_bridge_config) = netgraph::nodes::bridge::CONFIG;
/// }
/// assert_eq!("{ loopTimeout=9 }".parse::<Flock>()?.loopTimeout, 9);
/// # Ok::<(), ascii::TextError>(())
/// ```
#[macro_export]
macro_rules! payload {
    ($( $(#[$doc:meta])* pub $Name:ident($Struct:ty) $(= $text:expr)?; )*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct $Name(pub $Struct);

        impl ::std::ops::Deref for $Name {
            type Target = $Struct;
            fn deref(&self) -> &$Struct {
                &self.0
            }
        }

        impl ::std::ops::DerefMut for $Name {
            fn deref_mut(&mut self) -> &mut $Struct {
                &mut self.0
            }
        }

        impl $crate::message::Payload for $Name {
            const TEXT: Option<&'static $crate::ascii::Type> = $crate::payload!(@text $(&$text)?);
            fn encode(&self, args: &mut Vec<u8>) {
                $crate::message::append_struct(&self.0, args);
            }
            fn decode(args: &[u8]) -> ::std::result::Result<Self, $crate::error::DecodeError> {
                $crate::message::read_struct(args, stringify!($Name)).map(Self)
            }
            fn with_bytes<R>(&self, then: impl FnOnce(&[u8]) -> R) -> R {
                $crate::message::with_struct_bytes(&self.0, then)
            }
        }

        $crate::payload!(@display $Name $(, $text)?);
    )*};
    (@text) => { None };
    (@text $text:expr) => { Some($text) };
    (@display $Name:ident) => { $crate::payload_reply!($Name); };
    (@display $Name:ident, $text:expr) => { $crate::payload_text!($Name); };
}

/// Makes a payload a reply.
#[doc(hidden)]
#[macro_export]
macro_rules! payload_reply {
    ($Name:ident) => {
        impl $crate::message::Reply for $Name {
            const EXPECTED: bool = true;
            const TEXT: Option<&'static $crate::ascii::Type> = <Self as $crate::message::Payload>::TEXT;
            fn read(frame: &mut Vec<u8>) -> ::std::result::Result<Self, $crate::error::DecodeError> {
                <Self as $crate::message::Payload>::take(frame)
            }
        }
    };
}

/// Makes a payload a reply, and gives it `Display` and `FromStr`.
#[doc(hidden)]
#[macro_export]
macro_rules! payload_text {
    ($Name:ident) => {
        $crate::payload_reply!($Name);

        impl ::std::fmt::Display for $Name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::message::write_payload(self, f)
            }
        }

        impl ::std::str::FromStr for $Name {
            type Err = $crate::ascii::TextError;
            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                $crate::message::read_payload(text)
            }
        }
    };
}
