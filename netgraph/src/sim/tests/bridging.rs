//! Bridges on the machine's clock, and hubs in loops.

use std::time::Duration;

use super::*;
use crate::nodes::{bridge, hub};

const SECOND: Duration = Duration::from_secs(1);

/// A bridge with the links a, b and c.
fn bridge_of(socket: &Socket) {
    socket.make_peer::<bridge::Bridge>(hook("a"), bridge::link(0)).unwrap();
    for (own, number) in [("b", 1), ("c", 2)] {
        socket.connect(&at(".:"), &at(".:a"), hook(own), bridge::link(number)).unwrap();
    }
}

fn hosts(socket: &Socket) -> Vec<(EtherAddr, String, u16, u16)> {
    let bridge = socket.node::<bridge::Bridge>(&at(".:a")).unwrap();
    let table = bridge.call(bridge::GetTable).unwrap();
    table.iter().map(|host| (host.addr, host.hook.to_string(), host.age, host.staleness)).collect()
}

#[test]
fn hosts_grow_old_and_are_forgotten() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    bridge_of(&socket);
    socket.send(hook("a"), &frame(mac(1), mac(9))).unwrap();
    machine.advance(SECOND * 10);
    assert_eq!(hosts(&socket), [(mac(1), "link0".into(), 10, 10)]);
    socket.send(hook("a"), &frame(mac(1), mac(9))).unwrap();
    machine.advance(SECOND * 899);
    assert_eq!(hosts(&socket), [(mac(1), "link0".into(), 909, 899)]);
    machine.advance(SECOND);
    assert_eq!(hosts(&socket), []);
}

#[test]
fn a_host_moves_once_it_has_settled() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    bridge_of(&socket);
    socket.send(hook("a"), &frame(mac(1), mac(9))).unwrap();
    machine.advance(SECOND * 2);
    socket.send(hook("b"), &frame(mac(1), mac(9))).unwrap();
    assert_eq!(hosts(&socket), [(mac(1), "link1".into(), 0, 0)]);
}

#[test]
fn a_link_with_a_loop_is_mute_for_its_time() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    bridge_of(&socket);
    let packet = frame(mac(1), mac(9));
    socket.send(hook("a"), &packet).unwrap();
    assert_eq!(errno(socket.send(hook("b"), &packet)), Some(Errno::ELOOP));
    // Whoever else is there is not heard either.
    assert_eq!(errno(socket.send(hook("b"), &frame(mac(2), mac(9)))), Some(Errno::ELOOP));
    machine.advance(SECOND * 59);
    assert_eq!(errno(socket.send(hook("b"), &frame(mac(2), mac(9)))), Some(Errno::ELOOP));
    machine.advance(SECOND);
    socket.send(hook("b"), &frame(mac(2), mac(9))).unwrap();
    let stats = socket.node::<bridge::Bridge>(&at(".:a")).unwrap();
    let stats = stats.call(bridge::GetStats(bridge::Port::Link(1))).unwrap();
    assert_eq!((stats.loopDetects, stats.loopDrops), (1, 3));
}

#[test]
fn a_bridge_is_not_connected_to_itself() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    bridge_of(&socket);
    let own = socket.info(&at(".:a")).unwrap().path();
    assert_eq!(errno(socket.connect(&own, &own, bridge::link(7), bridge::link(8))), Some(Errno::ELOOP));
    assert_eq!(socket.hooks(&at(".:a")).unwrap().iter().count(), 3);
    machine.check();
}

#[test]
fn a_storm_between_hubs_ends() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    socket.make_peer::<hub::Hub>(hook("a"), hook("up")).unwrap();
    socket.make_peer::<hub::Hub>(hook("b"), hook("up")).unwrap();
    for name in ["x", "y", "z"] {
        let other = socket.info(&at(".:b")).unwrap().path();
        socket.connect(&at(".:a"), &other, hook(name), hook(name)).unwrap();
    }
    let _ = socket.send(hook("a"), b"storm");
    assert!(received(&socket).len() > 100);
    machine.check();
}

#[test]
fn a_hub_that_is_connected_to_itself_is_taken_apart_again() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    socket.make_peer::<hub::Hub>(hook("a"), hook("up")).unwrap();
    // The kernel does not find a hook that is still being connected, so both get the same name.
    let own = socket.info(&at(".:a")).unwrap().path();
    socket.connect(&own, &own, hook("x"), hook("x")).unwrap();
    assert_eq!(socket.info(&own).unwrap().hooks, 3);
    machine.check();
    let saved = machine.save().unwrap();
    assert_eq!(SimMachine::load(&saved).unwrap().save().unwrap(), saved);
    socket.remove_hook(&own, hook("x")).unwrap();
    assert_eq!(socket.info(&own).unwrap().hooks, 1);
    machine.check();
}
