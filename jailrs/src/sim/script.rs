//! Commands on a simulated machine: recorded, never executed, with an outcome that can be told beforehand.

use std::ffi::OsString;
use std::fmt;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{ExitStatus, Output};

use super::state::Manner;
use crate::command::{Spec, Stdio};
use crate::entry::Entry;
use crate::system::Jid;

/// A command that a simulated machine was asked to run.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The jail that it was for; `None` for the host.
    pub jail: Option<(Jid, String)>,
    /// The command, quoted for a shell.
    pub line: String,
    /// The environment.
    pub env: Vec<(OsString, OsString)>,
    /// What it takes on on its way in: user, directory and so on.
    pub entry: Entry,
    /// Whether it was to have a terminal of its own.
    pub console: bool,
    /// The file that its standard output was to be appended to.
    pub log: Option<PathBuf>,
}

impl Recorded {
    pub(super) fn new(jail: Option<(Jid, String)>, spec: &Spec) -> Self {
        let log = match &spec.stdout {
            Stdio::Append(file) => Some(file.clone()),
            _ => None,
        };
        let console = [&spec.stdin, &spec.stdout, &spec.stderr].contains(&&Stdio::Terminal);
        Self { jail, line: spec.line(), env: spec.env.clone(), entry: spec.entry.clone(), console, log }
    }
}

impl fmt::Display for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.jail {
            Some((_, name)) => write!(f, "jexec {name} {}", self.line),
            None => f.write_str(&self.line),
        }
    }
}

/// How a simulated command ends.
///
/// # Examples
/// ```
/// use jailrs::sim::Outcome;
///
/// let refused = Outcome::exit(1).saying("permission denied\n");
/// let daemon = Outcome::exit(0).leaving("nginx");
/// # let _ = (refused, daemon);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    code: u8,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    daemon: Option<(String, Manner)>,
    endless: bool,
}

impl Outcome {
    /// It ends with this code.
    #[must_use]
    pub fn exit(code: u8) -> Self {
        Self { code, ..Self::default() }
    }

    /// It ends well after printing this.
    #[must_use]
    pub fn printing(text: impl Into<Vec<u8>>) -> Self {
        Self { stdout: text.into(), ..Self::default() }
    }

    /// It never ends by itself. Where no limit is set to it, it ends as if somebody had killed it in the end.
    #[must_use]
    pub fn endless() -> Self {
        Self { endless: true, ..Self::default() }
    }

    /// It writes this on standard error.
    #[must_use]
    pub fn saying(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.stderr = text.into();
        self
    }

    /// It leaves a process of this name behind, which any signal ends.
    #[must_use]
    pub fn leaving(self, daemon: impl Into<String>) -> Self {
        self.leaving_a(daemon, Manner::Polite)
    }

    /// It leaves a process of this name behind, which takes signals in this manner.
    #[must_use]
    pub fn leaving_a(mut self, daemon: impl Into<String>, manner: Manner) -> Self {
        self.daemon = Some((daemon.into(), manner));
        self
    }

    pub(super) fn daemon(&self) -> Option<(&str, Manner)> {
        self.daemon.as_ref().map(|(name, manner)| (name.as_str(), *manner))
    }

    pub(super) const fn is_endless(&self) -> bool {
        self.endless
    }

    /// What the caller sees, as far as the streams were to be captured.
    pub(super) fn output(&self, spec: &Spec) -> Output {
        let captured = |stdio: &Stdio, bytes: &[u8]| match stdio {
            Stdio::Capture => bytes.to_vec(),
            _ => Vec::new(),
        };
        const SIGKILL: i32 = 9;
        let status = if self.endless { SIGKILL } else { i32::from(self.code) << 8 };
        Output {
            status: ExitStatus::from_raw(status),
            stdout: captured(&spec.stdout, &self.stdout),
            stderr: captured(&spec.stderr, &self.stderr),
        }
    }
}

/// An outcome for the commands whose line contains a text.
pub(super) struct Script {
    pub(super) pattern: String,
    pub(super) outcome: Outcome,
}
