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
        let here = host.list()?;
        if here.iter().any(|interface| interface.name == name && moved.is(interface)) {
            settle(work, &name, &moved)?;
            continue;
        }
        let what = format!("interface {name} out of {}", work.name());
        match found {
            Found::Alive(jail) => {
                let inside = jail.interfaces();
                let Some(it) = inside.list()?.into_iter().find(|interface| moved.is(interface)) else {
                    continue;
                };
                work.step(Sign::Remove, &what, |work| {
                    make_first(&inside, &it)?;
                    let called = rename_for_home(&inside, &host, it.name, &name)?;
                    work.machine.jails.reclaim(&called, jail.jid())?;
                    if !host.list()?.iter().any(|interface| moved.is(interface)) {
                        // Somebody inside has exchanged the names meanwhile.
                        work.machine.jails.move_in(&called, jail.jid())?;
                        return Err(
                            Error::failed("it is renamed inside while it is taken out").hint("try it again")
                        );
                    }
                    settle(work, &name, &moved)
                })?;
            }
            // Of one that nobody can look into, the name alone is known; two of a name could not be told apart.
            Found::Dying(jid) if here.iter().all(|interface| interface.name != name) => {
                if reclaim(work, &name, *jid)? {
                    work.step(Sign::Remove, &what, |work| settle(work, &name, &moved))?;
                }
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
            let home = work
                .machine
                .jails
                .wait_until(HOMECOMING, || Ok(host.list()?.iter().any(|is| moved.is(is))))?;
            if home { settle(work, &name, &moved) } else { lost(work, &name) }
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

/// Gives an interface that is on the host again the name, address and state that it had before.
fn settle(work: &mut Work<'_>, name: &str, moved: &MovedRecord) -> Result<()> {
    let host = work.machine.jails.interfaces();
    let list = host.list()?;
    let Some(is) = list.iter().find(|interface| moved.is(interface)) else {
        return Err(Error::failed(format!("another interface came home as {name}"))
            .hint("look for it with `ifconfig -a`, also in the jails"));
    };
    if is.name != name {
        let called = &is.name;
        if list.iter().find(|interface| interface.name == *called).is_some_and(|first| !moved.is(first)) {
            let called = visible(called);
            let message = format!(
                "{name} came home as a second {called}, and the kernel tells them apart by name only"
            );
            return Err(Error::failed(message).hint(format!(
                "rename the first one away (`ifconfig {called} name tmp0`), then the second (`ifconfig {called} name {name}`), and the first one back"
            )));
        }
        // Two of them may have changed names.
        let taken = list.iter().find(|interface| interface.name == name);
        if taken.is_some_and(|other| work.record.moved.values().any(|moved| moved.is(other))) {
            host.rename(name, &free_name(&list))?;
        }
        host.rename(called, name)?;
    }
    give_back(&host, name, is, moved)?;
    if let Err(error) = give_back_abilities(&host, name, is, moved) {
        work.warn(format!("{name} does not do all that it did before: {}", Error::from(error).message));
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
    let flags = is.flags & IfFlags::SETTABLE;
    for (flags, on) in [(had.flags - flags, true), (flags - had.flags, false)] {
        if !flags.is_empty() {
            host.set_flags(name, flags, on)?;
        }
    }
    // On its way it goes down, but its driver goes on running until it is told.
    if !is.is_up() && (had.up || is.flags.contains(IfFlags::RUNNING)) {
        host.set_up(name, had.up)?;
    }
    Ok(())
}

/// Gives an interface back what it did in place of the system, and its forwarding table; not every driver lets itself be told.
fn give_back_abilities(
    host: &Interfaces,
    name: &str,
    is: &Interface,
    had: &MovedRecord,
) -> jailrs::Result<()> {
    if is.enabled != had.enabled {
        host.set_capabilities(name, had.enabled)?;
    }
    if is.fib != had.fib {
        host.set_fib(name, had.fib)?;
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
    let free = free_name(&[inside.list()?, host.list()?].concat());
    inside.rename(&called, &free)?;
    Ok(free)
}

/// Renames what stands before an interface under the same name: the kernel takes the first one that has it.
fn make_first(inside: &Interfaces, it: &Interface) -> Result<()> {
    let list = inside.list()?;
    let before = list.iter().take_while(|interface| interface.index != it.index);
    let mut taken = list.clone();
    for _ in before.filter(|interface| interface.name == it.name) {
        let free = free_name(&taken);
        inside.rename(&it.name, &free)?;
        taken.push(Interface::new(free, 0));
    }
    Ok(())
}

/// A name that none of these has.
fn free_name(list: &[Interface]) -> String {
    let taken: BTreeSet<&str> = list.iter().map(|interface| interface.name.as_str()).collect();
    (0_u32..).map(|n| format!("home{n}")).find(|free| !taken.contains(free.as_str())).unwrap_or_default()
}
