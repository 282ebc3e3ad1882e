//! Ties the simulated jails to the simulated graph, by the numbers of VNETs.

use std::collections::BTreeMap;
use std::sync::Arc;

use jailrs::sim::SimHost;
use netgraph::sim::{SimKernel, SimMachine};

use crate::state::Memory;

/// A simulated machine: graph, jails and files.
#[derive(Debug, Clone)]
pub struct Simulated {
    /// VNETs, interfaces and nodes.
    pub graph: SimMachine,
    /// Jails, processes, mounts.
    pub jails: SimHost,
    /// The files that vimage keeps.
    pub store: Arc<Memory>,
}

impl Simulated {
    /// Ties jails to a graph.
    #[must_use]
    pub fn new(graph: SimMachine, jails: SimHost, files: BTreeMap<String, String>) -> Self {
        Self { graph, jails, store: Arc::new(Memory::new(files)) }
    }

    /// Returns the kernel of the host's own VNET.
    #[must_use]
    pub fn kernel(&self) -> SimKernel {
        SimKernel::on(&self.graph, 0)
    }
}
