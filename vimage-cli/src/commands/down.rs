//! `vimage down`.

use std::process::ExitCode;

use super::Context;
use crate::error::{Error, Result};
use crate::host::Machine;
use crate::state::{Phase, Record};
use crate::teardown::{Mode, teardown};
use crate::work::Work;

/// Stops vimages, in reverse order; all that have a record where none is named. What is down already is left alone.
pub(crate) fn down(context: &mut Context, names: &[String], prune: bool) -> Result<ExitCode> {
    // A configuration that is broken must not keep anything from going down: records say what to do.
    let config = context.config().ok();
    let machine = context.machine()?;
    let recorded = Record::names(&*machine.store)?;
    let mut chosen: Vec<String> = if names.is_empty() { recorded.clone() } else { names.to_vec() };
    for name in names {
        let known = config.as_ref().is_none_or(|config| config.vimages.contains_key(name.as_str()));
        if !known && !recorded.contains(name) {
            return Err(Error::config(format!("no vimage {name} is configured or up")));
        }
    }
    let place = |name: &String| {
        let config = config.as_ref()?;
        config.list.value.iter().position(|listed| listed.as_str() == name)
    };
    if names.is_empty() {
        chosen.sort_by_key(|name| place(name).unwrap_or(usize::MAX));
    }
    if config.as_ref().is_none_or(|config| config.reverse_stop.value) {
        chosen.reverse();
    }
    let mut failed: Option<Error> = None;
    for name in &chosen {
        if let Err(error) = down_one(context, &machine, name, prune) {
            failed = failed.or(Some(error.context(name)));
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
