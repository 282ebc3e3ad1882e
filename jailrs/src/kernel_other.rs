//! No jails here.

use std::sync::Arc;

use crate::system::System;
use crate::{Error, Result};

/// There is no such kernel on this system.
pub(crate) fn system() -> Result<Arc<dyn System>> {
    Err(Error::Unsupported {
        what: "a jail".to_owned(),
        hint: format!(
            "{} has none; use FreeBSD, or the simulated machine of jailrs::sim",
            std::env::consts::OS
        ),
    })
}
