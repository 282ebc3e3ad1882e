//! The outcome: lines for rc.conf(5), and notes of what they do not say.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::parse::Place;
use super::refuse;
use crate::config::shell::quote;
use crate::config::{Name, Problem, for_words};

/// All that some files say, as far as it can be said for vimages.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Imported {
    /// The files that it is from.
    pub(crate) from: String,
    /// Variables about all vimages.
    pub(crate) general: Vec<Line>,
    /// One for each jail, in their order.
    #[serde(rename = "vimages")]
    pub(crate) written: Vec<Written>,
}

/// A jail as a vimage.
#[derive(Debug, Serialize)]
pub(crate) struct Written {
    pub(crate) name: String,
    /// The place of the jail.
    pub(crate) file: String,
    pub(crate) line: u32,
    pub(crate) lines: Vec<Line>,
    pub(crate) notes: Vec<Note>,
    /// Whether its interfaces were made by jng.
    #[serde(skip)]
    pub(super) jng: bool,
    /// How many of each numbered variable there are.
    #[serde(skip)]
    numbers: BTreeMap<&'static str, usize>,
}

/// A variable and its value.
#[derive(Debug, Serialize, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) variable: String,
    pub(crate) value: String,
}

/// What the lines do not say.
#[derive(Debug, Serialize)]
pub(crate) struct Note {
    pub(crate) file: String,
    pub(crate) line: u32,
    pub(crate) text: String,
}

impl Imported {
    /// Checks that no two jails have come to have the same name.
    pub(super) fn distinct(self) -> Result<Self, Problem> {
        for (number, vimage) in self.written.iter().enumerate() {
            if self.written.iter().take(number).any(|before| before.name == vimage.name) {
                let message = format!("another jail is, or would be, the vimage {} already", vimage.name);
                return Err(refuse(&vimage.file, vimage.line, message, "rename one of them"));
            }
        }
        Ok(self)
    }
}

impl Written {
    /// Begins a vimage of a jail's name, which may have to be another one.
    pub(super) fn new(jail: &str, place: &Place) -> Self {
        let allowed = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' };
        let mut name: String = jail.chars().take(Name::MAX - 1).map(allowed).collect();
        if name.parse::<Name>().is_err() {
            name.insert(0, 'v');
        }
        let mut written = Self {
            name,
            file: place.file.to_string(),
            line: place.line,
            lines: Vec::new(),
            notes: Vec::new(),
            jng: false,
            numbers: BTreeMap::new(),
        };
        if written.name != jail {
            let text =
                format!("the jail {jail} is the vimage {}: a name has letters, digits and _", written.name);
            written.note(place, text);
        }
        written
    }

    /// Adds a variable of the vimage, by its name without `vimage_NAME_`.
    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        let variable = format!("vimage_{}_{name}", self.name);
        let value = value.into();
        // jail(8) and rc.d/jail have a shell run commands.
        let value = if name.starts_with("exec_") { for_words(&value) } else { value };
        if value.chars().any(char::is_control) {
            let place = Place { file: self.file.as_str().into(), line: self.line };
            let text = format!(
                "{variable} would have a control character in it, which rc.conf cannot have: {value:?}"
            );
            return self.note(&place, text);
        }
        match self.lines.iter_mut().find(|line| line.variable == variable) {
            Some(line) => line.value = value,
            None => self.lines.push(Line { variable, value }),
        }
    }

    /// Adds the next of a numbered variable.
    pub(super) fn push(&mut self, variable: &'static str, value: &str) {
        let number = self.numbers.entry(variable).or_default();
        let name = format!("{variable}{number}");
        *number += 1;
        self.set(&name, value);
    }

    /// Says what has no counterpart.
    pub(super) fn note(&mut self, place: &Place, text: impl Into<String>) {
        self.notes.push(Note { file: place.file.to_string(), line: place.line, text: text.into() });
    }

    /// Returns the value of a variable that was set.
    pub(super) fn find(&self, variable: &str) -> Option<&str> {
        let variable = format!("vimage_{}_{variable}", self.name);
        self.lines.iter().find(|line| line.variable == variable).map(|line| line.value.as_str())
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.variable, quote(&self.value))
    }
}

/// A text as a comment may have it: on one line, whatever is in it.
fn comment(text: &str) -> String {
    text.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect()
}

/// The lines, with a comment for each thing that they do not say.
impl fmt::Display for Imported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.written.iter().map(|vimage| vimage.name.as_str()).collect();
        writeln!(f, "# What {} says, for vimage(8).", comment(&self.from))?;
        for line in &self.general {
            writeln!(f, "{line}")?;
        }
        writeln!(f, "vimage_list={}", quote(&names.join(" ")))?;
        for vimage in &self.written {
            writeln!(f, "\n# {} ({}:{})", vimage.name, comment(&vimage.file), vimage.line)?;
            for line in &vimage.lines {
                writeln!(f, "{line}")?;
            }
            for note in &vimage.notes {
                writeln!(f, "# {}:{}: {}", comment(&note.file), note.line, comment(&note.text))?;
            }
        }
        Ok(())
    }
}
