//! tests/sys/netgraph/bridge.c.

use libtest_mimic::Failed;
use netgraph::nodes::bridge::{Bridge, GetTable, SetPersistent, link};
use netgraph::{Errno, Error};

use super::probe::{Probe, at, hook, once};
use crate::ground::Ground;

/// The address of host `number`.
fn host(number: u16) -> [u8; 6] {
    let [high, low] = number.to_be_bytes();
    [2, 4, 6, 0, high, low]
}

/// The address of a group that nobody asked for.
const GROUP: [u8; 6] = [0xff, 4, 6, 0, 0, 2];
const EVERYBODY: [u8; 6] = [0xff; 6];

/// An IPv4 packet without meaning.
fn frame(from: [u8; 6], to: [u8; 6]) -> Vec<u8> {
    let mut frame = [&to[..], &from, &[0x08, 0x00, 0x45, 0, 0, 32, 0, 0, 0, 0, 1, 254]].concat();
    frame.resize(98, 0);
    frame
}

fn hosts_known(probe: &Probe<'_>) -> Result<usize, Failed> {
    let bridge = probe.socket.node::<Bridge>(&at("bridge:"))?;
    loop {
        match bridge.call(GetTable) {
            // The number of this command does not say that it only reads, so the socket does not repeat it by itself.
            Err(error) if error.errno() == Some(Errno::ENOBUFS) => {
                probe.socket.transport().grow_receive_buffer().map_err(|errno| errno.to_string())?;
            }
            table => return Ok(table?.iter().count()),
        }
    }
}

fn end(probe: &Probe<'_>, name: &str) -> Result<(), Failed> {
    probe.socket.shutdown(&at(&format!("{name}:")))?;
    probe.gone(name)
}

pub(super) fn basic(ground: &Ground) -> Result<(), Failed> {
    let probe = Probe::new(ground)?;
    probe.make("a", "bridge", "link0", "bridge")?;
    probe.connect("b", "bridge:", "link1")?;
    probe.connect("c", "bridge:", "link2")?;
    assert_eq!(probe.spread("a", &frame(host(1), host(0)))?, once(&["b", "c"]));
    assert_eq!(probe.spread("b", &frame(host(2), host(0)))?, once(&["a", "c"]));
    assert_eq!(probe.spread("c", &frame(host(3), host(0)))?, once(&["a", "b"]));
    assert_eq!(probe.spread("a", &frame(host(1), host(3)))?, once(&["c"]));
    assert_eq!(hosts_known(&probe)?, 3);
    probe.disconnect("b")?;
    assert_eq!(probe.spread("a", &frame(host(1), host(0)))?, once(&["c"]));
    assert_eq!(hosts_known(&probe)?, 2);
    end(&probe, "bridge")
}

pub(super) fn persistence(ground: &Ground) -> Result<(), Failed> {
    let probe = Probe::new(ground)?;
    probe.make("a", "bridge", "link0", "bridge")?;
    let bridge = probe.socket.node::<Bridge>(&at("bridge:"))?;
    bridge.call(SetPersistent)?;
    probe.disconnect("a")?;
    assert_eq!(bridge.info()?.hooks, 0);
    end(&probe, "bridge")
}

pub(super) fn a_loop(ground: &Ground) -> Result<(), Failed> {
    let probe = Probe::new(ground)?;
    probe.make("a", "bridge", "link0", "bridge1")?;
    probe.make("b", "bridge", "link1", "bridge2")?;
    probe.socket.connect(&at("bridge1:"), &at("bridge2:"), link(11), link(11))?;
    assert_eq!(probe.spread("a", &frame(host(1), host(0)))?, once(&["b"]));
    probe.socket.connect(&at("bridge1:"), &at("bridge2:"), link(12), link(12))?;
    match probe.send("a", &frame(host(1), host(0))) {
        // Whether the sender learns of the loop is a matter of luck.
        Ok(()) | Err(Error::Data { errno: Errno::ELOOP, .. }) => {}
        Err(error) => return Err(error.into()),
    }
    assert_eq!(probe.received()?, once(&["b"]));
    end(&probe, "bridge1")?;
    end(&probe, "bridge2")
}

pub(super) fn many_unicasts(ground: &Ground) -> Result<(), Failed> {
    const HOSTS: u16 = 1000;
    let probe = Probe::new(ground)?;
    probe.make("a", "bridge", "link0", "bridge")?;
    assert_eq!(probe.spread("a", &frame(host(0xffff), host(0)))?, once(&[]));
    for number in 1..=HOSTS {
        let name = format!("link{number}");
        probe.connect(&name, "bridge:", &name)?;
        probe.send(&name, &frame(host(number), host(0xffff)))?;
        assert_eq!(probe.received_of(1)?, once(&["a"]));
    }
    // The list does not fit a receive buffer of the default size.
    assert_eq!(hosts_known(&probe)?, usize::from(HOSTS) + 1);
    end(&probe, "bridge")
}

pub(super) fn many_broadcasts(ground: &Ground) -> Result<(), Failed> {
    let probe = Probe::new(ground)?;
    probe.make("a", "bridge", "link0", "bridge")?;
    assert_eq!(probe.spread("a", &frame(host(0xffff), host(0)))?, once(&[]));
    let (mut at_a, mut elsewhere) = (0, 0);
    for number in 1..=1000 {
        let name = format!("link{number}");
        probe.connect(&name, "bridge:", &name)?;
        // At some number of links the copies of one frame fill the queue of this socket.
        if probe.send(&name, &frame(host(number), EVERYBODY)).is_err() {
            break;
        }
        let received = probe.received_of(usize::from(number))?;
        at_a += received.get("a").copied().unwrap_or_default();
        elsewhere += received.values().sum::<usize>();
        assert!(!received.contains_key(&name), "it came back");
    }
    assert!(at_a > 100 && elsewhere - at_a > 100, "{at_a} and {elsewhere} copies only");
    end(&probe, "bridge")
}

/// Sends from these hooks to these addresses, and compares who gets a copy.
fn matrix(probe: &Probe<'_>, rows: &[(&str, u16, [u8; 6], &[&str])]) -> Result<(), Failed> {
    for (from, number, to, receivers) in rows {
        let got = probe.spread(from, &frame(host(*number), *to))?;
        assert_eq!(got, once(receivers), "from {from} to {to:02x?}");
    }
    Ok(())
}

pub(super) fn uplink_private(ground: &Ground) -> Result<(), Failed> {
    let probe = Probe::new(ground)?;
    probe.make("u1", "bridge", "uplink1", "bridge")?;
    probe.connect("u2", "bridge:", "uplink2")?;
    probe.connect("l0", "bridge:", "link0")?;
    probe.connect("l3", "bridge:", "link3")?;
    matrix(
        &probe,
        &[
            ("u1", 1, host(0), &["u2"]),
            ("l0", 0, host(2), &["u1", "u2"]),
            ("u2", 2, host(0), &["l0"]),
            ("l3", 3, host(0), &["l0"]),
            // Nobody is learned behind an uplink.
            ("u1", 1, host(2), &["u2"]),
            ("l0", 0, host(2), &["u1", "u2"]),
            ("u1", 1, GROUP, &["l0", "l3", "u2"]),
            ("l0", 0, GROUP, &["l3", "u1", "u2"]),
            ("u1", 1, EVERYBODY, &["l0", "l3", "u2"]),
            ("l0", 0, EVERYBODY, &["l3", "u1", "u2"]),
        ],
    )?;
    assert_eq!(hosts_known(&probe)?, 2);
    end(&probe, "bridge")
}

pub(super) fn uplink_classic(ground: &Ground) -> Result<(), Failed> {
    let probe = Probe::new(ground)?;
    probe.make("l0", "bridge", "link0", "bridge")?;
    probe.connect("u1", "bridge:", "uplink1")?;
    probe.connect("u2", "bridge:", "uplink2")?;
    probe.connect("l3", "bridge:", "link3")?;
    matrix(
        &probe,
        &[
            ("u1", 1, host(0), &["l0", "l3", "u2"]),
            ("l0", 0, host(2), &["l3", "u1", "u2"]),
            ("u2", 2, host(0), &["l0"]),
            ("l3", 3, host(0), &["l0"]),
            ("u1", 1, host(2), &["l0", "l3", "u2"]),
            ("l0", 0, host(2), &["l3", "u1", "u2"]),
            ("u1", 1, GROUP, &["l0", "l3", "u2"]),
            ("l0", 0, GROUP, &["l3", "u1", "u2"]),
            ("u1", 1, EVERYBODY, &["l0", "l3", "u2"]),
            ("l0", 0, EVERYBODY, &["l3", "u1", "u2"]),
        ],
    )?;
    assert_eq!(hosts_known(&probe)?, 2);
    // A hook that is no link is refused, and the bridge lives on.
    assert!(probe.socket.connect(&at("."), &at("bridge:"), hook("x"), hook("x")).is_err());
    end(&probe, "bridge")
}
