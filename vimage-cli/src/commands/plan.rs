//! `vimage plan`: what `up` would do, tried on a copy of the machine.

use std::process::ExitCode;

use super::{Context, up};
use crate::error::Result;

/// Shows what `up` would do; exits with 2 if that is anything.
pub(crate) fn plan(context: &mut Context, names: &[String]) -> Result<ExitCode> {
    context.global.dry_run = true;
    context.is_plan = true;
    up::up(context, names, false)
}
