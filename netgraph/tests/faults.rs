//! Sockets when things go wrong: every operation meets ENOBUFS, EINTR, and replies that are lost or late.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::IoSlice;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use netgraph::nodes::generic::{GetNodeInfo, MkPeer};
use netgraph::nodes::{bridge, hub, tee};
use netgraph::sim::SimKernel;
use netgraph::transport::{Call, Fault, Faulty, RecvBatch, Transport, Wait};
use netgraph::{Errno, Error, HookName, Kernel, NodeName, Path, Result, Socket};

const PORT: HookName = HookName::constant("port");
const ANY: HookName = HookName::constant("any");

/// A socket on which the faults of `plan` come in their order, each at its call; calls of other kinds pass.
fn faulty(kernel: &SimKernel, plan: impl IntoIterator<Item = (Call, Fault)>) -> (Socket, Arc<AtomicUsize>) {
    let left: Mutex<Vec<_>> = Mutex::new(plan.into_iter().collect());
    let met = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&met);
    let transport = Faulty::new(kernel.open(None).unwrap(), move |call, _| {
        let mut left = left.lock().unwrap();
        if left.first().is_none_or(|(at, _)| *at != call) {
            return None;
        }
        count.fetch_add(1, Ordering::Relaxed);
        Some(left.remove(0).1)
    });
    let mut socket = Socket::on(Box::new(transport));
    socket.set_timeout(Duration::from_millis(20));
    (socket, met)
}

fn own() -> Path {
    Path::own()
}

fn errno<T: std::fmt::Debug>(result: Result<T>) -> Option<Errno> {
    result.unwrap_err().errno()
}

/// An operation that sends one message: its name, and whether it may be repeated.
type Operation = (&'static str, bool, fn(&Socket) -> Result<()>);

fn operations() -> Vec<Operation> {
    vec![
        ("info", true, |socket| socket.info(&own()).map(drop)),
        ("find", true, |socket| socket.find(&own()).map(drop)),
        ("hooks", true, |socket| socket.hooks(&own()).map(drop)),
        ("nodes", true, |socket| socket.nodes().map(drop)),
        ("types", true, |socket| socket.types().map(drop)),
        ("node", true, |socket| socket.node::<netgraph::nodes::socket::SocketNode>(&own()).map(drop)),
        ("name", false, |socket| socket.name(&own(), "me".parse().unwrap())),
        ("make_peer_of", false, |socket| socket.make_peer_of(&own(), "hub".parse().unwrap(), PORT, ANY)),
        ("connect", false, |socket| {
            socket.connect(&own(), &own(), "a".parse().unwrap(), "b".parse().unwrap())
        }),
        ("remove_hook", false, |socket| socket.remove_hook(&own(), "nothing".parse().unwrap())),
    ]
}

#[test]
fn an_interrupted_send_is_sent_again_whatever_it_is() {
    for (name, _, operation) in operations() {
        let (socket, met) = faulty(&SimKernel::new(), [(Call::SendMsg, Fault::Errno(Errno::EINTR)); 3]);
        operation(&socket).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(met.load(Ordering::Relaxed), 3, "{name}");
    }
}

#[test]
fn an_interrupted_receive_goes_on() {
    for (name, repeatable, operation) in operations() {
        let (socket, met) = faulty(&SimKernel::new(), [(Call::RecvMsg, Fault::Errno(Errno::EINTR)); 2]);
        operation(&socket).unwrap_or_else(|error| panic!("{name}: {error}"));
        // Those that only read are those that receive.
        assert_eq!(met.load(Ordering::Relaxed), if repeatable { 2 } else { 0 }, "{name}");
    }
}

#[test]
fn what_only_reads_is_asked_again_with_more_room_and_what_changes_is_not() {
    for fault in [Fault::Errno(Errno::ENOBUFS), Fault::After(Errno::ENOBUFS)] {
        for (name, repeatable, operation) in operations() {
            let (socket, met) = faulty(&SimKernel::new(), [(Call::SendMsg, fault)]);
            let result = operation(&socket);
            assert_eq!(met.load(Ordering::Relaxed), 1, "{name}");
            match repeatable {
                true => result.unwrap_or_else(|error| panic!("{name}: {error}")),
                false => assert_eq!(errno(result), Some(Errno::ENOBUFS), "{name}"),
            }
        }
    }
}

#[test]
fn the_error_is_told_where_there_can_be_no_more_room() {
    let faults = [(Call::SendMsg, Fault::Errno(Errno::ENOBUFS)), (Call::Grow, Fault::Errno(Errno::ENOBUFS))];
    let (socket, met) = faulty(&SimKernel::new(), faults);
    assert_eq!(errno(socket.nodes()), Some(Errno::ENOBUFS));
    assert_eq!(met.load(Ordering::Relaxed), 2);
    assert_eq!(socket.nodes().unwrap().len(), 1, "and the socket is as good as before");
}

#[test]
fn what_the_header_does_not_mark_is_asked_again_where_its_type_says_so() {
    let kernel = SimKernel::new();
    let (socket, met) = faulty(&kernel, [(Call::SendMsg, Fault::Errno(Errno::ENOBUFS))]);
    let other = Socket::open(&kernel, None).unwrap();
    let bridge = other.make_peer::<bridge::Bridge>(PORT, bridge::link(0)).unwrap();
    assert_eq!(socket.call(bridge.path(), &bridge::GetTable).unwrap().iter().count(), 0);
    assert_eq!(met.load(Ordering::Relaxed), 1);
    // By its numbers alone it is found among the known types.
    let (socket, met) = faulty(&kernel, [(Call::SendMsg, Fault::Errno(Errno::ENOBUFS))]);
    let gettable = netgraph::message::Command::unnamed(
        netgraph::sys::NGM_BRIDGE_COOKIE,
        netgraph::sys::NGM_BRIDGE_GET_TABLE,
    );
    assert_eq!(socket.call_raw(bridge.path(), gettable, &[], true).unwrap().map(|args| args.len()), Some(4));
    assert_eq!(met.load(Ordering::Relaxed), 1);
}

#[test]
fn counters_are_never_read_twice_when_reading_resets_them() {
    let kernel = SimKernel::new();
    let (socket, _) = faulty(&kernel, [(Call::SendMsg, Fault::After(Errno::ENOBUFS))]);
    let other = Socket::open(&kernel, None).unwrap();
    let tee = other.make_peer::<tee::Tee>(PORT, tee::LEFT).unwrap();
    assert_eq!(errno(socket.call(tee.path(), &tee::GetClearStats)), Some(Errno::ENOBUFS));
}

#[test]
fn a_node_that_is_away_for_a_moment_is_waited_for() {
    let away = [(Call::SendMsg, Fault::Errno(Errno::ENOENT)); 2];
    let (socket, _) = faulty(&SimKernel::new(), away);
    assert!(socket.find(&own()).unwrap().is_none());
    assert!(socket.wait_for(&own(), Duration::from_secs(5)).unwrap().is_some());
    let gone: Path = "gone:".parse().unwrap();
    assert!(socket.wait_for(&gone, Duration::from_millis(5)).unwrap().is_none());
}

#[test]
fn a_lost_reply_is_missed_in_time_and_the_next_request_has_its_own() {
    let (socket, _) = faulty(&SimKernel::new(), [(Call::RecvMsg, Fault::Lost)]);
    match socket.info(&own()) {
        Err(Error::TimedOut { after, .. }) => assert_eq!(after, Duration::from_millis(20)),
        other => panic!("{other:?}"),
    }
    assert_eq!(socket.info(&own()).unwrap().hooks, 0);
    assert_eq!(socket.events().count(), 0);
}

#[test]
fn a_request_that_is_lost_on_its_way_is_missed_in_time() {
    let (socket, _) = faulty(&SimKernel::new(), [(Call::SendMsg, Fault::Lost)]);
    assert!(matches!(socket.nodes(), Err(Error::TimedOut { .. })));
    assert_eq!(socket.nodes().unwrap().len(), 1);
}

#[test]
fn a_late_reply_is_an_event_and_nobody_elses_answer() {
    let (socket, _) = faulty(&SimKernel::new(), [(Call::RecvMsg, Fault::Late), (Call::RecvMsg, Fault::Late)]);
    assert!(matches!(socket.info(&own()), Err(Error::TimedOut { .. })));
    assert!(socket.types().unwrap().iter().count() > 0);
    let late: Vec<_> = socket.events().map(Result::unwrap).collect();
    assert_eq!(late.len(), 1);
    let frame = late[0].frame().unwrap();
    assert!(frame.is_reply());
    assert_eq!((frame.header.cmd, frame.header.token), (netgraph::sys::NGM_NODEINFO, 1));
}

#[test]
fn a_reply_that_is_late_by_one_receive_only_is_waited_for() {
    let (socket, met) = faulty(&SimKernel::new(), [(Call::RecvMsg, Fault::Late)]);
    assert_eq!(socket.info(&own()).unwrap().hooks, 0);
    assert_eq!(met.load(Ordering::Relaxed), 1);
}

#[test]
fn an_error_of_the_receive_names_the_request() {
    let (socket, _) = faulty(&SimKernel::new(), [(Call::RecvMsg, Fault::Errno(Errno::EPIPE))]);
    assert_eq!(
        socket.info(&own()).unwrap_err().to_string(),
        "nodeinfo to .: failed: EPIPE (nobody at the other end)"
    );
}

#[test]
fn events_survive_interrupts_and_lateness() {
    let kernel = SimKernel::new();
    let faults = [(Call::RecvMsg, Fault::Errno(Errno::EINTR)), (Call::RecvMsg, Fault::Late)];
    let (socket, met) = faulty(&kernel, faults);
    let other = Socket::open(&kernel, None).unwrap();
    let to = socket.address().unwrap();
    other.transport().send_msg(&to, &unsolicited()).unwrap();
    assert_eq!(socket.next_event(Wait::No).unwrap(), None);
    assert_eq!(met.load(Ordering::Relaxed), 2);
    assert_eq!(socket.next_event(Wait::No).unwrap().unwrap().frame().unwrap().args, b"hello");
}

#[test]
fn events_end_after_the_first_error() {
    let (socket, met) = faulty(&SimKernel::new(), [(Call::RecvMsg, Fault::Errno(Errno::EPIPE)); 2]);
    let mut events = socket.events();
    assert_eq!(errno(events.next().unwrap()), Some(Errno::EPIPE));
    assert!(events.next().is_none());
    assert_eq!(met.load(Ordering::Relaxed), 1);
}

fn unsolicited() -> Vec<u8> {
    let mut frame = Vec::new();
    netgraph::message::write_frame(&mut frame, netgraph::message::Command::unnamed(4711, 1), 0, 0, b"hello");
    frame
}

#[test]
fn the_errors_of_data_are_told_and_nothing_is_sent_twice() {
    let kernel = SimKernel::new();
    for fault in [Errno::ENOBUFS, Errno::EINTR] {
        let (socket, _) = faulty(&kernel, [(Call::SendData, Fault::After(fault))]);
        socket.connect(&own(), &own(), "a".parse().unwrap(), "b".parse().unwrap()).unwrap();
        assert_eq!(errno(socket.send("a".parse().unwrap(), b"once")), Some(fault));
        let mut batch = RecvBatch::new(4, 64);
        assert_eq!(socket.receive(&mut batch, Wait::No).unwrap(), 1);
    }
}

#[test]
fn a_receive_of_data_tells_its_error_and_then_goes_on() {
    let faults = [
        (Call::RecvData, Fault::Errno(Errno::EINTR)),
        (Call::RecvData, Fault::Errno(Errno::ENOBUFS)),
        (Call::RecvData, Fault::Late),
    ];
    let (socket, _) = faulty(&SimKernel::new(), faults);
    socket.connect(&own(), &own(), "a".parse().unwrap(), "b".parse().unwrap()).unwrap();
    socket.send("a".parse().unwrap(), b"patient").unwrap();
    let mut batch = RecvBatch::new(4, 64);
    // A signal is none.
    assert_eq!(errno(socket.receive(&mut batch, Wait::No)), Some(Errno::ENOBUFS));
    assert_eq!(socket.receive(&mut batch, Wait::No).unwrap(), 0);
    assert_eq!(socket.receive(&mut batch, Wait::No).unwrap(), 1);
    assert_eq!(batch.iter().next(), Some(("b".parse().unwrap(), &b"patient"[..])));
}

#[test]
fn each_request_of_a_batch_has_its_own_fault() {
    let kernel = SimKernel::new();
    let faults = [
        (Call::SendMsg, Fault::Errno(Errno::EINTR)),
        (Call::SendMsg, Fault::Errno(Errno::EIO)),
        (Call::SendMsg, Fault::Lost),
    ];
    let (socket, met) = faulty(&kernel, faults);
    let mut batch = socket.batch();
    let tickets = [(); 4].map(|()| batch.add(&own(), &GetNodeInfo));
    let hub = batch.add(&own(), &MkPeer::new("hub".parse().unwrap(), PORT, ANY));
    let mut answers = batch.send();
    assert_eq!(met.load(Ordering::Relaxed), 3);
    let [refused, lost, first, second] = tickets.map(|ticket| answers.take(ticket));
    assert_eq!(refused.unwrap_err().errno(), Some(Errno::EIO));
    assert!(matches!(lost, Err(Error::TimedOut { .. })));
    assert_eq!((first.unwrap().hooks, second.unwrap().hooks), (0, 0));
    answers.take(hub).unwrap();
    assert_eq!(socket.info(&own()).unwrap().hooks, 1);
    assert_eq!(socket.events().count(), 0);
}

#[test]
fn a_name_that_lingers_after_a_removal_is_waited_out_and_another_is_told_at_once() {
    let in_use = [(Call::SendMsg, Fault::Errno(Errno::EADDRINUSE)); 2];
    let (socket, met) = faulty(&SimKernel::new(), in_use);
    // Nothing was taken away: the name is somebody's.
    assert_eq!(errno(socket.name(&own(), "me".parse().unwrap())), Some(Errno::EADDRINUSE));
    assert_eq!(met.load(Ordering::Relaxed), 1);

    for (lingering, operation) in [
        (
            Errno::EADDRINUSE,
            (|socket| socket.name(&own(), "me".parse().unwrap())) as fn(&Socket) -> Result<()>,
        ),
        (Errno::EEXIST, |socket| socket.connect(&own(), &own(), "a".parse().unwrap(), "b".parse().unwrap())),
        (Errno::EISCONN, |socket| socket.make_peer::<hub::Hub>(PORT, ANY).map(drop)),
    ] {
        let (mut socket, met) = faulty_after_removal(lingering);
        socket.set_patience(Duration::from_secs(60));
        operation(&socket).unwrap();
        assert_eq!(met.load(Ordering::Relaxed), 2);
    }
}

/// A socket that has removed a hook, and is then told twice that something is in the way.
fn faulty_after_removal(errno: Errno) -> (Socket, Arc<AtomicUsize>) {
    let met = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&met);
    let transport = Faulty::new(SimKernel::new().open(None).unwrap(), move |call, number| {
        let fault = call == Call::SendMsg && number > 0 && count.load(Ordering::Relaxed) < 2;
        fault.then(|| {
            count.fetch_add(1, Ordering::Relaxed);
            Fault::Errno(errno)
        })
    });
    let socket = Socket::on(Box::new(transport));
    socket.remove_hook(&own(), PORT).unwrap();
    (socket, met)
}

/// A transport on which the same message comes again and again, and no reply.
#[derive(Debug)]
struct Babbling {
    inner: Box<dyn Transport>,
    /// Whether a reply ever finds room.
    room: bool,
    grown: Arc<AtomicUsize>,
}

impl Transport for Babbling {
    fn send_msg(&self, _: &Path, _: &[u8]) -> Result<(), Errno> {
        if self.room { Ok(()) } else { Err(Errno::ENOBUFS) }
    }

    fn recv_msg(&self, frame: &mut Vec<u8>, _: Wait) -> Result<Option<Path>, Errno> {
        *frame = unsolicited();
        Ok(Some(own()))
    }

    fn send_data(&self, batch: &[(HookName, IoSlice<'_>)]) -> Result<usize, Errno> {
        self.inner.send_data(batch)
    }

    fn recv_data(&self, batch: &mut RecvBatch, wait: Wait) -> Result<usize, Errno> {
        self.inner.recv_data(batch, wait)
    }

    fn socket_name(&self) -> Result<NodeName, Errno> {
        self.inner.socket_name()
    }

    fn grow_receive_buffer(&self) -> Result<(), Errno> {
        let grown = self.grown.fetch_add(1, Ordering::Relaxed);
        if grown < 2 { Ok(()) } else { Err(Errno::ENOBUFS) }
    }
}

fn babbling(room: bool) -> (Socket, Arc<AtomicUsize>) {
    let (inner, grown) = (SimKernel::new().open(None).unwrap(), Arc::default());
    let mut socket = Socket::on(Box::new(Babbling { inner, room, grown: Arc::clone(&grown) }));
    socket.set_timeout(Duration::from_millis(20));
    (socket, grown)
}

#[test]
fn a_stream_of_events_does_not_hold_up_the_timeout() {
    let (socket, _) = babbling(true);
    assert!(matches!(socket.info(&own()), Err(Error::TimedOut { .. })));
    let mut batch = socket.batch();
    let ticket = batch.add(&own(), &GetNodeInfo);
    assert!(matches!(batch.send().take(ticket), Err(Error::TimedOut { .. })));
}

#[test]
fn where_reading_makes_no_room_the_buffer_grows_until_it_cannot() {
    let (socket, grown) = babbling(false);
    assert_eq!(errno(socket.info(&own())), Some(Errno::ENOBUFS));
    assert_eq!(grown.load(Ordering::Relaxed), 3);
    assert!(socket.missed_events() > 0, "and what came meanwhile was read");
}

#[test]
fn the_longest_timeout_and_patience_are_none() {
    let kernel = SimKernel::new();
    let (mut socket, met) = faulty(&kernel, [(Call::RecvMsg, Fault::Late)]);
    socket.set_timeout(Duration::MAX);
    socket.set_patience(Duration::MAX);
    assert_eq!(socket.info(&own()).unwrap().hooks, 0);
    assert_eq!(met.load(Ordering::Relaxed), 1);
    // An error that nothing taken away explains is told at once; one that may pass is waited out.
    socket.remove_hook(&own(), "nothing".parse().unwrap()).unwrap();
    assert_eq!(errno(socket.info(&"nobody:".parse().unwrap())), Some(Errno::ENOENT));
    let (mut socket, met) = faulty_after_removal(Errno::EADDRINUSE);
    socket.set_patience(Duration::MAX);
    socket.name(&own(), "me".parse().unwrap()).unwrap();
    assert_eq!(met.load(Ordering::Relaxed), 2);
}

#[test]
fn patience_ends() {
    let met = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&met);
    let transport = Faulty::new(SimKernel::new().open(None).unwrap(), move |call, number| {
        (call == Call::SendMsg && number > 0).then(|| {
            count.fetch_add(1, Ordering::Relaxed);
            Fault::Errno(Errno::EADDRINUSE)
        })
    });
    let mut socket = Socket::on(Box::new(transport));
    socket.set_patience(Duration::from_millis(5));
    socket.remove_hook(&own(), PORT).unwrap();
    assert_eq!(errno(socket.name(&own(), "me".parse().unwrap())), Some(Errno::EADDRINUSE));
    assert!(met.load(Ordering::Relaxed) > 1);
}
