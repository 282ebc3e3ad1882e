//! What was left behind, by vimage or by others.

use jailrs::Jail;
use netgraph::nodes::eiface;
use netgraph::{NodeId, Path, Socket};

use super::{Findings, Section};
use crate::apply::interface;
use crate::error::Result;
use crate::host::Machine;
use crate::state::{OwnBridges, Phase, Record};

const COLLECT: &str = "`vimage gc` shows and takes away what vimage made and nothing uses";

/// Looks for what was left behind.
pub(super) fn look(machine: &Machine, socket: &Socket, findings: &mut Findings) -> Result<()> {
    findings.section = Section::Leftovers;
    let boot = machine.boot()?;
    let records = records(machine, &boot, findings)?;
    cradle(socket, findings)?;
    bridges(machine, socket, &boot, &records, findings)?;
    interfaces(machine, socket, &records, findings)?;
    jails(machine, &records, findings)
}

/// Examines the records, and returns those of this boot.
fn records(machine: &Machine, boot: &str, findings: &mut Findings) -> Result<Vec<Record>> {
    let mut records = Vec::new();
    for name in Record::names(&*machine.store)? {
        let record = match Record::load(&*machine.store, &name) {
            Ok(Some(record)) => record,
            Ok(None) => continue,
            Err(error) => {
                findings.bad(error.message, error.hint);
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
                let what = format!("the {what} of {name} {how}");
                if at_work { findings.note(what, "wait for it") } else { findings.bad(what, clear) }
            }
        }
        records.push(record);
    }
    Ok(records)
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
            _ => findings.note(format!("no vimage is on the bridge {name} that vimage made"), COLLECT),
        }
    }
    Ok(())
}

/// Looks for interfaces that nobody uses.
fn interfaces(machine: &Machine, socket: &Socket, records: &[Record], findings: &mut Findings) -> Result<()> {
    let host = machine.jails.interfaces().list()?;
    let ours = |id: u32| records.iter().any(|record| record.interfaces.values().any(|own| *own == id));
    for node in socket.nodes()?.iter().filter(|node| node.type_name == "eiface" && !ours(node.id.0)) {
        let Ok(name) = socket.node::<eiface::Eiface>(&node.path())?.call(eiface::GetIfName) else { continue };
        let ifname = name.to_text();
        let described =
            host.iter().find(|found| found.name == ifname).map(|found| found.description.as_str());
        match described.and_then(interface::described) {
            Some((vimage, _)) if !records.iter().any(|record| record.wanted.name == vimage) => {
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

fn jails(machine: &Machine, records: &[Record], findings: &mut Findings) -> Result<()> {
    for info in Jail::list(&machine.jails, true)? {
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
                None => findings.note(what, "something still holds it, such as a TCP connection or a mount"),
            }
            continue;
        }
        let Ok(jail) = Jail::from_jid(&machine.jails, info.jid) else { continue };
        let tag = if machine.jails.supports_meta() { jail.meta("vimage").ok().flatten() } else { None };
        let Some(tag) = tag.filter(|tag| !tag.is_empty()) else { continue };
        if records.iter().any(|record| record.tag == tag) {
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
