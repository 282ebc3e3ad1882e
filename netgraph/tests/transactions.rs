//! Transactions: what is undone, in which order, and what is told where that fails.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use netgraph::nodes::generic::NodeInfo;
use netgraph::nodes::{bridge, ether, generic, hub, tee};
use netgraph::sim::{SimKernel, SimMachine};
use netgraph::transport::{Call, Fault, Faulty};
use netgraph::{Errno, Error, HookName, Kernel, NodeId, Path, Result, Socket};
use proptest::prelude::*;

fn hook(name: &str) -> HookName {
    name.parse().unwrap()
}

fn at(path: &str) -> Path {
    path.parse().unwrap()
}

fn open(machine: &SimMachine) -> Socket {
    Socket::open(&SimKernel::on(machine, 0), None).unwrap()
}

/// A machine with a card `em0`, and a persistent bridge `lan` with three hubs on it, named `h0` to `h2`.
fn machine() -> (SimMachine, Socket) {
    let machine = SimMachine::new();
    machine.add_nic("em0", "02:00:00:00:00:01".parse().unwrap()).unwrap();
    let socket = open(&machine);
    let lan = socket.make_peer::<bridge::Bridge>(hook("b"), bridge::link(9)).unwrap();
    lan.call(bridge::SetPersistent).unwrap();
    lan.name("lan".parse().unwrap()).unwrap();
    for number in 0..3 {
        socket.make_peer_of(lan.path(), "hub".parse().unwrap(), bridge::link(number), hook("up")).unwrap();
        let made = lan.path().hook(bridge::link(number));
        socket.make_peer_of(&made, "hub".parse().unwrap(), hook("down"), hook("up")).unwrap();
        socket.name(&made, format!("h{number}").parse().unwrap()).unwrap();
    }
    let path = lan.path().clone();
    socket.remove_hook(&at("."), hook("b")).unwrap();
    assert_eq!(socket.info(&path).unwrap().hooks, 3);
    (machine, socket)
}

/// A node, and what each of its hooks leads to.
type Pictured = (NodeInfo, Vec<(HookName, NodeId, HookName)>);

fn picture(socket: &Socket) -> Vec<Pictured> {
    let mut nodes: Vec<_> = socket
        .nodes()
        .unwrap()
        .iter()
        .map(|node| {
            let hooks = socket.hooks(&node.path()).unwrap();
            let mut links: Vec<_> =
                hooks.iter().map(|link| (link.hook, link.peer.id, link.peer_hook)).collect();
            links.sort();
            (node, links)
        })
        .collect();
    nodes.sort_by_key(|(node, _)| node.id);
    nodes
}

fn loop_timeout(socket: &Socket) -> u32 {
    socket.call(&at("lan:"), &bridge::GetConfig).unwrap().loopTimeout
}

#[test]
fn what_is_committed_stays() {
    let (_machine, socket) = machine();
    let mut change = socket.transaction();
    let tee = change.make_peer::<tee::Tee>(hook("t"), tee::LEFT).unwrap();
    change.name(tee.path(), "spy".parse().unwrap()).unwrap();
    change.connect(&at("spy:"), &at("lan:"), tee::RIGHT, bridge::link(5)).unwrap();
    change.commit().unwrap();
    assert_eq!(socket.info(&at("lan:link5")).unwrap().name, "spy");
}

#[test]
fn every_kind_of_step_is_undone_in_reverse() {
    let (_machine, socket) = machine();
    let before = picture(&socket);
    let mut change = socket.transaction();
    let tee = change.make_peer::<tee::Tee>(hook("t"), tee::LEFT).unwrap();
    change.name(tee.path(), "spy".parse().unwrap()).unwrap();
    change.connect(tee.path(), &at("lan:"), tee::RIGHT, bridge::ANY_LINK).unwrap();
    change.name(&at("h1:"), "moved".parse().unwrap()).unwrap();
    change.remove_hook(&at("lan:"), bridge::link(1)).unwrap();
    change.connect(&at("lan:"), &at("moved:"), bridge::link(1), hook("elsewhere")).unwrap();
    change
        .configure::<_, bridge::SetConfig>(&at("lan:"), &bridge::GetConfig, |config| config.loopTimeout = 7)
        .unwrap();
    change.call(&at("em0:"), &ether::SetPromisc(1), &ether::SetPromisc(0)).unwrap();
    change.shutdown(&at("h2:")).unwrap();
    assert_ne!(picture(&socket), before);
    assert_eq!(loop_timeout(&socket), 7);
    assert!(change.roll_back().is_empty());
    assert_eq!(picture(&socket), before);
    assert_eq!(loop_timeout(&socket), 60);
    assert_eq!(socket.call(&at("em0:"), &ether::GetPromisc).unwrap(), 0);
}

#[test]
fn an_error_and_a_panic_roll_back() {
    let (_machine, socket) = machine();
    let before = picture(&socket);
    let failing = |socket: &Socket| -> Result<()> {
        let mut change = socket.transaction();
        change.make_peer::<hub::Hub>(hook("a"), hook("x"))?;
        change.make_peer::<hub::Hub>(hook("a"), hook("x"))?;
        change.commit()
    };
    assert_eq!(failing(&socket).unwrap_err().errno(), Some(Errno::EEXIST));
    assert_eq!(picture(&socket), before);
    let panicking = std::panic::AssertUnwindSafe(|| {
        let mut change = socket.transaction();
        change.make_peer::<hub::Hub>(hook("a"), hook("x")).unwrap();
        panic!("in the middle");
    });
    assert!(std::panic::catch_unwind(panicking).is_err());
    assert_eq!(picture(&socket), before);
}

#[test]
fn a_link_whose_number_the_kernel_chose_is_the_one_that_goes() {
    let (_machine, socket) = machine();
    let mut change = socket.transaction();
    let made =
        change.make_peer_of(&at("lan:"), "hub".parse().unwrap(), bridge::ANY_LINK, hook("up")).unwrap();
    assert_eq!(socket.info(&at("lan:link3")).unwrap().id, made.id);
    change.connect(&at("h0:"), &at("lan:"), hook("again"), bridge::ANY_LINK).unwrap();
    assert_eq!(socket.info(&at("lan:link4")).unwrap().name, "h0");
    drop(change);
    assert_eq!(socket.info(&at("lan:")).unwrap().hooks, 3);
    assert!(socket.find(&made.path()).unwrap().is_none());
}

#[test]
fn shutting_down_waits_for_the_commit() {
    let (_machine, socket) = machine();
    let mut change = socket.transaction();
    change.shutdown(&at("h2:")).unwrap();
    change.shutdown(&at("h1:")).unwrap();
    // Twice, or gone by then: no error.
    change.shutdown(&at("h1:")).unwrap();
    assert!(socket.find(&at("h2:")).unwrap().is_some());
    change.commit().unwrap();
    assert!(socket.find(&at("h2:")).unwrap().is_none() && socket.find(&at("h1:")).unwrap().is_none());
    assert!(matches!(socket.transaction().shutdown(&Path::own()), Err(Error::Unsupported { .. })));
}

#[test]
fn what_could_not_be_undone_is_refused_from_the_start() {
    let (machine, socket) = machine();
    let other = open(&machine);
    let pair = other.make_peer::<hub::Hub>(hook("only"), hook("x")).unwrap().info().unwrap();
    let before = picture(&socket);
    let mut change = socket.transaction();
    // A first name never goes away.
    assert!(matches!(change.name(&pair.path(), "x".parse().unwrap()), Err(Error::Unsupported { .. })));
    // The hub would go with its last hook.
    let refused = change.remove_hook(&pair.path(), hook("x")).unwrap_err();
    assert_eq!(
        refused.to_string(),
        format!(
            "removing the last hook of {}: in a transaction is not possible here: \
             a node of type hub may go with it: connect it elsewhere first",
            pair.id
        )
    );
    // From its other end too.
    let own = other.info(&Path::own()).unwrap().path();
    assert!(matches!(change.remove_hook(&own, hook("only")), Err(Error::Unsupported { .. })));
    change.remove_hook(&own, hook("nothing")).unwrap();
    change.commit().unwrap();
    assert_eq!(picture(&socket), before);
}

#[test]
fn a_node_that_was_made_here_may_do_anything() {
    let (_machine, socket) = machine();
    let before = picture(&socket);
    let mut change = socket.transaction();
    let made = change.make_peer::<hub::Hub>(hook("a"), hook("x")).unwrap();
    change.name(made.path(), "first".parse().unwrap()).unwrap();
    change.name(made.path(), "second".parse().unwrap()).unwrap();
    change.remove_hook(&Path::own(), hook("a")).unwrap();
    assert!(socket.find(&at("second:")).unwrap().is_none());
    assert!(change.roll_back().is_empty());
    assert_eq!(picture(&socket), before);
}

#[test]
fn undoing_goes_on_past_what_fails_and_tells_it() {
    let (machine, socket) = machine();
    let meddler = open(&machine);
    let told = Mutex::new(Vec::new());
    let mut change =
        socket.transaction().on_residue(|residue| told.lock().unwrap().push(residue.to_string()));
    change.make_peer::<hub::Hub>(hook("a"), hook("x")).unwrap();
    change.name(&at("h0:"), "moved".parse().unwrap()).unwrap();
    change.remove_hook(&at("lan:"), bridge::link(1)).unwrap();
    // Somebody takes the old name, and the link; and takes the hub away, which is as good as undoing it.
    meddler.make_peer::<hub::Hub>(hook("m"), hook("x")).unwrap().name("h0".parse().unwrap()).unwrap();
    meddler.connect(&at("h2:"), &at("lan:"), hook("extra"), bridge::link(1)).unwrap();
    socket.shutdown(&at(".:a")).unwrap();
    let (lan, moved, h1) = (id(&socket, "lan:"), id(&socket, "moved:"), id(&socket, "h1:"));
    drop(change);
    assert_eq!(
        *told.lock().unwrap(),
        [
            format!(
                "connecting {lan}:link1 to {h1}:up again failed: connect to {lan}: failed: EEXIST (exists already)"
            ),
            format!(
                "giving {moved}: its name h0 again failed: name to {moved}: failed: \
                 EADDRINUSE (address already in use)"
            ),
        ]
    );
}

fn id(socket: &Socket, path: &str) -> NodeId {
    socket.info(&at(path)).unwrap().id
}

/// A socket of whose messages one meets its fate: this one of those that are sent once it is armed, from 0.
fn struck(machine: &SimMachine, number: usize, fault: Fault) -> (Socket, Arc<AtomicBool>) {
    let armed = Arc::new(AtomicBool::new(false));
    let trigger = Arc::clone(&armed);
    let transport = SimKernel::on(machine, 0).open(None).unwrap();
    let sent = AtomicUsize::new(0);
    let socket = Socket::on(Box::new(Faulty::new(transport, move |call, _| {
        let counts = call == Call::SendMsg && trigger.load(Ordering::Relaxed);
        (counts && sent.fetch_add(1, Ordering::Relaxed) == number).then_some(fault)
    })));
    (socket, armed)
}

#[test]
fn a_change_whose_reply_is_lost_is_undone_too() {
    let (machine, other) = machine();
    other
        .call(&at("lan:"), &bridge::SetConfig(other.call(&at("lan:"), &bridge::GetConfig).unwrap()))
        .unwrap();
    // What is sent second from then on is applied, and refused all the same.
    let (socket, armed) = struck(&machine, 1, Fault::After(Errno::ENOBUFS));
    let mut change = socket.transaction();
    let node = Path::from(id(&socket, "lan:"));
    let mut config = socket.call(&node, &bridge::GetConfig).unwrap();
    let undo = bridge::SetConfig(config);
    config.loopTimeout = 9;
    armed.store(true, Ordering::Relaxed);
    let refused = change.call(&node, &bridge::SetConfig(config), &undo).unwrap_err();
    assert_eq!((refused.errno(), loop_timeout(&other)), (Some(Errno::ENOBUFS), 9));
    drop(change);
    assert_eq!(loop_timeout(&other), 60);
}

#[test]
fn a_node_that_went_by_itself_does_not_keep_the_commit_from_being_rolled_back() {
    let (machine, other) = machine();
    // Asking for the first, asking for the second, and then its shutting down.
    let (socket, armed) = struck(&machine, 2, Fault::Errno(Errno::EPERM));
    let mut change = socket.transaction();
    change.name(&at("h0:"), "moved".parse().unwrap()).unwrap();
    change.shutdown(&at("h1:")).unwrap();
    change.shutdown(&at("h2:")).unwrap();
    other.shutdown(&at("h1:")).unwrap();
    armed.store(true, Ordering::Relaxed);
    assert_eq!(change.commit().unwrap_err().errno(), Some(Errno::EPERM));
    assert_eq!(other.info(&at("h0:")).unwrap().name, "h0");
}

#[test]
fn what_was_never_sent_is_not_undone() {
    let (_machine, socket) = machine();
    let mut change = socket.transaction();
    let undo = bridge::SetConfig(socket.call(&at("lan:"), &bridge::GetConfig).unwrap());
    let refused = change.call(&Path::own(), &generic::Shutdown, &undo).unwrap_err();
    assert!(matches!(refused, Error::Unsupported { .. }));
    // No node of another type would understand it.
    assert!(change.roll_back().is_empty());
}

/// A step of a random transaction.
#[derive(Debug, Clone)]
enum Step {
    Make(u8, u8),
    Connect(u8, u8, u8),
    Name(u8, u8),
    Remove(u8, u8),
    Configure(u32),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..6u8, 0..4u8).prop_map(|(at, hook)| Step::Make(at, hook)),
        (0..6u8, 0..6u8, 0..4u8).prop_map(|(at, to, hook)| Step::Connect(at, to, hook)),
        (0..6u8, 0..6u8).prop_map(|(at, name)| Step::Name(at, name)),
        (0..6u8, 0..5u8).prop_map(|(at, hook)| Step::Remove(at, hook)),
        (1..100u32).prop_map(Step::Configure),
    ]
}

fn take(change: &mut netgraph::socket::Transaction<'_>, step: &Step) -> Result<()> {
    const NODES: [&str; 6] = ["lan:", "h0:", "h1:", "h2:", "new:", "em0:"];
    const HOOKS: [&str; 5] = ["link1", "link7", "down", "up", "lower"];
    const NAMES: [&str; 6] = ["new", "h0", "h9", "lan", "other", "h1"];
    let node = |number: &u8| at(NODES[usize::from(*number)]);
    let name = |number: &u8| hook(HOOKS[usize::from(*number)]);
    match step {
        Step::Make(to, own) => {
            change.make_peer_of(&node(to), "hub".parse().unwrap(), name(own), hook("x")).map(drop)
        }
        Step::Connect(one, other, own) => change.connect(&node(one), &node(other), name(own), name(own)),
        Step::Name(to, new) => change.name(&node(to), NAMES[usize::from(*new)].parse().unwrap()),
        Step::Remove(from, own) => change.remove_hook(&node(from), name(own)),
        Step::Configure(timeout) => {
            change.configure::<_, bridge::SetConfig>(&at("lan:"), &bridge::GetConfig, |config| {
                config.loopTimeout = *timeout;
            })
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.div_ceil(4)))]

    #[test]
    fn whatever_the_steps_rolling_back_leaves_what_was(steps in proptest::collection::vec(step(), 1..12)) {
        let (_machine, mut socket) = machine();
        socket.set_patience(std::time::Duration::ZERO);
        let before = (picture(&socket), loop_timeout(&socket));
        let mut change = socket.transaction();
        for step in &steps {
            // Refused or not: the next is tried.
            let _ = take(&mut change, step);
        }
        prop_assert!(change.roll_back().is_empty());
        prop_assert_eq!((picture(&socket), loop_timeout(&socket)), before);
    }
}
