//! `vimage console`: a login shell in a vimage, on a terminal of its own.

use std::process::ExitCode;

use super::exec::{exit_code, would_run};
use super::{Context, running, say};
use crate::error::{Error, Result};

/// Runs the login shell of `user` in a vimage, and ends as it does.
pub(crate) fn console(context: &mut Context, name: &str, user: &str) -> Result<ExitCode> {
    let machine = context.machine()?;
    let (_, jail) = running(context, &machine, name)?;
    let shell = format!("a login shell of {user}");
    if context.global.dry_run {
        return would_run(&shell, name);
    }
    if machine.as_simulated().is_some() {
        // There is no passwd(5) to look into, and nobody to talk to.
        jail.command("/usr/bin/login").args(["-f", user]).console()?;
        machine.sync()?;
        say(&format!("noted, and not run: {shell} in {name}"));
        return Ok(ExitCode::SUCCESS);
    }
    let shell = jail.login(user).map_err(|error| {
        Error::from(error).hint(format!("`vimage exec {name} /bin/sh` needs no user of the vimage"))
    })?;
    Ok(exit_code(shell.console()?))
}
