//! Machines in files.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::nodes::{bridge, eiface, ether, hub};

/// A machine that has some of everything.
fn full() -> (SimMachine, Socket) {
    let machine = SimMachine::new();
    machine.add_nic("igb0", mac(0xe0)).unwrap();
    machine.set_up(0, "igb0", true).unwrap();
    machine.create_clone(0, "epair").unwrap();
    machine.create_clone(0, "tap7").unwrap();
    machine.set_description(0, "tap7", "a tap").unwrap();
    let socket = socket(&machine, 0);
    socket.make_peer_of(&at("igb0:"), "bridge".parse().unwrap(), ether::LOWER, bridge::link(0)).unwrap();
    socket.connect(&at("igb0:"), &at("igb0:lower"), ether::UPPER, bridge::uplink(1)).unwrap();
    socket.name(&at("igb0:lower"), "br".parse().unwrap()).unwrap();
    socket.make_peer_of(&at("br:"), "eiface".parse().unwrap(), bridge::link(1), eiface::ETHER).unwrap();
    let nic = socket.node::<ether::Ether>(&at("igb0:")).unwrap();
    nic.call(ether::SetPromisc(1)).unwrap();
    nic.call(ether::AddMulti(EtherAddr([1, 0, 0x5e, 0, 0, 9]))).unwrap();
    let jail = machine.create_vnet();
    machine.move_to("ngeth0", 0, jail).unwrap();
    machine.set_up(jail, "ngeth0", true).unwrap();
    machine.wire_receive(0, "igb0", &frame(mac(5), EtherAddr::BROADCAST)).unwrap();
    let hub = socket.make_peer::<hub::Hub>(hook("h"), HookName::from_field(b"\xff\\x")).unwrap();
    hub.call(hub::SetPersistent).unwrap();
    machine.advance(std::time::Duration::from_millis(2500));
    (machine, socket)
}

#[test]
fn a_machine_comes_back_from_its_file_as_it_was() {
    let (machine, socket) = full();
    drop(socket);
    let json = machine.to_json().unwrap();
    let again = SimMachine::from_json(&json).unwrap();
    again.check();
    assert_eq!(again.to_json().unwrap(), json);
    // And goes on as the first would.
    for machine in [&machine, &again] {
        machine.advance(std::time::Duration::from_millis(600));
        machine.wire_receive(0, "igb0", &frame(mac(6), EtherAddr::BROADCAST)).unwrap();
        machine.transmit(1, "ngeth0", &frame(mac(7), mac(6))).unwrap();
        assert_eq!(machine.create_clone(0, "tap").unwrap(), "tap0");
        assert_eq!(machine.take_wire(0, "igb0").unwrap().len(), 1);
    }
    assert_eq!(again.to_json().unwrap(), machine.to_json().unwrap());
}

#[test]
fn sockets_are_left_out_as_their_end_would() {
    let (machine, socket) = full();
    socket.make_peer::<bridge::Bridge>(hook("b"), bridge::link(0)).unwrap();
    socket.make_peer::<eiface::Eiface>(hook("e"), eiface::ETHER).unwrap();
    let nodes = || socket.nodes().unwrap().iter().collect::<Vec<_>>();
    let before = nodes();
    let saved = machine.save().unwrap();
    let left = &saved.vnets[&0].nodes;
    let types = |name: &str| left.values().filter(|node| node.type_name == name).count();
    assert_eq!((types("socket"), types("bridge"), types("eiface"), types("hub")), (0, 1, 2, 1));
    // The machine itself has not noticed.
    assert_eq!(nodes(), before);
    drop(socket);
    assert_eq!(machine.save().unwrap(), saved);
    machine.check();
}

#[test]
fn nonsense_is_refused_with_its_place() {
    let (machine, _socket) = full();
    let good = serde_json::to_value(machine.save().unwrap()).unwrap();
    let bad = |change: &dyn Fn(&mut Value)| {
        let mut value = good.clone();
        change(&mut value);
        match SimMachine::from_json(&value.to_string()) {
            Err(Error::Machine(what)) => what,
            other => panic!("{other:?}"),
        }
    };
    let interface = |n: usize, field: &'static str, to: Value| {
        move |value: &mut Value| value["vnets"]["0"]["interfaces"][n][field] = to.clone()
    };
    assert_eq!(
        bad(&|value| value["version"] = json!(2)),
        "the file: is \"netgraph-machine\" version 2, not \"netgraph-machine\" version 1"
    );
    assert_eq!(
        bad(&interface(1, "index", json!(1))),
        "interface 1 (\"igb0\") of VNET 0: its index is 0, or in use"
    );
    assert_eq!(
        bad(&interface(1, "mac", Value::Null)),
        "interface 1 (\"igb0\") of VNET 0: all interfaces but loopback and those of iface nodes have an Ethernet address"
    );
    assert_eq!(bad(&interface(1, "home", json!(9))), "interface 1 (\"igb0\") of VNET 0: its home is no VNET");
    let node = |field: &'static str, to: Value| {
        move |value: &mut Value| value["vnets"]["0"]["nodes"]["1"][field] = to.clone()
    };
    assert_eq!(bad(&node("type", json!("warp"))), "node [1] of VNET 0: there is no node type \"warp\"");
    assert_eq!(
        bad(&node("name", json!("br"))),
        "node [6] of VNET 0: its name is not allowed, or in use (EADDRINUSE (address already in use))"
    );
    assert_eq!(
        bad(&node("hooks", json!([]))),
        "hook \"uplink1\" of node [6] of VNET 0: its peer does not lead back to it"
    );
    assert!(bad(&node("state", json!({}))).starts_with("node [1] of VNET 0: missing field"));
    assert!(bad(&|value| value["surprise"] = json!(1)).contains("unknown field `surprise`"));
    assert!(bad(&|value| *value = json!([])).contains("invalid"));
}

/// Changes something in a tree of JSON: the steps of the way lead down, and chance says where they end.
pub(super) fn change(value: &mut Value, way: &[u16], to: &Value) {
    let Some((step, rest)) = way.split_first() else {
        *value = to.clone();
        return;
    };
    let step = usize::from(*step);
    match value {
        Value::Array(items) if !items.is_empty() => {
            let count = items.len();
            change(&mut items[step % count], rest, to);
        }
        Value::Object(fields) if !fields.is_empty() => {
            let count = fields.len();
            change(fields.values_mut().nth(step % count).unwrap(), rest, to);
        }
        other => *other = to.clone(),
    }
}

pub(super) fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(|b| json!(b)),
        prop_oneof![0u64..20, any::<u64>()].prop_map(|n| json!(n)),
        ".{0,40}".prop_map(|text| json!(text)),
        Just(json!("bridge")),
        Just(json!("link1")),
        Just(json!([])),
        Just(json!({})),
        Just(json!({"node": 1, "hook": 0})),
    ]
}

proptest! {
    #[test]
    fn a_file_that_was_tampered_with_is_refused_or_works(
        changes in prop::collection::vec((prop::collection::vec(any::<u16>(), 1..9), scalar()), 1..4)
    ) {
        let (machine, _socket) = full();
        let mut value = serde_json::to_value(machine.save().unwrap()).unwrap();
        for (way, to) in changes {
            change(&mut value, &way, &to);
        }
        match SimMachine::from_json(&value.to_string()) {
            Err(Error::Machine(what)) => prop_assert!(!what.is_empty()),
            Err(other) => prop_assert!(false, "{}", other),
            Ok(machine) => {
                machine.check();
                let _ = machine.wire_receive(0, "igb0", &frame(mac(6), EtherAddr::BROADCAST));
                let _ = machine.transmit(1, "ngeth0", &frame(mac(7), mac(6)));
                machine.advance(std::time::Duration::from_secs(3));
                let json = machine.to_json().unwrap();
                prop_assert_eq!(SimMachine::from_json(&json).unwrap().to_json().unwrap(), json);
                let vnets = machine.vnets();
                for vnet in vnets.into_iter().filter(|vnet| *vnet != 0) {
                    machine.destroy_vnet(vnet).unwrap();
                }
                machine.check();
            }
        }
    }

    #[test]
    fn no_text_makes_loading_panic(text in ".{0,200}") {
        prop_assert!(SimMachine::from_json(&text).is_err());
    }
}
