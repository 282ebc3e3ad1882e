//! What ngctl can be told to do.

use std::fmt::Write;

use super::{Done, Ngctl, show};

pub(super) struct Command {
    pub(super) usage: &'static str,
    aliases: &'static [&'static str],
    summary: &'static str,
    more: &'static str,
    pub(super) run: fn(&mut Ngctl<'_>, &[&str]) -> Done,
}

macro_rules! commands {
    ($($usage:literal $aliases:expr, $summary:literal, $more:literal => $run:ident;)*) => {
        &[$(Command { usage: $usage, aliases: &$aliases, summary: $summary, more: $more, run: |ngctl, words| ngctl.$run(words) }),*]
    };
}

static COMMANDS: &[Command] = commands! {
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
    "read <filename>" ["source", "."], "Do the commands of a file", "" => source;
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
pub(super) fn find(word: &str) -> Result<&'static Command, String> {
    let begins = |name: &str| name.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    let name = |command: &Command| command.usage.split(' ').next().is_some_and(begins);
    let mut found =
        COMMANDS.iter().filter(|command| name(command) || command.aliases.iter().any(|alias| begins(alias)));
    match (found.next(), found.next()) {
        (Some(command), None) => Ok(command),
        (Some(_), Some(_)) => Err(format!("\"{word}\": ambiguous command")),
        (None, _) => Err(format!("\"{word}\": unknown command")),
    }
}

impl Ngctl<'_> {
    pub(super) fn help(&mut self, words: &[&str]) -> Done {
        let mut out = String::new();
        let Some(word) = words.get(1) else {
            out += "Available commands:\n";
            for Command { usage, summary, .. } in COMMANDS {
                let name = usage.split(' ').next().unwrap_or(usage);
                // Writing to a String cannot fail.
                let _ = writeln!(out, "  {name:<10} {summary}");
            }
            return self.say(&out);
        };
        match find(word) {
            Err(complaint) => self.warn(&complaint),
            Ok(Command { usage, aliases, summary, more, .. }) => {
                let _ = writeln!(out, "usage:    {usage}");
                if !aliases.is_empty() {
                    let _ = writeln!(out, "Aliases:  {}", aliases.join(", "));
                }
                let _ = writeln!(out, "Summary:  {summary}");
                if !more.is_empty() {
                    out += "Description:\n";
                    show::fold(&mut out, more);
                }
            }
        }
        self.say(&out)
    }
}
