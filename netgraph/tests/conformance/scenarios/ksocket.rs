//! tests/sys/netgraph/ksocket.c, and what connections do; the other end is a ksocket, too.

use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use netgraph::nodes::ksocket::{
    Accept, Bind, Connect, Connected, GetName, GetPeerName, Incoming, Ksocket, Listen, SockAddr, TCP, UDP,
    UDP6,
};
use netgraph::transport::Wait;
use netgraph::{Errno, HookName, NodeId, Path, Socket};

use super::probe::{Probe, at, hook, once, refusal};
use crate::ground::Ground;

const HELLO: &[u8] = b"Hello, peer!";

/// Makes a socket behind a hook of this name.
fn make(socket: &Socket, own: &str, kind: HookName) -> Result<(), Failed> {
    socket.make_peer::<Ksocket>(hook(own), kind)?;
    Ok(())
}

fn behind(own: &str) -> Path {
    Path::own_hook(hook(own))
}

/// Binds a socket, and returns the name that it has then.
fn bound(socket: &Socket, own: &str, address: &str) -> Result<SockAddr, Failed> {
    socket.call(&behind(own), &Bind(address.parse()?))?;
    Ok(socket.call(&behind(own), &GetName)?)
}

fn datagrams(ground: &Ground, kind: HookName, address: &str) -> Result<(), Failed> {
    let probe = Probe::new(ground)?;
    make(&probe.socket, "server", kind)?;
    make(&probe.socket, "client", kind)?;
    let name = bound(&probe.socket, "server", address)?;
    probe.socket.call(&behind("client"), &Connect(name.clone()))?;
    assert_eq!(probe.spread("client", HELLO)?, once(&["server"]));
    // The server does not know whom to send to, until it is connected as well.
    assert_eq!(probe.spread("server", HELLO)?, once(&[]));
    let client = probe.socket.call(&behind("client"), &GetName)?;
    probe.socket.call(&behind("server"), &Connect(client))?;
    assert_eq!(probe.spread("server", HELLO)?, once(&["client"]));
    probe.disconnect("server")?;
    probe.disconnect("client")?;
    Ok(())
}

pub(super) fn udp(ground: &Ground) -> Result<(), Failed> {
    ground.loopback()?;
    datagrams(ground, UDP, "inet/127.0.0.1")
}

pub(super) fn udp6(ground: &Ground) -> Result<(), Failed> {
    ground.loopback()?;
    datagrams(ground, UDP6, "inet6/[::]")
}

pub(super) fn echo(ground: &Ground) -> Result<(), Failed> {
    ground.loopback()?;
    let probe = Probe::new(ground)?;
    // A socket at an echo answers whoever has sent: the address is noted about the packet.
    probe.make("echo", "echo", "x", "echo")?;
    probe.socket.make_peer_of(&at("echo:"), "ksocket".parse()?, hook("k"), UDP)?;
    probe.socket.name(&at("echo:k"), "server".parse()?)?;
    probe.socket.call(&at("server:"), &Bind("inet/127.0.0.1".parse()?))?;
    let name = probe.socket.call(&at("server:"), &GetName)?;
    make(&probe.socket, "client", UDP)?;
    probe.socket.call(&behind("client"), &Connect(name))?;
    assert_eq!(probe.spread("client", HELLO)?, once(&["client"]));
    probe.socket.shutdown(&at("server:"))?;
    probe.disconnect("client")?;
    probe.disconnect("echo")?;
    probe.gone("server")
}

/// Waits for an event, and returns what `wanted` makes of it.
fn awaited<T>(
    ground: &Ground,
    socket: &Socket,
    wanted: impl Fn(&netgraph::Event) -> Option<T>,
) -> Result<T, Failed> {
    let wait = match ground.sim {
        Some(_) => Wait::No,
        None => Wait::Until(Instant::now() + Duration::from_secs(5)),
    };
    while let Some(event) = socket.next_event(wait)? {
        if let Some(found) = wanted(&event) {
            return Ok(found);
        }
    }
    Err("the event did not come".into())
}

pub(super) fn tcp(ground: &Ground) -> Result<(), Failed> {
    ground.loopback()?;
    let mut probe = Probe::new(ground)?;
    make(&probe.socket, "server", TCP)?;
    make(&probe.socket, "client", TCP)?;
    let name = bound(&probe.socket, "server", "inet/127.0.0.1")?;
    probe.socket.call(&behind("server"), &Listen(5))?;
    assert_eq!(refusal(probe.socket.call(&behind("client"), &GetPeerName)), Some(Errno::ENOTCONN));
    // Nobody has connected yet, so the answer is late.
    probe.socket.set_timeout(Duration::from_millis(50));
    assert!(probe.socket.call(&behind("server"), &Accept).is_err());
    assert_eq!(refusal(probe.socket.call(&behind("server"), &Accept)), Some(Errno::EALREADY));
    probe.socket.set_timeout(Duration::from_secs(5));
    // Within a machine a connection may be there at once: then no late answer comes.
    let mut connected = match probe.socket.call(&behind("client"), &Connect(name.clone())) {
        Ok(()) => Some(0),
        Err(error) if error.errno() == Some(Errno::EINPROGRESS) => None,
        Err(error) => return Err(error.into()),
    };
    let mut accepted = None;
    while accepted.is_none() || connected.is_none() {
        awaited(ground, &probe.socket, |event| {
            let connection = event.message::<Incoming>().map(|Incoming(accepted)| accepted.node);
            let outcome = event.message::<Connected>().map(|Connected(errno)| errno);
            (connection.is_some() || outcome.is_some()).then_some((connection, outcome))
        })
        .map(|(connection, outcome)| {
            accepted = accepted.or(connection);
            connected = connected.or(outcome);
        })?;
    }
    assert_eq!(connected, Some(0));
    let node: NodeId = accepted.ok_or("no connection")?;
    assert_eq!(probe.socket.call(&behind("client"), &GetPeerName)?, name);
    probe.socket.connect(&Path::own(), &Path::from(node), hook("accepted"), hook("any"))?;
    assert_eq!(probe.spread("client", HELLO)?, once(&["accepted"]));
    assert_eq!(probe.spread("accepted", HELLO)?, once(&["client"]));
    // The end of the connection is an empty packet.
    probe.disconnect("client")?;
    assert_eq!(probe.received()?, once(&["accepted"]));
    probe.disconnect("accepted")?;
    probe.disconnect("server")?;
    Ok(())
}

pub(super) fn refused(ground: &Ground) -> Result<(), Failed> {
    ground.loopback()?;
    let probe = Probe::new(ground)?;
    make(&probe.socket, "client", TCP)?;
    let errno = match probe.socket.call(&behind("client"), &Connect("inet/127.0.0.1:9".parse()?)) {
        // Within a machine the refusal may be there before the call returns: then nobody is told of it.
        Ok(()) => {
            assert_eq!(refusal(probe.socket.call(&behind("client"), &GetPeerName)), Some(Errno::ENOTCONN));
            Errno::ECONNREFUSED.raw()
        }
        Err(error) if error.errno() == Some(Errno::EINPROGRESS) => {
            awaited(ground, &probe.socket, |event| event.message::<Connected>())?.0
        }
        Err(error) => error.errno().map_or(0, Errno::raw),
    };
    assert_eq!(errno, Errno::ECONNREFUSED.raw());
    probe.disconnect("client")?;
    Ok(())
}
