//! Brings interfaces home that were moved into a vimage whole.

use std::collections::BTreeSet;

use jailrs::{Errno, IfFlags, Interface, Interfaces, Jail};
use netgraph::graph::visible;

use super::made::reclaim;
use super::{Found, HOMECOMING};
use crate::error::{Error, Result};
use crate::state::MovedRecord;
use crate::work::{Sign, Work};

/// Takes the moved interfaces that `which` names out of the jail that they are in. One that is not found there stays
/// recorded: it comes home by itself when the jail is gone.
pub(super) fn take_out(work: &mut Work<'_>, found: &Found, which: impl Fn(&str) -> bool) -> Result<()> {
    for (name, moved) in work.record.moved.clone().into_iter().filter(|(name, _)| which(name)) {
        let host = work.machine.jails.interfaces();
        if host.list()?.iter().any(|interface| interface.name == name && is_it(interface, &moved)) {
            settle(work, &name, &name, &moved)?;
            continue;
        }
        let what = format!("interface {name} out of {}", work.name());
        match found {
            Found::Alive(jail) => {
                let inside = jail.interfaces();
                let Some(called) = find(&inside.list()?, &name, &moved) else { continue };
                work.step(Sign::Remove, &what, |work| {
                    let called = rename_for_home(&inside, &host, called, &name)?;
                    work.machine.jails.reclaim(&called, jail.jid())?;
                    settle(work, &called, &name, &moved)
                })?;
            }
            Found::Dying(jid) if reclaim(work, &name, *jid)? => {
                work.step(Sign::Remove, &what, |work| settle(work, &name, &name, &moved))?;
            }
            Found::Dying(_) | Found::None => {}
        }
    }
    Ok(())
}

/// Waits for those interfaces that the kernel brings home when a VNET goes away, under whatever name they had there.
pub(super) fn await_home(work: &mut Work<'_>) -> Result<()> {
    for (name, moved) in work.record.moved.clone() {
        work.step(Sign::Remove, &format!("interface {name} comes home"), |work| {
            let host = work.machine.jails.interfaces();
            let mut called = None;
            work.machine.jails.wait_until(HOMECOMING, || {
                called = find(&host.list()?, &name, &moved);
                Ok(called.is_some())
            })?;
            match called {
                Some(called) => settle(work, &called, &name, &moved),
                None => lost(work, &name),
            }
        })?;
    }
    Ok(())
}

/// Gives an interface that did not come home up, unless it may be in a jail that is still dying.
fn lost(work: &mut Work<'_>, name: &str) -> Result<()> {
    let vimage = work.name();
    let dying = Jail::list(&work.machine.jails, true)?.iter().any(|jail| jail.dying && jail.name == vimage);
    if dying {
        return Err(Error::failed("the jail is dying, and the interface still in it").hint(format!(
            "it comes home when whatever holds the jail ends, such as a TCP connection or a mount; then `vimage down {vimage}` again"
        )));
    }
    work.warn(format!(
        "{name} has not come home: look for it with `ifconfig -a`, also in the jails; it may have been renamed, or be gone"
    ));
    work.record.moved.remove(name);
    work.note()
}

/// Gives an interface of the host that is called `called` the name, address and state again that it had before.
fn settle(work: &mut Work<'_>, called: &str, name: &str, moved: &MovedRecord) -> Result<()> {
    let host = work.machine.jails.interfaces();
    let list = host.list()?;
    if called != name {
        if list.iter().filter(|interface| interface.name == called).count() > 1 {
            let called = visible(called);
            let message = format!(
                "{name} came home as a second {called}, and the kernel tells them apart by name only"
            );
            return Err(Error::failed(message).hint(format!(
                "rename the first one away (`ifconfig {called} name tmp0`), then the second (`ifconfig {called} name {name}`), and the first one back"
            )));
        }
        host.rename(called, name)?;
    }
    if let Some(is) = list.iter().find(|interface| interface.name == called) {
        give_back(&host, name, is, moved)?;
    }
    work.record.moved.remove(name);
    work.note()
}

/// Gives an interface back what it had, where it has something else by now.
fn give_back(host: &Interfaces, name: &str, is: &Interface, had: &MovedRecord) -> Result<()> {
    match had.mac.as_deref().and_then(|mac| mac.parse().ok()) {
        Some(mac) if is.mac != Some(mac) => host.set_mac(name, mac)?,
        _ => {}
    }
    if is.mtu != had.mtu {
        host.set_mtu(name, had.mtu)?;
    }
    if is.description != had.description {
        host.set_description(name, &had.description)?;
    }
    if is.flags.contains(IfFlags::PPROMISC) != had.promiscuous {
        host.set_promiscuous(name, had.promiscuous)?;
    }
    // On its way it goes down, but its driver goes on running until it is told.
    if !is.is_up() && (had.up || is.flags.contains(IfFlags::RUNNING)) {
        host.set_up(name, had.up)?;
    }
    Ok(())
}

/// Makes sure that an interface which goes home has a name there that no other has: the kernel does not look.
pub(crate) fn rename_for_home(
    inside: &Interfaces,
    host: &Interfaces,
    called: String,
    name: &str,
) -> Result<String> {
    if called == name {
        return Ok(called);
    }
    match inside.rename(&called, name) {
        Ok(()) => return Ok(name.into()),
        Err(error) if error.errno() == Some(Errno::EEXIST) => {}
        Err(error) => return Err(error.into()),
    }
    // Another interface in there has taken the name.
    let taken: BTreeSet<String> =
        inside.list()?.into_iter().chain(host.list()?).map(|interface| interface.name).collect();
    let free = (0..).map(|n| format!("home{n}")).find(|free| !taken.contains(free)).unwrap_or(called.clone());
    inside.rename(&called, &free)?;
    Ok(free)
}

/// Finds a moved interface: by its address, which seldom changes, else by its name.
fn find(list: &[Interface], name: &str, moved: &MovedRecord) -> Option<String> {
    let found = list.iter().find(|interface| is_it(interface, moved));
    found.or_else(|| list.iter().find(|interface| interface.name == name)).map(|found| found.name.clone())
}

/// Tells whether an interface has the address of the one that was moved.
fn is_it(interface: &Interface, moved: &MovedRecord) -> bool {
    moved.mac.is_some() && interface.mac.map(|mac| mac.to_string()) == moved.mac
}
