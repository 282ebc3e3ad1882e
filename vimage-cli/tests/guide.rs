//! docs/guide.md, followed from top to bottom on a simulated machine: each file in it is written, each command run, and
//! what it prints compared with what the guide shows.
//!
//! With `GUIDE_WRITE=1` in the environment, what the commands print is written into the guide instead.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

mod releases;
mod support;
mod town;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::Trial;
use town::Town;

fn guide() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guide.md")
}

/// A part of the guide.
enum Part<'g> {
    /// What is there to be read.
    Prose(&'g str),
    /// The commands of a block, each with what it prints.
    Console(Vec<(&'g str, String)>),
    /// A file: its name, what is done with it, and its lines.
    File(&'g str, Deed, String),
}

/// What is done with a file, as the end of its block's first line tells.
#[derive(Clone, Copy, PartialEq)]
enum Deed {
    Write,
    Append,
    Compare,
}

const DEEDS: [(&str, Deed); 3] =
    [(", at its end", Deed::Append), (", as it is now", Deed::Compare), ("", Deed::Write)];

/// Cuts the guide into its parts.
fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        parts.push(Part::Prose(line));
        let kind = line.strip_prefix("```").unwrap_or_default();
        if kind.is_empty() {
            continue;
        }
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        match kind {
            "console" => parts.push(console(&block)),
            "sh" => {
                let (first, rest) = block.split_first().unwrap();
                let first = first.strip_prefix("# ").unwrap();
                let deed = |(end, deed): &(&str, Deed)| Some((first.strip_suffix(end)?, *deed));
                let (name, deed) = DEEDS.iter().find_map(deed).unwrap();
                let text = rest.iter().map(|line| format!("{line}\n")).collect();
                parts.push(Part::File(name, deed, text));
            }
            _ => parts.extend(block.iter().map(|line| Part::Prose(line))),
        }
        parts.push(Part::Prose("```"));
    }
    parts
}

fn console<'g>(block: &[&'g str]) -> Part<'g> {
    let mut commands: Vec<(&str, String)> = Vec::new();
    for line in block {
        match (line.strip_prefix("# "), commands.last_mut()) {
            (Some(command), _) => commands.push((command, String::new())),
            (None, Some((_, printed))) => *printed += &format!("{line}\n"),
            (None, None) => assert!(line.is_empty(), "what no command prints: {line}"),
        }
    }
    Part::Console(commands)
}

/// How long a vimage has been up is not the same each time.
fn timeless(text: &str) -> String {
    let line = |line: &str| match line.split_once("  for ") {
        Some((before, after)) if line.contains("  jid ") => {
            let rest = after.split_once("  ").map(|(_, rest)| format!("  {rest}")).unwrap_or_default();
            format!("{before}  for 0 s{rest}\n")
        }
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

fn the_guide_works_from_top_to_bottom() {
    let text = fs::read_to_string(guide()).unwrap();
    let write = std::env::var_os("GUIDE_WRITE").is_some();
    let town = Town::new();
    let mut written = String::new();
    let mut run = 0;
    for part in parts(&text) {
        match part {
            Part::Prose(line) => written += &format!("{line}\n"),
            Part::File(name, deed, lines) => {
                let (end, _) = DEEDS.iter().find(|(_, known)| *known == deed).unwrap();
                match deed {
                    Deed::Write => town.write(name, &lines),
                    Deed::Append => town.append(name, &lines),
                    Deed::Compare if write => {}
                    Deed::Compare => assert_eq!(town.read(name), lines, "{name}"),
                }
                let lines = if deed == Deed::Compare { town.read(name) } else { lines };
                written += &format!("# {name}{end}\n{lines}");
            }
            Part::Console(commands) => {
                for (command, shown) in commands {
                    let (printed, _) = town.run(command);
                    let printed = timeless(&printed);
                    if !write {
                        assert_eq!(printed, shown, "# {command}");
                    }
                    written += &format!("# {command}\n{printed}");
                    run += 1;
                }
            }
        }
    }
    assert!(run > 40, "only {run} commands were run");
    if write {
        fs::write(guide(), written).unwrap();
    } else {
        assert_eq!(written, text, "a part of the guide was lost on the way");
    }
}

fn every_link_in_the_guide_leads_to_a_heading() {
    let text = fs::read_to_string(guide()).unwrap();
    let anchor = |heading: &str| {
        let kept = heading.to_lowercase().replace(' ', "-");
        kept.chars().filter(|c| c.is_alphanumeric() || *c == '-').collect::<String>()
    };
    let anchors: Vec<String> = text.lines().filter_map(|line| line.strip_prefix("## ")).map(anchor).collect();
    let links: Vec<&str> = text.split("](#").skip(1).map(|rest| rest.split(')').next().unwrap()).collect();
    assert!(links.len() >= anchors.len());
    for link in links {
        assert!(anchors.iter().any(|anchor| anchor == link), "{link}");
    }
}

fn main() -> ExitCode {
    if let Some(code) = support::act_as_program() {
        return code;
    }
    // Where the test was copied without the sources there is no guide to follow.
    let there = guide().is_file();
    let trials =
        support::trials![the_guide_works_from_top_to_bottom, every_link_in_the_guide_leads_to_a_heading];
    let trials: Vec<Trial> = trials.into_iter().map(|trial| trial.with_ignored_flag(!there)).collect();
    libtest_mimic::run(&libtest_mimic::Arguments::from_args(), trials).exit_code()
}
