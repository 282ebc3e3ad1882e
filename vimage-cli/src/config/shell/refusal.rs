//! What the reader refuses, why, and what to write instead.
use std::io;

use super::{MAX_DEPTH, MAX_FILES, MAX_VALUE, MAX_VALUES};
use crate::config::origin::{Origin, Position};
use crate::config::problem::Problem;

/// Something in a file that cannot be read without executing it, or that does not mean the same everywhere.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error("a command substitution would have to be executed")]
    CommandSubstitution,
    #[error("an arithmetic expansion would have to be evaluated")]
    Arithmetic,
    #[error("the expansion ${{{0}{1}...}} is more than the name of a variable")]
    Operator(String, char),
    #[error("${{ is not followed by the name of a variable")]
    NoName,
    #[error("${{{0} has no closing brace")]
    NoBrace(String),
    #[error("${0} is a parameter of the running shell")]
    Parameter(char),
    #[error("the value of ${0} is the running shell's own")]
    Inherited(String),
    #[error("the value of ${0} is made up by the running shell")]
    Own(String),
    #[error("{0} is a variable of the shell itself")]
    Reserved(String),
    #[error("${0} is assigned by the same command, and shells differ in which value that gives")]
    SameCommand(String),
    #[error("${0}...{0} does not mean the same to every sh")]
    DollarQuote(char),
    #[error("the shell would replace this tilde by a home directory")]
    Tilde,
    #[error("{0:?} is an operator of the shell")]
    ControlOperator(String),
    #[error("a `;` with no assignment before it")]
    EmptyCommand,
    #[error("{0:?} is a command")]
    Command(String),
    #[error("{0:?} belongs to a control structure")]
    Keyword(String),
    #[error("{0:?} is a declaration")]
    Declaration(String),
    #[error("{0:?} cannot be the name of a variable")]
    BadName(String),
    #[error("`source` is unknown to sh")]
    Source,
    #[error("{0:?} is a command, and the assignments before it would be its environment")]
    CommandAfterAssignment(String),
    #[error("`.` names no file")]
    DotNothing,
    #[error("`.` is followed by more than the name of a file")]
    DotArguments,
    #[error("the name of the file after `.` is not literal")]
    DotExpansion,
    #[error("the shell would search PATH for {0:?}")]
    DotSearch(String),
    #[error("the shell would take {0:?} for an option")]
    DotOption(String),
    #[error("{0} is being read already")]
    Cycle(String),
    #[error("files name one another more than {MAX_DEPTH} deep")]
    TooDeep,
    #[error("more than {MAX_FILES} files are named")]
    TooManyFiles,
    #[error("a value is longer than {MAX_VALUE} bytes")]
    TooLong,
    #[error("all values together are longer than {MAX_VALUES} bytes")]
    TooManyValues,
    #[error("this {0} quote is not closed")]
    Unclosed(&'static str),
    #[error("a backslash ends the file")]
    TrailingBackslash,
    #[error("the line ends with a carriage return, which the shell would take as part of it")]
    CarriageReturn,
    #[error("there is a NUL byte")]
    Nul,
    #[error("{0} cannot be read: {reason}", reason = reason(.1))]
    Unreadable(String, io::Error),
}

impl Refusal {
    /// What to write instead.
    fn remedy(&self) -> String {
        match self {
            Self::CommandSubstitution | Self::Arithmetic => "write its result instead".into(),
            Self::Operator(name, _) => format!("write ${{{name}}}, or the value"),
            Self::NoName => "write \\$ for a dollar sign".into(),
            Self::NoBrace(name) => format!("write ${{{name}}}"),
            Self::Parameter(_) => "write its value, or \\$ for a dollar sign".into(),
            Self::Own(_) => "write its value".into(),
            Self::Inherited(name) => format!("write its value, or assign {name} first"),
            Self::Reserved(_) => "use another name".into(),
            Self::SameCommand(_) => "put the two assignments on lines of their own".into(),
            Self::DollarQuote(_) => "write \\$ for a dollar sign, or drop it".into(),
            Self::Tilde => "write the directory, or \\~ for a tilde".into(),
            Self::ControlOperator(_) => "quote it if it belongs to a value".into(),
            Self::EmptyCommand => "remove it".into(),
            Self::Command(_) => "only assignments and `. /path/of/file` are read; nothing is executed".into(),
            Self::Keyword(_) => "decide it beforehand and write only the assignments".into(),
            Self::Declaration(_) => "write only the assignment".into(),
            Self::BadName(_) => {
                "a name has letters, digits and underscores, and does not begin with a digit".into()
            }
            Self::Source => "write `. /path/of/file`".into(),
            Self::CommandAfterAssignment(_) => "quote a value that has blanks in it".into(),
            Self::DotNothing | Self::DotArguments => "write `. /path/of/file`".into(),
            Self::DotExpansion => "write the whole path, and quote what is special to the shell".into(),
            Self::DotSearch(name) => format!("write ./{name}, or the whole path"),
            Self::DotOption(name) => format!("write ./{name}"),
            Self::Cycle(_) => "remove one of the `.` that lead here".into(),
            Self::TooDeep | Self::TooManyFiles => "put them into fewer files".into(),
            Self::TooLong | Self::TooManyValues => "shorten it".into(),
            Self::Unclosed(_) => "close it".into(),
            Self::TrailingBackslash => "remove it".into(),
            Self::CarriageReturn => "let the lines end with newlines alone, as `tr -d '\\r'` does".into(),
            Self::Nul => "is the file damaged? write it anew".into(),
            Self::Unreadable(..) => "create it, or let it be read".into(),
        }
    }

    /// The refusal as a problem.
    pub(super) fn at(self, position: Position) -> Problem {
        Problem::error(Origin::At(position), self.to_string(), self.remedy())
    }
}

/// What an error says, without the number that the standard library puts after it.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}
