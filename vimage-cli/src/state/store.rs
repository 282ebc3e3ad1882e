//! Where records are kept: a directory on a real machine, the machine's own file on a simulated one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};

use crate::error::{Error, Result};

/// How long a lock is waited for in silence.
const PATIENCE: Duration = Duration::from_secs(1);
/// The time between two tries.
const POLL: Duration = Duration::from_millis(10);

/// A lock; given back when it is dropped, or when the process ends.
pub struct Guard(#[expect(dead_code, reason = "held for its drop")] Held);

/// What holds a lock.
enum Held {
    File { _file: Flock<File> },
    Memory { _place: Place },
}

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

    /// Takes a lock, unless somebody has it.
    ///
    /// # Errors
    /// Where there can be no lock.
    fn try_lock(&self, name: &str) -> Result<Option<Guard>> {
        self.lock(name).map(Some)
    }

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
            .map_err(|e| Error::io("making", &self.0, &e))
    }
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

/// Where a file is written before it takes its place.
fn partial(path: &Path) -> PathBuf {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".new");
    partial.into()
}

/// Replaces a file: a crash leaves the old one or the new one.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let partial = partial(path);
    let write = || {
        let mut file = create(&partial)?;
        file.set_len(0)?;
        file.write_all(bytes)?;
        file.sync_data()?;
        fs::rename(&partial, path)
    };
    write().map_err(|e| Error::io("writing", path, &e))
}

/// Locks a file, waiting for whoever has it, and says who that is if it takes long.
pub(crate) fn lock(path: &Path) -> Result<Guard> {
    let failed = |errno: Errno| Error::io("locking", path, &errno.into());
    let mut file = create(path).map_err(|e| Error::io("opening", path, &e))?;
    let end = Instant::now() + PATIENCE;
    let locked = loop {
        match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(locked) => break locked,
            Err((back, Errno::EWOULDBLOCK)) if Instant::now() < end => {
                file = back;
                thread::sleep(POLL);
            }
            Err((back, Errno::EWOULDBLOCK)) => {
                // Vimages that are started together wait for each other: that is nothing to tell of.
                let holder = holder(path);
                if !holder.starts_with(&myself()) {
                    let line = format!("vimage: waiting for {holder}, which holds {}\n", path.display());
                    // In one piece: others wait for the same, and may say so at the same time.
                    let _ = std::io::stderr().write_all(line.as_bytes());
                }
                break Flock::lock(back, FlockArg::LockExclusive).map_err(|(_, errno)| failed(errno))?;
            }
            Err((_, errno)) => return Err(failed(errno)),
        }
    };
    // Who has it is only told; where it cannot be written, nobody is any the worse.
    let _ = sign(&locked);
    Ok(Guard(Held::File { _file: locked }))
}

/// Locks a file unless somebody has it.
fn try_lock(path: &Path) -> Result<Option<Guard>> {
    let file = create(path).map_err(|e| Error::io("opening", path, &e))?;
    match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
        Ok(locked) => Ok(Some(Guard(Held::File { _file: locked }))),
        Err((_, Errno::EWOULDBLOCK)) => Ok(None),
        Err((_, errno)) => Err(Error::io("locking", path, &errno.into())),
    }
}

/// Writes into a lock who has it.
fn sign(mut file: &File) -> std::io::Result<()> {
    let command: Vec<String> =
        std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    file.set_len(0)?;
    writeln!(file, "{} `vimage {}`", myself(), command.join(" "))
}

/// What this process begins with when it signs.
fn myself() -> String {
    format!("process {},", std::process::id())
}

/// Reads from a lock who has it.
fn holder(path: &Path) -> String {
    let signed = fs::read_to_string(path).unwrap_or_default();
    let line = signed.lines().next().filter(|line| line.starts_with("process ")).unwrap_or("another process");
    line.chars().filter(|c| !c.is_control()).take(200).collect()
}

impl Store for Directory {
    fn read(&self, key: &str) -> Result<Option<Vec<u8>>> {
        let path = self.0.join(key);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(Error::io("reading", &path, &e)),
        }
    }

    fn write(&self, key: &str, bytes: &[u8]) -> Result<()> {
        self.make()?;
        replace(&self.0.join(key), bytes)
    }

    fn remove(&self, key: &str) -> Result<()> {
        let path = self.0.join(key);
        // A crash may have left it while it was written.
        for path in [partial(&path), path] {
            match fs::remove_file(&path) {
                Err(e) if e.kind() != ErrorKind::NotFound => return Err(Error::io("removing", &path, &e)),
                _ => {}
            }
        }
        Ok(())
    }

    fn list(&self) -> Result<Vec<String>> {
        let entries = match fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(Error::io("reading", &self.0, &e)),
        };
        let mut keys = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|e| Error::io("reading", &self.0, &e))?;
            keys.extend(entry.file_name().into_string());
        }
        keys.sort();
        Ok(keys)
    }

    fn lock(&self, name: &str) -> Result<Guard> {
        self.make()?;
        lock(&self.0.join(format!("{name}.lock")))
    }

    fn try_lock(&self, name: &str) -> Result<Option<Guard>> {
        self.make()?;
        try_lock(&self.0.join(format!("{name}.lock")))
    }

    fn place(&self, key: &str) -> String {
        self.0.join(key).display().to_string()
    }
}

/// Files in memory. Its locks are for the threads of this process: whoever holds the machine's file keeps all other
/// processes out.
#[derive(Debug, Default)]
pub struct Memory {
    files: Mutex<BTreeMap<String, String>>,
    locks: Arc<Locks>,
}

#[derive(Debug, Default)]
struct Locks {
    held: Mutex<BTreeSet<String>>,
    changed: Condvar,
}

impl Locks {
    fn now(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What lets go of a lock that was entered.
    fn guard(self: &Arc<Self>, name: &str) -> Guard {
        Guard(Held::Memory { _place: Place { locks: Arc::clone(self), name: name.into() } })
    }
}

/// The place of one lock among those of a [`Memory`].
struct Place {
    locks: Arc<Locks>,
    name: String,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.locks.now().remove(&self.name);
        self.locks.changed.notify_all();
    }
}

impl Memory {
    /// Makes a store of these files.
    #[must_use]
    pub fn new(files: BTreeMap<String, String>) -> Self {
        Self { files: Mutex::new(files), locks: Arc::default() }
    }

    /// Returns the files as they are now.
    #[must_use]
    pub fn files(&self) -> BTreeMap<String, String> {
        self.now().clone()
    }

    fn now(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for Memory {
    fn read(&self, key: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.now().get(key).cloned().map(String::into_bytes))
    }

    fn write(&self, key: &str, bytes: &[u8]) -> Result<()> {
        let text = String::from_utf8_lossy(bytes).into_owned();
        self.now().insert(key.into(), text);
        Ok(())
    }

    fn remove(&self, key: &str) -> Result<()> {
        self.now().remove(key);
        Ok(())
    }

    fn list(&self) -> Result<Vec<String>> {
        Ok(self.now().keys().cloned().collect())
    }

    fn lock(&self, name: &str) -> Result<Guard> {
        let mut held = self.locks.now();
        while !held.insert(name.into()) {
            held = self.locks.changed.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
        Ok(self.locks.guard(name))
    }

    fn try_lock(&self, name: &str) -> Result<Option<Guard>> {
        Ok(self.locks.now().insert(name.into()).then(|| self.locks.guard(name)))
    }

    fn place(&self, key: &str) -> String {
        format!("the simulated machine's {key}")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn what_a_crash_left_half_written_goes_with_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let store = Directory::new(folder.path());
        store.write("a.json", b"{}").unwrap();
        fs::write(folder.path().join("a.json.new"), b"{").unwrap();
        store.remove("a.json").unwrap();
        assert_eq!(store.list().unwrap(), Vec::<String>::new());
    }
}
