//! `vimage up`.

use std::collections::BTreeSet;
use std::process::ExitCode;

use super::{Context, select};
use crate::config::{Config, Vimage};
use crate::error::{Error, Exit, Result};
use crate::host::Machine;
use crate::resolve::{Found, resolve};
use crate::state::{Phase, Record};
use crate::teardown::{Mode, teardown};
use crate::work::Work;

/// The kernel modules that bridged interfaces take.
const TYPES: [&str; 5] = ["socket", "ether", "bridge", "eiface", "hub"];

/// Starts vimages, those that they depend on first. One that fails does not keep the others from coming up.
pub(crate) fn up(context: &mut Context, names: &[String], boot: bool) -> Result<ExitCode> {
    let config = context.config()?;
    if boot && !config.enable.value {
        return Ok(ExitCode::SUCCESS);
    }
    let chosen = with_dependencies(&config, select(&config, names)?);
    let machine = context.machine()?;
    let mut failed: Option<Error> = None;
    let mut not_up: BTreeSet<String> = BTreeSet::new();
    for vimage in chosen {
        let missing = vimage.depend.value.iter().find(|name| not_up.contains(name.as_str()));
        let result = match missing {
            Some(name) => Err(Error::failed(format!("{name}, which it depends on, is not up"))),
            None => up_one(context, &machine, vimage),
        };
        if let Err(error) = result {
            not_up.insert(vimage.name.to_string());
            failed = Some(match failed {
                None => name_it(error, vimage),
                Some(first) => join(first, name_it(error, vimage)),
            });
        }
    }
    failed.map_or(Ok(ExitCode::SUCCESS), Err)
}

/// Puts the vimage's name before an error that does not begin with a place in a file.
fn name_it(error: Error, vimage: &Vimage) -> Error {
    if error.exit == Exit::Unavailable && error.message.contains(".conf:") {
        return error;
    }
    error.context(&vimage.name)
}

fn join(first: Error, second: Error) -> Error {
    let message = format!("{}\n{}", first.message, second.message);
    let hint = if first.hint.is_empty() { second.hint } else { first.hint };
    Error { message, hint, ..first }
}

/// Adds the vimages that the chosen ones depend on, each before those that depend on it.
fn with_dependencies<'c>(config: &'c Config, chosen: Vec<&'c Vimage>) -> Vec<&'c Vimage> {
    fn add<'c>(config: &'c Config, vimage: &'c Vimage, order: &mut Vec<&'c Vimage>) {
        if order.iter().any(|there| there.name == vimage.name) {
            return;
        }
        // Circles were refused when the configuration was read.
        for name in &vimage.depend.value {
            if let Some(before) = config.vimages.get(name.as_str()) {
                add(config, before, order);
            }
        }
        order.push(vimage);
    }
    let mut order = Vec::new();
    for vimage in chosen {
        add(config, vimage, &mut order);
    }
    order
}

fn up_one(context: &Context, machine: &Machine, vimage: &Vimage) -> Result<()> {
    let name = vimage.name.as_str();
    let mut report = context.reporter();
    for kind in TYPES {
        machine.kernel.load_type(kind)?;
    }
    let _lock = machine.store.lock(name)?;
    let socket = context.socket(machine)?;
    let boot = machine.boot()?;
    if let Some(record) = Record::load(&*machine.store, name)? {
        if record.boot != boot {
            // Everything else of it went with the reboot.
            Record::remove(&*machine.store, name)?;
        } else if record.phase == Phase::Running && super::status::is_whole(machine, &socket, &record)? {
            return Ok(());
        } else {
            let mode = if record.phase == Phase::Starting { Mode::Undo } else { Mode::Down };
            let mut work = Work::new(machine, &socket, record, &mut report);
            work.warn("it is not wholly up: taking down what is there first");
            teardown(&mut work, mode)?;
        }
    }
    let found = Found::read(machine)?;
    let wanted = resolve(machine, &socket, &found, vimage)?;
    if context.global.dry_run {
        return Ok(());
    }
    let tag = format!("{name}-{}", unique(machine));
    let mut work = Work::new(machine, &socket, Record::new(boot, tag, wanted), &mut report);
    crate::apply::up(&mut work)
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
