//! What nodes of the simulated kernel do with data beyond what the transcripts show: time, shutdown, and files.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use netgraph::nodes::{LinkLayer, checksum, echo, flow, one2many, patch, pipe, tcpmss, tee, ui};
use netgraph::sim::{SimKernel, SimMachine};
use netgraph::transport::{RecvBatch, Wait};
use netgraph::{HookName, Path, Socket};

fn hook(name: &str) -> HookName {
    name.parse().unwrap()
}

fn path(path: &str) -> Path {
    path.parse().unwrap()
}

fn received(socket: &Socket) -> Vec<(String, Vec<u8>)> {
    let mut batch = RecvBatch::new(64, 2048);
    let _ = socket.receive(&mut batch, Wait::No);
    batch.iter().map(|(hook, bytes)| (hook.to_string(), bytes.to_vec())).collect()
}

/// A socket with both ends of a pipe that is configured like this.
fn piped(machine: &SimMachine, config: &str) -> Socket {
    let socket = Socket::open(&SimKernel::on(machine, 0), None).unwrap();
    socket.make_peer::<pipe::Pipe>(hook("up"), pipe::UPPER).unwrap();
    socket.connect(&path("."), &path(".:up"), hook("down"), pipe::LOWER).unwrap();
    socket.call(&path(".:up"), &pipe::SetConfig(config.parse().unwrap())).unwrap();
    socket
}

#[test]
fn a_pipe_takes_the_time_of_its_bandwidth_and_delay() {
    let machine = SimMachine::new();
    // 990 bytes and 10 of overhead at 1 Mbit/s are 8 ms, and then 20 ms of delay.
    let socket = piped(&machine, "{ bandwidth=1000000 delay=20000 }");
    for _ in 0..2 {
        socket.send(hook("up"), &[0; 990]).unwrap();
    }
    machine.advance(Duration::from_micros(27_999));
    assert_eq!(received(&socket).len(), 0);
    machine.advance(Duration::from_micros(1));
    assert_eq!(received(&socket).len(), 1);
    machine.advance(Duration::from_micros(7_999));
    assert_eq!(received(&socket).len(), 0);
    machine.advance(Duration::from_micros(1));
    assert_eq!(received(&socket), [("down".to_owned(), vec![0; 990])]);
}

#[test]
fn a_pipe_drops_what_its_queue_cannot_hold() {
    let machine = SimMachine::new();
    let socket = piped(&machine, "{ bandwidth=1000000 downstream={ queuelen=5 } }");
    for _ in 0..10 {
        socket.send(hook("up"), &[0; 100]).unwrap();
    }
    machine.advance(Duration::from_secs(1));
    // One is on the line at once.
    assert_eq!(received(&socket).len(), 6);
    let stats = socket.call(&path(".:up"), &pipe::GetStats).unwrap();
    assert_eq!((stats.downstream.fwd_frames, stats.downstream.in_disc_frames), (6, 4));
}

#[test]
fn a_pipe_that_loses_every_bit_says_so() {
    let machine = SimMachine::new();
    let socket = piped(&machine, "{ upstream={ BER=1 } }");
    let event = socket.next_event(Wait::No).unwrap().unwrap();
    assert!(event.message::<flow::LinkIsDown>().is_some());
    socket.send(hook("down"), &[1]).unwrap();
    machine.advance(Duration::from_secs(1));
    assert_eq!(received(&socket).len(), 0);
    socket.send(hook("up"), &[1]).unwrap();
    assert_eq!(received(&socket).len(), 1);
}

#[test]
fn packets_in_a_pipe_are_in_the_file_of_a_machine() {
    let machine = SimMachine::new();
    let socket = piped(&machine, "{ delay=1000 }");
    socket.name(&path(".:up"), "p".parse().unwrap()).unwrap();
    socket.make_peer::<echo::Echo>(hook("e"), hook("e")).unwrap();
    socket.name(&path(".:e"), "e".parse().unwrap()).unwrap();
    socket.remove_hook(&path("p:"), pipe::LOWER).unwrap();
    socket.connect(&path("p:"), &path("e:"), pipe::LOWER, hook("x")).unwrap();
    socket.send(hook("up"), &[1, 2, 3]).unwrap();
    machine.advance(Duration::from_millis(1));
    // Now it is on its way back from the echo.
    let json = machine.to_json().unwrap();
    assert!(json.contains("010203"));
    let again = SimMachine::from_json(&json).unwrap();
    assert_eq!(again.to_json().unwrap(), json);
    again.advance(Duration::from_millis(1));
    assert!(!again.to_json().unwrap().contains("010203"));
}

#[test]
fn a_tee_that_is_shut_down_connects_its_ends() {
    let machine = SimMachine::new();
    let socket = Socket::open(&SimKernel::on(&machine, 0), None).unwrap();
    socket.make_peer::<tee::Tee>(hook("l"), tee::LEFT).unwrap();
    socket.connect(&path("."), &path(".:l"), hook("r"), tee::RIGHT).unwrap();
    socket.connect(&path("."), &path(".:l"), hook("copy"), tee::LEFT2RIGHT).unwrap();
    socket.shutdown(&path(".:l")).unwrap();
    assert_eq!(socket.info(&path(".")).unwrap().hooks, 2);
    socket.send(hook("l"), &[7]).unwrap();
    assert_eq!(received(&socket), [("r".to_owned(), vec![7])]);
}

#[test]
fn a_link_that_goes_down_gets_nothing_and_the_last_one_is_reported() {
    let machine = SimMachine::new();
    let socket = Socket::open(&SimKernel::on(&machine, 0), None).unwrap();
    socket.make_peer::<one2many::One2Many>(hook("one"), one2many::ONE).unwrap();
    socket.connect(&path("."), &path(".:one"), hook("m0"), one2many::many(0)).unwrap();
    socket.connect(&path("."), &path(".:one"), hook("m1"), one2many::many(1)).unwrap();
    let config = one2many::Config::new(one2many::Spread::All, one2many::Failure::Notify, [0, 1]);
    socket.call(&path(".:one"), &one2many::SetConfig(config)).unwrap();
    while socket.next_event(Wait::No).unwrap().is_some() {}
    socket.call(&path(".:m0"), &flow::LinkIsDown).unwrap();
    socket.send(hook("one"), &[1]).unwrap();
    assert_eq!(received(&socket), [("m1".to_owned(), vec![1])]);
    assert!(socket.next_event(Wait::No).unwrap().is_none());
    socket.call(&path(".:m1"), &flow::LinkIsDown).unwrap();
    let event = socket.next_event(Wait::No).unwrap().unwrap();
    assert!(event.message::<flow::LinkIsDown>().is_some());
    assert!(socket.send(hook("one"), &[1]).is_err());
}

/// A socket with a node between two of its hooks, `a` and `b`.
fn between<T: netgraph::NodeType>(machine: &SimMachine, ends: (&str, &str)) -> Socket {
    let socket = Socket::open(&SimKernel::on(machine, 0), None).unwrap();
    socket.make_peer::<T>(hook("a"), hook(ends.0)).unwrap();
    socket.connect(&path("."), &path(".:a"), hook("b"), hook(ends.1)).unwrap();
    socket
}

/// What comes out at `b` of what goes in at `a`.
fn through(socket: &Socket, packet: &[u8]) -> Vec<u8> {
    socket.send(hook("a"), packet).unwrap();
    let [(at, bytes)] = <[_; 1]>::try_from(received(socket)).unwrap();
    assert_eq!(at, "b");
    bytes
}

#[test]
fn a_patch_changes_the_bytes_it_is_told() {
    let machine = SimMachine::new();
    let socket = between::<patch::Patch>(&machine, ("in", "out"));
    let config =
        "{ count=2 ops=[ { mode=1 value=18 length=1 offset=1 } { mode=2 value=1 length=2 offset=2 } ] }";
    socket.call(&path(".:a"), &patch::SetConfig(config.parse().unwrap())).unwrap();
    assert_eq!(through(&socket, &[0, 0x11, 0x22, 0x33]), [0, 0x12, 0x22, 0x34]);
    assert_eq!(through(&socket, &[0]), [0]);
    let config = "{ count=1 relative_offset=1 ops=[ { mode=6 length=1 offset=0 } ] }";
    socket.call(&path(".:a"), &patch::SetConfig(config.parse().unwrap())).unwrap();
    socket.call(&path(".:a"), &patch::SetDlt(LinkLayer::Ethernet)).unwrap();
    let mut frame = [[0; 12].as_slice(), &[0x81, 0, 0, 1, 8, 0, 1]].concat();
    let patched = through(&socket, &frame);
    frame[18] = 0xff;
    assert_eq!(patched, frame);
}

#[test]
fn a_segment_size_is_lowered_and_the_checksum_stays_right() {
    let machine = SimMachine::new();
    let socket = between::<tcpmss::Tcpmss>(&machine, ("in", "out"));
    let config = "{ inHook=\"in\" outHook=\"out\" maxMSS=1400 }";
    socket.call(&path(".:a"), &tcpmss::SetConfig(config.parse().unwrap())).unwrap();
    assert_eq!(through(&socket, &[1, 2]), [1, 2]);
    let mut packet = vec![0; 44];
    (packet[0], packet[9], packet[32], packet[33]) = (0x45, 6, 0x60, 2);
    packet[40..].copy_from_slice(&[2, 4, 1460_u16.to_be_bytes()[0], 1460_u16.to_be_bytes()[1]]);
    packet[36..38].copy_from_slice(&[0xff, 0xf0]);
    let fixed = through(&socket, &packet);
    let sum = |packet: &[u8]| {
        let words = packet[20..].chunks(2).map(|word| u32::from(word[0]) << 8 | u32::from(word[1]));
        words.sum::<u32>() % 0xffff
    };
    assert_eq!(fixed[42..], 1400_u16.to_be_bytes());
    assert_eq!(sum(&fixed), sum(&packet));
    let stats = socket.call(&path(".:a"), &tcpmss::GetStats(hook("in"))).unwrap();
    assert_eq!((stats.SYNPkts, stats.FixedPkts, stats.Packets), (1, 1, 2));
    // A header longer than the packet.
    packet[32] = 0xf0;
    assert!(socket.send(hook("a"), &packet).is_err());
}

#[test]
fn a_control_byte_is_added_and_removed() {
    let machine = SimMachine::new();
    let socket = between::<ui::Ui>(&machine, ("downstream", "upstream"));
    assert_eq!(through(&socket, &[3, 7]), [7]);
    socket.send(hook("a"), &[0xff, 3, 7]).unwrap();
    assert_eq!(received(&socket), []);
    socket.send(hook("b"), &[7]).unwrap();
    assert_eq!(received(&socket), [("a".to_owned(), vec![3, 7])]);
}

#[test]
fn a_checksum_is_computed() {
    let machine = SimMachine::new();
    let socket = between::<checksum::Checksum>(&machine, ("in", "out"));
    socket.call(&path(".:a"), &checksum::SetDlt(LinkLayer::Ethernet)).unwrap();
    socket.call(&path(".:a"), &checksum::SetConfig("{ csum_flags=6 }".parse().unwrap())).unwrap();
    let mut frame = vec![1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 8, 0];
    frame.extend([0x45, 0, 0, 0x1c, 0, 0, 0x40, 0, 0x40, 0x11, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
    frame.extend([0, 1, 0, 2, 0, 8, 0, 0]);
    let summed = through(&socket, &frame);
    frame[40..].copy_from_slice(&[0xf9, 0xd5]);
    assert_eq!(summed, frame);
    assert_eq!(through(&socket, &[1, 2]), [1, 2]);
    let stats = socket.call(&path(".:a"), &checksum::GetClearStats).unwrap();
    assert_eq!((stats.received, stats.processed, stats.dropped), (2, 1, 0));
    // That of the IP header too.
    socket.call(&path(".:a"), &checksum::SetConfig("{ csum_flags=7 }".parse().unwrap())).unwrap();
    let words = through(&socket, &frame)[14..34]
        .chunks(2)
        .map(|w| u32::from(w[0]) << 8 | u32::from(w[1]))
        .sum::<u32>();
    assert_eq!(words % 0xffff, 0);
}
