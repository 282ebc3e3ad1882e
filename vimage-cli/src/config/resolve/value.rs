//! The value of one variable, from text.
use std::path::PathBuf;

use netgraph::nodes::EtherAddr;

use crate::config::name::{Ifname, IfnameError, Name};
use crate::config::variable::most_like;
use crate::config::vimage::{Bridge, BridgeMac, MacPolicy, NONE, Parameter, Ruleset, Start, Stop};

/// Why a value is refused, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) message: String,
    pub(super) remedy: String,
}

/// A value, or everything that is wrong with it.
pub(super) type Parsed<T> = Result<T, Vec<Wrong>>;

fn wrong(message: impl Into<String>, remedy: impl Into<String>) -> Wrong {
    Wrong { message: message.into(), remedy: remedy.into() }
}

fn refuse<T>(message: impl Into<String>, remedy: impl Into<String>) -> Parsed<T> {
    Err(vec![wrong(message, remedy)])
}

/// The words of a list, as the shell splits them.
pub(super) fn words(list: &str) -> impl Iterator<Item = &str> {
    list.split([' ', '\t', '\n']).filter(|word| !word.is_empty())
}

/// Every word of a list, or what is wrong with each that is wrong.
fn each<T>(list: &str, parse: impl Fn(&str) -> Result<T, Wrong>) -> Parsed<Vec<T>> {
    let (mut values, mut wrongs) = (Vec::new(), Vec::new());
    for word in words(list) {
        match parse(word) {
            Ok(value) => values.push(value),
            Err(wrong) => wrongs.push(wrong),
        }
    }
    if wrongs.is_empty() { Ok(values) } else { Err(wrongs) }
}

/// As checkyesno of rc.subr(8), except that what is neither is refused.
pub(super) fn yes_no(value: &str) -> Parsed<bool> {
    match value.to_ascii_lowercase().as_str() {
        "yes" | "true" | "on" | "1" => Ok(true),
        "no" | "false" | "off" | "0" => Ok(false),
        _ => refuse(format!("{value:?} is neither YES nor NO"), "write YES or NO"),
    }
}

pub(super) fn path(value: &str) -> Parsed<PathBuf> {
    /// The longest path, in bytes (`PATH_MAX` is 1024, with the terminating NUL).
    const MAX: usize = 1023;
    if !value.starts_with('/') {
        return refuse(format!("{value:?} is not an absolute path"), "begin it with /");
    }
    if let Some(character) = value.chars().find(|character| character.is_control()) {
        return refuse(format!("the path has {character:?} in it"), "remove it");
    }
    if value.len() > MAX {
        return refuse(format!("the path is longer than {MAX} bytes"), "shorten it");
    }
    Ok(PathBuf::from(value))
}

pub(super) fn hostname(value: &str) -> Parsed<String> {
    /// The longest host name, in bytes (`MAXHOSTNAMELEN` is 256, with the terminating NUL).
    const MAX: usize = 255;
    const REMEDY: &str = "a host name has labels of letters, digits, hyphens and underscores, joined by dots";
    let belongs = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
    if let Some(character) = value.chars().find(|&character| !belongs(character)) {
        return refuse(format!("{value:?} has {character:?} in it"), REMEDY);
    }
    if value.len() > MAX {
        return refuse(format!("the host name is longer than {MAX} characters"), "shorten it");
    }
    let right = |label: &str| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-');
    if !value.split('.').all(right) {
        return refuse(
            format!("{value:?} has a label that is empty, or begins or ends with a hyphen"),
            REMEDY,
        );
    }
    Ok(value.to_owned())
}

/// The remedy for a word that is no interface.
fn ifname(word: &str, name: &str) -> Result<Ifname, Wrong> {
    name.parse().map_err(|error| {
        let remedy = match error {
            IfnameError::Beginning(',') | IfnameError::Character(',') => "separate interfaces by blanks",
            _ => "name an interface of the host, as ifconfig(8) shows it",
        };
        wrong(format!("{word:?}: {error}"), remedy)
    })
}

pub(super) fn vnets(value: &str) -> Parsed<Vec<Ifname>> {
    each(value, |word| ifname(word, word))
}

pub(super) fn bridges(value: &str) -> Parsed<Vec<Bridge>> {
    each(value, bridge)
}

fn bridge(word: &str) -> Result<Bridge, Wrong> {
    let (mac, rest) = match (word.strip_prefix('='), word.strip_prefix('!')) {
        (Some(rest), _) => (BridgeMac::Parent, rest),
        (_, Some(rest)) => (BridgeMac::Kernel, rest),
        _ => (BridgeMac::Policy, word),
    };
    let (parent, segment) = match rest.split_once('@') {
        Some((parent, segment)) => (parent, Some(segment)),
        None => (rest, None),
    };
    let bridge = Bridge { parent: ifname(word, parent)?, mac, segment: segment.map(str::to_owned) };
    match segment {
        Some("") => {
            Err(wrong(format!("{word:?} names no second bridge"), "write igb0@lan, or leave out the @"))
        }
        Some("bridge") => Err(wrong(
            format!("{word:?}: {} is the bridge of {parent} itself", bridge.bridge_node()),
            format!("write {parent} alone, or another name after the @"),
        )),
        Some(name)
            if !name.chars().all(|character| character == '_' || character.is_ascii_alphanumeric()) =>
        {
            Err(wrong(
                format!("{word:?}: {name:?} cannot be part of a node's name"),
                "use letters, digits and underscores",
            ))
        }
        Some(_) if bridge.segment_node().is_some_and(|node| node.len() > netgraph::name::NAME_MAX) => {
            Err(wrong(
                format!(
                    "{word:?}: the name of the second bridge is longer than {} characters",
                    netgraph::name::NAME_MAX
                ),
                "shorten what follows the @",
            ))
        }
        _ => Ok(bridge),
    }
}

pub(super) fn mac(value: &str) -> Parsed<MacPolicy> {
    match value {
        "stable" => Ok(MacPolicy::Stable),
        "jng" => Ok(MacPolicy::Jng),
        "kernel" => Ok(MacPolicy::Kernel),
        _ => each(value, address).map(MacPolicy::Addresses),
    }
}

fn address(word: &str) -> Result<EtherAddr, Wrong> {
    let Some(address) = six_octets(word) else {
        let meant = most_like(word, ["stable", "jng", "kernel"].into_iter().map(str::to_owned));
        let remedy = meant.map_or_else(
            || {
                "write stable, jng or kernel, or one address like 02:00:00:00:00:01 for each interface"
                    .to_owned()
            },
            |policy| format!("did you mean {policy}?"),
        );
        return Err(wrong(format!("{word:?} is no Ethernet address"), remedy));
    };
    if address.is_multicast() {
        return Err(wrong(
            format!("{address} is the address of a group"),
            "make its first octet even, as in 02",
        ));
    }
    if address == EtherAddr([0; 6]) {
        return Err(wrong(format!("{address} is no interface's address"), "begin it with 02"));
    }
    Ok(address)
}

/// Six octets in hexadecimal with a colon between, each of one or two digits as ether_aton(3) takes them.
fn six_octets(word: &str) -> Option<EtherAddr> {
    let mut octets = [0; 6];
    let mut parts = word.split(':');
    for octet in &mut octets {
        let part = parts.next()?;
        // from_str_radix would take a sign.
        if !matches!(part.len(), 1 | 2) || !part.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        *octet = u8::from_str_radix(part, 16).ok()?;
    }
    parts.next().is_none().then_some(EtherAddr(octets))
}

pub(super) fn short_name(value: &str) -> Parsed<String> {
    if value.chars().all(|character| character == '_' || character.is_ascii_alphanumeric()) {
        return Ok(value.to_owned());
    }
    refuse(format!("{value:?} cannot be part of an interface's name"), "use letters, digits and underscores")
}

pub(super) fn ruleset(value: &str) -> Parsed<Ruleset> {
    let named = |first: char| first == '_' || first.is_ascii_alphabetic();
    match value.parse() {
        Ok(number) => Ok(Ruleset::Number(number)),
        Err(_) if value.starts_with(named) && short_name(value).is_ok() => {
            Ok(Ruleset::Named(value.to_owned()))
        }
        Err(_) => refuse(
            format!("{value:?} is neither the number nor the name of a ruleset"),
            "write a number from 0 to 65535, or a name of devfs.rules(5)",
        ),
    }
}

pub(super) fn services(value: &str) -> Parsed<Vec<String>> {
    each(value, |word| {
        let belongs = |character: char| character.is_ascii_alphanumeric() || "_-.+".contains(character);
        if word.chars().all(belongs) && !word.starts_with(['.', '-']) {
            return Ok(word.to_owned());
        }
        let remedy = "write the name of a script in its /etc/rc.d or /usr/local/etc/rc.d";
        Err(wrong(format!("{word:?} is no rc.d(8) script"), remedy))
    })
}

pub(super) fn start(value: &str) -> Parsed<Start> {
    Ok(if is_none(value) { Start::Nothing } else { Start::Command(command(value)?) })
}

pub(super) fn stop(value: &str) -> Parsed<Stop> {
    Ok(if is_none(value) { Stop::Nothing } else { Stop::Command(command(value)?) })
}

/// A command, of which words can be made.
pub(super) fn command(value: &str) -> Parsed<String> {
    match crate::config::words(value) {
        Ok(_) => Ok(value.to_owned()),
        Err(message) => {
            let remedy = "put it into a script and name that, or write /bin/sh -c '...'";
            refuse(format!("the command {value:?}: {message}"), remedy)
        }
    }
}

fn is_none(value: &str) -> bool {
    value.trim().eq_ignore_ascii_case(NONE)
}

pub(super) fn securelevel(value: &str) -> Parsed<Option<i32>> {
    match value.parse() {
        Ok(level @ -1..=3) => Ok(Some(level)),
        _ => refuse(format!("{value:?} is no securelevel"), "write a number from -1 to 3"),
    }
}

pub(super) fn seconds(value: &str) -> Parsed<u32> {
    /// A day: whoever writes more has the wrong unit in mind.
    const MAX: u32 = 86_400;
    match value.parse() {
        Ok(seconds @ 0..=MAX) => Ok(seconds),
        _ => refuse(format!("{value:?} is no number of seconds"), format!("write a number from 0 to {MAX}")),
    }
}

pub(super) fn names(value: &str) -> Parsed<Vec<Name>> {
    each(value, |word| {
        word.parse::<Name>().map_err(|error| wrong(format!("{word:?}: {error}"), error.remedy()))
    })
}

pub(super) fn parameters(value: &str) -> Parsed<Vec<Parameter>> {
    each(value, parameter)
}

fn parameter(word: &str) -> Result<Parameter, Wrong> {
    // rc.d/jail takes one with a semicolon at its end, as in jail.conf(5).
    let text = word.trim_end_matches(';');
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(value.to_owned())),
        None => (text, None),
    };
    let belongs = |character: char| character.is_ascii_alphanumeric() || "_.".contains(character);
    if name.is_empty() || !name.chars().all(belongs) {
        return Err(wrong(
            format!("{word:?} is no parameter of a jail"),
            "write NAME or NAME=VALUE, as in jail(8)",
        ));
    }
    match managed(name) {
        Some(remedy) => Err(wrong(format!("the parameter {name} is not for _parameters to set"), remedy)),
        None => Ok(Parameter { name: name.to_owned(), value }),
    }
}

/// What to do instead of setting the parameter, if it is not for the configuration to set.
fn managed(name: &str) -> Option<&'static str> {
    let family = name.split('.').next().unwrap_or(name);
    Some(match name {
        "name" | "jid" | "vnet" | "novnet" | "persist" | "nopersist" | "meta.vimage" => "remove it",
        "path" => "set _rootdir",
        "host.hostname" => "set _hostname",
        "securelevel" => "set _securelevel",
        "devfs_ruleset" => "set _devfs_ruleset",
        "depend" => "set _depend",
        "command" => "set _exec_start",
        "stop.timeout" => "set _stop_timeout",
        "interface" | "vnet.interface" => "set _bridges or _vnets",
        "exec.consolelog" => "set _consolelog",
        _ if family == "exec" => "set _exec_start and the like",
        _ if family == "mount" => {
            "set _devfs_enable, _fdescfs_enable, _procfs_enable, or _mount_enable and _fstab"
        }
        _ if family == "ip4" || family == "ip6" => "set the addresses in the rc.conf of its root",
        _ => return None,
    })
}
