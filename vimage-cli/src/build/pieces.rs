//! The form of FreeBSD 8 and older: a directory for each set, its archive cut into pieces, an `.inf` of their checksums.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::digest::Digest;
use super::release::{Piece, Set, io, modest};
use crate::error::Result;

/// The suffixes of a set that is one archive.
const ARCHIVES: [&str; 3] = ["tgz", "tbz", "txz"];

/// Reads the sets below a release: its own directories, and those of its `dists` if it has one.
pub(super) fn read(release: &Path) -> Result<Vec<Set>> {
    let mut sets = Vec::new();
    for top in [release.to_path_buf(), release.join("dists")] {
        if !top.is_dir() {
            continue;
        }
        read_folder(&top, None, &mut sets)?;
        for (name, folder) in entries(&top)? {
            if folder.is_dir() && name != "dists" {
                read_folder(&folder, Some(&name), &mut sets)?;
            }
        }
    }
    Ok(sets)
}

/// Returns the entries of a folder by name, in order; those that are no text are none of a release's.
pub(super) fn entries(folder: &Path) -> Result<BTreeMap<String, PathBuf>> {
    let mut entries = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(|e| io(folder, &e))? {
        let entry = entry.map_err(|e| io(folder, &e))?;
        if let Ok(name) = entry.file_name().into_string() {
            entries.insert(name, entry.path());
        }
    }
    Ok(entries)
}

/// Reads the sets of one folder, which is called after the set if it has but one.
fn read_folder(folder: &Path, name: Option<&str>, sets: &mut Vec<Set>) -> Result<()> {
    let files = entries(folder)?;
    let sums = checksums(&files)?;
    let stems: BTreeSet<&str> = files.keys().filter_map(|file| stem(file)).collect();
    for stem in stems {
        let set_name = match name {
            Some(name) if name != stem => format!("{name}/{stem}"),
            _ => stem.to_string(),
        };
        sets.push(read_set(folder, stem, set_name, &files, &sums)?);
    }
    Ok(())
}

/// The set that a file shows to be there: `base` of `base.aa`, `base.inf`, `base.tgz`. A later piece shows none, as
/// `install.sh` could be one by its name.
fn stem(file: &str) -> Option<&str> {
    let (stem, suffix) = file.rsplit_once('.')?;
    (suffix == "aa" || suffix == "inf" || ARCHIVES.contains(&suffix))
        .then_some(stem)
        .filter(|s| !s.is_empty())
}

/// Whether a suffix is that of a piece: two letters, as split(1) gives them.
fn is_piece(suffix: &str) -> bool {
    suffix.len() == 2 && suffix.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn read_set(
    folder: &Path,
    stem: &str,
    name: String,
    files: &BTreeMap<String, PathBuf>,
    sums: &BTreeMap<String, Digest>,
) -> Result<Set> {
    let mut set = Set::new(name);
    set.mtree = files.get(&format!("{stem}.mtree")).cloned();
    let inf = match files.get(&format!("{stem}.inf")) {
        Some(path) => Some(Inf::parse(&modest(path)?)),
        None => None,
    };
    let single =
        ARCHIVES.iter().map(|suffix| format!("{stem}.{suffix}")).find(|file| files.contains_key(file));
    let names: Vec<String> = match (single, &inf) {
        (Some(file), _) => vec![file],
        // As many as it says; those that are not there are missed.
        (None, Some(inf)) => (0..inf.pieces).map(|number| format!("{stem}.{}", suffix(number))).collect(),
        (None, None) => {
            // All that look like pieces of it; a gap is missed.
            let is_piece = |file: &&String| {
                file.strip_prefix(stem).and_then(|rest| rest.strip_prefix('.')).is_some_and(is_piece)
            };
            let count = files.keys().filter(is_piece).count();
            (0..).take(count).map(|number| format!("{stem}.{}", suffix(number))).collect()
        }
    };
    for file in names {
        let path = folder.join(&file);
        let mut digest = sums.get(&file).copied();
        if let (Some(inf), Some((_, suffix))) = (&inf, file.rsplit_once('.')) {
            digest = digest.or_else(|| inf.sums.get(suffix).copied());
        }
        if files.contains_key(&file) {
            set.pieces.push(Piece::of(path, digest)?);
        } else {
            set.missing.push(file);
        }
    }
    if set.pieces.is_empty() && set.missing.is_empty() {
        set.missing.push(format!("{stem}.aa"));
    }
    Ok(set)
}

/// The suffix of a piece, counted from 0: `aa`, `ab` ... `zz`.
fn suffix(number: u32) -> String {
    let letter = |number: u32| char::from(b'a' + (number % 26) as u8);
    [letter(number / 26), letter(number)].iter().collect()
}

/// What an `.inf` says: how many pieces there are, and the checksum of each by its suffix.
#[derive(Debug, Default, PartialEq, Eq)]
struct Inf {
    pieces: u32,
    sums: BTreeMap<String, Digest>,
}

impl Inf {
    /// The most pieces that two letters can tell apart.
    const MOST: u32 = 26 * 26;

    /// Reads `Pieces = 24` and `cksum.aa = 2331846105 1425408`; other lines say nothing to us.
    fn parse(text: &str) -> Self {
        let mut inf = Self::default();
        for line in text.lines() {
            let Some((key, value)) = line.split_once('=') else { continue };
            let key = key.trim().to_ascii_lowercase();
            if key == "pieces" {
                inf.pieces = value.trim().parse().unwrap_or(0).min(Self::MOST);
            } else if let Some(suffix) = key.strip_prefix("cksum.") {
                let mut numbers = value.split_ascii_whitespace();
                let crc = numbers.next().and_then(|crc| crc.parse().ok());
                let length = numbers.next().and_then(|length| length.parse().ok());
                if let (Some(crc), Some(length)) = (crc, length) {
                    inf.sums.insert(suffix.to_string(), Digest::Cksum(crc, length));
                }
            }
        }
        inf
    }
}

/// Reads the `CHECKSUM.SHA256` of a folder, if it has one: lines as sha256(1) prints them.
fn checksums(files: &BTreeMap<String, PathBuf>) -> Result<BTreeMap<String, Digest>> {
    let Some(path) = files.get("CHECKSUM.SHA256") else { return Ok(BTreeMap::new()) };
    let text = modest(path)?;
    let line = |line: &str| {
        let (file, hex) = line.strip_prefix("SHA256 (")?.split_once(") = ")?;
        let file = file.rsplit('/').next()?;
        Some((file.to_string(), Digest::sha256(hex.trim())?))
    };
    Ok(text.lines().filter_map(line).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_inf_names_its_pieces_and_their_checksums() {
        let inf = Inf::parse("Pieces =  2\ncksum.aa = 2331846105 1425408\ncksum.ab = 12 34\n");
        assert_eq!(inf.pieces, 2);
        assert_eq!(inf.sums.get("aa"), Some(&Digest::Cksum(2_331_846_105, 1_425_408)));
        assert_eq!(inf.sums.get("ab"), Some(&Digest::Cksum(12, 34)));
        assert_eq!(Inf::parse("Pieces = 99999999\n").pieces, 676);
    }

    #[test]
    fn pieces_are_counted_as_split_does() {
        assert_eq!([0, 1, 25, 26, 675].map(suffix), ["aa", "ab", "az", "ba", "zz"]);
    }

    #[test]
    fn the_set_of_a_file_is_known_by_its_suffix() {
        assert_eq!(["base.aa", "base.inf", "base.tgz"].map(stem), [Some("base"); 3]);
        assert_eq!(["base.mtree", "CHECKSUM.MD5", "install.sh", ".aa"].map(stem), [None; 4]);
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd_for_an_inf(text in ".*") {
            prop_assert!(Inf::parse(&text).pieces <= Inf::MOST);
        }
    }
}
