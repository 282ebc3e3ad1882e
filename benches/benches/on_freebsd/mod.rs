//! The questions, asked of FreeBSD's kernel.

use std::io::IoSlice;
use std::path::Path as FilePath;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput};
use netgraph::kernel::HostKernel;
use netgraph::nodes::bridge::{self, Bridge};
use netgraph::nodes::echo::Echo;
use netgraph::nodes::generic::{GetNodeInfo, ListNodes};
use netgraph::transport::{RecvBatch, Wait};
use netgraph::{HookName, Kernel, Path, Socket};

const HOOK: HookName = HookName::constant("hook");
const PEER: HookName = HookName::constant("peer");
/// How many packets a batch has.
const BATCH: usize = 16;

/// How many packets of a batch are sent before they are received: the receive buffer of a data socket holds 20,480
/// bytes.
fn at_once(size: usize) -> usize {
    if size * BATCH > 18_000 { BATCH / 2 } else { BATCH }
}

fn socket(name: &str) -> Socket {
    Socket::open(&HostKernel, Some(name.parse().unwrap())).unwrap()
}

fn wait() -> Wait {
    Wait::Forever
}

fn control(group: &mut BenchmarkGroup<'_, WallTime>) {
    let ours = socket("bench");
    let bridge = ours.make_peer::<Bridge>(HOOK, bridge::link(0)).unwrap();
    bridge.name("benchbridge".parse().unwrap()).unwrap();
    group.bench_function("control round trip/netgraph", |b| {
        b.iter(|| ours.call(bridge.path(), &GetNodeInfo).unwrap());
    });
    group.bench_function("a message and its reply, typed or as text/netgraph", |b| {
        b.iter(|| bridge.call(bridge::GetConfig).unwrap());
    });
    group.bench_function("mkpeer and shutdown/netgraph", |b| {
        b.iter(|| {
            ours.make_peer_of(&Path::own(), "hub".parse().unwrap(), PEER, HOOK).unwrap();
            ours.shutdown(&Path::own_hook(PEER)).unwrap();
        });
    });
    #[cfg(feature = "libnetgraph")]
    theirs::control(group);
}

fn data(group: &mut BenchmarkGroup<'_, WallTime>) {
    let ours = socket("benchdata");
    ours.make_peer::<Echo>(HOOK, PEER).unwrap();
    // Room for one more than there is costs a system call that finds nothing.
    let mut one = RecvBatch::new(1, 2048);
    for size in [64, 1500] {
        let packet = vec![0; size];
        group.throughput(Throughput::Elements(1));
        group.bench_function(format!("{size} bytes to an echo and back/netgraph"), |b| {
            b.iter(|| {
                ours.send(HOOK, &packet).unwrap();
                assert_eq!(ours.receive(&mut one, wait()).unwrap(), 1);
            });
        });
        group.throughput(Throughput::Elements(BATCH as u64));
        group.bench_function(format!("{size} bytes to an echo and back, {BATCH} at once/netgraph"), |b| {
            let packets = vec![(HOOK, IoSlice::new(&packet)); at_once(size)];
            let mut batch = RecvBatch::new(packets.len(), 2048);
            b.iter(|| {
                for _ in 0..BATCH / packets.len() {
                    let mut sent = ours.send_batch(&packets).unwrap();
                    assert_eq!(sent, packets.len());
                    while sent > 0 {
                        sent -= ours.receive(&mut batch, wait()).unwrap();
                    }
                }
            });
        });
    }
    #[cfg(feature = "libnetgraph")]
    theirs::data(group);
}

fn lists(group: &mut BenchmarkGroup<'_, WallTime>) {
    let ours = socket("benchlist");
    let mut made = 0;
    for wanted in [1_000, 50_000] {
        while made < wanted {
            let hook: HookName = format!("h{made}").parse().unwrap();
            ours.make_peer_of(&Path::own(), "hole".parse().unwrap(), hook, PEER).unwrap();
            made += 1;
        }
        group.throughput(Throughput::Elements(wanted));
        group.bench_function(format!("the list of {wanted} nodes/netgraph"), |b| {
            b.iter(|| {
                let nodes = ours.call(&Path::own(), &ListNodes).unwrap();
                assert!(nodes.iter().count() as u64 >= wanted);
            });
        });
        #[cfg(feature = "libnetgraph")]
        theirs::list(wanted);
    }
}

#[cfg(feature = "libnetgraph")]
mod theirs {
    use benches::libnetgraph::Socket;
    use netgraph::sys;

    use super::{BATCH, BenchmarkGroup, Throughput, WallTime, at_once};

    pub(super) fn control(group: &mut BenchmarkGroup<'_, WallTime>) {
        let socket = Socket::open("benchlib").unwrap();
        let mut room = vec![0u64; 1024];
        let bridge = c"benchbridge:";
        group.bench_function("control round trip/libnetgraph", |b| {
            b.iter(|| {
                socket.send(bridge, sys::NGM_GENERIC_COOKIE, sys::NGM_NODEINFO, &[]).unwrap();
                socket.receive().unwrap()
            });
        });
        group.bench_function("a message and its reply, typed or as text/libnetgraph", |b| {
            b.iter(|| {
                socket.send_text(bridge, c"getconfig").unwrap();
                socket.receive_text(&mut room).unwrap();
            });
        });
        let mut mkpeer = [0; 96];
        for (at, text) in [(0, "hub"), (32, "peer"), (64, "hook")] {
            mkpeer[at..at + text.len()].copy_from_slice(text.as_bytes());
        }
        group.bench_function("mkpeer and shutdown/libnetgraph", |b| {
            b.iter(|| {
                socket.send(c".:", sys::NGM_GENERIC_COOKIE, sys::NGM_MKPEER, &mkpeer).unwrap();
                socket.send(c".:peer", sys::NGM_GENERIC_COOKIE, sys::NGM_SHUTDOWN, &[]).unwrap();
            });
        });
    }

    pub(super) fn data(group: &mut BenchmarkGroup<'_, WallTime>) {
        let socket = Socket::open("benchlibdata").unwrap();
        let mut mkpeer = [0; 96];
        for (at, text) in [(0, "echo"), (32, "hook"), (64, "peer")] {
            mkpeer[at..at + text.len()].copy_from_slice(text.as_bytes());
        }
        socket.send(c".:", sys::NGM_GENERIC_COOKIE, sys::NGM_MKPEER, &mkpeer).unwrap();
        let mut room = [0; 2048];
        for size in [64, 1500] {
            let packet = vec![0; size];
            group.throughput(Throughput::Elements(1));
            group.bench_function(format!("{size} bytes to an echo and back/libnetgraph"), |b| {
                b.iter(|| {
                    socket.send_data(c"hook", &packet).unwrap();
                    socket.receive_data(&mut room).unwrap()
                });
            });
            let some = at_once(size);
            group.throughput(Throughput::Elements(BATCH as u64));
            group.bench_function(
                format!("{size} bytes to an echo and back, {BATCH} at once/libnetgraph"),
                |b| {
                    b.iter(|| {
                        for _ in 0..BATCH / some {
                            for _ in 0..some {
                                socket.send_data(c"hook", &packet).unwrap();
                            }
                            for _ in 0..some {
                                socket.receive_data(&mut room).unwrap();
                            }
                        }
                    });
                },
            );
        }
    }

    /// Says what libnetgraph makes of a list that is longer than its buffer: there is nothing to measure.
    pub(super) fn list(wanted: u64) {
        let socket = Socket::open("benchliblist").unwrap();
        let listed = socket
            .send(c".:", sys::NGM_GENERIC_COOKIE, sys::NGM_LISTNODES, &[])
            .and_then(|()| socket.receive());
        match listed {
            Ok(bytes) => println!("libnetgraph lists {wanted} nodes in {bytes} bytes"),
            Err(error) => println!("libnetgraph does not list {wanted} nodes: {error}"),
        }
    }
}

pub(super) fn main() {
    for kind in ["socket", "bridge", "hub", "echo", "hole"] {
        HostKernel.load_type(kind).unwrap();
    }
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("kernel");
    control(&mut group);
    data(&mut group);
    group.sample_size(10);
    lists(&mut group);
    group.finish();
    criterion.final_summary();
    ratios();
}

/// Prints how many times faster each question is answered than by libnetgraph.
fn ratios() {
    let folder = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".into());
    let estimates = benches::read(&FilePath::new(&folder).join("criterion")).unwrap_or_default();
    for ours in &estimates {
        let Some(question) = ours.name.strip_suffix("/netgraph") else { continue };
        let Some(theirs) = estimates.iter().find(|e| e.name.strip_suffix("/libnetgraph") == Some(question))
        else {
            continue;
        };
        println!("{question}: {:.2} times as fast as libnetgraph", theirs.median / ours.median);
    }
}
