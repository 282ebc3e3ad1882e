//! `vimage man`: the manual pages, in mdoc(7). What there are of commands and options is taken from the command line
//! itself; the rest is in the files beside this one.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use clap::{Arg, ArgAction, Command};

use super::{Context, print};
use crate::error::{Error, Result};

/// The page vimage(8), with places for what is generated.
const PROGRAM: &str = include_str!("man/vimage.8.in");

/// The page vimage.conf(5).
const CONFIGURATION: &str = include_str!("man/vimage.conf.5");

/// Writes `vimage.8` and `vimage.conf.5` into a directory; into its `man8` and `man5`, if it has them.
pub(crate) fn man(context: &Context, command: &Command, folder: &Path) -> Result<ExitCode> {
    if !folder.is_dir() {
        return Err(Error::unavailable(format!("{} is not a directory", folder.display()))
            .hint("make it, or name another"));
    }
    let pages = [("vimage.8", program(command)), ("vimage.conf.5", CONFIGURATION.to_string())];
    for (name, text) in pages {
        let section = folder.join(format!("man{}", name.rsplit('.').next().unwrap_or_default()));
        let path = if section.is_dir() { section.join(name) } else { folder.join(name) };
        if context.global.dry_run {
            print(&format!("+ {}\n", path.display()))?;
            continue;
        }
        fs::write(&path, text).map_err(|e| Error::io("writing", &path, &e))?;
        if context.global.verbose > 0 {
            eprintln!("vimage: wrote {}", path.display());
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the page vimage(8).
fn program(command: &Command) -> String {
    let verbs = verbs(command);
    let synopsis = verbs.iter().fold(String::new(), |mut out, (path, verb)| {
        let _ = write!(out, ".Nm\n.Cm {path}\n{}", arguments(verb, ".", "\n"));
        out
    });
    let options =
        command.get_arguments().filter(|arg| arg.is_global_set()).map(described).collect::<String>();
    let commands = verbs.iter().fold(String::new(), |mut out, (path, verb)| {
        let _ = write!(out, ".It Cm {path}{}\n{}", arguments(verb, " ", ""), about(verb));
        let own: String = own_arguments(verb).filter(|arg| has_help(arg)).map(described).collect();
        if !own.is_empty() {
            let _ = write!(out, ".Bl -tag -width Ds\n{own}.El\n");
        }
        out
    });
    PROGRAM
        .replace("@SYNOPSIS@", synopsis.trim_end())
        .replace("@OPTIONS@", options.trim_end())
        .replace("@COMMANDS@", commands.trim_end())
}

/// Returns the commands, those of `sim` too, by the words that stand for them.
fn verbs(command: &Command) -> Vec<(String, &Command)> {
    let mut verbs = Vec::new();
    for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set()) {
        match verb.has_subcommands() {
            false => verbs.push((verb.get_name().to_string(), verb)),
            true => verbs.extend(
                self::verbs(verb)
                    .into_iter()
                    .map(|(path, inner)| (format!("{} {path}", verb.get_name()), inner)),
            ),
        }
    }
    verbs
}

/// The arguments that are a command's own.
fn own_arguments(verb: &Command) -> impl Iterator<Item = &Arg> {
    verb.get_arguments().filter(|arg| !arg.is_global_set() && !arg.is_hide_set() && !is_builtin(arg))
}

fn is_builtin(arg: &Arg) -> bool {
    matches!(
        arg.get_action(),
        ArgAction::Help | ArgAction::HelpLong | ArgAction::HelpShort | ArgAction::Version
    )
}

/// Whether there is more to say of an argument than its name.
fn has_help(arg: &Arg) -> bool {
    !arg.is_positional() && arg.get_help().is_some()
}

/// The arguments of a command, each as a macro: on a line of its own, or all on the line of another.
fn arguments(verb: &Command, before: &str, after: &str) -> String {
    let mut out = String::new();
    let (words, options): (Vec<&Arg>, Vec<&Arg>) = own_arguments(verb).partition(|arg| arg.is_positional());
    for arg in options.into_iter().chain(words) {
        let inner = if arg.is_positional() { value(arg) } else { flag(arg) };
        let inner = if repeats(arg) { format!("{inner} ...") } else { inner };
        let macros = match (arg.is_required_set(), after) {
            (true, _) => inner,
            // Op takes in all that is on its line.
            (false, "") => format!("Oo {inner} Oc"),
            (false, _) => format!("Op {inner}"),
        };
        let _ = write!(out, "{before}{macros}{after}");
    }
    out
}

fn repeats(arg: &Arg) -> bool {
    arg.get_num_args().is_some_and(|range| range.max_values() > 1)
        || matches!(arg.get_action(), ArgAction::Append)
            && !arg.is_positional()
            && arg.get_value_delimiter().is_none()
}

/// An option as `Fl n`, or `Fl -repo Ar DIR`.
fn flag(arg: &Arg) -> String {
    let name = match (arg.get_short(), arg.get_long()) {
        (Some(short), _) => format!("Fl {short}"),
        (None, long) => format!("Fl -{}", long.unwrap_or_default()),
    };
    name + &value_after(arg)
}

/// What follows an option's name: nothing, ` Ar DIR`, or a value that may be left out and stands behind `=`.
fn value_after(arg: &Arg) -> String {
    match (takes_value(arg), arg.is_require_equals_set()) {
        (false, _) => String::new(),
        (true, false) => format!(" {}", value(arg)),
        (true, true) => format!(" Ns Oo = Ns {} Oc", value(arg)),
    }
}

fn takes_value(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Set | ArgAction::Append)
}

fn value(arg: &Arg) -> String {
    let names = arg.get_value_names().unwrap_or_default();
    let name = names.first().map_or_else(|| arg.get_id().to_string().to_uppercase(), ToString::to_string);
    // Clap calls an argument that has no name for its value by that of its field: NAMES, of which each is a NAME.
    let name = if arg.is_positional() { name.trim_end_matches('S') } else { &name };
    format!("Ar {name}")
}

/// An item of a list: an option by all its names, and what it is for.
fn described(arg: &Arg) -> String {
    let mut names = Vec::new();
    names.extend(arg.get_short().map(|short| format!("Fl {short}")));
    names.extend(arg.get_long().map(|long| format!("Fl -{long}")));
    let value = value_after(arg);
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    format!(".It {}{value}\n{}", names.join(" , "), sentence(&help))
}

fn about(verb: &Command) -> String {
    sentence(&verb.get_about().map(ToString::to_string).unwrap_or_default())
}

/// Text as a line of mdoc(7), with a full stop.
fn sentence(text: &str) -> String {
    let mut out = String::new();
    let mut literal = false;
    for c in text.trim().trim_end_matches('.').chars() {
        match c {
            '`' => {
                out.push_str(if literal { "\\fP" } else { "\\fB" });
                literal = !literal;
            }
            '\\' => out.push_str("\\e"),
            '-' => out.push_str("\\-"),
            '\n' => out.push(' '),
            c => out.push(c),
        }
    }
    // A line must not begin as a macro does.
    if out.starts_with(['.', '\'']) {
        out.insert_str(0, "\\&");
    }
    if out.is_empty() { out } else { format!("{out}.\n") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_be_taken_for_macros() {
        assert_eq!(sentence(".dot `-T x` a\\b"), "\\&.dot \\fB\\-T x\\fP a\\eb.\n");
        assert_eq!(sentence("'tis"), "\\&'tis.\n");
        assert_eq!(sentence(""), "");
    }
}
