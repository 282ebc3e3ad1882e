//! Interfaces, and frames through them.

use super::*;
use crate::nodes::{bridge, eiface, ether};
use crate::sim::*;
use crate::sys::{NGM_FLOW_COOKIE, NGM_LINK_IS_DOWN, NGM_LINK_IS_UP};

/// A host with a bridge on its network card, and a jail with an interface on the bridge.
fn host_and_jail() -> (SimMachine, Socket, u32) {
    let machine = SimMachine::new();
    machine.add_nic("igb0", mac(0xe0)).unwrap();
    machine.set_up(0, "igb0", true).unwrap();
    let socket = socket(&machine, 0);
    socket.make_peer_of(&at("igb0:"), "bridge".parse().unwrap(), ether::LOWER, bridge::link(0)).unwrap();
    socket.connect(&at("igb0:"), &at("igb0:lower"), ether::UPPER, bridge::link(1)).unwrap();
    socket.name(&at("igb0:lower"), "igb0bridge".parse().unwrap()).unwrap();
    let nic = socket.node::<ether::Ether>(&at("igb0:")).unwrap();
    nic.call(ether::SetPromisc(1)).unwrap();
    socket
        .make_peer_of(&at("igb0bridge:"), "eiface".parse().unwrap(), bridge::link(2), eiface::ETHER)
        .unwrap();
    let jail = machine.create_vnet();
    machine.rename(0, "ngeth0", "eth0").unwrap();
    machine.set_mac(0, "eth0", mac(1)).unwrap();
    machine.move_to("eth0", 0, jail).unwrap();
    machine.set_up(jail, "eth0", true).unwrap();
    (machine, socket, jail)
}

fn flags(machine: &SimMachine, vnet: u32, name: &str) -> u32 {
    machine.interfaces(vnet).unwrap().into_iter().find(|one| one.name == name).unwrap().flags
}

#[test]
fn host_jail_and_wire_reach_each_other_over_a_bridge() {
    let (machine, _socket, jail) = host_and_jail();
    let all = frame(mac(1), EtherAddr::BROADCAST);
    machine.transmit(jail, "eth0", &all).unwrap();
    assert_eq!(machine.take_wire(0, "igb0").unwrap(), std::slice::from_ref(&all));
    assert_eq!(machine.take_received(0, "igb0").unwrap(), [all]);
    let (to_jail, to_wire) = (frame(mac(0xe0), mac(1)), frame(mac(0xe0), mac(0x77)));
    machine.transmit(0, "igb0", &to_jail).unwrap();
    assert_eq!(machine.take_received(jail, "eth0").unwrap(), [to_jail]);
    assert!(machine.take_wire(0, "igb0").unwrap().is_empty());
    let from_wire = frame(mac(0x77), mac(1));
    machine.wire_receive(0, "igb0", &from_wire).unwrap();
    assert_eq!(machine.take_received(jail, "eth0").unwrap(), [from_wire]);
    machine.transmit(0, "igb0", &to_wire).unwrap();
    assert_eq!(machine.take_wire(0, "igb0").unwrap(), [to_wire]);
    machine.check();
}

#[test]
fn an_interface_that_is_down_takes_nothing() {
    let (machine, socket, jail) = host_and_jail();
    machine.set_up(jail, "eth0", false).unwrap();
    assert_eq!(machine.transmit(jail, "eth0", &frame(mac(1), mac(2))), Err(Errno::ENETDOWN));
    socket.connect(&at(".:"), &at("igb0bridge:"), hook("in"), bridge::ANY_LINK).unwrap();
    socket.send(hook("in"), &frame(mac(2), EtherAddr::BROADCAST)).unwrap_err();
    assert!(machine.take_received(jail, "eth0").unwrap().is_empty());
}

#[test]
fn a_card_hears_what_is_for_it_and_all_when_promiscuous() {
    let machine = SimMachine::new();
    machine.add_nic("igb0", mac(1)).unwrap();
    assert_eq!(machine.wire_receive(0, "igb0", &frame(mac(2), mac(1))), Err(Errno::ENETDOWN));
    machine.set_up(0, "igb0", true).unwrap();
    let socket = socket(&machine, 0);
    socket.connect(&at("igb0:"), &socket.info(&at(".:")).unwrap().path(), ether::LOWER, hook("in")).unwrap();
    machine.wire_receive(0, "igb0", &frame(mac(2), mac(3))).unwrap();
    assert!(received(&socket).is_empty());
    let nic = socket.node::<ether::Ether>(&at("igb0:")).unwrap();
    nic.call(ether::SetPromisc(1)).unwrap();
    assert_eq!(flags(&machine, 0, "igb0") & IFF_PROMISC, IFF_PROMISC);
    machine.wire_receive(0, "igb0", &frame(mac(2), mac(3))).unwrap();
    assert_eq!(received(&socket).len(), 1);
    // With its last hook the node forgets that.
    socket.remove_hook(&at(".:"), hook("in")).unwrap();
    assert_eq!(flags(&machine, 0, "igb0") & IFF_PROMISC, 0);
    assert_eq!(nic.call(ether::GetPromisc).unwrap(), 0);
}

#[test]
fn a_source_address_is_put_in_where_it_is_asked_for() {
    let machine = SimMachine::new();
    machine.add_nic("igb0", mac(1)).unwrap();
    machine.set_up(0, "igb0", true).unwrap();
    let socket = socket(&machine, 0);
    socket.connect(&at("igb0:"), &socket.info(&at(".:")).unwrap().path(), ether::LOWER, hook("out")).unwrap();
    socket.send(hook("out"), &frame(mac(9), mac(2))).unwrap();
    socket.node::<ether::Ether>(&at("igb0:")).unwrap().call(ether::SetAutoSrc(1)).unwrap();
    socket.send(hook("out"), &frame(mac(9), mac(2))).unwrap();
    assert_eq!(machine.take_wire(0, "igb0").unwrap(), [frame(mac(9), mac(2)), frame(mac(1), mac(2))]);
    assert_eq!(errno(socket.send(hook("out"), b"short")), Some(Errno::EINVAL));
}

#[test]
fn orphans_get_what_the_host_does_not_know() {
    let machine = SimMachine::new();
    machine.add_nic("igb0", mac(1)).unwrap();
    machine.set_up(0, "igb0", true).unwrap();
    let socket = socket(&machine, 0);
    socket.connect(&at("igb0:"), &socket.info(&at(".:")).unwrap().path(), ether::ORPHANS, hook("o")).unwrap();
    let mut strange = frame(mac(2), mac(1));
    strange[12..14].copy_from_slice(&[0x88, 0xb5]);
    machine.wire_receive(0, "igb0", &strange).unwrap();
    machine.wire_receive(0, "igb0", &frame(mac(2), mac(1))).unwrap();
    assert_eq!(received(&socket), [("o".to_string(), strange)]);
    assert_eq!(machine.take_received(0, "igb0").unwrap().len(), 1);
}

#[test]
fn what_goes_into_one_end_of_an_epair_comes_out_of_the_other() {
    let machine = SimMachine::new();
    assert_eq!(machine.create_clone(0, "epair").unwrap(), "epair0a");
    assert_eq!(machine.create_clone(0, "epair0"), Err(Errno::EEXIST));
    let jail = machine.create_vnet();
    machine.move_to("epair0b", 0, jail).unwrap();
    for (vnet, name) in [(0, "epair0a"), (jail, "epair0b")] {
        machine.set_up(vnet, name, true).unwrap();
        assert_eq!(flags(&machine, vnet, name), 0x8843);
    }
    machine.set_mac(jail, "epair0b", mac(2)).unwrap();
    machine.transmit(0, "epair0a", &frame(mac(1), mac(2))).unwrap();
    assert_eq!(machine.take_received(jail, "epair0b").unwrap().len(), 1);
    machine.destroy_clone(0, "epair0a").unwrap();
    assert_eq!(machine.interfaces(jail).unwrap().len(), 1);
    assert_eq!(machine.create_clone(0, "epair").unwrap(), "epair0a");
    machine.check();
}

#[test]
fn links_that_come_and_go_are_told() {
    let machine = SimMachine::new();
    machine.add_nic("igb0", mac(1)).unwrap();
    let socket = socket(&machine, 0);
    socket.connect(&at("igb0:"), &socket.info(&at(".:")).unwrap().path(), ether::LOWER, hook("in")).unwrap();
    machine.set_link(0, "igb0", true).unwrap();
    machine.set_link(0, "igb0", true).unwrap();
    machine.set_link(0, "igb0", false).unwrap();
    let events: Vec<_> = socket.events().map(|event| event.unwrap()).collect();
    let told: Vec<_> = events.iter().map(|event| event.frame().unwrap().command()).collect();
    assert_eq!(told.len(), 2);
    assert_eq!((told[0].cookie, told[0].cmd), (NGM_FLOW_COOKIE, NGM_LINK_IS_UP));
    assert_eq!((told[1].cookie, told[1].cmd), (NGM_FLOW_COOKIE, NGM_LINK_IS_DOWN));
}

#[test]
fn what_was_lent_comes_home_and_what_was_born_there_goes() {
    let (machine, socket, jail) = host_and_jail();
    let inside = super::socket(&machine, jail);
    inside.make_peer::<eiface::Eiface>(hook("e"), eiface::ETHER).unwrap();
    let other = machine.create_vnet();
    machine.move_to("ngeth0", jail, other).unwrap();
    machine.destroy_vnet(jail).unwrap();
    let names = |vnet| machine.interfaces(vnet).unwrap().into_iter().map(|one| one.name).collect::<Vec<_>>();
    assert_eq!(names(0), ["lo0", "igb0", "eth0"]);
    assert_eq!(names(other), ["lo0"]);
    assert_eq!(machine.destroy_vnet(jail), Err(Errno::ENXIO));
    assert_eq!(machine.destroy_vnet(0), Err(Errno::EPERM));
    assert_eq!(socket.info(&at("eth0:")).unwrap().type_name, "ether");
    machine.check();
}

#[test]
fn interfaces_refuse_what_the_kernel_refuses() {
    let machine = SimMachine::new();
    machine.add_nic("igb0", mac(1)).unwrap();
    assert_eq!(machine.add_nic("igb0", mac(2)), Err(Errno::EEXIST));
    assert_eq!(machine.rename(0, "none", "x"), Err(Errno::ENXIO));
    assert_eq!(machine.rename(0, "igb0", ""), Err(Errno::EINVAL));
    assert_eq!(machine.rename(0, "igb0", "0123456789abcdef"), Err(Errno::ENAMETOOLONG));
    assert_eq!(machine.rename(0, "igb0", "lo0"), Err(Errno::EEXIST));
    assert_eq!(machine.rename(0, "igb0", "igb0"), Ok(()));
    assert_eq!(machine.set_mac(0, "lo0", mac(1)), Err(Errno::EINVAL));
    assert_eq!(machine.set_mtu(0, "igb0", 71), Err(Errno::EINVAL));
    assert_eq!(machine.set_description(0, "igb0", &"x".repeat(1024)), Err(Errno::ENAMETOOLONG));
    assert_eq!(machine.create_clone(0, "nonsense0"), Err(Errno::EINVAL));
    assert_eq!(machine.create_clone(0, "tap01"), Err(Errno::EINVAL));
    assert_eq!(machine.destroy_clone(0, "igb0"), Err(Errno::EINVAL));
    assert_eq!(machine.move_to("igb0", 0, 0), Err(Errno::EEXIST));
    assert_eq!(machine.move_to("igb0", 0, 7), Err(Errno::ENXIO));
    assert_eq!(machine.reclaim("igb0", 0, 0), Err(Errno::EEXIST));
    machine.check();
}

#[test]
fn a_clone_keeps_its_unit_under_any_name() {
    let machine = SimMachine::new();
    machine.rename(0, "lo0", "loop").unwrap();
    assert_eq!(machine.destroy_clone(0, "loop"), Err(Errno::EINVAL));
    assert_eq!(machine.create_clone(0, "lo0"), Err(Errno::EEXIST));
    assert_eq!(machine.create_clone(0, "lo").as_deref(), Ok("lo1"));
    machine.rename(0, "lo1", "lo0").unwrap();
    assert_eq!(machine.create_clone(0, "lo1"), Err(Errno::EEXIST));
    machine.destroy_clone(0, "lo0").unwrap();
    machine.create_clone(0, "tap3").unwrap();
    machine.rename(0, "tap3", "lo1").unwrap();
    assert_eq!(machine.create_clone(0, "lo").as_deref(), Ok("lo2"));
    assert_eq!(machine.create_clone(0, "lo32768"), Err(Errno::ENOSPC));
    assert_eq!(machine.create_clone(0, "tap32768"), Err(Errno::EEXIST));
    for bad in ["lo2147483648", "lo01", "tap16777216", "tap03"] {
        assert_eq!(machine.create_clone(0, bad), Err(Errno::EINVAL), "{bad}");
    }
}

#[test]
fn an_ether_node_follows_its_interface_under_a_name_that_can_be_one() {
    let machine = SimMachine::new();
    machine.add_nic("igb0", mac(1)).unwrap();
    let socket = socket(&machine, 0);
    machine.rename(0, "igb0", "lan.10").unwrap();
    let node = socket.node::<ether::Ether>(&at("lan_10:")).unwrap();
    assert_eq!(node.call(ether::GetIfName).unwrap().to_text(), "lan.10");
    node.call(ether::Detach).unwrap();
    machine.rename(0, "lan.10", "igb0").unwrap();
    assert_eq!(socket.find(&at("igb0:")).unwrap(), None);
    machine.check();
}
