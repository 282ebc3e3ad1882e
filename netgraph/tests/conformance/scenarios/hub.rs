//! tests/sys/netgraph/hub.c.

use libtest_mimic::Failed;
use netgraph::nodes::hub::{Hub, SetPersistent};

use super::probe::{Probe, at, hook, once};
use crate::ground::Ground;

const PACKET: &[u8] = b"test\0";

pub(super) fn basic(ground: &Ground) -> Result<(), Failed> {
    let probe = Probe::new(ground)?;
    probe.make("a", "hub", "a", "hub")?;
    probe.connect("b", "hub:", "b")?;
    probe.connect("c", "hub:", "c")?;
    assert_eq!(probe.spread("a", PACKET)?, once(&["b", "c"]));
    assert_eq!(probe.spread("b", PACKET)?, once(&["a", "c"]));
    assert_eq!(probe.spread("c", PACKET)?, once(&["a", "b"]));
    probe.disconnect("b")?;
    assert_eq!(probe.spread("a", PACKET)?, once(&["c"]));
    probe.disconnect("c")?;
    assert_eq!(probe.spread("a", PACKET)?, once(&[]));
    probe.disconnect("a")?;
    probe.gone("hub")
}

pub(super) fn persistence(ground: &Ground) -> Result<(), Failed> {
    let probe = Probe::new(ground)?;
    probe.make("a", "hub", "a", "hub")?;
    let hub = probe.socket.node::<Hub>(&at("hub:"))?;
    hub.call(SetPersistent)?;
    probe.disconnect("a")?;
    assert_eq!(hub.hooks()?.iter().count(), 0);
    hub.shutdown()?;
    probe.gone("hub")
}

pub(super) fn a_loop(ground: &Ground) -> Result<(), Failed> {
    let probe = Probe::new(ground)?;
    probe.make("a", "hub", "a", "hub1")?;
    probe.make("b", "hub", "b", "hub2")?;
    probe.socket.connect(&at("hub1:"), &at("hub2:"), hook("xc1"), hook("xc1"))?;
    assert_eq!(probe.spread("a", PACKET)?, once(&["b"]));
    probe.socket.connect(&at("hub1:"), &at("hub2:"), hook("xc2"), hook("xc2"))?;
    // A full queue on the way is no surprise.
    let _ = probe.send("a", PACKET);
    let copies: usize = probe.received()?.into_values().sum();
    assert!(copies > 7, "{copies} copies only");
    probe.socket.shutdown(&at("hub1:"))?;
    probe.socket.shutdown(&at("hub2:"))?;
    probe.gone("hub1")?;
    probe.gone("hub2")
}

pub(super) fn many_hooks(ground: &Ground) -> Result<(), Failed> {
    let probe = Probe::new(ground)?;
    probe.make("a", "hub", "a", "hub")?;
    let mut copies = 0;
    for number in 0..1000 {
        let name = format!("hook{number}");
        probe.connect(&name, "hub:", &name)?;
        // At some number of hooks the copies of one packet fill the queue of this socket.
        if probe.send(&name, PACKET).is_err() {
            break;
        }
        let received = probe.received_of(number + 1)?;
        assert_eq!(received.len(), number + 1, "everybody but the sender");
        copies += received.get("a").copied().unwrap_or_default();
    }
    assert!(copies > 100, "{copies} copies only");
    probe.socket.shutdown(&at("hub:"))?;
    probe.gone("hub")
}
