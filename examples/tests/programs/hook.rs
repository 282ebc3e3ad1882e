//! nghook.

use std::io::{Read, Seek};

use crate::{file, nghook, words};

/// Runs nghook on the simulated machine: its exit status, its output, and its complaint.
fn run(line: &str, input: &str) -> (u8, String, String) {
    let mut output = tempfile::tempfile().unwrap();
    let (status, complaint) = nghook::run(&words(line), [file(input), output.try_clone().unwrap()]);
    let mut text = String::new();
    output.rewind().unwrap();
    output.read_to_string(&mut text).unwrap();
    (status, text, complaint)
}

const EOF: &str = "nghook: EOF(stdin)\n";

#[test]
fn what_comes_back_is_written_as_it_is_or_dumped() {
    assert_eq!(run("wire: mine", "hello"), (71, "hello".into(), EOF.into()));
    assert_eq!(
        run("-a wire: mine", "hello, netgraph!?\n"),
        (
            71,
            "0000:  68 65 6c 6c 6f 2c 20 6e 65 74 67 72 61 70 68 21  hello, netgraph!
0010:  3f 0a                                            ?.              

"
            .into(),
            EOF.into()
        )
    );
}

#[test]
fn what_the_kernel_refuses_is_told() {
    // The bridge sends it on to em0, which is down.
    let refused = "nghook: write(hook): Network is down\n";
    assert_eq!(run("lan: link7", "frames for somebody else"), (71, String::new(), refused.into()));
}

#[test]
fn messages_are_sent_first() {
    assert_eq!(run("-m setpersistent wire: mine", "x"), (71, "x".into(), EOF.into()));
    assert_eq!(
        run("-m nonsense wire: mine", "x"),
        (71, String::new(), "nghook: sending message 'nonsense': Function not implemented\n".into())
    );
}

#[test]
fn what_cannot_be_is_told() {
    const USAGE: &str = "usage: nghook [-adlnsS] path [hookname]
   or: nghook -e [-n] [-m msg]* path hookname prog [args...]
";
    let told = |line: &str| run(line, "");
    assert_eq!(told(""), (64, String::new(), USAGE.into()));
    assert_eq!(told("a: b c"), (64, String::new(), USAGE.into()));
    assert_eq!(told("-x a:"), (64, String::new(), format!("nghook: illegal option -- x\n{USAGE}")));
    assert_eq!(told("-e -a a: b c"), (64, String::new(), format!("conflicting options\n{USAGE}")));
    assert_eq!(told("nobody:"), (71, String::new(), "nghook: can't connect to node\n".into()));
    assert_eq!(
        told("-e wire: mine cat"),
        (71, String::new(), "nghook: -e is for FreeBSD's kernel (--kernel)\n".into())
    );
}
