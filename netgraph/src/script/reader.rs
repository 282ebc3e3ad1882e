//! Scripts, line by line.

use std::io::BufRead;

use super::Command;
use super::answer::Answer;
use super::error::{Failure, ParseError, ScriptError};
use crate::socket::Socket;

/// A command of a script, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// The number of the line, from 1.
    pub line: usize,
    /// The command.
    pub command: Command,
}

/// Reads the commands of a script: one a line; blank lines, and those that begin with `#`, are passed over.
///
/// Nothing is read before it is asked for. After an error it can be read on, unless the error is one of the input.
///
/// ```
/// use netgraph::script::{Command, Script};
/// let mut script = Script::new("# Two lines.\n\nshutdown [3]:\nfrobnicate\n".as_bytes());
/// let step = script.next().ok_or("nothing")??;
/// assert_eq!((step.line, step.command), (3, Command::Shutdown { path: "[3]:".parse()? }));
/// assert_eq!(script.next().ok_or("nothing")?.unwrap_err().line, 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Script<R> {
    input: R,
    line: usize,
    ended: bool,
}

impl<R: BufRead> Script<R> {
    /// Begins to read.
    pub fn new(input: R) -> Self {
        Self { input, line: 0, ended: false }
    }

    /// Does the commands on a socket, one for each call of the iterator, up to the first that fails or `quit`. `debug` is passed
    /// over: it changes what the program tells, not the graph.
    ///
    /// As an iterator does nothing by itself, neither does this: a loop, or `collect`, makes it go.
    pub fn run(self, socket: &Socket) -> Run<'_, R> {
        Run { script: self, socket }
    }
}

impl<R: BufRead> Iterator for Script<R> {
    type Item = Result<Step, ScriptError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            let mut bytes = Vec::new();
            let read = self.input.read_until(b'\n', &mut bytes);
            self.ended = !matches!(read, Ok(1..));
            self.line += 1;
            let command = match read {
                Ok(0) => return None,
                Ok(_) if bytes.starts_with(b"#") => continue,
                Ok(_) => match String::from_utf8_lossy(&bytes).parse() {
                    Err(ParseError::Empty) => continue,
                    parsed => parsed.map_err(Failure::from),
                },
                Err(error) => Err(error.into()),
            };
            let line = self.line;
            return Some(
                command
                    .map(|command| Step { line, command })
                    .map_err(|failure| ScriptError { line, failure }),
            );
        }
        None
    }
}

/// A script while it runs, from [`Script::run`].
#[derive(Debug)]
#[must_use = "an iterator does nothing by itself"]
pub struct Run<'s, R> {
    script: Script<R>,
    socket: &'s Socket,
}

impl<R: BufRead> Iterator for Run<'_, R> {
    type Item = Result<Answer, ScriptError>;

    fn next(&mut self) -> Option<Self::Item> {
        let answer = match self.script.next()? {
            Ok(Step { command: Command::Quit, .. }) => {
                self.script.ended = true;
                return None;
            }
            Ok(Step { command: Command::Debug(_), .. }) => Ok(Answer::Nothing),
            Ok(Step { line, command }) => {
                command.run(self.socket).map_err(|failure| ScriptError { line, failure })
            }
            Err(error) => Err(error),
        };
        self.script.ended |= answer.is_err();
        Some(answer)
    }
}
