//! Running commands, attached to a jail or not.

use std::ffi::CString;
use std::fs::OpenOptions;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::process::{self, Command, Output};

use crate::Errno;
use crate::command::{Spec, Stdio};
use crate::sys;
use crate::system::Target;

/// Runs a command to its end.
pub(super) fn run(jail: Option<Target>, spec: &Spec) -> Result<Output, Errno> {
    let cwd = CString::new(spec.cwd.as_os_str().as_bytes()).map_err(|_| Errno::EINVAL)?;
    let mut command = Command::new(&spec.program);
    command.args(&spec.args).env_clear().envs(spec.env.iter().map(|(name, value)| (name, value)));
    command.stdin(match &spec.stdin {
        Stdio::Append(file) => {
            let opened = OpenOptions::new().read(true).open(file);
            opened.map_err(|error| Errno::from_io(&error))?.into()
        }
        Stdio::Inherit => process::Stdio::inherit(),
        Stdio::Null | Stdio::Capture => process::Stdio::null(),
    });
    command.stdout(output(&spec.stdout)?).stderr(output(&spec.stderr)?);
    sys::enter_jail(&mut command, jail, spec.ids.clone(), cwd);
    let done = command.spawn().and_then(process::Child::wait_with_output);
    done.map_err(|error| Errno::from_io(&error))
}

fn output(stdio: &Stdio) -> Result<process::Stdio, Errno> {
    Ok(match stdio {
        Stdio::Inherit => process::Stdio::inherit(),
        Stdio::Null => process::Stdio::null(),
        Stdio::Capture => process::Stdio::piped(),
        Stdio::Append(file) => {
            let opened = OpenOptions::new().append(true).create(true).mode(0o600).open(file);
            opened.map_err(|error| Errno::from_io(&error))?.into()
        }
    })
}
