//! Flows, by the machine's clock.

use std::time::Duration;

use super::*;
use crate::nodes::netflow::{EXPORT, EXPORT9, FlowsFrom, GetInfo, Netflow, Show, iface, out};

/// An Ethernet frame of a UDP packet from this port.
fn datagram(port: u16) -> Vec<u8> {
    let mut frame = vec![0; 12];
    frame.extend([8, 0, 0x45, 0, 0, 36, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
    frame.extend(port.to_be_bytes());
    frame.extend([0, 53, 0, 16, 0, 0]);
    frame.extend([0; 8]);
    frame
}

/// A socket at an interface of a node, and where it exports to.
fn counting(machine: &SimMachine) -> Socket {
    let socket = socket(machine, 0);
    socket.make_peer::<Netflow>(hook("in"), iface(0)).unwrap();
    for (own, peer) in [("out", out(0)), ("five", EXPORT), ("nine", EXPORT9)] {
        socket.connect(&at("."), &at(".:in"), hook(own), peer).unwrap();
    }
    socket
}

#[test]
fn packets_pass_and_their_flows_are_counted_and_shown() {
    let machine = SimMachine::new();
    let socket = counting(&machine);
    for port in [1, 2, 1] {
        socket.send(hook("in"), &datagram(port)).unwrap();
    }
    // What comes the other way is not counted, unless that is configured.
    socket.send(hook("out"), &datagram(9)).unwrap();
    // Nor is what is no IP.
    socket.send(hook("in"), &[0; 60]).unwrap();
    assert_eq!(received(&socket).len(), 5);
    let info = socket.call(&at(".:in"), &GetInfo).unwrap();
    assert_eq!((info.nfinfo_packets, info.nfinfo_bytes, info.nfinfo_used), (3, 108, 2));
    while socket.transport().grow_receive_buffer().is_ok() {}
    let flows = socket.call(&at(".:in"), &Show(FlowsFrom::START)).unwrap();
    assert_eq!(flows.iter().count(), 2);
}

#[test]
fn flows_that_are_over_are_exported_when_a_datagram_is_full_or_the_node_goes() {
    let machine = SimMachine::new();
    let socket = counting(&machine);
    for port in 0..40 {
        socket.send(hook("in"), &datagram(port)).unwrap();
    }
    received(&socket);
    machine.advance(Duration::from_secs(20));
    let exported = received(&socket);
    let of = |name: &str| {
        exported.iter().filter(|(hook, _)| hook == name).map(|(_, data)| data).collect::<Vec<_>>()
    };
    // Thirty flows of version 5, and as many of version 9 as fit; the others wait for more.
    let five = of("five");
    assert_eq!(
        five.iter().map(|data| (data[1], data[3], data.len())).collect::<Vec<_>>(),
        [(5, 30, 24 + 30 * 48)]
    );
    assert_eq!(of("nine").iter().map(|data| (data[1], data[3])).collect::<Vec<_>>(), [(9, 24)]);
    let info = socket.call(&at(".:in"), &GetInfo).unwrap();
    assert_eq!((info.nfinfo_inact_exp, info.nfinfo_used), (40, 0));
    socket.shutdown(&at(".:in")).unwrap();
    let last = received(&socket);
    let counts: Vec<_> = last.iter().map(|(hook, data)| (hook.as_str(), data[3])).collect();
    assert_eq!(counts, [("five", 10), ("nine", 16)]);
}

#[test]
fn flows_come_back_from_the_file() {
    let machine = SimMachine::new();
    let first = socket(&machine, 0);
    first.make_peer_of(&at("."), "hub".parse().unwrap(), hook("h"), hook("h")).unwrap();
    first.make_peer_of(&at(".:h"), "netflow".parse().unwrap(), hook("n"), iface(0)).unwrap();
    first.name(&at(".:h.n"), "nf".parse().unwrap()).unwrap();
    first.connect(&at(".:h"), &at("nf:"), hook("x"), EXPORT).unwrap();
    first.send(hook("h"), &datagram(5)).unwrap();
    drop(first);
    let json = machine.to_json().unwrap();
    let again = SimMachine::from_json(&json).unwrap();
    assert_eq!(again.to_json().unwrap(), json);
    let second = socket(&again, 0);
    assert_eq!(second.call(&at("nf:"), &GetInfo).unwrap().nfinfo_used, 1);
    again.advance(Duration::from_secs(20));
    assert_eq!(second.call(&at("nf:"), &GetInfo).unwrap().nfinfo_used, 0);
}

#[test]
fn a_packet_that_ends_early_is_refused_where_it_goes_no_further() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    let node = socket.make_peer::<Netflow>(hook("in"), iface(0)).unwrap();
    let short = [&[0; 12][..], &[0x86, 0xdd], &[0x60; 30]].concat();
    let strange = [&[0; 12][..], &[0x86, 0xdd], &[0x60; 40]].concat();
    let errno = |result: crate::Result<()>| result.err().and_then(|error| error.errno());
    assert_eq!(errno(socket.send(hook("in"), &short)), Some(Errno::EINVAL));
    socket.send(hook("in"), &strange).unwrap();
    let skipped = || {
        let info = node.call(GetInfo).unwrap();
        (info.nfinfo_spackets6, info.nfinfo_sbytes6)
    };
    assert_eq!(skipped(), (0, 0));
    socket.connect(&at("."), &at(".:in"), hook("out"), hook("out0")).unwrap();
    socket.send(hook("in"), &short).unwrap();
    socket.send(hook("in"), &strange).unwrap();
    assert_eq!(skipped(), (1, 54));
}
