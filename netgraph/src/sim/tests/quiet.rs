//! The types that are told and asked.

use proptest::prelude::*;

use super::*;
use crate::message::Command;
use crate::nodes::{device, ipfw, l2tp, ppp, pptpgre, tty, vjc};
use crate::sys::*;

/// Each type, with the cookie of its messages, and hooks that it takes and refuses.
const TYPES: [(&str, u32, &str, &str); 24] = [
    ("async", NGM_ASYNC_COOKIE, "sync", "bsync"),
    ("car", NGM_CAR_COOKIE, "upper", "middle"),
    ("cisco", NGM_CISCO_COOKIE, "atalk", "ntalk"),
    ("deflate", NGM_DEFLATE_COOKIE, "comp", "both"),
    ("frame_relay", NGM_FRAMERELAY_COOKIE, "dlci1023", "dlci1024"),
    ("frame_relay", NGM_FRAMERELAY_COOKIE, "dlci0", "dlci00"),
    ("gif_demux", NGM_GIF_DEMUX_COOKIE, "natm", "inet7"),
    ("hci", NGM_HCI_COOKIE, "drv", "hci"),
    ("ksocket", NGM_KSOCKET_COOKIE, "inet/dgram/udp", "inet/dgram/udp6"),
    ("ksocket", NGM_KSOCKET_COOKIE, "1/stream/", "99/stream/0"),
    ("l2cap", NGM_L2CAP_COOKIE, "hci", "drv"),
    ("l2tp", NGM_L2TP_COOKIE, "session_00ff", "session_00FF"),
    ("lmi", NGM_LMI_COOKIE, "auto0", "auto1"),
    ("mppc", NGM_MPPC_COOKIE, "decomp", ""),
    ("nat", NGM_NAT_COOKIE, "in", "inn"),
    ("netflow", NGM_NETFLOW_COOKIE, "iface65534", "iface65535"),
    ("netflow", NGM_NETFLOW_COOKIE, "export9", "export5"),
    ("ppp", NGM_PPP_COOKIE, "link15", "link16"),
    ("pptpgre", NGM_PPTPGRE_COOKIE, "session_beef", "session_beef0"),
    ("pred1", NGM_PRED1_COOKIE, "decomp", "comp "),
    ("rfc1490", NGM_RFC1490_COOKIE, "ppp", "pppp"),
    ("tty", NGM_TTY_COOKIE, "hook", "hook2"),
    ("vjc", NGM_VJC_COOKIE, "vjip", "vjpi"),
    ("pppoe", NGM_PPPOE_COOKIE, "any", "ethernet/"),
];

/// Makes a node of each type, behind hooks `h0`, `h1`, and so on.
fn one_of_each(socket: &Socket) {
    for (number, (kind, _, good, _)) in TYPES.iter().enumerate() {
        let ours = hook(&format!("h{number}"));
        socket
            .make_peer_of(&at(".:"), kind.parse().unwrap(), ours, HookName::from_field(good.as_bytes()))
            .unwrap();
    }
}

#[test]
fn hooks_are_taken_and_refused_by_name() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    one_of_each(&socket);
    for (kind, _, _, bad) in TYPES.iter().filter(|(kind, ..)| *kind != "pppoe") {
        let bad = HookName::from_field(bad.as_bytes());
        let refused = errno(socket.make_peer_of(&at(".:"), kind.parse().unwrap(), hook("bad"), bad));
        let expected = match (*kind, bad.as_bytes().first()) {
            ("gif_demux", _) => Errno::EPFNOSUPPORT,
            ("ksocket", Some(b'9')) => Errno::EAFNOSUPPORT,
            _ => Errno::EINVAL,
        };
        assert_eq!(refused, Some(expected), "{kind}");
    }
    machine.check();
}

#[test]
fn a_node_goes_with_its_last_hook_unless_its_type_waits_to_be_told() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    let before = socket.nodes().unwrap().len();
    one_of_each(&socket);
    for number in 0..TYPES.len() {
        socket.remove_hook(&at(".:"), hook(&format!("h{number}"))).unwrap();
    }
    let nodes = socket.nodes().unwrap();
    assert_eq!(nodes.len(), before + 2);
    for kind in ["gif_demux", "tty"] {
        assert!(nodes.iter().any(|node| node.type_name.as_bytes() == kind.as_bytes()), "{kind}");
    }
}

#[test]
fn configurations_come_back_from_the_file() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    one_of_each(&socket);
    // A hub at each node keeps it when the socket goes.
    for (number, (kind, ..)) in TYPES.iter().enumerate() {
        let second = match *kind {
            "async" => "async",
            "car" | "pptpgre" | "l2tp" => "lower",
            "nat" => "out",
            "vjc" => "vjcomp",
            "ppp" => "bypass",
            "netflow" => "out3",
            "pppoe" => "other",
            _ => continue,
        };
        socket
            .make_peer_of(&at(&format!(".:h{number}")), "hub".parse().unwrap(), hook(second), hook("x"))
            .unwrap();
    }
    let to = |kind: &str| at(&format!(".:h{}", TYPES.iter().position(|there| there.0 == kind).unwrap()));
    let config = vjc::Config(ngm_vjc_config { enableComp: 1, maxChannel: 7, ..Default::default() });
    socket.call(&to("vjc"), &vjc::SetConfig(config)).unwrap();
    assert_eq!(errno(socket.call(&to("vjc"), &vjc::SetConfig(config))), Some(Errno::EALREADY));
    socket.call(&to("tty"), &tty::SetHotChar(tty::HotChar::NONE)).unwrap();
    assert_eq!(errno(socket.call(&to("tty"), &tty::SetHotChar(tty::HotChar(256)))), Some(Errno::EINVAL));
    drop(socket);
    let json = machine.to_json().unwrap();
    let again = SimMachine::from_json(&json).unwrap();
    again.check();
    assert_eq!(again.to_json().unwrap(), json);
    assert!(json.contains("01000700"));
}

#[test]
fn a_device_has_the_lowest_number_that_is_free() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    let name = |hook_name: &str| {
        let node = socket.make_peer::<device::Device>(hook(hook_name), hook("d")).unwrap();
        node.info().unwrap().name.to_string()
    };
    assert_eq!([name("a"), name("b")], ["ngd0", "ngd1"]);
    // One whose node got no hook is never given back.
    assert!(socket.make_peer::<device::Device>(hook("a"), hook("d")).is_err());
    assert_eq!(name("c"), "ngd3");
    socket.remove_hook(&at(".:"), hook("a")).unwrap();
    assert_eq!(name("d"), "ngd0");
}

#[test]
fn a_device_keeps_so_much_and_no_more_that_nobody_reads() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    socket.make_peer::<device::Device>(hook("a"), hook("d")).unwrap();
    let taken = (0..60).take_while(|_| socket.send(hook("a"), b"x").is_ok()).count();
    assert_eq!(taken, 50);
    assert_eq!(errno(socket.send(hook("a"), b"x")), Some(Errno::ENOBUFS));
}

#[test]
fn who_sends_to_the_packet_filter_does_not_learn_what_becomes_of_it() {
    let machine = SimMachine::new();
    machine.load_resident_modules();
    let host = socket(&machine, 0);
    host.connect(&at("."), &at("ipfw:"), hook("a"), hook("1")).unwrap();
    host.send(hook("a"), b"x").unwrap();
}

#[test]
fn bluetooth_has_no_connections_that_data_could_belong_to() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    for (own, kind, theirs) in [("d", "hci", "drv"), ("h", "l2cap", "hci")] {
        socket.make_peer_of(&at("."), kind.parse().unwrap(), hook(own), hook(theirs)).unwrap();
    }
    socket.connect(&at("."), &at(".:d"), hook("a"), hook("acl")).unwrap();
    let refused = |own: &str, packet: &[u8]| errno(socket.send(hook(own), packet));
    assert_eq!(refused("d", b"a"), Some(Errno::EINVAL));
    socket.send(hook("d"), &[2, 1, 0, 0, 0]).unwrap();
    assert_eq!(refused("a", &[1, 0, 0, 0, 0]), Some(Errno::EINVAL));
    assert_eq!(refused("a", &[2, 0, 0, 9, 0]), Some(Errno::EMSGSIZE));
    assert_eq!(refused("a", &[2, 0, 0, 1, 0, 7]), Some(Errno::ENOENT));
    assert_eq!(refused("h", b"a"), Some(Errno::EMSGSIZE));
    assert_eq!(refused("h", b"aaaaaaaaa"), Some(Errno::ENOENT));
}

#[test]
fn one_node_is_kept_by_each_module_in_the_host_alone() {
    let machine = SimMachine::new();
    machine.load_resident_modules();
    let vnet = machine.create_vnet();
    assert_eq!(socket(&machine, vnet).nodes().unwrap().len(), 1);
    let host = socket(&machine, 0);
    assert_eq!(errno(host.make_peer::<ipfw::Ipfw>(hook("h"), hook("1"))), Some(Errno::EINVAL));
    let old = host.info(&at("btsock_sco:")).unwrap().id;
    host.shutdown(&at("btsock_sco:")).unwrap();
    assert_ne!(host.info(&at("btsock_sco:")).unwrap().id, old);
    host.shutdown(&at("ipfw:")).unwrap();
    assert!(host.find(&at("ipfw:")).unwrap().is_none());
    machine.check();
}

#[test]
fn sessions_are_found_by_their_numbers() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    let tunnel = socket.make_peer::<l2tp::L2tp>(hook("l"), hook("session_0007")).unwrap();
    assert_eq!(tunnel.call(l2tp::GetSessionConfig(7)).unwrap().session_id, 7);
    assert_eq!(errno(tunnel.call(l2tp::GetSessionConfig(8))), Some(Errno::ENOENT));
    socket.make_peer::<pptpgre::Pptpgre>(hook("g"), hook("session_0007")).unwrap();
    let command = Command::unnamed(NGM_PPTPGRE_COOKIE, NGM_PPTPGRE_GET_CONFIG);
    let call = |number: u16| socket.call_raw(&at(".:g"), command, &number.to_ne_bytes(), true);
    assert_eq!(call(7).unwrap().unwrap()[4..6], 7u16.to_ne_bytes());
    assert_eq!(errno(call(8)), Some(Errno::EINVAL));
    let bundle = socket.make_peer::<ppp::Ppp>(hook("p"), hook("link3")).unwrap();
    let mut config = bundle.call(ppp::GetConfig).unwrap();
    config.links[3] = ng_ppp_link_conf { enableLink: 1, mru: 1500, bandwidth: 10, ..Default::default() };
    bundle.call(ppp::SetConfig(config)).unwrap();
    // A second link needs the multilink protocol.
    config.links[4] = config.links[3];
    bundle.call(ppp::SetConfig(config)).unwrap();
    let second = socket.connect(&at(".:"), &at(".:p"), hook("q"), hook("link4"));
    assert_eq!(errno(second), Some(Errno::ENODEV));
}

#[test]
fn limits_are_those_of_the_kernel_until_they_are_set() {
    let machine = SimMachine::new();
    let mut limits = machine.limits();
    limits.receive_space = 200;
    machine.set_limits(limits);
    let small = socket(&machine, 0);
    small.connect(&at("."), &at("."), hook("a"), hook("b")).unwrap();
    limits.datagram = 50;
    machine.set_limits(limits);
    assert_eq!(errno(small.send(hook("a"), &[0; 51])), Some(Errno::EMSGSIZE));
    let sent = std::iter::from_fn(|| small.send(hook("a"), &[0; 50]).ok()).count();
    // An address of four bytes goes with each.
    assert_eq!(sent, 200 / 54);
}

proptest! {
    #[test]
    fn no_message_and_no_data_does_harm(
        messages in prop::collection::vec(
            (0..TYPES.len(), prop_oneof![0u32..20, 100u32..120, 0x3000_0001..0x3000_000b_u32, any::<u32>()],
             prop_oneof![prop::collection::vec(any::<u8>(), 0..300), prop::collection::vec(0u8..3, 0..100)]),
            0..40,
        ),
    ) {
        let machine = SimMachine::new();
        let socket = socket(&machine, 0);
        one_of_each(&socket);
        for (number, cmd, args) in messages {
            let there = at(&format!(".:h{number}"));
            let command = Command::unnamed(TYPES[number].1, cmd);
            let _ = socket.call_raw(&there, command, &args, false);
            let _ = socket.send(hook(&format!("h{number}")), &args);
            while socket.next_event(Wait::No).unwrap().is_some() {}
        }
        machine.check();
        let json = machine.to_json().unwrap();
        let again = SimMachine::from_json(&json).unwrap();
        prop_assert_eq!(again.to_json().unwrap(), json);
    }
}
