//! Shuts down the netgraph nodes that are left inside a vimage, and makes sure that its VNETs can go.
//!
//! A VNET that goes away takes its nodes down one after the other, and waits for none. One that is still there when it should
//! be gone makes FreeBSD 15.1 panic: `ng node won't die`. So does one that ends because its neighbour did (two connected
//! bridges or hubs are enough, or what mpd(8) leaves when it is killed), and one that cannot end: the node of a socket that
//! somebody has shut down. Whoever is root in a vimage can make both.
//!
//! A packet may go round and round among such nodes, and then no interface of that VNET can be destroyed. So they go first.

use std::collections::BTreeSet;
use std::time::Duration;

use jailrs::param::JailSys;
use jailrs::{Jail, Jid};
use netgraph::graph::visible;
use netgraph::nodes::generic::NodeInfo;
use netgraph::{Errno, Socket};

use super::HOMECOMING;
use crate::error::{Error, Result};
use crate::host::Machine;
use crate::work::{Sign, Work};

/// The types of nodes that go with whoever has them: a program's socket, a network interface.
const HELD: [&str; 3] = ["socket", "ether", "gif"];

/// The VNETs of a jail in which nothing runs any more, and of the jails in it. While they are looked at the jail cannot end.
pub(super) struct Inside {
    vnets: Vec<(String, Socket)>,
    /// How long a node may take that is just going; on a simulated machine it is gone at once.
    patience: Duration,
}

impl Inside {
    /// Opens them.
    ///
    /// # Errors
    /// Where one cannot be looked into: nobody knows whether it could go.
    pub(super) fn open(machine: &Machine, jail: &Jail) -> Result<Self> {
        let patience = if machine.as_simulated().is_some() { Duration::ZERO } else { HOMECOMING };
        let mut inside = Self { vnets: Vec::new(), patience };
        // Without one of its own, what it has is the host's.
        if jail.get(&["vnet"])?.jailsys("vnet") == Some(JailSys::New) {
            inside.add(machine, jail.jid(), jail.name())?;
        }
        for below in jail.children()?.into_iter().filter(|below| below.vnet) {
            inside.add(machine, below.jid, &below.name)?;
        }
        Ok(inside)
    }

    fn add(&mut self, machine: &Machine, jid: Jid, name: &str) -> Result<()> {
        let name = visible(name);
        let socket = machine.socket_in(jid).map_err(|error| {
            error.context(format!("netgraph in {name} cannot be looked at, and the jail stays because of it"))
        })?;
        self.vnets.push((name, socket));
        Ok(())
    }

    /// Shuts down the nodes that are left.
    ///
    /// # Errors
    /// Where some do not go.
    pub(super) fn clear(&self, work: &mut Work<'_>) -> Result<()> {
        self.vnets.iter().try_for_each(|(name, socket)| clear(work, name, socket, self.patience))
    }

    /// Makes sure that every node goes with its VNET.
    ///
    /// # Errors
    /// Where one would not, and FreeBSD would not survive it.
    pub(super) fn check(&self) -> Result<()> {
        for (name, socket) in &self.vnets {
            if !are_apart(socket)? {
                return Err(Error::failed(format!("somebody has made netgraph nodes in {name} meanwhile"))
                    .hint("do it again"));
            }
            if !socket.wait_until(self.patience, |socket| Ok(socket.nodes()?.unlisted() == 0))? {
                return Err(Error::failed(format!(
                    "netgraph in {name} has nodes that can never go: with its VNET, they would bring FreeBSD down"
                ))
                .hint("the jail stays, with nothing running and no interface in it, until the machine is restarted"));
            }
        }
        Ok(())
    }
}

fn clear(work: &mut Work<'_>, name: &str, socket: &Socket, patience: Duration) -> Result<()> {
    let nodes = left(socket)?;
    if nodes.is_empty() {
        return Ok(());
    }
    // Of their names nothing is told: they are whatever somebody inside has chosen.
    let types: BTreeSet<String> = nodes.iter().map(|node| node.type_name.to_string()).collect();
    let types = types.into_iter().collect::<Vec<_>>().join(", ");
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
        if !socket.wait_until(patience, are_apart)? {
            return Err(Error::failed("some of them do not go, and the jail stays because of it"));
        }
        work.sync()
    })
}

/// Tells whether of those that are left, which may stay on purpose, none has a hook.
fn are_apart(socket: &Socket) -> netgraph::Result<bool> {
    Ok(left(socket)?.iter().all(|node| node.hooks == 0))
}

fn left(socket: &Socket) -> netgraph::Result<Vec<NodeInfo>> {
    let nodes = socket.nodes()?;
    Ok(nodes.iter().filter(|node| !HELD.iter().any(|held| node.type_name == *held)).collect())
}
