//! Reads rc.conf(5), which is shell, without executing anything.
//!
//! A file is accepted only if it consists of what rc.conf(5) files consist of, and every file that is accepted gives
//! exactly the variables that sh(1) would have after `. file`:
//!
//! - assignments `name=value`, several on a line as sh(1) allows, separated by blanks, `;` or newlines;
//! - `'single'` and `"double"` quotes and the backslash, joined at will, and lines continued by a backslash;
//! - `$name` and `${name}`, where a name that is not set gives nothing;
//! - comments;
//! - `. /path/of/file`, the name literal and with a slash in it.
//!
//! Everything else is refused with its file, line, column and remedy: commands and what introduces them, substitutions
//! that would have to be executed, and what depends on the shell or on who runs it (a tilde, `$1`, `$HOME`, `$'..'`).
//!
//! # `+=`
//! One form is understood that sh(1) does not have: `name+=value`, meaning what sysrc(8) means by it on its command
//! line. The items of the value that the variable does not have yet are added at its end, each after the delimiter,
//! which is the first character of the value unless that is a blank, a letter, a digit, a dot or a slash, when it is a
//! space. sysrc(8) itself writes the result as a plain assignment; a file that has `+=` in it is refused by sh(1), so
//! each use of it is also reported as a warning.
//!
//! # `.`
//! A relative name is looked up where the shell would: in the directory in which it runs, not beside the file that
//! names it. For the system's rc.conf(5) that is `/`, as rc(8) and service(8) see to.
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::origin::Position;
use super::problem::Problem;

mod append;
mod cursor;
mod quote;
mod refusal;
mod script;

pub use quote::quote;
use refusal::Refusal;

/// The longest file that is read, in bytes.
pub const MAX_FILE: u64 = 1 << 20;
/// The deepest that files may name one another.
pub const MAX_DEPTH: usize = 16;
/// The most files that one reader opens.
pub const MAX_FILES: usize = 256;
/// The longest value, in bytes.
pub const MAX_VALUE: usize = 64 << 10;
/// The most bytes that all values that one reader assigns have together; without it a file of a megabyte could, by
/// repeating long values, fill the memory.
pub const MAX_VALUES: usize = 16 << 20;

/// A variable, as the last assignment left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name: letters, digits and underscores, not beginning with a digit.
    pub name: String,
    /// Its value; the shell knows no encoding, so neither does this.
    pub value: Vec<u8>,
    /// Where it was last assigned.
    pub position: Position,
    /// The names that the value refers to and that were not set at that point.
    pub unset: Vec<String>,
}

/// The variables of some files, in the order in which they were first assigned.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    list: Vec<Variable>,
    index: HashMap<String, usize>,
}

impl Variables {
    /// The variable of that name, if it was assigned.
    pub fn find(&self, name: &str) -> Option<&Variable> {
        self.index.get(name).and_then(|&at| self.list.get(at))
    }

    /// The variables in the order in which they were first assigned.
    pub fn iter(&self) -> std::slice::Iter<'_, Variable> {
        self.list.iter()
    }

    fn assign(&mut self, variable: Variable) {
        match self.index.get(&variable.name).and_then(|&at| self.list.get_mut(at)) {
            Some(earlier) => *earlier = variable,
            None => {
                self.index.insert(variable.name.clone(), self.list.len());
                self.list.push(variable);
            }
        }
    }
}

impl<'a> IntoIterator for &'a Variables {
    type Item = &'a Variable;
    type IntoIter = std::slice::Iter<'a, Variable>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Reads files one after the other, each seeing the variables of those before it.
///
/// # Examples
/// ```
/// use vimage::config::shell::Reader;
///
/// let mut reader = Reader::new("/");
/// reader.read_bytes("rc.conf", b"jails=/usr/jail\nvimage_vj1_rootdir=\"${jails}/vj1\" # the root\n")?;
/// let variable = reader.variables().find("vimage_vj1_rootdir").unwrap();
/// assert_eq!(variable.value, b"/usr/jail/vj1");
/// assert_eq!(variable.position.to_string(), "rc.conf:2");
///
/// let refused = reader.read_bytes("rc.conf", b"hostname=$(hostname)\n").unwrap_err();
/// assert_eq!(
///     refused.to_string(),
///     "rc.conf:1:10: a command substitution would have to be executed (write its result instead)"
/// );
/// # Ok::<(), vimage::config::Problem>(())
/// ```
#[derive(Debug)]
pub struct Reader {
    directory: PathBuf,
    variables: Variables,
    warnings: Vec<Problem>,
    open: Vec<PathBuf>,
    opened: usize,
    assigned: usize,
}

impl Reader {
    /// A reader that takes relative names in `. file` from `directory`.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            variables: Variables::default(),
            warnings: Vec::new(),
            open: Vec::new(),
            opened: 0,
            assigned: 0,
        }
    }

    /// Reads a file, and the files that it names.
    ///
    /// What stands before a mistake has been read when the mistake is reported.
    ///
    /// # Errors
    /// The first thing in it that cannot be read without executing it, or that sh(1) would complain of; or that the
    /// file itself cannot be read.
    pub fn read(&mut self, path: &Path) -> Result<(), Problem> {
        let name = shown(path);
        self.open_file(path, &name, "the file")
            .map_err(|refusal| refusal.at(Position::whole(Arc::clone(&name))))
    }

    /// Reads the text of a file that is called `name` in errors.
    ///
    /// # Errors
    /// As for [`read`](Self::read).
    pub fn read_bytes(&mut self, name: &str, bytes: &[u8]) -> Result<(), Problem> {
        script::run(self, &name.into(), bytes)
    }

    /// What has been assigned so far.
    pub fn variables(&self) -> &Variables {
        &self.variables
    }

    /// What was read, and the warnings about it.
    pub fn finish(self) -> (Variables, Vec<Problem>) {
        (self.variables, self.warnings)
    }

    /// Reads the file that a `.` at `position` names.
    fn include(&mut self, file: &Path, position: &Position) -> Result<(), Problem> {
        // The components leave out what says nothing, like the dot of `./file`.
        let path: PathBuf = self.directory.join(file).components().collect();
        let name = shown(&path);
        self.open_file(&path, &name, &name).map_err(|refusal| refusal.at(position.clone()))
    }

    /// Opens and runs a file that is called `name` in what is said of its text, and `itself` in what is said of it.
    fn open_file(&mut self, path: &Path, name: &Arc<str>, itself: &str) -> Result<(), Refused> {
        if self.open.iter().any(|open| open == path) {
            return Err(Refusal::Cycle(itself.to_owned()).into());
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(Refusal::TooDeep.into());
        }
        if self.opened >= MAX_FILES {
            return Err(Refusal::TooManyFiles.into());
        }
        let bytes = read_bounded(path).map_err(|error| Refusal::Unreadable(itself.to_owned(), error))?;
        self.opened += 1;
        self.open.push(path.to_owned());
        let result = script::run(self, name, &bytes);
        self.open.pop();
        result.map_err(Refused::Inside)
    }

    /// Takes over what one command assigns, once all of its words have been read; tells whether it is not too much.
    fn assign(&mut self, variables: Vec<Variable>) -> bool {
        for variable in variables {
            self.assigned = self.assigned.saturating_add(variable.value.len());
            self.variables.assign(variable);
        }
        self.assigned <= MAX_VALUES
    }
}

/// Why a file was not read: it could not be opened, or what is wrong in it.
enum Refused {
    Itself(Refusal),
    Inside(Problem),
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::Itself(refusal)
    }
}

impl Refused {
    fn at(self, position: Position) -> Problem {
        match self {
            Self::Itself(refusal) => refusal.at(position),
            Self::Inside(problem) => problem,
        }
    }
}

/// A path as errors name it: on one line, whatever is in it.
pub(super) fn shown(path: &Path) -> Arc<str> {
    let text = path.to_string_lossy();
    let escape = |character: char| {
        let escaped = character.is_control().then(|| character.escape_default());
        escaped.into_iter().flatten().chain((!character.is_control()).then_some(character))
    };
    text.chars().flat_map(escape).collect::<String>().into()
}

/// The bytes of a file, unless it is longer than any configuration.
fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("longer than {MAX_FILE} bytes")));
    }
    Ok(bytes)
}
