//! Reads words: quotes, escapes, and the variables that words refer to.
use std::collections::HashSet;

use super::{Script, ends_word};
use crate::config::problem::Problem;
use crate::config::shell::MAX_VALUE;
use crate::config::shell::cursor::{Cursor, begins_name, continues_name};
use crate::config::shell::refusal::Refusal;

/// Variables that a shell has before any file gives them a value, so that the files alone do not tell it.
const INHERITED: [&str; 15] = [
    "HOME", "IFS", "LOGNAME", "MAIL", "OLDPWD", "OPTIND", "PATH", "PPID", "PS1", "PS2", "PS4", "PWD",
    "SHELL", "TERM", "USER",
];

/// Variables whose values the shell makes up, or which do something when they are assigned.
pub(super) const RESERVED: [&str; 4] = ["LINENO", "OPTIND", "PPID", "_"];

/// What stands around a character: it decides what is special.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quoting {
    None,
    Double,
}

/// Whether a word's value may refer to variables.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Expansion<'v> {
    Refused,
    /// Allowed, but not to these, which the same command assigns: dash(1) gives the new value of such a variable and
    /// FreeBSD's shell the old one.
    Except(&'v HashSet<String>),
}

impl Script<'_, '_> {
    /// Reads the name of a variable, if one stands here.
    pub(super) fn name(&mut self) -> Option<String> {
        self.cursor.join_lines();
        if !self.cursor.peek().is_some_and(begins_name) {
            return None;
        }
        let mut name = String::new();
        while let Some(byte) = self.cursor.peek().filter(|&byte| continues_name(byte)) {
            name.push(char::from(byte));
            self.cursor.bump();
            self.cursor.join_lines();
        }
        Some(name)
    }

    /// Reads the rest of a word: what follows `=`, or the name of a file.
    pub(super) fn value(&mut self, expansion: Expansion<'_>) -> Result<Vec<u8>, Problem> {
        let mut value = Vec::new();
        loop {
            self.check_carriage_return()?;
            match self.cursor.peek() {
                Some(b'\'') => self.single_quoted(&mut value)?,
                Some(b'"') => self.double_quoted(&mut value, expansion)?,
                Some(b'\\') => self.escaped(&mut value)?,
                Some(b'$') => self.dollar(&mut value, expansion, Quoting::None)?,
                Some(b'`') => return Err(self.refuse(Refusal::CommandSubstitution)),
                // FreeBSD's shell expands a tilde after any `=` as well.
                Some(b'~') if matches!(value.last(), None | Some(b':' | b'=')) => {
                    return Err(self.refuse(Refusal::Tilde));
                }
                Some(b'*' | b'?' | b'[') if expansion == Expansion::Refused => {
                    return Err(self.refuse(Refusal::DotExpansion));
                }
                next if ends_word(next) => return Ok(value),
                _ => value.extend(self.cursor.bump()),
            }
        }
    }

    fn single_quoted(&mut self, value: &mut Vec<u8>) -> Result<(), Problem> {
        let open = self.cursor;
        self.cursor.bump();
        while self.cursor.peek().is_some() {
            self.check_carriage_return()?;
            match self.cursor.bump() {
                Some(b'\'') => return Ok(()),
                byte => value.extend(byte),
            }
        }
        Err(self.refuse_at(open, Refusal::Unclosed("single")))
    }

    fn double_quoted(&mut self, value: &mut Vec<u8>, expansion: Expansion<'_>) -> Result<(), Problem> {
        let open = self.cursor;
        self.cursor.bump();
        while let Some(byte) = self.cursor.peek() {
            self.check_carriage_return()?;
            match byte {
                b'"' => {
                    self.cursor.bump();
                    return Ok(());
                }
                b'`' => return Err(self.refuse(Refusal::CommandSubstitution)),
                b'$' => self.dollar(value, expansion, Quoting::Double)?,
                b'\\' => {
                    self.cursor.bump();
                    match self.cursor.peek() {
                        Some(b'$' | b'`' | b'"' | b'\\') => value.extend(self.cursor.bump()),
                        Some(b'\n') => {
                            self.cursor.bump();
                        }
                        // The backslash stays; what follows it is read as if it were not there.
                        _ => value.push(b'\\'),
                    }
                }
                _ => value.extend(self.cursor.bump()),
            }
        }
        Err(self.refuse_at(open, Refusal::Unclosed("double")))
    }

    /// Reads a backslash outside quotes, and what it stands before.
    fn escaped(&mut self, value: &mut Vec<u8>) -> Result<(), Problem> {
        let backslash = self.cursor;
        self.cursor.bump();
        self.check_carriage_return()?;
        match self.cursor.bump() {
            Some(b'\n') => Ok(()),
            Some(byte) => {
                value.push(byte);
                Ok(())
            }
            None => Err(self.refuse_at(backslash, Refusal::TrailingBackslash)),
        }
    }

    /// Reads a dollar sign, and the variable that it may introduce.
    fn dollar(
        &mut self,
        value: &mut Vec<u8>,
        expansion: Expansion<'_>,
        quoting: Quoting,
    ) -> Result<(), Problem> {
        let dollar = self.cursor;
        self.cursor.bump();
        self.cursor.join_lines();
        let name = match self.cursor.peek() {
            Some(b'{') => self.braced_name(dollar)?,
            Some(b'(') => return Err(self.refuse_parenthesis(dollar)),
            Some(byte) if begins_name(byte) => self.name().unwrap_or_default(),
            Some(byte) if is_parameter(byte) => {
                return Err(self.refuse_at(dollar, Refusal::Parameter(char::from(byte))));
            }
            Some(byte @ (b'\'' | b'"')) if quoting == Quoting::None => {
                return Err(self.refuse_at(dollar, Refusal::DollarQuote(char::from(byte))));
            }
            _ => {
                value.push(b'$');
                return Ok(());
            }
        };
        let Expansion::Except(earlier) = expansion else {
            return Err(self.refuse_at(dollar, Refusal::DotExpansion));
        };
        if earlier.contains(&name) {
            return Err(self.refuse_at(dollar, Refusal::SameCommand(name)));
        }
        match self.reader.variables.find(&name) {
            Some(variable) => value.extend_from_slice(&variable.value),
            None if RESERVED.contains(&name.as_str()) => {
                return Err(self.refuse_at(dollar, Refusal::Own(name)));
            }
            None if INHERITED.contains(&name.as_str()) => {
                return Err(self.refuse_at(dollar, Refusal::Inherited(name)));
            }
            None => self.unset.push(name),
        }
        if value.len() > MAX_VALUE { Err(self.refuse_at(dollar, Refusal::TooLong)) } else { Ok(()) }
    }

    /// Reads `{name}` of the `$` at `dollar`.
    fn braced_name(&mut self, dollar: Cursor<'_>) -> Result<String, Problem> {
        self.cursor.bump();
        let Some(name) = self.name() else {
            return Err(match self.cursor.peek() {
                Some(byte) if is_parameter(byte) => {
                    self.refuse_at(dollar, Refusal::Parameter(char::from(byte)))
                }
                _ => self.refuse_at(dollar, Refusal::NoName),
            });
        };
        match self.cursor.bump() {
            Some(b'}') => Ok(name),
            Some(byte) if byte.is_ascii_graphic() => {
                Err(self.refuse_at(dollar, Refusal::Operator(name, char::from(byte))))
            }
            _ => Err(self.refuse_at(dollar, Refusal::NoBrace(name))),
        }
    }

    /// The refusal of a `$` at `dollar` with a parenthesis after it, which comes next.
    fn refuse_parenthesis(&self, dollar: Cursor<'_>) -> Problem {
        let arithmetic = self.cursor.peek_second() == Some(b'(');
        self.refuse_at(dollar, if arithmetic { Refusal::Arithmetic } else { Refusal::CommandSubstitution })
    }
}

/// Whether `$` and the byte are a positional or special parameter.
fn is_parameter(byte: u8) -> bool {
    byte.is_ascii_digit() || b"@*#?-$!".contains(&byte)
}
