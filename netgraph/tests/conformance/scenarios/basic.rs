//! tests/sys/netgraph/basic.c: sockets and hubs.

use libtest_mimic::Failed;
use netgraph::nodes::hub::{Hub, SetPersistent};
use netgraph::{Errno, Error, Path};

use super::probe::{Probe, at, hook, once, refusal};
use crate::ground::Ground;

const PACKET: &[u8] = b"test\0";

pub(super) fn send_recv(ground: &Ground) -> Result<(), Failed> {
    let probe = Probe::new(ground)?;
    probe.connect("a", ".", "b")?;
    assert_eq!(probe.spread("a", PACKET)?, once(&["b"]));
    Ok(())
}

pub(super) fn node(ground: &Ground) -> Result<(), Failed> {
    let probe = Probe::new(ground)?;
    probe.make("a", "hub", "a", "test hub")?;
    // Its own name again is no clash.
    probe.socket.name(&Path::own_hook(hook("a")), "test hub".parse()?)?;
    probe.connect("b", "test hub:", "b")?;
    probe.connect("c", "test hub:", "c")?;
    assert_eq!(probe.spread("a", PACKET)?, once(&["b", "c"]));
    probe.disconnect("b")?;
    assert_eq!(probe.spread("a", PACKET)?, once(&["c"]));
    probe.socket.shutdown(&at("test hub:"))?;
    probe.gone("test hub")
}

pub(super) fn message(ground: &Ground) -> Result<(), Failed> {
    let probe = Probe::new(ground)?;
    probe.make("a", "hub", "a", "test hub")?;
    let hub = probe.socket.node::<Hub>(&at("test hub:"))?;
    hub.call(SetPersistent)?;
    probe.disconnect("a")?;
    assert_eq!(hub.info()?.hooks, 0);
    hub.shutdown()?;
    probe.gone("test hub")
}

pub(super) fn same_name(ground: &Ground) -> Result<(), Failed> {
    let probe = Probe::new(ground)?;
    probe.make("a", "hub", "a", "test")?;
    assert_eq!(refusal(probe.connect("a", ".", "b")), Some(Errno::EEXIST));
    assert_eq!(refusal(probe.connect("b", ".", "b")), Some(Errno::EEXIST));
    assert_eq!(refusal(probe.socket.name(&Path::own(), "test".parse()?)), Some(Errno::EADDRINUSE));
    probe.socket.shutdown(&at("test:"))?;
    probe.gone("test")
}

pub(super) fn queue_limit(ground: &Ground) -> Result<(), Failed> {
    let probe = Probe::new(ground)?;
    probe.connect("a", ".", "b")?;
    let mut sent = 0;
    let refused = loop {
        match probe.send("a", PACKET) {
            Ok(()) if sent < 1000 => sent += 1,
            result => break result,
        }
    };
    assert!(matches!(refused, Err(Error::Data { errno: Errno::ENOBUFS, .. })), "{refused:?}");
    assert!(sent > 100, "{sent} packets only");
    assert_eq!(probe.received()?.get("b"), Some(&sent));
    // What was taken in has left room.
    assert_eq!(probe.spread("a", PACKET)?, once(&["b"]));
    Ok(())
}
