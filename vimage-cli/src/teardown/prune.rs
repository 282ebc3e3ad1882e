//! Takes bridges away that vimage made and nothing uses.

use std::time::Duration;

use jailrs::Interface;
use netgraph::nodes::generic::{Link, NodeInfo};
use netgraph::{NodeId, NodeName, Path, Socket};

use super::await_node_gone;
use crate::apply::bridge::unnamed;
use crate::error::Result;
use crate::host::Priority;
use crate::state::{GRAPH_LOCK, OwnBridge, OwnBridges};
use crate::wanted::WantedBridge;
use crate::work::{Sign, Work};

/// How long a parent may take to let go of a bridge: its driver leaves promiscuous mode meanwhile.
const LETTING_GO: Duration = Duration::from_secs(5);

/// The node at the other end of a hook whose own one is gone.
const NOBODY: NodeId = NodeId(0);

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
            release(work, &wanted, &entry, id)?;
        }
        forget(work, &mut own, &name)?;
    }
    Ok(())
}

/// Leaves a parent as it was before it was bridged, unless something else is on it by now.
fn release(
    work: &mut Work<'_>,
    wanted: &WantedBridge,
    entry: &OwnBridge,
    bridge: Option<NodeId>,
) -> Result<()> {
    let Ok(parent) = NodeName::try_from(wanted.parent_node.as_str()) else { return Ok(()) };
    let interfaces = work.machine.jails.interfaces();
    let Some(interface) = interfaces.find(&entry.parent)? else { return Ok(()) };
    let Some(node) = let_go(work.socket, &parent.into(), bridge)? else { return Ok(()) };
    if node.hooks > 0 || node.type_name != "ether" {
        return Ok(());
    }
    // A VLAN has the address of what it is on, and so have the members of an aggregation.
    let shares = |other: &Interface| other.mac.is_some() && other.mac == interface.mac;
    let carries_others =
        interfaces.list()?.iter().any(|other| other.index != interface.index && shares(other));
    if !entry.parent_was_up && interface.addresses.is_empty() && !carries_others {
        let why = "as it was before it was bridged";
        work.step_because(Sign::Change, &format!("interface {} down", entry.parent), why, |_| {
            Ok(interfaces.set_up(&entry.parent, false)?)
        })?;
    }
    Ok(())
}

/// Returns the node of a parent once it has let go of a bridge that is gone. A thread of the kernel's takes its hooks away a
/// moment later, and then sets the node back, which nobody finds meanwhile.
fn let_go(socket: &Socket, parent: &Path, bridge: Option<NodeId>) -> Result<Option<NodeInfo>> {
    let mut found = None;
    socket.wait_until(LETTING_GO, |socket| {
        found = socket.find(parent)?;
        let Some(node) = &found else { return Ok(false) };
        let is_left = |link: Link| link.peer.id != NOBODY && Some(link.peer.id) != bridge;
        Ok(node.hooks == 0 || socket.hooks(parent)?.iter().any(is_left))
    })?;
    Ok(found)
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
