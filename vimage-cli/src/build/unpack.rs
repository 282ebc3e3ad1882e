//! Hands the archive of a set to tar(1), which knows about flags, ACLs and owners.

use std::ffi::OsString;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};

use nix::errno::Errno;
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;

use super::digest::{CHUNK, Digester, compare, open};
use super::release::Set;
use super::{Progress, Watch};
use crate::error::{Error, Result};

/// The environment variable that names another tar(1), by its path.
const OTHER: &str = "VIMAGE_TAR";

/// How much of what a command complains of is kept, in bytes.
const COMPLAINT: usize = 2000;

/// Returns the tar(1) that is used.
fn tar() -> PathBuf {
    std::env::var_os(OTHER).map_or_else(|| "/usr/bin/tar".into(), PathBuf::from)
}

/// Unpacks a set into a directory. What tar(1) reads is what was checked: it is held against the checksums again.
///
/// # Errors
/// What tar(1) complains of; a piece that has changed since it was checked; that somebody asked to stop.
pub(crate) fn unpack(set: &Set, into: &Path, watch: &Watch, progress: &Progress) -> Result<()> {
    let tar = tar();
    let mut command = Command::new(&tar);
    command.args(["-x", "-p", "--numeric-owner"]).args(compression(set)?).args(["-f", "-", "-C"]).arg(into);
    let spawned = quiet(&mut command).stdin(Stdio::piped()).spawn();
    let mut child = spawned.map_err(|e| Error::unavailable(format!("running {}: {e}", tar.display())))?;
    watch.running(child.id());
    let stderr = child.stderr.take();
    let complaints = std::thread::spawn(move || stderr.map(read_complaint).unwrap_or_default());
    let fed = feed(set, &mut child, watch, progress);
    if fed.is_err() {
        let _ = child.kill();
    }
    await_end(&child);
    watch.ended();
    let ended = child.wait().map_err(|e| Error::failed(format!("waiting for {}: {e}", tar.display())));
    let complaint = complaints.join().unwrap_or_default();
    watch.check()?;
    fed?;
    judge(&tar, ended?, &complaint)
}

/// Waits until a command has ended and leaves it to be waited for, so that its number is not given to another meanwhile.
fn await_end(child: &Child) {
    let Ok(pid) = i32::try_from(child.id()) else { return };
    let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
    while waitid(Id::Pid(Pid::from_raw(pid)), flags) == Err(Errno::EINTR) {}
}

/// Prepares a command so that it says nothing by itself, and depends on nothing in the environment.
pub(super) fn quiet(command: &mut Command) -> &mut Command {
    let env: [(&str, &str); 2] = [("PATH", "/sbin:/bin:/usr/sbin:/usr/bin"), ("LC_ALL", "C.UTF-8")];
    command.env_clear().envs(env).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped())
}

/// Tells how a command ended.
pub(super) fn judge(program: &Path, ended: ExitStatus, complaint: &str) -> Result<()> {
    if ended.success() {
        return Ok(());
    }
    let complaint = complaint.trim_end();
    let told = format!("{} ended with {ended}", program.display());
    let full = complaint.contains("No space left on device");
    let error = Error::failed(if complaint.is_empty() { told } else { format!("{told}:\n{complaint}") });
    Err(if full { error.hint("the file system is full: make room first") } else { error })
}

/// Reads all that a command complains of, and keeps the beginning.
fn read_complaint(mut from: ChildStderr) -> String {
    let mut kept = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(read) = from.read(&mut buffer) {
        if read == 0 {
            break;
        }
        let room = COMPLAINT.saturating_sub(kept.len());
        kept.extend(buffer.iter().take(read.min(room)));
    }
    String::from_utf8_lossy(&kept).into_owned()
}

/// Writes the pieces of a set to the command, one after the other.
fn feed(set: &Set, child: &mut Child, watch: &Watch, progress: &Progress) -> Result<()> {
    let mut stdin = child.stdin.take();
    let mut buffer = vec![0; CHUNK];
    for piece in &set.pieces {
        let mut file = open(&piece.path)?;
        let mut digester = piece.digest.as_ref().map(Digester::like);
        loop {
            watch.check()?;
            let read = read_some(&mut file, &mut buffer, &piece.path)?;
            let bytes = buffer.get(..read).unwrap_or_default();
            if bytes.is_empty() {
                break;
            }
            if let Some(digester) = &mut digester {
                digester.update(bytes);
            }
            // Having seen the end of the archive, or failed, it may not read what follows: its exit status tells.
            if stdin.as_mut().is_some_and(|stdin| stdin.write_all(bytes).is_err()) {
                stdin = None;
            }
            progress.advance(read);
        }
        if let (Some(wanted), Some(digester)) = (&piece.digest, digester) {
            compare(&piece.path, wanted, &digester.finish())?;
        }
    }
    Ok(())
}

fn read_some(file: &mut File, buffer: &mut [u8], path: &Path) -> Result<usize> {
    loop {
        match file.read(buffer) {
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(Error::failed(format!("reading {}: {e}", path.display()))),
            Ok(read) => return Ok(read),
        }
    }
}

/// The option that tells tar(1) how the archive is compressed, by how it begins: not every tar(1) finds out in a pipe.
fn compression(set: &Set) -> Result<Option<OsString>> {
    let Some(first) = set.pieces.first() else { return Ok(None) };
    let mut beginning = [0; 6];
    let mut file = open(&first.path)?;
    let mut length = 0;
    while let Some(rest) = beginning.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match read_some(&mut file, rest, &first.path)? {
            0 => break,
            read => length += read,
        }
    }
    let option = match beginning {
        [0x1f, 0x8b, ..] => "-z",
        [b'B', b'Z', b'h', ..] => "-j",
        [0xfd, b'7', b'z', b'X', b'Z', 0] => "-J",
        [0x28, 0xb5, 0x2f, 0xfd, ..] => "--zstd",
        _ => return Ok(None),
    };
    Ok(Some(option.into()))
}
