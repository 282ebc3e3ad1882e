//! Releases and the sets that they have.

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::digest::Digest;
use super::{Version, pieces};
use crate::error::{Error, Result};

/// Where releases are kept that nobody says otherwise of.
pub(crate) const REPOSITORIES: &str = "/usr/repos";

/// How the names of releases end.
const KINDS: [&str; 3] = ["-RELEASE", "-STABLE", "-CURRENT"];

/// The longest list of checksums that is read, in bytes.
const MOST: u64 = 1 << 20;

/// The form that a release has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Form {
    /// An archive for each set, and a `MANIFEST`.
    Manifest,
    /// Archives in pieces, in a directory for each set.
    Pieces,
}

/// A release of FreeBSD, as it is kept on disk.
#[derive(Debug)]
pub(crate) struct Release {
    /// The name of its directory: `15.1-RELEASE`.
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) form: Form,
    pub(crate) sets: Vec<Set>,
}

/// A distribution set.
#[derive(Debug)]
pub(crate) struct Set {
    /// `base`, or `kernels/generic` where a directory has several.
    pub(crate) name: String,
    /// The files of its archive, in their order.
    pub(crate) pieces: Vec<Piece>,
    /// The files that should be there and are not.
    pub(crate) missing: Vec<String>,
    /// The owners and modes of its directories, for mtree(8).
    pub(crate) mtree: Option<PathBuf>,
    /// Whether it belongs to a jail if nobody says otherwise.
    pub(crate) default: bool,
}

/// A file of a set's archive.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) path: PathBuf,
    /// Its length, in bytes.
    pub(crate) length: u64,
    /// What it must come out as, where the release says so.
    pub(crate) digest: Option<Digest>,
}

impl Set {
    pub(super) fn new(name: String) -> Self {
        Self { name, pieces: Vec::new(), missing: Vec::new(), mtree: None, default: false }
    }

    /// Returns how long its archive is, in bytes.
    pub(crate) fn length(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.length).sum()
    }

    /// Returns the first piece that nothing says the checksum of.
    pub(crate) fn unchecked(&self) -> Option<&Piece> {
        self.pieces.iter().find(|piece| piece.digest.is_none())
    }
}

impl Piece {
    pub(super) fn of(path: PathBuf, digest: Option<Digest>) -> Result<Self> {
        let metadata = fs::metadata(&path).map_err(|e| io(&path, &e))?;
        if !metadata.is_file() {
            return Err(Error::unavailable(format!("{} is no regular file", path.display())));
        }
        Ok(Self { path, length: metadata.len(), digest })
    }
}

impl Release {
    /// Reads what a release has, none of the sets themselves.
    ///
    /// # Errors
    /// Where it cannot be read, or its `MANIFEST` is none.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let manifest = path.join("MANIFEST");
        let modern = pieces::entries(path)?.keys().any(|file| archive_name(file).is_some());
        let (form, mut sets) = if manifest.exists() || modern {
            (Form::Manifest, from_manifest(path, &manifest)?)
        } else {
            (Form::Pieces, pieces::read(path)?)
        };
        if form == Form::Pieces {
            sets.iter_mut().for_each(|set| set.default = OF_A_JAIL.contains(&set.name.as_str()));
        }
        Ok(Self { name, path: path.into(), form, sets })
    }

    /// Returns the version that its name tells.
    pub(crate) fn version(&self) -> Option<Version> {
        Version::of_name(&self.name)
    }

    /// Returns the sets that such a release has for a jail and this one has not.
    pub(crate) fn lacking(&self) -> Vec<&str> {
        let wanted: &[&str] = if self.form == Form::Pieces { &OF_A_JAIL } else { &["base"] };
        wanted.iter().copied().filter(|name| !self.sets.iter().any(|set| set.name == *name)).collect()
    }
}

/// The sets that a jail from an old release has, where they are there.
const OF_A_JAIL: [&str; 7] = ["base", "doc", "dict", "games", "info", "manpages", "proflibs"];

/// Finds the releases of a repository: directories in it, or one level below, whose names end as those of releases do;
/// in the order of their versions.
///
/// # Errors
/// Where the repository cannot be read.
pub(crate) fn find(repository: &Path) -> Result<Vec<PathBuf>> {
    let folders = |folder: &Path| -> Result<Vec<PathBuf>> {
        Ok(pieces::entries(folder)?.into_values().filter(|path| path.is_dir()).collect())
    };
    let is_release = |path: &Path| {
        path.file_name().is_some_and(|name| KINDS.iter().any(|kind| name.to_string_lossy().ends_with(kind)))
    };
    let mut found = Vec::new();
    for folder in folders(repository)? {
        if is_release(&folder) {
            found.push(folder);
            continue;
        }
        // One that may not be entered has no releases for us.
        found.extend(folders(&folder).unwrap_or_default().into_iter().filter(|path| is_release(path)));
    }
    let key = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        (Version::of_name(&name), name, path.clone())
    };
    found.sort_by_key(key);
    Ok(found)
}

/// The set that an archive of today's form has, by its file's name.
fn archive_name(file: &str) -> Option<&str> {
    file.strip_suffix(".txz").or_else(|| file.strip_suffix(".tzst"))
}

/// Reads the sets that a `MANIFEST` lists, and those that are there without being listed.
fn from_manifest(path: &Path, manifest: &Path) -> Result<Vec<Set>> {
    let text = match modest(manifest) {
        Err(_) if !manifest.exists() => String::new(),
        text => text?,
    };
    let mut sets = parse_manifest(&text)
        .map_err(|line| {
            Error::unavailable(format!("{}:{line}: this is no line of a MANIFEST", manifest.display()))
                .hint("fetch it again")
        })?
        .into_iter()
        .map(|listed| {
            let mut set = Set::new(listed.name);
            let file = path.join(&listed.file);
            if file.exists() {
                set.pieces.push(Piece::of(file, Some(listed.digest))?);
            } else {
                set.missing.push(listed.file);
            }
            set.default = set.name == "base" || listed.on && !set.name.starts_with("kernel");
            Ok(set)
        })
        .collect::<Result<Vec<Set>>>()?;
    for (file, path) in pieces::entries(path)? {
        let Some(name) = archive_name(&file) else { continue };
        if !sets.iter().any(|set| set.name == name) {
            let mut set = Set::new(name.to_string());
            set.pieces.push(Piece::of(path, None)?);
            set.default = name == "base";
            sets.push(set);
        }
    }
    Ok(sets)
}

/// A line of a `MANIFEST`.
#[derive(Debug, PartialEq, Eq)]
struct Listed {
    file: String,
    name: String,
    digest: Digest,
    /// Whether bsdinstall(8) would have it marked.
    on: bool,
}

/// Reads the lines `file, SHA-256, entries, name, description, on or off`, with tabs between; fails with the number of
/// the first line that is none.
fn parse_manifest(text: &str) -> Result<Vec<Listed>, usize> {
    let line = |line: &str| {
        let mut fields = line.split('\t');
        let (file, hex) = (fields.next()?, fields.next()?);
        let name = archive_name(file).filter(|name| !name.is_empty() && !file.contains('/'))?;
        let on = fields.nth(3).is_none_or(|on| on.trim() != "off");
        Some(Listed { file: file.into(), name: name.into(), digest: Digest::sha256(hex)?, on })
    };
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(number, text)| line(text).ok_or(number + 1)).collect()
}

/// Reads a file that is no longer than a list of checksums can be.
pub(super) fn modest(path: &Path) -> Result<String> {
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(|e| io(path, &e))?;
    file.take(MOST).read_to_end(&mut bytes).map_err(|e| io(path, &e))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

pub(super) fn io(path: &Path, error: &std::io::Error) -> Error {
    let told = Error::unavailable(format!("reading {}: {error}", path.display()));
    if error.kind() == ErrorKind::NotFound {
        return told.hint(format!(
            "put releases into {REPOSITORIES}, such as {REPOSITORIES}/15.1-RELEASE with base.txz and MANIFEST, or name \
             another place with --repo"
        ));
    }
    told
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SHA: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn a_manifest_is_read_as_bsdinstall_reads_it() {
        let text = format!(
            "base.txz\t{SHA}\t2650\tbase\t\"Base system (MANDATORY)\"\ton\n\
             kernel.txz\t{SHA}\t5\tkernel\t\"Kernel (MANDATORY)\"\ton\n\
             tests.txz\t{SHA}\t9\ttests\t\"Test suite\"\toff\n"
        );
        let listed = parse_manifest(&text).unwrap();
        let names: Vec<(&str, bool)> = listed.iter().map(|l| (l.name.as_str(), l.on)).collect();
        assert_eq!(names, [("base", true), ("kernel", true), ("tests", false)]);
    }

    #[test]
    fn a_manifest_cannot_name_a_file_elsewhere() {
        assert_eq!(parse_manifest(&format!("base.txz\t{SHA}\n../base.txz\t{SHA}\n")), Err(2));
        assert_eq!(parse_manifest("base.txz\tabc\n"), Err(1));
        assert_eq!(parse_manifest("<html>\n"), Err(1));
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd_for_a_manifest(text in "(.|\t|\n)*") {
            if let Ok(listed) = parse_manifest(&text) {
                prop_assert!(listed.iter().all(|l| !l.file.contains('/')));
            }
        }
    }
}
