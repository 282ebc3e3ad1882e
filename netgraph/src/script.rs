//! The command language of ngctl(8): lines and scripts, to be run on a [`Socket`](crate::Socket), and what they answer.
//!
//! A [`Command`] is read from a line or from words, with the original's other names and abbreviations, and [runs](Command::run)
//! on a socket. The [`Answer`] is written as the original writes it, or serialized. A [`Script`] reads line after line, so
//! that on a [simulated kernel](crate::sim) a script is tried out without touching anything:
//!
//! ```
//! use netgraph::{Socket, script::Script, sim::SimKernel};
//!
//! let script = "\
//! ## A bridge.
//! mkpeer bridge b link0
//! name .:b lan
//! msg lan: getconfig
//! ";
//! let socket = Socket::open(&SimKernel::new(), None)?;
//! let answers: Result<Vec<_>, _> = Script::new(script.as_bytes()).run(&socket).collect();
//! assert_eq!(
//!     answers?.iter().map(ToString::to_string).collect::<String>(),
//!     "Rec'd response \"getconfig\" (2) from \"[2]:\":\n\
//!      Args:\t{ debugLevel=1 loopTimeout=60 maxStaleness=900 minStableAge=1 }\n"
//! );
//!
//! let typo = Script::new("name lan: net\nnome net: lan\n".as_bytes()).run(&socket).last();
//! assert_eq!(
//!     typo.ok_or("nothing")?.unwrap_err().to_string(),
//!     "line 2: \"nome\": unknown command; `help` lists the commands"
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Nothing is printed here, and no file is opened: what concerns the program that reads the commands (`read`, `write -f`, `dot`
//! into a file, `debug`, `quit`) is the program's to do, as `examples/ngctl` does it.

mod answer;
mod error;
mod help;
mod parse;
mod reader;
mod run;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use crate::name::{HookName, NodeName, TypeName};
use crate::path::Path;

pub use answer::{Answer, Content, NodeText, Received, dump};
pub use error::{Failure, ParseError, ScriptError};
pub use help::{Synopsis, overview, synopses};
pub use reader::{Run, Script, Step};

/// The longest packet that `write` sends, in bytes: the original's `BUF_SIZE`.
pub const PACKET_MAX: usize = 8192;

/// The most words that a line has; what follows is passed over, as it is by the original.
pub const WORDS_MAX: usize = 511;

/// A command of ngctl(8).
///
/// Names and paths are taken as they are: the kernel judges them, as it does for the original. A name of more than 31 bytes is
/// cut.
///
/// ```
/// use netgraph::script::Command;
/// let command: Command = "ls -n".parse()?;
/// assert_eq!(command, Command::List { long: false, named: true });
/// assert_eq!(command.to_string(), "list -n");
/// assert_eq!("s".parse::<Command>().unwrap_err().remedy(), "write more of it: read, show, shutdown, status");
/// # Ok::<(), netgraph::script::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Command {
    /// `config`: reads a node's configuration as text, or sets it.
    Config {
        /// The node.
        path: Path,
        /// What to set; empty to read.
        text: String,
    },
    /// `connect`: connects two nodes.
    Connect {
        /// One node.
        path: Path,
        /// The other, as seen from the first.
        peer: Path,
        /// The first node's hook.
        hook: HookName,
        /// The other's.
        peer_hook: HookName,
    },
    /// `debug`: how much the program tells of what happens.
    Debug(Level),
    /// `dot`: draws the graph in Graphviz's language.
    Dot {
        /// Hooks are labels of the connections, not boxes.
        compact: bool,
        /// Where the drawing goes, if it is not an answer.
        file: Option<String>,
    },
    /// `help`: lists the commands, or explains one.
    Help(Option<String>),
    /// `list`: lists the nodes.
    List {
        /// Each with its hooks.
        long: bool,
        /// Only those that have a name.
        named: bool,
    },
    /// `mkpeer`: makes a node that is connected to another.
    MakePeer {
        /// The node that is there.
        path: Path,
        /// The type of the new one.
        type_name: TypeName,
        /// The hook of the node that is there.
        hook: HookName,
        /// The hook of the new one.
        peer_hook: HookName,
    },
    /// `msg`: sends a message, and waits for the reply if one is promised.
    Message {
        /// The node.
        path: Path,
        /// The message's name.
        name: String,
        /// Its arguments.
        args: String,
    },
    /// `name`: names a node.
    Name {
        /// The node.
        path: Path,
        /// Its new name.
        name: NodeName,
    },
    /// `quit`: ends the program.
    Quit,
    /// `read`: does the commands of a file.
    Read {
        /// The file.
        file: String,
    },
    /// `rmhook`: breaks a connection.
    RemoveHook {
        /// The node.
        path: Path,
        /// Its hook.
        hook: HookName,
    },
    /// `show`: shows a node and its hooks.
    Show {
        /// The node.
        path: Path,
        /// The hooks too.
        hooks: bool,
    },
    /// `shutdown`: shuts a node down.
    Shutdown {
        /// The node.
        path: Path,
    },
    /// `status`: reads what a node says of itself.
    Status {
        /// The node.
        path: Path,
    },
    /// `types`: lists the node types that are there.
    Types,
    /// `write`: sends a packet out of one of the socket's own hooks.
    Write {
        /// The hook.
        hook: HookName,
        /// The packet.
        packet: Packet,
    },
}

/// What `debug` does with the level, a number from 0 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Level {
    /// Tells it.
    Show,
    /// Sets it.
    Set(i32),
    /// Adds one.
    More,
    /// Takes one away, unless it is 0.
    Less,
}

/// What `write` sends.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Packet {
    /// These bytes, at most [`PACKET_MAX`].
    Bytes(Vec<u8>),
    /// What a file begins with.
    File(String),
}

impl Command {
    /// Reads a command from words: the first is its name, another name of it, or the beginning of one, in any case.
    ///
    /// # Errors
    /// What is wrong with the words.
    pub fn from_words<W: AsRef<str>>(words: &[W]) -> Result<Self, ParseError> {
        let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
        let [first, rest @ ..] = words.as_slice() else { return Err(ParseError::Empty) };
        let (synopsis, parse) = help::find(first)?;
        parse(synopsis, rest)
    }
}

impl FromStr for Command {
    type Err = ParseError;

    /// Reads a command from a line, whose words have white space between them.
    fn from_str(line: &str) -> Result<Self, ParseError> {
        let blank = [' ', '\t', '\r', '\n', '\x0b', '\x0c'];
        let words = line.split(blank).filter(|word| !word.is_empty());
        Self::from_words(&words.take(WORDS_MAX).collect::<Vec<_>>())
    }
}

/// The command as a line with every word of it.
impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config { path, text } => line(f, "config", &[path, text]),
            Self::Connect { path, peer, hook, peer_hook } => {
                line(f, "connect", &[path, peer, hook, peer_hook])
            }
            Self::Debug(Level::Show) => f.write_str("debug"),
            Self::Debug(Level::Set(level)) => line(f, "debug", &[level]),
            Self::Debug(Level::More) => f.write_str("debug +"),
            Self::Debug(Level::Less) => f.write_str("debug -"),
            Self::Dot { compact, file } => {
                let file = file.as_deref().unwrap_or_default();
                line(f, if *compact { "dot -c" } else { "dot" }, &[&guard(file.as_bytes()), &file])
            }
            Self::Help(word) => line(f, "help", &[&word.as_deref().unwrap_or_default()]),
            Self::List { long, named } => f.write_str(match (long, named) {
                (false, false) => "list",
                (true, false) => "list -l",
                (false, true) => "list -n",
                (true, true) => "list -ln",
            }),
            Self::MakePeer { path, type_name, hook, peer_hook } => {
                line(f, "mkpeer", &[path, type_name, hook, peer_hook])
            }
            Self::Message { path, name, args } => line(f, "msg", &[path, name, args]),
            Self::Name { path, name } => line(f, "name", &[path, name]),
            Self::Quit => f.write_str("quit"),
            Self::Read { file } => line(f, "read", &[file]),
            Self::RemoveHook { path, hook } => line(f, "rmhook", &[path, hook]),
            Self::Show { path, hooks } => {
                line(f, if *hooks { "show" } else { "show -n" }, &[&guard(path.as_bytes()), path])
            }
            Self::Shutdown { path } => line(f, "shutdown", &[path]),
            Self::Status { path } => line(f, "status", &[path]),
            Self::Types => f.write_str("types"),
            Self::Write { hook, packet: Packet::File(file) } => line(f, "write", &[hook, &"-f", file]),
            Self::Write { hook, packet: Packet::Bytes(bytes) } => {
                line(f, "write", &[hook])?;
                bytes.iter().try_for_each(|byte| write!(f, " {byte}"))
            }
        }
    }
}

/// What stands before a word that would be taken for an option.
fn guard(word: &[u8]) -> &'static str {
    if word.starts_with(b"-") { "--" } else { "" }
}

/// Writes words; an empty one stands for none.
fn line(f: &mut fmt::Formatter<'_>, name: &str, words: &[&dyn fmt::Display]) -> fmt::Result {
    f.write_str(name)?;
    let words = words.iter().map(ToString::to_string).filter(|word| !word.is_empty());
    words.into_iter().try_for_each(|word| write!(f, " {word}"))
}
