//! What is done to a root once its sets are unpacked: directories get what mtree(8) says, and it is looked at once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::release::{Form, Release, Set};
use super::unpack::{judge, quiet};
use super::{Version, Watch};
use crate::error::{Error, Result};

/// The environment variable that names another mtree(8), by its path.
const OTHER: &str = "VIMAGE_MTREE";

/// What mtree(8) is told about the directories of every old release, and for which directory.
const HIERARCHIES: [(&str, &str); 3] =
    [("BSD.root.dist", ""), ("BSD.var.dist", "var"), ("BSD.usr.dist", "usr")];

/// Finishes a root: gives directories their owners and modes, and checks that it is one.
///
/// # Errors
/// What mtree(8) complains of; what the root lacks; that it is newer than the kernel, whatever its release is called.
pub(crate) fn finish(
    release: &Release,
    sets: &[&Set],
    root: &Path,
    kernel: Option<Version>,
    watch: &Watch,
) -> Result<()> {
    if release.form == Form::Pieces {
        for set in sets {
            watch.check()?;
            if let Some(specification) = &set.mtree {
                mtree(specification, root, &[])?;
            }
        }
        for (file, below) in HIERARCHIES {
            watch.check()?;
            if let (Some(file), Some(folder)) =
                (inside(root, &format!("etc/mtree/{file}")), inside(root, below))
            {
                mtree(&file, &folder, &["-d"])?;
            }
        }
    }
    if sets.iter().any(|set| set.name == "base") {
        check(root, kernel)?;
    }
    Ok(())
}

/// A path in the root, unless a part of it is not there or is a symbolic link, which could lead out.
fn inside(root: &Path, below: &str) -> Option<PathBuf> {
    let mut path = root.to_path_buf();
    for part in below.split('/').filter(|part| !part.is_empty()) {
        path.push(part);
        fs::symlink_metadata(&path).ok().filter(|found| !found.file_type().is_symlink())?;
    }
    Some(path)
}

/// Applies a specification of mtree(8) to a directory, making what is missing and correcting what differs.
fn mtree(specification: &Path, folder: &Path, more: &[&str]) -> Result<()> {
    let program = std::env::var_os(OTHER).map_or_else(|| "/usr/sbin/mtree".into(), PathBuf::from);
    if !program.exists() {
        // Elsewhere than on FreeBSD; what tar(1) unpacked has owners and modes already.
        eprintln!("vimage: there is no {}: {} is not applied", program.display(), specification.display());
        return Ok(());
    }
    let mut command = Command::new(&program);
    command.args(more).args(["-e", "-U", "-q", "-f"]).arg(specification).arg("-p").arg(folder);
    let output = quiet(&mut command)
        .output()
        .map_err(|e| Error::failed(format!("running {}: {e}", program.display())))?;
    // It ends with 2 where it had something to correct.
    if output.status.code() == Some(2) {
        return Ok(());
    }
    judge(&program, output.status, &String::from_utf8_lossy(&output.stderr))
}

/// Looks whether a root is one, and of which version.
fn check(root: &Path, kernel: Option<Version>) -> Result<()> {
    let lacking: Vec<&str> =
        ["bin/sh", "dev", "etc/rc"].into_iter().filter(|path| inside(root, path).is_none()).collect();
    if !lacking.is_empty() {
        let message = format!("what was unpacked is no root: it has no {}", lacking.join(", no "));
        return Err(Error::failed(message).hint("is it a set base of FreeBSD?"));
    }
    let told = inside(root, "bin/freebsd-version").and_then(|path| fs::read_to_string(path).ok());
    let line =
        told.as_deref().unwrap_or_default().lines().find_map(|line| line.strip_prefix("USERLAND_VERSION="));
    match (line.and_then(Version::of_name), kernel) {
        (Some(found), Some(kernel)) if found > kernel => Err(newer("what was unpacked", found, kernel)),
        _ => Ok(()),
    }
}

/// The refusal of a release that is newer than the kernel.
pub(crate) fn newer(what: &str, found: Version, kernel: Version) -> Error {
    let message = format!(
        "{what} is FreeBSD {found} and the running kernel is {kernel}: programs of a newer release may ask the kernel for \
         what it does not have"
    );
    Error::unavailable(message)
        .hint("take an older release, or update the host first; --force builds it all the same")
}
