//! Sockets at scale: lists that outgrow buffers, thousands of hooks on one socket, hundreds of requests at once.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashSet;

use netgraph::nodes::generic::{GetNodeInfo, ListHooks, Shutdown};
use netgraph::nodes::{bridge, hub};
use netgraph::sim::{SimKernel, SimMachine};
use netgraph::socket::Demux;
use netgraph::transport::{RecvBatch, Wait};
use netgraph::{Errno, Error, HookName, Path, Socket};

fn hook(name: &str) -> HookName {
    name.parse().unwrap()
}

fn open(machine: &SimMachine) -> Socket {
    Socket::open(&SimKernel::on(machine, 0), None).unwrap()
}

#[test]
fn a_hundred_thousand_nodes_and_twenty_thousand_hooks_are_listed() {
    let machine = SimMachine::new();
    let socket = open(&machine);
    let star = socket.make_peer::<hub::Hub>(hook("star"), hook("centre")).unwrap();
    let kept = star.path().clone();
    for number in 0..20_000 {
        let ray = hook(&format!("ray{number}"));
        socket.make_peer_of(&kept, "hub".parse().unwrap(), ray, hook("x")).unwrap();
    }
    // The others hang on sockets of their own.
    let holders: Vec<_> = (0..80).map(|_| open(&machine)).collect();
    for number in 0..(100_000 - 20_002 - holders.len()) {
        let holder = &holders[number % holders.len()];
        holder
            .make_peer_of(&Path::own(), "hub".parse().unwrap(), hook(&format!("h{number}")), hook("x"))
            .unwrap();
    }
    let nodes = open(&machine).nodes().unwrap();
    let ids: HashSet<_> = nodes.iter().map(|node| node.id).collect();
    assert_eq!((nodes.len(), ids.len()), (100_001, 100_001));
    let hooks = open(&machine).hooks(&kept).unwrap();
    let names: HashSet<_> = hooks.iter().map(|link| link.hook).collect();
    assert_eq!((hooks.node().hooks, names.len()), (20_001, 20_001));
    assert_eq!(hooks.iter().next().map(|newest| newest.hook), Some(hook("ray19999")));
}

#[test]
fn a_list_that_never_fits_is_told_as_such() {
    let machine = SimMachine::new();
    let socket = open(&machine);
    // 7,456,540 bytes of room at most, and 136 for each hook.
    for number in 0..55_000 {
        socket
            .make_peer_of(&Path::own(), "hub".parse().unwrap(), hook(&format!("h{number}")), hook("x"))
            .unwrap();
    }
    let error = socket.hooks(&Path::own()).unwrap_err();
    assert_eq!(error.errno(), Some(Errno::ENOBUFS));
    assert_eq!(socket.nodes().unwrap().len(), 55_001, "and the socket goes on");
}

#[test]
fn the_table_of_a_bridge_outgrows_the_buffer() {
    let machine = SimMachine::new();
    let socket = open(&machine);
    let bridge = socket.make_peer::<bridge::Bridge>(hook("port"), bridge::link(0)).unwrap();
    for host in 0..1500_u16 {
        let [high, low] = host.to_be_bytes();
        let frame = [&[0xff; 6][..], &[2, 0, 0, 1, high, low], &[8, 0], &[0; 46]].concat();
        socket.send(hook("port"), &frame).unwrap();
    }
    assert_eq!(bridge.call(bridge::GetTable).unwrap().iter().count(), 1500);
}

#[test]
fn thousands_of_hooks_on_one_socket_are_told_apart() {
    let machine = SimMachine::new();
    let (server, clients) = (open(&machine), open(&machine));
    let to = server.info(&Path::own()).unwrap().path();
    const HOOKS: usize = 5000;
    let names: Vec<_> = (0..HOOKS).map(|number| hook(&format!("client{number}"))).collect();
    for name in &names {
        clients.connect(&Path::own(), &to, *name, *name).unwrap();
    }
    let mut received: Demux<Vec<u32>> = names.iter().map(|name| (*name, Vec::new())).collect();
    let mut batch = RecvBatch::new(32, 64);
    for round in 0..3_u32 {
        for chunk in names.chunks(30) {
            for name in chunk {
                clients.send(*name, &round.to_ne_bytes()).unwrap();
            }
            assert_eq!(server.receive(&mut batch, Wait::No).unwrap(), chunk.len());
            let strays = received.dispatch(&batch, |_, rounds, packet| {
                rounds.push(u32::from_ne_bytes(packet.try_into().unwrap()));
            });
            assert_eq!(strays, 0);
        }
    }
    assert!(names.iter().all(|name| received.get(*name).unwrap() == &[0, 1, 2]));
    received.remove(names[7]);
    clients.send(names[7], b"lost").unwrap();
    server.receive(&mut batch, Wait::No).unwrap();
    assert_eq!((received.dispatch(&batch, |_, _, _| ()), received.len()), (1, HOOKS - 1));
}

#[test]
fn a_batch_whose_replies_outgrow_the_buffer_loses_none() {
    let machine = SimMachine::new();
    let socket = open(&machine);
    for number in 0..300 {
        socket.make_peer::<hub::Hub>(hook(&format!("h{number}")), hook("x")).unwrap();
    }
    let paths: Vec<Path> = socket.nodes().unwrap().iter().map(|node| node.path()).collect();
    let infos = socket.call_each(&paths, &GetNodeInfo);
    let ids: Vec<Path> = infos.into_iter().map(|info| info.unwrap().path()).collect();
    assert_eq!(ids, paths);
    // 300 lists of 300 hooks: 12 MB, 40 KB each.
    let own = vec![Path::own(); 300];
    let lists = socket.call_each(&own, &ListHooks);
    assert!(lists.into_iter().all(|hooks| hooks.unwrap().iter().count() == 300));
    assert_eq!(socket.events().count(), 0);
}

#[test]
fn the_answers_of_a_batch_are_in_order_each_with_its_own_error() {
    let machine = SimMachine::new();
    let socket = open(&machine);
    let hub = socket.make_peer::<hub::Hub>(hook("h"), hook("x")).unwrap();
    let path = hub.path().clone();
    let mut batch = socket.batch();
    let before = batch.add(&path, &GetNodeInfo);
    let own_shutdown = batch.add(&Path::own(), &Shutdown);
    let shutdown = batch.add(&path, &Shutdown);
    let after = batch.add(&path, &GetNodeInfo);
    let mut answers = batch.send();
    assert_eq!(answers.take(before).unwrap().hooks, 1);
    assert!(matches!(answers.take(own_shutdown), Err(Error::Unsupported { .. })));
    answers.take(shutdown).unwrap();
    assert_eq!(answers.take(after).unwrap_err().errno(), Some(Errno::ENOENT));
}

#[test]
fn a_ticket_is_good_for_its_own_batch_only() {
    let socket = open(&SimMachine::new());
    let (mut one, mut other) = (socket.batch(), socket.batch());
    let ticket = one.add(&Path::own(), &GetNodeInfo);
    let _same_place = other.add(&Path::own(), &GetNodeInfo);
    let mut answers = other.send();
    assert_eq!(answers.take(ticket).unwrap_err().errno(), Some(Errno::EINVAL));
}
