//! `vimage rc-script`: the rc.d(8) script.

use std::process::ExitCode;

use super::print_as_is;
use crate::error::Result;

/// The script, with a place for the folder that the program is in, as ports have it.
const SCRIPT: &str = include_str!("rc_script/vimage.in");

/// Where the program is if it does not know it itself.
const USUAL: &str = "/usr/local/sbin/vimage";

/// Prints the script for this program, where it is now.
pub(crate) fn rc_script() -> Result<ExitCode> {
    let here = std::env::current_exe().ok().and_then(|path| path.into_os_string().into_string().ok());
    // In single quotes, whatever is in it.
    let here = here.unwrap_or_else(|| USUAL.into()).replace('\'', r"'\''");
    print_as_is(&SCRIPT.replace("%%PREFIX%%/sbin/vimage", &here))?;
    Ok(ExitCode::SUCCESS)
}
