//! Files of machines whose nodes are in the middle of their protocols, with something changed.

use std::time::Duration;

use proptest::prelude::*;

use super::files::{change, scalar};
use super::*;
use crate::nodes::{car, hub, l2tp, nat, ppp, pppoe, pptpgre, vjc};
use crate::sys::*;

/// The types, each with a hook to the wire and one to the other side.
const TYPES: [(&str, &str, &str); 8] = [
    ("car", "lower", "upper"),
    ("l2tp", "lower", "ctrl"),
    ("lmi", "auto0", "auto1023"),
    ("nat", "in", "out"),
    ("ppp", "link0", "inet"),
    ("pppoe", "ethernet", "session"),
    ("pptpgre", "lower", "session_0003"),
    ("vjc", "vjcomp", "ip"),
];

const IP: &[u8] = b"\x45\0\0\x2a\0\x09\0\0\x40\x06\0\0\x0a\0\0\x02\x08\x08\x08\x08\
                    \x03\xe8\0\x50\0\0\0\x01\0\0\0\x02\x50\x10\x01\0\0\0\0\0hi";

/// What is sent to all nodes, from both sides.
const PACKETS: [&[u8]; 9] = [
    IP,
    b"\0\x07control",
    b"\xc8\x02\0\x0e\0\x01\0\x07\0\0\0\x01hi",
    b"\xc8\x02\0\x0c\0\x01\0\x07\0\x01\0\x02",
    b"\xff\x03\0\x3d\x80\0\0\x01\0\x21hi",
    b"\xff\x03\0\x3d\x40\0\0\x03hi",
    b"EEEEEEEEEEEEEEEEEEEE\x30\x81\x88\x0b\0\x02\0\x03\0\0\0\x02\0\0\0\0hi",
    b"\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x88\x63\x11\x07\0\0\0\x10\x01\x03\0\x04uniq\x01\x04\0\x04cook",
    b"\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x88\x63\x11\x65\0\x05\0\x08\x01\x03\0\x04uniq",
];

fn send_all(socket: &Socket) {
    for packet in PACKETS {
        let _ = socket.send(hook("wire"), packet);
        let _ = socket.send(hook("side"), packet);
    }
}

/// A machine with a node of each type between two hubs, and packets on their way.
fn busy() -> SimMachine {
    let machine = SimMachine::new();
    machine.set_step_limit(500);
    let socket = socket(&machine, 0);
    for (name, own) in [("w", "wire"), ("s", "side")] {
        let hub = socket.make_peer::<hub::Hub>(hook(own), hook("to")).unwrap();
        hub.call(hub::SetPersistent).unwrap();
        socket.name(&at(&format!(".:{own}")), name.parse().unwrap()).unwrap();
    }
    for (kind, wire, side) in TYPES {
        socket.make_peer_of(&at("w:"), kind.parse().unwrap(), hook(kind), hook(wire)).unwrap();
        socket.connect(&at("s:"), &at(&format!("w:{kind}")), hook(kind), hook(side)).unwrap();
    }
    socket.make_peer_of(&at("w:pppoe"), "hub".parse().unwrap(), hook("other"), hook("x")).unwrap();
    let mut bundle = socket.call(&at("w:ppp"), &ppp::GetConfig).unwrap();
    (bundle.bund.enableMultilink, bundle.bund.enableIP, bundle.bund.mrru) = (1, 1, 1500);
    (bundle.links[0].enableLink, bundle.links[0].mru, bundle.links[0].bandwidth) = (1, 100, 10);
    socket.connect(&at("w:"), &at("w:ppp"), hook("ppp2"), hook("link1")).unwrap();
    bundle.links[1] = ng_ppp_link_conf { bandwidth: 70, ..bundle.links[0] };
    socket.call(&at("w:ppp"), &ppp::SetConfig(bundle)).unwrap();
    let tunnel = ng_l2tp_config { enabled: 1, tunnel_id: 1, peer_id: 2, peer_win: 4, ..Default::default() };
    socket.call(&at("w:l2tp"), &l2tp::SetConfig(l2tp::Config(tunnel))).unwrap();
    let session =
        ng_pptpgre_conf { enabled: 1, enableDelayedAck: 1, enableWindowing: 1, cid: 3, ..Default::default() };
    socket.call(&at("w:pptpgre"), &pptpgre::SetConfig(pptpgre::Config(session))).unwrap();
    socket.call(&at("w:nat"), &nat::SetAliasAddr([10, 0, 0, 1].into())).unwrap();
    let headers = ngm_vjc_config { enableComp: 1, enableDecomp: 1, maxChannel: 3, compressCID: 1 };
    socket.call(&at("w:vjc"), &vjc::SetConfig(vjc::Config(headers))).unwrap();
    for (session, request) in [("session", "mail"), ("other", "\\uniq|mail")] {
        let asked = pppoe::Session::new(hook(session), request);
        socket.call(&at("w:pppoe"), &pppoe::Connect(asked)).unwrap();
    }
    send_all(&socket);
    drop(socket);
    machine
}

#[test]
fn no_burst_is_too_large_for_car() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    socket.make_peer::<car::Car>(hook("c"), car::UPPER).unwrap();
    for mode in 0..4 {
        for burst in [1, u64::MAX >> 1, 1 << 63, u64::MAX] {
            let half = ng_car_hookconf { cbs: burst, ebs: burst, cir: 1, mode, ..Default::default() };
            let both = ng_car_bulkconf { upstream: half, downstream: half };
            socket.call(&at(".:c"), &car::SetConfig(car::Config(both))).unwrap();
            for _ in 0..4 {
                let _ = socket.send(hook("c"), b"packet");
                machine.advance(Duration::from_millis(10));
            }
        }
    }
    machine.check();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.div_ceil(4)))]

    #[test]
    fn nodes_in_the_middle_of_a_protocol_are_refused_or_work(
        changes in prop::collection::vec((prop::collection::vec(any::<u16>(), 1..5), scalar()), 1..6)
    ) {
        let mut value = serde_json::to_value(busy().save().unwrap()).unwrap();
        let nodes = value["vnets"]["0"]["nodes"].as_object_mut().unwrap();
        let count = nodes.len();
        for (way, to) in changes {
            let node = nodes.values_mut().nth(usize::from(way[0]) % count).unwrap();
            change(&mut node["state"], &way[1..], &to);
        }
        match SimMachine::from_json(&value.to_string()) {
            Err(Error::Machine(what)) => prop_assert!(!what.is_empty()),
            Err(other) => prop_assert!(false, "{}", other),
            Ok(machine) => {
                machine.set_step_limit(500);
                let socket = socket(&machine, 0);
                for (path, own) in [("w:", "wire"), ("s:", "side")] {
                    let _ = socket.connect(&at("."), &at(path), hook(own), hook("again"));
                }
                for _ in 0..3 {
                    send_all(&socket);
                    machine.advance(Duration::from_secs(4));
                }
                drop(socket);
                machine.check();
                let json = machine.to_json().unwrap();
                prop_assert_eq!(SimMachine::from_json(&json).unwrap().to_json().unwrap(), json);
            }
        }
    }
}
