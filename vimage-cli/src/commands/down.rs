//! `vimage down`.

use std::collections::BTreeMap;
use std::process::ExitCode;

use super::report::changing;
use super::{Context, command_line};
use crate::config::{Config, Vimage};
use crate::error::{Error, Result};
use crate::host::Machine;
use crate::state::{Phase, Record};
use crate::teardown::{Mode, prune_unrecorded, teardown};
use crate::wanted::Wanted;
use crate::work::{Report, Work};

/// Stops vimages, in the reverse of the order in which they start; all that have a record where none is named. What is down already is left alone.
pub(crate) fn down(context: &mut Context, names: &[String], prune: bool) -> Result<ExitCode> {
    let verb = if prune { "down --prune" } else { "down" };
    changing(context, &command_line(verb, names), |context| {
        // A configuration that is broken must not keep anything from going down: records say what to do.
        let config = context.config();
        let machine = context.bench_to_take_down()?;
        warn_of_dependents(context, &machine, config.as_ref().ok(), names)?;
        take_down(context, &machine, config.as_ref(), names, prune)
    })
}

/// Warns of those that stay up though they depend on one that goes down.
fn warn_of_dependents(
    context: &Context,
    machine: &Machine,
    config: Option<&Config>,
    names: &[String],
) -> Result<()> {
    let Some(config) = config.filter(|_| !names.is_empty()) else { return Ok(()) };
    let goes = |name: &str| names.iter().any(|named| named == name);
    for name in Record::names(&*machine.store)?.into_iter().filter(|name| !goes(name)) {
        let depend = config.vimages.get(name.as_str()).map(|vimage| &vimage.depend.value);
        if let Some(needed) = depend.into_iter().flatten().find(|needed| goes(needed.as_str())) {
            context.reporter().warning(needed.as_str(), &format!("{name}, which depends on it, stays up"));
        }
    }
    Ok(())
}

/// Stops vimages of `machine`.
pub(super) fn take_down(
    context: &Context,
    machine: &Machine,
    config: Result<&Config, &Error>,
    names: &[String],
    prune: bool,
) -> Result<()> {
    let recorded = Record::names(&*machine.store)?;
    super::check_known(config, &recorded, names)?;
    let config = config.ok();
    let mut chosen = if names.is_empty() { recorded } else { names.to_vec() };
    if names.is_empty() && prune {
        let all = config.into_iter().flat_map(|config| config.vimages.keys());
        let others = all.map(ToString::to_string).filter(|name| !chosen.contains(name)).collect::<Vec<_>>();
        chosen.extend(others);
    }
    if config.is_none_or(|config| config.reverse_stop.value) {
        chosen.reverse();
    }
    if let Some(config) = config {
        let order = config.stop_order();
        let places: BTreeMap<&str, usize> =
            order.iter().map(|vimage| vimage.name.as_str()).zip(0..).collect();
        chosen.sort_by_key(|name| places.get(name.as_str()).copied());
    }
    let mut failed: Option<Error> = None;
    for name in &chosen {
        let vimage = config.and_then(|config| config.vimages.get(name.as_str()));
        if let Err(error) = down_one(context, machine, name, vimage, prune) {
            let error = error.context(name);
            failed = Some(match failed {
                None => error,
                Some(first) => first.and(error),
            });
        }
    }
    machine.keep(failed.map_or(Ok(()), Err))
}

fn down_one(
    context: &Context,
    machine: &Machine,
    name: &str,
    vimage: Option<&Vimage>,
    prune: bool,
) -> Result<()> {
    let _lock = machine.store.lock(name)?;
    let mut report = context.reporter();
    let Some(record) = Record::load(&*machine.store, name)? else {
        // Its bridges may have outlived it; they are no more its own than another's.
        let Some(wanted) = vimage.filter(|_| prune).map(Wanted::bridges_alone) else { return Ok(()) };
        let socket = context.socket(machine)?;
        let record = Record::new(machine.boot()?, String::new(), wanted);
        return prune_unrecorded(&mut Work::new(machine, &socket, record, &mut report));
    };
    if record.boot != machine.boot()? {
        return super::forget(machine, &record, &mut report);
    }
    let mode = match record.phase {
        Phase::Starting => Mode::Undo,
        _ if prune => Mode::Prune,
        _ => Mode::Down,
    };
    let socket = context.socket(machine)?;
    let mut work = Work::new(machine, &socket, record, &mut report);
    teardown(&mut work, mode)
}
