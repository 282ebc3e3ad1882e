//! Where there is no netgraph.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::name::NodeName;
use crate::transport::{Kernel, Transport};

/// The kernel of this machine: on FreeBSD its netgraph, elsewhere an error that says so.
///
/// ```
/// # #[cfg(not(target_os = "freebsd"))]
/// # {
/// use netgraph::{Error, Kernel, kernel::HostKernel};
/// assert!(matches!(HostKernel.open(None), Err(Error::Unsupported { .. })));
/// # }
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct HostKernel;

fn unsupported(what: &str) -> Error {
    Error::Unsupported {
        what: what.into(),
        hint: "only FreeBSD has netgraph; the simulated kernel (netgraph::sim) runs anywhere".into(),
    }
}

impl Kernel for HostKernel {
    fn open(&self, _: Option<&NodeName>) -> Result<Box<dyn Transport>> {
        Err(unsupported("opening a netgraph socket"))
    }

    fn load_type(&self, type_name: &str) -> Result<()> {
        Err(unsupported(&format!("loading ng_{type_name}")))
    }

    fn in_jail(&self, jid: i32) -> Result<Arc<dyn Kernel>> {
        Err(unsupported(&format!("opening a netgraph socket in the jail {jid}")))
    }
}
