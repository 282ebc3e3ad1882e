//! `vimage exec`.

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitCode, ExitStatus};

use super::{Context, print, running, say};
use crate::error::Result;

/// Runs a command in a vimage, and ends with its exit status (128 and the signal, where one ended it).
pub(crate) fn exec(context: &mut Context, name: &str, command: &[OsString]) -> Result<ExitCode> {
    let machine = context.machine()?;
    let (_, jail) = running(context, &machine, name)?;
    let Some((program, args)) = command.split_first() else { return Ok(ExitCode::SUCCESS) };
    let command = jail.command(program).args(args);
    let line = command.line();
    if context.global.dry_run {
        return would_run(&line, name);
    }
    let status = command.interactive()?;
    machine.sync()?;
    if machine.as_simulated().is_some() {
        say(&format!("noted, and not run: {line}"));
    }
    Ok(exit_code(status))
}

/// Says what is not run, because it is only to be tried.
pub(super) fn would_run(what: &str, name: &str) -> Result<ExitCode> {
    print(&format!("* {name}: run {what} in {name}\n"))?;
    Ok(ExitCode::SUCCESS)
}

/// The exit code of a program that ended like this.
pub(super) fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1);
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}
