//! What does it cost to write a request, to read its reply, and to turn a message into text and back?
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]
#![allow(clippy::unwrap_used, reason = "a benchmark that fails should stop")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use netgraph::message::{Frame, HEADER_LEN, Message, Payload, Reply, write_frame};
use netgraph::nodes::bridge::{self, SetConfig};
use netgraph::nodes::generic::{GetNodeInfo, Hooks, NodeInfo, Nodes};
use netgraph::{HookName, NodeId, NodeName, TypeName};

fn info(id: u32) -> NodeInfo {
    let (name, type_name) = (NodeName::from_field(b"igb0bridge"), TypeName::from_field(b"bridge"));
    NodeInfo { name, type_name, id: NodeId(id), hooks: 3 }
}

fn nodeinfo(c: &mut Criterion) {
    let mut request = Vec::with_capacity(128);
    let mut reply = Vec::new();
    let mut args = Vec::new();
    info(7).encode(&mut args);
    write_frame(&mut reply, GetNodeInfo::COMMAND, 1, 1, &args);
    c.benchmark_group("codec").bench_function("NODEINFO: encode the request, decode the reply", |b| {
        b.iter(|| {
            write_frame(&mut request, GetNodeInfo::COMMAND, 1, 0, &[]);
            black_box(Frame::parse(&request).unwrap().header.token);
            NodeInfo::decode(Frame::parse(black_box(&reply)).unwrap().args).unwrap()
        });
    });
}

fn listnodes(c: &mut Criterion) {
    let mut reply = vec![0; HEADER_LEN];
    reply.extend_from_slice(&100_000u32.to_ne_bytes());
    (1..=100_000).for_each(|id| info(id).encode(&mut reply));
    let nodes = Nodes::take(&mut reply).unwrap();
    let mut group = c.benchmark_group("codec");
    group.throughput(Throughput::Elements(100_000));
    group.bench_function("LISTNODES: walk 100,000 nodes where they lie", |b| {
        b.iter(|| black_box(&nodes).iter().map(|node| u64::from(node.id.0)).sum::<u64>());
    });
}

fn listhooks(c: &mut Criterion) {
    let mut reply = vec![0; HEADER_LEN];
    let mut node = info(7);
    node.hooks = 40;
    node.encode(&mut reply);
    for number in 0..40 {
        // Of a link: the hook here, the hook there, and what is there.
        reply.extend_from_slice(&bridge::link(number).to_field());
        reply.extend_from_slice(&HookName::constant("ether").to_field());
        info(100 + number).encode(&mut reply);
    }
    let hooks = Hooks::read(&mut reply).unwrap();
    let mut group = c.benchmark_group("codec");
    group.throughput(Throughput::Elements(40));
    group.bench_function("LISTHOOKS: walk 40 hooks where they lie", |b| {
        b.iter(|| black_box(&hooks).iter().map(|link| u64::from(link.peer.id.0)).sum::<u64>());
    });
}

fn text(c: &mut Criterion) {
    let text = "{ debugLevel=2 loopTimeout=30 maxStaleness=600 minStableAge=1 }";
    let message: SetConfig = text.parse().unwrap();
    let mut group = c.benchmark_group("codec");
    group.bench_function("setconfig: to text", |b| b.iter(|| black_box(&message).to_string()));
    group
        .bench_function("setconfig: from text", |b| b.iter(|| black_box(text).parse::<SetConfig>().unwrap()));
}

criterion_group!(benches, nodeinfo, listnodes, listhooks, text);
criterion_main!(benches);
