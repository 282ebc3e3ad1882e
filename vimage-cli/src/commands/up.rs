//! `vimage up`.

use std::collections::BTreeSet;
use std::process::ExitCode;

use super::{Context, select};
use crate::config::{Config, Vimage};
use crate::error::{Error, Exit, Result};
use crate::host::{MODULES, Machine};
use crate::resolve::{Found, resolve};
use crate::state::{Phase, Record};
use crate::teardown::{Mode, teardown};
use crate::work::Work;

/// Starts vimages, those that they depend on first. One that fails does not keep the others from coming up.
pub(crate) fn up(context: &mut Context, names: &[String], boot: bool) -> Result<ExitCode> {
    let config = context.config()?;
    if boot && !config.enable.value {
        return Ok(ExitCode::SUCCESS);
    }
    // A name that is wrong is said before the machine is looked at.
    select(&config, names)?;
    let machine = context.machine()?;
    bring_up(context, &machine, &config, names)?;
    Ok(ExitCode::SUCCESS)
}

/// Starts vimages of `config` on `machine`.
pub(super) fn bring_up(
    context: &Context,
    machine: &Machine,
    config: &Config,
    names: &[String],
) -> Result<()> {
    let chosen = config.start_order(select(config, names)?.iter().map(|vimage| &vimage.name));
    for kind in MODULES {
        machine.kernel.load_type(kind)?;
    }
    let mut found = None;
    let mut failed: Option<Error> = None;
    let mut not_up: BTreeSet<String> = BTreeSet::new();
    for vimage in chosen {
        let missing = vimage.depend.value.iter().find(|name| not_up.contains(name.as_str()));
        let result = match missing {
            Some(name) => Err(Error::failed(format!("{name}, which it depends on, is not up"))),
            None => up_one(context, machine, &mut found, vimage),
        };
        if let Err(error) = result {
            not_up.insert(vimage.name.to_string());
            let error = name_it(error, vimage);
            failed = Some(match failed {
                None => error,
                Some(first) => first.and(error),
            });
        }
    }
    failed.map_or(Ok(()), Err)
}

/// Puts the vimage's name before an error that does not begin with a place in a file.
fn name_it(error: Error, vimage: &Vimage) -> Error {
    if error.exit == Exit::Unavailable && error.message.contains(".conf:") {
        return error;
    }
    error.context(&vimage.name)
}

/// Starts one vimage. What is found on the machine is read once, for the first that is not up.
fn up_one(context: &Context, machine: &Machine, found: &mut Option<Found>, vimage: &Vimage) -> Result<()> {
    let name = vimage.name.as_str();
    let mut report = context.reporter();
    let _lock = machine.store.lock(name)?;
    let socket = context.socket(machine)?;
    let boot = machine.boot()?;
    if let Some(record) = Record::load(&*machine.store, name)? {
        if record.boot != boot {
            // Everything else of it went with the reboot.
            Record::remove(&*machine.store, name)?;
        } else {
            let mode = if record.phase == Phase::Starting { Mode::Undo } else { Mode::Down };
            let mut work = Work::new(machine, &socket, record, &mut report);
            if work.record.phase == Phase::Running {
                // A bridge is mended with the vimage up.
                crate::apply::mend_bridges(&mut work)?;
                if super::status::is_whole(machine, &socket, &work.record)? {
                    return Ok(());
                }
            }
            work.warn("it is not wholly up: taking down what is there first");
            teardown(&mut work, mode)?;
            // What was read before has its interfaces in it.
            *found = None;
        }
    }
    let found = match found {
        Some(found) => found,
        None => found.insert(Found::read(machine)?),
    };
    let wanted = resolve(machine, &socket, found, vimage)?;
    let tag = format!("{name}-{}", unique(machine));
    let mut work = Work::new(machine, &socket, Record::new(boot, tag, wanted), &mut report);
    crate::apply::up(&mut work)?;
    found.add(&work.record.wanted);
    Ok(())
}

/// Returns what tells one run of `up` from every other of this boot: a jail with this tag is the one that it made.
fn unique(machine: &Machine) -> String {
    match machine.as_simulated() {
        Some(_) => "simulated".into(),
        None => {
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
            format!("{:x}-{:x}", now.as_nanos(), std::process::id())
        }
    }
}
