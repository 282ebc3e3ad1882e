//! Shows the resolved configuration, as `vimage config` does.
use std::fmt::{self, Display};

use super::Config;
use super::origin::{Origin, Setting};
use super::shell::quote;
use super::variable::PREFIX;
use super::vimage::{NONE, Ruleset, Start, Stop, Vimage};

/// One variable, its value, and where that comes from.
struct Line {
    variable: String,
    value: String,
    origin: Origin,
    /// What an empty value stands for.
    note: &'static str,
}

impl Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}  # {}", self.variable, quote(&self.value), self.origin)?;
        if self.note.is_empty() { Ok(()) } else { write!(f, ": {}", self.note) }
    }
}

/// Every setting as a line that rc.conf(5) could have, with its origin as the comment.
///
/// ```text
/// vimage_vj1_rootdir="/usr/jail/vj1"  # /etc/rc.conf:4
/// vimage_vj1_mac="stable"  # default
/// ```
impl Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Lines { prefix: PREFIX.to_owned(), lines: Vec::new() };
        lines.add("enable", &self.enable, yes_no);
        lines.add("list", &self.list, |list| words(list));
        lines.add("parallel_start", &self.parallel_start, yes_no);
        lines.add("reverse_stop", &self.reverse_stop, yes_no);
        lines.fmt(f)?;
        for vimage in self.vimages.values() {
            write!(f, "\n{vimage}")?;
        }
        Ok(())
    }
}

/// Every setting of the vimage, as for [`Config`].
impl Display for Vimage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Lines { prefix: format!("{PREFIX}{}_", self.name), lines: Vec::new() };
        lines.add("rootdir", &self.rootdir, |path| path.display().to_string());
        lines.add("hostname", &self.hostname, String::clone);
        lines.add("bridges", &self.bridges, |list| words(list));
        lines.add("vnets", &self.vnets, |list| words(list));
        lines.add("mac", &self.mac, ToString::to_string);
        lines.add("ifname", &self.ifname, String::clone);
        lines.add("devfs_enable", &self.devfs_enable, yes_no);
        lines.add("devfs_ruleset", &self.devfs_ruleset, ToString::to_string);
        if self.devfs_ruleset.value == Ruleset::Default {
            lines.note("devfsrules_jail_vnet, or devfsrules_jail");
        }
        lines.add("fdescfs_enable", &self.fdescfs_enable, yes_no);
        lines.add("procfs_enable", &self.procfs_enable, yes_no);
        lines.add("mount_enable", &self.mount_enable, yes_no);
        lines.add("fstab", &self.fstab, |path| path.display().to_string());
        lines.add_commands("exec_prestart", &self.exec_prestart);
        match &self.exec_start.value {
            Start::Network => lines.add_noted("exec_start", &self.exec_start, "its network alone"),
            Start::Nothing => lines.add("exec_start", &self.exec_start, |_| NONE.to_owned()),
            Start::Command(command) => lines.add("exec_start", &self.exec_start, |_| command.clone()),
        }
        lines.add_commands("exec_afterstart", &self.exec_afterstart);
        lines.add_commands("exec_poststart", &self.exec_poststart);
        lines.add_commands("exec_prestop", &self.exec_prestop);
        match &self.exec_stop.value {
            Stop::Services => lines.add_noted("exec_stop", &self.exec_stop, "its services are stopped"),
            Stop::Nothing => lines.add("exec_stop", &self.exec_stop, |_| NONE.to_owned()),
            Stop::Command(command) => lines.add("exec_stop", &self.exec_stop, |_| command.clone()),
        }
        lines.add_commands("exec_poststop", &self.exec_poststop);
        lines.add("afterstart_services", &self.afterstart_services, |list| words(list));
        lines.add("consolelog", &self.consolelog, |path| path.display().to_string());
        lines.add("securelevel", &self.securelevel, |level| {
            level.map_or_else(String::new, |level| level.to_string())
        });
        if self.securelevel.value.is_none() {
            lines.note("as the host");
        }
        lines.add("parameters", &self.parameters, |list| words(list));
        lines.add("depend", &self.depend, |list| words(list));
        lines.add("stop_timeout", &self.stop_timeout, ToString::to_string);
        lines.fmt(f)
    }
}

/// The lines about one vimage, or about the program.
struct Lines {
    prefix: String,
    lines: Vec<Line>,
}

impl Lines {
    fn add<T>(&mut self, variable: &str, setting: &Setting<T>, text: impl Fn(&T) -> String) {
        self.lines.push(Line {
            variable: format!("{}{variable}", self.prefix),
            value: text(&setting.value),
            origin: setting.origin.clone(),
            note: "",
        });
    }

    fn add_noted<T>(&mut self, variable: &str, setting: &Setting<T>, note: &'static str) {
        self.add(variable, setting, |_| String::new());
        self.note(note);
    }

    fn add_commands(&mut self, variable: &str, commands: &[Setting<String>]) {
        for (number, command) in commands.iter().enumerate() {
            self.add(&format!("{variable}{number}"), command, String::clone);
        }
    }

    /// Says what the empty value of the last line stands for.
    fn note(&mut self, note: &'static str) {
        if let Some(line) = self.lines.last_mut() {
            line.note = note;
        }
    }
}

impl Display for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

fn yes_no(value: &bool) -> String {
    if *value { "YES" } else { "NO" }.to_owned()
}

fn words<T: Display>(values: &[T]) -> String {
    values.iter().map(T::to_string).collect::<Vec<_>>().join(" ")
}
