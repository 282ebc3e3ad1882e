//! `vimage doctor`: is this machine ready, and what was left behind.

mod leftovers;

use std::collections::BTreeSet;
use std::process::ExitCode;

use jailrs::ifnet::IfCaps;
use netgraph::Socket;
use serde::Serialize;

use super::{Context, print, print_json};
use crate::config::Config;
use crate::error::{Error, Exit, Result};
use crate::host::{MODULES, Machine};
use crate::resolve::{Found, resolve};
use crate::state::{Phase, Record};

/// The version of the JSON form.
const VERSION: u32 = 1;

/// How serious a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Grade {
    /// As it should be.
    Good,
    /// Worth knowing.
    Note,
    /// Something does not work, or was left behind.
    Bad,
}

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
enum Section {
    /// Kernel, modules, parents.
    #[default]
    Machine,
    /// Each configured vimage.
    Vimages,
    /// What was left behind.
    Leftovers,
}

/// One finding, and what to do about it.
#[derive(Debug, Serialize)]
struct Finding {
    section: Section,
    grade: Grade,
    what: String,
    remedy: String,
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    findings: &'a [Finding],
}

#[derive(Default)]
struct Findings {
    all: Vec<Finding>,
    section: Section,
}

impl Findings {
    fn add(&mut self, grade: Grade, what: impl Into<String>, remedy: impl Into<String>) {
        let (what, remedy) = (what.into(), remedy.into());
        self.all.push(Finding { section: self.section, grade, what, remedy });
    }

    fn good(&mut self, what: impl Into<String>) {
        self.add(Grade::Good, what, "");
    }

    fn note(&mut self, what: impl Into<String>, remedy: impl Into<String>) {
        self.add(Grade::Note, what, remedy);
    }

    fn bad(&mut self, what: impl Into<String>, remedy: impl Into<String>) {
        self.add(Grade::Bad, what, remedy);
    }
}

/// Examines the machine; exits with 69 where anything is bad.
pub(crate) fn doctor(context: &mut Context) -> Result<ExitCode> {
    let machine = context.machine()?;
    let mut findings = Findings::default();
    modules(&machine, &mut findings);
    match context.socket(&machine) {
        Ok(socket) => {
            findings.good("netgraph answers");
            let config = context.config();
            if let Ok(config) = &config {
                parents(&machine, config, &mut findings)?;
            }
            findings.section = Section::Vimages;
            match &config {
                Ok(config) => vimages(context, config, (&machine, &socket), &mut findings)?,
                Err(error) => findings.bad(error.message.clone(), error.hint.clone()),
            }
            leftovers::look(&machine, &socket, &mut findings)?;
        }
        Err(error) => findings.bad(error.message, error.hint),
    }
    let bad = findings.all.iter().any(|finding| finding.grade == Grade::Bad);
    if context.global.json {
        print_json(&Document { version: VERSION, findings: &findings.all })?;
    } else {
        print(&text(&findings.all))?;
    }
    Ok(if bad { Exit::Unavailable.into() } else { ExitCode::SUCCESS })
}

/// Writes the findings under a heading for each section, and how many there are of each grade.
fn text(findings: &[Finding]) -> String {
    let mut text = String::new();
    let sections = [
        (Section::Machine, "the machine"),
        (Section::Vimages, "its vimages"),
        (Section::Leftovers, "what was left behind"),
    ];
    for (section, heading) in sections {
        let of_section: Vec<String> =
            findings.iter().filter(|finding| finding.section == section).map(paragraph).collect();
        if !of_section.is_empty() {
            text += &format!("{heading}\n{}", of_section.concat());
        }
    }
    let count = |grade: Grade| findings.iter().filter(|finding| finding.grade == grade).count();
    let (bad, notes, good) = (count(Grade::Bad), count(Grade::Note), count(Grade::Good));
    text + &format!("{bad} bad, {notes} worth knowing, {good} as it should be\n")
}

fn paragraph(finding: &Finding) -> String {
    let mark = match finding.grade {
        Grade::Good => "ok  ",
        Grade::Note => "note",
        Grade::Bad => "BAD ",
    };
    let indented = |text: &str| text.replace('\n', "\n        ");
    let remedy = match finding.remedy.as_str() {
        "" => String::new(),
        remedy => format!("        -> {}\n", remedy.replace('\n', "\n           ")),
    };
    format!("  {mark}  {}\n{remedy}", indented(&finding.what))
}

fn modules(machine: &Machine, findings: &mut Findings) {
    if machine.jails.supports_vnet() {
        findings.good("the kernel has VNETs (options VIMAGE)");
    } else {
        findings
            .bad("the kernel has no VNETs (options VIMAGE)", "use a GENERIC kernel of FreeBSD 12 or later");
    }
    let level = machine.jails.sysctl_int("kern.securelevel").unwrap_or(-1);
    for module in MODULES.map(|kind| format!("ng_{kind}")) {
        let line = format!("put {module}_load=\"YES\" into /boot/loader.conf");
        if machine.jails.has_module(&module) {
            findings.good(format!("{module} is loaded"));
        } else if level > 0 {
            let what = format!("{module} is not loaded, and at securelevel {level} it cannot be");
            findings.bad(what, format!("{line}, and restart the machine"));
        } else {
            let remedy = format!("`vimage up` loads it; at securelevel 1 and above, {line}");
            findings.note(format!("{module} is not loaded"), remedy);
        }
    }
    match machine.uuid() {
        Ok(Some(_)) => findings.good("the host has a UUID, of which stable addresses are made"),
        Ok(None) => {
            let what = "the host has no UUID (kern.hostuuid): addresses are made of the parent's, and change with it";
            findings.note(what, "`service hostid onestart` gives it one");
        }
        Err(error) => findings.bad(error.message, error.hint),
    }
}

/// Looks at what the parents do in place of the system, and should not: segments that they join do not fit where a
/// bridge sends them.
fn parents(machine: &Machine, config: &Config, findings: &mut Findings) -> Result<()> {
    let words = config.vimages.values().flat_map(|vimage| &vimage.bridges.value);
    let parents: BTreeSet<String> = words.map(|bridge| bridge.parent.to_string()).collect();
    for interface in machine.jails.interfaces().list()?.iter().filter(|i| parents.contains(&i.name)) {
        let named = [(IfCaps::LRO, "LRO"), (IfCaps::TSO4, "TSO4"), (IfCaps::TSO6, "TSO6")];
        let on: Vec<&str> =
            named.iter().filter(|(cap, _)| interface.enabled.contains(*cap)).map(|(_, name)| *name).collect();
        if on.is_empty() {
            continue;
        }
        let name = &interface.name;
        let off: Vec<String> = on.iter().map(|cap| format!("-{}", cap.to_lowercase())).collect();
        let (on, off) = (on.join(" and "), off.join(" "));
        findings.note(
            format!(
                "{name} is a parent and does {on}: what it joins may be too long for the vimages, or slow"
            ),
            format!("`ifconfig {name} {off}`, and the same in ifconfig_{name} of rc.conf"),
        );
    }
    Ok(())
}

/// Holds each configured vimage against the machine.
fn vimages(
    context: &Context,
    config: &Config,
    (machine, socket): (&Machine, &Socket),
    findings: &mut Findings,
) -> Result<()> {
    // No interface has a node before ng_ether is loaded, which `up` does first: what it would find is what counts.
    let copy = (!machine.jails.has_module("ng_ether")).then(|| machine.copy()).transpose()?;
    let bench = copy.as_ref().unwrap_or(machine);
    let of_copy = copy.as_ref().map(|copy| context.socket(copy)).transpose()?;
    let on_bench = of_copy.as_ref().unwrap_or(socket);
    let found = Found::read(bench)?;
    let boot = machine.boot()?;
    let mut cannot: BTreeSet<&str> = BTreeSet::new();
    for vimage in config.start_order(config.vimages.keys()) {
        let name = vimage.name.as_str();
        // A record that cannot be read is among the leftovers, as is one that is not of a vimage that runs.
        let Ok(record) = Record::load(&*machine.store, name) else { continue };
        match record {
            Some(record) if record.phase == Phase::Running && record.boot == boot => {
                let problems = super::status::problems(machine, socket, &record)?;
                if problems.is_empty() {
                    findings.good(format!("{name} is up"));
                } else {
                    let what = format!("{name} is not wholly up:\n{}", problems.join("\n"));
                    findings.bad(what, format!("`vimage up {name}` mends it"));
                }
            }
            Some(_) => {}
            None => {
                let needs = vimage.depend.value.iter().find(|needed| cannot.contains(needed.as_str()));
                let resolved = resolve(bench, on_bench, &found, vimage).and_then(|_| match needs {
                    Some(needed) => {
                        Err(Error::failed(format!("{needed}, which it depends on, cannot either")))
                    }
                    None => Ok(()),
                });
                match resolved {
                    Ok(()) => findings.good(format!("{name} can come up")),
                    Err(error) => {
                        cannot.insert(name);
                        findings.bad(format!("{name} cannot come up:\n{}", error.message), error.hint);
                    }
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use jailrs::sim::{PlainVnets, SimHost};

    use super::*;
    use crate::config::shell::Reader;
    use crate::host::NewMachine;

    /// What is found of the parents of a vimage on igb0 and igb1, where igb0 does this much in place of the system.
    fn of_igb0(does: IfCaps) -> String {
        let vnets = PlainVnets::new();
        ["igb0", "igb1", "igb2"]
            .iter()
            .for_each(|nic| vnets.add_nic(nic, jailrs::Mac([0, 0, 0x5e, 0, 0x53, 1])));
        let mut machine = Machine::simulated(NewMachine::default().build().unwrap());
        machine.jails = SimHost::with_vnets(vnets).host();
        let none = IfCaps::RXCSUM | IfCaps::TXCSUM;
        machine.jails.interfaces().set_capabilities("igb0", none | does).unwrap();
        machine.jails.interfaces().set_capabilities("igb1", none).unwrap();
        let mut reader = Reader::new("/");
        let conf = "vimage_list=a\nvimage_a_rootdir=/\nvimage_a_hostname=a\nvimage_a_bridges='igb0 igb1'\n";
        reader.read_bytes("rc.conf", conf.as_bytes()).unwrap();
        let config = Config::resolve(reader.variables()).unwrap();
        let mut findings = Findings::default();
        parents(&machine, &config, &mut findings).unwrap();
        findings.all.iter().map(paragraph).collect()
    }

    #[test]
    fn a_parent_that_joins_or_cuts_segments_is_told_of_with_its_remedy() {
        assert_eq!(
            of_igb0(IfCaps::LRO),
            "  note  igb0 is a parent and does LRO: what it joins may be too long for the vimages, or slow\n        \
             -> `ifconfig igb0 -lro`, and the same in ifconfig_igb0 of rc.conf\n"
        );
        let both = of_igb0(IfCaps::LRO | IfCaps::TSO4);
        assert!(both.contains("does LRO and TSO4:"), "{both}");
        assert!(both.contains("`ifconfig igb0 -lro -tso4`"), "{both}");
    }

    #[test]
    fn a_parent_that_does_neither_and_an_interface_that_is_none_are_not() {
        // igb2 does both, and no vimage is on it.
        assert_eq!(of_igb0(IfCaps::empty()), "");
    }
}
