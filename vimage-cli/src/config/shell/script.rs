//! Reads the commands of one file and carries out those that are assignments.
//!
//! The words follow the grammar of sh(1) as FreeBSD's shell and dash(1) agree on it; where they do not, or where POSIX
//! leaves it open, the construct is refused.
use std::collections::HashSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use super::append::append;
use super::cursor::{Cursor, begins_name, continues_name};
use super::refusal::Refusal;
use super::{MAX_VALUE, Reader, Variable};
use crate::config::origin::{Origin, Position};
use crate::config::problem::Problem;

/// Variables that a shell has before any file gives them a value, so that the files alone do not tell it.
const INHERITED: [&str; 15] = [
    "HOME", "IFS", "LOGNAME", "MAIL", "OLDPWD", "OPTIND", "PATH", "PPID", "PS1", "PS2", "PS4", "PWD",
    "SHELL", "TERM", "USER",
];

/// Variables whose values the shell makes up, or which do something when they are assigned.
const RESERVED: [&str; 4] = ["LINENO", "OPTIND", "PPID", "_"];

const KEYWORDS: [&str; 19] = [
    "!", "[", "[[", "case", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "test",
    "then", "until", "while", "{", "}",
];

const DECLARATIONS: [&str; 7] = ["declare", "export", "local", "readonly", "set", "setvar", "typeset"];

/// Runs the text of `file`.
pub(super) fn run(reader: &mut Reader, file: &Arc<str>, bytes: &[u8]) -> Result<(), Problem> {
    let mut script = Script { reader, file, cursor: Cursor::new(bytes), unset: Vec::new() };
    // The shell leaves them out; a file that was damaged must not be taken for one that was not.
    if bytes.contains(&0) {
        while !matches!(script.cursor.peek(), Some(0) | None) {
            script.cursor.bump();
        }
        return Err(script.refuse(Refusal::Nul));
    }
    script.commands()
}

struct Script<'a, 'r> {
    reader: &'r mut Reader,
    file: &'a Arc<str>,
    cursor: Cursor<'a>,
    /// What the value that is being read refers to and is not set.
    unset: Vec<String>,
}

/// What stands around a character: it decides what is special.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quoting {
    None,
    Double,
}

/// Whether a word's value may refer to variables.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expansion<'v> {
    Refused,
    /// Allowed, but not to these, which the same command assigns: dash(1) gives the new value of such a variable and
    /// FreeBSD's shell the old one.
    Except(&'v HashSet<String>),
}

impl Script<'_, '_> {
    fn commands(&mut self) -> Result<(), Problem> {
        loop {
            self.skip_blanks();
            match self.cursor.peek() {
                None => return Ok(()),
                Some(b'\n') => {
                    self.cursor.bump();
                }
                Some(b'#') => self.skip_comment(),
                Some(b';') => return Err(self.refuse(Refusal::EmptyCommand)),
                Some(_) => self.command()?,
            }
        }
    }

    /// Reads one command and the `;` that may end it; a newline or comment is left.
    fn command(&mut self) -> Result<(), Problem> {
        if self.at_dot() {
            self.dot()?
        } else {
            self.assignments()?
        }
        match self.cursor.peek() {
            Some(byte) if is_operator(byte) => Err(self.refuse_operator()),
            Some(b';') => {
                self.cursor.bump();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Reads assignments up to the end of the command.
    fn assignments(&mut self) -> Result<(), Problem> {
        let begin = self.cursor;
        let mut variables = Vec::new();
        let mut names = HashSet::new();
        while !ends_command(self.cursor.peek()) {
            let variable = self.assignment(&names)?;
            names.insert(variable.name.clone());
            variables.push(variable);
            self.skip_blanks();
        }
        if self.reader.assign(variables) {
            Ok(())
        } else {
            Err(self.refuse_at(begin, Refusal::TooManyValues))
        }
    }

    fn assignment(&mut self, earlier: &HashSet<String>) -> Result<Variable, Problem> {
        let word = self.cursor;
        let position = Position::line(Arc::clone(self.file), word.line());
        let Some((name, appends)) = self.assigned_name() else {
            self.cursor = word;
            return Err(self.refuse_command(!earlier.is_empty()));
        };
        if RESERVED.contains(&name.as_str()) {
            return Err(self.refuse_at(word, Refusal::Reserved(name)));
        }
        if appends && earlier.contains(&name) {
            return Err(self.refuse_at(word, Refusal::SameCommand(name)));
        }
        let mut value = self.value(Expansion::Except(earlier))?;
        if appends {
            let old = self.reader.variables.find(&name).map_or(&[][..], |variable| &variable.value);
            value = append(old, &value);
            self.reader.warnings.push(append_warning(&name, &position));
        }
        if value.len() > MAX_VALUE {
            return Err(self.refuse_at(word, Refusal::TooLong));
        }
        Ok(Variable { name, value, position, unset: std::mem::take(&mut self.unset) })
    }

    /// Reads `name=` or `name+=`; the second value tells which.
    fn assigned_name(&mut self) -> Option<(String, bool)> {
        let name = self.name()?;
        self.cursor.join_lines();
        let appends = self.cursor.eat(b'+');
        self.cursor.join_lines();
        self.cursor.eat(b'=').then_some((name, appends))
    }

    /// Reads the name of a variable, if one stands here.
    fn name(&mut self) -> Option<String> {
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

    /// Whether the next word is a dot and nothing else.
    fn at_dot(&self) -> bool {
        let mut ahead = self.cursor;
        if !ahead.eat(b'.') {
            return false;
        }
        ahead.join_lines();
        ends_word(ahead.peek())
    }

    /// Reads `. file` and the file.
    fn dot(&mut self) -> Result<(), Problem> {
        let dot = self.cursor;
        self.cursor.bump();
        self.skip_blanks();
        if ends_command(self.cursor.peek()) {
            return Err(self.refuse_at(dot, Refusal::DotNothing));
        }
        let word = self.cursor;
        let name = self.value(Expansion::Refused)?;
        self.skip_blanks();
        if !ends_command(self.cursor.peek()) {
            return Err(self.refuse(Refusal::DotArguments));
        }
        let shown = || String::from_utf8_lossy(&name).into_owned();
        if name.is_empty() {
            return Err(self.refuse_at(word, Refusal::DotNothing));
        }
        if name.first() == Some(&b'-') {
            return Err(self.refuse_at(word, Refusal::DotOption(shown())));
        }
        if !name.contains(&b'/') {
            return Err(self.refuse_at(word, Refusal::DotSearch(shown())));
        }
        // An operator after the name is refused before the file is read, as the shell would see it first.
        if self.cursor.peek().is_some_and(is_operator) {
            return Err(self.refuse_operator());
        }
        self.reader.include(Path::new(OsStr::from_bytes(&name)), &dot.position(self.file))
    }

    /// Reads the rest of a word: what follows `=`, or the name of a file.
    fn value(&mut self, expansion: Expansion<'_>) -> Result<Vec<u8>, Problem> {
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
            None if is_inherited(&name) => return Err(self.refuse_at(dollar, Refusal::Inherited(name))),
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

    fn skip_blanks(&mut self) {
        self.cursor.join_lines();
        while matches!(self.cursor.peek(), Some(b' ' | b'\t')) {
            self.cursor.bump();
            self.cursor.join_lines();
        }
    }

    fn skip_comment(&mut self) {
        while !matches!(self.cursor.peek(), Some(b'\n') | None) {
            self.cursor.bump();
        }
    }

    fn check_carriage_return(&self) -> Result<(), Problem> {
        if self.cursor.at_carriage_return() { Err(self.refuse(Refusal::CarriageReturn)) } else { Ok(()) }
    }

    /// The refusal of what comes next.
    fn refuse(&self, refusal: Refusal) -> Problem {
        self.refuse_at(self.cursor, refusal)
    }

    fn refuse_at(&self, place: Cursor<'_>, refusal: Refusal) -> Problem {
        refusal.at(place.position(self.file))
    }

    fn refuse_operator(&self) -> Problem {
        let operator: String = self
            .cursor
            .rest()
            .iter()
            .take(2)
            .map_while(|&byte| is_operator(byte).then_some(char::from(byte)))
            .collect();
        self.refuse(Refusal::ControlOperator(operator))
    }

    /// The refusal of a `$` at `dollar` with a parenthesis after it, which comes next.
    fn refuse_parenthesis(&self, dollar: Cursor<'_>) -> Problem {
        let arithmetic = self.cursor.peek_second() == Some(b'(');
        self.refuse_at(dollar, if arithmetic { Refusal::Arithmetic } else { Refusal::CommandSubstitution })
    }

    /// The refusal of the next word, which is no assignment.
    fn refuse_command(&self, after_assignment: bool) -> Problem {
        if self.cursor.at_carriage_return() {
            return self.refuse(Refusal::CarriageReturn);
        }
        if self.cursor.peek().is_some_and(is_operator) {
            return self.refuse_operator();
        }
        let word = self.shown_word();
        let name = word.split_once('=').map(|(name, _)| name.to_owned());
        self.refuse(match word.as_str() {
            word if KEYWORDS.contains(&word) => Refusal::Keyword(word.to_owned()),
            word if DECLARATIONS.contains(&word) => Refusal::Declaration(word.to_owned()),
            "source" => Refusal::Source,
            _ if name
                .as_ref()
                .is_some_and(|name| !name.is_empty() && !name.contains(['"', '\'', '$', '\\', '`'])) =>
            {
                Refusal::BadName(name.unwrap_or_default())
            }
            _ if after_assignment => Refusal::CommandAfterAssignment(word),
            _ => Refusal::Command(word),
        })
    }

    /// As much of the next word as an error needs.
    fn shown_word(&self) -> String {
        const SHOWN: usize = 40;
        let rest = self.cursor.rest();
        let length =
            rest.iter().position(|&byte| ends_word(Some(byte))).unwrap_or(rest.len()).max(1).min(rest.len());
        let word = String::from_utf8_lossy(rest.get(..length).unwrap_or_default()).into_owned();
        match word.char_indices().nth(SHOWN) {
            Some((at, _)) => format!("{}...", word.get(..at).unwrap_or_default()),
            None => word,
        }
    }
}

/// Whether a byte is an operator that no file may use.
fn is_operator(byte: u8) -> bool {
    matches!(byte, b'&' | b'|' | b'<' | b'>' | b'(' | b')')
}

/// Whether a word ends before the byte; a `#` within a word begins no comment.
fn ends_word(next: Option<u8>) -> bool {
    next.is_none_or(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b';') || is_operator(byte))
}

/// Whether a command ends before the byte, where a word could begin.
fn ends_command(next: Option<u8>) -> bool {
    next.is_none_or(|byte| matches!(byte, b'\n' | b';' | b'#') || is_operator(byte))
}

/// Whether `$` and the byte are a positional or special parameter.
fn is_parameter(byte: u8) -> bool {
    byte.is_ascii_digit() || b"@*#?-$!".contains(&byte)
}

fn is_inherited(name: &str) -> bool {
    INHERITED.contains(&name) || RESERVED.contains(&name)
}

fn append_warning(name: &str, position: &Position) -> Problem {
    Problem::warning(
        Origin::At(position.clone()),
        format!(
            "`{name}+=` is understood here as sysrc(8) does, but not by sh(1), which reads this file too"
        ),
        format!("write {name}=\"...\", or let `sysrc {name}+=...` do it"),
    )
}
