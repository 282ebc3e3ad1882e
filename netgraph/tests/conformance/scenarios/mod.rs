//! What FreeBSD's own tests of netgraph hold, restated: sys/netgraph basic, hub and bridge.

use libtest_mimic::Failed;

use crate::ground::Ground;

/// A test that runs on either kernel.
pub(crate) type Scenario = fn(&Ground) -> Result<(), Failed>;

pub(crate) const ALL: &[(&str, Scenario)] = &[];
