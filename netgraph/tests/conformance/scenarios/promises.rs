//! What this library's sockets promise.

use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

use jailrs::{Jail, Jid};
use libtest_mimic::Failed;
use netgraph::nodes::generic::{GetNodeInfo, ListHooks};
use netgraph::nodes::{bridge, eiface, hub};
use netgraph::socket::{Demux, Served};
use netgraph::transport::{RecvBatch, Wait};
use netgraph::{Errno, Error, Path, Socket};
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::probe::{Probe, at, hook, once, refusal};
use crate::ground::Ground;

/// More than any of this takes.
const BOUND: Duration = Duration::from_secs(10);

netgraph::node_type! {
    /// Counts sheep.
    pub Sheep: "sheep", cookie = 4711;
    /// Adds one to a number.
    Next(u32) "next" = 1 => u32;
}

pub(super) fn growth(ground: &Ground) -> Result<(), Failed> {
    let socket = Socket::open(&*ground.kernel, None)?;
    // 283 nodes or 149 hooks fill the buffer that a socket has from the start.
    let others = socket.nodes()?.len();
    for number in 0..1000 {
        socket.make_peer_of(&Path::own(), "hub".parse()?, hook(&format!("h{number}")), hook("x"))?;
    }
    let fresh = Socket::open(&*ground.kernel, None)?;
    assert_eq!(fresh.nodes()?.len(), others + 1001);
    let own = socket.info(&Path::own())?.path();
    let hooks = fresh.hooks(&own)?;
    assert_eq!((hooks.node().hooks, hooks.iter().count()), (1000, 1000));
    assert_eq!(hooks.iter().next().map(|newest| newest.hook), Some(hook("h999")));
    Ok(())
}

pub(super) fn batch(ground: &Ground) -> Result<(), Failed> {
    let socket = Socket::open(&*ground.kernel, None)?;
    let bridge = socket.make_peer::<bridge::Bridge>(hook("b"), bridge::link(0))?;
    let mut batch = socket.batch();
    let config = batch.add(bridge.path(), &bridge::GetConfig);
    let nobody = batch.add(&at("nobody:"), &GetNodeInfo);
    let absent = batch.add(bridge.path(), &bridge::GetStats(bridge::Port::Link(7)));
    let info = batch.add(bridge.path(), &GetNodeInfo);
    let mut answers = batch.send();
    assert_eq!(answers.take(config)?.loopTimeout, 60);
    assert_eq!(refusal(answers.take(nobody)), Some(Errno::ENOENT));
    assert_eq!(refusal(answers.take(absent)), Some(Errno::ENOTCONN));
    assert_eq!(answers.take(info)?.id, bridge.info()?.id);
    // Together the replies are some fifty times the buffer.
    for number in 0..100 {
        socket.make_peer_of(&Path::own(), "hub".parse()?, hook(&format!("h{number}")), hook("x"))?;
    }
    let own = vec![Path::own(); 100];
    for hooks in socket.call_each(&own, &ListHooks) {
        assert_eq!(hooks?.iter().count(), 101);
    }
    assert_eq!(socket.events().count(), 0);
    Ok(())
}

/// The nodes but sockets, with their names and what their hooks lead to.
fn picture(socket: &Socket) -> Result<Vec<String>, Error> {
    let mut lines = Vec::new();
    for node in socket.nodes()?.iter().filter(|node| node.type_name != "socket") {
        lines.push(format!("{} {} {}", node.id, node.name, node.type_name));
        let hooks = socket.hooks(&node.path())?;
        lines.extend(
            hooks.iter().map(|link| format!("{}.{} {}.{}", node.id, link.hook, link.peer.id, link.peer_hook)),
        );
    }
    lines.sort();
    Ok(lines)
}

pub(super) fn transaction(ground: &Ground) -> Result<(), Failed> {
    let socket = Socket::open(&*ground.kernel, None)?;
    let lan = socket.make_peer::<bridge::Bridge>(hook("b"), bridge::link(9))?;
    lan.name("lan".parse()?)?;
    let own_link = |number: u32| (hook(&format!("h{number}")), bridge::link(number));
    for number in 0..3 {
        let (own, link) = own_link(number);
        socket.make_peer_of(lan.path(), "hub".parse()?, link, hook("up"))?;
        socket.name(&lan.path().hook(link), format!("h{number}").parse()?)?;
        socket.connect(&Path::own(), &at(&format!("h{number}:")), own, hook("down"))?;
    }
    let before = picture(&socket)?;
    let mut change = socket.transaction();
    let made = change.make_peer::<eiface::Eiface>(hook("e"), eiface::ETHER)?;
    change.remove_hook(&Path::own(), hook("e"))?;
    change.connect(made.path(), &at("lan:"), eiface::ETHER, bridge::link(5))?;
    change.name(&at("h1:"), "moved".parse()?)?;
    change.remove_hook(&at("lan:"), bridge::link(1))?;
    change.connect(&at("lan:"), &at("moved:"), bridge::link(1), hook("elsewhere"))?;
    change.configure::<_, bridge::SetConfig>(&at("lan:"), &bridge::GetConfig, |config| {
        config.loopTimeout = 7
    })?;
    assert_ne!(picture(&socket)?, before);
    let residues = change.roll_back();
    assert!(residues.is_empty(), "{residues:?}");
    // The far ends of what was undone go in a thread of the kernel's.
    let until = Instant::now() + BOUND;
    while picture(&socket)? != before && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(picture(&socket)?, before);
    assert_eq!(lan.call(bridge::GetConfig)?.loopTimeout, 60);
    Ok(())
}

pub(super) fn again(ground: &Ground) -> Result<(), Failed> {
    let mut socket = Socket::open(&*ground.kernel, None)?;
    socket.set_patience(BOUND);
    let bridge = socket.make_peer::<bridge::Bridge>(hook("b"), bridge::link(0))?.path().clone();
    let eiface = socket.make_peer::<eiface::Eiface>(hook("e"), eiface::ETHER)?.path().clone();
    for _ in 0..50 {
        // A name of a node that goes with its last hook.
        socket.make_peer::<hub::Hub>(hook("h"), hook("x"))?.name("phoenix".parse()?)?;
        let id = socket.info(&at("phoenix:"))?.id;
        socket.remove_hook(&Path::own(), hook("h"))?;
        socket.make_peer::<hub::Hub>(hook("h"), hook("x"))?.name("phoenix".parse()?)?;
        assert!(socket.wait_gone(id, BOUND)?);
        socket.remove_hook(&Path::own(), hook("h"))?;
        // The only hook of an eiface, and the same link of a bridge.
        socket.remove_hook(&Path::own(), hook("e"))?;
        socket.connect(&eiface, &bridge, eiface::ETHER, bridge::link(1))?;
        socket.remove_hook(&bridge, bridge::link(1))?;
        socket.connect(&Path::own(), &eiface, hook("e"), eiface::ETHER)?;
    }
    socket.shutdown(&eiface)?;
    Ok(())
}

fn readable(fd: BorrowedFd<'_>, time: u16) -> Result<bool, Failed> {
    let mut polled = [PollFd::new(fd, PollFlags::POLLIN)];
    Ok(poll(&mut polled, PollTimeout::from(time))? == 1)
}

pub(super) fn descriptors(ground: &Ground) -> Result<(), Failed> {
    let socket = Socket::open(&*ground.kernel, None)?;
    for fd in [socket.control_fd()?, socket.data_fd()?] {
        let flags = FdFlag::from_bits_retain(fcntl(fd, FcntlArg::F_GETFD)?);
        assert!(flags.contains(FdFlag::FD_CLOEXEC), "a child would inherit it");
        assert!(!readable(fd, 0)?);
    }
    socket.connect(&Path::own(), &Path::own(), hook("a"), hook("b"))?;
    socket.send(hook("a"), b"x")?;
    assert!(readable(socket.data_fd()?, 5000)?);
    let mut batch = RecvBatch::new(2, 64);
    assert_eq!(socket.receive(&mut batch, Wait::No)?, 1);
    assert!(!readable(socket.data_fd()?, 0)?);

    let other = Socket::open(&*ground.kernel, None)?;
    let to = socket.info(&Path::own())?.path();
    other.transport().send_msg(&to, &question(0)).map_err(|errno| errno.to_string())?;
    assert!(readable(socket.control_fd()?, 5000)?);
    assert!(socket.next_event(Wait::No)?.is_some());
    assert!(!readable(socket.control_fd()?, 0)?);
    Ok(())
}

/// A message that nobody has to answer.
fn question(token: u32) -> Vec<u8> {
    let mut frame = Vec::new();
    let command = netgraph::message::Command::unnamed(4711, 2);
    netgraph::message::write_frame(&mut frame, command, token, 0, b"?");
    frame
}

pub(super) fn responder(ground: &Ground) -> Result<(), Failed> {
    let shepherd = Socket::open(&*ground.kernel, Some("shepherd".parse()?))?;
    let other = Socket::open(&*ground.kernel, None)?;
    let asking =
        std::thread::spawn(move || [1, 41].map(|number| other.call(&at("shepherd:"), &Next(number))));
    let mut responder = shepherd.responder().on(|Next(number), _| Some(number + 1));
    for _ in 0..2 {
        match responder.serve(Wait::Until(Instant::now() + BOUND))? {
            Served::Handled(command) => assert_eq!(command.name, "next"),
            other => return Err(format!("{other:?}").into()),
        }
    }
    let [first, second] = asking.join().map_err(|_| "the one who asks has panicked")?;
    assert_eq!((first?, second?), (2, 42));
    Ok(())
}

pub(super) fn hooks(ground: &Ground) -> Result<(), Failed> {
    const HOOKS: usize = 2000;
    let server = Socket::open(&*ground.kernel, None)?;
    let clients = Socket::open(&*ground.kernel, None)?;
    let to = server.info(&Path::own())?.path();
    let names: Vec<_> = (0..HOOKS).map(|number| hook(&format!("client{number}"))).collect();
    for name in &names {
        clients.connect(&Path::own(), &to, *name, *name)?;
    }
    let mut counts: Demux<usize> = names.iter().map(|name| (*name, 0)).collect();
    let mut batch = RecvBatch::new(16, 64);
    for chunk in names.chunks(16) {
        for name in chunk {
            clients.send(*name, name.as_bytes())?;
        }
        let mut came = 0;
        while came < chunk.len() {
            let received = server.receive(&mut batch, Wait::Until(Instant::now() + BOUND))?;
            assert!(received > 0, "{came} of {} came", chunk.len());
            came += received;
            let strays = counts.dispatch(&batch, |hook, count, packet| {
                assert_eq!(hook.as_bytes(), packet);
                *count += 1;
            });
            assert_eq!(strays, 0);
        }
    }
    assert!(names.iter().all(|name| counts.get(*name) == Some(&1)));
    Ok(())
}

pub(super) fn in_jail(ground: &Ground) -> Result<(), Failed> {
    let outside = Probe::new(ground)?;
    let jail = Jail::builder("inner").vnet().persist().create(&ground.host)?;
    ground.jail_made(jail.jid(), true);
    let kernel = ground.in_jail(jail.jid())?;
    let inside = Socket::open(&*kernel, Some("insider".parse()?))?;
    assert_eq!(inside.nodes()?.iter().map(|node| node.name.to_string()).collect::<Vec<_>>(), ["insider"]);
    assert_eq!(inside.info(&Path::own())?.id.0, 1);
    // The program is where it was.
    assert!(outside.socket.find(&at("insider:"))?.is_none());
    outside.connect("a", ".", "b")?;
    assert_eq!(outside.spread("a", b"x")?, once(&["b"]));

    kernel.load_type("hub")?;
    inside.make_peer::<hub::Hub>(hook("h"), hook("x"))?.name("within".parse()?)?;
    inside.connect(&Path::own(), &at("within:"), hook("i"), hook("y"))?;
    inside.send(hook("h"), b"through the hub")?;
    let mut batch = RecvBatch::new(1, 64);
    inside.receive(&mut batch, Wait::Until(Instant::now() + BOUND))?;
    assert_eq!(batch.iter().next(), Some((hook("i"), &b"through the hub"[..])));
    assert!(outside.socket.find(&at("within:"))?.is_none());

    // Another one, whose name is taken.
    match Socket::open(&*kernel, Some("insider".parse()?)) {
        Err(Error::Open { errno: Errno::EADDRINUSE, .. }) => {}
        other => return Err(format!("{other:?}").into()),
    }
    let within = inside.info(&at("within:"))?;
    inside.shutdown(&within.path())?;
    assert!(inside.wait_gone(within.id, BOUND)?);
    drop(inside);
    jail.remove()?;
    jail.wait_gone(BOUND)?;
    refuses_where_there_is_no_vnet(ground)
}

fn refuses_where_there_is_no_vnet(ground: &Ground) -> Result<(), Failed> {
    let absent = ground.in_jail(Jid(54_321)).and_then(|kernel| Socket::open(&*kernel, None));
    let error = absent.expect_err("no such jail");
    assert_eq!(error.to_string(), "cannot open a netgraph socket (jail_attach): EINVAL (invalid argument)");
    let jail = Jail::builder("plain").persist().create(&ground.host)?;
    ground.jail_made(jail.jid(), false);
    let refused = ground.in_jail(jail.jid()).and_then(|kernel| Socket::open(&*kernel, None));
    assert_eq!(refusal(refused), Some(Errno::EPROTONOSUPPORT));
    jail.remove()?;
    Ok(())
}
