//! `vimage restart`.

use std::process::ExitCode;

use super::report::{Telling, changing};
use super::{Context, command_line, down, select, up};
use crate::config::Config;
use crate::error::Result;
use crate::host::Machine;

/// Stops vimages and starts them again; all of `vimage_list` if none is named. What could not come up again is not
/// taken down: everything is tried on a copy of the machine first.
pub(crate) fn restart(context: &mut Context, names: &[String]) -> Result<ExitCode> {
    changing(context, &command_line("restart", names), |context| {
        let config = context.config()?;
        let chosen = select(&config, names)?;
        if chosen.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = chosen.iter().map(|vimage| vimage.name.to_string()).collect();
        let machine = context.bench_to_take_down()?;
        let quiet = context.telling(Telling::Nowhere);
        let tried = both(&quiet, &machine.copy()?, &config, &names);
        tried.map_err(|error| error.context("nothing was taken down, because of what would not work"))?;
        both(context, &machine, &config, &names)
    })
}

/// One that does not go down does not keep the others from coming up again.
fn both(context: &Context, machine: &Machine, config: &Config, names: &[String]) -> Result<()> {
    let down = down::take_down(context, machine, Ok(config), names, false);
    let up = up::bring_up(context, machine, config, names);
    match (down, up) {
        (Err(down), Err(up)) => Err(down.and(up)),
        (Err(error), Ok(())) | (Ok(()), Err(error)) => Err(error),
        (Ok(()), Ok(())) => Ok(()),
    }
}
