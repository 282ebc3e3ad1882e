//! Tunnels of L2TP: the control channel, and sessions. What is expected here is what ng_l2tp.c does.

use std::time::Duration;

use super::*;
use crate::nodes::l2tp::*;
use crate::sys::*;

/// A tunnel behind this hook, with hooks for its wire and for session 7.
fn tunnel(socket: &Socket, name: &str, with_wire: bool) -> Path {
    let hooks = [format!("{name}c"), format!("{name}w"), format!("{name}7")];
    socket.make_peer::<L2tp>(hook(&hooks[0]), CTRL).unwrap();
    let path = at(&format!(".:{}", hooks[0]));
    if with_wire {
        socket.connect(&at("."), &path, hook(&hooks[1]), LOWER).unwrap();
    }
    socket.connect(&at("."), &path, hook(&hooks[2]), hook("session_0007")).unwrap();
    socket.name(&path, name.parse().unwrap()).unwrap();
    at(&format!("{name}:"))
}

fn config(tunnel_id: u16, peer_id: u16, peer_win: u16) -> ng_l2tp_config {
    let (rexmit_max, rexmit_max_to) = (2, 3);
    ng_l2tp_config { enabled: 1, match_id: 1, tunnel_id, peer_id, peer_win, rexmit_max, rexmit_max_to }
}

fn enable(socket: &Socket, path: &Path, config: ng_l2tp_config) {
    socket.call(path, &SetConfig(Config(config))).unwrap();
}

/// The first words of what came by a hook, and the rest of it.
fn frames(socket: &Socket, by: &str) -> Vec<(Vec<u16>, Vec<u8>)> {
    let frames = received(socket).into_iter().filter(|(hook, _)| hook == by);
    let parts = |packet: Vec<u8>| {
        let (words, rest) = packet.split_at(12);
        let words = words.chunks(2).map(|word| u16::from_be_bytes([word[0], word[1]]));
        (words.collect(), rest.to_vec())
    };
    frames.map(|(_, packet)| parts(packet)).collect()
}

fn control(tunnel: u16, session: u16, ns: u16, nr: u16, payload: &[u8]) -> Vec<u8> {
    let words = [0xc802, 12 + payload.len() as u16, tunnel, session, ns, nr];
    words.iter().flat_map(|word| word.to_be_bytes()).chain(payload.iter().copied()).collect()
}

#[test]
fn control_packets_pass_in_order_and_are_acknowledged_later() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    let (one, two) = (tunnel(&socket, "a", false), tunnel(&socket, "b", false));
    socket.connect(&one, &two, LOWER, LOWER).unwrap();
    enable(&socket, &one, config(1, 2, 4));
    enable(&socket, &two, config(2, 1, 4));
    socket.send(hook("ac"), b"\0\x07first").unwrap();
    // The window is one packet at first: the others wait for its acknowledgement.
    socket.send(hook("ac"), b"\0\x07second").unwrap();
    socket.send(hook("ac"), b"\0\0third").unwrap();
    assert_eq!(received(&socket), [("bc".into(), b"\0\x07first".to_vec())]);
    machine.advance(Duration::from_millis(49));
    assert_eq!(received(&socket), []);
    machine.advance(Duration::from_millis(1));
    // Now it is two packets.
    let came: Vec<_> = received(&socket).into_iter().map(|(_, packet)| packet).collect();
    assert_eq!(came, [b"\0\x07second".to_vec(), b"\0\0third".to_vec()]);
    machine.advance(Duration::from_secs(9));
    let sent = socket.call(&one, &GetStats).unwrap().0;
    assert_eq!((sent.xmitPackets, sent.xmitOctets, sent.xmitRetransmits), (3, 3 * 12 + 16, 0));
    assert_eq!((sent.recvPackets, sent.recvZLBs), (2, 2));
    let got = socket.call(&two, &GetClearStats).unwrap().0;
    assert_eq!((got.recvPackets, got.xmitZLBs, got.xmitOctets), (3, 2, 24));
    assert_eq!(socket.call(&two, &GetStats).unwrap().0, ng_l2tp_stats::default());
    machine.check();
}

#[test]
fn what_is_not_acknowledged_is_sent_again_and_the_owner_hears_of_it() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    let path = tunnel(&socket, "a", true);
    enable(&socket, &path, config(1, 2, 4));
    socket.send(hook("ac"), b"\0\x07x").unwrap();
    let (mut sent, mut failures) = (Vec::new(), Vec::new());
    for second in 0..13 {
        sent.extend(frames(&socket, "aw").iter().map(|(words, _)| (second, words[4])));
        let failed = std::iter::from_fn(|| socket.next_event(Wait::No).unwrap());
        failures.extend(failed.map(|event| (second, event.message::<AckFailure>().is_some())));
        machine.advance(Duration::from_secs(1));
    }
    assert_eq!(sent, [0, 1, 3, 6, 9, 12].map(|second| (second, 0)));
    assert_eq!(failures, [6, 9, 12].map(|second| (second, true)));
    // What is acknowledged ends it; an acknowledgement of what was never sent is counted.
    socket.send(hook("aw"), &control(1, 0, 0, 9, b"")).unwrap();
    socket.send(hook("aw"), &control(1, 0, 0, 1, b"")).unwrap();
    received(&socket);
    machine.advance(Duration::from_secs(9));
    assert_eq!(received(&socket), []);
    let stats = socket.call(&path, &GetStats).unwrap().0;
    assert_eq!((stats.recvBadAcks, stats.recvZLBs, stats.xmitRetransmits), (1, 2, 5));
}

#[test]
fn packets_that_are_not_the_next_one_are_answered_with_what_is_known() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    let path = tunnel(&socket, "a", true);
    enable(&socket, &path, config(1, 2, 4));
    socket.send(hook("aw"), &control(1, 5, 0, 0, b"x")).unwrap();
    assert_eq!(received(&socket), [("ac".into(), b"\0\x05x".to_vec())]);
    socket.send(hook("aw"), &control(1, 5, 0, 0, b"x")).unwrap();
    socket.send(hook("aw"), &control(1, 5, 7, 0, b"x")).unwrap();
    let answers = frames(&socket, "aw");
    assert_eq!(
        answers,
        [vec![0xc802, 12, 2, 0, 0, 1], vec![0xc802, 12, 2, 0, 0, 1]].map(|words| (words, vec![]))
    );
    let stats = socket.call(&path, &GetStats).unwrap().0;
    assert_eq!((stats.recvDuplicates, stats.recvOutOfOrder, stats.xmitZLBs), (1, 1, 2));
    // The acknowledgement has gone with them.
    machine.advance(Duration::from_secs(1));
    assert_eq!(received(&socket), []);
    // What the program does not take is not acknowledged.
    socket.remove_hook(&at("."), hook("ac")).unwrap();
    assert_eq!(errno(socket.send(hook("aw"), &control(1, 5, 1, 0, b"x"))), Some(Errno::ENETDOWN));
    assert_eq!(socket.call(&path, &GetStats).unwrap().0.recvPackets, 4);
}

#[test]
fn sessions_have_headers_as_they_are_configured() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    let path = tunnel(&socket, "a", true);
    assert_eq!(errno(socket.send(hook("a7"), b"x")), Some(Errno::ENXIO));
    enable(&socket, &path, config(1, 2, 4));
    let session = |include_length: u8, control_dseq: u8, enable_dseq: u8| {
        let (session_id, peer_id) = (7, 9);
        let config = ng_l2tp_sess_config {
            session_id,
            peer_id,
            control_dseq,
            enable_dseq,
            include_length,
            ..Default::default()
        };
        socket.call(&path, &SetSessionConfig(SessionConfig(config))).unwrap();
    };
    let sent = |header: &[u8]| {
        socket.send(hook("a7"), b"data").unwrap();
        let expected = [header, b"data"].concat();
        assert_eq!(received(&socket), [("aw".into(), expected)]);
    };
    session(1, 1, 1);
    sent(&[0x48, 2, 0, 16, 0, 2, 0, 9, 0, 0, 0, 0]);
    sent(&[0x48, 2, 0, 16, 0, 2, 0, 9, 0, 1, 0, 0]);
    session(0, 0, 0);
    sent(&[0, 2, 0, 2, 0, 9]);
    // The peer numbers its packets, and so does this end from now on.
    let got = |frame: &[u8]| {
        socket.send(hook("aw"), frame).unwrap();
        received(&socket)
    };
    let only = |payload: &[u8]| vec![("a7".to_owned(), payload.to_vec())];
    assert_eq!(got(b"\x08\x02\0\x01\0\x07\0\x05\0\0abc"), only(b"abc"));
    sent(&[8, 2, 0, 2, 0, 9, 0, 2, 0, 6]);
    assert_eq!(got(b"\x08\x02\0\x01\0\x07\0\x05\0\0abc"), []);
    // With a length, which says what counts, and an offset.
    assert_eq!(got(b"\x42\x02\0\x0e\0\x01\0\x07\0\x02..abrest"), only(b"ab"));
    let stats = socket.call(&path, &GetSessionStats(7)).unwrap().0;
    assert_eq!((stats.xmitPackets, stats.xmitOctets, stats.recvPackets, stats.recvOctets), (4, 56, 3, 44));
    assert_eq!(socket.call(&path, &GetStats).unwrap().0.recvDataDrops, 1);
    let refused = |frame: &[u8]| errno(socket.send(hook("aw"), frame)).unwrap();
    assert_eq!(refused(b"\0\x02\0\x05\0\x07x"), Errno::EADDRNOTAVAIL);
    assert_eq!(refused(b"\0\x02\0\x01\0\x08x"), Errno::ENOTCONN);
    assert_eq!(refused(b"\0\x03\0\x01\0\x07x"), Errno::EINVAL);
    assert_eq!(refused(b"\0\x02\0\x01"), Errno::EINVAL);
    assert_eq!(refused(b"\x08\x02\0\x01\0\x07\0"), Errno::EINVAL);
    // Long enough as it came, too short for what it says of itself.
    assert_eq!(refused(b"\x40\x02\0\x05\0\x01\0\x07x"), Errno::EINVAL);
    let stats = socket.call(&path, &GetStats).unwrap().0;
    assert_eq!((stats.recvWrongTunnel, stats.recvUnknownSID, stats.recvInvalid), (1, 1, 1));
    assert_eq!((stats.recvRunts, stats.memoryFailures), (2, 1));
}

#[test]
fn a_tunnel_comes_back_from_the_file_with_what_waits_in_it() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    let path = tunnel(&socket, "a", true);
    enable(&socket, &path, config(1, 2, 4));
    socket.send(hook("ac"), b"\0\x07x").unwrap();
    socket.send(hook("ac"), b"\0\x07y").unwrap();
    let running = machine.0.lock().capture();
    assert_eq!(Machine::restore(&running, true).unwrap().capture(), running);
}
