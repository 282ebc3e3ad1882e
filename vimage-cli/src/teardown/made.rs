//! Destroys the interfaces that were made for a vimage.

use jailrs::{Errno, Interface, Jid};
use netgraph::NodeId;
use netgraph::graph::visible;
use netgraph::nodes::eiface;

use super::{Found, HOMECOMING, await_node_gone};
use crate::apply::interface;
use crate::error::{Error, Result};
use crate::host::interface_name;
use crate::state::GRAPH_LOCK;
use crate::work::{Sign, Work};

/// Destroys every interface that was made: where it is while its jail lives, and on the host where it does not.
pub(super) fn take_out(work: &mut Work<'_>, found: &Found) -> Result<()> {
    if work.record.wanted.interfaces.is_empty() {
        return Ok(());
    }
    {
        let _graph = work.machine.store.lock(GRAPH_LOCK)?;
        interface::clear_cradle(work)?;
    }
    for (node, id) in work.record.interfaces.clone() {
        let id = NodeId(id);
        let Some(info) = work.socket.find(&id.into())? else { continue };
        if info.type_name != "eiface" {
            continue;
        }
        work.step(Sign::Remove, &format!("interface {node}"), |work| {
            // Nothing is moved in before the jail's number is written down.
            if !matches!(found, Found::Alive(_)) && work.record.jid.is_some() {
                bring_home(work, id, &node, found)?;
            }
            work.socket.shutdown(&id.into())?;
            await_node_gone(work, id)?;
            work.sync()
        })?;
    }
    Ok(())
}

/// Makes sure that an interface is on the host, before it is destroyed, where its jail is dying or gone.
fn bring_home(work: &Work<'_>, id: NodeId, node: &str, found: &Found) -> Result<()> {
    let name = interface_name(&work.socket.node::<eiface::Eiface>(&id.into())?)?;
    match found {
        Found::Dying(jid) if reclaim(work, &name, *jid)? => return Ok(()),
        _ => {}
    }
    let host = work.machine.jails.interfaces();
    let ours = interface::description(&work.record.wanted.name, node);
    let mac = work.record.wanted.interfaces.iter().find(|wanted| wanted.node == node);
    let mac = mac.and_then(|wanted| wanted.mac.as_deref());
    let is_it = |found: &Interface| {
        found.description == ours || mac.is_some_and(|mac| found.mac.is_some_and(|m| m.to_string() == mac))
    };
    // The vimage may have given it the name of an interface of the host: then it is home when there are two.
    let mut other = None;
    let home = work.machine.jails.wait_until(HOMECOMING, || {
        let list = host.list()?;
        let named: Vec<&Interface> = list.iter().filter(|interface| interface.name == name).collect();
        let other = *other.get_or_insert(!named.is_empty());
        Ok(named.len() > 1 || named.iter().any(|found| is_it(found) || !other))
    })?;
    // One that nothing is known by any more, and whose VNET had the time to go, is home too.
    if home || other == Some(true) {
        return Ok(());
    }
    Err(Error::failed(format!("it has not come back to the host as {}", visible(&name))).hint(format!(
        "its VNET is still going away, and destroying the interface now could bring the machine down: `vimage down {}` again later",
        work.record.wanted.name
    )))
}

/// Takes an interface out of a dying jail, which ifconfig(8) cannot; tells whether it was in it.
pub(super) fn reclaim(work: &Work<'_>, name: &str, jid: Jid) -> Result<bool> {
    match work.machine.jails.system().interface_reclaim(name, jid) {
        Ok(()) => Ok(true),
        Err(Errno::ENXIO) => Ok(false),
        Err(errno) => Err(Error::failed(format!("taking {name} out of the dying jail {jid}: {errno}"))),
    }
}
