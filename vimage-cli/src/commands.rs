//! The commands, one file each, and what they share.

pub(crate) mod attach;
pub(crate) mod build;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod console;
pub(crate) mod doctor;
pub(crate) mod down;
pub(crate) mod exec;
pub(crate) mod gc;
pub(crate) mod graph;
pub(crate) mod import;
pub(crate) mod man;
pub(crate) mod plan;
pub(crate) mod rc_script;
pub(crate) mod report;
pub(crate) mod restart;
pub(crate) mod sim;
pub(crate) mod stats;
pub(crate) mod status;
pub(crate) mod up;

use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use jailrs::{Jail, Jid};
use netgraph::Socket;
use netgraph::graph::visible;
use netgraph::transport::Traced;

use crate::cli::Global;
use crate::config::{Config, Name, Source, Vimage, most_like};
use crate::error::{Error, Exit, Result};
use crate::host::Machine;
use crate::state::{Phase, Record};
use crate::teardown::is_ours;
use crate::work::{Report, Sign, Step};
use report::{Reporter, Telling, Told};

/// Where a simulated machine is kept that nobody named.
const DEFAULT_FILE: &str = "vimage/machine.json";

/// What a command works with.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) global: Global,
    /// Where steps are told, if the options do not say it.
    telling: Option<Telling>,
    /// What has been told so far.
    told: Arc<Mutex<Told>>,
    told_host: bool,
    /// Whether it is to be told by the exit code that there is something to do.
    pub(crate) is_plan: bool,
}

impl Context {
    pub(crate) fn new(global: Global) -> Self {
        Self { global, telling: None, told: Arc::default(), told_host: false, is_plan: false }
    }

    /// Makes a context that tells what it does where `telling` says.
    pub(crate) fn telling(&self, telling: Telling) -> Self {
        let global = self.global.clone();
        Self { global, telling: Some(telling), told: Arc::default(), told_host: true, is_plan: false }
    }

    /// Returns the file of the simulated machine, or `None` for the kernel of this one.
    pub(crate) fn machine_file(&self) -> Result<Option<PathBuf>> {
        match self.global.host.as_deref() {
            Some("kernel") => Ok(None),
            Some(host) => match host.strip_prefix("sim:").filter(|file| !file.is_empty()) {
                Some(file) => Ok(Some(file.into())),
                None => Err(Error::new(Exit::Usage, format!("--host {host}: it is `kernel` or `sim:FILE`"))),
            },
            None if cfg!(target_os = "freebsd") => Ok(None),
            None => Ok(Some(default_file()?)),
        }
    }

    /// Opens the machine. The first time, says so on stderr if it is a simulated one.
    pub(crate) fn machine(&mut self) -> Result<Machine> {
        let Some(file) = self.machine_file()? else { return Machine::kernel() };
        if !std::mem::replace(&mut self.told_host, true) {
            say(&format!("this is the simulated machine of {}", file.display()));
        }
        Machine::file(&file)
    }

    /// Opens the machine, or a copy of it where things are only to be tried.
    pub(crate) fn bench(&mut self) -> Result<Machine> {
        self.machine_or(Machine::copy)
    }

    /// As [`bench`](Self::bench), for work that takes vimages down.
    pub(crate) fn bench_to_take_down(&mut self) -> Result<Machine> {
        self.machine_or(Machine::copy_to_take_down)
    }

    fn machine_or(&mut self, copy: fn(&Machine) -> Result<Machine>) -> Result<Machine> {
        let machine = self.machine()?;
        if self.global.dry_run { copy(&machine) } else { Ok(machine) }
    }

    /// Opens a netgraph socket on the machine.
    pub(crate) fn socket(&self, machine: &Machine) -> Result<Socket> {
        if self.global.verbose < 2 {
            return machine.socket(None);
        }
        let transport = machine.kernel.open(None)?;
        Ok(Socket::on(Box::new(Traced::new(transport, |line| {
            // Nothing can be done about a terminal that is gone.
            let _ = std::io::stderr().lock().write_all(told("  ng ", &line.to_string()).as_bytes());
        }))))
    }

    /// Reads the configuration, telling of what is doubtful in it.
    pub(crate) fn config(&self) -> Result<Config> {
        let source = self.global.config.clone().map_or_else(Source::system, Source::File);
        let config = source.load().map_err(|problems| Error::config(problems.to_string()))?;
        for warning in config.warnings.iter() {
            say(&warning.to_string());
        }
        Ok(config)
    }

    /// Makes something that tells of steps as the options ask.
    pub(crate) fn reporter(&self) -> Reporter {
        let telling = self.telling.unwrap_or_else(|| Telling::asked_for(&self.global));
        Reporter::new(telling, Arc::clone(&self.told))
    }
}

fn default_file() -> Result<PathBuf> {
    let folder = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || folder("HOME").map(|home| home.join(".local/state"));
    match folder("XDG_STATE_HOME").or_else(home) {
        Some(state) => Ok(state.join(DEFAULT_FILE)),
        None => Err(Error::new(Exit::Usage, "there is no HOME to keep a simulated machine in")
            .hint("name it: --host sim:FILE")),
    }
}

/// So many names are all told.
const FEW: usize = 12;

/// Finds vimages of the configuration by name; all of `vimage_list` where none is named.
pub(crate) fn select<'c>(config: &'c Config, names: &[String]) -> Result<Vec<&'c Vimage>> {
    let find = |name: &str| {
        config.vimages.get(name).ok_or_else(|| {
            let known: Vec<&str> = config.vimages.keys().map(|name| name.as_str()).collect();
            let error = Error::config(format!("no vimage {name} is configured"));
            error.hint(match (known.len(), most_like(name, known.iter().map(ToString::to_string))) {
                (0, _) => "rc.conf has no vimage_NAME_rootdir; see vimage(8)".into(),
                (1..=FEW, _) => format!("there are {}", known.join(" ")),
                (_, Some(near)) => format!("did you mean {near}?"),
                (_, None) => "`vimage list` shows which are".into(),
            })
        })
    };
    if names.is_empty() {
        return config.list.value.iter().map(|name| find(name.as_str())).collect();
    }
    names.iter().map(|name| find(name)).collect()
}

/// Checks that each of these names is that of a vimage, recorded or configured. Where the configuration cannot be read, that is
/// told, and a name that none can have is still refused: it would be taken for a path.
pub(crate) fn check_known(
    config: Result<&Config, &Error>,
    recorded: &[String],
    names: &[String],
) -> Result<()> {
    let others = || names.iter().filter(|name| !recorded.contains(name));
    let can_be = |name: &str| match config {
        Ok(config) => config.vimages.contains_key(name),
        Err(_) => name.parse::<Name>().is_ok(),
    };
    if let Some(name) = others().find(|name| !can_be(name)) {
        return Err(Error::config(format!("no vimage {name} is configured or up"))
            .hint("`vimage list` shows which are configured"));
    }
    if let (Some(_), Err(error)) = (others().next(), config) {
        say(&error.message);
    }
    Ok(())
}

/// Finds a vimage that is up: its record, and its jail.
pub(crate) fn running(context: &Context, machine: &Machine, name: &str) -> Result<(Record, Jail)> {
    match find_running(machine, name)? {
        Some(found) => Ok(found),
        None => Err(not_up(context, machine, name)?),
    }
}

/// Finds a vimage if it is up: its record, and its jail.
pub(crate) fn find_running(machine: &Machine, name: &str) -> Result<Option<(Record, Jail)>> {
    let boot = machine.boot()?;
    let record = Record::load(&*machine.store, name)?.filter(|record| record.boot == boot);
    let found = record.and_then(|record| {
        let jail = Jail::from_jid(&machine.jails, Jid(record.jid?)).ok()?;
        is_ours(&record, &jail).ok()?.then_some((record, jail))
    });
    Ok(found.filter(|(record, jail)| jail.name() == name && record.phase == Phase::Running))
}

/// Returns the error that a vimage is not up; fails with another where there is no such vimage at all.
pub(crate) fn not_up(context: &Context, machine: &Machine, name: &str) -> Result<Error> {
    check_known(context.config().as_ref(), &Record::names(&*machine.store)?, &[name.to_owned()])?;
    Ok(known_not_up(name))
}

/// Returns the error that a vimage, which there is, is not up.
pub(crate) fn known_not_up(name: &str) -> Error {
    Error::unavailable(format!("{name} is not up")).hint(format!("`vimage up {name}` starts it"))
}

/// Says something on stderr, in one piece: other processes may say something at the same time.
pub(crate) fn say(text: &str) {
    // Nothing can be done about a terminal that is gone.
    let _ = std::io::stderr().lock().write_all(told("vimage: ", text).as_bytes());
}

/// Removes the record of a vimage of an earlier boot, with which everything else of it went.
pub(crate) fn forget(machine: &Machine, record: &Record, report: &mut dyn Report) -> Result<()> {
    let name = &record.wanted.name;
    let why = "the machine was started anew since";
    report.step(Step { vimage: Some(name), sign: Sign::Remove, what: "its record", why });
    Record::remove(&*machine.store, name)?;
    machine.sync()
}

/// Returns a command as a person would type it.
pub(crate) fn command_line(verb: &str, names: &[String]) -> String {
    ["vimage", verb].into_iter().chain(names.iter().map(String::as_str)).collect::<Vec<_>>().join(" ")
}

/// Writes lines to stdout, where whatever a vimage has named does nothing to a terminal; a reader that went away ends the
/// program quietly.
pub(crate) fn print(lines: &str) -> Result<()> {
    print_as_is(&harmless(lines))
}

/// Writes text to stdout that does no harm, or is the user's own.
pub(crate) fn print_as_is(text: &str) -> Result<()> {
    print_while_read(text).map(drop)
}

/// Writes text to stdout that does no harm, and tells whether anybody reads it any more.
pub(crate) fn print_while_read(text: &str) -> Result<bool> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Error::failed(format!("writing: {error}"))),
    }
}

/// Lines as they can be shown on a terminal: names and descriptions are whatever somebody inside has chosen.
pub(crate) fn harmless(lines: &str) -> String {
    let mut shown = String::with_capacity(lines.len());
    for piece in lines.split_inclusive(['\n', '\t']) {
        let (text, end) = piece.split_at(piece.len() - usize::from(piece.ends_with(['\n', '\t'])));
        shown.push_str(&visible(text));
        shown.push_str(end);
    }
    shown
}

/// The lines of a text as they are told on stderr, harmless and each after `prefix`.
pub(crate) fn told(prefix: &str, text: &str) -> String {
    text.lines().map(|line| format!("{prefix}{}\n", harmless(line))).collect()
}

/// Writes a value as JSON.
pub(crate) fn print_json(value: &impl serde::Serialize) -> Result<()> {
    print_as_is(&json_text(value)?)
}

/// Returns a value as JSON.
pub(crate) fn json_text(value: &impl serde::Serialize) -> Result<String> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Error::new(Exit::Software, format!("writing JSON: {error}")))?;
    Ok(text + "\n")
}
