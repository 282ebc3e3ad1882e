//! Says what it is that was found where an assignment was expected.
use super::{Script, ends_word, is_operator};
use crate::config::origin::{Origin, Position};
use crate::config::problem::Problem;
use crate::config::shell::refusal::Refusal;

const KEYWORDS: [&str; 19] = [
    "!", "[", "[[", "case", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "test",
    "then", "until", "while", "{", "}",
];

const DECLARATIONS: [&str; 6] = ["declare", "export", "local", "readonly", "setvar", "typeset"];

impl Script<'_, '_> {
    /// The refusal of the operator that comes next.
    pub(super) fn refuse_operator(&self) -> Problem {
        let operator: String = self
            .cursor
            .rest()
            .iter()
            .take(2)
            .map_while(|&byte| is_operator(byte).then_some(char::from(byte)))
            .collect();
        self.refuse(Refusal::ControlOperator(operator))
    }

    /// The refusal of the next word, which is no assignment.
    pub(super) fn refuse_command(&self, after_assignment: bool) -> Problem {
        let mut end = self.cursor;
        while !ends_word(end.peek()) && !end.at_carriage_return() {
            end.bump();
        }
        if end.at_carriage_return() {
            return self.refuse_at(end, Refusal::CarriageReturn);
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

/// The warning that a use of `+=` is given.
pub(super) fn append_warning(name: &str, position: &Position) -> Problem {
    Problem::warning(
        Origin::At(position.clone()),
        format!(
            "`{name}+=` is understood here as sysrc(8) does, but not by sh(1), which reads this file too"
        ),
        format!("write {name}=\"...\", or let `sysrc {name}+=...` do it"),
    )
}
