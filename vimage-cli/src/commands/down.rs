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
use crate::work::Work;

/// Stops vimages, in the reverse of the order in which they start; all that have a record where none is named. What is down already is left alone.
pub(crate) fn down(context: &mut Context, names: &[String], prune: bool) -> Result<ExitCode> {
    let verb = if prune { "down --prune" } else { "down" };
    changing(context, &command_line(verb, names), |context| {
        // A configuration that is broken must not keep anything from going down: records say what to do.
        let config = context.config();
        let machine = context.bench_to_take_down()?;
        take_down(context, &machine, config.as_ref(), names, prune)
    })
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
    if let Some(config) = config {
        let all = config.list.value.iter().chain(config.vimages.keys());
        let order: Vec<&str> = config.start_order(all).iter().map(|vimage| vimage.name.as_str()).collect();
        let places: BTreeMap<&str, usize> = order.into_iter().zip(0..).collect();
        chosen.sort_by_key(|name| places.get(name.as_str()).copied().unwrap_or(usize::MAX));
    }
    if config.is_none_or(|config| config.reverse_stop.value) {
        chosen.reverse();
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
