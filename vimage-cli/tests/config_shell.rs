//! What the rc.conf(5) reader accepts gives what `/bin/sh` gives, and what it refuses it explains.
#![allow(clippy::unwrap_used, clippy::panic, reason = "this is a test, and so are its helpers")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tempfile::TempDir;
use vimage::config::shell::{Reader, quote};

/// The names that generated files assign and refer to.
const NAMES: [&str; 5] = ["a", "b", "ab", "_1", "vimage_vj1_rootdir"];

type Values = BTreeMap<String, Vec<u8>>;

/// What the reader makes of a text, if it accepts it.
fn read(text: &[u8]) -> Option<Values> {
    let mut reader = Reader::new("/");
    reader.read_bytes("rc.conf", text).ok()?;
    Some(reader.variables().iter().map(|variable| (variable.name.clone(), variable.value.clone())).collect())
}

/// Sources each file, prints the names and values of the variables that it is asked for and that are set, each with a
/// NUL after it, and an empty name at the end of each file, and forgets them again.
const PRINT: &str = r#"
while [ $# -gt 0 ]; do
    . "$1"
    for name in $2; do
        eval "[ \"\${$name+set}\" ] && printf '%s\0%s\0' $name \"\$$name\""
        unset $name
    done
    printf '\0'
    shift 2
done
"#;

/// What `/bin/sh` makes of the files that the reader accepted; panics if it complains of one.
fn shell(files: &[(PathBuf, Vec<u8>, Values)]) -> Vec<Values> {
    let mut command = Command::new("/bin/sh");
    command.env_clear().env("HOME", "/home").args(["-c", PRINT, "sh"]);
    for (file, _, values) in files {
        let names: BTreeSet<&str> = values.keys().map(String::as_str).chain(NAMES).collect();
        command.arg(file).arg(names.into_iter().collect::<Vec<_>>().join(" "));
    }
    let output = command.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "the shell refuses what the reader accepts");
    let mut fields = output.stdout.split(|&byte| byte == 0).map(<[u8]>::to_vec);
    let mut values_of_next = || {
        let mut values = Values::new();
        while let Some(name) = fields.next().filter(|name| !name.is_empty()) {
            values.insert(String::from_utf8(name).unwrap(), fields.next().unwrap());
        }
        values
    };
    files.iter().map(|_| values_of_next()).collect()
}

/// Compares reader and shell on the texts that the reader accepts, and tells how many those are.
fn compare(texts: impl Iterator<Item = Vec<u8>>) -> usize {
    let folder = TempDir::new().unwrap();
    let mut accepted = Vec::new();
    for (index, text) in texts.enumerate() {
        if let Some(values) = read(&text) {
            let file = folder.path().join(index.to_string());
            fs::write(&file, &text).unwrap();
            accepted.push((file, text, values));
        }
    }
    for chunk in accepted.chunks(2048) {
        for ((_, text, values), expected) in chunk.iter().zip(shell(chunk)) {
            assert_eq!(shown(values), shown(&expected), "of {}", text.escape_ascii());
        }
    }
    accepted.len()
}

fn shown(values: &Values) -> BTreeMap<&str, String> {
    values.iter().map(|(name, value)| (name.as_str(), value.escape_ascii().to_string())).collect()
}

/// Every sequence of `length` pieces.
fn sequences<'a>(pieces: &'a [&'a str], length: u32) -> impl Iterator<Item = String> + 'a {
    (0..pieces.len().pow(length)).map(move |mut index| {
        let mut text = String::new();
        for _ in 0..length {
            text.push_str(pieces[index % pieces.len()]);
            index /= pieces.len();
        }
        text
    })
}

#[test]
fn every_short_value_that_is_accepted_is_what_the_shell_says() {
    let pieces = ["a", "$", "{", "}", "'", "\"", "\\", "\n", " ", "#", ";", ":", "=", "~", "1"];
    let texts = (0..=4).flat_map(|length| sequences(&pieces, length));
    let accepted = compare(texts.map(|value| format!("a=x\nb={value}").into_bytes()));
    assert!(accepted > 10_000, "only {accepted} were compared");
}

#[test]
fn every_short_file_that_is_accepted_is_what_the_shell_says() {
    let pieces = [
        "a=1", "b=$a", "\"", "'", "\\\n", "\\", "\n", " ", "\t", "#", ";", "&", "=", "${a}", ".", "+", "é",
        "\u{b}",
    ];
    let accepted = compare((0..=4).flat_map(|length| sequences(&pieces, length)).map(String::into_bytes));
    assert!(accepted > 4_000, "only {accepted} were compared");
}

/// Pieces of which files are made that may be anything.
fn soup() -> impl Strategy<Value = Vec<u8>> {
    let pieces: Vec<&[u8]> = vec![
        b"a",
        b"b",
        b"ab",
        b"_",
        b"_1",
        b"1",
        b"=",
        b"a=",
        b"b=",
        b"ab=",
        b"\na=",
        b"\nb=",
        b";_1=",
        b" ",
        b"\t",
        b"\n",
        b";",
        b"&",
        b"|",
        b"#",
        b" #",
        b"'",
        b"'",
        b"\"",
        b"\"",
        b"\\",
        b"\\\n",
        b"$",
        b"${",
        b"}",
        b"$a",
        b"${b}",
        b"$ab",
        b"${a",
        b"$\\\na",
        b"${a\\\nb}",
        b"~",
        b":",
        b":~",
        b"*",
        b"?",
        b"[",
        b"!",
        b"`",
        b"(",
        b")",
        b"\xc3\xa9",
        b"\x81",
        b"\x82\x83",
        b"\x84\x85\x86\x87\x88",
        b"\xff",
        b"\x01",
        b"\x7f",
        b"\r",
        b"\r\n",
        b"-",
        b".",
        b"/",
        b"%",
        b"@",
        b"^",
        b",",
        b"{",
        b"vimage_vj1_rootdir=",
        b"<",
        b">",
        b"$$",
        b"$1",
        b"\\$",
        b"\\\"",
        b"\\\\",
        b"\\'",
        b"\\`",
    ];
    vec(select(pieces), 0..24).prop_map(|pieces| pieces.concat())
}

/// Values of which every one must be accepted, as they are written.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let bare = "[a-zA-Z0-9_.,/@%^+*?{}!:=-]{1,4}".prop_map(String::into_bytes);
    let single = "[^'\0\r]{0,6}".prop_map(|text| format!("'{text}'").into_bytes());
    let inside = select(vec![
        "a",
        " ",
        "#",
        "'",
        ";",
        "&",
        "(",
        "~",
        ":~",
        "\n",
        "\\\n",
        "\\$",
        "\\`",
        "\\\"",
        "\\\\",
        "\\a",
        "\\ ",
        "\\'",
        "\\#",
        "$a",
        "${b}",
        "$ab",
        "${a}b",
        "$a$b",
        "$ ",
        "$'",
        "$.",
        "é",
        "$\\\na",
        "${\\\na\\\n}",
        "\\}",
        "*",
    ]);
    let double = vec(inside, 0..8).prop_map(|pieces| format!("\"{}\"", pieces.concat()).into_bytes());
    let escape = "\\\\[^\0\r]".prop_map(String::into_bytes);
    let reference = select(vec!["$a", "${a}", "$b.", "${ab}", "$_1", "$\\\na", "$vimage_vj1_rootdir"])
        .prop_map(|text| text.as_bytes().to_vec());
    let other = select(vec![
        &b"\"$\""[..],
        b"''",
        b"\"\"",
        b"\xff",
        b"\x81",
        b"'\x83'",
        b"\"\x82\"",
        b"\\\x85",
        b"#",
    ])
    .prop_map(<[u8]>::to_vec);
    // A quote before them keeps a tilde from standing where it would be refused.
    vec(prop_oneof![bare, single, double, escape, reference, other], 0..6).prop_map(|parts| parts.concat())
}

/// Files of which every one must be accepted.
fn file() -> impl Strategy<Value = Vec<u8>> {
    let separator = select(vec![
        "\n",
        ";",
        " ; ",
        "\n\n",
        " # comment ' \" \\\n",
        "\t#\n",
        ";#;\n",
        " \\\n\n",
        "\n  \t",
        " ;\\\n",
    ]);
    vec((select(NAMES.to_vec()), value(), separator), 1..8).prop_map(|commands| {
        let mut text = Vec::new();
        for (name, value, separator) in commands {
            text.extend_from_slice(name.as_bytes());
            text.push(b'=');
            text.extend(value);
            text.extend_from_slice(separator.as_bytes());
        }
        text
    })
}

/// As many values of the strategy, always the same.
fn samples<T: std::fmt::Debug>(strategy: &impl Strategy<Value = T>, count: usize) -> Vec<T> {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

#[test]
fn files_of_the_usual_constructs_are_all_accepted_and_are_what_the_shell_says() {
    let texts = samples(&file(), 8_000);
    assert_eq!(compare(texts.into_iter()), 8_000);
}

#[test]
fn whatever_is_accepted_of_a_soup_of_syntax_is_what_the_shell_says() {
    let texts = samples(&soup(), 60_000);
    let accepted = compare(texts.into_iter());
    assert!(accepted > 3_000, "only {accepted} were compared");
}

proptest! {
    #[test]
    fn a_file_that_is_accepted_is_what_the_shell_says(text in prop_oneof![file(), soup()]) {
        compare(std::iter::once(text));
    }

    #[test]
    fn no_bytes_make_it_panic(text in vec(any::<u8>(), 0..512)) {
        let _ = Reader::new("/").read_bytes("rc.conf", &text);
    }

    #[test]
    fn a_quoted_value_is_read_back(value in "[^\0\r]*") {
        let mut reader = Reader::new("/");
        reader.read_bytes("rc.conf", format!("a={}", quote(&value)).as_bytes()).unwrap();
        prop_assert_eq!(&reader.variables().find("a").unwrap().value, value.as_bytes());
    }
}
