//! `vimage up`.

mod together;

use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use jailrs::{Jail, Jid};

use super::report::{Reporter, changing};
use super::{Context, command_line, say, select};
use crate::config::{Config, Vimage};
use crate::error::{Error, Exit, Result};
use crate::host::{MODULES, Machine};
use crate::resolve::{Found, resolve};
use crate::state::{Phase, Record};
use crate::teardown::{Mode, teardown};
use crate::work::{Report, Sign, Step, Work};

/// Starts vimages, those that they depend on first. One that fails does not keep the others from coming up.
pub(crate) fn up(context: &mut Context, names: &[String], boot: bool) -> Result<ExitCode> {
    let verb = if boot { "up --boot" } else { "up" };
    changing(context, &command_line(verb, names), |context| {
        let config = context.config()?;
        if boot && !config.enable.value {
            return Ok(());
        }
        // A name that is wrong is said before the machine is looked at.
        select(&config, names)?;
        if names.is_empty() && config.list.value.is_empty() && !config.vimages.is_empty() {
            let known: Vec<&str> = config.vimages.keys().map(|name| name.as_str()).collect();
            say(&format!("vimage_list is empty, and none is named; configured are {}", known.join(" ")));
        }
        let machine = context.bench()?;
        bring_up(context, &machine, &config, names)
    })
}

/// Starts vimages of `config` on `machine`.
pub(super) fn bring_up(
    context: &Context,
    machine: &Machine,
    config: &Config,
    names: &[String],
) -> Result<()> {
    let chosen = config.start_order(select(config, names)?.iter().map(|vimage| &vimage.name));
    load_modules(machine, &mut context.reporter())?;
    let start = Start { context, machine, boot: machine.boot()?, found: Mutex::new(None) };
    let results = match config.parallel_start.value && !machine.is_copy() {
        true => start.together(&chosen),
        false => start.in_turn(&chosen),
    };
    let failed =
        chosen.iter().zip(results).filter_map(|(vimage, result)| Some(name_it(result.err()?, vimage)));
    machine.keep(failed.reduce(Error::and).map_or(Ok(()), Err))
}

/// Loads the kernel modules that are missing.
fn load_modules(machine: &Machine, report: &mut dyn Report) -> Result<()> {
    let missing: Vec<(&str, String)> = MODULES
        .iter()
        .map(|kind| (*kind, format!("ng_{kind}")))
        .filter(|(_, module)| !machine.jails.has_module(module))
        .collect();
    let level = machine.jails.sysctl_int("kern.securelevel").unwrap_or(-1);
    if !missing.is_empty() && level > 0 {
        let names: Vec<&str> = missing.iter().map(|(_, module)| module.as_str()).collect();
        let lines: Vec<String> = names.iter().map(|module| format!("{module}_load=\"YES\"")).collect();
        let message =
            format!("not loaded: {}; and at securelevel {level} no kernel module can be", names.join(" "));
        return Err(Error::unavailable(message).hint(format!(
            "put these lines into /boot/loader.conf, and restart the machine:\n{}",
            lines.join("\n")
        )));
    }
    for (kind, module) in missing {
        let what = format!("kernel module {module}");
        report.step(Step { vimage: None, sign: Sign::Add, what: &what, why: "it is not loaded" });
        machine.kernel.load_type(kind)?;
        machine.jails.load_module(&module)?;
    }
    Ok(())
}

/// Puts the vimage's name before an error that does not begin with a place in a file.
fn name_it(error: Error, vimage: &Vimage) -> Error {
    if error.exit == Exit::Unavailable && error.message.contains(".conf:") {
        return error;
    }
    error.context(&vimage.name)
}

/// What the vimages that are started have in common.
struct Start<'a> {
    context: &'a Context,
    machine: &'a Machine,
    boot: String,
    /// What is found on the machine is read once, for the first that is not up.
    found: Mutex<Option<Found>>,
}

impl Start<'_> {
    /// Starts one after the other.
    fn in_turn(&self, chosen: &[&Vimage]) -> Vec<Result<()>> {
        let mut not_up: Vec<&str> = Vec::new();
        let mut results = Vec::new();
        for vimage in chosen {
            let missing = vimage.depend.value.iter().find(|name| not_up.contains(&name.as_str()));
            let result = match missing {
                Some(name) => Err(missing_dependency(name.as_str())),
                None => self.one(vimage, self.context.reporter()),
            };
            if result.is_err() {
                not_up.push(vimage.name.as_str());
            }
            results.push(result);
        }
        results
    }

    /// Starts one vimage.
    fn one(&self, vimage: &Vimage, mut report: Reporter) -> Result<()> {
        let (machine, name) = (self.machine, vimage.name.as_str());
        let _lock = machine.store.lock(name)?;
        let socket = self.context.socket(machine)?;
        if let Some(record) = Record::load(&*machine.store, name)? {
            if record.boot != self.boot {
                super::forget(machine, &record, &mut report)?;
            } else {
                let mode = if record.phase == Phase::Starting { Mode::Undo } else { Mode::Down };
                let mut work = Work::new(machine, &socket, record, &mut report);
                if work.record.phase == Phase::Running {
                    let jail = work.record.jid.map(|jid| Jail::from_jid(&machine.jails, Jid(jid)));
                    if let Some(Ok(jail)) = jail.filter(|_| work.record.changing.is_some()) {
                        crate::change::finish(&mut work, &jail)?;
                    }
                    // A bridge is mended with the vimage up.
                    crate::apply::mend_bridges(&mut work)?;
                    if super::status::is_whole(machine, &socket, &work.record)? {
                        return Ok(());
                    }
                }
                work.warn("it is not wholly up: taking down what is there first");
                teardown(&mut work, mode)?;
                // What was read before has its interfaces in it.
                *self.found.lock().unwrap_or_else(PoisonError::into_inner) = None;
            }
        }
        let wanted = {
            let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
            let found = match &mut *found {
                Some(found) => found,
                none => none.insert(Found::read(machine)?),
            };
            let wanted = resolve(machine, &socket, found, vimage)?;
            // Those that come up at the same time are to know of it.
            found.add(&wanted);
            wanted
        };
        let tag = format!("{name}-{}", unique(machine));
        let record = Record::new(self.boot.clone(), tag, wanted);
        crate::apply::up(&mut Work::new(machine, &socket, record, &mut report))
    }
}

fn missing_dependency(name: &str) -> Error {
    Error::failed(format!("{name}, which it depends on, is not up"))
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
