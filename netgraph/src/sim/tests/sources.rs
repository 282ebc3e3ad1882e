//! `source` nodes, by the machine's clock.

use std::time::Duration;

use super::*;
use crate::nodes::ether;
use crate::nodes::hole::Hole;
use crate::nodes::source::{ClearData, GetStats, INPUT, OUTPUT, SetIface, SetPps, Source, Start, Stop};

/// A socket at both ends of a source that has packets of these bytes.
fn loaded(machine: &SimMachine, packets: &[&[u8]]) -> Socket {
    let socket = socket(machine, 0);
    socket.make_peer::<Source>(hook("out"), OUTPUT).unwrap();
    socket.connect(&at("."), &at(".:out"), hook("in"), INPUT).unwrap();
    for packet in packets {
        socket.send(hook("in"), packet).unwrap();
    }
    socket
}

fn sent(socket: &Socket) -> Vec<Vec<u8>> {
    received(socket).into_iter().map(|(_, packet)| packet).collect()
}

#[test]
fn packets_are_sent_in_turns_until_their_number_is_reached() {
    let machine = SimMachine::new();
    let socket = loaded(&machine, &[b"a", b"bb"]);
    socket.call(&at(".:out"), &SetPps(1_000_000)).unwrap();
    socket.call(&at(".:out"), &Start(5)).unwrap();
    assert_eq!(errno(socket.call(&at(".:out"), &Start(5))), Some(Errno::EBUSY));
    // No time has passed yet.
    assert_eq!(sent(&socket).len(), 0);
    machine.advance(Duration::from_millis(100));
    assert_eq!(sent(&socket), [&b"a"[..], b"bb", b"a", b"bb", b"a"]);
    let stats = socket.call(&at(".:out"), &GetStats).unwrap();
    assert_eq!((stats.outFrames, stats.outOctets), (5, 7));
    assert_eq!((stats.queueFrames, stats.queueOctets), (2, 3));
    // Two packets a tick, and the first tick without any: no time has passed then.
    assert_eq!(stats.elapsed(), Duration::from_millis(30));
    assert_eq!(stats.ended() - stats.started(), stats.elapsed());
}

#[test]
fn a_limit_holds_for_the_time_that_has_passed() {
    let machine = SimMachine::new();
    let socket = loaded(&machine, &[&[7][..]; 100]);
    socket.call(&at(".:out"), &SetPps(300)).unwrap();
    socket.call(&at(".:out"), &Start(1000)).unwrap();
    machine.advance(Duration::from_secs(1));
    // Three at each of a hundred ticks.
    assert_eq!(sent(&socket).len(), 300);
    let stats = socket.call(&at(".:out"), &GetStats).unwrap();
    assert_eq!(stats.elapsed(), Duration::from_secs(1));
    socket.call(&at(".:out"), &Stop).unwrap();
    machine.advance(Duration::from_secs(1));
    assert_eq!(sent(&socket).len(), 0);
}

#[test]
fn a_source_without_a_limit_or_an_interface_does_not_start() {
    let machine = SimMachine::new();
    machine.add_nic("igb0", mac(1)).unwrap();
    let socket = loaded(&machine, &[b"packet"]);
    assert_eq!(errno(socket.call(&at(".:out"), &Start(1))), Some(Errno::ENXIO));
    // What is not there is passed over.
    socket.call(&at(".:out"), &SetIface("nosuch0".into())).unwrap();
    assert_eq!(errno(socket.call(&at(".:out"), &Start(1))), Some(Errno::ENXIO));
    socket.call(&at(".:out"), &SetIface("igb0".into())).unwrap();
    socket.call(&at(".:out"), &Start(2)).unwrap();
    machine.advance(Duration::from_millis(1));
    assert_eq!(sent(&socket).len(), 2);
    socket.call(&at(".:out"), &ClearData).unwrap();
    socket.call(&at(".:out"), &Start(2)).unwrap();
    machine.advance(Duration::from_secs(1));
    assert_eq!(sent(&socket).len(), 0);
}

#[test]
fn a_source_at_an_ether_node_learns_its_interface_and_leaves_addresses_alone() {
    let machine = SimMachine::new();
    machine.add_nic("igb0", mac(1)).unwrap();
    machine.set_up(0, "igb0", true).unwrap();
    let socket = socket(&machine, 0);
    socket.call(&at("igb0:"), &ether::SetAutoSrc(1)).unwrap();
    socket.make_peer_of(&at("igb0:"), "source".parse().unwrap(), ether::LOWER, OUTPUT).unwrap();
    assert_eq!(socket.call(&at("igb0:"), &ether::GetAutoSrc).unwrap(), 0);
    socket.connect(&at("."), &at("igb0:lower"), hook("in"), INPUT).unwrap();
    let frame = frame(mac(2), mac(3));
    socket.send(hook("in"), &frame).unwrap();
    socket.call(&at("igb0:lower"), &Start(3)).unwrap();
    machine.advance(Duration::from_millis(1));
    assert_eq!(machine.take_wire(0, "igb0").unwrap(), [&frame[..], &frame, &frame]);
}

#[test]
fn a_source_asks_whatever_is_at_its_output_and_dies_with_it() {
    let machine = SimMachine::new();
    let socket = loaded(&machine, &[b"packet"]);
    let event = socket.next_event(Wait::No).unwrap().unwrap();
    assert!(event.message::<ether::GetIfName>().is_some());
    socket.remove_hook(&at("."), hook("out")).unwrap();
    assert_eq!(socket.info(&at(".")).unwrap().hooks, 0);
}

#[test]
fn a_source_goes_on_from_its_file() {
    let machine = SimMachine::new();
    let first = socket(&machine, 0);
    first.make_peer::<Hole>(hook("h"), hook("h")).unwrap();
    first.make_peer_of(&at(".:h"), "source".parse().unwrap(), hook("s"), OUTPUT).unwrap();
    first.name(&at(".:h.s"), "src".parse().unwrap()).unwrap();
    first.connect(&at("."), &at("src:"), hook("in"), INPUT).unwrap();
    first.send(hook("in"), b"packet").unwrap();
    first.call(&at("src:"), &SetPps(100)).unwrap();
    first.call(&at("src:"), &Start(50)).unwrap();
    machine.advance(Duration::from_millis(105));
    drop(first);
    let json = machine.to_json().unwrap();
    let again = SimMachine::from_json(&json).unwrap();
    assert_eq!(again.to_json().unwrap(), json);
    let second = socket(&again, 0);
    let frames = || second.call(&at("src:"), &GetStats).unwrap().outFrames;
    assert_eq!(frames(), 10);
    again.advance(Duration::from_secs(1));
    assert_eq!(frames(), 50);
}
