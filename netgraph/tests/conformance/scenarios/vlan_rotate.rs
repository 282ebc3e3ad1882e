//! tests/sys/netgraph/vlan_rotate.c.

use libtest_mimic::Failed;
use netgraph::Path;
use netgraph::nodes::vlan_rotate::{Config, SetConfig};
use netgraph::sys::ng_vlanrotate_conf;

use super::probe::{Probe, at, once};
use crate::ground::Ground;

const VLAN: u16 = 0x8100;
const QINQ: u16 = 0x88a8;
const QINQ_OLD: u16 = 0x9100;
const IP: u16 = 0x0800;

/// The longest stack of tags that is sent.
const MOST: usize = 9;

/// A frame whose tags have these types, and the numbers 1, 2 and so on; behind them comes what is taken for IPv4.
fn frame(types: &[u16]) -> Vec<u8> {
    let mut frame = vec![2, 4, 6, 1, 3, 7, 2, 4, 6, 1, 3, 5];
    for (number, kind) in types.iter().enumerate() {
        frame.extend(kind.to_be_bytes());
        frame.extend((number as u16 + 1).to_be_bytes());
    }
    frame.extend(IP.to_be_bytes());
    frame.resize(52, 0);
    frame
}

/// The type and the number of each of the first tags of a frame.
fn tags(frame: &[u8], count: usize) -> Vec<(u16, u16)> {
    let word = |bytes: &[u8]| u16::from_be_bytes([bytes[0], bytes[1]]);
    frame[12..].chunks(4).take(count).map(|tag| (word(tag), word(&tag[2..]) & 0xfff)).collect()
}

/// What a stack of tags looks like when it was turned by `rotation`, in a direction.
fn turned(types: &[u16], rotation: i8, direction: i32) -> Vec<(u16, u16)> {
    let len = types.len() as i32;
    let from = |at: i32| ((2 * len + at - direction * i32::from(rotation)) % len) as usize;
    (0..len).map(|at| (types[from(at)], from(at) as u16 + 1)).collect()
}

/// A node whose hook `a` takes what is to be turned in this direction, and whose hook `b` gives it back.
fn rotator<'g>(ground: &'g Ground, direction: i32) -> Result<Probe<'g>, Failed> {
    let probe = Probe::new(ground)?;
    let (first, second) = if direction > 0 { ("original", "ordered") } else { ("ordered", "original") };
    probe.make("a", "vlan_rotate", first, "vr")?;
    probe.connect("b", "vr:", second)?;
    Ok(probe)
}

fn configure(probe: &Probe<'_>, rot: i8, min: u8, max: u8) -> Result<(), Failed> {
    let vr: Path = at("vr:");
    probe.socket.call(&vr, &SetConfig(Config(ng_vlanrotate_conf { rot, min, max })))?;
    Ok(())
}

fn end(probe: &Probe<'_>) -> Result<(), Failed> {
    probe.socket.shutdown(&at("vr:"))?;
    probe.gone("vr")
}

fn turns(ground: &Ground, direction: i32) -> Result<(), Failed> {
    let probe = rotator(ground, direction)?;
    for len in (1..=MOST).rev() {
        let types = vec![VLAN; len];
        for rotation in 1 - len as i8..len as i8 {
            configure(&probe, rotation, 0, MOST as u8)?;
            let came = probe.pass("a", &frame(&types))?;
            assert_eq!(tags(&came, len), turned(&types, rotation, direction), "{len} by {rotation}");
        }
    }
    end(&probe)
}

pub(super) fn basic(ground: &Ground) -> Result<(), Failed> {
    turns(ground, 1)
}

pub(super) fn reverse(ground: &Ground) -> Result<(), Failed> {
    turns(ground, -1)
}

fn turns_mixed(ground: &Ground, direction: i32) -> Result<(), Failed> {
    let probe = rotator(ground, direction)?;
    for round in 0..20 {
        // As good as any choice of types and rotations.
        let digit = |at: usize| (round * 7 + at * 5 + round * at) % 3;
        let types: Vec<u16> = (0..MOST).map(|at| [VLAN, QINQ, QINQ_OLD][digit(at)]).collect();
        let rotation = (round * 5 % (2 * MOST - 1)) as i8 - MOST as i8 + 1;
        configure(&probe, rotation, 0, MOST as u8)?;
        let came = probe.pass("a", &frame(&types))?;
        assert_eq!(tags(&came, MOST), turned(&types, rotation, direction), "{types:04x?} by {rotation}");
    }
    end(&probe)
}

pub(super) fn ethertype(ground: &Ground) -> Result<(), Failed> {
    turns_mixed(ground, 1)
}

pub(super) fn typeether(ground: &Ground) -> Result<(), Failed> {
    turns_mixed(ground, -1)
}

pub(super) fn min_max(ground: &Ground) -> Result<(), Failed> {
    let probe = rotator(ground, 1)?;
    probe.connect("c", "vr:", "excessive")?;
    probe.connect("d", "vr:", "incomplete")?;
    configure(&probe, 0, 3, 7)?;
    for len in (1..=MOST).rev() {
        let frame = frame(&vec![VLAN; len]);
        let outside = match len {
            0..3 => Some("d"),
            3..=7 => None,
            _ => Some("c"),
        };
        assert_eq!(probe.spread("a", &frame)?, once(&[outside.unwrap_or("b")]), "{len} tags");
        assert_eq!(probe.spread("b", &frame)?, once(&[outside.unwrap_or("a")]), "{len} tags");
        assert_eq!(probe.spread("c", &frame)?, once(&["a"]));
        assert_eq!(probe.spread("d", &frame)?, once(&["a"]));
    }
    end(&probe)
}
