//! What is told to somebody who sits at a terminal: steps in colour, a table that redraws itself, a question, and who is
//! waited for.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::fs;
use std::io::Read;
use std::process::{ExitCode, Stdio};
use std::time::{Duration, Instant};

use nix::fcntl::{Flock, FlockArg};
use support::{Lab, on_a_terminal};

fn steps_are_told_in_colour_on_a_terminal() {
    let lab = Lab::new();
    let (code, seen) = on_a_terminal(lab.command(&["up", "vj1"]), "");
    assert_eq!(code, Some(0), "{seen}");
    assert!(seen.contains("\x1b[32m+\x1b[0m vj1: bridge igb0bridge"), "{seen}");
    let (code, seen) = on_a_terminal(lab.command(&["-n", "down", "vj1"]), "");
    assert_eq!(code, Some(0), "{seen}");
    assert!(seen.contains("\x1b[31m-\x1b[0m vj1: interface ng0_vj1"), "{seen}");
    assert!(seen.contains("\x1b[33m*\x1b[0m vj1: vj1 is down"), "{seen}");
    assert!(seen.ends_with("nothing is done yet: `vimage down vj1` does it\n"), "{seen}");
}

fn no_color_and_whatever_is_no_terminal_have_none() {
    let lab = Lab::new();
    let mut plain = lab.command(&["-n", "up", "vj1"]);
    plain.env("NO_COLOR", "1");
    let (code, seen) = on_a_terminal(plain, "");
    assert_eq!(code, Some(0), "{seen}");
    assert!(seen.contains("+ vj1: bridge igb0bridge") && !seen.contains('\x1b'), "{seen}");
    // Set to nothing, it is as if it were not set.
    let mut empty = lab.command(&["-n", "up", "vj1"]);
    empty.env("NO_COLOR", "");
    assert!(on_a_terminal(empty, "").1.contains("\x1b[32m+"));
    for terminal in [Some("dumb"), None] {
        let mut command = lab.command(&["-n", "up", "vj1"]);
        match terminal {
            Some(name) => command.env("TERM", name),
            None => command.env_remove("TERM"),
        };
        let (_, seen) = on_a_terminal(command, "");
        assert!(seen.contains("+ vj1: bridge igb0bridge") && !seen.contains('\x1b'), "{terminal:?}: {seen}");
    }
    let (told, shown) = (lab.run(&["-v", "up", "vj1"]).stderr, lab.run(&["-n", "down", "vj1"]).stdout);
    for text in [told, shown] {
        let text = String::from_utf8(text).unwrap();
        assert!(text.contains("vj1: ") && !text.contains('\x1b'), "{text}");
    }
}

fn a_table_of_rates_is_drawn_over_the_one_before() {
    const CLEAR: &str = "\x1b[H\x1b[2J";
    let lab = Lab::new();
    lab.ok(&["up", "vj1"]);
    let watch = ["stats", "--watch=0", "--count=3", "vj1"];
    let (code, seen) = on_a_terminal(lab.command(&watch), "");
    assert_eq!(code, Some(0), "{seen}");
    let tables: Vec<&str> = seen.split(CLEAR).skip(1).collect();
    assert_eq!(tables.len(), 3, "{seen}");
    for table in tables {
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines.len(), 3, "{table}");
        assert!(
            lines[0].starts_with("vimage  interface  on") && lines[0].contains("in packets/s"),
            "{table}"
        );
        assert!(lines[1].starts_with("vj1     ng0_vj1    igb0bridge:link2"), "{table}");
    }
    let text = lab.ok(&watch);
    assert!(!text.contains('\x1b'), "{text}");
    assert_eq!(text.split("\n\n").count(), 3, "{text}");
}

fn gc_asks_before_it_takes_anything_away() {
    let lab = Lab::new();
    let (code, seen) = on_a_terminal(lab.command(&["gc"]), "");
    assert_eq!((code, seen.contains("take all this away")), (Some(0), false), "{seen}");
    assert!(seen.ends_with("nothing to do\n"), "{seen}");
    lab.ok(&["up", "vj1"]);
    lab.ok(&["down", "vj1"]);
    let before = lab.machine();
    for answer in ["n\n", "\n", "maybe\n", "\x04"] {
        let (code, seen) = on_a_terminal(lab.command(&["gc"]), answer);
        assert_eq!(code, Some(0), "{seen}");
        assert!(seen.contains("- bridge igb0bridge\n"), "{seen}");
        assert!(seen.contains("take all this away? [y/N] "), "{seen}");
        assert_eq!(lab.machine(), before, "{answer:?}");
    }
    let (code, seen) = on_a_terminal(lab.command(&["gc"]), "y\n");
    assert_eq!(code, Some(0), "{seen}");
    assert_ne!(lab.machine(), before);
    assert_eq!(lab.ok(&["gc"]), "nothing to do\n");
    assert_eq!(lab.ok(&["gc", "--yes"]), "nothing to do\n");
}

fn who_holds_a_machine_is_named_to_who_waits_for_it() {
    let lab = Lab::new();
    let lock = fs::File::create(lab.path(".m.json.lock")).unwrap();
    let lock = Flock::lock(lock, FlockArg::LockExclusive).unwrap();
    fs::write(lab.path(".m.json.lock"), "process 4711, `vimage up vj1`\n").unwrap();
    let mut child = lab.command(&["list"]).stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut status = lab.command(&["status"]).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    assert!(child.wait().unwrap().success(), "the configuration alone waits for nobody");
    let mut told = status.stderr.take().unwrap();
    let (mut text, end) = (String::new(), Instant::now() + Duration::from_secs(60));
    while !text.contains("which holds ") && Instant::now() < end {
        let mut bytes = [0; 512];
        let read = told.read(&mut bytes).unwrap();
        text += &String::from_utf8_lossy(&bytes[..read]);
    }
    assert!(text.contains("vimage: waiting for process 4711, `vimage up vj1`, which holds "), "{text}");
    drop(lock);
    assert_eq!(status.wait().unwrap().code(), Some(3));
}

fn main() -> ExitCode {
    if let Some(code) = support::act_as_program() {
        return code;
    }
    let trials = support::trials![
        steps_are_told_in_colour_on_a_terminal,
        no_color_and_whatever_is_no_terminal_have_none,
        a_table_of_rates_is_drawn_over_the_one_before,
        gc_asks_before_it_takes_anything_away,
        who_holds_a_machine_is_named_to_who_waits_for_it,
    ];
    libtest_mimic::run(&libtest_mimic::Arguments::from_args(), trials).exit_code()
}
