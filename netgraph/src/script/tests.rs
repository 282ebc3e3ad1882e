//! Lines as commands and back, their help, and what they answer.

use std::collections::VecDeque;
use std::io::IoSlice;
use std::sync::Mutex;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::message::{self, write_frame};
use crate::sim::SimKernel;
use crate::transport::{RecvBatch, Transport, Wait};
use crate::{Errno, Socket};

fn parse(line: &str) -> Result<Command, ParseError> {
    line.parse()
}

fn at(path: &str) -> Path {
    Path::raw(path.as_bytes())
}

fn hook(name: &str) -> HookName {
    HookName::from_field(name.as_bytes())
}

fn socket() -> Socket {
    Socket::open(&SimKernel::new(), Some("me".parse().unwrap())).unwrap()
}

/// Does lines, and returns what the last of them answers.
fn last(socket: &Socket, lines: &str) -> Result<Answer, ScriptError> {
    Script::new(lines.as_bytes()).run(socket).last().unwrap()
}

const HUB: &str = "mkpeer hub a b\nname .:a star\n";

#[test]
fn a_command_has_other_names_and_abbreviations_in_any_case() {
    for line in ["shutdown x:", "shut x:", "KILL x:", "rmnode\tx:\r\n", "shut\x0bx:\x0c"] {
        assert_eq!(parse(line), Ok(Command::Shutdown { path: at("x:") }), "{line}");
    }
    assert_eq!(parse("conn a: b c"), parse("join . a: b c"));
    assert_eq!(parse(". file"), Ok(Command::Read { file: "file".into() }));
    assert_eq!(parse("list -l -n"), parse("ls -nl"));
    assert_eq!(parse("?"), Ok(Command::Help(None)));
}

#[test]
fn what_a_line_leaves_out_is_the_sockets_own_node() {
    assert_eq!(
        parse("mkpeer hub a b"),
        Ok(Command::MakePeer {
            path: at("."),
            type_name: "hub".parse().unwrap(),
            hook: hook("a"),
            peer_hook: hook("b")
        })
    );
    assert_eq!(parse("rmhook a"), Ok(Command::RemoveHook { path: at("."), hook: hook("a") }));
}

#[test]
fn a_byte_is_a_number_as_scanf_reads_it() {
    let bytes = |packet| Ok(Command::Write { hook: hook("a"), packet });
    assert_eq!(parse("write a 0x4F 0151 -1 +0 0x 12z"), Err(ParseError::Byte("0x".into())));
    assert_eq!(parse("w a 0x4F 0151 -1 +0 12z"), bytes(Packet::Bytes(vec![0x4f, 0o151, 255, 0, 12])));
    assert_eq!(parse("w a -f x"), bytes(Packet::File("x".into())));
    for word in ["256", "-129", "x", "-", "99999999999999999999", "--1"] {
        assert_eq!(parse(&format!("w a {word}")), Err(ParseError::Byte(word.into())));
    }
    let Ok(Command::Write { packet: Packet::Bytes(all), .. }) =
        Command::from_words(&[&["write", "a"][..], &["7"; PACKET_MAX + 1]].concat())
    else {
        panic!("no packet")
    };
    assert_eq!(all.len(), PACKET_MAX);
}

#[test]
fn what_is_no_command_is_told_with_a_remedy() {
    for (line, told) in [
        ("", "no command specified; `help` lists the commands"),
        ("frobnicate", "\"frobnicate\": unknown command; `help` lists the commands"),
        ("co", "\"co\": ambiguous command; write more of it: config, connect, dot"),
        ("show", "usage: show [-n] <path>; `help show` explains it"),
        ("list -lx", "illegal option -- x; usage: list [-ln]"),
        ("debug -5", "usage: debug [level]; `help debug` explains it"),
        (
            "w a 1x 256",
            "invalid byte \"256\"; write a number from -128 to 255, in decimal, octal or hexadecimal",
        ),
        (
            "w aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 1",
            "hook name \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\" too long; it has at most 31 bytes",
        ),
    ] {
        assert_eq!(parse(line).unwrap_err().to_string(), told);
    }
    assert!(parse(&format!("config x: {}", "y".repeat(1023))).is_ok());
    assert!(matches!(parse(&format!("config x: {}", "y".repeat(1024))), Err(ParseError::Usage(_))));
}

#[test]
fn every_command_has_help_under_each_of_its_names() {
    assert_eq!(overview().lines().count(), 1 + synopses().len());
    for synopsis in synopses() {
        for name in [&[synopsis.name()], synopsis.aliases].concat() {
            assert_eq!(Synopsis::find(name), Ok(synopsis), "{name}");
        }
        assert!(synopsis.to_string().lines().all(|line| line.chars().count() <= 65), "{synopsis}");
    }
    let failure = parse("help no").unwrap().run(&socket()).unwrap_err();
    assert_eq!(failure.to_string(), "\"no\": unknown command; `help` lists the commands");
}

#[test]
fn answers_are_data_too() {
    let socket = socket();
    last(&socket, HUB).unwrap();
    let answer = |line: &str| serde_json::to_value(last(&socket, line).unwrap()).unwrap();
    let me = json!({"name": "me", "type": "socket", "id": 1, "hooks": 1});
    let star = json!({"name": "star", "type": "hub", "id": 2, "hooks": 1});
    let mut shown = star.clone();
    shown["links"] = json!([{"hook": "b", "peer_hook": "a", "peer": me}]);
    assert_eq!(answer("list"), json!([me, star]));
    assert_eq!(answer("list -l")[1], shown);
    assert_eq!(answer("show star:"), shown);
    assert_eq!(answer("show -n star:"), star);
    assert_eq!(answer("rmhook nothing"), json!(null));
    assert_eq!(answer("status star:"), json!({"path": "star:", "status": null}));
    assert!(answer("types").as_array().unwrap().contains(&json!({"type": "hub", "nodes": 1})));
    last(&socket, "mkpeer star: bridge x link0\nname star:x lan\n").unwrap();
    assert_eq!(
        answer("msg lan: getconfig"),
        json!({"from": "[3]:", "response": "getconfig", "cmd": 2,
            "args": "{ debugLevel=1 loopTimeout=60 maxStaleness=900 minStableAge=1 }"})
    );
}

#[test]
fn a_message_without_a_text_is_shown_in_bytes() {
    let received = |bytes: &[u8]| Received {
        from: at("x:"),
        is_reply: false,
        cmd: u32::MAX,
        content: Content::Bytes(bytes.into()),
    };
    assert_eq!(received(b"").to_string(), "Rec'd command -1 from \"x:\":\nNo arguments\n");
    assert_eq!(received(b"a").to_string(), format!("Rec'd command -1 from \"x:\":\n{}", dump(b"a")));
    assert_eq!(
        serde_json::to_value(received(b"a")).unwrap(),
        json!({"from": "x:", "kind": "command", "cmd": u32::MAX, "bytes": [97]})
    );
    assert_eq!(Received::next(&socket(), Wait::No).unwrap(), None);
}

#[test]
fn a_dump_has_16_bytes_in_a_line() {
    let bytes: Vec<u8> = (0x3e..=0x4e).collect();
    assert_eq!(
        dump(&bytes),
        "0000:  3e 3f 40 41 42 43 44 45 46 47 48 49 4a 4b 4c 4d  >?@ABCDEFGHIJKLM\n\
         0010:  4e                                               N               \n"
    );
}

#[test]
fn a_connection_of_a_node_with_itself_is_drawn_twice_as_the_original_does() {
    let socket = socket();
    last(&socket, HUB).unwrap();
    last(&socket, "connect star: star: x y\n").unwrap();
    let Answer::Drawing(drawing) = last(&socket, "dot").unwrap() else { panic!("no drawing") };
    assert!(
        drawing.contains("\t\"2.x\" -- \"2.y\";\n") && drawing.contains("\t\"2.y\" -- \"2.x\";\n"),
        "{drawing}"
    );
    assert!(
        last(&socket, "graphviz -c")
            .unwrap()
            .to_string()
            .contains("\t\"1\" -> \"2\" [ headlabel = \"b\", taillabel = \"a\" ] ;\n")
    );
}

#[test]
fn a_script_ends_at_its_first_error_and_says_where() {
    let socket = socket();
    let script = "# made\r\n\nmkpeer hub a b\ndebug 2\nname .:a me\nname .:a star\n";
    let told: Vec<_> = Script::new(script.as_bytes()).run(&socket).collect();
    assert_eq!(told.len(), 3);
    let error = told.into_iter().last().unwrap().unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 5: send msg: name to .:a failed: EADDRINUSE (address already in use)"
    );
    assert_eq!(Script::new("quit\nshow nobody:\n".as_bytes()).run(&socket).count(), 0);
}

#[test]
fn what_concerns_the_program_is_left_to_it() {
    let socket = socket();
    for line in ["read file", "dot -c file", "write a -f file"] {
        let error = last(&socket, line).unwrap_err();
        assert!(matches!(&error.failure, Failure::Program(told) if told == line), "{error}");
    }
    assert!(matches!(Command::Quit.run(&socket), Err(Failure::Program(_))));
}

#[test]
fn a_script_that_cannot_be_read_on_says_so_once() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("gone"))
        }
    }
    let mut script = Script::new(std::io::BufReader::new(Broken));
    let error = script.next().unwrap().unwrap_err();
    assert_eq!(error.to_string(), "line 1: the script cannot be read on: gone");
    assert!(script.next().is_none());
}

/// A line that is a command, of words that are written in print.
fn command() -> impl Strategy<Value = Command> {
    let names: Vec<&str> = synopses().map(Synopsis::name).collect();
    let word = "[!-~]{1,31}|-[lnc]|[0-9]{1,3}";
    (proptest::sample::select(names), prop::collection::vec(word, 0..6))
        .prop_filter_map("no command", |(name, words)| parse(&format!("{name} {}", words.join(" "))).ok())
}

proptest! {
    #[test]
    fn what_is_written_reads_as_the_same_command(command in command()) {
        prop_assert_eq!(parse(&command.to_string()), Ok(command));
    }

    #[test]
    fn any_bytes_are_lines_or_errors(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for step in Script::new(&*bytes) {
            match step {
                Ok(step) => drop(step.command.to_string()),
                Err(error) => prop_assert!(error.line > 0 && !error.to_string().is_empty()),
            }
        }
    }

    #[test]
    fn any_words_after_a_commands_name_are_run_or_refused(
        name in proptest::sample::select(synopses().map(Synopsis::name).collect::<Vec<_>>()),
        words in prop::collection::vec("\\PC{0,40}|-[a-z]{1,3}|me:|star:|\\.|a|b|0x?[0-9]{1,4}", 0..6),
    ) {
        let socket = socket();
        last(&socket, HUB).unwrap();
        let words = [vec![name.to_owned()], words].concat();
        if let Ok(command) = Command::from_words(&words) {
            match command.run(&socket) {
                Ok(answer) => {
                    prop_assert!(serde_json::to_string(&answer).is_ok());
                    prop_assert_eq!(answer.to_string().is_empty(), answer == Answer::Nothing);
                }
                Err(failure) => prop_assert!(!failure.to_string().is_empty()),
            }
        }
    }
}

/// A transport on which these frames have come, and that sends nothing.
#[derive(Debug)]
struct Came(Mutex<VecDeque<Vec<u8>>>);

impl Transport for Came {
    fn send_msg(&self, _: &Path, _: &[u8]) -> Result<(), Errno> {
        Err(Errno::ENOSYS)
    }

    fn recv_msg(&self, frame: &mut Vec<u8>, _: Wait) -> Result<Option<Path>, Errno> {
        let next = self.0.lock().unwrap().pop_front();
        Ok(next.map(|next| {
            *frame = next;
            at("[7]:")
        }))
    }

    fn send_data(&self, _: &[(HookName, IoSlice<'_>)]) -> Result<usize, Errno> {
        Err(Errno::ENOSYS)
    }

    fn recv_data(&self, _: &mut RecvBatch, _: Wait) -> Result<usize, Errno> {
        Err(Errno::ENOSYS)
    }

    fn socket_name(&self) -> Result<NodeName, Errno> {
        Err(Errno::ENOSYS)
    }

    fn grow_receive_buffer(&self) -> Result<(), Errno> {
        Err(Errno::ENOSYS)
    }
}

#[test]
fn what_is_no_message_is_passed_over() {
    let mut message = Vec::new();
    write_frame(&mut message, message::Command::unnamed(4711, 9), 0, 0, b"hello");
    let socket = Socket::on(Box::new(Came(Mutex::new([vec![1, 2, 3], message].into()))));
    let received = Received::next(&socket, Wait::No).unwrap().unwrap();
    assert_eq!((received.cmd, received.content), (9, Content::Bytes(b"hello".to_vec())));
    assert_eq!(Received::next(&socket, Wait::No).unwrap(), None);
}
