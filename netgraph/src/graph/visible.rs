//! Names as they are shown: whatever bytes they hold, and on whatever they are shown.

use std::fmt::Write;

use crate::nodes::generic::NodeInfo;

/// Writes bytes so that they can be read, and do nothing, anywhere: what is printable UTF-8 stays as it is; a control
/// character, one without a shape, or one that turns the direction of writing becomes `\u{...}`, a byte that is not
/// UTF-8 becomes `\x..`, and a backslash `\\`.
pub(super) fn bytes(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        push(&mut out, chunk.valid(), true);
        for byte in chunk.invalid() {
            // Writing to a String cannot fail.
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

/// Writes text so that it can be read on any terminal and in any page, and does nothing there: a control character, one without
/// a shape, or one that turns the direction of writing becomes `\u{...}`.
///
/// ```
/// use netgraph::graph::visible;
/// assert_eq!(visible("em0\u{1b}[2J"), "em0\\u{1b}[2J");
/// ```
#[must_use]
pub fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push(&mut out, text, false);
    out
}

fn push(out: &mut String, text: &str, double: bool) {
    for c in text.chars() {
        match c {
            '\\' if double => out.push_str("\\\\"),
            c if is_hidden(c) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
}

/// Tells whether a character is not to be seen, or changes how others are.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffc}' | '\u{fffe}' | '\u{ffff}')
        || matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{10ffff}')
}

/// What a node is called in a picture.
pub(super) fn name(node: &NodeInfo) -> String {
    if node.name.is_empty() { "<unnamed>".into() } else { bytes(node.name.as_bytes()) }
}

/// A node's type and number, `bridge [3]`.
pub(super) fn kind(node: &NodeInfo) -> String {
    format!("{} {}", bytes(node.type_name.as_bytes()), node.id)
}

/// Escapes what XML and HTML give a meaning to, in text and in quoted attributes, after [`text`].
pub(super) fn xml(shown: &str) -> String {
    let mut out = String::with_capacity(shown.len());
    for c in shown.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_do_harm_is_shown_as_an_escape() {
        assert_eq!(bytes(b"igb0\x1b[2J\\\xff"), "igb0\\u{1b}[2J\\\\\\xff");
        assert_eq!(bytes("a\u{202e}b\u{feff}ä".as_bytes()), "a\\u{202e}b\\u{feff}ä");
        assert_eq!(text("a\\b\n"), "a\\b\\u{a}");
        assert_eq!(xml("<a href='x'>&\"]]>"), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;]]&gt;");
    }
}
