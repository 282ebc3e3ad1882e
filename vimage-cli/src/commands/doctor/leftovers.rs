//! What was left behind, by vimage or by others.

use std::path::Path as FilePath;

use jailrs::mount::Mounted;
use jailrs::{Jail, JailInfo, Jid, Process};
use netgraph::graph::visible;
use netgraph::nodes::eiface;
use netgraph::{NodeId, Path, Socket};

use super::{Findings, Section};
use crate::apply::interface;
use crate::error::Result;
use crate::host::{Machine, interface_name};
use crate::state::{OwnBridges, Phase, Record};

const COLLECT: &str = "`vimage gc` shows and takes away what vimage made and nothing uses";

/// Looks for what was left behind.
pub(super) fn look(machine: &Machine, socket: &Socket, findings: &mut Findings) -> Result<()> {
    findings.section = Section::Leftovers;
    let boot = machine.boot()?;
    let (records, unread) = records(machine, &boot, findings)?;
    cradle(socket, findings)?;
    bridges(machine, socket, &boot, &records, findings)?;
    interfaces(machine, socket, &records, &unread, findings)?;
    jails(machine, &records, &unread, findings)
}

/// Examines the records, and returns those of this boot, and the names of those that cannot be read.
fn records(machine: &Machine, boot: &str, findings: &mut Findings) -> Result<(Vec<Record>, Vec<String>)> {
    let (mut records, mut unread) = (Vec::new(), Vec::new());
    for name in Record::names(&*machine.store)? {
        let record = match Record::load(&*machine.store, &name) {
            Ok(Some(record)) => record,
            Ok(None) => continue,
            Err(error) => {
                findings.bad(error.message, error.hint);
                unread.push(name);
                continue;
            }
        };
        let clear = format!("`vimage down {name}` clears it away");
        // Who has the lock is at work on it.
        let at_work = machine.store.try_lock(&name)?.is_none();
        let how = if at_work { "is going on" } else { "was interrupted" };
        match record.phase {
            _ if record.boot != boot => {
                findings.bad(format!("the record of {name} is from before the last boot"), clear);
                continue;
            }
            Phase::Running => {}
            phase => {
                let what = if phase == Phase::Starting { "start" } else { "stop" };
                let what = format!("the {what} of {name} {how}{}", connections(machine, &record));
                if at_work { findings.note(what, "wait for it") } else { findings.bad(what, clear) }
            }
        }
        records.push(record);
    }
    Ok((records, unread))
}

/// Names the TCP connections that are left in the jail of a vimage whose stop has not come to its end, as far as it can be entered.
fn connections(machine: &Machine, record: &Record) -> String {
    const SHOWN: usize = 3;
    if record.phase != Phase::Stopping {
        return String::new();
    }
    let jail = record.jid.and_then(|jid| Jail::from_jid(&machine.jails, Jid(jid)).ok());
    let jail = jail.filter(|jail| jail.name() == record.wanted.name);
    let left = jail.and_then(|jail| jail.tcp_connections().ok()).unwrap_or_default();
    let mut lines: Vec<String> =
        left.iter().take(SHOWN).map(|one| format!("\nTCP connection {one}")).collect();
    if left.len() > SHOWN {
        lines.push(format!("\nand {} more", left.len() - SHOWN));
    }
    lines.concat()
}

/// Says what is known of what holds a dying jail. Its connections are not: nobody can enter it any more.
fn holders(info: &JailInfo, jails: &[JailInfo], processes: &[Process], mounts: &[Mounted]) -> String {
    let below = format!("{}.", info.name);
    let jails = jails.iter().filter(|jail| jail.name.starts_with(&below));
    let jails = jails.map(|jail| format!("the jail {}", visible(&jail.name)));
    let processes = processes.iter().filter(|process| process.jid == info.jid);
    let processes = processes.map(|process| format!("the process {} {}", process.pid, process.command));
    let is_below = |path: &FilePath| info.path != FilePath::new("/") && path.starts_with(&info.path);
    let mounts = mounts.iter().filter(|mount| is_below(&mount.point));
    let mounts = mounts.map(|mount| mount.point.display().to_string());
    let known: Vec<String> = jails.chain(processes).collect();
    match (known.is_empty(), mounts.collect::<Vec<_>>().join(", ")) {
        (false, _) => format!("it is held by {}", known.join(", ")),
        (true, mounts) if mounts.is_empty() => {
            "something still holds it, such as a TCP connection that nobody answers any more; it gives up by itself".into()
        }
        (true, mounts) => {
            format!("something still holds it: a TCP connection, or, if it was mounted from inside, {mounts}")
        }
    }
}

fn cradle(socket: &Socket, findings: &mut Findings) -> Result<()> {
    let path = Path::from(interface::cradle_name()?);
    if socket.find(&path)?.is_some_and(|node| node.type_name == "hub") {
        let what =
            format!("{path} is there, on which new interfaces hang: a start is going on, or was interrupted");
        findings.note(what, COLLECT);
    }
    Ok(())
}

fn bridges(
    machine: &Machine,
    socket: &Socket,
    boot: &str,
    records: &[Record],
    findings: &mut Findings,
) -> Result<()> {
    let own = OwnBridges::load(&*machine.store, boot).unwrap_or_else(|error| {
        findings.bad(error.message, error.hint);
        OwnBridges::default()
    });
    for (name, bridge) in &own.0 {
        let there = bridge.id.map(|id| socket.find(&NodeId(id).into())).transpose()?;
        let wanted = records.iter().any(|r| r.wanted.bridges.iter().any(|bridge| bridge.node == *name));
        match there {
            Some(None) => {
                findings.note(
                    format!("the bridge {name} that vimage made is gone"),
                    "the next `vimage up` makes it again",
                );
            }
            _ if wanted => {}
            Some(Some(node)) if has_users(socket, node.id)? => {}
            _ => findings.note(format!("no vimage is on the bridge {name} that vimage made"), COLLECT),
        }
    }
    Ok(())
}

/// Tells whether anything but a parent or another bridge is on a bridge, be it of a vimage or not.
fn has_users(socket: &Socket, bridge: NodeId) -> Result<bool> {
    let hooks = socket.hooks(&bridge.into())?;
    Ok(hooks.iter().any(|link| !["ether", "bridge"].iter().any(|kind| link.peer.type_name == *kind)))
}

/// Looks for interfaces that nobody uses.
fn interfaces(
    machine: &Machine,
    socket: &Socket,
    records: &[Record],
    unread: &[String],
    findings: &mut Findings,
) -> Result<()> {
    let host = machine.jails.interfaces().list()?;
    let is_recorded = |vimage: &str| {
        records.iter().any(|record| record.wanted.name == vimage) || unread.iter().any(|name| name == vimage)
    };
    let ours = |id: u32| records.iter().any(|record| record.interfaces.values().any(|own| *own == id));
    for node in socket.nodes()?.iter().filter(|node| node.type_name == "eiface" && !ours(node.id.0)) {
        let Ok(ifname) = interface_name(&socket.node::<eiface::Eiface>(&node.path())?) else { continue };
        let described =
            host.iter().find(|found| found.name == ifname).map(|found| found.description.as_str());
        let ifname = visible(&ifname);
        match described.and_then(interface::described) {
            Some((vimage, _)) if !is_recorded(vimage) => {
                let vimage = visible(vimage);
                let what =
                    format!("the interface {ifname} was made for {vimage}, and there is no record of that");
                findings.note(what, COLLECT);
            }
            _ if node.hooks == 0 => {
                let what = format!(
                    "the interface {ifname} (node {}) is on nothing, and not of vimage's making",
                    node.id
                );
                findings.note(what, format!("if nobody needs it: `ngctl shutdown {}:`", node.id));
            }
            _ => {}
        }
    }
    Ok(())
}

fn jails(machine: &Machine, records: &[Record], unread: &[String], findings: &mut Findings) -> Result<()> {
    let all = Jail::list(&machine.jails, true)?;
    let (mut processes, mut mounts) = (Vec::new(), Vec::new());
    if all.iter().any(|info| info.dying) {
        (processes, mounts) = (machine.jails.processes()?, machine.jails.mounts()?);
    }
    for info in &all {
        if info.dying {
            let holder = records.iter().find(|record| {
                record.wanted.name == info.name && !(record.interfaces.is_empty() && record.moved.is_empty())
            });
            let what = format!("the jail {} (jid {}) is dying", info.name, info.jid);
            match holder {
                Some(_) => findings.bad(
                    format!("{what}, and interfaces may be in it"),
                    format!("`vimage down {}` takes them out of it", info.name),
                ),
                None => findings.note(what, holders(info, &all, &processes, &mounts)),
            }
            continue;
        }
        let Ok(jail) = Jail::from_jid(&machine.jails, info.jid) else { continue };
        let tag = if machine.jails.supports_meta() { jail.meta("vimage").ok().flatten() } else { None };
        let Some(tag) = tag.filter(|tag| !tag.is_empty()) else { continue };
        // Of one whose record cannot be read that is told already.
        if records.iter().any(|record| record.tag == tag) || unread.contains(&info.name) {
            continue;
        }
        let what = format!(
            "the jail {} (jid {}) was made by vimage ({tag}), and there is no record of it",
            info.name, info.jid
        );
        let remedy = format!(
            "take its interfaces out (`ifconfig IF -vnet {}`), then `jail -r {}`, then `vimage gc`",
            info.jid, info.jid
        );
        findings.bad(what, remedy);
    }
    Ok(())
}
