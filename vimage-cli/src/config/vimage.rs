//! A vimage, as the configuration describes it.
use std::path::PathBuf;

use netgraph::nodes::EtherAddr;
use serde::Serialize;

use super::name::{Ifname, Name};
use super::origin::Setting;

mod planned;
mod text;

pub use planned::{PlannedInterface, PlannedMac};

/// A VNET jail and its interfaces: the values of the `vimage_NAME_*` variables, each with its origin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Vimage {
    /// Its name, which is also the jail's.
    pub name: Name,
    /// The root directory, an absolute path.
    pub rootdir: Setting<PathBuf>,
    /// The host name.
    pub hostname: Setting<String>,
    /// One new interface for each, counted from 0.
    pub bridges: Setting<Vec<Bridge>>,
    /// Whole interfaces that are moved in.
    pub vnets: Setting<Vec<Ifname>>,
    /// How the addresses of the new interfaces are made.
    pub mac: Setting<MacPolicy>,
    /// What stands for the name in the names of the new interfaces.
    pub ifname: Setting<String>,
    /// Whether devfs(4) is mounted on its `dev`.
    pub devfs_enable: Setting<bool>,
    /// The rules that devfs(4) is mounted with.
    pub devfs_ruleset: Setting<Ruleset>,
    /// Whether fdescfs(4) is mounted on its `dev/fd`.
    pub fdescfs_enable: Setting<bool>,
    /// Whether procfs(4) is mounted on its `proc`.
    pub procfs_enable: Setting<bool>,
    /// Whether what `fstab` lists is mounted.
    pub mount_enable: Setting<bool>,
    /// The table of what is mounted, an absolute path.
    pub fstab: Setting<PathBuf>,
    /// Commands for the host before the vimage is made.
    pub exec_prestart: Vec<Setting<String>>,
    /// What starts it, run in it.
    pub exec_start: Setting<Start>,
    /// Commands to run in it after that.
    pub exec_afterstart: Vec<Setting<String>>,
    /// Commands for the host once it is up.
    pub exec_poststart: Vec<Setting<String>>,
    /// Commands for the host before it is stopped.
    pub exec_prestop: Vec<Setting<String>>,
    /// What stops it, run in it.
    pub exec_stop: Setting<Stop>,
    /// Commands for the host once it is gone.
    pub exec_poststop: Vec<Setting<String>>,
    /// The rc.d(8) scripts to start in it once its network is up.
    pub afterstart_services: Setting<Vec<String>>,
    /// Where the output of what runs in it goes, an absolute path.
    pub consolelog: Setting<PathBuf>,
    /// The securelevel, -1 to 3; none leaves the host's.
    pub securelevel: Setting<Option<i32>>,
    /// More parameters of the jail.
    pub parameters: Setting<Vec<Parameter>>,
    /// The vimages that must be up before it.
    pub depend: Setting<Vec<Name>>,
    /// How long its processes may take to end, in seconds.
    pub stop_timeout: Setting<u32>,
}

/// A word of `_bridges`: a parent, and what is particular to the interface that it asks for.
///
/// Its text form is the word itself: `igb0`, `=igb0`, `!igb0`, `igb0@lan`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bridge {
    /// The interface that is bridged.
    pub parent: Ifname,
    /// Where the new interface's address comes from.
    pub mac: BridgeMac,
    /// The second bridge behind the parent's that the new interface is on: `lan` of `igb0@lan`.
    pub segment: Option<String>,
}

/// What a word of `_bridges` says about the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum BridgeMac {
    /// Nothing: `_mac` decides.
    Policy,
    /// `=`: it is the parent's.
    Parent,
    /// `!`: the kernel's choice stays.
    Kernel,
}

/// How the addresses of new interfaces are made.
///
/// Its text form is the value of `_mac`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MacPolicy {
    /// From host, name and index; see [`mac::stable`](crate::config::mac::stable).
    Stable,
    /// As jng(8) does; see [`mac::jng`](crate::config::mac::jng).
    Jng,
    /// The kernel's choice stays.
    Kernel,
    /// These, one for each word of `_bridges`.
    Addresses(Vec<EtherAddr>),
}

/// The rules that devfs(4) is mounted with.
///
/// Its text form is the value of `_devfs_ruleset`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ruleset {
    /// `devfsrules_jail_vnet` (5) where the host has it, else `devfsrules_jail` (4).
    Default,
    /// The rules of that number.
    Number(u16),
    /// The rules of that name in devfs.rules(5).
    Named(String),
}

/// What says that nothing is run to start or to stop a vimage, in any case of its letters.
pub const NONE: &str = "NONE";

/// What starts a vimage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// Only its network: rc.d/netif and rc.d/routing.
    Network,
    /// Nothing at all, written as [`NONE`].
    Nothing,
    /// A command, of which [`words`](crate::config::words) makes words.
    Command(String),
}

/// What stops a vimage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The services of `afterstart_services` are stopped, the last one first.
    Services,
    /// Nothing, written as [`NONE`].
    Nothing,
    /// A command, of which [`words`](crate::config::words) makes words.
    Command(String),
}

/// A parameter of a jail: `allow.raw_sockets`, `children.max=3`.
///
/// Its text form is that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name; a boolean one that is switched off has its `no` in it.
    pub name: String,
    /// Its value, if it has one.
    pub value: Option<String>,
}

impl Bridge {
    /// The name of the parent's bridge.
    pub fn bridge_node(&self) -> String {
        format!("{}bridge", self.parent.node())
    }

    /// The name of the second bridge, if there is one.
    pub fn segment_node(&self) -> Option<String> {
        self.segment.as_ref().map(|segment| format!("{}{segment}", self.parent.node()))
    }
}
