//! `vimage status`: what is recorded, held against what is there.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write;
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jailrs::{Interface, Jail, Jid};
use netgraph::graph::visible;
use netgraph::nodes::eiface;
use netgraph::{NodeId, Socket};
use serde::Serialize;

use super::{Context, print, print_json};
use crate::apply::bridge::lacks;
use crate::error::{Exit, Result};
use crate::host::{Machine, interface_name};
use crate::state::{Phase, Record};

/// The version of the JSON form.
const VERSION: u32 = 1;

/// The state of a vimage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    /// Wholly up.
    Up,
    /// Not there.
    Down,
    /// Its `up` is going on, or was interrupted.
    Starting,
    /// Its `down` is going on, or was interrupted.
    Stopping,
    /// It was up, and something of it is missing.
    Broken,
    /// Its record cannot be read.
    Unknown,
}

impl Status {
    /// A vimage of which nothing is there.
    fn of_none(name: &str, state: State, problems: Vec<String>) -> Self {
        let (interfaces, vnets) = (Vec::new(), Vec::new());
        Self {
            name: name.into(),
            state,
            jid: None,
            hostname: None,
            rootdir: None,
            since: None,
            uptime: None,
            interfaces,
            vnets,
            problems,
        }
    }
}

/// All that is said of a vimage.
#[derive(Debug, Serialize)]
pub(crate) struct Status {
    name: String,
    pub(crate) state: State,
    jid: Option<i32>,
    hostname: Option<String>,
    rootdir: Option<String>,
    /// Seconds since 1970.
    since: Option<u64>,
    /// How many seconds ago that was.
    uptime: Option<u64>,
    interfaces: Vec<InterfaceStatus>,
    vnets: Vec<String>,
    /// What is not as it should be.
    problems: Vec<String>,
}

#[derive(Debug, Serialize)]
struct InterfaceStatus {
    /// Its name in the vimage, which may have renamed it.
    name: String,
    /// Whether it is up.
    up: bool,
    mac: Option<String>,
    mtu: Option<u32>,
    parent: String,
    bridge: String,
    /// The bridge's hook.
    link: Option<String>,
    node: String,
    node_id: Option<u32>,
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    vimages: &'a [Status],
}

/// Tells whether everything that is recorded of a running vimage is there.
pub(crate) fn is_whole(machine: &Machine, socket: &Socket, record: &Record) -> Result<bool> {
    Ok(of_record(machine, socket, record)?.state == State::Up)
}

/// Says what is missing of a vimage that is recorded to run.
pub(crate) fn problems(machine: &Machine, socket: &Socket, record: &Record) -> Result<Vec<String>> {
    Ok(of_record(machine, socket, record)?.problems)
}

/// Shows vimages: those that are named, or all that are configured or recorded.
pub(crate) fn status(context: &mut Context, names: &[String]) -> Result<ExitCode> {
    let machine = context.machine()?;
    let recorded = Record::names(&*machine.store)?;
    let mut wanted = names.to_vec();
    let mut unreadable = false;
    if names.is_empty() {
        match context.config() {
            Ok(config) => wanted.extend(config.list.value.iter().map(ToString::to_string)),
            Err(error) => {
                super::say(&error.message);
                unreadable = true;
            }
        }
        wanted.extend(recorded);
    } else {
        super::check_known(context.config().as_ref(), &recorded, names)?;
    }
    let mut once = HashSet::new();
    wanted.retain(|name| once.insert(name.clone()));
    let shown = show(context, &machine, &wanted)?;
    // Which others there should be is not known.
    Ok(if unreadable { Exit::Config.into() } else { shown })
}

/// Shows vimages of these names.
pub(super) fn show(context: &Context, machine: &Machine, names: &[String]) -> Result<ExitCode> {
    let statuses = read_all(machine, context, names)?;
    if context.global.json {
        print_json(&Document { version: VERSION, vimages: &statuses })?;
    } else {
        print(&text(&statuses))?;
    }
    let all_up = statuses.iter().all(|status| status.state == State::Up);
    Ok(if all_up { ExitCode::SUCCESS } else { Exit::NotUp.into() })
}

fn read_all(machine: &Machine, context: &Context, names: &[String]) -> Result<Vec<Status>> {
    let mut statuses = Vec::new();
    let mut reached: Option<Socket> = None;
    let boot = machine.boot()?;
    for name in names {
        let record = match Record::load(&*machine.store, name) {
            Ok(record) => record.filter(|record| record.boot == boot),
            Err(error) => {
                statuses.push(Status::of_none(name, State::Unknown, vec![error.message, error.hint]));
                continue;
            }
        };
        let Some(record) = record else {
            statuses.push(Status::of_none(name, State::Down, Vec::new()));
            continue;
        };
        let socket = match &reached {
            Some(socket) => socket,
            None => reached.insert(context.socket(machine)?),
        };
        statuses.push(of_record(machine, socket, &record)?);
    }
    Ok(statuses)
}

fn of_record(machine: &Machine, socket: &Socket, record: &Record) -> Result<Status> {
    let wanted = &record.wanted;
    let mut problems = Vec::new();
    let jail = record.jid.and_then(|jid| Jail::from_jid(&machine.jails, Jid(jid)).ok());
    let jail = jail.filter(|jail| jail.name() == wanted.name);
    if jail.is_none() {
        problems.push("its jail is not there".to_string());
    }
    let inside: BTreeMap<String, Interface> = match &jail {
        Some(jail) => {
            jail.interfaces().list()?.into_iter().map(|found| (found.name.clone(), found)).collect()
        }
        None => BTreeMap::new(),
    };
    let mut interfaces = Vec::new();
    for wanted in &wanted.interfaces {
        let id = record.interfaces.get(&wanted.node).copied().map(NodeId);
        let node = id.map(|id| socket.find(&id.into())).transpose()?.flatten();
        let mut status = InterfaceStatus {
            name: wanted.ifname.clone(),
            up: false,
            mac: None,
            mtu: None,
            parent: wanted.parent.clone(),
            bridge: wanted.bridge.clone(),
            link: None,
            node: wanted.node.clone(),
            node_id: node.map(|node| node.id.0),
        };
        if let Some(node) = node {
            let node = socket.node::<eiface::Eiface>(&node.path())?;
            status.name = interface_name(&node)?;
            let link = node.hooks()?.iter().find(|link| link.hook == eiface::ETHER);
            match link {
                Some(link) if link.peer.name == wanted.bridge.as_str() => {
                    status.link = Some(link.peer_hook.to_string())
                }
                _ => problems.push(format!("{} is not on {}", wanted.ifname, wanted.bridge)),
            }
            match inside.get(&status.name) {
                Some(found) => {
                    status.up = found.flags.contains(jailrs::IfFlags::UP);
                    status.mac = found.mac.map(|mac| mac.to_string());
                    status.mtu = Some(found.mtu);
                }
                None => problems.push(format!("{} is not in it", visible(&status.name))),
            }
        } else {
            problems.push(format!("the node {} is not there", wanted.node));
        }
        interfaces.push(status);
    }
    for (name, moved) in &record.moved {
        if !inside.values().any(|found| moved.is(found)) {
            problems.push(format!("{name} is not in it"));
        }
    }
    if let Some(node) = &record.changing {
        problems.push(format!("the attaching or detaching of {node} is going on, or was interrupted"));
    }
    for wanted in &wanted.bridges {
        problems.extend(lacks(socket, wanted)?);
    }
    let state = match record.phase {
        Phase::Starting => State::Starting,
        Phase::Stopping => State::Stopping,
        Phase::Running if problems.is_empty() => State::Up,
        Phase::Running => State::Broken,
    };
    Ok(Status {
        name: wanted.name.clone(),
        state,
        jid: jail.map(|jail| jail.jid()).map(|Jid(jid)| jid),
        hostname: Some(wanted.hostname.clone()),
        rootdir: Some(wanted.rootdir.display().to_string()),
        since: record.since,
        uptime: record.since.map(uptime),
        interfaces,
        vnets: record.moved.keys().cloned().collect(),
        problems,
    })
}

/// Writes a paragraph for each vimage: its state, and a line for each interface.
fn text(statuses: &[Status]) -> String {
    let mut out = String::new();
    let width = statuses.iter().map(|status| status.name.len()).max().unwrap_or(0);
    for status in statuses {
        // Writing to a String cannot fail.
        let _ = write_one(&mut out, status, width);
    }
    out
}

fn write_one(out: &mut String, status: &Status, width: usize) -> std::fmt::Result {
    let state = match status.state {
        State::Up => "up",
        State::Down => "down",
        State::Starting => "starting, or its start was interrupted",
        State::Stopping => "stopping, or its stop was interrupted",
        State::Broken => "broken",
        State::Unknown => "unknown",
    };
    write!(out, "{:width$}  {state}", status.name)?;
    if let Some(jid) = status.jid {
        write!(out, "  jid {jid}")?;
    }
    if let Some(since) = status.since.filter(|_| status.state == State::Up) {
        write!(out, "  for {}", span(UNIX_EPOCH + Duration::from_secs(since)))?;
    }
    if let Some(rootdir) = &status.rootdir {
        write!(out, "  {rootdir}")?;
    }
    writeln!(out)?;
    // Root in the vimage may have chosen them.
    let names: Vec<String> = status.interfaces.iter().map(|interface| visible(&interface.name)).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    for (interface, name) in status.interfaces.iter().zip(names) {
        write!(out, "  {name:width$}  {}", interface.mac.as_deref().unwrap_or("no address"))?;
        write!(out, "  {}", if interface.up { "up" } else { "down" })?;
        match &interface.link {
            Some(link) => writeln!(out, "  on {}:{link} behind {}", interface.bridge, interface.parent)?,
            None => writeln!(out, "  on no bridge")?,
        }
    }
    for name in &status.vnets {
        writeln!(out, "  {name}  whole")?;
    }
    for problem in &status.problems {
        writeln!(out, "  ! {problem}")?;
    }
    match status.state {
        State::Broken => writeln!(out, "  mend it with `vimage up {}`", status.name),
        State::Starting | State::Stopping => {
            writeln!(out, "  if no vimage is at work on it, `vimage down {}` clears it away", status.name)
        }
        State::Up | State::Down | State::Unknown => Ok(()),
    }
}

/// How many seconds ago something was, by its seconds since 1970.
fn uptime(since: u64) -> u64 {
    let since = UNIX_EPOCH + Duration::from_secs(since);
    SystemTime::now().duration_since(since).unwrap_or_default().as_secs()
}

/// Writes how long something has been, in its two largest units.
fn span(since: SystemTime) -> String {
    let seconds = SystemTime::now().duration_since(since).unwrap_or_default().as_secs();
    let (days, hours, minutes) = (seconds / 86400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}
