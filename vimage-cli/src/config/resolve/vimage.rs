//! The values of one vimage's variables.
use std::path::PathBuf;

use super::value::{self, Parsed};
use super::{Resolver, origin};
use crate::config::name::Name;
use crate::config::origin::{Origin, Setting};
use crate::config::problem::Problem;
use crate::config::shell::Variable;
use crate::config::variable::{KNOWN, PREFIX, Scope};
use crate::config::vimage::{Bridge, BridgeMac, MacPolicy, Ruleset, Start, Stop, Vimage};

/// The command that starts everything in a vimage, as at boot.
const RC: &str = "/bin/sh /etc/rc";
/// The command that stops what that one started.
const RC_SHUTDOWN: &str = "/bin/sh /etc/rc.shutdown jail";
/// How long processes may take to end if nothing says otherwise, in seconds; as in jail(8).
const STOP_TIMEOUT: u32 = 10;

impl Resolver<'_> {
    pub(super) fn vimage(&mut self, name: &Name, list: &Setting<Vec<Name>>) -> Vimage {
        let rootdir = self.required(name, "rootdir", "root directory", value::path, list);
        let hostname = self.required(name, "hostname", "host name", value::hostname, list);
        let before = self.problems.len();
        let bridges = self.own(name, "bridges", value::bridges, Vec::new());
        let mac = self.own(name, "mac", value::mac, MacPolicy::Stable);
        if self.problems.len() == before {
            self.check_addresses(name, &bridges, &mac);
        }
        let exec_start = self.own(name, "exec_start", value::start, Start::Network);
        let stop = default_stop(&exec_start.value);
        Vimage {
            name: name.clone(),
            rootdir,
            hostname,
            bridges,
            vnets: self.own(name, "vnets", value::vnets, Vec::new()),
            mac,
            ifname: self.own(name, "ifname", value::short_name, name.to_string()),
            devfs_enable: self.own(name, "devfs_enable", value::yes_no, false),
            devfs_ruleset: self.own(name, "devfs_ruleset", value::ruleset, Ruleset::Default),
            fdescfs_enable: self.own(name, "fdescfs_enable", value::yes_no, false),
            procfs_enable: self.own(name, "procfs_enable", value::yes_no, false),
            mount_enable: self.own(name, "mount_enable", value::yes_no, false),
            fstab: self.own(name, "fstab", value::path, PathBuf::from(format!("/etc/fstab.{name}"))),
            exec_prestart: self.commands(name, "exec_prestart"),
            exec_start,
            exec_afterstart: self.commands(name, "exec_afterstart"),
            exec_poststart: self.commands(name, "exec_poststart"),
            exec_prestop: self.commands(name, "exec_prestop"),
            exec_stop: self.own(name, "exec_stop", value::stop, stop),
            exec_poststop: self.commands(name, "exec_poststop"),
            afterstart_services: self.own(name, "afterstart_services", value::services, Vec::new()),
            consolelog: self.own(
                name,
                "consolelog",
                value::path,
                format!("/var/log/vimage_{name}_console.log").into(),
            ),
            securelevel: self.own(name, "securelevel", value::securelevel, None),
            parameters: self.own(name, "parameters", value::parameters, Vec::new()),
            depend: self.own(name, "depend", value::names, Vec::new()),
            stop_timeout: self.own(name, "stop_timeout", value::seconds, STOP_TIMEOUT),
        }
    }

    /// The variable `vimage_NAME_X` if it is set, even to nothing; else `vimage_X` if that is a default.
    fn find(&self, name: &Name, known: &str, number: &str) -> Option<&Variable> {
        let own = self.variables.find(&format!("{PREFIX}{name}_{known}{number}"));
        let shared = KNOWN.iter().any(|other| other.name == known && other.scope == Scope::Both);
        own.or_else(|| self.variables.find(&format!("{PREFIX}{known}{number}")).filter(|_| shared))
    }

    /// The value of a variable of the vimage's; one that is set to nothing gives the program's default.
    fn own<T>(
        &mut self,
        name: &Name,
        known: &str,
        parse: impl Fn(&str) -> Parsed<T>,
        default: T,
    ) -> Setting<T> {
        let variable = self.find(name, known, "").filter(|variable| !variable.value.is_empty()).cloned();
        self.parsed(variable.as_ref(), parse, default)
    }

    fn required<T: Default>(
        &mut self,
        name: &Name,
        known: &str,
        what: &str,
        parse: impl Fn(&str) -> Parsed<T>,
        list: &Setting<Vec<Name>>,
    ) -> Setting<T> {
        let setting = self.own(name, known, parse, T::default());
        if setting.is_default() {
            let variable = format!("{PREFIX}{name}_{known}");
            let empty = self.variables.find(&variable).map(origin);
            let origin = empty.or_else(|| self.first_mention(name, list)).unwrap_or(Origin::Default);
            self.problems.push(Problem::error(
                origin,
                format!("{name} has no {what}"),
                format!("set {variable}"),
            ));
        }
        setting
    }

    /// Where the vimage is named first: in the list, or by its root directory.
    fn first_mention(&self, name: &Name, list: &Setting<Vec<Name>>) -> Option<Origin> {
        if list.value.contains(name) {
            return Some(list.origin.clone());
        }
        self.variables.find(&format!("{PREFIX}{name}_rootdir")).map(origin)
    }

    /// The commands of the numbered variables: the one without a number, then from 0 or 1 up to the first that is not set.
    fn commands(&mut self, name: &Name, known: &str) -> Vec<Setting<String>> {
        let mut found = vec![self.find(name, known, "").cloned()];
        let mut next = 0;
        loop {
            match self.find(name, known, &next.to_string()).cloned() {
                Some(variable) => found.push(Some(variable)),
                None if next == 0 => {}
                None => break,
            }
            next += 1;
        }
        let none = next == 1 && self.find(name, known, "0").is_none();
        self.check_gap(name, known, if none { 0 } else { next });
        let mut commands = Vec::new();
        for variable in found.into_iter().flatten().filter(|variable| !variable.value.is_empty()) {
            let command = self.parsed(Some(&variable), |text| value::command(text).map(Some), None);
            let Setting { value, origin } = command;
            commands.extend(value.map(|value| Setting { value, origin }));
        }
        commands
    }

    /// Notes the numbered variables above `missing`, the first that is not set.
    fn check_gap(&mut self, name: &Name, known: &str, missing: u32) {
        for stem in [format!("{PREFIX}{name}_{known}"), format!("{PREFIX}{known}")] {
            let above = self.numbers.get(&stem).into_iter().flat_map(|numbers| numbers.range(missing..));
            let problems: Vec<Problem> = above
                .map(|(_, variable)| {
                    let message = format!("{} is never reached: {stem}{missing} is not set", variable.name);
                    Problem::error(origin(variable), message, "number them from 0 without a gap")
                })
                .collect();
            self.problems.extend(problems);
        }
    }

    /// Compares the addresses that are given with the interfaces that are to have them.
    fn check_addresses(&mut self, name: &Name, bridges: &Setting<Vec<Bridge>>, mac: &Setting<MacPolicy>) {
        let MacPolicy::Addresses(addresses) = &mac.value else { return };
        let mut refuse = |message: String, remedy: &str| {
            self.problems.push(Problem::error(mac.origin.clone(), message, remedy));
        };
        if self.variables.find(&format!("{PREFIX}{name}_mac")).is_none() {
            refuse(
                format!("{PREFIX}mac: addresses cannot be the default of all vimages"),
                "set the _mac of each, or write stable, jng or kernel",
            );
            return;
        }
        let variable = format!("{PREFIX}{name}_mac");
        let (given, wanted) = (addresses.len(), bridges.value.len());
        if given != wanted {
            refuse(
                format!(
                    "{variable}: {} for {}",
                    count(given, "address", "es"),
                    count(wanted, "interface", "s")
                ),
                "give one for each word of _bridges",
            );
        }
        for bridge in bridges.value.iter().filter(|bridge| bridge.mac != BridgeMac::Policy) {
            refuse(
                format!("{variable} gives an address to {bridge}, which says itself where it comes from"),
                "write the parent without = or !",
            );
        }
    }
}

fn count(number: usize, what: &str, plural: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { plural })
}

/// What stops a vimage that was started so.
fn default_stop(start: &Start) -> Stop {
    match start {
        Start::Command(command) if command.split_whitespace().eq(RC.split(' ')) => {
            Stop::Command(RC_SHUTDOWN.to_owned())
        }
        _ => Stop::Services,
    }
}
