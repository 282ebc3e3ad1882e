//! Which sets of a release go into a root.

use super::release::{Release, Set};
use crate::error::{Error, Result};

/// The sets that go into a root, and those that one would have expected.
#[derive(Debug)]
pub(crate) struct Chosen<'r> {
    /// In the order in which they are unpacked: base first.
    pub(crate) sets: Vec<&'r Set>,
    /// The sets of a jail that the release has not, and that it can do without.
    pub(crate) lacking: Vec<&'r str>,
}

/// Chooses the sets of these names, or those of a jail if none is named. `base` is always among the latter.
///
/// # Errors
/// Every set and every piece that is missing, all at once; sets without a checksum, unless `force`.
pub(crate) fn select<'r>(release: &'r Release, names: &[String], force: bool) -> Result<Chosen<'r>> {
    let mut missing = Vec::new();
    let mut sets: Vec<&Set> = Vec::new();
    let mut lacking = Vec::new();
    if names.is_empty() {
        lacking = release.lacking();
        let is_there = |set: &&Set| set.name == "base" || !set.pieces.is_empty();
        let (there, gone): (Vec<&Set>, Vec<&Set>) =
            release.sets.iter().filter(|set| set.default).partition(is_there);
        sets.extend(there);
        lacking.extend(gone.iter().map(|set| set.name.as_str()));
        if !sets.iter().any(|set| set.name == "base") {
            missing.push("the set base".to_string());
        }
    }
    for name in names {
        let found: Vec<&Set> = release.sets.iter().filter(|set| is_called(set, name)).collect();
        if found.is_empty() {
            missing.push(format!("the set {name}"));
        }
        sets.extend(found);
    }
    // The others are unpacked over it.
    sets.sort_by_key(|set| set.name != "base");
    let mut seen = std::collections::BTreeSet::new();
    sets.retain(|set| seen.insert(set.name.clone()));
    for set in &sets {
        missing.extend(set.missing.iter().map(|file| format!("{file} of the set {}", set.name)));
    }
    if !missing.is_empty() {
        let there: Vec<&str> = release.sets.iter().map(|set| set.name.as_str()).collect();
        let hint = match there.is_empty() {
            true => "there are no sets in it at all".to_string(),
            false => {
                format!("it has {}; fetch what is missing into {}", there.join(" "), release.path.display())
            }
        };
        return Err(Error::unavailable(format!("{} lacks {}", release.name, missing.join(", "))).hint(hint));
    }
    if let Some(piece) = sets.iter().find_map(|set| set.unchecked()).filter(|_| !force) {
        let message = format!("nothing says what {} must be: it cannot be checked", piece.path.display());
        return Err(Error::unavailable(message)
            .hint("fetch the release's MANIFEST (or its .inf) beside it; --force unpacks it as it is"));
    }
    Ok(Chosen { sets, lacking })
}

/// Whether a set is meant by a name: its own, that of its directory, or that of its file.
fn is_called(set: &Set, name: &str) -> bool {
    let file = || set.pieces.iter().any(|piece| piece.path.file_name().is_some_and(|file| file == name));
    set.name == name || set.name.split_once('/').is_some_and(|(folder, _)| folder == name) || file()
}
