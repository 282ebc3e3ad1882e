//! Shuts down the netgraph nodes that are left inside a vimage.
//!
//! A VNET that goes away takes its nodes down one after the other, and waits for none. One that ends because its neighbour
//! did is still there when its turn comes, and FreeBSD 15.1 panics: `ng node won't die`. Two bridges or hubs that are
//! connected are enough, or what mpd(8) leaves when it is killed; whoever is root in a vimage can make them.

use std::collections::BTreeSet;

use jailrs::param::JailSys;
use jailrs::{Jail, Jid};
use netgraph::graph::visible;
use netgraph::nodes::generic::NodeInfo;
use netgraph::{Errno, Socket};

use super::HOMECOMING;
use crate::error::Result;
use crate::work::{Sign, Work};

/// The types of nodes that go with whoever has them: a program's socket, a network interface.
const HELD: [&str; 3] = ["socket", "ether", "gif"];

/// Shuts down what is left in the VNETs of a jail in which nothing runs any more, and of the jails in it.
pub(super) fn clear(work: &mut Work<'_>, jail: &Jail) -> Result<()> {
    // Without one of its own, what it has is the host's.
    if jail.get(&["vnet"])?.jailsys("vnet") == Some(JailSys::New) {
        clear_vnet(work, jail.jid(), jail.name())?;
    }
    for below in jail.children()?.into_iter().filter(|below| below.vnet) {
        clear_vnet(work, below.jid, &below.name)?;
    }
    Ok(())
}

fn clear_vnet(work: &mut Work<'_>, jid: Jid, name: &str) -> Result<()> {
    let socket = match work.machine.socket_in(jid) {
        Ok(socket) => socket,
        Err(error) => {
            work.warn(format!("netgraph in {} was not looked at: {}", visible(name), error.message));
            return Ok(());
        }
    };
    let nodes = left(&socket)?;
    if nodes.is_empty() {
        return Ok(());
    }
    // Of their names nothing is told: they are whatever somebody inside has chosen.
    let types: BTreeSet<String> = nodes.iter().map(|node| node.type_name.to_string()).collect();
    let types = types.into_iter().collect::<Vec<_>>().join(", ");
    let name = visible(name);
    let what = format!("netgraph nodes left in {name}: {} of type {types}", nodes.len());
    work.step(Sign::Remove, &what, |work| {
        for node in &nodes {
            match socket.shutdown(&node.id.into()) {
                Ok(()) => {}
                // It went with another.
                Err(error) if error.errno() == Some(Errno::ENOENT) => {}
                failed => failed?,
            }
        }
        // Others may stay on purpose, and then have no hooks.
        let apart = |socket: &Socket| Ok(left(socket)?.iter().all(|node| node.hooks == 0));
        if !socket.wait_until(HOMECOMING, apart)? {
            work.warn(format!("some of the netgraph nodes in {name} do not go"));
        }
        work.sync()
    })
}

fn left(socket: &Socket) -> netgraph::Result<Vec<NodeInfo>> {
    let nodes = socket.nodes()?;
    Ok(nodes.iter().filter(|node| !HELD.iter().any(|held| node.type_name == *held)).collect())
}
