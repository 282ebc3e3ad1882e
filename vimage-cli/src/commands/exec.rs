//! `vimage exec`.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitCode;

use jailrs::{Jail, Jid};

use super::Context;
use crate::error::{Error, Result};
use crate::state::Record;

/// Runs a command in a vimage, and ends with its exit status (128 and the signal, where one ended it).
pub(crate) fn exec(context: &mut Context, name: &str, command: &[String]) -> Result<ExitCode> {
    let machine = context.machine()?;
    let boot = machine.boot()?;
    let record = Record::load(&*machine.store, name)?.filter(|record| record.boot == boot);
    let jid = record.and_then(|record| record.jid);
    let jail = jid.and_then(|jid| Jail::from_jid(&machine.jails, Jid(jid)).ok());
    let Some(jail) = jail.filter(|jail| jail.name() == name) else {
        return Err(
            Error::unavailable(format!("{name} is not up")).hint(format!("`vimage up {name}` starts it"))
        );
    };
    let Some((program, args)) = command.split_first() else { return Ok(ExitCode::SUCCESS) };
    let status = jail.command(program).args(args).status()?;
    machine.sync()?;
    if machine.as_simulated().is_some() {
        eprintln!("vimage: noted, and not run: {}", command.join(" "));
    }
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1);
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)))
}
