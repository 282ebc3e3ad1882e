//! Cuts jail.conf(5) into words and marks, as jail(8) does.

use super::refuse;
use crate::config::Problem;

/// A piece of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// Text.
    Text(String),
    /// The value of a variable or parameter.
    Variable(String),
}

/// What a file consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Word(Vec<Part>),
    /// `=`, `,`, `;`, `{` or `}`.
    Mark(u8),
    /// `+=`.
    Append,
}

/// Cuts a text into tokens, each with its line.
pub(super) fn lex(file: &str, text: &[u8]) -> Result<Vec<(Token, u32)>, Problem> {
    let mut lexer = Lexer { file, rest: text, line: 1, tokens: Vec::new(), word: None };
    while let Some(&byte) = lexer.rest.first() {
        lexer.next(byte)?;
    }
    lexer.end_word();
    Ok(lexer.tokens)
}

struct Lexer<'t> {
    file: &'t str,
    rest: &'t [u8],
    line: u32,
    tokens: Vec<(Token, u32)>,
    /// The word that is being put together, and its line.
    word: Option<(Vec<Part>, u32)>,
}

impl<'t> Lexer<'t> {
    fn next(&mut self, byte: u8) -> Result<(), Problem> {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {
                self.end_word();
                self.skip(1);
            }
            b'#' => self.skip_line(),
            b'/' if self.rest.get(1) == Some(&b'/') => self.skip_line(),
            b'/' if self.rest.get(1) == Some(&b'*') => self.skip_comment()?,
            b'+' if self.rest.get(1) == Some(&b'=') => self.mark(Token::Append, 2),
            b',' | b';' | b'=' | b'{' | b'}' => self.mark(Token::Mark(byte), 1),
            b'\'' | b'"' => self.quoted(byte)?,
            b'$' => self.dollar(false)?,
            b'\\' => {
                let text = self.escape();
                self.text(&text);
            }
            byte if byte.is_ascii_graphic() => {
                self.text(&[byte]);
                self.skip(1);
            }
            byte => {
                let message = format!("the character {:?} stands outside of quotes", char::from(byte));
                return Err(self.refuse(self.line, message, "put the value in double quotes"));
            }
        }
        Ok(())
    }

    fn refuse(&self, line: u32, message: impl Into<String>, remedy: &str) -> Problem {
        refuse(self.file, line, message, remedy)
    }

    /// Goes on by so many bytes.
    fn skip(&mut self, bytes: usize) -> &'t [u8] {
        let (skipped, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, &[]));
        self.line += u32::try_from(skipped.iter().filter(|&&byte| byte == b'\n').count()).unwrap_or(0);
        self.rest = rest;
        skipped
    }

    fn skip_line(&mut self) {
        self.end_word();
        self.skip(self.rest.iter().position(|&byte| byte == b'\n').unwrap_or(self.rest.len()));
    }

    fn skip_comment(&mut self) -> Result<(), Problem> {
        self.end_word();
        let end = self.rest.windows(2).skip(2).position(|pair| pair == b"*/");
        match end {
            Some(at) => {
                self.skip(at + 4);
                Ok(())
            }
            None => Err(self.refuse(self.line, "this comment has no end", "end it with */")),
        }
    }

    fn mark(&mut self, token: Token, length: usize) {
        self.end_word();
        self.tokens.push((token, self.line));
        self.skip(length);
    }

    /// The word goes on, or begins on this line.
    fn parts(&mut self) -> &mut Vec<Part> {
        let line = self.line;
        &mut self.word.get_or_insert_with(|| (Vec::new(), line)).0
    }

    fn text(&mut self, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        match self.parts().last_mut() {
            Some(Part::Text(earlier)) => earlier.push_str(&text),
            _ => self.parts().push(Part::Text(text.into_owned())),
        }
    }

    fn end_word(&mut self) {
        if let Some((parts, line)) = self.word.take() {
            self.tokens.push((Token::Word(parts), line));
        }
    }

    /// Reads what is in quotes; an empty word is a word too.
    fn quoted(&mut self, quote: u8) -> Result<(), Problem> {
        let line = self.line;
        self.parts();
        self.skip(1);
        let mut bytes = Vec::new();
        loop {
            match self.rest.first() {
                None => {
                    let remedy = format!("end it with {}", char::from(quote));
                    return Err(self.refuse(line, "this quote has no end", &remedy));
                }
                Some(&byte) if byte == quote => break,
                Some(b'\\') => bytes.extend(self.escape()),
                Some(b'$') if quote == b'"' => {
                    self.text(&std::mem::take(&mut bytes));
                    self.dollar(true)?;
                }
                Some(&byte) => {
                    bytes.push(byte);
                    self.skip(1);
                }
            }
        }
        self.skip(1);
        self.text(&bytes);
        Ok(())
    }

    /// Reads `$name` or `${name}`; a dollar before anything else is one.
    fn dollar(&mut self, quoted: bool) -> Result<(), Problem> {
        let line = self.line;
        self.skip(1);
        let begins = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'_';
        match self.rest.first() {
            Some(b'{') => {
                self.skip(1);
                let ends = |byte: &u8| matches!(byte, b'}' | b'{' | b'\n') || quoted && *byte == b'"';
                let length = self.rest.iter().position(ends).unwrap_or(self.rest.len());
                let name = String::from_utf8_lossy(self.skip(length)).into_owned();
                if self.rest.first() != Some(&b'}') {
                    return Err(self.refuse(line, "this name of a variable has no end", "end it with }"));
                }
                self.skip(1);
                self.parts().push(Part::Variable(name));
            }
            Some(byte) if begins(byte) => {
                let goes_on = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
                let length = self.rest.iter().position(|byte| !goes_on(byte)).unwrap_or(self.rest.len());
                let name = String::from_utf8_lossy(self.skip(length)).into_owned();
                self.parts().push(Part::Variable(name));
            }
            _ => self.text(b"$"),
        }
        Ok(())
    }

    /// Reads a backslash and what it stands before, as in C.
    fn escape(&mut self) -> Vec<u8> {
        self.skip(1);
        let digits = |rest: &[u8], most: usize, is: fn(&u8) -> bool| {
            rest.iter().take(most).take_while(|b| is(b)).count()
        };
        let octal = digits(self.rest, 3, |byte| matches!(byte, b'0'..=b'7'));
        if octal > 0 {
            let value =
                self.skip(octal).iter().fold(0_u32, |value, digit| value * 8 + u32::from(digit - b'0'));
            return vec![value as u8];
        }
        let Some(&byte) = self.skip(1).first() else { return vec![b'\\'] };
        let byte = match byte {
            b'a' => 7,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 11,
            b'\n' => return Vec::new(),
            b'x' => {
                let length = digits(self.rest, 2, u8::is_ascii_hexdigit);
                let digit = |byte: &u8| char::from(*byte).to_digit(16).unwrap_or(0);
                self.skip(length).iter().fold(0_u32, |value, byte| value * 16 + digit(byte)) as u8
            }
            other => other,
        };
        vec![byte]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(text: &str) -> Vec<String> {
        let shown = |token: Token| match token {
            Token::Word(parts) => parts
                .into_iter()
                .map(|part| match part {
                    Part::Text(text) => text,
                    Part::Variable(name) => format!("<{name}>"),
                })
                .collect(),
            Token::Mark(mark) => char::from(mark).to_string(),
            Token::Append => "+=".into(),
        };
        lex("jail.conf", text.as_bytes()).unwrap().into_iter().map(|(token, _)| shown(token)).collect()
    }

    #[test]
    fn words_are_joined_as_jail_8_joins_them() {
        assert_eq!(words("a = b\"c $d${e f}\"'$g' ; # h"), ["a", "=", "bc <d><e f>$g", ";"]);
        assert_eq!(words("a+=/usr/jail/$name;"), ["a", "+=", "/usr/jail/<name>", ";"]);
        assert_eq!(words("x//y\nz/*u*/v"), ["x", "z", "v"]);
        assert_eq!(words(r#"'\x41\102\n\q' "\$x$" "" "#), ["AB\nq", "$x$", ""]);
        assert_eq!(words("a{b;}"), ["a", "{", "b", ";", "}"]);
    }

    #[test]
    fn what_has_no_end_is_told_with_its_line() {
        for text in ["\n'a", "\n\"a", "\n/* a *", "\n${a\n}", "\n/*/"] {
            let problem = lex("jail.conf", text.as_bytes()).unwrap_err().to_string();
            assert!(problem.starts_with("jail.conf:2: "), "{text:?}: {problem}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_odd(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = lex("jail.conf", &bytes);
        }

        #[test]
        fn a_quoted_text_is_read_as_it_is(text in "[^\\\\\"$]*") {
            let tokens = lex("f", format!("\"{text}\"").as_bytes()).unwrap();
            prop_assert_eq!(tokens, [(Token::Word(vec![Part::Text(text)]), 1)]);
        }
    }
}
