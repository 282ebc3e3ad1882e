//! The programs after FreeBSD's own: what they print, whole.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../examples/flowctl/main.rs"]
#[expect(dead_code, reason = "its main function is for the program")]
mod flowctl;
#[path = "../examples/ngctl/main.rs"]
#[expect(dead_code, reason = "its main function is for the program")]
mod ngctl;
#[path = "../examples/nghook/main.rs"]
#[expect(dead_code, reason = "its main function is for the program")]
mod nghook;

#[path = "programs/flows.rs"]
mod flows;
#[path = "programs/hook.rs"]
mod hook;
#[path = "programs/scripts.rs"]
mod scripts;
#[path = "programs/tables.rs"]
mod tables;

use std::fs::File;
use std::io::{BufReader, Seek, Write};

fn words(line: &str) -> Vec<String> {
    line.split(' ').filter(|word| !word.is_empty()).map(String::from).collect()
}

/// A file that holds `text`, read from its beginning.
fn file(text: &str) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file.rewind().unwrap();
    file
}

/// What a program came to: its exit status, and what it wrote to standard output and standard error.
#[derive(Debug, PartialEq, Eq)]
struct Ran(u8, String, String);

impl Ran {
    fn of(status: u8, out: &str, err: &str) -> Self {
        Self(status, out.into(), err.into())
    }
}

/// Runs ngctl, its node named `me`, on the simulated machine; a person types `typed`, if there is one.
fn ngctl_with(line: &str, input: Option<(&str, bool)>) -> Ran {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let input = input.map(|(text, typed)| (BufReader::new(file(text)), typed));
    let all = [words("-n me"), words(line)].concat();
    let status = ngctl::run(&all, input, &mut out, &mut err);
    Ran(status, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

fn ngctl(line: &str) -> Ran {
    ngctl_with(line, None)
}

/// Runs ngctl on a script.
fn script(text: &str) -> Ran {
    ngctl_with("-f -", Some((text, false)))
}
