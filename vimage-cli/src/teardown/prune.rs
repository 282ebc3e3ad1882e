//! Takes bridges away that vimage made and nothing uses.

use netgraph::nodes::generic::Link;
use netgraph::{NodeId, NodeName};

use super::await_node_gone;
use crate::apply::bridge::unnamed;
use crate::error::Result;
use crate::host::Priority;
use crate::state::{GRAPH_LOCK, OwnBridge, OwnBridges};
use crate::wanted::WantedBridge;
use crate::work::{Sign, Work};

/// Takes away those of the bridges that vimage made and that have nothing but their parent, or the bridge before them,
/// on their links.
pub(super) fn prune(work: &mut Work<'_>, bridges: Vec<String>) -> Result<()> {
    if bridges.is_empty() {
        return Ok(());
    }
    let _graph = work.machine.store.lock(GRAPH_LOCK)?;
    let mut own = OwnBridges::load(&*work.machine.store, &work.record.boot)?;
    for name in bridges {
        let Some(entry) = own.0.get(&name).cloned() else { continue };
        let Some(wanted) = work.record.wanted.bridges.iter().find(|bridge| bridge.node == name).cloned()
        else {
            continue;
        };
        let id = match entry.id {
            Some(id) => {
                work.socket.find(&NodeId(id).into())?.filter(|node| node.type_name == "bridge").map(|n| n.id)
            }
            // A crash came before its number was written down.
            None => unnamed(work, &wanted)?,
        };
        if let Some(id) = id {
            if work.socket.hooks(&id.into())?.iter().any(|link| !is_trunk(&link, &wanted)) {
                continue;
            }
            work.step(Sign::Remove, &format!("bridge {name}"), |work| {
                work.socket.shutdown(&id.into())?;
                await_node_gone(work, id)?;
                work.machine.syslog(Priority::Notice, &format!("the bridge {name} is taken away"));
                Ok(())
            })?;
        }
        if wanted.behind.is_none() {
            release(work, &wanted, &entry)?;
        }
        forget(work, &mut own, &name)?;
    }
    Ok(())
}

/// Leaves a parent as it was before it was bridged, unless something else is on it by now.
fn release(work: &mut Work<'_>, wanted: &WantedBridge, entry: &OwnBridge) -> Result<()> {
    let Ok(parent) = NodeName::try_from(wanted.parent_node.as_str()) else { return Ok(()) };
    let Some(node) = work.socket.find(&parent.into())? else { return Ok(()) };
    if node.hooks > 0 || node.type_name != "ether" {
        return Ok(());
    }
    let interfaces = work.machine.jails.interfaces();
    let idle = interfaces.find(&entry.parent)?.is_some_and(|found| found.addresses.is_empty());
    if !entry.parent_was_up && idle {
        let why = "as it was before it was bridged";
        work.step_because(Sign::Change, &format!("interface {} down", entry.parent), why, |_| {
            Ok(interfaces.set_up(&entry.parent, false)?)
        })?;
    }
    Ok(())
}

/// Strikes a bridge that is gone off the list.
fn forget(work: &mut Work<'_>, own: &mut OwnBridges, name: &str) -> Result<()> {
    own.0.remove(name);
    if let Err(error) = own.save(&*work.machine.store) {
        // On a full disk the list names a bridge that is gone, which does no harm.
        work.warn(error.message);
    }
    work.sync()
}

/// Tells whether a bridge's link leads to its parent, or to the bridge that it is behind.
fn is_trunk(link: &Link, wanted: &WantedBridge) -> bool {
    let peer = &link.peer.name;
    *peer == wanted.parent_node.as_str()
        || wanted.behind.as_ref().is_some_and(|behind| *peer == behind.as_str())
}
