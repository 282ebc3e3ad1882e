//! The state of a frame relay line. What is expected here is what ng_lmi.c does.

use std::time::Duration;

use super::*;
use crate::message::Command;
use crate::sys::*;

/// A node with these hooks, under the same names.
fn node(machine: &SimMachine, hooks: &[&str]) -> (Socket, Path) {
    let socket = socket(machine, 0);
    socket.make_peer_of(&at("."), "lmi".parse().unwrap(), hook(hooks[0]), hook(hooks[0])).unwrap();
    let path = at(&format!(".:{}", hooks[0]));
    for name in &hooks[1..] {
        socket.connect(&at("."), &path, hook(name), hook(name)).unwrap();
    }
    (socket, path)
}

fn status(socket: &Socket, path: &Path) -> String {
    let command = Command::unnamed(NGM_GENERIC_COOKIE, NGM_TEXT_STATUS);
    let reply = socket.call_raw(path, command, &[], true).unwrap().unwrap();
    String::from_utf8(reply).unwrap()
}

/// The inquiries that have been sent, each with its hook.
fn inquiries(socket: &Socket, machine: &SimMachine, seconds: u64) -> Vec<(String, Vec<u8>)> {
    machine.advance(Duration::from_secs(seconds));
    received(socket)
}

#[test]
fn answers_say_which_channels_are_up() {
    let machine = SimMachine::new();
    let (socket, path) = node(&machine, &["annexD", "debug"]);
    let asked = |full: u8, own: u8, other: u8| {
        vec![("annexD".to_owned(), vec![3, 8, 0, 0x75, 0x95, 1, 1, full, 3, 2, own, other])]
    };
    assert_eq!(inquiries(&socket, &machine, 1), asked(1, 1, 0));
    socket.send(hook("annexD"), &[3, 8, 0, 0x7d, 0x95, 1, 1, 1, 3, 2, 40, 1]).unwrap();
    assert_eq!(inquiries(&socket, &machine, 10), asked(0, 2, 40));
    // All was asked for: the numbers alone will not do.
    socket.send(hook("annexD"), &[3, 8, 0, 0x7d, 0x95, 1, 1, 1, 3, 2, 41, 2]).unwrap();
    assert!(status(&socket, &path).contains("unacknowledged keepalives: 1\n"));
    let full =
        [&[3, 8, 0, 0x7d, 0x95, 1, 1, 0, 3, 2, 41, 2][..], &[7, 3, 0x06, 0xa0, 0x82, 7, 3, 0x3f, 0xf8, 0x82]];
    socket.send(hook("annexD"), &full.concat()).unwrap();
    let text = status(&socket, &path);
    assert_eq!(
        text,
        "protocol annexD fixed\nkeepalive period: 10 seconds\nunacknowledged keepalives: 0\ndlci 100 up\ndlci 1023 up\n\0"
    );
    // Five times only the numbers, and then all again.
    let more: Vec<_> = inquiries(&socket, &machine, 60).into_iter().map(|(_, packet)| packet[7]).collect();
    assert_eq!(more, [1, 1, 1, 1, 1, 0]);
    // Without answers all are down in the end, but for the last one, which the kernel leaves out.
    inquiries(&socket, &machine, 20);
    assert!(status(&socket, &path).ends_with("keepalives: 8\ndlci 100 down\ndlci 1023 up\n\0"));
    assert_eq!(errno(socket.send(hook("debug"), b"x")), Some(Errno::EINVAL));
    let running = machine.0.lock().capture();
    assert_eq!(Machine::restore(&running, true).unwrap().capture(), running);
}

#[test]
fn the_protocol_is_found_out_by_trying() {
    let machine = SimMachine::new();
    let (socket, path) = node(&machine, &["auto0", "auto1023"]);
    assert_eq!(status(&socket, &path).lines().next(), Some("protocol None auto-detecting"));
    inquiries(&socket, &machine, 1);
    let mut tried = Vec::new();
    for _ in 0..5 {
        // Three times each, every three seconds.
        let sent = inquiries(&socket, &machine, 9);
        let (name, packet) = sent.last().unwrap().clone();
        tried.push((name, packet[1], packet[4]));
    }
    let expected = [
        ("auto1023", 8, 0x95),
        ("auto0", 8, 0x51),
        ("auto1023", 9, 1),
        ("auto1023", 8, 0x51),
        ("auto0", 9, 1),
    ];
    assert_eq!(tried, expected.map(|(name, id, first)| (name.to_owned(), id, first)));
    socket.send(hook("auto1023"), &[3, 8, 0, 0x7d, 0x51, 1, 1, 0x53, 2, 9, 1]).unwrap();
    assert_eq!(status(&socket, &path).lines().next(), Some("protocol annexA auto on dlci 1023"));
    let sent = inquiries(&socket, &machine, 3);
    assert_eq!(sent, [("auto1023".into(), vec![3, 8, 0, 0x75, 0x51, 1, 1, 0x53, 2, 2, 9])]);
}

#[test]
fn what_is_no_answer_changes_nothing() {
    let machine = SimMachine::new();
    let (socket, path) = node(&machine, &["group4"]);
    inquiries(&socket, &machine, 1);
    for wrong in [
        &[4, 9, 0, 0x7d, 1, 1, 0, 3, 2, 9, 1][..],
        &[3, 8, 0, 0x7d, 1, 1, 0, 3, 2, 9, 1],
        &[3, 9, 0, 0x75, 1, 1, 0, 3, 2, 9, 1],
        &[3, 9, 0, 0x7d, 0x95, 1, 1, 0, 3, 2, 9, 1],
        &[3, 9, 0, 0x7d, 1, 1, 0, 3, 2, 9, 5],
        &[3, 9, 0, 0x7d, 3, 2, 9, 1, 1, 1, 0],
        &[3, 9, 0, 0x7d, 1, 1, 0, 3, 2, 9, 1, 7, 3, 1, 8, 0],
        &[3, 9],
    ] {
        socket.send(hook("group4"), wrong).unwrap();
        assert!(status(&socket, &path).ends_with("keepalives: 1\n\0"), "{wrong:?}");
    }
    let right = [&[3, 9, 0, 0x7d, 1, 1, 0, 3, 2, 9, 1][..], &[7, 6, 0, 200, 0, 0, 0, 0]].concat();
    socket.send(hook("group4"), &right).unwrap();
    assert!(status(&socket, &path).ends_with("keepalives: 0\ndlci 200 up\n\0"));
}
