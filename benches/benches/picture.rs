//! How long does it take to read a graph of 10 to 10,000 nodes, and to draw it?
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]
#![allow(clippy::unwrap_used, reason = "a benchmark that fails should stop")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use netgraph::graph::{Graph, Picture};
use netgraph::nodes::bridge::{self, Bridge};
use netgraph::nodes::eiface;
use netgraph::nodes::generic::{Link, NodeInfo};
use netgraph::sim::SimKernel;
use netgraph::{HookName, NodeId, NodeName, Socket, TypeName};

const SIZES: [u32; 4] = [10, 100, 1_000, 10_000];
/// How many interfaces are on a bridge.
const BRIDGE: u32 = 200;

fn node(id: u32, name: &str, kind: &str) -> NodeInfo {
    let (name, type_name) = (NodeName::from_field(name.as_bytes()), TypeName::from_field(kind.as_bytes()));
    NodeInfo { name, type_name, id: NodeId(id), hooks: 1 }
}

fn hook(name: &str) -> HookName {
    HookName::from_field(name.as_bytes())
}

/// Interfaces on bridges; every tenth jail has one more, on the bridge beside its own.
fn jails(size: u32) -> (Graph, Vec<Vec<NodeId>>) {
    let bridges = size.div_ceil(BRIDGE);
    let mut nodes: Vec<NodeInfo> =
        (1..=bridges).map(|id| node(id, &format!("em{id}bridge"), "bridge")).collect();
    let (mut links, mut jails) = (Vec::new(), Vec::new());
    while nodes.len() < size as usize {
        let number = jails.len() as u32;
        let mut own = Vec::new();
        for place in 0..1 + u32::from(number % 10 == 0) {
            let interface = node(nodes.len() as u32 + 1, &format!("ng{place}_jail{number}"), "eiface");
            let bridge = nodes[((number + place) % bridges) as usize];
            links.push((
                bridge.id,
                Link {
                    hook: hook(&format!("link{}", interface.id.0)),
                    peer_hook: hook("ether"),
                    peer: interface,
                },
            ));
            own.push(interface.id);
            nodes.push(interface);
        }
        jails.push(own);
    }
    (Graph::new(nodes, links), jails)
}

/// A graph without a plan: each node connected to one a little before it, some to any other.
fn tangle(size: u32) -> Graph {
    let nodes: Vec<NodeInfo> = (1..=size).map(|id| node(id, &format!("n{id}"), "hub")).collect();
    let mut state = 7u64;
    let mut below = |bound: u32| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32 % bound
    };
    let mut links = Vec::new();
    for at in 1..size {
        let near = at - 1 - below(at.min(8));
        let far = if below(4) == 0 { Some(below(at)) } else { None };
        for other in [Some(near), far].into_iter().flatten() {
            let (hook, peer_hook) = (hook(&format!("a{}", links.len())), hook(&format!("b{}", links.len())));
            links.push((nodes[at as usize].id, Link { hook, peer_hook, peer: nodes[other as usize] }));
        }
    }
    Graph::new(nodes, links)
}

fn snapshot(c: &mut Criterion) {
    let mut group = c.benchmark_group("picture/snapshot");
    group.sample_size(20);
    for size in SIZES {
        let socket = Socket::open(&SimKernel::new(), Some("bench".parse().unwrap())).unwrap();
        let bridge = socket.make_peer::<Bridge>(hook("port"), bridge::link(0)).unwrap();
        for number in 1..size - 1 {
            socket
                .make_peer_of(bridge.path(), "eiface".parse().unwrap(), bridge::link(number), eiface::ETHER)
                .unwrap();
        }
        group.throughput(Throughput::Elements(size.into()));
        group.bench_function(BenchmarkId::from_parameter(size), |b| {
            b.iter(|| Graph::snapshot(black_box(&socket)).unwrap());
        });
    }
}

fn draw(c: &mut Criterion) {
    let mut group = c.benchmark_group("picture/svg");
    group.sample_size(20);
    for size in SIZES {
        group.throughput(Throughput::Elements(size.into()));
        let (graph, jails) = jails(size);
        let named = jails.iter().enumerate().map(|(number, own)| (format!("vimage {number}"), own));
        let picture = named
            .fold(Picture::of(&graph), |picture, (title, own)| picture.cluster(title, own.iter().copied()));
        group.bench_function(BenchmarkId::new("jails on bridges", size), |b| {
            b.iter(|| black_box(&picture).to_svg())
        });
        let graph = tangle(size);
        let picture = Picture::of(&graph);
        group.bench_function(BenchmarkId::new("a tangle", size), |b| b.iter(|| black_box(&picture).to_svg()));
    }
}

criterion_group!(benches, snapshot, draw);
criterion_main!(benches);
