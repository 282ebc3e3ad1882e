//! How fast is the simulated kernel: a control round trip, a node made and taken away, a frame through bridges and hubs?
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]
#![allow(clippy::unwrap_used, reason = "a benchmark that fails should stop")]

use std::hint::black_box;
use std::io::IoSlice;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use netgraph::nodes::bridge::{self, Bridge};
use netgraph::nodes::generic::GetNodeInfo;
use netgraph::nodes::hub::Hub;
use netgraph::nodes::tee::{self, Tee};
use netgraph::sim::SimKernel;
use netgraph::transport::{RecvBatch, Wait};
use netgraph::{HookName, Path, Socket};

const A: HookName = HookName::constant("a");
const B: HookName = HookName::constant("b");
const C: HookName = HookName::constant("c");

fn socket() -> Socket {
    Socket::open(&SimKernel::new(), Some("bench".parse().unwrap())).unwrap()
}

/// An Ethernet frame between two hosts, of 64 bytes.
fn frame(to: u8, from: u8) -> Vec<u8> {
    let mut frame = [&[2, 0, 0, 0, 0, to], &[2, 0, 0, 0, 0, from], &[0x88, 0xb5][..]].concat();
    frame.resize(64, 0);
    frame
}

fn control(c: &mut Criterion) {
    let socket = socket();
    let own: Path = ".:".parse().unwrap();
    let mut group = c.benchmark_group("simulator");
    group.throughput(Throughput::Elements(1));
    group.bench_function("control round trip", |b| {
        b.iter(|| socket.call(&own, black_box(&GetNodeInfo)).unwrap());
    });
    group.bench_function("mkpeer and shutdown", |b| {
        b.iter(|| {
            socket.make_peer_of(&own, "hub".parse().unwrap(), A, B).unwrap();
            socket.shutdown(&Path::own_hook(A)).unwrap();
        });
    });
}

/// Sends frames from `from` to whatever hears them, and takes them out again so that no queue grows.
fn pass(socket: &Socket, from: HookName, frame: &[u8], batch: &mut RecvBatch) {
    socket.send(from, black_box(frame)).unwrap();
    socket.receive(batch, Wait::No).unwrap();
}

fn data(c: &mut Criterion) {
    let mut batch = RecvBatch::new(4, 2048);
    let mut group = c.benchmark_group("simulator");
    group.throughput(Throughput::Elements(1));

    let ports = socket();
    let bridge = ports.make_peer::<Bridge>(A, bridge::link(0)).unwrap();
    for (hook, number) in [(B, 1), (C, 2)] {
        ports.connect(&Path::own(), bridge.path(), hook, bridge::link(number)).unwrap();
    }
    // Each host is heard once, so that the bridge knows where it is.
    for (hook, number) in [(A, 1), (B, 2), (C, 3)] {
        pass(&ports, hook, &frame(0xff, number), &mut batch);
    }
    let known = frame(2, 1);
    group.bench_function("a frame through a bridge of three", |b| {
        b.iter(|| pass(&ports, A, &known, &mut batch))
    });

    const AT_ONCE: usize = 16;
    let frames = [(A, IoSlice::new(&known)); AT_ONCE];
    let mut room = RecvBatch::new(AT_ONCE, 2048);
    group.throughput(Throughput::Elements(AT_ONCE as u64));
    group.bench_function("a frame through a bridge of three, 16 at once", |b| {
        b.iter(|| {
            ports.send_batch(black_box(&frames)).unwrap();
            ports.receive(&mut room, Wait::No).unwrap();
        });
    });
    group.throughput(Throughput::Elements(1));

    let long = socket();
    let tee = long.make_peer::<Tee>(A, tee::LEFT).unwrap();
    long.make_peer_of(tee.path(), "hub".parse().unwrap(), tee::RIGHT, A).unwrap();
    let hub = long.node::<Hub>(&tee.path().hook(tee::RIGHT)).unwrap();
    long.make_peer_of(hub.path(), "bridge".parse().unwrap(), B, bridge::link(0)).unwrap();
    let far = long.node::<Bridge>(&hub.path().hook(B)).unwrap();
    long.connect(&Path::own(), far.path(), B, bridge::link(1)).unwrap();
    pass(&long, B, &frame(0xff, 2), &mut batch);
    group.bench_function("a frame through tee, hub and bridge", |b| {
        b.iter(|| pass(&long, A, &known, &mut batch))
    });
}

fn machine(c: &mut Criterion) {
    c.benchmark_group("simulator").bench_function("a new machine", |b| {
        b.iter_batched(|| (), |()| SimKernel::new(), BatchSize::SmallInput);
    });
}

criterion_group!(benches, control, data, machine);
criterion_main!(benches);
