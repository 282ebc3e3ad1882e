//! The commands' names and their help, as data.

use std::fmt::{self, Write};

use super::error::ParseError;
use super::{Command, parse};

/// What help tells of a command; `Display` writes the page that the original's `help` shows.
///
/// ```
/// use netgraph::script::Synopsis;
/// assert_eq!(
///     Synopsis::find("shut")?.to_string(),
///     "usage:    shutdown <path>\nAliases:  kill, rmnode\nSummary:  Shut a node down\n"
/// );
/// # Ok::<(), netgraph::script::ParseError>(())
/// ```
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Synopsis {
    /// The name and what follows it.
    pub usage: &'static str,
    /// Its other names.
    pub aliases: &'static [&'static str],
    /// What it does, in a line.
    pub summary: &'static str,
    /// More of that, or nothing.
    pub description: &'static str,
}

/// Makes a command of the words that follow its name.
pub(super) type Parser = fn(&'static Synopsis, &[&str]) -> Result<Command, ParseError>;

macro_rules! commands {
    ($($usage:literal $aliases:expr, $summary:literal, $description:literal => $parse:ident;)*) => {
        &[$((Synopsis { usage: $usage, aliases: &$aliases, summary: $summary, description: $description }, parse::$parse)),*]
    };
}

static COMMANDS: &[(Synopsis, Parser)] = commands! {
    "config <path> [arguments]" [], "Read or set the configuration of a node, as text", "" => config;
    "connect [path] <relpath> <hook> <peerhook>" ["join"], "Connect two nodes",
        "Connects <hook> of the node at <path> (this program's own, if none is given) to <peerhook> of the node at \
         <relpath>, which is a path as seen from the first." => connect;
    "debug [level]" [], "Read or set how much is told of what happens",
        "The level is a number, or + or - for one more or less. From 2 on each message that is sent and received is \
         shown in one line." => debug;
    "dot [-c] [outputfile]" ["graphviz", "confdot"], "Draw the graph in Graphviz's language",
        "Without a file the drawing goes to standard output. With -c hooks are labels of the connections, not boxes."
        => dot;
    "help [command]" ["?"], "List the commands, or explain one", "" => help;
    "list [-ln]" ["ls"], "List the nodes", "With -n only those that have a name, with -l each with its hooks." => list;
    "mkpeer [path] <type> <hook> <peerhook>" [], "Make a node that is connected to another",
        "Makes a node of type <type>, its <peerhook> connected to <hook> of the node at <path>, or of this program's \
         own." => mkpeer;
    "msg path command [args ... ]" ["cmd"], "Send a control message",
        "The node at <path> turns command and arguments into a message, which it is then sent. A reply that comes at \
         once is shown." => msg;
    "name <path> <name>" [], "Name a node", "" => name;
    "read <filename>" ["source", "."], "Do the commands of a file", "" => read;
    "rmhook [path] <hook>" ["disconnect"], "Break a connection",
        "Removes <hook> of the node at <path>, or of this program's own." => rmhook;
    "show [-n] <path>" ["inquire", "info"], "Show a node and its hooks", "With -n without the hooks." => show;
    "shutdown <path>" ["kill", "rmnode"], "Shut a node down", "" => shutdown;
    "status <path>" [], "Read what a node says of itself, as text", "" => status;
    "types" [], "List the node types that are there", "" => types;
    "write hook < -f file | byte ... >" ["w"], "Send a packet out of one of this program's hooks",
        "The packet is what the file holds, or the bytes: numbers from -128 to 255, in decimal, octal or hexadecimal."
        => write;
    "quit" ["exit"], "End", "" => quit;
};

/// Finds a command by the beginning of its name, or of another name of it.
pub(super) fn find(word: &str) -> Result<&'static (Synopsis, Parser), ParseError> {
    let begins = |name: &str| name.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    let known = |one: &Synopsis| begins(one.name()) || one.aliases.iter().any(|alias| begins(alias));
    let found: Vec<_> = COMMANDS.iter().filter(|(synopsis, _)| known(synopsis)).collect();
    match found.as_slice() {
        [command] => Ok(command),
        [] => Err(ParseError::Unknown(word.into())),
        several => Err(ParseError::Ambiguous {
            word: word.into(),
            candidates: several.iter().map(|(synopsis, _)| synopsis.name()).collect(),
        }),
    }
}

/// Returns what help tells of each command, in the order of its list.
pub fn synopses() -> impl ExactSizeIterator<Item = &'static Synopsis> {
    COMMANDS.iter().map(|(synopsis, _)| synopsis)
}

/// Lists the commands, each in a line, as the original's `help` does.
#[must_use]
pub fn overview() -> String {
    let mut out = String::from("Available commands:\n");
    for synopsis in synopses() {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "  {:<10} {}", synopsis.name(), synopsis.summary);
    }
    out
}

impl Synopsis {
    /// Finds a command by its name, another name of it, or the beginning of one.
    ///
    /// # Errors
    /// [`ParseError::Unknown`], [`ParseError::Ambiguous`].
    pub fn find(word: &str) -> Result<&'static Self, ParseError> {
        find(word).map(|(synopsis, _)| synopsis)
    }

    /// Returns the command's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.usage.split(' ').next().unwrap_or(self.usage)
    }
}

impl fmt::Display for Synopsis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "usage:    {}", self.usage)?;
        if !self.aliases.is_empty() {
            writeln!(f, "Aliases:  {}", self.aliases.join(", "))?;
        }
        writeln!(f, "Summary:  {}", self.summary)?;
        if self.description.is_empty() {
            return Ok(());
        }
        writeln!(f, "Description:")?;
        fold(f, self.description)
    }
}

/// Breaks a text into lines of at most 63 characters, as the original does.
fn fold(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let mut len = rest.len().min(63);
        while len < rest.len() && len > 0 && !rest.get(len..).is_some_and(|rest| rest.starts_with(' ')) {
            len -= 1;
        }
        let (line, more) = rest.split_at_checked(len).unwrap_or((rest, ""));
        writeln!(f, "  {line}")?;
        rest = more.trim_start();
    }
    Ok(())
}
