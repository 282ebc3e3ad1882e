//! `vimage doctor`: is this machine ready, and what was left behind.

use std::process::ExitCode;

use jailrs::Jail;
use netgraph::nodes::eiface;
use netgraph::{NodeId, Socket};
use serde::Serialize;

use super::{Context, print, print_json};
use crate::error::{Exit, Result};
use crate::host::{MODULES, Machine};
use crate::resolve::{Found, resolve};
use crate::state::{OwnBridges, Phase, Record};

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

/// One finding, and what to do about it.
#[derive(Debug, Serialize)]
struct Finding {
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
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, grade: Grade, what: impl Into<String>, remedy: impl Into<String>) {
        self.0.push(Finding { grade, what: what.into(), remedy: remedy.into() });
    }

    fn good(&mut self, what: impl Into<String>) {
        self.add(Grade::Good, what, "");
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
            configuration(context, &machine, &socket, &mut findings)?;
            leftovers(&machine, &socket, &mut findings)?;
        }
        Err(error) => findings.bad(error.message, error.hint),
    }
    let bad = findings.0.iter().any(|finding| finding.grade == Grade::Bad);
    if context.global.json {
        print_json(&Document { version: VERSION, findings: &findings.0 })?;
    } else {
        print(&text(&findings.0))?;
    }
    Ok(if bad { Exit::Unavailable.into() } else { ExitCode::SUCCESS })
}

fn text(findings: &[Finding]) -> String {
    let line = |finding: &Finding| {
        let mark = match finding.grade {
            Grade::Good => "ok  ",
            Grade::Note => "note",
            Grade::Bad => "BAD ",
        };
        let remedy =
            if finding.remedy.is_empty() { String::new() } else { format!("      {}\n", finding.remedy) };
        format!("{mark}  {}\n{remedy}", finding.what.replace('\n', "\n      "))
    };
    findings.iter().map(line).collect()
}

fn modules(machine: &Machine, findings: &mut Findings) {
    if machine.jails.supports_vnet() {
        findings.good("the kernel has VNETs (options VIMAGE)");
    } else {
        findings
            .bad("the kernel has no VNETs (options VIMAGE)", "use a GENERIC kernel of FreeBSD 12 or later");
    }
    for module in MODULES.map(|kind| format!("ng_{kind}")) {
        if machine.jails.has_module(&module) {
            findings.good(format!("{module} is loaded"));
        } else {
            let remedy = format!(
                "`vimage up` loads it; at securelevel 1 and above, put {module}_load=\"YES\" into /boot/loader.conf"
            );
            findings.add(Grade::Note, format!("{module} is not loaded"), remedy);
        }
    }
    match machine.uuid() {
        Ok(Some(_)) => findings.good("the host has a UUID, of which stable addresses are made"),
        Ok(None) => {
            let what = "the host has no UUID (kern.hostuuid): addresses are made of the parent's, and change with it";
            findings.add(Grade::Note, what, "`service hostid onestart` gives it one");
        }
        Err(error) => findings.bad(error.message, error.hint),
    }
}

/// Holds each configured vimage that is not up against the machine.
fn configuration(
    context: &Context,
    machine: &Machine,
    socket: &Socket,
    findings: &mut Findings,
) -> Result<()> {
    let config = match context.config() {
        Ok(config) => config,
        Err(error) => {
            findings.bad(error.message, error.hint);
            return Ok(());
        }
    };
    let found = Found::read(machine)?;
    for vimage in config.vimages.values() {
        let name = vimage.name.as_str();
        // A record that cannot be read is among the leftovers.
        let Ok(record) = Record::load(&*machine.store, name) else { continue };
        match record {
            Some(record)
                if record.phase == Phase::Running && super::status::is_whole(machine, socket, &record)? =>
            {
                findings.good(format!("{name} is up"));
            }
            Some(record) if record.phase == Phase::Running && record.boot == machine.boot()? => {
                findings.bad(
                    format!("something of {name} is missing"),
                    format!("`vimage status {name}` shows what; `vimage up {name}` mends it"),
                );
            }
            Some(_) => {}
            None => match resolve(machine, socket, &found, vimage) {
                Ok(_) => findings.good(format!("{name} can come up")),
                Err(error) => findings.bad(format!("{name} cannot come up:\n{}", error.message), error.hint),
            },
        }
    }
    Ok(())
}

fn leftovers(machine: &Machine, socket: &Socket, findings: &mut Findings) -> Result<()> {
    let boot = machine.boot()?;
    let mut ours = Vec::new();
    let mut tags = Vec::new();
    for name in Record::names(&*machine.store)? {
        let record = match Record::load(&*machine.store, &name) {
            Ok(Some(record)) => record,
            Ok(None) => continue,
            Err(error) => {
                findings.bad(error.message, error.hint);
                continue;
            }
        };
        let clear = format!("`vimage down {name}` clears it away");
        match record.phase {
            _ if record.boot != boot => {
                findings.bad(format!("the record of {name} is from before the last boot"), clear)
            }
            Phase::Starting => {
                findings.bad(format!("the start of {name} is going on, or was interrupted"), clear)
            }
            Phase::Stopping => {
                findings.bad(format!("the stop of {name} is going on, or was interrupted"), clear)
            }
            Phase::Running => {}
        }
        ours.extend(record.interfaces.values().copied());
        tags.push(record.tag);
    }
    let own = OwnBridges::load(&*machine.store, &boot).unwrap_or_else(|error| {
        findings.bad(error.message, error.hint);
        OwnBridges::default()
    });
    for (name, bridge) in &own.0 {
        let gone = match bridge.id {
            Some(id) => socket.find(&NodeId(id).into())?.is_none(),
            None => false,
        };
        if gone {
            findings.add(
                Grade::Note,
                format!("the bridge {name} that vimage made is gone"),
                "the next `vimage up` makes it again",
            );
        }
    }
    for node in socket.nodes()?.iter() {
        if node.type_name == "eiface" && node.hooks == 0 && !ours.contains(&node.id.0) {
            let ifname = socket.node::<eiface::Eiface>(&node.path())?.call(eiface::GetIfName)?.to_text();
            let what = format!(
                "the interface {ifname} (node {}) is on nothing, and not of vimage's making",
                node.id
            );
            findings.add(Grade::Note, what, format!("if nobody needs it: `ngctl shutdown {}:`", node.id));
        }
    }
    for info in Jail::list(&machine.jails, true)? {
        if info.dying {
            findings.add(
                Grade::Note,
                format!("the jail {} (jid {}) is dying", info.name, info.jid),
                "something still holds it, such as a TCP connection or a mount",
            );
            continue;
        }
        let Ok(jail) = Jail::from_jid(&machine.jails, info.jid) else { continue };
        let tag = if machine.jails.supports_meta() { jail.meta("vimage").ok().flatten() } else { None };
        if let Some(tag) = tag.filter(|tag| !tag.is_empty() && !tags.contains(tag)) {
            let what = format!(
                "the jail {} (jid {}) was made by vimage ({tag}), and there is no record of it",
                info.name, info.jid
            );
            findings.bad(
                what,
                format!(
                    "take its interfaces out (`ifconfig IF -vnet {}`), then `jail -r {}`",
                    info.jid, info.jid
                ),
            );
        }
    }
    Ok(())
}
