//! The doing of one vimage's `up` or `down`: step by step, each told, written down before it is done, and kept after.

use std::fmt;
use std::time::Duration;

use netgraph::nodes::generic::NodeInfo;
use netgraph::{NodeId, Path, Socket};

use crate::error::{Error, Result};
use crate::host::Machine;
use crate::state::Record;

/// The environment variable that makes the program stop dead after that many saved states, as a crash would; for
/// tests of what `down` makes of it.
const STOP_AFTER: &str = "VIMAGE_STOP_AFTER";

/// How long the node of an interface may be away while the kernel sets it back, as it does once its last hook is gone.
const RESET: Duration = Duration::from_millis(500);

/// Returns the node of an interface that is there, which has [`RESET`] to come back. One that did not come back is not waited
/// for again, however many vimages ask for it. On a simulated machine it is never away, and nothing is waited for.
pub(crate) fn interface_node(machine: &Machine, socket: &Socket, path: &Path) -> Result<Option<NodeInfo>> {
    let name = path.to_string();
    let waits = machine.as_simulated().is_none() && !machine.given_up().contains(&name);
    let found = socket.wait_for(path, if waits { RESET } else { Duration::ZERO })?;
    if found.is_none() {
        machine.given_up().insert(name);
    } else {
        machine.given_up().remove(&name);
    }
    Ok(found)
}

/// How a step changes the machine, in a picture of the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sign {
    /// Something is made or put in.
    Add,
    /// Something is taken away or out.
    Remove,
    /// Something is changed or run.
    Change,
}

impl fmt::Display for Sign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Add => "+",
            Self::Remove => "-",
            Self::Change => "*",
        })
    }
}

/// A step of the work, as it is told.
///
/// ```
/// use vimage::work::{Sign, Step};
/// let step = Step { vimage: Some("vj1"), sign: Sign::Add, what: "jail vj1 at /usr/jail/vj1", why: "" };
/// assert_eq!(step.to_string(), "+ vj1: jail vj1 at /usr/jail/vj1");
/// let module = Step { vimage: None, sign: Sign::Add, what: "kernel module ng_hub", why: "it is not loaded" };
/// assert_eq!(module.to_string(), "+ kernel module ng_hub (it is not loaded)");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step<'a> {
    /// The vimage that it is done for; none if it is done for all.
    pub vimage: Option<&'a str>,
    /// How it changes the machine.
    pub sign: Sign,
    /// What is made, taken away, changed or run.
    pub what: &'a str,
    /// Why; empty where the step itself says it.
    pub why: &'a str,
}

impl fmt::Display for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.sign)?;
        if let Some(vimage) = self.vimage {
            write!(f, "{vimage}: ")?;
        }
        f.write_str(self.what)?;
        if self.why.is_empty() { Ok(()) } else { write!(f, " ({})", self.why) }
    }
}

/// Who is told what is done.
pub trait Report {
    /// A step is about to be done.
    fn step(&mut self, step: Step<'_>);

    /// Something is not as it should be, and the work goes on.
    fn warning(&mut self, vimage: &str, what: &str);
}

/// One vimage's work in progress.
pub struct Work<'a> {
    /// The machine.
    pub machine: &'a Machine,
    /// The socket that all messages go through.
    pub socket: &'a Socket,
    /// What is done and about to be done.
    pub record: Record,
    report: &'a mut dyn Report,
    saved: u64,
    stop_after: Option<u64>,
}

impl<'a> Work<'a> {
    /// Begins, or goes on with, the work of a record.
    pub fn new(machine: &'a Machine, socket: &'a Socket, record: Record, report: &'a mut dyn Report) -> Self {
        let told = std::env::var(STOP_AFTER).ok().filter(|_| !machine.is_copy());
        let stop_after = told.and_then(|steps| steps.parse().ok());
        Self { machine, socket, record, report, saved: 0, stop_after }
    }

    /// Returns the vimage's name.
    #[must_use]
    pub fn name(&self) -> String {
        self.record.wanted.name.clone()
    }

    /// Tells of a step, and does it. An error says which step it was.
    ///
    /// # Errors
    /// As `act`.
    pub fn step<T>(&mut self, sign: Sign, what: &str, act: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.step_because(sign, what, "", act)
    }

    /// Tells of a step and of the reason for it, and does it. An error says which step it was.
    ///
    /// # Errors
    /// As `act`.
    pub fn step_because<T>(
        &mut self,
        sign: Sign,
        what: &str,
        why: &str,
        act: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let vimage = Some(self.record.wanted.name.as_str()).filter(|name| !name.is_empty());
        self.report.step(Step { vimage, sign, what, why });
        act(self).map_err(|error| error.context(what))
    }

    /// Tells of something that is not as it should be.
    pub fn warn(&mut self, what: impl fmt::Display) {
        self.report.warning(&self.record.wanted.name, &what.to_string());
    }

    /// Writes the record down, so that a crash from here on finds it as it is now.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn save(&mut self) -> Result<()> {
        self.record.save(&*self.machine.store)?;
        self.sync()
    }

    /// Writes down what has been taken away. Where the disk is full, the record names what is gone, which does no harm,
    /// and the work goes on.
    ///
    /// # Errors
    /// As [`sync`](Self::sync).
    pub fn note(&mut self) -> Result<()> {
        if let Err(error) = self.record.save(&*self.machine.store) {
            self.warn(error.message);
        }
        self.sync()
    }

    /// Keeps the state of the machine as it is now; that of a large simulated one only now and then.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn sync(&mut self) -> Result<()> {
        self.saved += 1;
        if self.stop_after == Some(self.saved) {
            self.machine.sync()?;
            // Without any clean-up, as a crash has none.
            std::process::exit(137);
        }
        self.machine.sync_step()
    }

    /// Returns the number of the node at `path` if it is of the type `kind`, `None` if there is no node.
    ///
    /// # Errors
    /// Where there is a node of another type: it is somebody else's.
    pub fn find(&self, path: &Path, kind: &str) -> Result<Option<NodeId>> {
        Self::of_type(self.socket.find(path)?, path, kind)
    }

    /// Returns the number of the `ether` node of an interface that is there, as [`interface_node`] finds it.
    ///
    /// # Errors
    /// As [`find`](Self::find).
    pub(crate) fn find_interface(&self, path: &Path) -> Result<Option<NodeId>> {
        Self::of_type(interface_node(self.machine, self.socket, path)?, path, "ether")
    }

    fn of_type(found: Option<NodeInfo>, path: &Path, kind: &str) -> Result<Option<NodeId>> {
        match found {
            None => Ok(None),
            Some(node) if node.type_name == kind => Ok(Some(node.id)),
            Some(node) => {
                let message =
                    format!("the node {path} is of type {}, where a {kind} is needed", node.type_name);
                Err(Error::unavailable(message).hint("name that node otherwise, or shut it down"))
            }
        }
    }
}

impl fmt::Debug for Work<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Work")
            .field("record", &self.record)
            .field("saved", &self.saved)
            .finish_non_exhaustive()
    }
}
