//! `vimage gc`: takes away what vimage itself made and nothing uses.

use std::io::{BufRead, IsTerminal, Write, stderr, stdin};
use std::process::ExitCode;

use netgraph::nodes::{eiface, ether};
use netgraph::{NodeName, Path, Socket};

use super::Context;
use super::report::{Telling, changing};
use crate::apply::interface;
use crate::error::{Error, Result};
use crate::host::{Machine, Priority, interface_name};
use crate::state::{GRAPH_LOCK, OwnBridges, Phase, Record};
use crate::teardown::{Mode, await_node_gone, prune_unrecorded, teardown};
use crate::wanted::{Wanted, WantedBridge};
use crate::work::{Sign, Work};

/// Shows what there is to take away; takes it away if `yes`, or if somebody at a terminal says so.
pub(crate) fn gc(context: &mut Context, yes: bool) -> Result<ExitCode> {
    let can_ask = stdin().is_terminal() && stderr().is_terminal() && !context.global.json;
    let asks = !yes && !context.global.dry_run && can_ask;
    context.global.dry_run |= !yes && !can_ask;
    changing(context, "vimage gc --yes", |context| {
        let machine = context.bench()?;
        if asks && !agreed(context, &machine)? {
            return Ok(());
        }
        collect(context, &machine)?;
        if !(context.global.dry_run || context.global.json || context.has_told_steps()) {
            super::print("nothing to do\n")?;
        }
        Ok(())
    })
}

/// Shows what would be taken away, and asks whether to.
fn agreed(context: &Context, machine: &Machine) -> Result<bool> {
    let shown = context.telling(Telling::Out { coloured: false });
    collect(&shown, &machine.copy()?)?;
    if !shown.has_told_steps() {
        super::print("nothing to do\n")?;
        return Ok(false);
    }
    let failed = |error: std::io::Error| Error::failed(format!("asking: {error}"));
    write!(stderr(), "take all this away? [y/N] ").map_err(failed)?;
    let mut answer = String::new();
    stdin().lock().read_line(&mut answer).map_err(failed)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

fn collect(context: &Context, machine: &Machine) -> Result<()> {
    let socket = context.socket(machine)?;
    let done = records(context, machine, &socket).and_then(|records| {
        let failed = [
            cradle(context, machine, &socket),
            interfaces(context, machine, &socket),
            bridges(context, machine, &socket, &records),
        ];
        failed.into_iter().filter_map(Result::err).reduce(Error::and).map_or(Ok(()), Err)
    });
    machine.keep(done)
}

/// Clears away the records of earlier boots and of interrupted work; returns those that stay.
fn records(context: &Context, machine: &Machine, socket: &Socket) -> Result<Vec<Record>> {
    let boot = machine.boot()?;
    let mut stay = Vec::new();
    for name in Record::names(&*machine.store)? {
        let mut report = context.reporter();
        // A record that cannot be read is doctor's matter. One that somebody works on is in use.
        let Ok(Some(record)) = Record::load(&*machine.store, &name) else { continue };
        let Some(_lock) = machine.store.try_lock(&name)? else {
            stay.push(record);
            continue;
        };
        match record.phase {
            _ if record.boot != boot => super::forget(machine, &record, &mut report)?,
            Phase::Running => stay.push(record),
            Phase::Starting => teardown(&mut Work::new(machine, socket, record, &mut report), Mode::Undo)?,
            Phase::Stopping => teardown(&mut Work::new(machine, socket, record, &mut report), Mode::Down)?,
        }
    }
    Ok(stay)
}

/// A piece of work that belongs to no vimage.
fn nobodys(machine: &Machine, bridges: Vec<WantedBridge>) -> Result<Record> {
    Ok(Record::new(machine.boot()?, String::new(), Wanted { bridges, ..Wanted::default() }))
}

/// Takes away what a crash has left on the cradle.
fn cradle(context: &Context, machine: &Machine, socket: &Socket) -> Result<()> {
    let Some(_graph) = machine.store.try_lock(GRAPH_LOCK)? else { return Ok(()) };
    let path = Path::from(interface::cradle_name()?);
    if socket.find(&path)?.is_none_or(|node| node.type_name != "hub") {
        return Ok(());
    }
    let mut report = context.reporter();
    let mut work = Work::new(machine, socket, nobodys(machine, Vec::new())?, &mut report);
    let why = "an up that was interrupted has left it";
    work.step_because(Sign::Remove, &format!("cradle {path}"), why, |work| {
        interface::clear_cradle(work)?;
        work.sync()
    })
}

/// Destroys interfaces of the host that say that vimage made them, and that no record has.
fn interfaces(context: &Context, machine: &Machine, socket: &Socket) -> Result<()> {
    let mut report = context.reporter();
    let mut work = Work::new(machine, socket, nobodys(machine, Vec::new())?, &mut report);
    let list = machine.jails.interfaces().list()?;
    // Afterwards, because a start writes its record before it makes anything; one that cannot be read counts too.
    let recorded = Record::names(&*machine.store)?;
    for found in list {
        let Some((vimage, node)) = interface::described(&found.description) else { continue };
        if !found.addresses.is_empty() || recorded.iter().any(|name| name == vimage) {
            continue;
        }
        let Ok(name) = NodeName::try_from(node) else { continue };
        let Some(there) = socket.find(&name.into())?.filter(|there| there.type_name == "eiface") else {
            continue;
        };
        if interface_name(&socket.node::<eiface::Eiface>(&there.path())?)? != found.name {
            continue;
        }
        let why = format!("made for {vimage}, of which there is no record");
        work.step_because(Sign::Remove, &format!("interface {}", found.name), &why, |work| {
            socket.shutdown(&there.id.into())?;
            await_node_gone(work, there.id)?;
            let message = format!("the interface {}, {why}, is taken away", found.name);
            work.machine.syslog(Priority::Notice, &message);
            work.sync()
        })?;
    }
    Ok(())
}

/// Takes away the bridges that vimage made, that no record wants and that nothing else is on.
fn bridges(context: &Context, machine: &Machine, socket: &Socket, records: &[Record]) -> Result<()> {
    let own = OwnBridges::load(&*machine.store, &machine.boot()?)?;
    let wanted = |node: &str| {
        records.iter().any(|record| record.wanted.bridges.iter().any(|bridge| bridge.node == node))
    };
    let mut unused: Vec<WantedBridge> = Vec::new();
    for (node, entry) in own.0.iter().filter(|(node, _)| !wanted(node)) {
        let Some(parent_node) = ether::node_name(&entry.parent) else { continue };
        let first = format!("{parent_node}bridge");
        let behind = Some(first).filter(|first| first != node);
        unused.push(WantedBridge {
            node: node.clone(),
            parent: entry.parent.clone(),
            parent_node: parent_node.to_string(),
            behind,
        });
    }
    // Those go last that others are behind; they are taken in the reverse order.
    unused.sort_by_key(|bridge| bridge.behind.is_some());
    let mut report = context.reporter();
    prune_unrecorded(&mut Work::new(machine, socket, nobodys(machine, unused)?, &mut report))
}
