//! Where records are kept: a directory on a real machine, the machine's own file on a simulated one.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use nix::fcntl::{Flock, FlockArg};

use crate::error::{Error, Exit, Result};

/// A lock; given back when it is dropped, or when the process ends.
pub struct Guard(#[expect(dead_code, reason = "held for its drop")] Option<Flock<File>>);

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Guard")
    }
}

/// A small set of files that are written whole or not at all.
pub trait Store: fmt::Debug + Send + Sync {
    /// Reads a file, or returns `None` where there is none.
    ///
    /// # Errors
    /// Where it is there and cannot be read.
    fn read(&self, key: &str) -> Result<Option<Vec<u8>>>;

    /// Writes a file; a crash leaves the old one or the new one.
    ///
    /// # Errors
    /// Where it cannot be written.
    fn write(&self, key: &str, bytes: &[u8]) -> Result<()>;

    /// Removes a file; one that is not there is no error.
    ///
    /// # Errors
    /// Where it cannot be removed.
    fn remove(&self, key: &str) -> Result<()>;

    /// Returns the files' keys, in order.
    ///
    /// # Errors
    /// Where they cannot be listed.
    fn list(&self) -> Result<Vec<String>>;

    /// Takes a lock, waiting for whoever has it.
    ///
    /// # Errors
    /// Where there can be no lock.
    fn lock(&self, name: &str) -> Result<Guard>;

    /// Returns where a file is, for messages.
    fn place(&self, key: &str) -> String;
}

/// A directory of the machine, `/var/run/vimage`, that only root may enter.
#[derive(Debug)]
pub struct Directory(PathBuf);

impl Directory {
    /// Uses a directory; it is made when something is first written.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    fn make(&self) -> Result<()> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.0)
            .map_err(|e| io("making", &self.0, &e))
    }
}

fn io(doing: &str, path: &Path, error: &std::io::Error) -> Error {
    let exit = if error.kind() == ErrorKind::PermissionDenied { Exit::Permission } else { Exit::Failed };
    let hint = if exit == Exit::Permission { "run vimage as root" } else { "" };
    Error::new(exit, format!("{doing} {}: {error}", path.display())).hint(hint)
}

/// Opens a file for writing that nobody else may read, never through a symbolic link.
fn create(path: &Path) -> std::io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(nix::fcntl::OFlag::O_NOFOLLOW.bits())
        .open(path)
}

/// Replaces a file: a crash leaves the old one or the new one.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".new");
    let partial = PathBuf::from(partial);
    let write = || {
        let mut file = create(&partial)?;
        file.set_len(0)?;
        file.write_all(bytes)?;
        file.sync_data()?;
        fs::rename(&partial, path)
    };
    write().map_err(|e| io("writing", path, &e))
}

/// Locks a file, waiting for whoever has it.
pub(crate) fn lock(path: &Path) -> Result<Guard> {
    let file = create(path).map_err(|e| io("opening", path, &e))?;
    let locked =
        Flock::lock(file, FlockArg::LockExclusive).map_err(|(_, e)| io("locking", path, &e.into()))?;
    Ok(Guard(Some(locked)))
}

impl Store for Directory {
    fn read(&self, key: &str) -> Result<Option<Vec<u8>>> {
        let path = self.0.join(key);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(io("reading", &path, &e)),
        }
    }

    fn write(&self, key: &str, bytes: &[u8]) -> Result<()> {
        self.make()?;
        replace(&self.0.join(key), bytes)
    }

    fn remove(&self, key: &str) -> Result<()> {
        let path = self.0.join(key);
        match fs::remove_file(&path) {
            Err(e) if e.kind() != ErrorKind::NotFound => Err(io("removing", &path, &e)),
            _ => Ok(()),
        }
    }

    fn list(&self) -> Result<Vec<String>> {
        let entries = match fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(io("reading", &self.0, &e)),
        };
        let mut keys = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|e| io("reading", &self.0, &e))?;
            keys.extend(entry.file_name().into_string());
        }
        keys.sort();
        Ok(keys)
    }

    fn lock(&self, name: &str) -> Result<Guard> {
        self.make()?;
        lock(&self.0.join(format!("{name}.lock")))
    }

    fn place(&self, key: &str) -> String {
        self.0.join(key).display().to_string()
    }
}

/// Files in memory. Whoever holds the machine's file holds the only lock that there is.
#[derive(Debug, Default)]
pub struct Memory(Mutex<BTreeMap<String, String>>);

impl Memory {
    /// Makes a store of these files.
    #[must_use]
    pub fn new(files: BTreeMap<String, String>) -> Self {
        Self(Mutex::new(files))
    }

    /// Returns the files as they are now.
    #[must_use]
    pub fn files(&self) -> BTreeMap<String, String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Store for Memory {
    fn read(&self, key: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.files().remove(key).map(String::into_bytes))
    }

    fn write(&self, key: &str, bytes: &[u8]) -> Result<()> {
        let text = String::from_utf8_lossy(bytes).into_owned();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key.into(), text);
        Ok(())
    }

    fn remove(&self, key: &str) -> Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
        Ok(())
    }

    fn list(&self) -> Result<Vec<String>> {
        Ok(self.files().into_keys().collect())
    }

    fn lock(&self, _: &str) -> Result<Guard> {
        Ok(Guard(None))
    }

    fn place(&self, key: &str) -> String {
        format!("the simulated machine's {key}")
    }
}
