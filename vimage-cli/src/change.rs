//! An interface that comes to a vimage while it runs, or leaves it.
//!
//! The record says which interface it is before anything is done, and no more once all is done. Whoever finds the record
//! with it in between takes the interface away.

use jailrs::{Interface, Jail};
use netgraph::NodeId;
use netgraph::nodes::eiface;

use crate::apply::{self, bridge, interface};
use crate::error::{Error, Result};
use crate::host::{Priority, interface_name};
use crate::state::GRAPH_LOCK;
use crate::teardown::{await_node_gone, prune_new, rename_for_home};
use crate::wanted::{Wanted, WantedBridge, WantedInterface};
use crate::work::{Sign, Work};

/// Adds an interface to the running vimage of `work`. On failure, what was begun is undone.
///
/// # Errors
/// The step that failed, and why; that it could not be undone wholly.
pub fn attach(
    work: &mut Work<'_>,
    jail: &Jail,
    wanted: &WantedInterface,
    bridges: &[WantedBridge],
) -> Result<()> {
    let own_before = work.record.bridges.len();
    let Err(error) = add(work, jail, wanted, bridges) else { return Ok(()) };
    work.warn(format!("{}; undoing what was begun", error.message));
    let made = work.record.bridges.get(own_before..).unwrap_or_default().to_vec();
    let undone = prune_after(work, jail, &wanted.node, &made, bridges);
    match undone {
        Ok(()) => Err(error),
        Err(undo) => {
            let name = work.name();
            let message = format!("{}\nundoing it failed too: {}", error.message, undo.message);
            Err(Error { message, ..error }.hint(format!("`vimage up {name}` goes on undoing it")))
        }
    }
}

/// Takes the interface away again, and the bridges that were made for it.
fn prune_after(
    work: &mut Work<'_>,
    jail: &Jail,
    node: &str,
    made: &[String],
    bridges: &[WantedBridge],
) -> Result<()> {
    take_away(work, jail, node)?;
    prune_new(work, bridges.iter().rev().filter(|bridge| made.contains(&bridge.node)).cloned().collect())
}

fn add(work: &mut Work<'_>, jail: &Jail, wanted: &WantedInterface, bridges: &[WantedBridge]) -> Result<()> {
    let known = &mut work.record.wanted.bridges;
    for bridge in bridges {
        if !known.iter().any(|there| there.node == bridge.node) {
            known.push(bridge.clone());
        }
    }
    work.record.wanted.interfaces.push(wanted.clone());
    work.record.changing = Some(wanted.node.clone());
    work.save()?;
    {
        let _graph = work.machine.store.lock(GRAPH_LOCK)?;
        bridge::ensure_all(work)?;
        interface::make_these(work, std::slice::from_ref(wanted))?;
    }
    apply::move_one_in(work, &wanted.ifname, jail.jid())?;
    if work.record.wanted.commands.start_is_optional {
        let command = ["/etc/rc.d/netif", "start", &wanted.ifname].map(String::from).to_vec();
        if let Err(error) = apply::start_network(work, jail, &command) {
            work.warn(error);
        }
    }
    work.record.changing = None;
    work.save()?;
    let message = format!("{}: {} is attached, on {}", work.name(), wanted.ifname, wanted.parent);
    work.machine.syslog(Priority::Notice, &message);
    Ok(())
}

/// Finishes what another process has left half done: takes the interface away that was coming or going.
///
/// # Errors
/// The step that failed.
pub fn finish(work: &mut Work<'_>, jail: &Jail) -> Result<()> {
    let Some(node) = work.record.changing.clone() else { return Ok(()) };
    work.warn(format!("the attaching or detaching of {node} was interrupted"));
    take_away(work, jail, &node)
}

/// Takes an interface that was made for the vimage of `work` out of it, which goes on running, and destroys it.
///
/// # Errors
/// The step that failed; doing it again goes on.
pub fn take_away(work: &mut Work<'_>, jail: &Jail, node: &str) -> Result<()> {
    if work.record.changing.as_deref() != Some(node) {
        work.record.changing = Some(node.into());
        work.save()?;
    }
    {
        let _graph = work.machine.store.lock(GRAPH_LOCK)?;
        interface::clear_cradle(work)?;
    }
    let id = work.record.interfaces.get(node).copied().map(NodeId);
    let found = id.map(|id| work.socket.find(&id.into())).transpose()?.flatten();
    if let Some(found) = found.filter(|found| found.type_name == "eiface") {
        let why = "out of the jail first, which lives on";
        work.step_because(Sign::Remove, &format!("interface {node}"), why, |work| {
            bring_out(work, jail, found.id, node)?;
            work.sync()?;
            work.socket.shutdown(&found.id.into())?;
            await_node_gone(work, found.id)?;
            work.sync()
        })?;
    }
    work.record.interfaces.remove(node);
    let made = work.record.wanted.interfaces.iter().find(|made| made.node == node);
    let message = format!("{}: {} is detached", work.name(), made.map_or(node, |made| &made.ifname));
    strike_off(&mut work.record.wanted, node);
    let wanted = &work.record.wanted.bridges;
    work.record.bridges.retain(|made| wanted.iter().any(|bridge| bridge.node == *made));
    work.record.changing = None;
    work.save()?;
    work.machine.syslog(Priority::Notice, &message);
    Ok(())
}

/// Forgets an interface, and the bridges that no other is on.
fn strike_off(wanted: &mut Wanted, node: &str) {
    wanted.interfaces.retain(|interface| interface.node != node);
    let on: Vec<String> = wanted.interfaces.iter().map(|interface| interface.bridge.clone()).collect();
    let before: Vec<String> = wanted
        .bridges
        .iter()
        .filter(|bridge| on.contains(&bridge.node))
        .filter_map(|bridge| bridge.behind.clone())
        .collect();
    wanted.bridges.retain(|bridge| on.contains(&bridge.node) || before.contains(&bridge.node));
}

/// Brings an interface to the host, if it is in the jail.
fn bring_out(work: &Work<'_>, jail: &Jail, id: NodeId, node: &str) -> Result<()> {
    let name = interface_name(&work.socket.node::<eiface::Eiface>(&id.into())?)?;
    let ours = interface::description(&work.record.wanted.name, node);
    let wanted = work.record.wanted.interfaces.iter().find(|wanted| wanted.node == node);
    let mac = wanted.and_then(|wanted| wanted.mac.as_deref());
    let is_it = |found: &Interface| {
        found.name == name
            && (found.description == ours
                || mac.is_none()
                || found.mac.map(|m| m.to_string()).as_deref() == mac)
    };
    let inside = jail.interfaces();
    if !inside.list()?.iter().any(is_it) {
        return Ok(());
    }
    let host = work.machine.jails.interfaces();
    let home = wanted.map_or(name.as_str(), |wanted| wanted.ifname.as_str());
    let called = rename_for_home(&inside, &host, name.clone(), home)?;
    Ok(work.machine.jails.reclaim(&called, jail.jid())?)
}
