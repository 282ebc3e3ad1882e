//! Descriptors of sockets: what poll(2) says, and what the simulated kernel has to say alike.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::os::fd::{AsRawFd, BorrowedFd};

use netgraph::message::Message;
use netgraph::nodes::generic::GetNodeInfo;
use netgraph::nodes::hub;
use netgraph::sim::{SimKernel, SimMachine};
use netgraph::transport::{RecvBatch, Traced, Wait};
use netgraph::{HookName, Kernel, Path, Socket};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

const A: HookName = HookName::constant("a");
const B: HookName = HookName::constant("b");

fn readable(fd: BorrowedFd<'_>) -> bool {
    let mut polled = [PollFd::new(fd, PollFlags::POLLIN)];
    poll(&mut polled, PollTimeout::ZERO).unwrap();
    polled[0].any().unwrap()
}

fn message() -> Vec<u8> {
    let mut frame = Vec::new();
    netgraph::message::write_frame(&mut frame, GetNodeInfo::COMMAND, 1, 0, &[]);
    frame
}

#[test]
fn the_control_descriptor_is_readable_while_a_message_is_there() {
    let transport = SimKernel::new().open(None).unwrap();
    transport.send_msg(&Path::own(), &message()).unwrap();
    // Asked for late, it knows of what came before.
    assert!(readable(transport.control_fd().unwrap()));
    transport.send_msg(&Path::own(), &message()).unwrap();
    let mut frame = Vec::new();
    transport.recv_msg(&mut frame, Wait::No).unwrap();
    assert!(readable(transport.control_fd().unwrap()));
    transport.recv_msg(&mut frame, Wait::No).unwrap();
    assert!(!readable(transport.control_fd().unwrap()));
    assert!(!readable(transport.data_fd().unwrap()));
}

#[test]
fn the_data_descriptor_is_readable_while_a_packet_is_there() {
    let socket = Socket::open(&SimKernel::new(), None).unwrap();
    socket.connect(&Path::own(), &Path::own(), A, B).unwrap();
    assert!(!readable(socket.data_fd().unwrap()));
    for _ in 0..3 {
        socket.send(A, b"x").unwrap();
    }
    let mut batch = RecvBatch::new(2, 64);
    for left in [true, false] {
        assert!(readable(socket.data_fd().unwrap()));
        socket.receive(&mut batch, Wait::No).unwrap();
        assert_eq!(readable(socket.data_fd().unwrap()), left);
    }
    assert!(!readable(socket.control_fd().unwrap()));
}

#[test]
fn the_descriptors_stay_the_same() {
    let socket = Socket::open(&SimKernel::new(), None).unwrap();
    let fds =
        [0, 1].map(|_| (socket.control_fd().unwrap().as_raw_fd(), socket.data_fd().unwrap().as_raw_fd()));
    assert_eq!(fds[0], fds[1]);
    assert_ne!(fds[0].0, fds[0].1);
}

#[test]
fn a_socket_whose_node_is_gone_is_readable_for_good() {
    let machine = SimMachine::new();
    let vnet = machine.create_vnet();
    let kernel = SimKernel::on(&machine, vnet);
    let (early, late) = (kernel.open(None).unwrap(), kernel.open(None).unwrap());
    assert!(!readable(early.control_fd().unwrap()));
    machine.destroy_vnet(vnet).unwrap();
    for transport in [early, late] {
        for _ in 0..2 {
            assert!(readable(transport.control_fd().unwrap()));
            assert!(transport.recv_msg(&mut Vec::new(), Wait::No).is_err());
            assert!(readable(transport.data_fd().unwrap()));
        }
    }
}

#[test]
fn a_wrapper_hands_out_what_it_wraps() {
    let transport = Traced::new(SimKernel::new().open(None).unwrap(), |_| ());
    let socket = Socket::on(Box::new(transport));
    socket.make_peer::<hub::Hub>(A, B).unwrap();
    assert!(!readable(socket.control_fd().unwrap()));
    socket.transport().send_msg(&Path::own(), &message()).unwrap();
    assert!(readable(socket.control_fd().unwrap()));
}
