//! What is read, written and converted again and again takes no memory.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::VecDeque;
use std::fmt::Write;
use std::io::IoSlice;
use std::sync::Mutex;

use allocation_counter::measure;
use netgraph::ascii;
use netgraph::message::{Command, Frame, Message, Payload, write_frame};
use netgraph::nodes::bridge::{self, SetConfig};
use netgraph::nodes::generic::{GetNodeInfo, Hooks, Link, ListHooks, ListNodes, NodeInfo, Nodes};
use netgraph::nodes::pppoe;
use netgraph::sys::{self, NGF_RESP};
use netgraph::transport::{RecvBatch, Transport, Wait};
use netgraph::{Errno, Events, HookName, NodeId, NodeName, Path, Socket, TypeName};
use zerocopy::IntoBytes;

/// Runs `work` twice, so that its buffers have grown, and asserts that the second time takes no memory.
fn assert_allocates_nothing(what: &str, mut work: impl FnMut()) {
    work();
    assert_eq!(measure(work).count_total, 0, "{what}");
}

fn info(id: u32) -> NodeInfo {
    let (name, type_name) = (NodeName::from_field(b"igb0bridge"), TypeName::from_field(b"bridge"));
    NodeInfo { name, type_name, id: NodeId(id), hooks: 40 }
}

fn reply<M: Message>(args: &[u8]) -> Vec<u8> {
    let mut frame = Vec::new();
    write_frame(&mut frame, M::COMMAND, 7, NGF_RESP, args);
    frame
}

/// A transport that answers everything alike, and receives as FreeBSD's does: into a buffer of the socket's whole room.
#[derive(Debug)]
struct Alike {
    command: Command,
    args: Vec<u8>,
    /// The tokens of what is to be answered.
    asked: Mutex<VecDeque<u32>>,
}

const ROOM: usize = 20_480;

impl Transport for Alike {
    fn send_msg(&self, _: &Path, frame: &[u8]) -> Result<(), Errno> {
        let token = Frame::parse(frame).map_err(|_| Errno::EINVAL)?.header.token;
        self.asked.lock().unwrap().push_back(token);
        Ok(())
    }

    fn recv_msg(&self, frame: &mut Vec<u8>, _: Wait) -> Result<Option<Path>, Errno> {
        let Some(token) = self.asked.lock().unwrap().pop_front() else { return Ok(None) };
        frame.clear();
        frame.reserve(ROOM);
        write_frame(frame, self.command, token, NGF_RESP, &self.args);
        Ok(Some(NodeId(7).into()))
    }

    fn send_data(&self, _: &[(HookName, IoSlice<'_>)]) -> Result<usize, Errno> {
        Err(Errno::EOPNOTSUPP)
    }

    fn recv_data(&self, _: &mut RecvBatch, _: Wait) -> Result<usize, Errno> {
        Err(Errno::EOPNOTSUPP)
    }

    fn socket_name(&self) -> Result<NodeName, Errno> {
        Err(Errno::EOPNOTSUPP)
    }

    fn grow_receive_buffer(&self) -> Result<(), Errno> {
        Err(Errno::ENOBUFS)
    }
}

/// A socket on which the reply to each `M` carries this.
fn answered<M: Message>(args: impl Payload) -> Socket {
    let mut bytes = Vec::new();
    args.encode(&mut bytes);
    Socket::on(Box::new(Alike { command: M::COMMAND, args: bytes, asked: Mutex::default() }))
}

#[test]
fn a_call_about_a_node_allocates_nothing() {
    let (socket, path) = (answered::<GetNodeInfo>(info(7)), Path::from(NodeId(7)));
    assert_allocates_nothing("NODEINFO", || assert_eq!(socket.info(&path).unwrap(), info(7)));
}

#[test]
fn a_list_takes_its_own_length_and_leaves_the_buffer_to_the_next() {
    let (socket, path) = (answered::<ListNodes>(Nodes::new(sys::namelist::default(), &[])), Path::own());
    socket.nodes().unwrap();
    let mut lists = Vec::with_capacity(100);
    let one_by_one = measure(|| lists.extend((0..100).map(|_| socket.nodes().unwrap())));
    assert_eq!((one_by_one.count_total, one_by_one.bytes_total), (100, 100 * 60));
    let paths = vec![path; 100];
    let at_once = measure(|| assert_eq!(socket.call_each(&paths, &ListNodes).len(), 100));
    assert!(at_once.bytes_max < 100 * ROOM as u64 / 10, "{} bytes", at_once.bytes_max);
}

#[test]
fn walking_forty_hooks_allocates_nothing() {
    let node = |id| {
        let mut args = Vec::new();
        info(id).encode(&mut args);
        sys::nodeinfo::clone(zerocopy::FromBytes::ref_from_bytes(&args).unwrap())
    };
    let hook = |number: u32| sys::linkinfo {
        ourhook: bridge::link(number).to_field(),
        peerhook: HookName::constant("ether").to_field(),
        nodeinfo: node(100 + number),
    };
    let hooks = Hooks::new(node(7), &(0..40).map(hook).collect::<Vec<_>>());
    let mut args = Vec::new();
    hooks.encode(&mut args);
    let mut frame = reply::<ListHooks>(&args);
    let is_ether = |link: &Link| link.peer_hook == HookName::constant("ether");
    assert_allocates_nothing("LISTHOOKS", || {
        // The list takes the frame as it is, and gives it back when the next one is received into it.
        let hooks = Hooks::take(&mut frame).unwrap();
        assert_eq!(hooks.iter().filter(is_ether).count(), 40);
        frame = hooks.into_frame();
    });
}

#[test]
fn walking_a_hundred_thousand_nodes_allocates_nothing() {
    let mut args = 100_000u32.as_bytes().to_vec();
    (1..=100_000).for_each(|id| info(id).encode(&mut args));
    let mut frame = reply::<ListNodes>(&args);
    assert_allocates_nothing("LISTNODES", || {
        let nodes = Nodes::take(&mut frame).unwrap();
        assert_eq!(nodes.iter().map(|node| u64::from(node.id.0)).sum::<u64>(), 100_000 * 100_001 / 2);
        frame = nodes.into_frame();
    });
}

#[test]
fn a_configuration_becomes_text_and_bytes_again_without_allocating() {
    const TEXT: &str = "{ debugLevel=2 loopTimeout=30 maxStaleness=600 minStableAge=1 }";
    let message: SetConfig = TEXT.parse().unwrap();
    let mut text = String::new();
    assert_allocates_nothing("to text", || {
        text.clear();
        write!(text, "{message}").unwrap();
        assert_eq!(text, TEXT);
    });
    assert_allocates_nothing("from text", || assert_eq!(TEXT.parse::<SetConfig>().unwrap(), message));
    let mut bytes = Vec::new();
    assert_allocates_nothing("without types", || {
        bytes.clear();
        text.clear();
        ascii::parse_into(&bridge::CONFIG, TEXT, &mut bytes).unwrap();
        ascii::unparse_into(&bridge::CONFIG, &bytes, &mut text).unwrap();
        assert_eq!(text, TEXT);
    });
}

#[test]
fn an_event_is_told_apart_without_allocating() {
    let mut args = Vec::new();
    HookName::constant("mine").encode(&mut args);
    let frame = reply::<pppoe::Success>(&args);
    assert_allocates_nothing("pppoe_success", || {
        let event = pppoe::Event::from_frame(&Frame::parse(&frame).unwrap());
        let Some(pppoe::Event::Success(session)) = event else { panic!("{event:?}") };
        assert_eq!(session.hook(), "mine");
    });
}
