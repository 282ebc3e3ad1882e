//! Programs that answer other programs.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use netgraph::nodes::generic::GetNodeInfo;
use netgraph::sim::{SimKernel, SimMachine};
use netgraph::socket::Served;
use netgraph::transport::Wait;
use netgraph::{Errno, Error, Path, Socket, node_type};

node_type! {
    /// Counts sheep.
    pub Sheep: "sheep", cookie = 4711;
    /// Reads the count.
    Count "count" = 1 => u32;
    /// Adds to the count, and reads it.
    Add(u32) "add" = 2 => u32;
    /// Sets the count.
    Set(u32) "set" = 3;
}

fn pair() -> (Socket, Socket, Path) {
    let machine = SimMachine::new();
    let kernel = SimKernel::on(&machine, 0);
    let shepherd = Socket::open(&kernel, Some("shepherd".parse().unwrap())).unwrap();
    let mut other = Socket::open(&kernel, None).unwrap();
    other.set_timeout(Duration::from_secs(60));
    (shepherd, other, "shepherd:".parse().unwrap())
}

#[test]
fn requests_are_answered_by_their_handlers_while_others_wait() {
    let (shepherd, other, path) = pair();
    let asking = std::thread::spawn(move || {
        other.call(&path, &Set(5)).unwrap();
        let sums = [1, 10].map(|by| other.call(&path, &Add(by)).unwrap());
        (sums, other.call(&path, &Count).unwrap())
    });
    let count = std::sync::Mutex::new(0);
    let mut served = Vec::new();
    let mut responder = shepherd
        .responder()
        .on(|Set(to), _| {
            *count.lock().unwrap() = to;
            None
        })
        .on(|Add(by), _| {
            let mut count = count.lock().unwrap();
            *count += by;
            Some(*count)
        })
        .on(|Count, _| Some(*count.lock().unwrap()));
    for _ in 0..4 {
        match responder.serve(Wait::Forever).unwrap() {
            Served::Handled(command) => served.push(command.name),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(asking.join().unwrap(), ([6, 16], 16));
    assert_eq!(served, ["set", "add", "add", "count"]);
    assert_eq!(responder.serve(Wait::No).unwrap(), Served::Nothing);
}

#[test]
fn what_nobody_handles_is_the_programs() {
    let (shepherd, other, path) = pair();
    other.call(&path, &Set(5)).unwrap();
    let Served::Other(event) = shepherd.responder().on(|Count, _| Some(1)).serve(Wait::No).unwrap() else {
        panic!("a handler for it?");
    };
    assert_eq!(event.message::<Set>(), Some(Set(5)));
    assert_eq!(event.from, other.info(&Path::own()).unwrap().path());
}

#[test]
fn an_answer_is_for_what_was_asked() {
    let (shepherd, other, path) = pair();
    other.call(&path, &Set(5)).unwrap();
    let event = shepherd.next_event(Wait::No).unwrap().unwrap();
    assert_eq!(shepherd.answer::<Count>(&event, &1).unwrap_err().errno(), Some(Errno::EINVAL));
    // A reply is no question.
    shepherd.answer::<Set>(&event, &()).unwrap();
    let reply = other.next_event(Wait::No).unwrap().unwrap();
    assert!(reply.frame().unwrap().is_reply());
    assert_eq!(other.answer::<Set>(&reply, &()).unwrap_err().errno(), Some(Errno::EINVAL));
}

#[test]
fn who_is_gone_is_not_answered() {
    let (shepherd, other, path) = pair();
    other.call(&path, &Set(5)).unwrap();
    other.transport().send_msg(&path, &frame_of_count()).unwrap();
    drop(other);
    let set = shepherd.next_event(Wait::No).unwrap().unwrap();
    assert_eq!(shepherd.answer::<Set>(&set, &()).unwrap_err().errno(), Some(Errno::ENOENT));
    let mut responder = shepherd.responder().on(|Count, _| Some(1));
    assert!(matches!(responder.serve(Wait::No).unwrap(), Served::Handled(_)));
}

fn frame_of_count() -> Vec<u8> {
    let mut frame = Vec::new();
    let command = netgraph::message::Command { cookie: 4711, cmd: 1, name: "count" };
    netgraph::message::write_frame(&mut frame, command, 77, 0, &[]);
    frame
}

#[test]
fn a_request_that_is_let_go_times_out_for_the_one_who_asks() {
    let (shepherd, mut other, path) = pair();
    other.set_timeout(Duration::from_millis(5));
    assert!(matches!(other.call(&path, &Count), Err(Error::TimedOut { .. })));
    let mut responder = shepherd.responder().on(|Count, _| None);
    assert!(matches!(responder.serve(Wait::No).unwrap(), Served::Handled(_)));
    // And an answer that comes too late disturbs nobody.
    assert!(matches!(other.call(&path, &Count), Err(Error::TimedOut { .. })));
    shepherd.responder().on(|Count, _| Some(12)).serve(Wait::No).unwrap();
    assert_eq!(other.call(&Path::own(), &GetNodeInfo).unwrap().hooks, 0);
    assert_eq!(other.events().count(), 1);
}
