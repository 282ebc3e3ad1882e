//! What is wrong with a text.

use std::fmt;

use crate::error::Errno;

/// Why text is not the text form of a message.
///
/// ```
/// use netgraph::{ascii, nodes::bridge};
/// let text = "{ loopTimeout=30 maxStalenes=9 }";
/// let error = ascii::parse(&bridge::CONFIG, text).unwrap_err();
/// assert_eq!((error.errno.name(), error.at), (Some("ENOENT"), 17));
/// assert_eq!(
///     error.in_text(text).to_string(),
///     "ENOENT (no such thing) at byte 17: expected the name of a field of this message
/// { loopTimeout=30 maxStalenes=9 }
///                  ^",
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct TextError {
    /// What the kernel would answer.
    pub errno: Errno,
    /// Where in the text, in bytes from its start.
    pub at: usize,
    /// What was expected there.
    pub expected: &'static str,
}

impl TextError {
    /// Says what was expected `at` bytes into a text, and what the kernel would answer: for a
    /// [`Form`](super::Form) of one's own.
    #[must_use]
    pub fn new(errno: Errno, at: usize, expected: &'static str) -> Self {
        Self { errno, at, expected }
    }

    /// Returns the error as a message that shows the place in `text`, which is the text that was read.
    #[must_use]
    pub fn in_text<'t>(&self, text: &'t str) -> InText<'t> {
        InText { error: *self, text }
    }
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}: expected {}", self.errno, self.at, self.expected)
    }
}

impl std::error::Error for TextError {}

/// An error and the text that it is in, to be shown with a mark under the place: what [`TextError::in_text`] returns.
#[derive(Debug, Clone, Copy)]
pub struct InText<'t> {
    error: TextError,
    text: &'t str,
}

/// How many characters of a line are shown on either side of the place.
const AROUND: usize = 40;

impl fmt::Display for InText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut at = self.error.at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let (before, behind) = self.text.split_at(at);
        let before = before.rsplit('\n').next().unwrap_or_default();
        let behind = behind.split('\n').next().unwrap_or_default();
        // Control characters take a place each, but must not move the mark.
        let plain = |c: char| if c.is_control() { ' ' } else { c };
        let skipped = before.chars().count().saturating_sub(AROUND);
        let shown: String = before.chars().skip(skipped).map(plain).collect();
        let rest: String = behind.chars().take(AROUND).map(plain).collect();
        let cut = if skipped > 0 { "..." } else { "" };
        let indent = cut.len() + shown.chars().count();
        write!(f, "{}\n{cut}{shown}{rest}", self.error)?;
        if behind.chars().nth(AROUND).is_some() {
            f.write_str("...")?;
        }
        write!(f, "\n{:indent$}^", "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_stands_under_the_place_whatever_the_text() {
        let shown = |text: &str, at| TextError::new(Errno::EINVAL, at, "x").in_text(text).to_string();
        assert_eq!(shown("a=b", 2), "EINVAL (invalid argument) at byte 2: expected x\na=b\n  ^");
        assert_eq!(shown("a\n\tb=c\nd", 4), "EINVAL (invalid argument) at byte 4: expected x\n b=c\n  ^");
        assert_eq!(shown("\u{e4}b", 1), "EINVAL (invalid argument) at byte 1: expected x\n\u{e4}b\n^");
        assert_eq!(shown("", 7), "EINVAL (invalid argument) at byte 7: expected x\n\n^");
        let long = shown(&"0123456789".repeat(20), 100);
        let lines: Vec<_> = long.lines().collect();
        assert_eq!(lines[1], format!("...{}...", "0123456789".repeat(8)));
        assert_eq!(lines[2].find('^'), Some(43));
    }
}
