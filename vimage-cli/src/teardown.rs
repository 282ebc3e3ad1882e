//! `down`, and the undoing of an `up` that failed: right from any half-way state, and safe to do twice.
//!
//! Interfaces are taken out while the jail lives: destroying one while its VNET goes away brings FreeBSD down. So do some
//! nodes that are made in it. A jail that could not go without that stays.

mod inside;
mod made;
mod moved;
mod prune;

use std::time::Duration;

use jailrs::mount::Mounted;
use jailrs::{Jail, JailInfo, Jid, Stopped};
use netgraph::NodeId;

use crate::apply::{run_inside, run_on_host, used_by_a_vimage};
use crate::error::{Error, Result};
use crate::host::Priority;
use crate::state::{MOUNT_LOCK, MountRecord, MountUsers, Phase, Record};
use crate::wanted::WantedBridge;
use crate::work::{Sign, Work};
use inside::Inside;
pub(crate) use moved::rename_for_home;

/// How long an interface is waited for that comes home from a VNET that is going away, and a jail that is dying.
const HOMECOMING: Duration = Duration::from_secs(15);

/// How long a command may take that stops what runs in a vimage: longer than rc.shutdown(8), which gives up after 90 s.
const STOP_COMMAND: Duration = Duration::from_secs(120);

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
        forgive(work, |work| drop_connections(work, jail));
    }
    if work.record.phase == Phase::Running {
        work.record.phase = Phase::Stopping;
        work.note()?;
    }
    let inside = match &found {
        Found::Alive(jail) => Some(Inside::open(work.machine, jail)?),
        Found::Dying(_) | Found::None => None,
    };
    if let Some(inside) = &inside {
        inside.clear(work)?;
    }
    made::take_out(work, &found)?;
    moved::take_out(work, &found, |_| true)?;
    if let Some(inside) = inside {
        inside.check()?;
    }
    remove_jail(work, &found)?;
    moved::await_home(work)?;
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
            prune::prune(work, bridges)?;
        }
        Mode::Undo => {
            let bridges = work.record.bridges.iter().rev().cloned().collect();
            prune::prune(work, bridges)?;
        }
    }
    let name = work.name();
    work.step(Sign::Change, &format!("{name} is down"), |work| {
        Record::remove(&*work.machine.store, &name)?;
        work.sync()?;
        work.machine.syslog(Priority::Notice, &format!("{name} is down"));
        Ok(())
    })
}

/// Takes away the bridges of a vimage that has no record, if vimage made them and nothing else uses them.
///
/// # Errors
/// The step that failed.
pub fn prune_unrecorded(work: &mut Work<'_>) -> Result<()> {
    let bridges = work.record.wanted.bridges.iter().rev().map(|bridge| bridge.node.clone()).collect();
    prune::prune(work, bridges)
}

/// Takes away bridges that were just made, if nothing uses them.
pub(crate) fn prune_new(work: &mut Work<'_>, bridges: Vec<WantedBridge>) -> Result<()> {
    let nodes = bridges.iter().map(|bridge| bridge.node.clone()).collect();
    let before = std::mem::replace(&mut work.record.wanted.bridges, bridges);
    let pruned = prune::prune(work, nodes);
    work.record.wanted.bridges = before;
    pruned
}

/// Brings an interface home that was moved in whole, from a vimage that goes on running.
pub(crate) fn take_out_moved(work: &mut Work<'_>, jail: &Jail, name: &str) -> Result<()> {
    moved::take_out(work, &Found::Alive(jail.clone()), |moved| moved == name)?;
    if work.record.moved.contains_key(name) {
        return Err(Error::failed(format!("{name} is not in {}", work.name()))
            .hint("look for it with `ifconfig -a`, also in the jails"));
    }
    work.record.wanted.vnets.retain(|whole| whole != name);
    work.save()?;
    work.machine.syslog(Priority::Notice, &format!("{}: {name} is detached", work.name()));
    Ok(())
}

/// Waits until a node that was shut down is gone.
pub(crate) fn await_node_gone(work: &Work<'_>, id: NodeId) -> Result<()> {
    if work.socket.wait_gone(id, HOMECOMING)? {
        return Ok(());
    }
    Err(Error::failed(format!("its node {id} does not go")).hint(format!("see `ngctl show {id}:`")))
}

/// Does something whose failure must not keep the vimage from going down.
fn forgive(work: &mut Work<'_>, act: impl FnOnce(&mut Work<'_>) -> Result<()>) {
    if let Err(error) = act(work) {
        work.warn(error);
    }
}

/// Finds the jail that vimage made, whatever it is called by now.
fn find_jail(work: &mut Work<'_>) -> Result<Found> {
    let jails = &work.machine.jails;
    let record = &work.record;
    let name = &record.wanted.name;
    let candidates = [
        record.jid.map(|jid| Jail::from_jid(jails, Jid(jid))),
        Some(Jail::find(jails, name)),
        (!jails.supports_meta()).then(|| Jail::find(jails, &record.tag)),
    ];
    let mut other = None;
    for jail in candidates.into_iter().flatten() {
        let Some(jail) = present(jail)? else { continue };
        if is_ours(record, &jail)? {
            return Ok(Found::Alive(jail));
        }
        other = Some(jail).filter(|jail| jail.name() == name).or(other);
    }
    let is_it =
        |jail: &JailInfo| jail.dying && Some(jail.jid.0) == record.jid && jail.name == record.wanted.name;
    let dying = Jail::list(jails, true)?.iter().find(|jail| is_it(jail)).map(|jail| jail.jid);
    if let Some(jail) = other {
        let (name, jid) = (jail.name(), jail.jid());
        work.warn(format!("the jail {name} (jid {jid}) is not the one that vimage made: it is left alone"));
    }
    Ok(dying.map_or(Found::None, Found::Dying))
}

fn present(jail: jailrs::Result<Jail>) -> Result<Option<Jail>> {
    match jail {
        Err(error) if error.errno() == Some(jailrs::Errno::ENOENT) => Ok(None),
        jail => Ok(Some(jail?)),
    }
}

/// Tells whether vimage made a jail: by its tag or, before FreeBSD 15, by its number and name.
pub(crate) fn is_ours(record: &Record, jail: &Jail) -> Result<bool> {
    if jail.host().supports_meta() {
        return Ok(jail.meta("vimage")?.as_deref() == Some(record.tag.as_str()));
    }
    Ok(match record.jid {
        Some(jid) => jail.jid().0 == jid && [&record.wanted.name, &record.tag].contains(&&jail.name().into()),
        None => jail.name() == record.tag,
    })
}

fn stop(work: &mut Work<'_>, jail: &Jail, mode: Mode) -> Result<()> {
    if mode != Mode::Undo && work.record.phase == Phase::Running {
        for command in work.record.wanted.commands.stop.clone() {
            forgive(work, |work| run_inside(work, jail, &command, Some(STOP_COMMAND)));
        }
    }
    let patience = work.record.wanted.commands.patience();
    if jail.is_idle()? {
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

/// Ends the connections that have outlived their processes, while the network still stands to tell the other side: afterwards they
/// would keep the jail dying until they give up.
fn drop_connections(work: &mut Work<'_>, jail: &Jail) -> Result<()> {
    let slow = |error: jailrs::Error| {
        Error::from(error)
            .hint("connections that nobody answers any more may keep the jail dying for some minutes")
    };
    let what = match jail.tcp_connections().map_err(slow)?.as_slice() {
        [] => return Ok(()),
        [one] => format!("TCP connection {one}"),
        more => format!("{} TCP connections that outlived what ran in it", more.len()),
    };
    work.step(Sign::Remove, &what, |work| {
        jail.drop_tcp_connections().map_err(slow)?;
        work.sync()
    })
}

fn remove_jail(work: &mut Work<'_>, found: &Found) -> Result<()> {
    let Found::Alive(jail) = found else { return Ok(()) };
    let what = format!("jail {}", jail.name());
    work.step(Sign::Remove, &what, |work| {
        match jail.remove() {
            // Somebody else was faster.
            Err(error) if error.errno() == Some(jailrs::Errno::ENOENT) => {}
            removed => removed?,
        }
        work.sync()
    })?;
    if let Err(error) = jail.wait_gone(HOMECOMING) {
        work.warn(format!("the jail is still dying ({error}); nothing that vimage made is in it any more"));
    }
    Ok(())
}

fn unmount_all(work: &mut Work<'_>) -> Result<()> {
    if work.record.mounts.is_empty() {
        return Ok(());
    }
    let _mounts = work.machine.store.lock(MOUNT_LOCK)?;
    while let Some(mount) = work.record.mounts.last().cloned() {
        match find_mount(work, &mount)? {
            Some(mounted) if !used_by_a_vimage(work, &mount.point)? => unmount(work, &mount, &mounted)?,
            _ => {}
        }
        let mut doubt = None;
        let name = &work.record.wanted.name;
        MountUsers::leave(&*work.machine.store, &mount.point, name, |error| doubt = Some(error))?;
        doubt.into_iter().for_each(|error| work.warn(error.message));
        work.record.mounts.pop();
        work.note()?;
    }
    Ok(())
}

fn unmount(work: &mut Work<'_>, mount: &MountRecord, mounted: &Mounted) -> Result<()> {
    let what = format!("mount {} on {}", mount.fstype, mount.point.display());
    work.step(Sign::Remove, &what, |work| {
        work.machine.jails.unmount_within(mounted, HOMECOMING).map_err(|error| {
            Error::from(error).hint(format!(
                "`fstat -f {0}` shows what uses it, `mount` what is mounted below; then `vimage down {1}` again",
                mount.point.display(),
                work.record.wanted.name
            ))
        })
    })
}

/// Finds a recorded mount, be it covered by another or not.
fn find_mount(work: &Work<'_>, mount: &MountRecord) -> Result<Option<Mounted>> {
    let mounts = work.machine.jails.mounts()?;
    Ok(match mount.fsid {
        Some(fsid) => mounts.into_iter().find(|is| is.fsid == fsid && is.fstype == mount.fstype),
        // A crash came before the number was written down: the type has to do.
        None => mounts.into_iter().rfind(|is| is.point == mount.point).filter(|is| is.fstype == mount.fstype),
    })
}
