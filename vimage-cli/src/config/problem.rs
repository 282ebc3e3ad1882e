//! What is wrong with a configuration, all of it at once.
use std::fmt;

use serde::{Serialize, Serializer};

use super::origin::Origin;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The configuration cannot be used.
    Error,
    /// It can be used, but probably does not say what was meant.
    Warning,
}

/// One thing that is wrong, where it is, and what to do about it.
///
/// Its text form is one line: `file:line: message (remedy)`; a warning has `warning: ` before the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// Where it is written.
    pub origin: Origin,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

impl Problem {
    /// A problem that makes the configuration unusable.
    pub fn error(origin: Origin, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { severity: Severity::Error, origin, message: message.into(), remedy: remedy.into() }
    }

    /// A problem that does not stop anything.
    pub fn warning(origin: Origin, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, origin, message: message.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Origin::At(position) = &self.origin {
            write!(f, "{position}: ")?;
        }
        if self.severity == Severity::Warning {
            f.write_str("warning: ")?;
        }
        f.write_str(&self.message)?;
        if self.remedy.is_empty() { Ok(()) } else { write!(f, " ({})", self.remedy) }
    }
}

/// Everything that is wrong with a configuration, sorted by file and line, each thing once.
///
/// Its text form is one line for each problem.
///
/// # Examples
/// ```
/// use vimage::config::{Origin, Position, Problem, Problems};
///
/// let problems: Problems = [4, 3]
///     .map(|line| {
///         let origin = Origin::At(Position::line("/etc/rc.conf", line));
///         Problem::error(origin, "vj1 has no root directory", "set vimage_vj1_rootdir")
///     })
///     .into_iter()
///     .collect();
/// assert_eq!(
///     problems.to_string(),
///     "/etc/rc.conf:3: vj1 has no root directory (set vimage_vj1_rootdir)\n\
///      /etc/rc.conf:4: vj1 has no root directory (set vimage_vj1_rootdir)"
/// );
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Whether one of them makes the configuration unusable.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|problem| problem.severity == Severity::Error)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The problems in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.0.iter()
    }
}

impl FromIterator<Problem> for Problems {
    fn from_iter<I: IntoIterator<Item = Problem>>(problems: I) -> Self {
        let mut problems: Vec<Problem> = problems.into_iter().collect();
        problems
            .sort_by(|a, b| (&a.origin, a.severity, &a.message).cmp(&(&b.origin, b.severity, &b.message)));
        problems.dedup();
        Self(problems)
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Problem;
    type IntoIter = std::slice::Iter<'a, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl Serialize for Problems {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.0)
    }
}
