//! Things that go wrong on demand.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Errno;

/// An operation of the seam that can be made to fail.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// Creating or changing a jail.
    JailSet,
    /// Reading a jail.
    JailGet,
    /// Removing a jail.
    JailRemove,
    /// Listing interfaces.
    Interfaces,
    /// Changing an interface.
    InterfaceChange,
    /// Creating an interface.
    InterfaceCreate,
    /// Destroying an interface.
    InterfaceDestroy,
    /// Moving an interface into a jail.
    InterfaceMove,
    /// Taking an interface back.
    InterfaceReclaim,
    /// Ending TCP connections.
    TcpDrop,
    /// Running a command.
    Run,
    /// Signalling processes.
    KillAll,
    /// Mounting.
    Mount,
    /// Unmounting.
    Unmount,
    /// Loading a module.
    ModuleLoad,
}

/// What is to go wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Faults {
    /// For each operation: after how many more calls it fails, and how.
    errors: BTreeMap<Op, Vec<(u32, Errno)>>,
    /// For how many looks each removed jail of this name stays dying.
    pub(super) dying: BTreeMap<String, u32>,
    /// For how many looks the interfaces of each VNET jail that is gone are not back.
    pub(super) homecoming: u32,
}

impl Faults {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Makes the `nth` call from now (1 is the next) of an operation fail.
    pub(super) fn add(&mut self, op: Op, nth: u32, errno: Errno) {
        self.errors.entry(op).or_default().push((nth.max(1), errno));
    }

    /// Counts one call of an operation; an error if it is one that is to fail.
    pub(super) fn check(&mut self, op: Op) -> Result<(), Errno> {
        let Some(planned) = self.errors.get_mut(&op) else { return Ok(()) };
        let mut failure = Ok(());
        planned.retain_mut(|(left, errno)| {
            *left = left.saturating_sub(1);
            if *left == 0 {
                failure = Err(*errno);
            }
            *left > 0
        });
        if planned.is_empty() {
            self.errors.remove(&op);
        }
        failure
    }
}
