//! Copies of machines: what a program on the host can see of a machine, it sees of its copy.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::nodes::{bridge, eiface, ether, hub};
use crate::sim::copy::{Copier, SeenInterface, copy};
use crate::sim::snapshot::{MachineSnapshot, NodeSnapshot};

/// The interfaces of every VNET, as something that lists them sees them.
fn seen(machine: &SimMachine) -> BTreeMap<u32, Vec<SeenInterface>> {
    let list = |vnet: u32| {
        let interfaces = machine.interfaces(vnet).unwrap().into_iter();
        interfaces
            .map(|there| SeenInterface {
                name: there.name,
                index: there.index,
                flags: there.flags,
                mac: there.mac,
                mtu: there.mtu,
                description: there.description,
                home: there.home,
            })
            .collect()
    };
    machine.vnets().into_iter().map(|vnet| (vnet, list(vnet))).collect()
}

fn copied(machine: &SimMachine) -> SimMachine {
    let again = copy(&socket(machine, 0), &seen(machine), 99).unwrap();
    again.check();
    again
}

/// What of a node can be asked for.
fn node(saved: &NodeSnapshot) -> Value {
    let told = [
        "debug_level",
        "loop_timeout",
        "max_staleness",
        "min_stable_age",
        "hosts",
        "promiscuous",
        "auto_source",
    ];
    let told: BTreeMap<&str, &Value> =
        told.into_iter().filter_map(|field| Some((field, saved.state.get(field)?))).collect();
    json!([saved.type_name, saved.name, saved.hooks, told])
}

/// What of a machine can be seen from its host.
fn visible(saved: &MachineSnapshot) -> Value {
    let host = saved.vnets.get(&0).unwrap();
    let nodes: BTreeMap<_, _> = host.nodes.iter().map(|(id, saved)| (id, node(saved))).collect();
    let interfaces: BTreeMap<_, Vec<_>> = saved
        .vnets
        .iter()
        .map(|(number, vnet)| {
            let all = vnet.interfaces.iter();
            (number, all.map(|i| json!([i.name, i.index, i.flags, i.mac, i.mtu, i.description])).collect())
        })
        .collect();
    json!([nodes, interfaces])
}

fn assert_same(machine: &SimMachine) -> SimMachine {
    let again = copied(machine);
    let (was, is) = (machine.save().unwrap(), again.save().unwrap());
    assert_eq!(visible(&is), visible(&was));
    // And the copy of the copy is the copy.
    assert_eq!(copied(&again).save().unwrap(), is);
    again
}

/// A bridge on `igb0`, which has heard two hosts, and three interfaces on it, two of them away in jails.
fn bridged() -> SimMachine {
    let machine = SimMachine::new();
    machine.add_nic("igb0", mac(0xe0)).unwrap();
    machine.set_up(0, "igb0", true).unwrap();
    let socket = socket(&machine, 0);
    socket.make_peer_of(&at("igb0:"), "bridge".parse().unwrap(), ether::LOWER, bridge::link(0)).unwrap();
    socket.connect(&at("igb0:"), &at("igb0:lower"), ether::UPPER, bridge::link(1)).unwrap();
    socket.name(&at("igb0:lower"), "igb0bridge".parse().unwrap()).unwrap();
    socket.node::<ether::Ether>(&at("igb0:")).unwrap().call(ether::SetPromisc(1)).unwrap();
    for link in [2, 3, 7] {
        let (eiface, hook) = ("eiface".parse().unwrap(), bridge::link(link));
        socket.make_peer_of(&at("igb0bridge:"), eiface, hook, eiface::ETHER).unwrap();
    }
    for (unit, address) in [(0, 0xa0), (1, 0xa1)] {
        let jail = machine.create_vnet();
        let name = format!("ngeth{unit}");
        machine.set_mac(0, &name, mac(address)).unwrap();
        machine.move_to(&name, 0, jail).unwrap();
        // Both jails call it the same.
        machine.rename(jail, &name, "eth0").unwrap();
    }
    machine.set_description(2, "eth0", "the second").unwrap();
    machine.wire_receive(0, "igb0", &frame(mac(5), EtherAddr::BROADCAST)).unwrap();
    machine.advance(Duration::from_millis(2500));
    machine.wire_receive(0, "igb0", &frame(mac(6), EtherAddr::BROADCAST)).unwrap();
    machine
}

#[test]
fn a_machine_that_has_just_booted_is_copied() {
    assert_same(&SimMachine::new());
}

#[test]
fn bridges_interfaces_and_hosts_are_copied() {
    assert_same(&bridged());
}

#[test]
fn a_node_of_another_type_stands_in() {
    let machine = bridged();
    let holder = socket(&machine, 0);
    let tee = holder.make_peer::<crate::nodes::tee::Tee>(hook("x"), hook("left")).unwrap();
    tee.name("between".parse().unwrap()).unwrap();
    holder.connect(&at("between:"), &at("igb0bridge:"), hook("right"), bridge::link(9)).unwrap();
    let persistent = holder.make_peer::<hub::Hub>(hook("h"), hook("a")).unwrap();
    persistent.name("crossing".parse().unwrap()).unwrap();
    persistent.call(hub::SetPersistent).unwrap();
    let again = copied(&machine);
    let on_copy = socket(&again, 0);
    assert_eq!(on_copy.info(&at("between:")).unwrap().type_name, "tee");
    assert_eq!(on_copy.info(&at("between:right")).unwrap().name, "igb0bridge");
    assert_eq!(on_copy.info(&at("crossing:")).unwrap().type_name, "hub");
    on_copy.shutdown(&at("crossing:")).unwrap();
    assert!(on_copy.find(&at("crossing:")).unwrap().is_none());
    // The program's own node is another's on the copy.
    assert_eq!(on_copy.info(&at("between:left")).unwrap().type_name, "socket");
}

#[test]
fn each_node_keeps_the_interface_that_has_its_address() {
    let again = copied(&bridged());
    let socket = socket(&again, 0);
    let addresses = |link| {
        let path = at(&format!("igb0bridge:link{link}"));
        let found = socket.node::<eiface::Eiface>(&path).unwrap().call(eiface::GetIfAddrs).unwrap();
        format!("{:?}", found.iter().next().map(|address| address.get(8..18).map(<[u8]>::to_vec)))
    };
    assert!(
        addresses(2).contains("160") && addresses(3).contains("161"),
        "{} {}",
        addresses(2),
        addresses(3)
    );
}

#[test]
fn an_interface_that_nobody_has_seen_is_elsewhere() {
    let machine = bridged();
    let mut seen = seen(&machine);
    seen.remove(&2);
    let again = copy(&socket(&machine, 0), &seen, 2).unwrap();
    again.check();
    let names: Vec<_> = again.interfaces(2).unwrap().into_iter().map(|there| there.name).collect();
    assert_eq!(names, ["eth0"]);
    again.reclaim("eth0", 2, 0).unwrap();
}

#[test]
fn what_is_tried_on_a_copy_does_not_touch_the_machine() {
    let machine = bridged();
    let again = copied(&machine);
    let before = machine.to_json().unwrap();
    socket(&again, 0).shutdown(&at("igb0bridge:")).unwrap();
    again.destroy_vnet(1).unwrap();
    again.check();
    assert_eq!(machine.to_json().unwrap(), before);
}

#[test]
fn new_interfaces_of_a_copy_get_the_numbers_that_are_free() {
    let again = copied(&bridged());
    let socket = socket(&again, 0);
    let made = socket.make_peer::<eiface::Eiface>(hook("e"), eiface::ETHER).unwrap();
    // The nodes have kept the names that their interfaces had at first.
    assert_eq!(made.call(eiface::GetIfName).unwrap().to_text(), "ngeth3");
}

#[test]
fn interfaces_get_their_nodes_when_ether_is_loaded() {
    let machine = bridged();
    // Nothing of netgraph is there yet.
    let mut copier = Copier::new(&seen(&machine), 99);
    copier.attach_ether();
    let again = copier.build().unwrap();
    again.check();
    let nodes = |machine: &SimMachine| -> Vec<String> {
        let nodes = socket(machine, 0).nodes().unwrap();
        nodes.iter().filter(|node| node.type_name == "ether").map(|node| node.name.to_string()).collect()
    };
    assert_eq!(nodes(&again), ["igb0", "ngeth2"]);
    // Where it is loaded, there is one for each.
    let mut copier = Copier::new(&seen(&machine), 99);
    copier.graph(0, &socket(&machine, 0)).unwrap();
    copier.attach_ether();
    assert_eq!(nodes(&copier.build().unwrap()), ["igb0"]);
}

#[test]
fn the_graph_of_another_vnet_is_copied_where_it_is_asked_for() {
    let machine = bridged();
    let inside = socket(&machine, 1);
    inside.make_peer::<eiface::Eiface>(hook("e"), eiface::ETHER).unwrap();
    inside.make_peer::<hub::Hub>(hook("h"), hook("out")).unwrap().name("left".parse().unwrap()).unwrap();
    let listed = |machine: &SimMachine| -> Vec<String> {
        let nodes = socket(machine, 1).nodes().unwrap();
        let others = nodes.iter().filter(|node| node.type_name != "socket");
        others.map(|node| format!("{} {}", node.type_name, node.name)).collect()
    };
    assert!(listed(&copied(&machine)).is_empty());
    let mut copier = Copier::new(&seen(&machine), 99);
    copier.graph(0, &socket(&machine, 0)).unwrap();
    copier.graph(1, &inside).unwrap();
    let again = copier.build().unwrap();
    again.check();
    assert_eq!(listed(&again), listed(&machine));
    assert_eq!(again.interfaces(1).unwrap().len(), machine.interfaces(1).unwrap().len());
    // An interface goes with its node, and does not come to the host when its VNET goes.
    let host = again.interfaces(0).unwrap().len();
    again.destroy_vnet(1).unwrap();
    again.check();
    let eifaces_moved_in = machine.interfaces(1).unwrap().iter().filter(|there| there.home == 0).count();
    assert_eq!(again.interfaces(0).unwrap().len(), host + eifaces_moved_in);
}
