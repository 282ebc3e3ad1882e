//! Which vimages use a mount: an index to the records, so that a mount that many share need not be looked for in all of
//! them. The records are what counts.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Record, Store};
use crate::error::{Error, Result};

/// The users of one mount point. Read and written with the [mount lock](super::MOUNT_LOCK) held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MountUsers {
    point: PathBuf,
    users: BTreeSet<String>,
}

impl MountUsers {
    fn key(point: &Path) -> String {
        let hash = Sha256::digest(point.as_os_str().as_encoded_bytes());
        let digits: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        format!("mount-{digits}")
    }

    /// Reads the users of a mount point.
    fn load(store: &dyn Store, point: &Path) -> Result<Self> {
        let none = Self { point: point.into(), users: BTreeSet::new() };
        let Some(bytes) = store.read(&Self::key(point))? else { return Ok(none) };
        match serde_json::from_slice::<Self>(&bytes) {
            Ok(users) if users.point == point => Ok(users),
            // The records know it, too.
            _ => Ok(Self { users: Record::with_mount(store, point), ..none }),
        }
    }

    fn save(&self, store: &dyn Store) -> Result<()> {
        let key = Self::key(&self.point);
        if self.users.is_empty() {
            return store.remove(&key);
        }
        let bytes = serde_json::to_vec(self).map_err(|e| Error::failed(format!("writing {key}: {e}")))?;
        store.write(&key, &bytes)
    }

    /// Enters a user whose record has the mount point.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub(crate) fn enter(store: &dyn Store, point: &Path, name: &str) -> Result<()> {
        let mut users = Self::load(store, point)?;
        if users.users.insert(name.into()) { users.save(store) } else { Ok(()) }
    }

    /// Strikes a user off, before the record forgets the mount point. Where the others cannot be written, `doubt` is told
    /// of it: the index names one too many, whose record does not have the mount point.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub(crate) fn leave(
        store: &dyn Store,
        point: &Path,
        name: &str,
        doubt: impl FnOnce(Error),
    ) -> Result<()> {
        let mut users = Self::load(store, point)?;
        if !users.users.remove(name) {
            return Ok(());
        }
        match users.save(store) {
            Err(error) if !users.users.is_empty() => doubt(error),
            saved => saved?,
        }
        Ok(())
    }

    /// Tells whether another vimage of this boot than `name` uses the mount point. A record that cannot be read may name
    /// anything: `doubt` is told of it, and it counts.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub(crate) fn others(
        store: &dyn Store,
        point: &Path,
        name: &str,
        boot: &str,
        mut doubt: impl FnMut(&Error),
    ) -> Result<bool> {
        let mut index = Self::load(store, point)?;
        let mut uses = |other: &str| match Record::load(store, other) {
            Ok(record) => record.is_some_and(|r| r.boot == boot && r.mounts.iter().any(|m| m.point == point)),
            Err(error) => {
                doubt(&error);
                true
            }
        };
        if index.users.iter().any(|user| user != name && uses(user)) {
            return Ok(true);
        }
        // Whoever is in the index had all others in it, too.
        if index.users.contains(name) {
            return Ok(false);
        }
        let all = Record::names(store)?;
        let others: Vec<String> = all.into_iter().filter(|other| other != name && uses(other)).collect();
        if others.is_empty() {
            return Ok(false);
        }
        index.users.extend(others);
        index.save(store)?;
        Ok(true)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::state::{Memory, MountRecord};
    use crate::wanted::Wanted;

    fn record(store: &Memory, name: &str, boot: &str, point: &str) {
        let wanted = Wanted { name: name.into(), ..Wanted::default() };
        let mut record = Record::new(boot.into(), "tag".into(), wanted);
        record.mounts.push(MountRecord { point: point.into(), fstype: "devfs".into(), fsid: None });
        record.save(store).unwrap();
    }

    fn others(store: &Memory, name: &str) -> bool {
        MountUsers::others(store, Path::new("/j/dev"), name, "now", |_| {}).unwrap()
    }

    #[test]
    fn a_mount_that_another_uses_is_found_with_the_index_and_without() {
        let store = Memory::default();
        record(&store, "a", "now", "/j/dev");
        record(&store, "b", "now", "/j/dev");
        assert!(others(&store, "b"), "by the records");
        MountUsers::enter(&store, Path::new("/j/dev"), "b").unwrap();
        assert!(others(&store, "b"), "by the index");
        Record::remove(&store, "a").unwrap();
        assert!(!others(&store, "b"), "the index alone says nothing");
    }

    #[test]
    fn other_boots_and_other_places_do_not_count() {
        let store = Memory::default();
        record(&store, "a", "before", "/j/dev");
        record(&store, "b", "now", "/k/dev");
        MountUsers::enter(&store, Path::new("/j/dev"), "a").unwrap();
        assert!(!others(&store, "c"));
    }

    #[test]
    fn a_damaged_index_is_no_worse_than_none() {
        // Whoever enters it makes it whole again.
        let store = Memory::default();
        record(&store, "a", "now", "/j/dev");
        MountUsers::enter(&store, Path::new("/j/dev"), "b").unwrap();
        let key = MountUsers::key(Path::new("/j/dev"));
        let whole = store.read(&key).unwrap().unwrap();
        for length in 0..whole.len() {
            store.write(&key, whole.get(..length).unwrap()).unwrap();
            assert!(others(&store, "b"), "{length} bytes");
            store.write(&key, whole.get(..length).unwrap()).unwrap();
            MountUsers::enter(&store, Path::new("/j/dev"), "b").unwrap();
            assert!(others(&store, "b"), "{length} bytes");
        }
    }

    #[test]
    fn a_record_that_cannot_be_read_counts_where_the_index_is_damaged_too() {
        let store = Memory::default();
        record(&store, "a", "now", "/j/dev");
        MountUsers::enter(&store, Path::new("/j/dev"), "b").unwrap();
        store.write("a.json", b"{").unwrap();
        store.write(&MountUsers::key(Path::new("/j/dev")), b"{").unwrap();
        assert!(others(&store, "b"));
    }

    #[test]
    fn the_last_user_takes_the_index_along() {
        let store = Memory::default();
        for name in ["a", "b"] {
            MountUsers::enter(&store, Path::new("/j/dev"), name).unwrap();
        }
        MountUsers::leave(&store, Path::new("/j/dev"), "a", drop).unwrap();
        assert_eq!(store.list().unwrap().len(), 1);
        MountUsers::leave(&store, Path::new("/j/dev"), "b", drop).unwrap();
        assert_eq!(store.list().unwrap(), [""; 0]);
    }
}
