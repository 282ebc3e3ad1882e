//! What a simulated machine is made of, and what of it can be kept in a file.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::addresses::Restriction;
use super::check;
use super::drivers::Renamed;
use super::fault::Faults;
use super::jails::{DEFAULT_ALLOW, SUBSYSTEMS};
use super::tree::Tree;
use crate::mount::Mounted;
use crate::system::{Jid, Process};
use crate::tcp::TcpConnection;

/// The simulated machine but for its VNETs, which are kept by whoever simulates them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimState {
    /// The machine's UUID.
    pub hostuuid: String,
    /// When the machine was started, in seconds since 1970.
    pub boottime: i64,
    /// `__FreeBSD_version`; below 1500000 jails have neither `meta` nor descriptors.
    pub osreldate: i32,
    /// Such as `15.1-RELEASE`.
    pub osrelease: String,
    /// `kern.securelevel` of the host; above 0 no module can be loaded.
    #[serde(default = "insecure")]
    pub(super) securelevel: i32,
    /// What was counted so far; what is given out next is free, and begins after it.
    #[serde(deserialize_with = "check::counters")]
    pub counters: Counters,
    /// Jails by number.
    #[serde(deserialize_with = "check::jails")]
    pub(super) jails: BTreeMap<i32, Prison>,
    /// Processes by number.
    pub(super) processes: BTreeMap<i32, SimProcess>,
    /// Mounted file systems, oldest first.
    pub(super) mounts: Vec<Mounted>,
    /// Kernel modules, and whether each is loaded.
    pub(super) modules: BTreeMap<String, bool>,
    /// Directories, files and symbolic links.
    pub(super) tree: Tree,
    /// VNETs whose jail is gone and whose interfaces have not come home yet, and for how many looks they will not.
    pub(super) lingering: BTreeMap<u32, u32>,
    /// Interfaces, by index, of whose drivers' names the VNETs do not know.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) renamed: BTreeMap<u32, Renamed>,
    /// What is to go wrong.
    #[serde(default, skip_serializing_if = "Faults::is_empty")]
    pub(super) faults: Faults,
}

/// What a simulated machine has counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// The jail number that was given out last.
    pub last_jid: i32,
    /// The number that a dying jail was given last, counted down.
    pub last_dead_jid: i32,
    /// The process number that was given out last.
    pub last_pid: i32,
    /// The number of the last jail's set of CPUs.
    pub last_cpuset: i32,
    /// The file system that was mounted last.
    pub last_fsid: i32,
}

/// The level of a machine that says nothing of it.
const fn insecure() -> i32 {
    -1
}

impl Default for SimState {
    fn default() -> Self {
        let built_in = ["procfs", "tmpfs"];
        let loadable = ["fdescfs", "fusefs", "if_bridge", "if_epair", "if_tuntap", "if_vlan", "linprocfs"];
        let further = ["linsysfs", "nullfs", "vmm", "zfs"];
        let netgraph = ["netgraph", "ng_bridge", "ng_eiface", "ng_ether", "ng_hub", "ng_socket"];
        let modules = built_in.map(|name| (name, true)).into_iter();
        let modules =
            modules.chain(loadable.into_iter().chain(further).chain(netgraph).map(|name| (name, false)));
        Self {
            hostuuid: "9b2f0e52-1c1d-11ef-8f54-000c29aabbcc".to_owned(),
            boottime: 1_767_225_600,
            osreldate: 1_501_000,
            osrelease: "15.1-RELEASE".to_owned(),
            securelevel: insecure(),
            counters: Counters {
                last_jid: 0,
                last_dead_jid: 0,
                last_pid: 1000,
                last_cpuset: 1,
                last_fsid: 0,
            },
            jails: BTreeMap::new(),
            processes: BTreeMap::new(),
            mounts: Vec::new(),
            modules: modules.map(|(name, loaded)| (name.to_owned(), loaded)).collect(),
            tree: Tree::default(),
            lingering: BTreeMap::new(),
            renamed: BTreeMap::new(),
            faults: Faults::default(),
        }
    }
}

/// A process of the simulated machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SimProcess {
    #[serde(flatten)]
    pub(super) process: Process,
    pub(super) manner: Manner,
}

/// How a simulated process takes a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Manner {
    /// Any signal ends it.
    Polite,
    /// Only `SIGKILL` ends it.
    Stubborn,
    /// Only `SIGKILL` ends it, and no list has it: it forks and ends again and again.
    Fleeting,
    /// Nothing ends it: it hangs in the kernel, and holds its jail.
    Immortal,
}

impl Manner {
    pub(super) const fn survives(self, signal: i32) -> bool {
        const SIGKILL: i32 = 9;
        match self {
            Self::Polite => signal == 0,
            Self::Stubborn | Self::Fleeting => signal != SIGKILL,
            Self::Immortal => true,
        }
    }
}

/// A jail of the simulated machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Prison {
    pub(super) parent: Jid,
    /// The whole name, with those of the jails that it is in.
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) persist: bool,
    /// Set once the jail was removed; for so many looks it is held.
    pub(super) dying: Option<u32>,
    /// The VNET that it has of its own.
    pub(super) vnet: Option<u32>,
    pub(super) own_host: bool,
    pub(super) hostname: String,
    pub(super) domainname: String,
    pub(super) hostuuid: String,
    pub(super) hostid: u64,
    pub(super) ip4: Restriction<Ipv4Addr>,
    pub(super) ip4_saddrsel: bool,
    pub(super) ip6: Restriction<Ipv6Addr>,
    pub(super) ip6_saddrsel: bool,
    pub(super) securelevel: i32,
    pub(super) enforce_statfs: i32,
    pub(super) devfs_ruleset: i32,
    pub(super) children_max: i32,
    pub(super) cpuset: i32,
    /// The CPUs that it may use; all of its parent's if none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) cpus: Vec<u16>,
    pub(super) osreldate: i32,
    pub(super) osrelease: String,
    pub(super) allow: BTreeSet<String>,
    /// Subsystems of modules, such as `sysvshm`.
    pub(super) modules: BTreeMap<String, i32>,
    pub(super) meta: String,
    pub(super) env: String,
    /// TCP connections, which hold it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) connections: Vec<TcpConnection>,
}

impl Prison {
    /// A jail at the root of a machine, with what is so unless somebody asks for something else.
    pub(super) fn new(machine: &SimState) -> Self {
        Self {
            parent: Jid::HOST,
            name: String::new(),
            path: "/".into(),
            persist: false,
            dying: None,
            vnet: None,
            own_host: true,
            hostname: String::new(),
            domainname: String::new(),
            hostuuid: "00000000-0000-0000-0000-000000000000".to_owned(),
            hostid: 0,
            ip4: Restriction::default(),
            ip4_saddrsel: true,
            ip6: Restriction::default(),
            ip6_saddrsel: true,
            securelevel: -1,
            enforce_statfs: 2,
            devfs_ruleset: 0,
            children_max: 0,
            cpuset: machine.counters.last_cpuset,
            cpus: Vec::new(),
            osreldate: machine.osreldate,
            osrelease: machine.osrelease.clone(),
            allow: DEFAULT_ALLOW.iter().map(|what| (*what).to_owned()).collect(),
            modules: SUBSYSTEMS.iter().map(|name| ((*name).to_owned(), 0)).collect(),
            meta: String::new(),
            env: String::new(),
            connections: Vec::new(),
        }
    }

    pub(super) const fn is_alive(&self) -> bool {
        self.dying.is_none()
    }
}
