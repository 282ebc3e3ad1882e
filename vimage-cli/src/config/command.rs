//! The words of a command, which no shell reads.

/// Splits a command into words: white space, quotes and backslashes, as in sh(1), and nothing else of it.
///
/// # Errors
/// Says what of the shell's language was found; such a command belongs into a script.
///
/// ```
/// use vimage::config::words;
/// assert_eq!(words(r#"/sbin/sysctl "net.link.x=1 2""#)?, ["/sbin/sysctl", "net.link.x=1 2"]);
/// assert!(words("a && b").is_err());
/// # Ok::<(), String>(())
/// ```
pub fn words(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            c if c.is_ascii_whitespace() => words.extend(word.take()),
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next() {
                        Some('\'') => break,
                        Some(c) => word.push(c),
                        None => return Err("a quote ' is not closed".into()),
                    }
                }
            }
            '"' => double_quoted(&mut chars, word.get_or_insert_default())?,
            '\\' => match chars.next() {
                Some(c) => word.get_or_insert_default().push(c),
                None => return Err("a backslash ends the command".into()),
            },
            '|' | '&' | ';' | '<' | '>' | '(' | ')' | '$' | '`' | '*' | '?' | '[' => {
                return Err(format!("{c:?} belongs to the shell's language, and no shell runs this"));
            }
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    if words.is_empty() { Err("the command is empty".into()) } else { Ok(words) }
}

/// Reads up to the closing quote.
fn double_quoted(chars: &mut std::str::Chars<'_>, word: &mut String) -> Result<(), String> {
    loop {
        match chars.next() {
            Some('"') => return Ok(()),
            Some('\\') => match chars.next() {
                Some(c @ ('"' | '\\' | '$' | '`')) => word.push(c),
                Some(c) => word.extend(['\\', c]),
                None => return Err("a quote \" is not closed".into()),
            },
            Some(c @ ('$' | '`')) => {
                return Err(format!(
                    "{c:?} in double quotes belongs to the shell's language, and no shell runs this"
                ));
            }
            Some(c) => word.push(c),
            None => return Err("a quote \" is not closed".into()),
        }
    }
}

/// Returns a command of which [`words`] makes what a shell would do: itself, or one for a shell.
pub(crate) fn for_words(command: &str) -> String {
    match words(command) {
        Err(_) if !command.trim().is_empty() => format!("/bin/sh -c '{}'", command.replace('\'', r"'\''")),
        _ => command.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{for_words, words};

    #[test]
    fn words_are_split_and_unquoted() {
        assert_eq!(words("  a 'b c' \"d \\\" e\" f\\ g ").unwrap(), ["a", "b c", "d \" e", "f g"]);
        assert_eq!(words("a ''").unwrap(), ["a", ""]);
    }

    #[test]
    fn the_shells_language_is_refused() {
        for bad in ["a; b", "a | b", "a > b", "$x", "`x`", "a *", "\"$x\"", "'open", "\"open", "a \\", "  "] {
            assert!(words(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_needs_a_shell_is_given_to_one() {
        assert_eq!(for_words("/bin/sh /etc/rc"), "/bin/sh /etc/rc");
        for command in ["a && b", "echo 'it'\\''s' > x", "\"open", "x=$(y)"] {
            assert_eq!(words(&for_words(command)).unwrap(), ["/bin/sh", "-c", command]);
        }
        assert_eq!(for_words(" "), " ");
    }
}
