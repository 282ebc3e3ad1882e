//! The types that wrap frames for a line, and the one that limits its rate.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::nodes::{async_, car, cisco, flow, rfc1490};
use crate::sys::ng_async_cfg;

/// A node with a hook of this socket's to each of its hooks, under the same names.
fn node(socket: &Socket, kind: &str, hooks: &[&str]) -> Path {
    let (first, others) = hooks.split_first().unwrap();
    socket.make_peer_of(&at("."), kind.parse().unwrap(), hook(first), hook(first)).unwrap();
    let path = at(&format!(".:{first}"));
    for other in others {
        socket.connect(&at("."), &path, hook(other), hook(other)).unwrap();
    }
    path
}

/// What comes of a packet.
fn sent(socket: &Socket, own: &str, packet: &[u8]) -> Vec<(String, Vec<u8>)> {
    socket.send(hook(own), packet).unwrap();
    received(socket)
}

fn only(hook: &str, packet: &[u8]) -> Vec<(String, Vec<u8>)> {
    vec![(hook.to_owned(), packet.to_vec())]
}

#[test]
fn frame_relay_sorts_frames_by_their_addresses() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    node(&socket, "frame_relay", &["downstream", "dlci100"]);
    let frame = [0x18, 0x41, 7, 7, 7];
    assert_eq!(sent(&socket, "downstream", &frame), only("dlci100", &[7; 3]));
    assert_eq!(sent(&socket, "dlci100", &[7; 3]), only("downstream", &frame));
    assert_eq!(errno(socket.send(hook("downstream"), &[0; 4])), Some(Errno::ENETDOWN));
    assert_eq!(errno(socket.send(hook("downstream"), &[0x18, 0x41])), Some(Errno::ENOBUFS));
}

#[test]
fn gif_demux_sorts_packets_by_their_families() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    node(&socket, "gif_demux", &["gif", "inet", "inet6"]);
    assert_eq!(sent(&socket, "inet6", b"packet"), only("gif", b"\x1cpacket"));
    assert_eq!(sent(&socket, "gif", b"\x02packet"), only("inet", b"packet"));
    assert_eq!(errno(socket.send(hook("gif"), b"\x01packet")), Some(Errno::EINVAL));
}

#[test]
fn lmi_asks_for_the_state_of_the_line() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    node(&socket, "lmi", &["annexA"]);
    machine.advance(Duration::from_secs(11));
    let asked = |report| vec![3, 8, 0, 0x75, 0x51, 1, report, 0x53, 2, 1, 0];
    let came: Vec<_> = received(&socket).into_iter().map(|(_, packet)| packet).collect();
    assert_eq!(came, [asked(1), asked(0)]);
}

#[test]
fn rfc1490_wraps_as_it_is_told_and_unwraps_all() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    let path = node(&socket, "rfc1490", &["downstream", "inet", "ppp", "ethernet"]);
    let packet = b"\x45packet";
    let wraps =
        [("ietf-ip", &[3, 0xcc][..]), ("ietf-snap", &[3, 0, 0x80, 0, 0, 0, 8, 0]), ("cisco", &[8, 0])];
    for (encapsulation, header) in wraps {
        socket.call(&path, &rfc1490::SetEncap(encapsulation.into())).unwrap();
        let frame = [header, packet].concat();
        assert_eq!(sent(&socket, "inet", packet), only("downstream", &frame));
        assert_eq!(sent(&socket, "downstream", &frame), only("inet", packet));
    }
    socket.call(&path, &rfc1490::SetEncap("ietf-ip".into())).unwrap();
    for (name, header) in [("ppp", &[3, 0xcf][..]), ("ethernet", &[3, 0, 0x80, 0, 0x80, 0xc2, 0, 7])] {
        let frame = [header, packet].concat();
        assert_eq!(sent(&socket, name, packet), only("downstream", &frame));
        assert_eq!(sent(&socket, "downstream", &frame), only(name, packet));
    }
    assert_eq!(sent(&socket, "downstream", &[0xff; 9]), []);
}

#[test]
fn cisco_keeps_alive_and_tells_of_a_silent_line() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    node(&socket, "cisco", &["downstream", "inet"]);
    let frame = [&[0x0f, 0, 8, 0][..], b"\x45packet"].concat();
    assert_eq!(sent(&socket, "inet", b"\x45packet"), only("downstream", &frame));
    assert_eq!(sent(&socket, "downstream", &frame), only("inet", b"\x45packet"));
    machine.advance(Duration::from_secs(30));
    let keepalives = received(&socket);
    assert_eq!(keepalives.len(), 3);
    assert_eq!(keepalives[0].1[..8], [0x8f, 0, 0x80, 0x35, 0, 0, 0, 2]);
    let down = socket.next_event(Wait::No).unwrap().unwrap();
    assert!(down.message::<flow::LinkIsDown>().is_some());
    assert_eq!(socket.call(&at(".:inet"), &cisco::GetStats).unwrap().seqRetries, 3);
    // The other side has heard the last of them.
    let mut answer = keepalives[2].1.clone();
    answer[8..16].copy_from_slice(&[0, 0, 0, 9, 0, 0, 0, 0]);
    assert_eq!(sent(&socket, "downstream", &answer), []);
    let up = socket.next_event(Wait::No).unwrap().unwrap();
    assert!(up.message::<flow::LinkIsUp>().is_some());
    assert_eq!(socket.call(&at(".:inet"), &cisco::GetStats).unwrap().seqRetries, 0);
}

proptest! {
    #[test]
    fn what_async_makes_of_a_frame_it_takes_for_the_same(
        frame in prop::collection::vec(prop_oneof![any::<u8>(), Just(0x7e), Just(0x7d)], 0..200),
        cuts in prop::collection::vec(0usize..200, 0..4),
    ) {
        let machine = SimMachine::new();
        let socket = socket(&machine, 0);
        let path = node(&socket, "async", &["sync", "async"]);
        let config = ng_async_cfg { enabled: 1, amru: 300, smru: 300, accm: 0x000a_0000, ..Default::default() };
        socket.call(&path, &async_::SetConfig(async_::Config(config))).unwrap();
        let line = sent(&socket, "sync", &frame);
        prop_assert_eq!(line.len(), 1);
        let mut rest = &line[0].1[..];
        prop_assert!(rest.first() == Some(&0x7e) && rest.last() == Some(&0x7e));
        // However the line is cut up.
        for cut in cuts {
            let (head, tail) = rest.split_at(cut.min(rest.len()));
            socket.send(hook("async"), head).unwrap();
            rest = tail;
        }
        socket.send(hook("async"), rest).unwrap();
        let expected = frame.strip_prefix(&[0xff, 3]).unwrap_or(&frame);
        // Of an empty frame the kernel makes no packet, but counts it.
        let arrived = if expected.is_empty() { Vec::new() } else { only("sync", expected) };
        prop_assert_eq!(received(&socket), arrived);
        let stats = socket.call(&path, &async_::GetStats).unwrap();
        prop_assert_eq!((stats.syncFrames, stats.asyncFrames, stats.asyncBadCheckSums), (1, 1, 0));
    }
}

/// How many of so many packets of 1000 bytes pass at once, and how many more in a second.
fn passed(config: &str, packets: usize) -> (usize, usize) {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    let path = node(&socket, "car", &["upper", "lower"]);
    socket.call(&path, &car::SetConfig(config.parse().unwrap())).unwrap();
    for _ in 0..packets {
        socket.send(hook("upper"), &[0; 1000]).unwrap();
    }
    let at_once = received(&socket).len();
    machine.advance(Duration::from_secs(1));
    let later = received(&socket).len();
    let stats = socket.call(&path, &car::GetStats).unwrap();
    assert_eq!(stats.downstream.passed_pkts as usize, at_once + later);
    (at_once, later)
}

#[test]
fn car_drops_what_is_beyond_its_rates_or_makes_it_wait() {
    let half = |mode: u8, cir: u32| {
        let half =
            format!("{{ cbs=4000 ebs=2000 cir={cir} greenAction=1 yellowAction=1 redAction=2 mode={mode} }}");
        format!("{{ upstream={half} downstream={half} }}")
    };
    // Both buckets are full at first.
    assert_eq!(passed(&half(0, 80_000), 20), (6, 0));
    // Nothing is dropped that can wait, and 10,000 bytes a second leave.
    assert_eq!(passed(&half(3, 80_000), 20).0, 4);
    assert!((9..=11).contains(&passed(&half(3, 80_000), 20).1));
}

#[test]
fn car_takes_a_packet_of_another_color_for_red_where_its_bucket_is_full() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    let one = node(&socket, "car", &["upper"]);
    socket.make_peer_of(&one, "car".parse().unwrap(), hook("lower"), hook("upper")).unwrap();
    let two = at(".:upper.lower");
    socket.connect(&at("."), &two, hook("out"), hook("lower")).unwrap();
    let set = |path: &Path, half: &str| {
        let config = format!("{{ upstream={half} downstream={half} }}");
        socket.call(path, &car::SetConfig(config.parse().unwrap())).unwrap();
    };
    // The first marks what it has no tokens for yellow. The second heeds that, and the kernel takes the tokens that it
    // has left over for a large number without a sign.
    set(&one, "{ cbs=1 ebs=9000 cir=1 greenAction=1 yellowAction=3 redAction=2 mode=0 }");
    set(&two, "{ cbs=9000 ebs=9000 cir=1 greenAction=1 yellowAction=1 redAction=2 mode=2 opt=1 }");
    assert_eq!(sent(&socket, "upper", &[0; 100]), []);
    let first = socket.call(&one, &car::GetStats).unwrap().downstream;
    let second = socket.call(&two, &car::GetStats).unwrap().downstream;
    assert_eq!((first.yellow_pkts, second.red_pkts, second.dropped_pkts), (1, 1, 1));
}

#[test]
fn car_fills_its_buckets_up_from_the_moment_that_it_is_made() {
    let machine = SimMachine::new();
    machine.advance(Duration::from_secs(3600));
    let socket = socket(&machine, 0);
    let path = node(&socket, "car", &["upper", "lower"]);
    let half = "{ cbs=1000 ebs=0 cir=8000 greenAction=1 yellowAction=2 redAction=2 }";
    let config = format!("{{ upstream={half} downstream={half} }}");
    socket.call(&path, &car::SetConfig(config.parse().unwrap())).unwrap();
    for _ in 0..20 {
        socket.send(hook("upper"), &[0; 100]).unwrap();
    }
    assert_eq!(received(&socket).len(), 10);
}

#[test]
fn async_counts_an_empty_frame_and_sends_none() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    let path = node(&socket, "async", &["sync", "async"]);
    let config = ng_async_cfg { enabled: 1, amru: 1600, smru: 1600, accm: 0, ..Default::default() };
    socket.call(&path, &async_::SetConfig(async_::Config(config))).unwrap();
    assert_eq!(sent(&socket, "async", &[0x7e, 0, 0, 0x7e]), []);
    assert_eq!(socket.call(&path, &async_::GetStats).unwrap().asyncFrames, 1);
}
