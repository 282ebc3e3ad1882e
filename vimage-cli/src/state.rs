//! What vimage has begun, on disk: written before it is done, so that `down` is right from any half-way state.

mod mounts;
mod store;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jailrs::{IfCaps, IfFlags, Interface};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::wanted::Wanted;

pub(crate) use mounts::MountUsers;
pub use store::{Directory, Guard, Memory, Store};
pub(crate) use store::{lock, replace};

/// The version of [`Record`]'s form. A record of a later version is left alone.
pub const VERSION: u32 = 1;

/// The lock for changes to bridges and to new interfaces, held for a moment at a time. No vimage has that name.
pub const GRAPH_LOCK: &str = "-graph";

/// The lock for mounting and unmounting: whether a mount is shared is decided with nobody else at it.
pub const MOUNT_LOCK: &str = "-mounts";

/// How far a vimage has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// `up` has begun. What is found in this phase is undone as a whole.
    Starting,
    /// `up` is done.
    Running,
    /// `down` has begun.
    Stopping,
}

/// A bridge that vimage made, and may therefore take away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnBridge {
    /// The boot that it belongs to.
    pub boot: String,
    /// Its node's number, once known. The bridge is entered here before it is made.
    pub id: Option<u32>,
    /// The interface that it bridges.
    pub parent: String,
    /// Whether the parent was up before.
    pub parent_was_up: bool,
}

/// The bridges that vimage made, by node name. They outlive the vimages that use them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OwnBridges(pub BTreeMap<String, OwnBridge>);

impl OwnBridges {
    const KEY: &'static str = "bridges";

    /// Reads them. Those of an earlier boot are gone. Called with the [graph lock](GRAPH_LOCK) held.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub fn load(store: &dyn Store, boot: &str) -> Result<Self> {
        let Some(bytes) = store.read(Self::KEY)? else { return Ok(Self::default()) };
        let damaged = |error| {
            Error::unavailable(format!("{} is damaged: {error}", store.place(Self::KEY)))
                .hint("remove it; the bridges that it names are then nobody's, and stay")
        };
        let mut bridges: Self = serde_json::from_slice(&bytes).map_err(damaged)?;
        bridges.0.retain(|_, bridge| bridge.boot == boot);
        Ok(bridges)
    }

    /// Writes them.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn save(&self, store: &dyn Store) -> Result<()> {
        if self.0.is_empty() {
            return store.remove(Self::KEY);
        }
        let bytes = serde_json::to_vec_pretty(self)
            .map_err(|e| Error::failed(format!("writing the bridges: {e}")))?;
        store.write(Self::KEY, &bytes)
    }
}

/// A whole interface that was, or will be, moved in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedRecord {
    /// Its number in the machine.
    pub index: u32,
    /// What its driver called it.
    pub driver: String,
    /// Its Ethernet address.
    pub mac: Option<String>,
    /// Its MTU.
    pub mtu: u32,
    /// Whether it was up.
    pub up: bool,
    /// What was written on it.
    pub description: String,
    /// What an administrator had set of its flags.
    pub flags: IfFlags,
    /// What it did in place of the system.
    pub enabled: IfCaps,
    /// Its forwarding table.
    pub fib: u32,
}

impl MovedRecord {
    /// What an interface is like.
    #[must_use]
    pub fn of(interface: &Interface) -> Self {
        Self {
            index: interface.index,
            driver: interface.driver.clone(),
            mac: interface.mac.map(|mac| mac.to_string()),
            mtu: interface.mtu,
            up: interface.is_up(),
            description: interface.description.clone(),
            flags: interface.flags & IfFlags::SETTABLE,
            enabled: interface.enabled,
            fib: interface.fib,
        }
    }

    /// Tells whether this interface is it: by what it keeps wherever it goes, and nobody inside can change.
    #[must_use]
    pub fn is(&self, interface: &Interface) -> bool {
        self.index == interface.index && self.driver == interface.driver
    }
}

/// A file system that was, or will be, mounted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MountRecord {
    /// The mount point, resolved.
    pub point: PathBuf,
    /// The type.
    pub fstype: String,
    /// The number of the mounted file system, once known.
    pub fsid: Option<jailrs::system::Fsid>,
}

/// Everything that `down` has to know about one vimage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// [`VERSION`].
    pub version: u32,
    /// The boot that it belongs to: after another, nothing of it is left but this record.
    pub boot: String,
    /// The tag of the jail (`meta.vimage`): a jail of the same name without it is somebody else's.
    pub tag: String,
    /// How far it has come.
    pub phase: Phase,
    /// When `up` was done, in seconds since 1970.
    pub since: Option<u64>,
    /// The jail's number, once there is one.
    pub jid: Option<i32>,
    /// Whether the hooks `exec_prestart` were begun, so that `exec_poststop` is owed.
    pub hooks_begun: bool,
    /// What was configured when `up` began.
    pub wanted: Wanted,
    /// The bridges that this `up` makes, by node name: what is undone if it fails.
    pub bridges: Vec<String>,
    /// The numbers of the new interfaces' nodes, by node name.
    pub interfaces: BTreeMap<String, u32>,
    /// The interfaces moved in, by their name on the host.
    pub moved: BTreeMap<String, MovedRecord>,
    /// The mounts, in the order in which they are made.
    pub mounts: Vec<MountRecord>,
    /// The node of the interface that is being attached or detached; whoever finds it here takes it away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changing: Option<String>,
}

impl Record {
    /// Begins a record.
    #[must_use]
    pub fn new(boot: String, tag: String, wanted: Wanted) -> Self {
        Self {
            version: VERSION,
            boot,
            tag,
            phase: Phase::Starting,
            since: None,
            jid: None,
            hooks_begun: false,
            wanted,
            bridges: Vec::new(),
            interfaces: BTreeMap::new(),
            moved: BTreeMap::new(),
            mounts: Vec::new(),
            changing: None,
        }
    }

    fn key(name: &str) -> String {
        format!("{name}.json")
    }

    /// Reads the record of a vimage, if there is one.
    ///
    /// # Errors
    /// Where it cannot be read: a later version of vimage wrote it, or it is damaged.
    pub fn load(store: &dyn Store, name: &str) -> Result<Option<Self>> {
        let key = Self::key(name);
        let Some(bytes) = store.read(&key)? else { return Ok(None) };
        let place = store.place(&key);
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let damaged = |error: serde_json::Error| {
            Error::unavailable(format!("{place} is damaged: {error}")).hint(format!(
                "look with `ngctl list`, `jls` and `ifconfig` for what {name} has left, take it away, and remove the file"
            ))
        };
        let Versioned { version } = serde_json::from_slice(&bytes).map_err(damaged)?;
        if version != VERSION {
            let message = format!("{place} has version {version}, this vimage knows {VERSION}");
            return Err(Error::unavailable(message).hint("use the vimage that wrote it"));
        }
        serde_json::from_slice(&bytes).map(Some).map_err(damaged)
    }

    /// Writes the record: after this returns, a crash leaves it as it is now.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn save(&self, store: &dyn Store) -> Result<()> {
        let bytes =
            serde_json::to_vec_pretty(self).map_err(|e| Error::failed(format!("writing a record: {e}")))?;
        store.write(&Self::key(&self.wanted.name), &bytes)
    }

    /// Removes the record of a vimage.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn remove(store: &dyn Store, name: &str) -> Result<()> {
        store.remove(&Self::key(name))
    }

    /// Returns the names of the vimages whose records have a mount point, whatever boot they are of, or cannot be read.
    pub(crate) fn with_mount(store: &dyn Store, point: &Path) -> BTreeSet<String> {
        let has = |name: &String| {
            let has = |record: Self| record.mounts.iter().any(|mount| mount.point == point);
            Self::load(store, name).map_or(true, |record| record.is_some_and(has))
        };
        Self::names(store).unwrap_or_default().into_iter().filter(has).collect()
    }

    /// Returns the names of all vimages that have a record, in order.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn names(store: &dyn Store) -> Result<Vec<String>> {
        let keys = store.list()?;
        Ok(keys.iter().filter_map(|key| key.strip_suffix(".json")).map(str::to_string).collect())
    }
}
