//! Control messages: their frames, and the traits that tie a request to its reply.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::mem::offset_of;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::ascii::{self, CommandText, Halt, TextError, Type};
use crate::error::{DecodeError, Errno};
use crate::sys;

/// The length of the message header, in bytes.
pub const HEADER_LEN: usize = size_of::<sys::ng_msghdr>();

/// Which message of which node type: typecookie, number, and name in text.
///
/// Two are equal where cookie and number are: a message that comes in tells no more.
///
/// ```
/// use netgraph::message::{Command, Message};
/// use netgraph::nodes::bridge::GetConfig;
/// let Command { cookie, cmd, .. } = GetConfig::COMMAND;
/// assert_eq!(Command::unnamed(cookie, cmd), GetConfig::COMMAND);
/// ```
#[derive(Clone, Copy)]
pub struct Command {
    /// The typecookie.
    pub cookie: u32,
    /// The number, with NGM_READONLY and NGM_HASREPLY where the header says so.
    pub cmd: u32,
    /// The name in text; empty where the kernel has none.
    pub name: &'static str,
}

impl Command {
    /// Makes a command that has no name.
    #[must_use]
    pub const fn unnamed(cookie: u32, cmd: u32) -> Self {
        Self { cookie, cmd, name: "" }
    }

    /// Tells whether the header promises that the message changes nothing.
    #[must_use]
    pub const fn is_read_only(&self) -> bool {
        self.cmd & sys::NGM_READONLY != 0
    }
}

impl PartialEq for Command {
    fn eq(&self, other: &Self) -> bool {
        (self.cookie, self.cmd) == (other.cookie, other.cmd)
    }
}

impl Eq for Command {}

impl Hash for Command {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.cookie, self.cmd).hash(state);
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name {
            "" => write!(f, "message {}/{:#x}", self.cookie, self.cmd),
            name => f.write_str(name),
        }
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A message as it travels: a header, and arguments behind it. A view; nothing is copied.
///
/// ```
/// use netgraph::message::{Command, Frame, write_frame};
/// let mut bytes = Vec::new();
/// write_frame(&mut bytes, Command::unnamed(999, 77), 5, 0, &[1, 2]);
/// let frame = Frame::parse(&bytes)?;
/// assert_eq!((frame.header.token, frame.args), (5, &[1, 2][..]));
/// # Ok::<(), netgraph::error::DecodeError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// The header.
    pub header: sys::ng_msghdr,
    /// What follows the header; `header.arglen` may claim another length, and is not believed.
    pub args: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Reads a frame.
    ///
    /// # Errors
    /// [`DecodeError::Short`] for less than a header, [`DecodeError::Version`] for one of another version.
    #[inline]
    pub fn parse(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let short = DecodeError::Short { what: "a message header", need: HEADER_LEN, got: bytes.len() };
        let (header, args) = sys::ng_msghdr::read_from_prefix(bytes).map_err(|_| short)?;
        if header.version != sys::NG_VERSION {
            return Err(DecodeError::Version(header.version));
        }
        Ok(Self { header, args })
    }

    /// Tells whether the message is a reply.
    #[must_use]
    #[inline]
    pub fn is_reply(&self) -> bool {
        self.header.flags & sys::NGF_RESP != 0
    }

    /// Reads what an `M` carries. `None` where the message is another, or the reply to an `M`, or too short to be one.
    #[must_use]
    pub fn args_of<M: Message>(&self) -> Option<M::Args> {
        // What nobody replies to may itself come as a reply, long after it was asked for: those of a ksocket do.
        let answered = <M::Reply as Reply>::EXPECTED || M::REPLY_TEXT.is_some();
        if self.command() != M::COMMAND || (answered && self.is_reply()) {
            return None;
        }
        M::Args::decode(self.args).ok()
    }

    /// Returns the command, without a name.
    #[must_use]
    pub fn command(&self) -> Command {
        Command::unnamed(self.header.typecookie, self.header.cmd)
    }
}

/// Writes a frame into `frame`, replacing what it held, with the right arglen.
pub fn write_frame(frame: &mut Vec<u8>, command: Command, token: u32, flags: u32, args: &[u8]) {
    begin_frame(frame, command, token, flags);
    frame.extend_from_slice(args);
    finish_frame(frame);
}

/// Writes the header of a frame; its arguments are appended next, then [`finish_frame`] is called.
pub(crate) fn begin_frame(frame: &mut Vec<u8>, command: Command, token: u32, flags: u32) {
    let mut header = sys::ng_msghdr {
        version: sys::NG_VERSION,
        spare: 0,
        spare2: 0,
        arglen: 0,
        cmd: command.cmd,
        flags,
        token,
        typecookie: command.cookie,
        cmdstr: [0; sys::NG_CMDSTRSIZ],
    };
    let name = command.name.as_bytes();
    let len = name.len().min(sys::NG_CMDSTRSIZ - 1);
    header.cmdstr[..len].copy_from_slice(&name[..len]);
    frame.clear();
    frame.extend_from_slice(header.as_bytes());
}

/// Puts the length of the arguments into the header of a frame that is complete.
pub(crate) fn finish_frame(frame: &mut [u8]) {
    let arglen = frame.len().saturating_sub(HEADER_LEN) as u32;
    set_field(frame, offset_of!(sys::ng_msghdr, arglen), arglen);
}

/// Puts a token into the header of a frame.
pub(crate) fn set_token(frame: &mut [u8], token: u32) {
    set_field(frame, offset_of!(sys::ng_msghdr, token), token);
}

/// Writes a number into a header, wherever its bytes lie in memory.
fn set_field(frame: &mut [u8], offset: usize, value: u32) {
    if let Some(field) = frame.get_mut(offset..offset + size_of_val(&value)) {
        field.copy_from_slice(&value.to_ne_bytes());
    }
}

/// Takes what was received out of its buffer. A buffer that is far longer, as one of a socket's whole room is, stays to be
/// received into again, and a copy is taken.
pub(crate) fn take_frame(buffer: &mut Vec<u8>) -> Vec<u8> {
    if buffer.len() < buffer.capacity() / 2 { buffer.clone() } else { std::mem::take(buffer) }
}

/// What a message, or a reply, carries.
pub trait Payload: Sized {
    /// The text form of the bytes; `None` where there is none.
    const TEXT: Option<&'static Type>;

    /// Appends the bytes to `args`.
    fn encode(&self, args: &mut Vec<u8>);

    /// Reads arguments; bytes beyond a payload of fixed length are ignored.
    ///
    /// # Errors
    /// [`DecodeError::Short`] where bytes are missing.
    fn decode(args: &[u8]) -> Result<Self, DecodeError>;

    /// Reads the arguments of a frame. A payload of variable length may take the frame itself and read it where it
    /// lies, so that nothing is copied.
    ///
    /// # Errors
    /// As [`decode`](Self::decode).
    fn take(frame: &mut Vec<u8>) -> Result<Self, DecodeError> {
        Self::decode(frame.get(HEADER_LEN..).unwrap_or_default())
    }

    /// Hands the bytes to `then`: those of the payload itself, if that is how it holds them.
    fn with_bytes<R>(&self, then: impl FnOnce(&[u8]) -> R) -> R {
        let mut args = Vec::new();
        self.encode(&mut args);
        then(&args)
    }
}

impl Payload for () {
    const TEXT: Option<&'static Type> = None;
    fn encode(&self, _: &mut Vec<u8>) {}
    fn decode(_: &[u8]) -> Result<Self, DecodeError> {
        Ok(())
    }
}

/// What comes back: `()` for nothing, or a [`Payload`].
pub trait Reply: Sized {
    /// Whether a reply comes at all.
    const EXPECTED: bool;
    /// The text form of the reply's arguments; `None` where there is none.
    const TEXT: Option<&'static Type>;
    /// Reads a reply's frame.
    ///
    /// # Errors
    /// [`DecodeError::Short`] where bytes are missing.
    fn read(frame: &mut Vec<u8>) -> Result<Self, DecodeError>;
}

impl Reply for () {
    const EXPECTED: bool = false;
    const TEXT: Option<&'static Type> = None;
    fn read(_: &mut Vec<u8>) -> Result<Self, DecodeError> {
        Ok(())
    }
}

/// A control message.
///
/// Declared with [`node_type!`](crate::node_type), by hand where that does not fit.
pub trait Message: Sized {
    /// Cookie, number and name.
    const COMMAND: Command;
    /// What is sent.
    type Args: Payload;
    /// What comes back; `()` where nothing does.
    type Reply: Reply;
    /// The text form of what is sent, where the kernel's list of commands has another than [`Args`](Self::Args).
    const ARGS_TEXT: Option<&'static Type> = <Self::Args as Payload>::TEXT;
    /// The text form of what comes back, as the kernel's list of commands has it.
    const REPLY_TEXT: Option<&'static Type> = <Self::Reply as Reply>::TEXT;
    /// Whether sending it twice comes to the same as sending it once. Such a message is sent again, with more room,
    /// where its reply found none. That is so where the header marks it NGM_READONLY, and where its type says so
    /// (`repeatable` in [`node_type!`](crate::node_type)): many a kernel header does not mark what only reads.
    const REPEATABLE: bool = Self::COMMAND.is_read_only();

    /// Returns what is sent.
    fn args(&self) -> &Self::Args;

    /// Makes the message from what is sent.
    fn from_args(args: Self::Args) -> Self;
}

/// Returns the entry of a message in its type's list of commands.
#[doc(hidden)]
#[must_use]
pub const fn text_of<M: Message>() -> CommandText {
    CommandText {
        cookie: M::COMMAND.cookie,
        cmd: M::COMMAND.cmd,
        name: M::COMMAND.name,
        args: M::ARGS_TEXT,
        reply: M::REPLY_TEXT,
        repeatable: M::REPEATABLE,
    }
}

/// Writes the text form of a payload: nothing where it has none. It breaks off where a count claims elements far beyond
/// the end, as bytes from elsewhere may.
fn write_text<P: Payload>(
    payload: &P,
    form: Option<&'static Type>,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let Some(ty) = form else { return Ok(()) };
    payload.with_bytes(|args| match ascii::write(ty, args, args.len() as u32, f) {
        Ok(()) | Err(Halt::Text(_)) => Ok(()),
        Err(Halt::Write(error)) => Err(error),
    })
}

fn read_text<P: Payload>(text: &str, form: Option<&'static Type>) -> Result<P, TextError> {
    let decoded = match form {
        Some(ty) => ascii::parse_to(ty, text.as_bytes(), text.len() as u32 + 1, P::decode)?,
        None => P::decode(&[]),
    };
    decoded.map_err(|_| TextError::new(Errno::EINVAL, text.len(), "more arguments"))
}

/// Returns the reply to an `M` as text, as NGM_BINARY2ASCII gives it: where the kernel's form of the reply is not that of
/// its type, [`Display`](fmt::Display) gives another.
///
/// ```
/// use netgraph::message::{parse_reply, reply_text};
/// use netgraph::nodes::vlan::GetDecap;
/// assert_eq!(reply_text::<GetDecap>(&1).to_string(), "0x1");
/// assert_eq!(parse_reply::<GetDecap>("0x1")?, 1);
/// # Ok::<(), netgraph::ascii::TextError>(())
/// ```
pub fn reply_text<M: Message>(reply: &M::Reply) -> impl fmt::Display
where
    M::Reply: Payload,
{
    struct ReplyText<'r, P>(&'r P, Option<&'static Type>);
    impl<P: Payload> fmt::Display for ReplyText<'_, P> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write_text(self.0, self.1, f)
        }
    }
    ReplyText(reply, M::REPLY_TEXT)
}

/// Reads the reply to an `M` from text, as NGM_ASCII2BINARY does.
///
/// # Errors
/// As [`ascii::parse`]; EINVAL where the form makes fewer bytes than the reply has.
pub fn parse_reply<M: Message>(text: &str) -> Result<M::Reply, TextError>
where
    M::Reply: Payload,
{
    read_text(text, M::REPLY_TEXT)
}

/// Writes the text form of a payload.
#[doc(hidden)]
pub fn write_payload<P: Payload>(payload: &P, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write_text(payload, P::TEXT, f)
}

/// Reads a payload from its text form.
#[doc(hidden)]
pub fn read_payload<P: Payload>(text: &str) -> Result<P, TextError> {
    read_text(text, P::TEXT)
}

/// Writes the text form of a message's arguments.
#[doc(hidden)]
pub fn write_args<M: Message>(message: &M, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write_text(message.args(), M::ARGS_TEXT, f)
}

/// Reads a message from the text form of its arguments.
#[doc(hidden)]
pub fn read_args<M: Message>(text: &str) -> Result<M, TextError> {
    read_text(text, M::ARGS_TEXT).map(M::from_args)
}

/// Reads a struct from arguments.
#[doc(hidden)]
pub fn read_struct<T>(args: &[u8], what: &'static str) -> Result<T, DecodeError>
where
    T: FromBytes + KnownLayout + Immutable,
{
    let short = DecodeError::Short { what, need: size_of::<T>(), got: args.len() };
    T::read_from_prefix(args).map(|(value, _)| value).map_err(|_| short)
}

/// Hands the bytes of a struct to `then`.
#[doc(hidden)]
pub fn with_struct_bytes<T: IntoBytes + Immutable, R>(value: &T, then: impl FnOnce(&[u8]) -> R) -> R {
    then(value.as_bytes())
}

/// Appends a struct to the arguments of a frame.
#[doc(hidden)]
pub fn append_struct<T: IntoBytes + Immutable>(value: &T, args: &mut Vec<u8>) {
    args.extend_from_slice(value.as_bytes());
}

macro_rules! integer {
    ($($int:ty = $text:expr;)*) => {$(
        impl Payload for $int {
            const TEXT: Option<&'static Type> = Some(&$text);
            fn encode(&self, args: &mut Vec<u8>) {
                args.extend_from_slice(&self.to_ne_bytes());
            }
            fn decode(args: &[u8]) -> Result<Self, DecodeError> {
                read_struct(args, stringify!($int))
            }
            fn with_bytes<R>(&self, then: impl FnOnce(&[u8]) -> R) -> R {
                then(&self.to_ne_bytes())
            }
        }

        impl Reply for $int {
            const EXPECTED: bool = true;
            const TEXT: Option<&'static Type> = <Self as Payload>::TEXT;
            fn read(frame: &mut Vec<u8>) -> Result<Self, DecodeError> {
                Self::take(frame)
            }
        }
    )*};
}

integer! {
    u8 = ascii::UINT8;
    u16 = ascii::UINT16;
    u32 = ascii::UINT32;
    i32 = ascii::INT32;
    u64 = ascii::UINT64;
}
