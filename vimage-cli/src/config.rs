//! The configuration: rc.conf(5) read without a shell, and the `vimage_*` variables in it, typed and checked.
//!
//! A [`Source`] says which files are read; [`load`](Source::load) reads them, gives every variable its type and its
//! [`Origin`], and checks everything that can be checked without a machine. Everything that is wrong is reported at
//! once, as [`Problems`].
//!
//! # Which value counts
//! A vimage's own `vimage_NAME_X` counts if it is set, even to nothing; else the default `vimage_X` where there is one;
//! else the program's default, which is also what a variable that is set to nothing stands for.
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

mod command;
pub mod mac;
mod name;
mod origin;
mod print;
mod problem;
mod resolve;
pub mod shell;
mod source;
mod variable;
mod vimage;

pub(crate) use command::for_words;
pub use command::words;
pub use name::{Ifname, IfnameError, Name, NameError};
pub use origin::{Origin, Position, Setting};
pub use problem::{Problem, Problems, Severity};
pub use source::Source;
pub(crate) use variable::{most_like, why_foreign};
pub use vimage::{
    Bridge, BridgeMac, MacPolicy, NONE, Parameter, PlannedInterface, PlannedMac, Ruleset, Start, Stop, Vimage,
};

/// The configuration of the program and of every vimage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Config {
    /// Whether vimages are started at boot.
    pub enable: Setting<bool>,
    /// The vimages that are started if none is named, in this order.
    pub list: Setting<Vec<Name>>,
    /// Whether they are started at the same time.
    pub parallel_start: Setting<bool>,
    /// Whether they are stopped in the reverse order.
    pub reverse_stop: Setting<bool>,
    /// Every vimage that is named in the list or has a root directory.
    pub vimages: BTreeMap<Name, Vimage>,
    /// What is not wrong, but probably not meant.
    pub warnings: Problems,
}

impl Config {
    /// The configuration that the variables describe.
    ///
    /// # Errors
    /// Everything that is wrong with them, and the warnings; see [`Problems`].
    ///
    /// # Examples
    /// ```
    /// use vimage::config::{Config, shell::Reader};
    ///
    /// let mut reader = Reader::new("/");
    /// reader.read_bytes("/etc/rc.conf", b"vimage_list=vj1\nvimage_vj1_rotdir=/usr/jail/vj1\n")?;
    /// let problems = Config::resolve(reader.variables()).unwrap_err();
    /// assert_eq!(
    ///     problems.to_string(),
    ///     "/etc/rc.conf:1: vj1 has no host name (set vimage_vj1_hostname)\n\
    ///      /etc/rc.conf:1: vj1 has no root directory (set vimage_vj1_rootdir)\n\
    ///      /etc/rc.conf:2: unknown variable vimage_vj1_rotdir (did you mean vimage_vj1_rootdir?)"
    /// );
    /// # Ok::<(), vimage::config::Problem>(())
    /// ```
    pub fn resolve(variables: &shell::Variables) -> Result<Self, Problems> {
        resolve::resolve(variables)
    }

    /// The vimages of those names and those that they depend on, each after what it depends on, else in the given order.
    ///
    /// Names that no vimage has are passed over.
    pub fn start_order<'a>(&'a self, names: impl IntoIterator<Item = &'a Name>) -> Vec<&'a Vimage> {
        resolve::start_order(&self.vimages, names.into_iter())
    }

    /// All vimages in the order in which they stop: each before those that it depends on, else in the reverse of the order in
    /// which they start, or as they are listed where `vimage_reverse_stop` says so.
    pub fn stop_order(&self) -> Vec<&Vimage> {
        let mut all: Vec<&Name> = self.list.value.iter().chain(self.vimages.keys()).collect();
        let mut seen = BTreeSet::new();
        all.retain(|name| seen.insert(*name));
        if !self.reverse_stop.value {
            all.reverse();
        }
        let mut order = self.start_order(all);
        order.reverse();
        order
    }
}
