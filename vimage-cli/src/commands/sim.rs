//! `vimage sim`: simulated machines.

use std::path::PathBuf;
use std::process::ExitCode;

use super::{Context, print};
use crate::error::{Error, Exit, Result};
use crate::host::{Machine, MachineFile, NewMachine};

/// Makes a simulated machine: that of the article unless told otherwise.
pub(crate) fn init(context: &mut Context, nics: &[String], roots: &[PathBuf], force: bool) -> Result<ExitCode> {
    let Some(file) = context.machine_file()? else {
        return Err(Error::new(Exit::Usage, "there is a real machine here").hint("name the simulated one: --host sim:FILE"));
    };
    let mut machine = NewMachine::default();
    if !nics.is_empty() {
        machine.nics = nics.to_vec();
    }
    if !roots.is_empty() {
        machine.roots = roots.to_vec();
    }
    MachineFile::create(&file, &machine, force)?;
    eprintln!("vimage: made the simulated machine {} with {}", file.display(), machine.nics.join(" "));
    Ok(ExitCode::SUCCESS)
}

/// Shows the commands that would have been run.
pub(crate) fn log(context: &mut Context) -> Result<ExitCode> {
    let Some(file) = context.machine_file()? else {
        return Err(Error::new(Exit::Usage, "only a simulated machine keeps a log of commands").hint("--host sim:FILE"));
    };
    let machine = Machine::file(&file)?;
    let lines: String = machine.as_simulated().map(|simulated| simulated.log()).unwrap_or_default();
    print(&lines)?;
    Ok(ExitCode::SUCCESS)
}
