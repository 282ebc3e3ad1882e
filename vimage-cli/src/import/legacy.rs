//! The jails of rc.conf(5): the variables `jail_NAME_X` and `jail_X` of rc.d/jail, as the older jails and jng have them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::jng::host_command;
use super::lines::{Imported, Line, Written};
use super::parse::Place;
use super::refuse;
use crate::config::Problem;
use crate::config::shell::{Reader, Variable, Variables};

const PREFIX: &str = "jail_";

/// Variables of which a vimage has one of the same name and meaning.
const SAME: [&str; 13] = [
    "rootdir",
    "hostname",
    "devfs_enable",
    "devfs_ruleset",
    "fdescfs_enable",
    "procfs_enable",
    "mount_enable",
    "fstab",
    "exec_start",
    "exec_stop",
    "consolelog",
    "parameters",
    "securelevel",
];

/// The numbered ones.
const NUMBERED: [&str; 5] =
    ["exec_prestart", "exec_afterstart", "exec_poststart", "exec_prestop", "exec_poststop"];

/// Variables of all jails that are none of a jail's defaults.
const GENERAL: [(&str, &str); 4] = [
    ("enable", "vimage_enable"),
    ("list", ""),
    ("parallel_start", "vimage_parallel_start"),
    ("reverse_stop", "vimage_reverse_stop"),
];

/// Whether a file is rc.conf(5), with jails in it or not, rather than jail.conf(5).
pub(super) fn is_rc_conf(bytes: &[u8]) -> bool {
    let is = |line: &str| {
        let name =
            line.trim_start().split_once('=').map(|(name, _)| name.trim_end_matches('+')).unwrap_or_default();
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let is_told = |prefix: &str| name.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty());
        is_name && (is_told(PREFIX) || is_told("vimage_") || name.ends_with("_enable"))
    };
    String::from_utf8_lossy(bytes).lines().any(is)
}

/// Reads the jails of a file.
pub(super) fn import(path: &Path, bytes: &[u8]) -> Result<Imported, Problem> {
    let file = path.to_string_lossy();
    let mut reader = Reader::new("/");
    reader.read_bytes(&file, bytes)?;
    let variables = reader.variables();
    let Some(list) = variables.find("jail_list") else {
        return Err(refuse(&file, 0, "there is no jail_list in it", "name the file that has it"));
    };
    let mut general = Vec::new();
    for (name, ours) in GENERAL.iter().filter(|(_, ours)| !ours.is_empty()) {
        if let Some(found) = variables.find(&format!("{PREFIX}{name}")) {
            general.push(Line { variable: (*ours).into(), value: text(found) });
        }
    }
    let jails: Vec<String> = text(list).split_ascii_whitespace().map(str::to_string).collect();
    let written = jails.iter().map(|jail| one(variables, jail, &jails, &place(list))).collect();
    Imported { from: file.into_owned(), general, written }.distinct()
}

fn text(variable: &Variable) -> String {
    String::from_utf8_lossy(&variable.value).into_owned()
}

fn place(variable: &Variable) -> Place {
    Place { file: Arc::clone(&variable.position.file), line: variable.position.line }
}

fn one(variables: &Variables, jail: &str, jails: &[String], listed: &Place) -> Written {
    // What is set for it, or else for all.
    let mut own: BTreeMap<String, &Variable> = BTreeMap::new();
    let prefix = format!("{PREFIX}{jail}_");
    for variable in variables {
        let Some(rest) = variable.name.strip_prefix(PREFIX) else { continue };
        let is_of_another =
            jails.iter().any(|other| rest.strip_prefix(other).is_some_and(|rest| rest.starts_with('_')));
        if !is_of_another && !GENERAL.iter().any(|(general, _)| *general == rest) {
            own.entry(rest.to_string()).or_insert(variable);
        }
    }
    for variable in variables {
        if let Some(rest) = variable.name.strip_prefix(&prefix) {
            own.insert(rest.to_string(), variable);
        }
    }
    let first =
        own.values().filter(|variable| variable.name.starts_with(&prefix)).map(|variable| place(variable));
    let first = first.min_by_key(|place| place.line);
    let mut vimage = Written::new(jail, first.as_ref().unwrap_or(listed));
    let mut made = Vec::new();
    for name in SAME {
        if let Some(found) = own.remove(name) {
            vimage.set(name, text(found));
        }
    }
    for name in NUMBERED {
        // rc.d/jail counts some of them from 1, and does without the number of the first.
        let first = own.remove(name);
        let others = (0..=9999).map_while(|number| match (own.remove(&format!("{name}{number}")), number) {
            (None, 0) => Some(None),
            (None, _) => None,
            (found, _) => Some(found),
        });
        let commands: Vec<&Variable> =
            first.into_iter().chain(others.flatten().collect::<Vec<_>>()).collect();
        for command in commands {
            host_command(&mut vimage, &mut made, name, &text(command), &place(command));
        }
    }
    let named =
        ["vnet_interface", "vnet_interfaces"].into_iter().filter_map(|name| own.remove(name).map(text));
    let named = named.collect::<Vec<_>>().join(" ");
    let moved: Vec<&str> =
        named.split_ascii_whitespace().filter(|name| !made.iter().any(|made| made == name)).collect();
    if !moved.is_empty() {
        vimage.set("vnets", moved.join(" "));
    }
    for (name, variable) in own {
        let reason = crate::config::why_foreign(&name).unwrap_or_else(|| "vimage has nothing like it".into());
        vimage.note(&place(variable), format!("jail_{name} has no counterpart: {reason}"));
    }
    for (name, what) in [("rootdir", "root directory"), ("hostname", "host name")] {
        if vimage.find(name).is_none() {
            vimage.note(listed, format!("it has no {what}: set its {name}"));
        }
    }
    let started = vimage.find("exec_start").is_some();
    if !started {
        // What rc.d/jail does if nobody says otherwise; a vimage starts its network alone.
        vimage.set("exec_start", "/bin/sh /etc/rc");
    }
    vimage
}
