//! The data of PPTP. What is expected here is what ng_pptpgre.c does.

use std::time::Duration;

use super::*;
use crate::nodes::pptpgre::*;
use crate::sys::*;

const PLAIN: ng_pptpgre_conf = ng_pptpgre_conf {
    enabled: 1,
    enableDelayedAck: 1,
    enableAlwaysAck: 0,
    enableWindowing: 0,
    cid: 3,
    peerCid: 9,
    recvWin: 16,
    peerPpd: 0,
};

/// A node with the hooks `s` of session 3 and `w` of the wire.
fn node(machine: &SimMachine, config: ng_pptpgre_conf) -> (Socket, Path) {
    let socket = socket(machine, 0);
    socket.make_peer::<Pptpgre>(hook("s"), hook("session_0003")).unwrap();
    let path = at(".:s");
    socket.connect(&at("."), &path, hook("w"), hook("lower")).unwrap();
    socket.call(&path, &SetConfig(Config(config))).unwrap();
    (socket, path)
}

/// A packet from the wire: an IP header, and what GRE says.
fn wire(sequence: Option<u32>, ack: Option<u32>, data: &[u8]) -> Vec<u8> {
    let flags = 0x2001_880b | u32::from(sequence.is_some()) << 28 | u32::from(ack.is_some()) << 23;
    let mut packet = vec![0x45; 20];
    packet.extend(flags.to_be_bytes());
    packet.extend((data.len() as u16).to_be_bytes());
    packet.extend([0, 3]);
    packet.extend(sequence.into_iter().chain(ack).flat_map(u32::to_be_bytes));
    packet.extend(data);
    packet
}

fn only(hook: &str, packet: &[u8]) -> Vec<(String, Vec<u8>)> {
    vec![(hook.to_owned(), packet.to_vec())]
}

#[test]
fn data_is_numbered_and_what_has_come_is_acknowledged_later() {
    let machine = SimMachine::new();
    let (socket, path) = node(&machine, PLAIN);
    socket.send(hook("s"), b"one").unwrap();
    assert_eq!(received(&socket), only("w", b"\x30\x01\x88\x0b\0\x03\0\x09\0\0\0\0one"));
    // What is behind the stated length is cut off.
    socket.send(hook("w"), &[&wire(Some(0), None, b"two")[..], b"rest"].concat()).unwrap();
    assert_eq!(received(&socket), only("s", b"two"));
    // With the next data...
    socket.send(hook("s"), b"x").unwrap();
    assert_eq!(received(&socket), only("w", b"\x30\x81\x88\x0b\0\x01\0\x09\0\0\0\x01\0\0\0\0x"));
    machine.advance(Duration::from_secs(1));
    assert_eq!(received(&socket), []);
    // ... or alone, after a quarter of the time of a round trip.
    socket.send(hook("w"), &wire(Some(1), None, b"three")).unwrap();
    received(&socket);
    machine.advance(Duration::from_millis(29));
    assert_eq!(received(&socket), []);
    machine.advance(Duration::from_millis(1));
    assert_eq!(received(&socket), only("w", b"\x20\x81\x88\x0b\0\0\0\x09\0\0\0\x01"));
    let stats = socket.call(&path, &GetStats).unwrap().0;
    assert_eq!((stats.xmitPackets, stats.xmitOctets, stats.xmitLoneAcks), (3, 15 + 17 + 12, 1));
    assert_eq!((stats.recvPackets, stats.recvOctets), (2, 32 + 3 + 4 + 32 + 5));
    machine.check();
}

#[test]
fn packets_are_put_in_order_or_given_up() {
    let machine = SimMachine::new();
    let (socket, path) = node(&machine, ng_pptpgre_conf { enableDelayedAck: 0, ..PLAIN });
    let got = |sequence: u32| {
        socket.send(hook("w"), &wire(Some(sequence), None, &[sequence as u8])).unwrap();
        let up = received(&socket).into_iter().filter(|(hook, _)| hook == "s");
        up.map(|(_, packet)| packet[0]).collect::<Vec<_>>()
    };
    assert_eq!(got(0), [0]);
    assert!(got(2).is_empty());
    assert_eq!(errno(socket.send(hook("w"), &wire(Some(2), None, b""))), Some(Errno::EINVAL));
    assert_eq!(got(1), [1, 2]);
    assert_eq!(errno(socket.send(hook("w"), &wire(Some(1), None, b""))), Some(Errno::EINVAL));
    // There is room for one that comes too early; another one pushes it out.
    assert!(got(4).is_empty());
    assert_eq!(got(6), [4]);
    machine.advance(Duration::from_millis(19));
    assert_eq!(received(&socket), []);
    machine.advance(Duration::from_millis(1));
    let came = received(&socket);
    assert!(came.contains(&("s".into(), vec![6])), "{came:?}");
    let stats = socket.call(&path, &GetStats).unwrap().0;
    assert_eq!((stats.recvDuplicates, stats.recvOutOfOrder, stats.recvReorderOverflow), (2, 3, 1));
    assert_eq!((stats.recvReorderTimeouts, stats.xmitLoneAcks), (1, 4));
    let running = machine.0.lock().capture();
    assert_eq!(Machine::restore(&running, true).unwrap().capture(), running);
}

#[test]
fn a_window_is_as_wide_as_acknowledgements_let_it_be() {
    let machine = SimMachine::new();
    let (socket, path) = node(&machine, ng_pptpgre_conf { enableWindowing: 1, ..PLAIN });
    let send = || socket.send(hook("s"), b"x").err().and_then(|error| error.errno());
    // It begins with what was configured before: two packets.
    assert_eq!([send(), send(), send()], [None, None, Some(Errno::ENOBUFS)]);
    socket.send(hook("w"), &wire(None, Some(1), b"")).unwrap();
    assert_eq!([send(), send(), send()], [None, None, Some(Errno::ENOBUFS)]);
    // The window has grown when a whole one is acknowledged.
    socket.send(hook("w"), &wire(None, Some(3), b"")).unwrap();
    assert_eq!([send(), send(), send(), send()], [None, None, None, Some(Errno::ENOBUFS)]);
    socket.send(hook("w"), &wire(None, Some(99), b"")).unwrap();
    // What is never acknowledged is taken for lost.
    machine.advance(Duration::from_secs(4));
    let stats = socket.call(&path, &GetStats).unwrap().0;
    assert_eq!((stats.xmitDrops, stats.recvBadAcks, stats.recvAckTimeouts, stats.recvLoneAcks), (3, 1, 1, 3));
    assert_eq!([send(), send(), send()], [None, None, Some(Errno::ENOBUFS)]);
}

#[test]
fn what_is_no_packet_of_a_session_is_counted_and_refused() {
    let machine = SimMachine::new();
    let (socket, path) = node(&machine, PLAIN);
    let mut other = wire(None, Some(0), b"");
    other[27] = 4;
    let mut version = wire(None, None, b"");
    version[21] = 2;
    let mut long = wire(Some(0), None, b"x");
    long[25] = 9;
    for (packet, errno_of) in [
        (&[0x45; 27][..], Errno::EINVAL),
        (&wire(Some(0), None, b"")[..31], Errno::EINVAL),
        (&[0x4f; 40][..], Errno::ENOBUFS),
        (&other, Errno::EINVAL),
        (&version, Errno::EINVAL),
        (&long, Errno::EINVAL),
    ] {
        assert_eq!(errno(socket.send(hook("w"), packet)), Some(errno_of));
    }
    let stats = socket.call(&path, &GetClearStats).unwrap().0;
    assert_eq!((stats.recvRunts, stats.memoryFailures, stats.recvBadCID, stats.recvBadGRE), (2, 1, 1, 2));
    assert_eq!(socket.call(&path, &GetStats).unwrap().0, ng_pptpgre_stats::default());
}

#[test]
fn the_time_of_a_round_trip_wraps_as_a_number_of_32_bits() {
    let machine = SimMachine::new();
    let (socket, path) = node(&machine, ng_pptpgre_conf { enableWindowing: 1, ..PLAIN });
    let timeouts = || socket.call(&path, &GetStats).unwrap().0.recvAckTimeouts;
    for _ in 0..25 {
        socket.send(hook("s"), b"x").unwrap();
        machine.advance(Duration::from_secs(4));
    }
    assert_eq!(timeouts(), 25);
    // It is negative by now, and packets get the shortest time.
    socket.send(hook("s"), b"x").unwrap();
    machine.advance(Duration::from_millis(29));
    assert_eq!(timeouts(), 25);
    machine.advance(Duration::from_millis(1));
    assert_eq!(timeouts(), 26);
    for number in 26..80 {
        socket.send(hook("s"), b"x").unwrap();
        if number % 3 == 0 {
            socket.send(hook("w"), &wire(None, Some(number), b"")).unwrap();
        }
        machine.advance(Duration::from_secs(4));
    }
    machine.check();
}

#[test]
fn the_wire_does_not_learn_what_becomes_of_its_data() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    socket.make_peer::<Pptpgre>(hook("w"), hook("lower")).unwrap();
    // A nat with one hook refuses whatever comes.
    socket.make_peer_of(&at(".:w"), "nat".parse().unwrap(), hook("session_0003"), hook("in")).unwrap();
    socket.call(&at(".:w"), &SetConfig(Config(PLAIN))).unwrap();
    socket.send(hook("w"), &wire(Some(0), None, b"x")).unwrap();
}
