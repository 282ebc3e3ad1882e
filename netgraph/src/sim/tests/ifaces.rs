//! IP interfaces of iface nodes.

use super::*;
use crate::nodes::iface::{Broadcast, GetIfName, INET, INET6, Iface, PointToPoint};
use crate::sim::{IFF_BROADCAST, IFF_POINTOPOINT};

const IPV4: &[u8] = b"\x45packet";
const IPV6: &[u8] = b"\x60packet";

/// A socket with both hooks of `ng0`, which is up.
fn with_ng0(machine: &SimMachine) -> Socket {
    let socket = socket(machine, 0);
    socket.make_peer::<Iface>(hook("four"), INET).unwrap();
    socket.connect(&at("."), &at("ng0:"), hook("six"), INET6).unwrap();
    machine.set_up(0, "ng0", true).unwrap();
    socket
}

#[test]
fn what_the_host_sends_leaves_by_the_hook_of_its_family() {
    let machine = SimMachine::new();
    let socket = with_ng0(&machine);
    machine.transmit(0, "ng0", IPV4).unwrap();
    machine.transmit(0, "ng0", IPV6).unwrap();
    assert_eq!(received(&socket), [("four".to_owned(), IPV4.to_vec()), ("six".to_owned(), IPV6.to_vec())]);
    assert_eq!(machine.transmit(0, "ng0", b"\x50"), Err(Errno::EAFNOSUPPORT));
    socket.remove_hook(&at("."), hook("six")).unwrap();
    assert_eq!(machine.transmit(0, "ng0", IPV6), Err(Errno::ENETDOWN));
    machine.set_up(0, "ng0", false).unwrap();
    assert_eq!(machine.transmit(0, "ng0", IPV4), Err(Errno::ENETDOWN));
}

#[test]
fn what_comes_in_by_a_hook_is_for_the_host_while_the_interface_is_up() {
    let machine = SimMachine::new();
    let socket = with_ng0(&machine);
    socket.send(hook("four"), IPV4).unwrap();
    socket.send(hook("six"), IPV6).unwrap();
    assert_eq!(machine.take_received(0, "ng0").unwrap(), [IPV4, IPV6]);
    machine.set_up(0, "ng0", false).unwrap();
    assert_eq!(errno(socket.send(hook("four"), IPV4)), Some(Errno::ENETDOWN));
}

#[test]
fn an_interface_is_told_what_it_is_only_while_it_is_down() {
    let machine = SimMachine::new();
    let socket = with_ng0(&machine);
    assert_eq!(errno(socket.call(&at("ng0:"), &Broadcast)), Some(Errno::EBUSY));
    machine.set_up(0, "ng0", false).unwrap();
    let kind = || {
        let flags = machine.interfaces(0).unwrap().pop().unwrap().flags;
        flags & (IFF_BROADCAST | IFF_POINTOPOINT)
    };
    assert_eq!(kind(), IFF_POINTOPOINT);
    socket.call(&at("ng0:"), &Broadcast).unwrap();
    assert_eq!(kind(), IFF_BROADCAST);
    socket.call(&at("ng0:"), &PointToPoint).unwrap();
    assert_eq!(kind(), IFF_POINTOPOINT);
}

#[test]
fn an_iface_outlives_its_hooks_its_file_and_not_its_shutdown() {
    let machine = SimMachine::new();
    let socket = with_ng0(&machine);
    machine.rename(0, "ng0", "tunnel").unwrap();
    assert_eq!(errno(socket.connect(&at("."), &at("ng0:"), hook("x"), INET)), Some(Errno::EEXIST));
    assert_eq!(errno(socket.connect(&at("."), &at("ng0:"), hook("x"), hook("y"))), Some(Errno::EPFNOSUPPORT));
    drop(socket);
    let json = machine.to_json().unwrap();
    let again = SimMachine::from_json(&json).unwrap();
    assert_eq!(again.to_json().unwrap(), json);
    let socket = super::socket(&again, 0);
    assert_eq!(socket.call(&at("ng0:"), &GetIfName).unwrap().to_string(), "\"tunnel\"");
    socket.shutdown(&at("ng0:")).unwrap();
    assert_eq!(again.interfaces(0).unwrap().len(), 1);
    // Its unit is free again.
    socket.make_peer::<Iface>(hook("i"), INET).unwrap();
    assert_eq!(socket.info(&at("ng0:")).unwrap().type_name, "iface");
}
