//! Sockets: waiting, buffers, and their end.

use std::time::{Duration, Instant};

use super::*;
use crate::message::{Command, write_frame};
use crate::nodes::{bridge, hub, socket as socket_node};
use crate::sys::*;
use crate::{Kernel, NodeId};

#[test]
fn a_receive_that_waits_is_woken_by_another_thread() {
    let machine = SimMachine::new();
    let (one, other) = (socket(&machine, 0), socket(&machine, 0));
    let id = other.info(&at(".:")).unwrap().path();
    one.connect(&at(".:"), &id, hook("h"), hook("h")).unwrap();
    std::thread::scope(|threads| {
        let waiting = threads.spawn(|| {
            let mut batch = RecvBatch::new(1, 64);
            other.receive(&mut batch, Wait::Forever).unwrap();
            batch.iter().next().map(|(_, bytes)| bytes.to_vec())
        });
        one.send(hook("h"), b"now").unwrap();
        assert_eq!(waiting.join().unwrap().as_deref(), Some(&b"now"[..]));
    });
}

#[test]
fn a_receive_with_a_deadline_ends_without_anything() {
    let socket = socket(&SimMachine::new(), 0);
    let until = Wait::Until(Instant::now() + Duration::from_millis(5));
    assert_eq!(socket.next_event(until).unwrap(), None);
}

#[test]
fn a_list_that_does_not_fit_is_fetched_with_more_room() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    for number in 0..2000 {
        socket.make_peer::<hub::Hub>(hook(&format!("h{number}")), hook("x")).unwrap();
    }
    assert_eq!(socket.nodes().unwrap().len(), 2001);
    assert_eq!(socket.hooks(&at(".:")).unwrap().iter().count(), 2000);
    machine.check();
}

#[test]
fn no_data_leaves_by_a_hook_of_the_longest_name() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    let [long, longest] = [30, 31].map(|len| hook(&"h".repeat(len)));
    socket.connect(&at(".:"), &at(".:"), long, longest).unwrap();
    let errno = |result: crate::Result<()>| result.unwrap_err().errno();
    assert_eq!(errno(socket.send(longest, b"a")), Some(Errno::EINVAL));
    socket.send(long, b"b").unwrap();
    let mut batch = RecvBatch::new(1, 64);
    socket.receive(&mut batch, Wait::No).unwrap();
    assert!(batch.iter().eq([(longest, &b"b"[..])]));
}

#[test]
fn the_room_ends_where_the_kernel_ends_it() {
    let transport = SimKernel::new().open(None).unwrap();
    let grown = (0..).take_while(|_| transport.grow_receive_buffer().is_ok()).count();
    assert_eq!(grown, 9);
    assert_eq!(transport.grow_receive_buffer(), Err(Errno::ENOBUFS));
}

#[test]
fn a_socket_whose_vnet_is_gone_is_disconnected() {
    let machine = SimMachine::new();
    let vnet = machine.create_vnet();
    let socket = socket(&machine, vnet);
    socket.make_peer::<bridge::Bridge>(hook("b"), bridge::link(0)).unwrap();
    machine.destroy_vnet(vnet).unwrap();
    assert_eq!(errno(socket.info(&at(".:"))), Some(Errno::EPIPE));
    assert_eq!(errno(socket.next_event(Wait::Forever)), Some(Errno::EPIPE));
    assert!(SimKernel::on(&machine, vnet).open(None).is_err());
    machine.check();
}

#[test]
fn a_node_that_does_not_linger_goes_with_its_last_hook() {
    let machine = SimMachine::new();
    let (socket, other) = (socket(&machine, 0), socket(&machine, 0));
    let own = socket.node::<socket_node::SocketNode>(&at(".:")).unwrap();
    own.call(socket_node::NoLinger).unwrap();
    socket.connect(&at(".:"), &other.info(&at(".:")).unwrap().path(), hook("h"), hook("h")).unwrap();
    let path = own.path().clone();
    other.remove_hook(&at(".:"), hook("h")).unwrap();
    assert_eq!(other.find(&path).unwrap(), None);
    assert_eq!(errno(socket.send(hook("h"), b"")), Some(Errno::EPIPE));
    machine.check();
}

#[test]
fn data_without_an_address_takes_the_only_hook() {
    let machine = SimMachine::new();
    let socket = socket(&machine, 0);
    let nowhere = HookName::from_field(b"");
    assert_eq!(errno(socket.send(nowhere, b"x")), Some(Errno::EDESTADDRREQ));
    socket.connect(&at(".:"), &at(".:"), hook("a"), hook("b")).unwrap();
    assert_eq!(errno(socket.send(nowhere, b"x")), Some(Errno::EDESTADDRREQ));
    assert_eq!(errno(socket.send(hook("c"), b"x")), Some(Errno::EHOSTUNREACH));
    assert_eq!(errno(socket.send(hook("a"), &[0; 20_481])), Some(Errno::EMSGSIZE));
    socket.remove_hook(&at(".:"), hook("a")).unwrap();
    socket.make_peer::<hub::Hub>(hook("h"), hook("x")).unwrap();
    socket.send(nowhere, b"x").unwrap();
}

#[test]
fn a_mistaken_length_is_not_believed() {
    let machine = SimMachine::new();
    let transport = SimKernel::on(&machine, 0).open(None).unwrap();
    for arglen in [1, 72, 0xffff, 0x10_0000, u32::MAX] {
        for (cookie, cmd) in
            [(NGM_GENERIC_COOKIE, NGM_NAME), (NGM_GENERIC_COOKIE, NGM_BINARY2ASCII), (999, 1)]
        {
            let mut frame = Vec::new();
            write_frame(&mut frame, Command::unnamed(cookie, cmd), 1, 0, b"abc");
            frame[4..8].copy_from_slice(&arglen.to_ne_bytes());
            let _ = transport.send_msg(&Path::own(), &frame);
            while transport.recv_msg(&mut frame, Wait::No).unwrap().is_some() {}
        }
    }
    machine.check();
}

#[test]
fn sockets_are_opened_in_a_vnet_only() {
    let machine = SimMachine::new();
    let shared = SimKernel::shared(&machine, 0);
    assert_eq!(errno(shared.open(None)), Some(Errno::EPROTONOSUPPORT));
    assert!(SimKernel::new().load_type("bridge").is_ok());
    assert!(SimKernel::new().load_type("nonsense").is_err());
}

#[test]
fn a_number_is_never_given_twice() {
    let machine = SimMachine::new();
    let first = socket(&machine, 0).info(&at(".:")).unwrap().id;
    assert_eq!((first, socket(&machine, 0).info(&at(".:")).unwrap().id), (NodeId(1), NodeId(2)));
}
