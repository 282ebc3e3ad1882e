//! Bundles of links. What is expected here is what ng_ppp.c does.

use std::time::Duration;

use super::*;
use crate::nodes::ppp::*;
use crate::sys::*;

const BUNDLE: u16 = NG_PPP_BUNDLE_LINKNUM;

/// A bundle with the links of these bandwidths, in tens of bytes per second; hooks bear the names of their peers.
fn bundle(socket: &Socket, bandwidths: &[u32], set: impl FnOnce(&mut ng_ppp_node_conf)) -> Path {
    socket.make_peer::<Ppp>(hook("inet"), hook("inet")).unwrap();
    let path = at(".:inet");
    socket.connect(&at("."), &path, hook("bypass"), hook("bypass")).unwrap();
    let mut config = socket.call(&path, &GetConfig).unwrap();
    (config.bund.enableMultilink, config.bund.enableIP, config.bund.mrru) = (1, 1, 1500);
    for (number, bandwidth) in bandwidths.iter().enumerate() {
        let name = hook(&format!("link{number}"));
        socket.connect(&at("."), &path, name, name).unwrap();
        let link = &mut config.links[number];
        (link.enableLink, link.mru, link.bandwidth, link.enableACFComp) = (1, 1500, *bandwidth, 1);
    }
    set(&mut config.0);
    socket.call(&path, &SetConfig(config)).unwrap();
    path
}

/// What has come by each link: its number, the header of its piece, and the length of the rest.
fn pieces(socket: &Socket) -> Vec<(String, u32, usize)> {
    let piece = |(hook, packet): (String, Vec<u8>)| {
        assert_eq!(packet[..2], [0, 0x3d]);
        (hook, u32::from_be_bytes(packet[2..6].try_into().unwrap()), packet.len() - 6)
    };
    received(socket).into_iter().map(piece).collect()
}

fn piece(link: &str, header: u32, len: usize) -> (String, u32, usize) {
    (link.into(), header, len)
}

#[test]
fn a_packet_is_parted_among_links_that_are_alike() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    let path = bundle(&socket, &[100, 100], |_| {});
    socket.send(hook("inet"), &[0x45; 100]).unwrap();
    // The last link comes first; with the number of the protocol it is 101 bytes.
    assert_eq!(pieces(&socket), [piece("link1", 0x8000_0000, 50), piece("link0", 0x4000_0001, 51)]);
    // What is too short for two pieces goes by one link, and then it is the other one's turn.
    socket.send(hook("inet"), &[0x45; 40]).unwrap();
    socket.send(hook("inet"), &[0x45; 40]).unwrap();
    assert_eq!(pieces(&socket), [piece("link0", 0xc000_0002, 41), piece("link1", 0xc000_0003, 41)]);
    assert_eq!(errno(socket.send(hook("inet"), &[0x45; 1501])), Some(Errno::EMSGSIZE));
    assert_eq!(socket.call(&path, &GetMpState).unwrap().0.xseq, 4);
    let of = |link: u16| socket.call(&path, &GetStats64(link)).unwrap().0;
    assert_eq!((of(BUNDLE).xmitFrames, of(BUNDLE).xmitOctets), (3, 180));
    assert_eq!((of(0).xmitFrames, of(0).xmitOctets), (2, 51 + 41 + 12));
    // A link that does not take its piece ends it.
    socket.remove_hook(&at("."), hook("link1")).unwrap();
    socket.make_peer_of(&path, "pppoe".parse().unwrap(), hook("link1"), hook("session")).unwrap();
    assert_eq!(errno(socket.send(hook("inet"), &[0x45; 100])), Some(Errno::ENETUNREACH));
    assert_eq!(received(&socket), []);
    assert_eq!(socket.call(&path, &GetMpState).unwrap().0.xseq, 6);
    assert_eq!((of(0).xmitFrames, of(1).xmitFrames), (2, 3));
    machine.check();
}

#[test]
fn pieces_are_as_small_as_the_links_want_them_and_short_numbers_are_short() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    bundle(&socket, &[100], |config| {
        (config.bund.xmitShortSeq, config.links[0].mru) = (1, 32);
    });
    socket.send(hook("inet"), &[0x45; 69]).unwrap();
    let headers: Vec<_> =
        received(&socket).into_iter().map(|(_, packet)| (packet[2..4].to_vec(), packet.len())).collect();
    assert_eq!(headers, [(vec![0x80, 0], 34), (vec![0, 1], 34), (vec![0x40, 2], 14)]);
}

#[test]
fn links_take_turns_when_they_are_told_to() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    bundle(&socket, &[100, 300], |config| config.bund.enableRoundRobin = 1);
    for _ in 0..3 {
        socket.send(hook("inet"), &[0x45; 100]).unwrap();
    }
    let links: Vec<_> = pieces(&socket).into_iter().map(|(link, _, len)| (link, len)).collect();
    assert_eq!(links, [("link0".into(), 101), ("link1".into(), 101), ("link0".into(), 101)]);
}

#[test]
fn faster_links_carry_more_and_busy_ones_less() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    bundle(&socket, &[100, 300], |_| {});
    let shares = || {
        socket.send(hook("inet"), &[0x45; 100]).unwrap();
        pieces(&socket).into_iter().map(|(link, _, len)| (link, len)).collect::<Vec<_>>()
    };
    assert_eq!(shares(), [("link1".into(), 76), ("link0".into(), 25)]);
    // 25 and 76 bytes wait, with headers and overhead: 47 and 32 ms.
    assert_eq!(shares(), [("link1".into(), 87), ("link0".into(), 14)]);
    machine.advance(Duration::from_secs(10));
    assert_eq!(shares(), [("link1".into(), 76), ("link0".into(), 25)]);
}

fn fragment(header: u32, data: &[u8]) -> Vec<u8> {
    [&[0, 0x3d][..], &header.to_be_bytes(), data].concat()
}

#[test]
fn pieces_make_packets_again_in_their_order() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    let path = bundle(&socket, &[100, 100], |_| {});
    socket.send(hook("link0"), &fragment(0x4000_0001, b"is it")).unwrap();
    assert_eq!(received(&socket), []);
    socket.send(hook("link1"), &fragment(0x8000_0000, b"\x21this ")).unwrap();
    assert_eq!(received(&socket), [("inet".into(), b"this is it".to_vec())]);
    let state = socket.call(&path, &GetMpState).unwrap().0;
    assert_eq!((state.rseq[0], state.rseq[1], state.mseq), (1, 1, 1));
    // What was given up is dropped, and what is there already is refused.
    socket.send(hook("link0"), &fragment(0xc000_0000, b"\x21old")).unwrap();
    socket.send(hook("link0"), &fragment(0x8000_0005, b"\x21x")).unwrap();
    assert_eq!(errno(socket.send(hook("link1"), &fragment(0x8000_0005, b"\x21x"))), Some(Errno::EINVAL));
    assert_eq!(errno(socket.send(hook("link1"), &[0x3d, 1, 2, 3])), Some(Errno::EINVAL));
    let of = |link: u16| socket.call(&path, &GetStats64(link)).unwrap().0;
    assert_eq!((of(0).dropFragments, of(1).dupFragments, of(1).runts), (1, 1, 1));
    assert_eq!((of(BUNDLE).recvFrames, of(BUNDLE).recvOctets), (1, 10));
}

#[test]
fn a_packet_does_not_wait_for_ever_for_one_that_is_lost() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    let path = bundle(&socket, &[100, 100], |_| {});
    socket.send(hook("link0"), &fragment(0x8000_0000, b"\x21half")).unwrap();
    socket.send(hook("link0"), &fragment(0xc000_0002, b"\x21whole")).unwrap();
    machine.advance(Duration::from_millis(1999));
    assert_eq!(received(&socket), []);
    let running = machine.0.lock().capture();
    assert_eq!(Machine::restore(&running, true).unwrap().capture(), running);
    machine.advance(Duration::from_millis(501));
    assert_eq!(received(&socket), [("inet".into(), b"whole".to_vec())]);
    assert_eq!(socket.call(&path, &GetStats64(BUNDLE)).unwrap().0.dropFragments, 1);
    // When both links are past it, it is not waited for at all.
    socket.send(hook("link0"), &fragment(0x8000_0003, b"\x21half")).unwrap();
    socket.send(hook("link0"), &fragment(0xc000_0005, b"\x21one")).unwrap();
    socket.send(hook("link1"), &fragment(0xc000_0006, b"\x21two")).unwrap();
    assert_eq!(received(&socket), [("inet".into(), b"one".to_vec()), ("inet".into(), b"two".to_vec())]);
}
