//! Where the picture goes.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use crate::error::{Error, Exit, Result};

/// Writes a file whole or not at all: whoever looks at it meanwhile sees the old one or the new one.
///
/// What is no plain file, such as `/dev/stdout` or a named pipe, is written into.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let told = |error: io::Error| Error::io("writing", path, &error);
    match fs::metadata(path) {
        Ok(there) if there.is_dir() => {
            Err(Error::new(Exit::Usage, format!("{} is a directory", path.display()))
                .hint("name a file in it"))
        }
        Ok(there) if !there.is_file() => {
            OpenOptions::new().write(true).open(path).and_then(|mut file| file.write_all(bytes)).map_err(told)
        }
        // The file that a link leads to is replaced, not the link.
        Ok(_) => replace(&fs::canonicalize(path).map_err(told)?, bytes).map_err(told),
        Err(_) => replace(path, bytes).map_err(told),
    }
}

/// Writes beside the file, under a name that nothing has, and takes its place.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}", std::process::id()));
    let partial = path.with_file_name(name);
    let mut file = OpenOptions::new().write(true).create_new(true).open(&partial)?;
    let done = file.write_all(bytes).and_then(|()| match fs::metadata(path) {
        Ok(old) => file.set_permissions(old.permissions()),
        Err(_) => Ok(()),
    });
    let done = done.and_then(|()| fs::rename(&partial, path));
    if done.is_err() {
        // What is left of it is of no use; the first error is the one to tell.
        let _ = fs::remove_file(&partial);
    }
    done
}
