//! Asynchronous sockets on the simulated kernel: nothing blocks, nothing is lost.
#![cfg(all(feature = "tokio", unix))]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use futures_core::Stream;
use netgraph::aio::AsyncSocket;
use netgraph::message::{Command, write_frame};
use netgraph::nodes::generic::GetNodeInfo;
use netgraph::nodes::hub;
use netgraph::sim::{SimKernel, SimMachine};
use netgraph::transport::RecvBatch;
use netgraph::{Errno, Error, HookName, Path, Socket, node_type};

node_type! {
    /// Counts sheep.
    pub Sheep: "sheep", cookie = 4711;
    /// Reads the count.
    Count "count" = 1 => u32;
}

const A: HookName = HookName::constant("a");
const B: HookName = HookName::constant("b");

/// Runs a program on one thread of Tokio's, which whatever blocks would bring to a stop.
fn run<F: Future>(program: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap().block_on(program)
}

async fn open(machine: &SimMachine) -> AsyncSocket {
    AsyncSocket::open(Arc::new(SimKernel::on(machine, 0)), None).await.unwrap()
}

async fn own(socket: &AsyncSocket) -> Path {
    socket.with(|socket| Ok(socket.info(&Path::own())?.path())).await.unwrap()
}

async fn next<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    poll_fn(|context| Pin::new(&mut *stream).poll_next(context)).await
}

/// Sends a message that nobody answers.
fn tell(socket: &Socket, to: &Path, number: u8) {
    let mut frame = Vec::new();
    write_frame(&mut frame, Command::unnamed(4711, 9), 0, 0, &[number]);
    socket.transport().send_msg(to, &frame).unwrap();
}

fn told(event: &netgraph::Event) -> u8 {
    event.frame().unwrap().args[0]
}

#[test]
fn one_thread_asks_itself_and_answers() {
    run(async {
        let machine = SimMachine::new();
        let (shepherd, asker) = (open(&machine).await, open(&machine).await);
        let path = own(&shepherd).await;
        let asking = tokio::spawn(async move { asker.call(&path, Count).await });
        let event = shepherd.next_event().await.unwrap();
        shepherd.with(move |socket| socket.answer::<Count>(&event, &12)).await.unwrap();
        assert_eq!(asking.await.unwrap().unwrap(), 12);
    });
}

#[test]
fn events_that_a_call_comes_across_are_delivered() {
    run(async {
        let machine = SimMachine::new();
        let (socket, other) =
            (open(&machine).await, Socket::open(&SimKernel::on(&machine, 0), None).unwrap());
        let path = own(&socket).await;
        let mut events = socket.events();
        let mut seen = Vec::new();
        for round in 0..50 {
            tell(&other, &path, round);
            // The call reads the event before its reply.
            let asked = tokio::spawn({
                let socket = socket.clone();
                async move { socket.call(&Path::own(), GetNodeInfo).await }
            });
            seen.push(told(&next(&mut events).await.unwrap().unwrap()));
            asked.await.unwrap().unwrap();
        }
        assert_eq!(seen, (0..50).collect::<Vec<_>>());
    });
}

/// Wakes nobody.
struct Quiet;

impl Wake for Quiet {
    fn wake(self: Arc<Self>) {}
}

#[test]
fn only_who_waited_last_is_kept() {
    run(async {
        let machine = SimMachine::new();
        let (socket, other) =
            (open(&machine).await, Socket::open(&SimKernel::on(&machine, 0), None).unwrap());
        let path = own(&socket).await;
        let tasks: Vec<Arc<Quiet>> = (0..100).map(|_| Arc::new(Quiet)).collect();
        for (number, task) in (0..100).zip(&tasks) {
            tell(&other, &path, number);
            let waker = Waker::from(Arc::clone(task));
            let Poll::Ready(event) = pin!(socket.next_event()).poll(&mut Context::from_waker(&waker)) else {
                panic!("event {number} is not there")
            };
            assert_eq!(told(&event.unwrap()), number);
        }
        assert!(tasks.iter().filter(|task| Arc::strong_count(task) > 1).count() <= 1);
    });
}

#[test]
fn what_comes_later_wakes_who_waits() {
    run(async {
        let machine = SimMachine::new();
        let (socket, other) =
            (open(&machine).await, Socket::open(&SimKernel::on(&machine, 0), None).unwrap());
        let path = own(&socket).await;
        let waiting = tokio::spawn({
            let socket = socket.clone();
            async move { socket.next_event().await.map(|event| told(&event)) }
        });
        tokio::task::yield_now().await;
        let telling = std::thread::spawn(move || tell(&other, &path, 7));
        assert_eq!(waiting.await.unwrap().unwrap(), 7);
        telling.join().unwrap();
    });
}

#[test]
fn an_event_outlives_the_future_that_waited_for_it() {
    run(async {
        let machine = SimMachine::new();
        let (socket, other) =
            (open(&machine).await, Socket::open(&SimKernel::on(&machine, 0), None).unwrap());
        let path = own(&socket).await;
        {
            let mut waiting = pin!(socket.next_event());
            poll_fn(|context| {
                assert!(waiting.as_mut().poll(context).is_pending());
                Poll::Ready(())
            })
            .await;
            tell(&other, &path, 1);
        }
        assert_eq!(told(&socket.next_event().await.unwrap()), 1);
    });
}

#[test]
fn packets_are_a_stream() {
    run(async {
        let machine = SimMachine::new();
        let socket = open(&machine).await;
        socket.with(|socket| socket.connect(&Path::own(), &Path::own(), A, B)).await.unwrap();
        let mut packets = socket.packets(4);
        let sender = socket.clone();
        let sending = tokio::spawn(async move {
            for number in 0..200_u8 {
                sender.send(A, &[number, 1, 2, 3, 4]).unwrap();
                if number % 16 == 0 {
                    tokio::task::yield_now().await;
                }
            }
        });
        for number in 0..200 {
            assert_eq!(next(&mut packets).await.unwrap().unwrap(), (B, vec![number, 1, 2, 3]));
        }
        sending.await.unwrap();
        // Many at once, without an allocation for each.
        for _ in 0..20 {
            socket.send(B, b"x").unwrap();
        }
        let mut batch = RecvBatch::new(8, 16);
        let mut counts = Vec::new();
        while counts.iter().sum::<usize>() < 20 {
            counts.push(socket.receive(&mut batch).await.unwrap());
        }
        assert_eq!(counts, [8, 8, 4]);
    });
}

#[test]
fn a_stream_ends_with_its_socket() {
    run(async {
        let machine = SimMachine::new();
        let vnet = machine.create_vnet();
        let socket = AsyncSocket::open(Arc::new(SimKernel::on(&machine, vnet)), None).await.unwrap();
        let (mut events, mut packets) = (socket.events(), socket.packets(16));
        let waiting = tokio::spawn(async move {
            (next(&mut events).await.unwrap().unwrap_err().errno(), next(&mut events).await.is_none())
        });
        tokio::task::yield_now().await;
        machine.destroy_vnet(vnet).unwrap();
        assert_eq!(waiting.await.unwrap(), (Some(Errno::EPIPE), true));
        assert_eq!(next(&mut packets).await.unwrap().unwrap_err().errno(), Some(Errno::EPIPE));
        assert!(next(&mut packets).await.is_none());
    });
}

#[test]
fn many_tasks_share_a_socket() {
    run(async {
        let machine = SimMachine::new();
        let socket = open(&machine).await;
        let made: Vec<_> = (0..100)
            .map(|number| {
                let socket = socket.clone();
                tokio::spawn(async move {
                    let hook = format!("h{number}").parse().unwrap();
                    socket.with(move |socket| Ok(socket.make_peer::<hub::Hub>(hook, A)?.info()?.id)).await
                })
            })
            .collect();
        let mut ids = std::collections::HashSet::new();
        for one in made {
            ids.insert(one.await.unwrap().unwrap());
        }
        assert_eq!(ids.len(), 100);
    });
}

#[test]
fn errors_and_panics_of_the_work_are_the_callers() {
    run(async {
        let socket = open(&SimMachine::new()).await;
        let refused = socket.call(&"nobody:".parse().unwrap(), GetNodeInfo).await;
        assert_eq!(refused.unwrap_err().errno(), Some(Errno::ENOENT));
        let other = socket.clone();
        let panicked =
            tokio::spawn(async move { other.with(|_| -> netgraph::Result<()> { panic!("oh") }).await });
        assert!(panicked.await.unwrap_err().is_panic());
        assert_eq!(socket.call(&Path::own(), GetNodeInfo).await.unwrap().hooks, 0);
    });
}

#[test]
fn outside_of_a_runtime_it_is_refused() {
    let socket = Socket::open(&SimKernel::new(), None).unwrap();
    assert!(matches!(AsyncSocket::new(socket), Err(Error::Unsupported { .. })));
}
