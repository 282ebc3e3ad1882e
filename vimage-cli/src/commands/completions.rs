//! `vimage completions`: scripts by which a shell completes commands, options and the names of vimages.
//!
//! The scripts ask the program itself, by its command `complete`, what could come next.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Arg, ArgAction, Command};

use super::{Context, print, print_as_is};
use crate::build::release::{REPOSITORIES, find};
use crate::error::Result;

/// A shell that completes words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Shell {
    /// bash(1)
    Bash,
    /// FreeBSD's csh(1), which is tcsh(1)
    Tcsh,
    /// fish(1)
    Fish,
    /// zsh(1)
    Zsh,
}

/// Prints the script for a shell.
pub(crate) fn completions(shell: Shell) -> Result<ExitCode> {
    print_as_is(match shell {
        Shell::Bash => include_str!("completions/vimage.bash"),
        Shell::Tcsh => include_str!("completions/vimage.tcsh"),
        Shell::Fish => include_str!("completions/vimage.fish"),
        Shell::Zsh => include_str!("completions/_vimage"),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The line that tcsh(1) completes.
const LINE: &str = "COMMAND_LINE";

/// Prints what the last of `words` could be, a line each: the word, and after a tab what it is. Nothing means a file.
pub(crate) fn complete(context: &mut Context, command: &Command, words: &[String]) -> Result<ExitCode> {
    let words = match (words.is_empty(), std::env::var(LINE)) {
        // The program's own name is the first.
        (true, Ok(line)) => line.split(' ').skip(1).map(str::to_string).collect(),
        _ => words.to_vec(),
    };
    let bare = std::env::var_os(LINE).is_some();
    let found = candidates(context, command, &words);
    let line = |(word, what): &(String, String)| match bare || what.is_empty() {
        true => format!("{word}\n"),
        false => format!("{word}\t{what}\n"),
    };
    print(&found.iter().map(line).collect::<String>())?;
    Ok(ExitCode::SUCCESS)
}

type Candidate = (String, String);

/// What the words before the last one have come to.
struct Position<'c> {
    verb: &'c Command,
    /// The arguments so far that are no options.
    given: Vec<&'c str>,
    /// The option that the last word is the value of.
    option: Option<&'c Arg>,
    /// Whether what follows is a command of its own.
    foreign: bool,
    config: Option<PathBuf>,
}

fn candidates(context: &mut Context, command: &Command, words: &[String]) -> Vec<Candidate> {
    let none = String::new();
    let (last, before) = words.split_last().unwrap_or((&none, &[]));
    let position = follow(command, before);
    context.global.config = position.config.clone().or(context.global.config.take());
    let all = if position.foreign {
        Vec::new()
    } else if let Some(option) = position.option {
        values(option)
    } else if last.starts_with('-') {
        options(position.verb)
    } else if position.verb.has_subcommands() {
        let verbs = position.verb.get_subcommands().filter(|verb| !verb.is_hide_set());
        verbs.map(|verb| (verb.get_name().to_string(), first_line(verb.get_about()))).collect()
    } else {
        arguments(context, &position)
    };
    all.into_iter().filter(|(word, _)| word.starts_with(last.as_str())).collect()
}

/// Goes through words as the command line's parser would.
fn follow<'c>(command: &'c Command, words: &'c [String]) -> Position<'c> {
    let mut at = Position { verb: command, given: Vec::new(), option: None, foreign: false, config: None };
    for word in words {
        if let Some(option) = at.option.take() {
            if option.get_id() == "config" {
                at.config = Some(word.into());
            }
        } else if word.len() > 1 && word.starts_with('-') && word != "--" {
            at.option = option(at.verb, word);
        } else if let Some(verb) = at.verb.find_subcommand(word).filter(|_| at.given.is_empty()) {
            at.verb = verb;
        } else if word != "--" {
            at.given.push(word);
            at.foreign = argument(&at).is_some_and(Arg::is_trailing_var_arg_set) && at.given.len() > 1;
        }
    }
    at
}

/// The option that the word after `word` is the value of, if it is one.
fn option<'c>(verb: &'c Command, word: &str) -> Option<&'c Arg> {
    let takes =
        |arg: &&Arg| matches!(arg.get_action(), ArgAction::Set | ArgAction::Append) && !arg.is_positional();
    let mut taking = verb.get_arguments().filter(takes);
    match word.strip_prefix("--") {
        Some(long) => taking.find(|arg| arg.get_long() == Some(long)),
        // Of several letters, the last one.
        None => taking.find(|arg| arg.get_short().is_some() && arg.get_short() == word.chars().last()),
    }
}

/// The argument that comes next.
fn argument<'c>(at: &Position<'c>) -> Option<&'c Arg> {
    let mut positionals = at.verb.get_positionals();
    let last = at.verb.get_positionals().last();
    let repeats = |arg: &&Arg| arg.get_num_args().is_some_and(|range| range.max_values() > 1);
    positionals.nth(at.given.len()).or_else(|| last.filter(repeats))
}

fn arguments(context: &mut Context, at: &Position<'_>) -> Vec<Candidate> {
    let Some(argument) = argument(at) else { return Vec::new() };
    if matches!(argument.get_id().as_str(), "name" | "names") {
        // Without a configuration that can be read there are no names.
        let Ok(config) = context.config() else { return Vec::new() };
        let named = config.vimages.values().filter(|vimage| !at.given.contains(&vimage.name.as_str()));
        return named.map(|vimage| (vimage.name.to_string(), vimage.hostname.value.clone())).collect();
    }
    values(argument)
}

/// What an argument's value can be, as far as that is known.
fn values(arg: &Arg) -> Vec<Candidate> {
    if arg.get_id() == "release" {
        let releases = find(Path::new(REPOSITORIES)).unwrap_or_default();
        let name = |path: PathBuf| path.file_name().map(|name| name.to_string_lossy().into_owned());
        return releases.into_iter().filter_map(name).map(|name| (name, String::new())).collect();
    }
    if arg.get_id() == "host" {
        return [("kernel", "this machine"), ("sim:", "a simulated machine, kept in a file")]
            .map(|(word, what)| (word.to_string(), what.to_string()))
            .into();
    }
    let value =
        |value: clap::builder::PossibleValue| (value.get_name().to_string(), first_line(value.get_help()));
    arg.get_possible_values().into_iter().map(value).collect()
}

fn options(verb: &Command) -> Vec<Candidate> {
    let mut options = Vec::new();
    for arg in verb.get_arguments().filter(|arg| !arg.is_positional() && !arg.is_hide_set()) {
        let what = first_line(arg.get_help());
        options.extend(arg.get_long().map(|long| (format!("--{long}"), what.clone())));
        options.extend(arg.get_short().map(|short| (format!("-{short}"), what.clone())));
    }
    options
}

fn first_line(text: Option<&clap::builder::StyledStr>) -> String {
    text.map(ToString::to_string).unwrap_or_default().lines().next().unwrap_or_default().to_string()
}
