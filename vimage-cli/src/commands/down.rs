//! `vimage down`.

use std::collections::BTreeMap;
use std::process::ExitCode;

use super::Context;
use crate::error::{Error, Result};
use crate::host::Machine;
use crate::state::{Phase, Record};
use crate::teardown::{Mode, teardown};
use crate::work::Work;

/// Stops vimages, in the reverse of the order in which they start; all that have a record where none is named. What is down already is left alone.
pub(crate) fn down(context: &mut Context, names: &[String], prune: bool) -> Result<ExitCode> {
    // A configuration that is broken must not keep anything from going down: records say what to do.
    let config = context.config().ok();
    let machine = context.machine()?;
    let recorded = Record::names(&*machine.store)?;
    super::check_known(config.as_ref(), &recorded, names)?;
    let mut chosen = if names.is_empty() { recorded } else { names.to_vec() };
    if let Some(config) = &config {
        let all = config.list.value.iter().chain(config.vimages.keys());
        let order: Vec<&str> = config.start_order(all).iter().map(|vimage| vimage.name.as_str()).collect();
        let places: BTreeMap<&str, usize> = order.into_iter().zip(0..).collect();
        chosen.sort_by_key(|name| places.get(name.as_str()).copied().unwrap_or(usize::MAX));
    }
    if config.as_ref().is_none_or(|config| config.reverse_stop.value) {
        chosen.reverse();
    }
    let mut failed: Option<Error> = None;
    for name in &chosen {
        if let Err(error) = down_one(context, &machine, name, prune) {
            let error = error.context(name);
            failed = Some(match failed {
                None => error,
                Some(first) => first.and(error),
            });
        }
    }
    failed.map_or(Ok(ExitCode::SUCCESS), Err)
}

fn down_one(context: &Context, machine: &Machine, name: &str, prune: bool) -> Result<()> {
    let _lock = machine.store.lock(name)?;
    let Some(record) = Record::load(&*machine.store, name)? else { return Ok(()) };
    if record.boot != machine.boot()? {
        // Everything else of it went with the reboot.
        return Record::remove(&*machine.store, name);
    }
    let mode = match record.phase {
        Phase::Starting => Mode::Undo,
        _ if prune => Mode::Prune,
        _ => Mode::Down,
    };
    let socket = context.socket(machine)?;
    let mut report = context.reporter();
    let mut work = Work::new(machine, &socket, record, &mut report);
    teardown(&mut work, mode)
}
