//! What can go wrong, and of whom it was asked.

use std::fmt;
use std::time::Duration;

use crate::message::Command;
use crate::name::NameError;
use crate::path::{Path, PathError};

pub use crate::sys::Errno;

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The step of opening a socket that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenStep {
    /// Attaching to the jail.
    Attach,
    /// Making the control socket.
    ControlSocket,
    /// Naming its node.
    Bind,
    /// Making the data socket.
    DataSocket,
    /// Connecting the data socket to the control socket's node.
    Connect,
}

impl fmt::Display for OpenStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Attach => "jail_attach",
            Self::ControlSocket => "socket control",
            Self::Bind => "bind",
            Self::DataSocket => "socket data",
            Self::Connect => "connect data",
        })
    }
}

/// An error of this crate: it says what was asked, and of whom.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The kernel, or the node, refused a message.
    #[error("{command} to {path} failed: {errno}")]
    Rejected {
        /// What was asked.
        command: Command,
        /// Of whom.
        path: Path,
        /// Why not.
        errno: Errno,
    },
    /// A reply did not come in time.
    #[error("{path} did not answer {command} within {after:?}")]
    TimedOut {
        /// What was asked.
        command: Command,
        /// Of whom.
        path: Path,
        /// How long it was waited for.
        after: Duration,
    },
    /// A reply came that cannot be read.
    #[error("the answer of {path} to {command} cannot be read: {why}")]
    Decode {
        /// What was asked.
        command: Command,
        /// Of whom.
        path: Path,
        /// What is wrong with the answer.
        why: DecodeError,
    },
    /// A socket could not be opened.
    #[error("cannot open a netgraph socket ({step}): {errno}")]
    Open {
        /// The step that failed.
        step: OpenStep,
        /// Why.
        errno: Errno,
    },
    /// A node is of another type than the program takes it for.
    #[error("{path} is a node of type {found}, not {expected}")]
    WrongType {
        /// The node.
        path: Path,
        /// Its type.
        found: String,
        /// The type that was asked for.
        expected: &'static str,
    },
    /// Data could not be sent or received.
    #[error("{what} failed: {errno}")]
    Data {
        /// What was attempted.
        what: &'static str,
        /// Why it failed.
        errno: Errno,
    },
    /// A name cannot be one.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A path cannot be one.
    #[error(transparent)]
    Path(#[from] PathError),
    /// This system cannot do it.
    #[error("{what} is not possible here: {hint}")]
    Unsupported {
        /// What was to be done.
        what: String,
        /// What would make it possible.
        hint: String,
    },
    /// A file of a simulated machine cannot be read.
    #[error("not a simulated machine: {0}")]
    Machine(String),
}

impl Error {
    /// Returns the errno that the kernel answered with, if it is the kernel who refused.
    #[must_use]
    pub fn errno(&self) -> Option<Errno> {
        match self {
            Self::Rejected { errno, .. } | Self::Open { errno, .. } | Self::Data { errno, .. } => {
                Some(*errno)
            }
            _ => None,
        }
    }
}

/// What is wrong with bytes that should be a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// There are fewer bytes than the shortest form has.
    #[error("{what} takes {need} bytes, only {got} are there")]
    Short {
        /// What was to be read.
        what: &'static str,
        /// How many bytes it takes at least.
        need: usize,
        /// How many there are.
        got: usize,
    },
    /// The header's version is not 8.
    #[error("the message has version {0}, this library knows 8")]
    Version(u8),
}
