//! What can go wrong with a command: said once, with what to do next, and an exit code of sysexits(3).

use std::path::Path;
use std::process::ExitCode;
use std::{fmt, io};

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// How a command that failed ends: the exit codes of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The work failed; what was begun has been undone.
    Failed = 1,
    /// A plan has something to do.
    ToDo = 2,
    /// Not all of the named vimages are up.
    NotUp = 3,
    /// The command line is wrong.
    Usage = 64,
    /// The configuration is wrong.
    Config = 65,
    /// Something that is needed is not there.
    Unavailable = 69,
    /// The program itself is wrong.
    Software = 70,
    /// Only root may do this.
    Permission = 77,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// An error that a person is told: what went wrong, why, and what to do next.
#[derive(Debug, Clone)]
pub struct Error {
    /// The exit code that it ends the program with.
    pub exit: Exit,
    /// What went wrong, one line each.
    pub message: String,
    /// What to do next; empty where there is nothing to say.
    pub hint: String,
}

impl Error {
    /// Makes an error.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), hint: String::new() }
    }

    /// The work failed.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(Exit::Failed, message)
    }

    /// The configuration is wrong.
    pub fn config(message: impl Into<String>) -> Self {
        Self::new(Exit::Config, message)
    }

    /// Something is not there.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(Exit::Unavailable, message)
    }

    /// Something could not be done to a file.
    pub fn io(doing: &str, path: &Path, error: &io::Error) -> Self {
        let message = format!("{doing} {}: {error}", path.display());
        match error.kind() {
            io::ErrorKind::PermissionDenied => {
                Self::new(Exit::Permission, message).hint("run vimage as root")
            }
            _ => Self::failed(message),
        }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// Tells of another error too. The first one's exit code counts.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.message = format!("{}\n{}", self.message, other.message);
        if !self.hint.contains(&other.hint) {
            self.hint = format!("{}\n{}", self.hint, other.hint).trim_start().to_string();
        }
        self
    }

    /// Puts what was being done before the message.
    #[must_use]
    pub fn context(mut self, doing: impl fmt::Display) -> Self {
        self.message = format!("{doing}: {}", self.message);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if !self.hint.is_empty() {
            write!(f, "\nhint: {}", self.hint)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

impl From<netgraph::Error> for Error {
    fn from(error: netgraph::Error) -> Self {
        use netgraph::Errno;
        let (exit, hint) = match (&error, error.errno()) {
            (netgraph::Error::Unsupported { hint, .. }, _) => (Exit::Unavailable, hint.as_str()),
            (netgraph::Error::Open { .. }, Some(Errno::EPERM)) => (Exit::Permission, "run vimage as root"),
            (netgraph::Error::Open { .. }, Some(Errno::EPROTONOSUPPORT)) => (
                Exit::Unavailable,
                "a jail without a VNET of its own has no netgraph: run vimage on the host",
            ),
            (netgraph::Error::Rejected { .. }, Some(Errno::EPERM)) => {
                (Exit::Permission, "run vimage as root")
            }
            _ => (Exit::Failed, ""),
        };
        let hint = hint.to_string();
        let message = match &error {
            netgraph::Error::Unsupported { what, .. } => format!("{what} is not possible here"),
            _ => error.to_string(),
        };
        Self { exit, message, hint }
    }
}

impl From<jailrs::Error> for Error {
    fn from(error: jailrs::Error) -> Self {
        match &error {
            jailrs::Error::Unsupported { what, hint } => {
                Self::unavailable(format!("{what} is not supported here")).hint(hint.clone())
            }
            _ if error.errno() == Some(jailrs::Errno::EPERM) => {
                Self::new(Exit::Permission, error.to_string()).hint("run vimage as root, outside of any jail")
            }
            _ => Self::failed(error.to_string()),
        }
    }
}
