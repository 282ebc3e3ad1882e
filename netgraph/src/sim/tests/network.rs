//! The sockets of ksocket nodes, and what passes between them.

use super::*;
use crate::message::Command;
use crate::nodes::ksocket::{
    Accept, Accepted, Bind, Connect, Connected, GetName, Incoming, Ksocket, Listen, SockAddr, UDP,
};
use crate::nodes::{echo, hub};
use crate::sys::{NGM_KSOCKET_COOKIE, NGM_KSOCKET_GETOPT, NGM_KSOCKET_SETOPT};

fn ksocket(socket: &Socket, own: &str, kind: &str) -> Path {
    socket.make_peer::<Ksocket>(hook(own), hook(kind)).unwrap();
    at(&format!(".:{own}"))
}

fn address(text: &str) -> SockAddr {
    text.parse().unwrap()
}

fn bind(socket: &Socket, path: &Path, to: &str) -> Result<SockAddr, Error> {
    socket.call(path, &Bind(address(to)))?;
    socket.call(path, &GetName)
}

/// Connects, and returns the errno that came of it, late or at once.
fn connect(socket: &Socket, path: &Path, to: &str) -> i32 {
    match socket.call(path, &Connect(address(to))) {
        Err(error) if error.errno() == Some(Errno::EINPROGRESS) => {
            let event = socket.next_event(Wait::No).unwrap().expect("the outcome");
            event.message::<Connected>().expect("the outcome").0
        }
        result => result.err().and_then(|error| error.errno()).map_or(0, Errno::raw),
    }
}

/// Asks for a connection, which is told of later.
fn accept(socket: &Socket, path: &Path) {
    let command = Command::unnamed(NGM_KSOCKET_COOKIE, crate::sys::NGM_KSOCKET_ACCEPT);
    socket.call_raw(path, command, &[], false).unwrap();
}

fn accepted(socket: &Socket) -> Accepted {
    std::iter::from_fn(|| socket.next_event(Wait::No).unwrap())
        .find_map(|event| event.message::<Incoming>())
        .expect("a connection")
        .0
}

#[test]
fn a_fresh_vnet_has_no_addresses_until_it_is_given_some() {
    let machine = SimMachine::new();
    let vnet = machine.create_vnet();
    let socket = socket(&machine, vnet);
    let udp = ksocket(&socket, "u", "inet/dgram/udp");
    assert_eq!(errno(bind(&socket, &udp, "inet/127.0.0.1:7")), Some(Errno::EADDRNOTAVAIL));
    assert_eq!(connect(&socket, &udp, "inet/127.0.0.1:7"), Errno::ENETUNREACH.raw());
    assert_eq!(connect(&socket, &udp, "inet/127.0.0.1"), Errno::EADDRNOTAVAIL.raw());
    let six = ksocket(&socket, "s", "inet6/dgram/udp6");
    assert_eq!(connect(&socket, &six, "inet6/[::1]:7"), Errno::EHOSTUNREACH.raw());
    machine.set_up(vnet, "lo0", true).unwrap();
    assert_eq!(bind(&socket, &six, "inet6/[::1]:7").unwrap(), address("inet6/[::1]:7"));
    machine.add_address(vnet, "lo0", [127, 0, 0, 1].into(), 8).unwrap();
    assert_eq!(machine.add_address(vnet, "lo0", [127, 0, 0, 1].into(), 8), Err(Errno::EEXIST));
    assert_eq!(bind(&socket, &udp, "inet/127.0.0.1:7").unwrap(), address("inet/127.0.0.1:7"));
    assert_eq!(errno(bind(&socket, &udp, "inet/127.0.0.1:8")), Some(Errno::EINVAL));
    let other = ksocket(&socket, "o", "inet/dgram/udp");
    assert_eq!(errno(bind(&socket, &other, "inet/0.0.0.0:7")), Some(Errno::EADDRINUSE));
    assert_eq!(errno(socket.call(&udp, &Listen(1))), Some(Errno::EOPNOTSUPP));
    machine.remove_address(vnet, "lo0", [127, 0, 0, 1].into()).unwrap();
    assert_eq!(errno(bind(&socket, &other, "inet/127.0.0.1:9")), Some(Errno::EADDRNOTAVAIL));
    machine.check();
}

#[test]
fn vnets_reach_each_other_in_a_network_that_both_are_in() {
    let machine = SimMachine::new();
    let jails = [machine.create_vnet(), machine.create_vnet()];
    for (jail, last) in jails.iter().zip([1, 2]) {
        machine.add_nic("igb0", mac(last)).unwrap();
        machine.move_to("igb0", 0, *jail).unwrap();
        machine.add_address(*jail, "igb0", [10, 0, 0, last].into(), 24).unwrap();
    }
    let [one, two] = jails.map(|jail| socket(&machine, jail));
    let (from, to) = (ksocket(&one, "u", "inet/dgram/udp"), ksocket(&two, "u", "inet/dgram/udp"));
    bind(&two, &to, "inet/0.0.0.0:53").unwrap();
    assert_eq!(connect(&one, &from, "inet/10.0.0.2:53"), 0);
    one.send(hook("u"), b"question").unwrap();
    assert_eq!(received(&two), [("u".to_owned(), b"question".to_vec())]);
    // The network that it is not in is out of reach, and nobody answers at an address that nobody has.
    assert_eq!(connect(&one, &from, "inet/10.0.1.2:53"), Errno::ENETUNREACH.raw());
    assert_eq!(connect(&one, &from, "inet/10.0.0.9:53"), 0);
    one.send(hook("u"), b"question").unwrap();
    assert_eq!(received(&two), []);
}

#[test]
fn local_streams_connect_at_once_and_are_told_apart_by_their_files() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    let server = ksocket(&socket, "s", "local/stream/0");
    assert_eq!(errno(socket.call(&server, &Listen(1))), Some(Errno::EDESTADDRREQ));
    bind(&socket, &server, "local/\"/tmp/s\"").unwrap();
    let client = ksocket(&socket, "c", "local/stream/0");
    assert_eq!(connect(&socket, &client, "local/\"/tmp/s\""), Errno::ECONNREFUSED.raw());
    assert_eq!(connect(&socket, &client, "local/\"/tmp/none\""), Errno::ENOENT.raw());
    assert_eq!(connect(&socket, &client, "local/\"/tmp\""), Errno::ENOTSOCK.raw());
    let packets = ksocket(&socket, "p", "local/seqpacket/0");
    assert_eq!(connect(&socket, &packets, "local/\"/tmp/s\""), Errno::EPROTOTYPE.raw());
    assert_eq!(errno(bind(&socket, &packets, "local/\"/tmp/s\"")), Some(Errno::EADDRINUSE));
    socket.call(&server, &Listen(1)).unwrap();
    accept(&socket, &server);
    assert_eq!(connect(&socket, &client, "local/\"/tmp/s\""), 0);
    assert_eq!(connect(&socket, &client, "local/\"/tmp/s\""), Errno::EISCONN.raw());
    let connection = Path::from(accepted(&socket).node);
    // What is sent before anybody is there waits.
    socket.send(hook("c"), b"one").unwrap();
    socket.send(hook("c"), b"two").unwrap();
    socket.connect(&at("."), &connection, hook("a"), hook("x")).unwrap();
    assert_eq!(received(&socket), [("a".to_owned(), b"onetwo".to_vec())]);
    socket.remove_hook(&at("."), hook("c")).unwrap();
    assert_eq!(received(&socket), [("a".to_owned(), Vec::new())]);
    machine.check();
}

#[test]
fn a_connection_that_nobody_has_asked_for_is_told_to_whoever_asked_last() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    let server = ksocket(&socket, "s", "local/stream/0");
    bind(&socket, &server, "local/\"/tmp/s\"").unwrap();
    socket.call(&server, &Listen(1)).unwrap();
    let tell = |client: &str| {
        let client = ksocket(&socket, client, "local/stream/0");
        assert_eq!(connect(&socket, &client, "local/\"/tmp/s\""), 0);
        let event = socket.next_event(Wait::No).unwrap()?;
        // A number, and the empty `struct sockaddr` of a peer without a name: 16 bytes.
        assert_eq!(event.frame().unwrap().args.len(), 4 + 16);
        Some(event.token())
    };
    // The first is taken up all the same, and nobody hears of it.
    assert_eq!(tell("a"), None);
    accept(&socket, &server);
    let token = tell("b");
    assert!(token.is_some_and(|token| token != 0));
    assert_eq!(tell("c"), token);
    machine.check();
}

#[test]
fn connections_that_nobody_takes_go_with_the_node_that_listened() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    let server = ksocket(&socket, "s", "inet/stream/tcp");
    bind(&socket, &server, "inet/127.0.0.1:80").unwrap();
    assert_eq!(errno(socket.call(&server, &Accept)), Some(Errno::EINVAL));
    socket.call(&server, &Listen(1)).unwrap();
    let client = ksocket(&socket, "c", "inet/stream/tcp");
    // The kernel accepts it though nobody has asked.
    assert_eq!(connect(&socket, &client, "inet/127.0.0.1:80"), 0);
    assert_eq!(socket.nodes().unwrap().len(), 4);
    socket.remove_hook(&at("."), hook("s")).unwrap();
    assert_eq!(socket.nodes().unwrap().len(), 2);
    assert_eq!(received(&socket), [("c".to_owned(), Vec::new())]);
    // A refusal is the end of a TCP socket.
    let late = ksocket(&socket, "l", "inet/stream/tcp");
    assert_eq!(connect(&socket, &late, "inet/127.0.0.1:80"), Errno::ECONNREFUSED.raw());
    assert_eq!(connect(&socket, &late, "inet/127.0.0.1:80"), Errno::ECONNREFUSED.raw());
    machine.check();
}

#[test]
fn options_have_the_defaults_of_the_kernel_and_keep_what_is_set() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    let udp = ksocket(&socket, "u", "inet/dgram/udp");
    let option = |cmd, name: i32, value: &[u8]| {
        let args = [&0xffff_i32.to_ne_bytes()[..], &name.to_ne_bytes(), value].concat();
        let command = Command::unnamed(NGM_KSOCKET_COOKIE, cmd);
        socket.call_raw(&udp, command, &args, cmd == NGM_KSOCKET_GETOPT)
    };
    let get = |name| option(NGM_KSOCKET_GETOPT, name, &[]).unwrap().unwrap()[8..].to_vec();
    // SO_SNDBUF, SO_RCVBUF and SO_TYPE.
    assert_eq!(
        [get(0x1001), get(0x1002), get(0x1008)],
        [9216, 42_080, 2].map(|n: i32| n.to_ne_bytes().to_vec())
    );
    option(NGM_KSOCKET_SETOPT, 0x4, &1_i32.to_ne_bytes()).unwrap();
    assert_eq!(get(0x4), 4_i32.to_ne_bytes());
    assert_eq!(errno(option(NGM_KSOCKET_SETOPT, 0x4, &[1])), Some(Errno::EINVAL));
    assert_eq!(errno(option(NGM_KSOCKET_SETOPT, 0x7777, &[0; 4])), Some(Errno::ENOPROTOOPT));
}

#[test]
fn a_datagram_that_goes_around_for_ever_is_dropped_in_the_end() {
    let machine = SimMachine::new();
    machine.set_step_limit(1000);
    let socket = socket(&machine, 0);
    for (name, port) in [("a", 1), ("b", 2)] {
        socket.make_peer::<echo::Echo>(hook(name), hook("x")).unwrap();
        socket.name(&at(&format!(".:{name}")), format!("e{name}").parse().unwrap()).unwrap();
        socket.make_peer_of(&at(&format!("e{name}:")), "ksocket".parse().unwrap(), hook("k"), UDP).unwrap();
        bind(&socket, &at(&format!("e{name}:k")), &format!("inet/127.0.0.1:{port}")).unwrap();
    }
    assert_eq!(connect(&socket, &at("ea:k"), "inet/127.0.0.1:2"), 0);
    assert_eq!(connect(&socket, &at("eb:k"), "inet/127.0.0.1:1"), 0);
    let starter = ksocket(&socket, "s", "inet/raw/udp");
    assert_eq!(connect(&socket, &starter, "inet/127.0.0.1"), 0);
    let first = ksocket(&socket, "f", "inet/dgram/udp");
    assert_eq!(connect(&socket, &first, "inet/127.0.0.1:1"), 0);
    socket.send(hook("f"), b"ball").unwrap();
    machine.check();
}

#[test]
fn connected_sockets_come_back_from_the_file() {
    let machine = SimMachine::new();
    let first = socket(&machine, 0);
    for (name, kind) in [("server", "local/stream/0"), ("client", "local/stream/0")] {
        first.make_peer::<hub::Hub>(hook(name), hook("x")).unwrap();
        first
            .make_peer_of(&at(&format!(".:{name}")), "ksocket".parse().unwrap(), hook("k"), hook(kind))
            .unwrap();
        first.name(&at(&format!(".:{name}.k")), name.parse().unwrap()).unwrap();
    }
    bind(&first, &at("server:"), "local/\"/tmp/s\"").unwrap();
    first.call(&at("server:"), &Listen(1)).unwrap();
    accept(&first, &at("server:"));
    assert_eq!(connect(&first, &at("client:"), "local/\"/tmp/s\""), 0);
    let node = accepted(&first).node;
    first.connect(&Path::from(node), &at("server:k"), hook("y"), hook("y")).unwrap_err();
    first.make_peer_of(&Path::from(node), "hub".parse().unwrap(), hook("y"), hook("y")).unwrap();
    drop(first);
    let json = machine.to_json().unwrap();
    let again = SimMachine::from_json(&json).unwrap();
    again.check();
    assert_eq!(again.to_json().unwrap(), json);
    let second = socket(&again, 0);
    let hub = Path::from(second.hooks(&at("client:")).unwrap().iter().next().unwrap().peer.id);
    second.connect(&at("."), &hub, hook("c"), hook("c")).unwrap();
    let far = Path::from(second.hooks(&Path::from(node)).unwrap().iter().next().unwrap().peer.id);
    second.connect(&at("."), &far, hook("f"), hook("f")).unwrap();
    second.send(hook("c"), b"still here").unwrap();
    assert_eq!(received(&second), [("f".to_owned(), b"still here".to_vec())]);
}
