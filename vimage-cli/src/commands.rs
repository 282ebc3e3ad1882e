//! The commands, one file each, and what they share.

pub(crate) mod build;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod doctor;
pub(crate) mod down;
pub(crate) mod exec;
pub(crate) mod graph;
pub(crate) mod import;
pub(crate) mod man;
pub(crate) mod rc_script;
pub(crate) mod sim;
pub(crate) mod status;
pub(crate) mod up;

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use netgraph::Socket;
use netgraph::transport::Traced;

use crate::cli::Global;
use crate::config::{Config, Source, Vimage};
use crate::error::{Error, Exit, Result};
use crate::host::Machine;
use crate::work::{Report, Sign};

/// Where a simulated machine is kept that nobody named.
const DEFAULT_FILE: &str = "vimage/machine.json";

/// What a command works with.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) global: Global,
    /// Whether what is done is part of what is shown.
    pub(crate) demonstration: bool,
    told_host: bool,
}

impl Context {
    pub(crate) fn new(global: Global) -> Self {
        Self { global, demonstration: false, told_host: false }
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
            eprintln!("vimage: this is the simulated machine of {}", file.display());
        }
        Machine::file(&file)
    }

    /// Opens a netgraph socket on the machine.
    pub(crate) fn socket(&self, machine: &Machine) -> Result<Socket> {
        if self.global.verbose < 2 {
            return machine.socket(None);
        }
        let transport = machine.kernel.open(None)?;
        Ok(Socket::on(Box::new(Traced::new(transport, |line| eprintln!("  ng {line}")))))
    }

    /// Reads the configuration, telling of what is doubtful in it.
    pub(crate) fn config(&self) -> Result<Config> {
        let source = self.global.config.clone().map_or_else(Source::system, Source::File);
        let config = source.load().map_err(|problems| Error::config(problems.to_string()))?;
        for warning in config.warnings.iter() {
            eprintln!("vimage: {warning}");
        }
        Ok(config)
    }

    /// Makes something that tells of steps as the options ask.
    pub(crate) fn reporter(&self) -> Reporter {
        Reporter {
            steps: self.global.verbose > 0 || (!self.global.json && std::io::stderr().is_terminal()),
            to_stdout: self.demonstration,
        }
    }
}

fn default_file() -> Result<PathBuf> {
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/state"));
    match state.or_else(home) {
        Some(state) => Ok(state.join(DEFAULT_FILE)),
        None => Err(Error::new(Exit::Usage, "there is no HOME to keep a simulated machine in")
            .hint("name it: --host sim:FILE")),
    }
}

/// Finds vimages of the configuration by name; all of `vimage_list` where none is named.
pub(crate) fn select<'c>(config: &'c Config, names: &[String]) -> Result<Vec<&'c Vimage>> {
    let find = |name: &str| {
        config.vimages.get(name).ok_or_else(|| {
            let known: Vec<&str> = config.vimages.keys().map(|name| name.as_str()).collect();
            let error = Error::config(format!("no vimage {name} is configured"));
            if known.is_empty() {
                error.hint("rc.conf has no vimage_NAME_rootdir; see vimage(8)")
            } else {
                error.hint(format!("there are {}", known.join(" ")))
            }
        })
    };
    if names.is_empty() {
        return config.list.value.iter().map(|name| find(name.as_str())).collect();
    }
    names.iter().map(|name| find(name)).collect()
}

/// Checks that each of these names is that of a vimage, configured (where the configuration can be read) or recorded.
pub(crate) fn check_known(config: Option<&Config>, recorded: &[String], names: &[String]) -> Result<()> {
    let known = |name: &String| {
        recorded.contains(name) || config.is_none_or(|config| config.vimages.contains_key(name.as_str()))
    };
    match names.iter().find(|name| !known(name)) {
        Some(name) => Err(Error::config(format!("no vimage {name} is configured or up"))
            .hint("`vimage list` shows which are configured")),
        None => Ok(()),
    }
}

/// Stops vimages and starts them again; all of `vimage_list` if none is named.
pub(crate) fn restart(context: &mut Context, names: &[String]) -> Result<ExitCode> {
    // What cannot come up again is not taken down.
    let config = context.config()?;
    let chosen = select(&config, names)?;
    if chosen.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let names: Vec<String> = chosen.iter().map(|vimage| vimage.name.to_string()).collect();
    // One that does not go down does not keep the others from coming up again.
    match (down::down(context, &names, false), up::up(context, &names, false)) {
        (Err(down), Err(up)) => Err(down.and(up)),
        (Err(error), Ok(_)) => Err(error),
        (Ok(_), up) => up,
    }
}

/// Tells of steps, as a rule on stderr.
#[derive(Debug)]
pub(crate) struct Reporter {
    steps: bool,
    to_stdout: bool,
}

impl Report for Reporter {
    fn step(&mut self, vimage: &str, sign: Sign, what: &str) {
        // A terminal that is gone must not stop the work.
        let _ = match (self.steps, self.to_stdout) {
            (false, _) => Ok(()),
            (true, true) => writeln!(std::io::stdout(), "{sign} {vimage}: {what}"),
            (true, false) => writeln!(std::io::stderr(), "{sign} {vimage}: {what}"),
        };
    }

    fn warning(&mut self, vimage: &str, what: &str) {
        for line in what.lines() {
            let _ = writeln!(std::io::stderr(), "vimage: {vimage}: {line}");
        }
    }
}

/// Writes to stdout; a reader that went away ends the program quietly.
pub(crate) fn print(text: &str) -> Result<()> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::failed(format!("writing: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes a value as JSON.
pub(crate) fn print_json(value: &impl serde::Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Error::new(Exit::Software, format!("writing JSON: {error}")))?;
    print(&format!("{text}\n"))
}
