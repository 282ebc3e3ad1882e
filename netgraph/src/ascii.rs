//! The text form of message arguments: the grammar of ng_parse(3), as data and two functions.
//!
//! A [`Type`] says how bytes read as text. [`parse`] and [`unparse`] give, byte for byte and errno for errno, what
//! NGM_ASCII2BINARY and NGM_BINARY2ASCII give, oddities included, without a round trip to the kernel.
//!
//! ```
//! use netgraph::ascii;
//! use netgraph::nodes::bridge;
//! let bytes = ascii::parse(&bridge::CONFIG, "{ debugLevel=2 loopTimeout=30 }")?;
//! assert_eq!(bytes.len(), 16);
//! assert_eq!(ascii::unparse(&bridge::CONFIG, &bytes)?, "{ debugLevel=2 loopTimeout=30 }");
//! # Ok::<(), netgraph::ascii::TextError>(())
//! ```
//!
//! # A dry run of ngctl(8)
//! Nothing here needs a kernel, or a [`Socket`](crate::Socket). What `ngctl msg bridge0: setconfig ...` would send, and
//! what it would complain of, can be told from the [catalogue](crate::nodes::CATALOGUE) of node types, which knows
//! [each command](CommandText) by name:
//!
//! ```
//! use netgraph::nodes;
//!
//! /// Checks a line for a node of type `kind`, and returns it as the kernel would write it back.
//! fn dry_run(kind: &str, line: &str) -> Result<String, String> {
//!     let kind = nodes::find(kind).ok_or("no such type")?;
//!     let (name, text) = line.split_once(' ').unwrap_or((line, ""));
//!     let command = kind.command(name).ok_or(format!("{} nodes do not know {name}", kind.name))?;
//!     let bytes = command.parse_args(text).map_err(|error| error.in_text(text).to_string())?;
//!     let text = command.args_text(&bytes).map_err(|error| error.to_string())?;
//!     Ok(format!("{name} {text}: {} bytes", bytes.len()))
//! }
//!
//! assert_eq!(
//!     dry_run("bridge", "setconfig { loopTimeout=0x1e debugLevel=2 }")?,
//!     "setconfig { debugLevel=2 loopTimeout=30 }: 16 bytes",
//! );
//! assert_eq!(dry_run("tee", "getstats")?, "getstats : 0 bytes");
//! assert_eq!(dry_run("vlan", "setconfig { }"), Err("vlan nodes do not know setconfig".into()));
//! assert_eq!(
//!     dry_run("nat", "setaliasaddr 10.0.0").unwrap_err(),
//!     "EINVAL (invalid argument) at byte 6: expected '.' of an IPv4 address
//! 10.0.0
//!       ^",
//! );
//! # Ok::<(), String>(())
//! ```
//!
//! A whole script is tried out, on a simulated kernel, with [`script`](crate::script).

mod command;
mod compose;
mod error;
mod inline;
mod number;
mod parse;
mod sockaddr;
#[cfg(test)]
mod tests;
mod token;
mod unparse;

use std::fmt;

pub(crate) use command::find;
pub use error::{InText, TextError};
pub(crate) use parse::parse_to;
pub use parse::{parse, parse_into, parse_with};
pub use sockaddr::{GENERIC_SOCKADDR, SOCKADDR};
pub(crate) use unparse::{Halt, write};
pub use unparse::{unparse, unparse_into, unparse_with};

/// How many bytes of arguments NGM_ASCII2BINARY makes at most: 20 KiB, in the kernel's source.
pub const BINARY_MAX: usize = 20 * 1024;

/// How an integer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Radix {
    /// In decimal, with a sign.
    Signed,
    /// In decimal, without a sign.
    Unsigned,
    /// In hexadecimal, with `0x`.
    Hex,
}

/// How an integer of this many bytes lies in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// One byte.
    W8 = 1,
    /// Two bytes.
    W16 = 2,
    /// Four bytes.
    W32 = 4,
    /// Eight bytes.
    W64 = 8,
}

/// What is known when the length of a variable array is needed: the bytes before it, and the message's arglen.
#[derive(Debug, Clone, Copy)]
pub struct Before<'a> {
    /// The arguments up to the array, as far as they are there.
    pub data: &'a [u8],
    /// How many bytes are missing behind `data`, up to the array; they read as zeros.
    missing: usize,
    /// `header.arglen` of the message.
    pub arglen: u32,
}

impl Before<'_> {
    fn back<const N: usize>(&self, back: usize) -> Option<[u8; N]> {
        let start = (self.data.len() + self.missing).checked_sub(back)?.checked_sub(N)?;
        Some(std::array::from_fn(|i| self.data.get(start + i).copied().unwrap_or(0)))
    }

    /// Reads the byte that ends `back` bytes before the array (0: immediately before it).
    #[must_use]
    pub fn u8_back(&self, back: usize) -> Option<u8> {
        self.back(back).map(u8::from_ne_bytes)
    }

    /// Reads the u16 that ends `back` bytes before the array.
    #[must_use]
    pub fn u16_back(&self, back: usize) -> Option<u16> {
        self.back(back).map(u16::from_ne_bytes)
    }

    /// Reads the u32 that ends `back` bytes before the array.
    #[must_use]
    pub fn u32_back(&self, back: usize) -> Option<u32> {
        self.back(back).map(u32::from_ne_bytes)
    }

    /// Reads the u32 at `offset` from the start of the arguments.
    #[must_use]
    pub fn u32_at(&self, offset: usize) -> Option<u32> {
        let bytes = self.data.get(offset..offset.checked_add(4)?)?;
        Some(u32::from_ne_bytes(bytes.try_into().ok()?))
    }
}

/// Tells how many elements a variable array has. `None`, and what is above `i32::MAX`, are what the kernel takes for a
/// negative number: no text can be parsed into such an array, and as text it has no elements.
pub type Length = fn(Before<'_>) -> Option<usize>;

/// A field of a [`Type::Struct`].
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The name as the kernel writes it.
    pub name: &'static str,
    /// How its bytes read.
    pub ty: &'static Type,
    /// The alignment in bytes where the kernel's table overrides the type's own; 0 otherwise.
    pub align: usize,
}

impl Field {
    /// Makes a field with its type's own alignment.
    #[must_use]
    pub const fn new(name: &'static str, ty: &'static Type) -> Self {
        Self { name, ty, align: 0 }
    }
}

/// How the bytes of message arguments read as text: what the kernel calls an `ng_parse_type`.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Type {
    /// An integer.
    Int(Width, Radix),
    /// A string that ends with NUL.
    Str,
    /// A string in a buffer of this many bytes, with its NUL.
    FixedStr(usize),
    /// A string after its length as a u16.
    SizedStr,
    /// An IPv4 address, `10.0.0.1`.
    Ip,
    /// An Ethernet address, `02:00:00:00:00:01`.
    Ether,
    /// Named fields, `{ name=value ... }`; those with their default value are left out.
    Struct(&'static [Field]),
    /// This many elements, `[ value ... ]`.
    FixedArray(&'static Type, usize),
    /// As many elements as the function says.
    Array(&'static Type, Length),
    /// As many bytes as the function says: an array of hexadecimal bytes, or a string.
    Bytes(Length),
    /// A form of its own, without a default.
    Custom(&'static dyn Form),
}

/// A form that the other [types](Type) cannot describe.
pub trait Form: fmt::Debug + Sync {
    /// Reads a value from the start of `text`: its bytes, and how much of the text it takes. `None` where the text is
    /// in the form [`otherwise`](Self::otherwise).
    ///
    /// # Errors
    /// The kernel's errno, and the place in `text`.
    fn parse(&self, text: &[u8]) -> Option<Result<(Vec<u8>, usize), TextError>>;

    /// Writes the value at the start of `bytes` (what is missing there is zero), and returns how many bytes it takes.
    /// `None` where the value has the form [`otherwise`](Self::otherwise).
    ///
    /// # Errors
    /// Those of `out`.
    fn unparse(&self, bytes: &[u8], out: &mut dyn fmt::Write) -> Result<Option<usize>, fmt::Error>;

    /// Returns the form of all other values.
    fn otherwise(&self) -> &'static Type;
}

/// Makes the form of a struct from the names and types of its fields.
macro_rules! fields {
    ($($name:literal: $ty:expr),* $(,)?) => {
        $crate::ascii::Type::Struct(&[$($crate::ascii::Field::new($name, &$ty)),*])
    };
}
pub(crate) use fields;

/// Signed 8-bit integer.
pub const INT8: Type = Type::Int(Width::W8, Radix::Signed);
/// Unsigned 8-bit integer.
pub const UINT8: Type = Type::Int(Width::W8, Radix::Unsigned);
/// 8-bit integer in hexadecimal.
pub const HINT8: Type = Type::Int(Width::W8, Radix::Hex);
/// Signed 16-bit integer.
pub const INT16: Type = Type::Int(Width::W16, Radix::Signed);
/// Unsigned 16-bit integer.
pub const UINT16: Type = Type::Int(Width::W16, Radix::Unsigned);
/// 16-bit integer in hexadecimal.
pub const HINT16: Type = Type::Int(Width::W16, Radix::Hex);
/// Signed 32-bit integer.
pub const INT32: Type = Type::Int(Width::W32, Radix::Signed);
/// Unsigned 32-bit integer.
pub const UINT32: Type = Type::Int(Width::W32, Radix::Unsigned);
/// 32-bit integer in hexadecimal.
pub const HINT32: Type = Type::Int(Width::W32, Radix::Hex);
/// Signed 64-bit integer.
pub const INT64: Type = Type::Int(Width::W64, Radix::Signed);
/// Unsigned 64-bit integer.
pub const UINT64: Type = Type::Int(Width::W64, Radix::Unsigned);
/// 64-bit integer in hexadecimal.
pub const HINT64: Type = Type::Int(Width::W64, Radix::Hex);
/// The 32-byte field of a node, hook or type name.
pub const NAME: Type = Type::FixedStr(crate::sys::NG_NODESIZ);
/// The 512-byte field of a path.
pub const PATH: Type = Type::FixedStr(crate::sys::NG_PATHSIZ);

impl Type {
    /// Returns the alignment that the kernel gives the type, in bytes; 0 for none.
    pub(crate) fn align(&self) -> usize {
        match self {
            Self::Int(width, _) => *width as usize,
            Self::Ip => 4,
            Self::Str
            | Self::FixedStr(_)
            | Self::SizedStr
            | Self::Ether
            | Self::Bytes(_)
            | Self::Custom(_) => 0,
            Self::Struct(fields) => fields.iter().map(|field| field.ty.align()).max().unwrap_or(0),
            Self::FixedArray(element, _) | Self::Array(element, _) => element.align(),
        }
    }
}

/// One command of a node type's list: how its arguments and its reply read as text.
#[derive(Debug, Clone, Copy)]
pub struct CommandText {
    /// The typecookie.
    pub cookie: u32,
    /// The command number.
    pub cmd: u32,
    /// The name in text.
    pub name: &'static str,
    /// The form of the arguments; `None` where there are none.
    pub args: Option<&'static Type>,
    /// The form of the reply's arguments; `None` where there are none.
    pub reply: Option<&'static Type>,
    /// Whether sending it twice comes to the same as sending it once; see
    /// [`Message::REPEATABLE`](crate::message::Message::REPEATABLE).
    pub repeatable: bool,
}
