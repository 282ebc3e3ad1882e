//! `down`, and the undoing of an `up` that failed: right from any half-way state, and safe to do twice.
//!
//! Interfaces are taken out while the jail lives: destroying one while its VNET goes away brings FreeBSD down.

mod moved;

use std::time::Duration;

use jailrs::{Jail, JailInfo, Jid, Stopped};
use netgraph::nodes::{eiface, ether};
use netgraph::{NodeId, NodeName, Path};

use crate::apply::{interface, run_inside, run_on_host, used_by_a_vimage};
use crate::error::{Error, Result};
use crate::state::{GRAPH_LOCK, OwnBridges, Phase, Record};
use crate::work::{Sign, Work};

/// How long an interface is waited for that comes home from a VNET that is going away, and a jail that is dying.
const HOMECOMING: Duration = Duration::from_secs(15);

/// Why a vimage is torn down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It was up, and is to be down. Bridges stay.
    Down,
    /// It was up, and is to be down, its bridges too if nothing else uses them.
    Prune,
    /// Its `up` failed or was interrupted: everything that it made goes, its bridges too if nothing else uses them.
    Undo,
}

/// A vimage's jail, as it is found.
enum Found {
    /// Alive.
    Alive(Jail),
    /// Removed, and still held by something.
    Dying(Jid),
    /// Not there, or somebody else's.
    None,
}

/// Takes down the vimage of `work`, and its record with it.
///
/// # Errors
/// The step that failed. The record stays, and `down` can be done again.
pub fn teardown(work: &mut Work<'_>, mode: Mode) -> Result<()> {
    if mode != Mode::Undo && work.record.phase == Phase::Running {
        for command in work.record.wanted.commands.prestop.clone() {
            forgive(work, |work| run_on_host(work, &command));
        }
    }
    let found = find_jail(work)?;
    if let Found::Alive(jail) = &found {
        stop(work, jail, mode)?;
    }
    if work.record.phase == Phase::Running {
        work.record.phase = Phase::Stopping;
        work.save()?;
    }
    take_out_interfaces(work, &found)?;
    moved::take_out(
        work,
        match &found {
            Found::Alive(jail) => Some(jail.jid()),
            Found::Dying(jid) => Some(*jid),
            Found::None => None,
        },
    )?;
    remove_jail(work, found)?;
    unmount_all(work)?;
    if work.record.hooks_begun {
        for command in work.record.wanted.commands.poststop.clone() {
            forgive(work, |work| run_on_host(work, &command));
        }
    }
    match mode {
        Mode::Down => {}
        Mode::Prune => {
            let bridges = work.record.wanted.bridges.iter().rev().map(|bridge| bridge.node.clone()).collect();
            prune(work, bridges)?;
        }
        Mode::Undo => {
            let bridges = work.record.bridges.iter().rev().cloned().collect();
            prune(work, bridges)?;
        }
    }
    let name = work.name();
    work.step(Sign::Change, &format!("{name} is down"), |work| {
        Record::remove(&*work.machine.store, &name)?;
        work.sync()
    })
}

/// Does something whose failure must not keep the vimage from going down.
fn forgive(work: &mut Work<'_>, act: impl FnOnce(&mut Work<'_>) -> Result<()>) {
    if let Err(error) = act(work) {
        work.warn(error);
    }
}

/// Finds the vimage's jail by name, and checks by its tag that it is the one that vimage made.
fn find_jail(work: &mut Work<'_>) -> Result<Found> {
    let jails = &work.machine.jails;
    let name = work.name();
    match Jail::find(jails, &name) {
        Ok(jail) => {
            let ours = if jails.supports_meta() {
                jail.meta("vimage")?.as_deref() == Some(work.record.tag.as_str())
            } else {
                work.record.jid == Some(jail.jid().0)
            };
            if ours {
                return Ok(Found::Alive(jail));
            }
            let jid = jail.jid();
            work.warn(format!(
                "the jail {name} (jid {jid}) is not the one that vimage made: it is left alone"
            ));
            return Ok(Found::None);
        }
        Err(error) if error.errno() == Some(jailrs::Errno::ENOENT) => {}
        Err(error) => return Err(error.into()),
    }
    let is_it = |jail: &JailInfo| {
        jail.dying && Some(jail.jid.0) == work.record.jid && jail.path == work.record.wanted.rootdir
    };
    Ok(Jail::list(jails, true)?
        .iter()
        .find(|jail| is_it(jail))
        .map_or(Found::None, |jail| Found::Dying(jail.jid)))
}

fn stop(work: &mut Work<'_>, jail: &Jail, mode: Mode) -> Result<()> {
    if mode != Mode::Undo && work.record.phase == Phase::Running {
        for command in work.record.wanted.commands.stop.clone() {
            forgive(work, |work| run_inside(work, jail, &command));
        }
    }
    let patience = work.record.wanted.commands.patience();
    if jail.processes()?.is_empty() {
        return Ok(());
    }
    let what = format!("stop what runs in {}", jail.name());
    let stopped = work.step(Sign::Remove, &what, |_| Ok(jail.stop_processes(patience)?))?;
    if stopped == Stopped::Killed {
        work.warn(format!(
            "some of what ran in it did not end within {} s and was killed",
            patience.as_secs()
        ));
    }
    work.sync()
}

fn take_out_interfaces(work: &mut Work<'_>, found: &Found) -> Result<()> {
    if work.record.wanted.interfaces.is_empty() {
        return Ok(());
    }
    let _graph = work.machine.store.lock(GRAPH_LOCK)?;
    interface::clear_cradle(work)?;
    for (node, id) in work.record.interfaces.clone() {
        let id = NodeId(id);
        let Some(info) = work.socket.find(&id.into())? else { continue };
        if info.type_name != "eiface" {
            continue;
        }
        work.step(Sign::Remove, &format!("interface {node}"), |work| {
            if !matches!(found, Found::Alive(_)) {
                bring_home(work, id, found)?;
            }
            work.socket.shutdown(&id.into())?;
            work.socket.wait_gone(id, HOMECOMING)?;
            work.sync()
        })?;
    }
    Ok(())
}

/// Makes sure that an interface is on the host, before it is destroyed, where its jail is dying or gone.
fn bring_home(work: &Work<'_>, id: NodeId, found: &Found) -> Result<()> {
    let node = work.socket.node::<eiface::Eiface>(&id.into())?;
    let name = node.call(eiface::GetIfName)?.to_text();
    let interfaces = work.machine.jails.interfaces();
    match found {
        Found::Dying(jid) if interfaces.find(&name)?.is_none() => work.machine.jails.reclaim(&name, *jid)?,
        _ => {}
    }
    interfaces.wait_for(&name, HOMECOMING).map_err(|error| {
        Error::from(error).hint("its VNET is still going away; destroying the interface now could bring the machine down: try again later")
    })?;
    Ok(())
}

fn remove_jail(work: &mut Work<'_>, found: Found) -> Result<()> {
    let Found::Alive(jail) = found else { return Ok(()) };
    let what = format!("jail {}", jail.name());
    work.step(Sign::Remove, &what, |work| {
        jail.remove()?;
        work.sync()
    })?;
    if let Err(error) = jail.wait_gone(HOMECOMING) {
        work.warn(format!("the jail is still dying ({error}); nothing of vimage is in it any more"));
    }
    Ok(())
}

fn unmount_all(work: &mut Work<'_>) -> Result<()> {
    while let Some(mount) = work.record.mounts.last().cloned() {
        let mounted = work.machine.jails.mounted_at(&mount.point)?;
        // An fsid that is not known yet was not written down before a crash: the type has to do.
        let ours =
            mounted.filter(|m| m.fstype == mount.fstype && mount.fsid.is_none_or(|fsid| fsid == m.fsid));
        let shared = used_by_a_vimage(work, &mount.point)?;
        if let Some(mounted) = ours.filter(|_| !shared) {
            let what = format!("mount {} on {}", mount.fstype, mount.point.display());
            work.step(Sign::Remove, &what, |work| {
                Ok(work.machine.jails.unmount_within(&mounted, HOMECOMING)?)
            })?;
        }
        work.record.mounts.pop();
        work.save()?;
    }
    Ok(())
}

/// Takes away bridges that vimage made and nothing uses: those with nothing but their parent, or the bridge before
/// them, on their links.
fn prune(work: &mut Work<'_>, bridges: Vec<String>) -> Result<()> {
    if bridges.is_empty() {
        return Ok(());
    }
    let _graph = work.machine.store.lock(GRAPH_LOCK)?;
    let store = &*work.machine.store;
    for name in bridges {
        let mut own = OwnBridges::load(store, &work.record.boot)?;
        let Some(entry) = own.0.get(&name).cloned() else { continue };
        let wanted = work.record.wanted.bridges.iter().find(|bridge| bridge.node == name).cloned();
        let id = match entry.id {
            Some(id) => {
                work.socket.find(&NodeId(id).into())?.filter(|node| node.type_name == "bridge").map(|n| n.id)
            }
            None => unnamed_on(work, wanted.as_ref().map(|bridge| bridge.parent_node.as_str()))?,
        };
        if let Some(id) = id {
            let trunk = wanted.as_ref().map(|b| (b.parent_node.clone(), b.behind.clone()));
            let users =
                work.socket.hooks(&id.into())?.iter().filter(|link| !is_trunk(link, trunk.as_ref())).count();
            if users > 0 {
                continue;
            }
            work.step(Sign::Remove, &format!("bridge {name}"), |work| {
                work.socket.shutdown(&id.into())?;
                work.socket.wait_gone(id, HOMECOMING)?;
                Ok(())
            })?;
        }
        if !entry.parent_was_up && work.machine.jails.interfaces().find(&entry.parent)?.is_some() {
            work.machine.jails.interfaces().set_up(&entry.parent, false)?;
        }
        own.0.remove(&name);
        own.save(store)?;
        work.sync()?;
    }
    Ok(())
}

/// Tells whether a bridge's link leads to its parent, or to the bridge that it is behind.
fn is_trunk(link: &netgraph::nodes::generic::Link, trunk: Option<&(String, Option<String>)>) -> bool {
    trunk.is_some_and(|(parent, behind)| {
        link.peer.name == parent.as_str()
            || behind.as_ref().is_some_and(|behind| link.peer.name == behind.as_str())
    })
}

/// Finds the bridge that a crash left without a name: the one that the parent's wire leads to.
fn unnamed_on(work: &Work<'_>, parent: Option<&str>) -> Result<Option<NodeId>> {
    let Some(parent) = parent.and_then(|name| NodeName::try_from(name).ok()) else { return Ok(None) };
    let found = work.socket.find(&Path::from(parent).hook(ether::LOWER))?;
    Ok(found.filter(|node| node.type_name == "bridge" && node.name.is_empty()).map(|node| node.id))
}
