//! Common ground of the examples: which kernel they run on.

use std::sync::Arc;

use netgraph::Kernel;
use netgraph::kernel::HostKernel;
use netgraph::sim::SimKernel;

/// Returns FreeBSD's kernel if the program was started with `--kernel`, and a simulated one otherwise.
#[must_use]
pub fn kernel() -> Arc<dyn Kernel> {
    if std::env::args().any(|argument| argument == "--kernel") {
        Arc::new(HostKernel)
    } else {
        Arc::new(SimKernel::new())
    }
}
