//! What one vimage is to be, in the terms of the machine: names, nodes, addresses, commands.
//!
//! Made of the configuration once, when `up` begins, and kept in the [record](crate::state::Record), so that `down`
//! does not depend on a configuration that may have changed.

use std::path::PathBuf;
use std::time::Duration;

use netgraph::nodes::EtherAddr;
use serde::{Deserialize, Serialize};

use crate::config::{PlannedInterface, Vimage};

pub use crate::config::words;

/// A vimage, resolved.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Wanted {
    /// Its name: that of the jail.
    pub name: String,
    /// Its root directory.
    pub rootdir: PathBuf,
    /// Its host name.
    pub hostname: String,
    /// The bridges that its interfaces are on, each once.
    pub bridges: Vec<WantedBridge>,
    /// The interfaces that are made for it.
    pub interfaces: Vec<WantedInterface>,
    /// The interfaces that are moved in whole.
    pub vnets: Vec<String>,
    /// The file systems below its root, in order.
    pub mounts: Vec<WantedMount>,
    /// Further jail parameters, as jail(8) writes them.
    pub parameters: Vec<String>,
    /// Its securelevel.
    pub securelevel: Option<i32>,
    /// The devfs ruleset that the jail may mount with.
    pub devfs_ruleset: Option<u16>,
    /// What is run for it.
    pub commands: Commands,
}

impl Wanted {
    /// The bridges that a vimage wants, and nothing else of it, not even its name.
    #[must_use]
    pub fn bridges_alone(vimage: &Vimage) -> Self {
        Self { bridges: WantedBridge::all(vimage), ..Self::default() }
    }
}

/// A bridge behind a parent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WantedBridge {
    /// The name of its node: `igb0bridge`, or `igb0lan` for `igb0@lan`.
    pub node: String,
    /// The interface that it bridges.
    pub parent: String,
    /// The name of the parent's node: `em0_10` for `em0.10`.
    pub parent_node: String,
    /// The bridge that this one is behind; none for the one on the parent itself.
    pub behind: Option<String>,
}

impl WantedBridge {
    /// The bridge that an interface is on, after the one that it is behind.
    #[must_use]
    pub fn of(planned: &PlannedInterface<'_>) -> Vec<Self> {
        let bridge = |node: &str, behind: Option<String>| Self {
            node: node.into(),
            parent: planned.parent.to_string(),
            parent_node: planned.parent_node.clone(),
            behind,
        };
        let segment = planned.segment_node.as_ref();
        let first = bridge(&planned.bridge_node, None);
        [first]
            .into_iter()
            .chain(segment.map(|node| bridge(node, Some(planned.bridge_node.clone()))))
            .collect()
    }

    /// The bridges of a vimage, each once and after the one that it is behind.
    #[must_use]
    pub fn all(vimage: &Vimage) -> Vec<Self> {
        let mut bridges: Vec<Self> = Vec::new();
        for bridge in vimage.interfaces().flat_map(|planned| Self::of(&planned)) {
            if !bridges.iter().any(|there| there.node == bridge.node) {
                bridges.push(bridge);
            }
        }
        bridges
    }
}

/// An interface that is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WantedInterface {
    /// Its place in `_bridges`, from 0.
    pub index: usize,
    /// Its name, at most 15 bytes.
    pub ifname: String,
    /// The name of its node, at most 31 bytes.
    pub node: String,
    /// The node of the bridge that it is on.
    pub bridge: String,
    /// The interface behind that bridge.
    pub parent: String,
    /// Its Ethernet address; none for the kernel's own choice.
    pub mac: Option<String>,
}

impl WantedInterface {
    /// The interface that is planned, with its address.
    #[must_use]
    pub fn of(planned: PlannedInterface<'_>, mac: Option<EtherAddr>) -> Self {
        Self {
            index: planned.index as usize,
            ifname: planned.ifname,
            node: planned.node,
            bridge: planned.segment_node.unwrap_or(planned.bridge_node),
            parent: planned.parent.to_string(),
            mac: mac.map(|mac| mac.to_string()),
        }
    }
}

/// A file system below the root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WantedMount {
    /// The type.
    pub fstype: String,
    /// What is mounted.
    pub from: String,
    /// Where, seen from the vimage's root.
    pub point: PathBuf,
    /// Options with their values.
    pub options: Vec<(String, Option<String>)>,
}

/// Commands, each as words: no shell reads them.
pub type CommandLine = Vec<String>;

/// What is run when a vimage comes and goes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Commands {
    /// On the host, before the jail is made.
    pub prestart: Vec<CommandLine>,
    /// In the vimage, to start it.
    pub start: Vec<CommandLine>,
    /// Whether a start command that fails is only worth a warning: those that vimage runs of its own accord.
    pub start_is_optional: bool,
    /// In the vimage, once it is started.
    pub afterstart: Vec<CommandLine>,
    /// On the host, once the vimage is up.
    pub poststart: Vec<CommandLine>,
    /// On the host, before the vimage is stopped.
    pub prestop: Vec<CommandLine>,
    /// In the vimage, to stop it.
    pub stop: Vec<CommandLine>,
    /// On the host, once the jail is gone.
    pub poststop: Vec<CommandLine>,
    /// How long processes are waited for when the vimage is stopped, in seconds.
    pub stop_timeout: u64,
    /// The file on the host that takes what runs in the vimage prints.
    pub consolelog: Option<PathBuf>,
}

impl Commands {
    /// Returns how long processes are waited for when the vimage is stopped.
    #[must_use]
    pub fn patience(&self) -> Duration {
        Duration::from_secs(self.stop_timeout)
    }
}
