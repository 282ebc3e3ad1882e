//! The file that a simulated machine is kept in: one JSON document.

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jailrs::sim::SimState;
use netgraph::nodes::EtherAddr;
use netgraph::sim::SimMachine;
use netgraph::sim::snapshot::MachineSnapshot;
use serde::{Deserialize, Serialize};

use super::{MODULES, Simulated};
use crate::error::{Error, Exit, Result};
use crate::state::{Guard, lock, replace};

/// The version of the document's form.
const VERSION: u32 = 1;

/// How many bytes a step may have written on average. Less than so much of a machine is written at each step; more of it
/// only where so many steps have been done, or many vimages would take time that grows with the square of their number.
const BYTES_A_STEP: usize = 64 << 10;

/// A simulated machine as a document. `jails` and `files` are in the order of their keys, so that equal machines are
/// equal byte for byte.
#[derive(Serialize, Deserialize)]
struct Document {
    /// [`VERSION`].
    simulated_machine: u32,
    graph: MachineSnapshot,
    jails: SimState,
    /// The records that vimage keeps.
    files: BTreeMap<String, String>,
}

/// What a new simulated machine has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMachine {
    /// Its Ethernet interfaces.
    pub nics: Vec<String>,
    /// The directories that a vimage can have as its root.
    pub roots: Vec<PathBuf>,
}

impl Default for NewMachine {
    /// The machine of the article.
    fn default() -> Self {
        Self {
            nics: vec!["igb0".into(), "igb1".into()],
            roots: vec!["/usr/jail/vj1".into(), "/usr/jail/vj2".into()],
        }
    }
}

impl NewMachine {
    /// Makes the machine, with the modules loaded that vimage needs.
    ///
    /// # Errors
    /// Where two interfaces have the same name, or one cannot be a name.
    pub fn build(&self) -> Result<Simulated> {
        let graph = SimMachine::new();
        for (number, name) in self.nics.iter().enumerate() {
            // Addresses of the range that documentation may use; where it ends, local ones.
            let [.., high, low] = (number as u64 + 1).to_be_bytes();
            let mac = EtherAddr([if high == 0 { 0x00 } else { 0x02 }, 0x00, 0x5e, high, 0x53, low]);
            graph.add_nic(name, mac).map_err(|errno| {
                Error::new(Exit::Usage, format!("an interface {name:?} cannot be: {errno}"))
            })?;
        }
        let jails = Simulated::jails_on(&graph, SimState::default());
        for root in &self.roots {
            jails.add_root(root);
        }
        for kind in MODULES {
            jails.host().load_module(&format!("ng_{kind}"))?;
        }
        Ok(Simulated::new(graph, jails, BTreeMap::new()))
    }
}

/// What of a machine is in its files.
#[derive(Debug)]
struct Written {
    document: String,
    /// How many of this process's commands are in the log.
    commands: usize,
    /// How many steps have been done since.
    steps: usize,
}

/// A file that holds a simulated machine, and the lock that keeps others out of it.
#[derive(Debug)]
pub struct MachineFile {
    path: PathBuf,
    /// What was last written.
    written: Mutex<Written>,
    _lock: Guard,
}

/// The lock is a file beside the machine's, which itself is replaced at each write.
fn lock_beside(path: &Path) -> Result<Guard> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    lock(&path.with_file_name(format!(".{name}.lock")))
}

impl MachineFile {
    /// Makes a machine and its file.
    ///
    /// # Errors
    /// Where there is a file already, unless `force`; where it cannot be written.
    pub fn create(path: &Path, machine: &NewMachine, force: bool) -> Result<()> {
        let simulated = machine.build()?;
        Self::has_room(path, force)?;
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)
                .map_err(|e| Error::failed(format!("making {}: {e}", folder.display())))?;
        }
        let _lock = lock_beside(path)?;
        Self::has_room(path, force)?;
        replace(path, text(&simulated)?.as_bytes())
    }

    /// Checks that a new machine can have this file.
    ///
    /// # Errors
    /// Where there is one already, unless `force`; where there is something else than a file, such as a device.
    pub fn has_room(path: &Path, force: bool) -> Result<()> {
        match fs::metadata(path) {
            Ok(there) if !there.is_file() => {
                Err(Error::new(Exit::Usage, format!("{} is no plain file", path.display()))
                    .hint("name another one: --host sim:FILE"))
            }
            Ok(_) if !force => {
                Err(Error::failed(format!("{} is there already", path.display())).hint("--force replaces it"))
            }
            _ => Ok(()),
        }
    }

    /// Opens the machine of a file, waiting for whoever works on it.
    pub(super) fn open(path: &Path) -> Result<(Self, Simulated)> {
        let none = || {
            Error::unavailable(format!("there is no simulated machine {}", path.display()))
                .hint(format!("`vimage --host sim:{} sim init` makes one", path.display()))
        };
        if !path.exists() {
            return Err(none());
        }
        let guard = lock_beside(path)?;
        let written = fs::read_to_string(path).map_err(|e| match e.kind() {
            ErrorKind::NotFound => none(),
            _ => Error::io("reading", path, &e),
        })?;
        let damaged = |why: String| {
            Error::unavailable(format!("{} is no simulated machine: {why}", path.display())).hint(format!(
                "`vimage --host sim:{} sim init --force` makes a new one in its place",
                path.display()
            ))
        };
        let document: Document = serde_json::from_str(&written).map_err(|e| damaged(e.to_string()))?;
        if document.simulated_machine != VERSION {
            return Err(damaged(format!(
                "it has version {}, this vimage knows {VERSION}",
                document.simulated_machine
            )));
        }
        let graph = SimMachine::load(&document.graph).map_err(|e| damaged(e.to_string()))?;
        let jails = Simulated::jails_on(&graph, document.jails);
        let written = Mutex::new(Written { document: written, commands: 0, steps: 0 });
        let file = Self { path: path.into(), written, _lock: guard };
        Ok((file, Simulated::new(graph, jails, document.files)))
    }

    /// Writes the machine as it is now, if anything of it has changed, and what was run since the last time.
    pub(super) fn save(&self, simulated: &Simulated) -> Result<()> {
        // In this order: what another thread has written since is not to be replaced by what was before.
        self.write(&mut self.written(), simulated)
    }

    /// Writes the machine after a step of several, if it is small or many have been done since it was last written.
    pub(super) fn save_step(&self, simulated: &Simulated) -> Result<()> {
        let mut written = self.written();
        written.steps += 1;
        if written.document.len() > written.steps * BYTES_A_STEP {
            return Ok(());
        }
        self.write(&mut written, simulated)
    }

    /// Writes the machine if steps have been done since it was last written.
    pub(super) fn save_rest(&self, simulated: &Simulated) -> Result<()> {
        let mut written = self.written();
        if written.steps == 0 { Ok(()) } else { self.write(&mut written, simulated) }
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, written: &mut Written, simulated: &Simulated) -> Result<()> {
        let text = text(simulated)?;
        let commands = simulated.jails.commands();
        let new: String =
            commands.iter().skip(written.commands).map(|command| format!("{command}\n")).collect();
        if !new.is_empty() {
            self.append(&new)?;
            written.commands = commands.len();
        }
        if written.document != text {
            replace(&self.path, text.as_bytes())?;
            written.document = text;
        }
        written.steps = 0;
        Ok(())
    }

    /// Adds a line to the log that tells of no command. Where it cannot be written, it is lost, as such lines may be.
    pub(super) fn note(&self, line: &str) {
        let _ = self.append(&format!("{line}\n"));
    }

    fn append(&self, text: &str) -> Result<()> {
        let log = self.log_path();
        let append =
            || fs::OpenOptions::new().create(true).append(true).open(&log)?.write_all(text.as_bytes());
        append().map_err(|e| Error::failed(format!("writing {}: {e}", log.display())))
    }

    /// Returns the commands that would have been run on the machine, a line each.
    pub(super) fn log(&self) -> String {
        fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    /// The log is beside the machine: what was run stays run when the machine is as it was before.
    fn log_path(&self) -> PathBuf {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        self.path.with_file_name(format!("{name}.log"))
    }
}

fn text(simulated: &Simulated) -> Result<String> {
    let software =
        |e: serde_json::Error| Error::new(Exit::Software, format!("writing a simulated machine: {e}"));
    let document = Document {
        simulated_machine: VERSION,
        graph: simulated.graph.save()?,
        jails: simulated.jails.state(),
        files: simulated.store.files(),
    };
    serde_json::to_string_pretty(&document).map(|text| text + "\n").map_err(software)
}
