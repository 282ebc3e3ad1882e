//! Telling of steps as they are done or tried, and of them all at the end.

use std::fmt::Write as _;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use netgraph::graph::visible;
use serde::Serialize;

use super::{Context, print, print_json, told};
use crate::cli::Global;
use crate::error::{Error, Exit, Result};
use crate::work::{Report, Sign, Step};

/// The version of the JSON form.
const VERSION: u32 = 1;

/// Where steps are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Telling {
    /// Nowhere, and no warnings either.
    Nowhere,
    /// Only warnings.
    Warnings,
    /// On stderr, beside what the command prints.
    Beside {
        /// Whether signs are coloured.
        coloured: bool,
    },
    /// On stdout: they are what the command prints.
    Out {
        /// Whether signs are coloured.
        coloured: bool,
    },
}

impl Telling {
    /// Where the options want steps to be told.
    pub(super) fn asked_for(global: &Global) -> Self {
        let coloured = |terminal: bool| terminal && shows_colours();
        let terminal = std::io::stderr().is_terminal();
        match global {
            Global { json: false, dry_run: true, .. } => {
                Self::Out { coloured: coloured(std::io::stdout().is_terminal()) }
            }
            Global { verbose: 0, json: true, .. } => Self::Warnings,
            Global { verbose: 0, .. } if !terminal => Self::Warnings,
            _ => Self::Beside { coloured: coloured(terminal) },
        }
    }
}

/// Whether a terminal of this environment shows colours, and its user wants them. At boot, a console is of no known type.
fn shows_colours() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|no| no.is_empty())
        && std::env::var_os("TERM").is_some_and(|terminal| terminal != "dumb")
}

/// Everything that was told of.
#[derive(Debug, Default)]
pub(crate) struct Told {
    steps: Vec<ToldStep>,
    warnings: Vec<Warning>,
}

#[derive(Debug, Serialize)]
struct ToldStep {
    vimage: Option<String>,
    sign: Sign,
    what: String,
    why: String,
}

#[derive(Debug, Serialize)]
struct Warning {
    vimage: String,
    what: String,
}

#[derive(Serialize)]
struct Failure<'a> {
    code: u8,
    message: &'a str,
    hint: &'a str,
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    dry_run: bool,
    steps: &'a [ToldStep],
    warnings: &'a [Warning],
    failure: Option<Failure<'a>>,
}

impl Context {
    /// Tells whether there was anything to do so far.
    pub(super) fn has_told_steps(&self) -> bool {
        !self.told.lock().unwrap_or_else(PoisonError::into_inner).steps.is_empty()
    }
}

/// Tells of one vimage's steps.
#[derive(Debug)]
pub(crate) struct Reporter {
    telling: Telling,
    told: Arc<Mutex<Told>>,
    /// What is to be told in one piece, where others tell at the same time.
    held: Option<String>,
}

impl Reporter {
    pub(super) fn new(telling: Telling, told: Arc<Mutex<Told>>) -> Self {
        Self { telling, told, held: None }
    }

    /// Tells everything in one piece when it is dropped.
    pub(super) fn in_one_piece(mut self) -> Self {
        self.held = Some(String::new());
        self
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&mut self, line: &str) {
        match &mut self.held {
            Some(held) => held.push_str(line),
            None => write(self.telling, line),
        }
    }
}

impl Drop for Reporter {
    fn drop(&mut self) {
        if let Some(held) = self.held.take() {
            write(self.telling, &held);
        }
    }
}

/// Writes lines. A terminal that is gone must not stop the work.
fn write(telling: Telling, lines: &str) {
    let _ = match telling {
        Telling::Nowhere => Ok(()),
        Telling::Out { .. } => std::io::stdout().lock().write_all(lines.as_bytes()),
        Telling::Warnings | Telling::Beside { .. } => std::io::stderr().lock().write_all(lines.as_bytes()),
    };
}

/// Writes a step, with a sign that can be seen from far away.
fn line(step: &Step<'_>, coloured: bool) -> String {
    let text = visible(&step.to_string());
    if !coloured {
        return format!("{text}\n");
    }
    let colour = match step.sign {
        Sign::Add => 32,
        Sign::Remove => 31,
        Sign::Change => 33,
    };
    let rest = text.get(1..).unwrap_or_default();
    format!("\x1b[{colour}m{}\x1b[0m{rest}\n", step.sign)
}

impl Report for Reporter {
    fn step(&mut self, step: Step<'_>) {
        self.told().steps.push(ToldStep {
            vimage: step.vimage.map(str::to_owned),
            sign: step.sign,
            what: step.what.to_owned(),
            why: step.why.to_owned(),
        });
        match self.telling {
            Telling::Nowhere | Telling::Warnings => {}
            Telling::Beside { coloured } | Telling::Out { coloured } => self.tell(&line(&step, coloured)),
        }
    }

    fn warning(&mut self, vimage: &str, what: &str) {
        self.told().warnings.push(Warning { vimage: vimage.to_owned(), what: what.to_owned() });
        let whose = if vimage.is_empty() { String::new() } else { format!("{vimage}: ") };
        let lines = told(&format!("vimage: {whose}"), what);
        match (self.telling, &mut self.held) {
            (Telling::Nowhere, _) => {}
            (Telling::Warnings | Telling::Beside { .. }, Some(held)) => held.push_str(&lines),
            _ => write(Telling::Warnings, &lines),
        }
    }
}

/// Does, or tries, what changes the machine, and tells at the end what it came to. `done_by` is the command that does
/// what was only tried.
pub(crate) fn changing(
    context: &mut Context,
    done_by: &str,
    act: impl FnOnce(&mut Context) -> Result<()>,
) -> Result<ExitCode> {
    let result = act(context);
    let told = std::mem::take(&mut *context.told.lock().unwrap_or_else(PoisonError::into_inner));
    let dry_run = context.global.dry_run;
    if context.global.json {
        print_json(&Document {
            version: VERSION,
            dry_run,
            steps: &told.steps,
            warnings: &told.warnings,
            failure: result.as_ref().err().map(failure),
        })?;
    } else if dry_run && result.is_ok() {
        print(&summary(&told.steps, done_by))?;
    }
    result?;
    let to_do = context.is_plan && !told.steps.is_empty();
    Ok(if to_do { Exit::ToDo.into() } else { ExitCode::SUCCESS })
}

fn failure(error: &Error) -> Failure<'_> {
    Failure { code: error.exit as u8, message: &error.message, hint: &error.hint }
}

/// Counts what would be done.
fn summary(steps: &[ToldStep], done_by: &str) -> String {
    if steps.is_empty() {
        return "nothing to do\n".into();
    }
    let count = |sign: Sign| steps.iter().filter(|step| step.sign == sign).count();
    let mut text = String::new();
    let (add, remove, change) = (count(Sign::Add), count(Sign::Remove), count(Sign::Change));
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "{add} to add (+), {remove} to take away (-), {change} to change or run (*); nothing is done yet: `{done_by}` does it"
    );
    text
}
