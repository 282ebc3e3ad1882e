//! The machine that vimage works on: FreeBSD's kernel, or a simulated machine kept in a file.

mod copy;
mod file;
mod syslog;
mod vnets;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jailrs::{Host as Jails, Jid};
use netgraph::kernel::HostKernel;
use netgraph::{Kernel, NodeName, Socket};

use crate::error::{Error, Result};
use crate::state::{Directory, Store};

pub use file::{MachineFile, NewMachine};
pub use syslog::Priority;
pub use vnets::Simulated;
pub(crate) use vnets::interface_name;

/// The node types that vimage needs; each is a kernel module `ng_TYPE`.
pub(crate) const MODULES: [&str; 5] = ["socket", "ether", "bridge", "eiface", "hub"];

/// Where records are kept on a real machine; cleared when it boots.
const STATE_DIR: &str = "/var/run/vimage";

/// A machine: its graph, its jails and interfaces, and the records of what vimage does.
#[derive(Debug)]
pub struct Machine {
    /// Where netgraph sockets are opened.
    pub kernel: Arc<dyn Kernel>,
    /// Jails, interfaces, mounts and commands.
    pub jails: Jails,
    /// Records and locks.
    pub store: Arc<dyn Store>,
    /// The file of a simulated machine.
    file: Option<MachineFile>,
    /// The simulated machine.
    simulated: Option<Simulated>,
    /// Whether it is a copy, on which things are only tried.
    copied: bool,
    /// Whether the file system is that of this computer.
    real: bool,
    /// The nodes of interfaces that were waited for, and did not come.
    given_up: Mutex<BTreeSet<String>>,
}

impl Machine {
    /// Returns the machine that this program runs on.
    ///
    /// # Errors
    /// Where it is not FreeBSD.
    pub fn kernel() -> Result<Self> {
        let jails = Jails::kernel().map_err(|error| match error {
            jailrs::Error::Unsupported { .. } => {
                Error::unavailable("this is not FreeBSD: it has neither jails nor netgraph")
                    .hint("--host sim:FILE names a simulated machine; `vimage sim init` makes one")
            }
            error => error.into(),
        })?;
        Ok(Self {
            kernel: Arc::new(HostKernel),
            jails,
            store: Arc::new(Directory::new(STATE_DIR)),
            file: None,
            simulated: None,
            copied: false,
            real: true,
            given_up: Mutex::default(),
        })
    }

    /// Opens the simulated machine that is kept in a file, and keeps others out of it until it is dropped.
    ///
    /// # Errors
    /// Where there is none, or the file holds something else.
    pub fn file(path: &Path) -> Result<Self> {
        let (file, simulated) = MachineFile::open(path)?;
        let machine = Self::simulated(simulated);
        Ok(Self { file: Some(file), ..machine })
    }

    /// Uses a simulated machine that is kept nowhere.
    #[must_use]
    pub fn simulated(simulated: Simulated) -> Self {
        Self {
            kernel: Arc::new(simulated.kernel()),
            jails: simulated.jails.host(),
            store: Arc::clone(&simulated.store) as Arc<dyn Store>,
            file: None,
            simulated: Some(simulated),
            copied: false,
            real: false,
            given_up: Mutex::default(),
        }
    }

    /// Returns the simulated machine, if it is one.
    #[must_use]
    pub fn as_simulated(&self) -> Option<&Simulated> {
        self.simulated.as_ref()
    }

    /// Tells whether it is a [copy](Self::copy).
    #[must_use]
    pub fn is_copy(&self) -> bool {
        self.copied
    }

    /// Tells whether it is, or is a copy of, the machine that this program runs on.
    #[must_use]
    pub fn is_real(&self) -> bool {
        self.real
    }

    /// The nodes of interfaces that were waited for in vain.
    pub(crate) fn given_up(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.given_up.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a netgraph socket on the host. It has no name, so that any number of processes may have one.
    ///
    /// # Errors
    /// As [`Socket::open`].
    pub fn socket(&self, name: Option<NodeName>) -> Result<Socket> {
        Ok(Socket::open(&*self.kernel, name)?)
    }

    /// Opens a netgraph socket in a jail's VNET. It holds the jail: one that is removed stays, dying, until it is dropped.
    ///
    /// # Errors
    /// As [`Socket::open_in_jail`].
    pub fn socket_in(&self, jid: Jid) -> Result<Socket> {
        // A simulated kernel goes by the numbers of VNETs, and has none below 0.
        let number = match &self.simulated {
            Some(simulated) => {
                simulated.jails.vnet(jid).and_then(|vnet| i32::try_from(vnet).ok()).unwrap_or(-1)
            }
            None => jid.0,
        };
        Ok(Socket::open_in_jail(&*self.kernel, number, None)?)
    }

    /// Returns the commands that would have been run on a simulated machine, a line each.
    #[must_use]
    pub fn log(&self) -> String {
        self.file.as_ref().map(MachineFile::log).unwrap_or_default()
    }

    /// Tells syslogd(8) what was changed. A simulated machine has none: there it is noted in the log of commands.
    pub fn syslog(&self, priority: Priority, message: &str) {
        match (&self.file, &self.simulated) {
            (None, None) => syslog::send(Path::new(syslog::SOCKET), priority, message),
            // What is kept nowhere has no log either.
            (None, Some(_)) => {}
            (Some(file), _) => {
                file.note(&format!("syslog {}: {}", priority.name(), syslog::one_line(message)))
            }
        }
    }

    /// Writes a simulated machine to its file, so that it would be found like this after a crash. A real machine needs
    /// no such thing.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn sync(&self) -> Result<()> {
        self.write(MachineFile::save)
    }

    /// Writes a simulated machine to its file after one step of several; a large one only now and then, so that after a
    /// crash it is found as it was some steps before. [`keep`](Self::keep) writes the last ones.
    ///
    /// # Errors
    /// As [`sync`](Self::sync).
    pub(crate) fn sync_step(&self) -> Result<()> {
        self.write(MachineFile::save_step)
    }

    /// Returns what came of work on the machine, once all its steps are in a simulated one's file.
    ///
    /// # Errors
    /// As the work, and as [`sync`](Self::sync).
    pub(crate) fn keep(&self, done: Result<()>) -> Result<()> {
        match (done, self.write(MachineFile::save_rest)) {
            (Err(error), Err(other)) => Err(error.and(other)),
            (done, written) => done.and(written),
        }
    }

    fn write(&self, save: impl FnOnce(&MachineFile, &Simulated) -> Result<()>) -> Result<()> {
        match (&self.file, &self.simulated) {
            (Some(file), Some(simulated)) => save(file, simulated),
            _ => Ok(()),
        }
    }

    /// Returns what tells this boot of the machine from every other.
    ///
    /// # Errors
    /// Where the kernel does not tell when it booted.
    pub fn boot(&self) -> Result<String> {
        // Of FreeBSD 14 and later; the time of the boot moves when the clock is set.
        if let Ok(id) = self.jails.sysctl("kern.boot_id") {
            return Ok(id.iter().map(|byte| format!("{byte:02x}")).collect());
        }
        let time = self.jails.boot_time()?;
        let seconds = time.duration_since(std::time::UNIX_EPOCH).map_or(0, |t| t.as_secs());
        Ok(format!("boot at {seconds}"))
    }

    /// Returns the host's UUID, of which stable addresses are made; `None` where nobody has set it.
    ///
    /// # Errors
    /// Where the kernel does not tell.
    pub fn uuid(&self) -> Result<Option<String>> {
        let uuid = self.jails.uuid()?;
        let unset = uuid.chars().all(|c| matches!(c, '0' | '-'));
        Ok((!unset).then_some(uuid))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use netgraph::Path as Address;
    use netgraph::transport::{Call, Fault, Faulty};

    use super::*;
    use crate::work::interface_node;

    #[test]
    fn a_node_that_did_not_come_back_is_asked_for_once_by_each_that_follows() {
        // As on FreeBSD, where nodes of interfaces are away for a moment.
        let machine =
            Machine { simulated: None, ..Machine::simulated(NewMachine::default().build().unwrap()) };
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let plan = move |call: Call, _| {
            count.fetch_add(usize::from(call == Call::SendMsg), Ordering::Relaxed);
            None::<Fault>
        };
        let socket = Socket::on(Box::new(Faulty::new(machine.kernel.open(None).unwrap(), plan)));
        let ask = |name: &str| {
            let path: Address = NodeName::try_from(name).unwrap().into();
            let before = asked.load(Ordering::Relaxed);
            let found = interface_node(&machine, &socket, &path).unwrap();
            (found.is_some(), asked.load(Ordering::Relaxed) - before)
        };
        assert_eq!(ask("igb0"), (true, 1));
        let (found, times) = ask("em0");
        assert!(!found && times > 1, "{times}");
        assert_eq!(ask("em0"), (false, 1));
        let (found, times) = ask("em1");
        assert!(!found && times > 1, "another one is waited for: {times}");
    }
}
