//! Writes a value so that sh(1) reads it back.

/// The value in double quotes, as sysrc(8) writes it, with a backslash before what is special in them.
///
/// # Examples
/// ```
/// use vimage::config::shell::quote;
///
/// assert_eq!(quote("igb0 igb0"), r#""igb0 igb0""#);
/// assert_eq!(quote(r#"echo "$a" `b` \c"#), r#""echo \"\$a\" \`b\` \\c""#);
/// ```
pub fn quote(value: &str) -> String {
    let mut quoted = String::with_capacity(value.len() + 2);
    quoted.push('"');
    for character in value.chars() {
        if matches!(character, '"' | '$' | '`' | '\\') {
            quoted.push('\\');
        }
        quoted.push(character);
    }
    quoted.push('"');
    quoted
}
