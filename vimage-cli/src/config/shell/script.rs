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
use super::cursor::Cursor;
use super::refusal::Refusal;
use super::{MAX_VALUE, Reader, Variable};
use crate::config::origin::Position;
use crate::config::problem::Problem;

mod explain;
mod word;

use explain::append_warning;
use word::{Expansion, RESERVED};

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
