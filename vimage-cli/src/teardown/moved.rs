//! Brings interfaces home that were moved into a vimage whole.

use jailrs::{Interface, Interfaces, Jail, Jid};

use super::HOMECOMING;
use crate::error::{Error, Result};
use crate::state::MovedRecord;
use crate::work::{Sign, Work};

/// Takes every moved interface out of the jail `from` (or waits for it, where there is no jail any more) and gives it
/// the name that it had.
pub(super) fn take_out(work: &mut Work<'_>, from: Option<Jid>) -> Result<()> {
    for (name, moved) in work.record.moved.clone() {
        work.step(Sign::Remove, &format!("interface {name} out of {}", work.name()), |work| {
            bring_home(work, &name, &moved, from)?;
            work.record.moved.remove(&name);
            work.save()
        })?;
    }
    Ok(())
}

fn bring_home(work: &Work<'_>, name: &str, moved: &MovedRecord, from: Option<Jid>) -> Result<()> {
    let host = work.machine.jails.interfaces();
    if host.list()?.iter().any(|interface| interface.name == name && is_it(interface, moved)) {
        return Ok(());
    }
    let Some(jid) = from else { return find_again(&host, name, moved) };
    let Ok(jail) = Jail::from_jid(&work.machine.jails, jid) else {
        // A dying jail cannot be looked into, but gives back what it is asked for by name.
        work.machine.jails.reclaim(name, jid)?;
        return Ok(());
    };
    let inside = jail.interfaces();
    let Some(found) =
        inside.list()?.into_iter().find(|interface| is_it(interface, moved) || interface.name == name)
    else {
        return find_again(&host, name, moved);
    };
    // The kernel does not look whether the name is taken at home: it goes home under its own.
    if found.name != name {
        inside.rename(&found.name, name)?;
    }
    work.machine.jails.reclaim(name, jid)?;
    Ok(())
}

/// Finds an interface that came home by itself, under whatever name it had inside, and gives it its own again.
fn find_again(host: &Interfaces, name: &str, moved: &MovedRecord) -> Result<()> {
    if let Some(found) = host.list()?.iter().find(|interface| is_it(interface, moved)) {
        host.rename(&found.name, name)?;
        return Ok(());
    }
    host.wait_for(name, HOMECOMING).map(|_| ()).map_err(|error| {
        Error::from(error)
            .hint(format!("look for {name} with `ifconfig -a`, also in the jails; it may have been renamed"))
    })
}

/// Tells whether an interface is the one that was moved: its name may have changed inside, its address seldom does.
fn is_it(interface: &Interface, moved: &MovedRecord) -> bool {
    moved.mac.is_some() && interface.mac.map(|mac| mac.to_string()) == moved.mac
}
