//! Common ground of the course: which kernel a lesson runs on, time, and its picture.

pub mod original;
pub mod sandbox;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use netgraph::graph::{Graph, Picture};
use netgraph::kernel::HostKernel;
use netgraph::sim::{SimKernel, SimMachine};
use netgraph::{Kernel, Result, Socket};

/// Returns FreeBSD's kernel if the program was started with `--kernel`, and a simulated one otherwise.
#[must_use]
pub fn kernel() -> Arc<dyn Kernel> {
    Stage::new().kernel()
}

/// What a lesson is played on.
///
/// `--kernel` plays it on FreeBSD's kernel; otherwise it is played on a simulated machine. `--picture FILE` draws the graph
/// that it makes, as SVG.
#[derive(Debug)]
pub struct Stage {
    machine: Option<SimMachine>,
    start: Instant,
    picture: Option<PathBuf>,
}

impl Default for Stage {
    fn default() -> Self {
        Self::new()
    }
}

impl Stage {
    /// Sets the stage that the command line asks for.
    #[must_use]
    pub fn new() -> Self {
        let arguments: Vec<String> = std::env::args().collect();
        let real = arguments.iter().any(|argument| argument == "--kernel");
        let after = arguments.iter().position(|argument| argument == "--picture").map(|at| at + 1);
        let picture = after.and_then(|at| arguments.get(at)).map(PathBuf::from);
        Self { machine: (!real).then(SimMachine::new), start: Instant::now(), picture }
    }

    /// Returns the kernel.
    #[must_use]
    pub fn kernel(&self) -> Arc<dyn Kernel> {
        match &self.machine {
            Some(machine) => Arc::new(SimKernel::on(machine, 0)),
            None => Arc::new(HostKernel),
        }
    }

    /// Returns the simulated machine, unless the lesson is played on FreeBSD's kernel.
    #[must_use]
    pub fn machine(&self) -> Option<&SimMachine> {
        self.machine.as_ref()
    }

    /// Opens a socket whose node has a name.
    ///
    /// # Errors
    /// As [`Socket::open`].
    pub fn open(&self, name: &str) -> Result<Socket> {
        Socket::open(&*self.kernel(), Some(name.parse()?))
    }

    /// Lets time pass: at once on a simulated machine.
    pub fn pass(&self, time: Duration) {
        match &self.machine {
            Some(machine) => machine.advance(time),
            None => std::thread::sleep(time),
        }
    }

    /// Returns how much time has passed since the stage was set.
    #[must_use]
    pub fn now(&self) -> Duration {
        match &self.machine {
            Some(machine) => machine.now(),
            None => self.start.elapsed(),
        }
    }

    /// Draws the graph as it is now, if a picture was asked for.
    ///
    /// # Errors
    /// As [`Graph::snapshot`]; where the file cannot be written.
    pub fn picture(&self, socket: &Socket) -> Result<(), Box<dyn std::error::Error>> {
        let Some(file) = &self.picture else { return Ok(()) };
        let graph = Graph::snapshot(socket)?;
        std::fs::write(file, Picture::of(&graph).to_svg())
            .map_err(|error| io::Error::new(error.kind(), format!("writing {}: {error}", file.display())))?;
        Ok(())
    }
}
