//! What can be wrong with a command, and with running it.

use std::fmt;
use std::io;

use super::help::Synopsis;
use crate::error::Error;
use crate::name::NAME_MAX;

/// What is wrong with the words of a command.
///
/// `Display` has both what the original says ([`complaint`](Self::complaint)) and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseError {
    /// There is no word.
    Empty,
    /// No command has this name.
    Unknown(String),
    /// Several commands have a name that begins so.
    Ambiguous {
        /// The word.
        word: String,
        /// What it may stand for.
        candidates: Vec<&'static str>,
    },
    /// The command has no such option.
    Option {
        /// The letter.
        letter: char,
        /// The command.
        command: &'static Synopsis,
    },
    /// Words are missing, or too many, or not what the command takes.
    Usage(&'static Synopsis),
    /// A hook's name is longer than one can be.
    LongHook(String),
    /// A word is no byte.
    Byte(String),
}

impl ParseError {
    /// Returns what the original says.
    #[must_use]
    pub fn complaint(&self) -> String {
        match self {
            Self::Empty => "no command specified".into(),
            Self::Unknown(word) => format!("\"{word}\": unknown command"),
            Self::Ambiguous { word, .. } => format!("\"{word}\": ambiguous command"),
            Self::Option { letter, .. } => format!("illegal option -- {letter}"),
            Self::Usage(command) => format!("usage: {}", command.usage),
            Self::LongHook(hook) => format!("hook name \"{hook}\" too long"),
            Self::Byte(word) => format!("invalid byte \"{word}\""),
        }
    }

    /// Returns what to do about it.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::Empty | Self::Unknown(_) => "`help` lists the commands".into(),
            Self::Ambiguous { candidates, .. } => format!("write more of it: {}", candidates.join(", ")),
            Self::Option { command, .. } => format!("usage: {}", command.usage),
            Self::Usage(command) => format!("`help {}` explains it", command.name()),
            Self::LongHook(_) => format!("it has at most {NAME_MAX} bytes"),
            Self::Byte(_) => "write a number from -128 to 255, in decimal, octal or hexadecimal".into(),
        }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.complaint(), self.remedy())
    }
}

impl std::error::Error for ParseError {}

/// Why a command did not come to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// It cannot be read as one.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// The kernel or a node refused, or did not answer.
    #[error("{doing}: {error}")]
    Refused {
        /// What was attempted, as the original calls it: `send msg`.
        doing: String,
        /// Why it failed.
        #[source]
        error: Box<Error>,
    },
    /// It is for the program that reads the commands, which has files and an end.
    #[error("`{0}` is not for a node; the program that reads the commands has to do it, or leave it out")]
    Program(String),
    /// The script could not be read on.
    #[error("the script cannot be read on: {0}")]
    Input(#[from] io::Error),
}

/// What went wrong in a script, and where.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {failure}")]
pub struct ScriptError {
    /// The number of the line, from 1.
    pub line: usize,
    /// What went wrong.
    #[source]
    pub failure: Failure,
}
