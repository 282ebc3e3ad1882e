//! Compressed headers of TCP. What is expected here is what slcompress.c does.

use super::*;
use crate::nodes::vjc::*;
use crate::sys::*;

/// A packet of TCP between two ports, with the right checksum of IP.
fn packet(id: u16, ports: [u16; 2], sequence: u32, ack: u32, flags: u8, data: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x45, 0];
    packet.extend((40 + data.len() as u16).to_be_bytes());
    packet.extend(id.to_be_bytes());
    packet.extend([0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
    let words = packet.chunks(2).map(|word| u32::from(u16::from_be_bytes([word[0], word[1]])));
    let sum = words.sum::<u32>();
    let sum = !(((sum >> 16) + (sum & 0xffff)) as u16);
    packet[10..12].copy_from_slice(&sum.to_be_bytes());
    packet.extend(ports.iter().flat_map(|port| port.to_be_bytes()));
    packet.extend(sequence.to_be_bytes());
    packet.extend(ack.to_be_bytes());
    packet.extend([0x50, flags, 0x10, 0, 0xab, 0xcd, 0, 0]);
    packet.extend(data);
    packet
}

/// A node with a hook of this socket to each of its hooks, under the same names with this before them.
fn vjc(socket: &Socket, prefix: &str, config: ngm_vjc_config) -> Path {
    let own = |name: &str| hook(&format!("{prefix}{name}"));
    socket.make_peer::<Vjc>(own("ip"), hook("ip")).unwrap();
    let path = at(&format!(".:{prefix}ip"));
    for name in ["vjcomp", "vjuncomp", "vjip"] {
        socket.connect(&at("."), &path, own(name), hook(name)).unwrap();
    }
    socket.call(&path, &SetConfig(Config(config))).unwrap();
    path
}

fn sent(socket: &Socket, by: &str, packet: &[u8]) -> (String, Vec<u8>) {
    socket.send(hook(by), packet).unwrap();
    received(socket).pop().unwrap()
}

const BOTH: ngm_vjc_config = ngm_vjc_config { enableComp: 1, enableDecomp: 1, maxChannel: 3, compressCID: 1 };
const ACK: u8 = 0x10;
const PUSH: u8 = 0x18;
const WEB: [u16; 2] = [1000, 80];

#[test]
fn what_has_not_changed_is_left_out() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    let path = vjc(&socket, "", BOTH);
    let out = |packet: &[u8]| sent(&socket, "ip", packet);
    // The opening of a connection, and what is no TCP, go as they are.
    let syn = packet(1, WEB, 1, 0, 2, b"");
    assert_eq!(out(&syn), ("vjip".into(), syn.clone()));
    let mut udp = syn.clone();
    udp[9] = 17;
    assert_eq!(out(&udp), ("vjip".into(), udp.clone()));
    // The first packet has the number of its channel in the place of the protocol: the oldest, that at the end.
    let first = packet(2, WEB, 2, 9, ACK, b"");
    let mut marked = first.clone();
    marked[9] = 0;
    assert_eq!(out(&first), ("vjuncomp".into(), marked));
    let compressed = |header: &[u8], data: &[u8]| ("vjcomp".to_owned(), [header, data].concat());
    // Data after an acknowledgement: nothing has changed but the number of the packet, by one.
    assert_eq!(out(&packet(3, WEB, 2, 9, PUSH, b"abc")), compressed(&[0x10, 0xab, 0xcd], b"abc"));
    // More data: the sequence has grown by what was sent.
    assert_eq!(out(&packet(4, WEB, 5, 9, ACK, b"defg")), compressed(&[0x0f, 0xab, 0xcd], b"defg"));
    // It was echoed.
    assert_eq!(out(&packet(5, WEB, 9, 13, ACK, b"h")), compressed(&[0x0b, 0xab, 0xcd], b"h"));
    // Other numbers take their place; long ones take more.
    assert_eq!(
        out(&packet(7, WEB, 9, 13 + 300, ACK, b"")),
        compressed(&[0x24, 0xab, 0xcd, 0, 1, 44, 2], b"")
    );
    // The same again may have been missed the first time; another length of the header cannot be told.
    assert_eq!(out(&packet(8, WEB, 9, 13 + 300, ACK, b"")).0, "vjuncomp");
    assert_eq!(out(&packet(9, WEB, 9, 0, ACK, b"")).0, "vjuncomp");
    // Another connection, and back: the channel is told.
    assert_eq!(out(&packet(1, [5, 5], 1, 1, ACK, b"")).1[9], 1);
    assert_eq!(out(&packet(10, WEB, 9, 1, ACK, b"")), compressed(&[0x44, 0, 0xab, 0xcd, 1], b""));
    let state = socket.call(&path, &GetState).unwrap().0;
    assert_eq!((state.sls_packets, state.sls_compressed, state.sls_misses), (9, 5, 2));
    // The circle was 3 2 1 0; channel 0, at its end, was the first to be taken.
    assert_eq!((state.last_cs, state.sls_searches, state.last_xmit), (2, 7, 0));
    machine.check();
}

#[test]
fn headers_are_put_back_and_errors_wait_for_a_channel() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    vjc(&socket, "a", BOTH);
    let path = vjc(&socket, "b", BOTH);
    let mut urgent = packet(11, WEB, 9, 400, ACK | 0x20, b"");
    urgent[39] = 7;
    for packet in [
        packet(2, WEB, 2, 9, ACK, b""),
        packet(3, WEB, 2, 9, PUSH, b"abc"),
        packet(4, WEB, 5, 9, ACK, b"defg"),
        packet(5, WEB, 9, 13, ACK, b"h"),
        packet(9, WEB, 9, 313, ACK, b"xx"),
        packet(1, [5, 5], 1, 1, ACK, b""),
        packet(10, WEB, 9, 400, ACK, b""),
        urgent,
        packet(1, [5, 5], 1, 2, ACK, b""),
        packet(65535, WEB, 0xffff_fff0, 400, ACK, b""),
        packet(0, WEB, 5, 401, ACK, b"z"),
    ] {
        let (by, wire) = sent(&socket, "aip", &packet);
        let (by, came) = sent(&socket, &by.replace('a', "b"), &wire);
        assert_eq!((by.as_str(), &came), ("bip", &packet));
    }
    socket.call(&path, &RecvError).unwrap();
    let (_, wire) = sent(&socket, "aip", &packet(1, WEB, 5, 402, ACK, b"z"));
    assert_eq!(errno(socket.send(hook("bvjcomp"), &wire)), Some(Errno::EINVAL));
    assert_eq!(errno(socket.send(hook("bvjcomp"), &[0x40, 16, 0, 0])), Some(Errno::EINVAL));
    assert_eq!(errno(socket.send(hook("bvjuncomp"), &[0x45; 19])), Some(Errno::ENOBUFS));
    let state = socket.call(&path, &GetState).unwrap().0;
    assert_eq!((state.sls_tossed, state.sls_errorin, state.flags), (1, 2, SLF_TOSS));
    let running = machine.0.lock().capture();
    assert_eq!(Machine::restore(&running, true).unwrap().capture(), running);
    socket.call(&path, &ClearStats).unwrap();
    assert_eq!(socket.call(&path, &GetState).unwrap().0.sls_tossed, 0);
}
