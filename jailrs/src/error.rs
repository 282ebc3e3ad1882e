//! What can go wrong, always with what was asked of whom.

use std::time::Duration;

use crate::Errno;

/// The result of this crate's operations.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An operation that did not succeed: what was asked, of whom, and what the kernel said.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The kernel refused: the error number and, where it gave one, its text (`errmsg` of jail_set(2) and nmount(2)).
    #[error("{call} of {subject}: {errno}{}{message}", separator(.message))]
    Rejected {
        /// The operation: a system call or an ioctl.
        call: &'static str,
        /// Whom it concerned, such as `jail "web"` or `interface igb0`.
        subject: String,
        /// The kernel's error number.
        errno: Errno,
        /// The kernel's own words; empty where it gave none.
        message: String,
    },
    /// This system, or this version of it, cannot do what was asked.
    #[error("{what} is not supported here: {hint}")]
    Unsupported {
        /// What was asked.
        what: String,
        /// What to do instead.
        hint: String,
    },
    /// No parameter of this name is known.
    #[error("unknown jail parameter {name:?}{}", did_you_mean(.nearest))]
    UnknownParameter {
        /// The name as it was given.
        name: String,
        /// The known name that is nearest to it.
        nearest: Option<String>,
    },
    /// A value does not fit the parameter, name or address that it is for.
    #[error("{what} {value:?}: {reason}")]
    Invalid {
        /// What the value is for, such as `jail parameter securelevel`.
        what: String,
        /// The value as it was given.
        value: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Two interfaces of one VNET would have the same name; the kernel does not check this on the way home.
    #[error("interface {name} cannot move to {target}: an interface {name} is there already")]
    Clash {
        /// The name that both would have.
        name: String,
        /// Where it would move.
        target: String,
    },
    /// The time ran out.
    #[error("{what} of {subject} did not happen within {} s", .bound.as_secs_f32())]
    TimedOut {
        /// What was waited for.
        what: &'static str,
        /// Whom it concerned.
        subject: String,
        /// How long it was waited for.
        bound: Duration,
    },
    /// The kernel's answer was not of the expected form.
    #[error("{call} of {subject}: the answer makes no sense: {reason}")]
    Decode {
        /// The operation.
        call: &'static str,
        /// Whom it concerned.
        subject: String,
        /// What is wrong with the answer.
        reason: String,
    },
}

impl Error {
    /// The kernel's error number, where the kernel gave one.
    ///
    /// # Examples
    /// ```
    /// use jailrs::{Errno, Jail, sim::SimHost};
    ///
    /// let host = SimHost::new().host();
    /// let error = Jail::find(&host, "nosuch").unwrap_err();
    /// assert_eq!(error.errno(), Some(Errno::ENOENT));
    /// assert_eq!(error.to_string(), r#"jail_get of jail "nosuch": ENOENT: jail "nosuch" not found"#);
    /// ```
    #[must_use]
    pub const fn errno(&self) -> Option<Errno> {
        match self {
            Self::Rejected { errno, .. } => Some(*errno),
            Self::Clash { .. } => Some(Errno::EEXIST),
            Self::TimedOut { .. } => Some(Errno::ETIMEDOUT),
            _ => None,
        }
    }

    /// A refusal without words of the kernel.
    pub(crate) fn rejected(call: &'static str, subject: impl Into<String>, errno: Errno) -> Self {
        Self::Rejected { call, subject: subject.into(), errno, message: String::new() }
    }

    /// A refusal with the kernel's words.
    pub(crate) fn refused(
        call: &'static str,
        subject: impl Into<String>,
        refusal: crate::system::Refusal,
    ) -> Self {
        Self::Rejected { call, subject: subject.into(), errno: refusal.errno, message: refusal.message }
    }

    /// A value that does not fit.
    pub(crate) fn invalid(
        what: impl Into<String>,
        value: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        Self::Invalid { what: what.into(), value: value.into(), reason: reason.into() }
    }
}

fn separator(message: &str) -> &'static str {
    if message.is_empty() { "" } else { ": " }
}

fn did_you_mean(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or_else(String::new, |name| format!("; the nearest known one is {name:?}"))
}
