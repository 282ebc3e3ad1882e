//! What is read, written and converted again and again takes no memory.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write;

use allocation_counter::measure;
use netgraph::ascii;
use netgraph::message::{Frame, Message, Payload, write_frame};
use netgraph::nodes::bridge::{self, SetConfig};
use netgraph::nodes::generic::{GetNodeInfo, Hooks, Link, ListHooks, ListNodes, NodeInfo, Nodes};
use netgraph::nodes::pppoe;
use netgraph::sys::{self, NGF_RESP};
use netgraph::{Events, HookName, NodeId, NodeName, TypeName};
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

#[test]
fn an_exchange_about_a_node_allocates_nothing() {
    let mut request = Vec::new();
    let mut args = Vec::new();
    info(7).encode(&mut args);
    let reply = reply::<GetNodeInfo>(&args);
    assert_allocates_nothing("NODEINFO", || {
        write_frame(&mut request, GetNodeInfo::COMMAND, 7, 0, &[]);
        let frame = Frame::parse(&reply).unwrap();
        assert!(frame.is_reply() && frame.header.token == 7);
        assert_eq!(NodeInfo::decode(frame.args).unwrap(), info(7));
    });
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
