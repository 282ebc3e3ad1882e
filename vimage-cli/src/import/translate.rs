//! Says what a jail of jail.conf(5) is in the variables of a vimage.

use super::collapse::{Jail, Plain};
use super::jng::host_command;
use super::lines::{Imported, Line, Written};
use crate::config::{Name, Problem};

/// Parameters that say what is so of every vimage anyway.
const UNDERSTOOD: [&str; 6] =
    ["name", "persist", "exec.clean", "exec.system_user", "exec.jail_user", "allow.dying"];

/// Parameters that have no counterpart, with what to do instead.
const WITHOUT: [(&str, &str); 17] = [
    ("ip4.addr", "a vimage has a network stack of its own: set ifconfig_ng0_NAME in the rc.conf of its root"),
    (
        "ip6.addr",
        "a vimage has a network stack of its own: set ifconfig_ng0_NAME_ipv6 in the rc.conf of its root",
    ),
    ("ip4", "a vimage has a network stack of its own"),
    ("ip6", "a vimage has a network stack of its own"),
    ("ip4.saddrsel", "a vimage has a network stack of its own"),
    ("ip6.saddrsel", "a vimage has a network stack of its own"),
    ("interface", "a vimage has interfaces of its own: see vimage_NAME_bridges"),
    ("ip_hostname", "a vimage has a network stack of its own"),
    ("jid", "the kernel numbers vimages"),
    ("command", "use vimage_NAME_exec_start, or `vimage exec`"),
    ("exec.prepare", "use vimage_NAME_exec_prestart0, which comes after the mounts"),
    ("exec.created", "use vimage_NAME_exec_poststart0, which comes once it is up"),
    ("exec.release", "use vimage_NAME_exec_poststop0"),
    ("exec.timeout", "its commands may take as long as they do; see vimage_NAME_stop_timeout for the end"),
    ("exec.fib", "use setfib(1) in the command"),
    ("exec.system_jail_user", "use su(1) in the command"),
    ("host", "a vimage has a host name of its own"),
];

/// Says what all jails are.
pub(super) fn all(jails: &[Jail]) -> Result<Imported, Problem> {
    let written: Vec<Written> = jails.iter().map(one).collect();
    let mut from: Vec<String> = Vec::new();
    for jail in jails {
        if !from.contains(&jail.place.file.to_string()) {
            from.push(jail.place.file.to_string());
        }
    }
    let from = if from.is_empty() { "nothing".into() } else { from.join(" and ") };
    Imported { from, general: Vec::<Line>::new(), written }.distinct()
}

fn one(jail: &Jail) -> Written {
    let name = jail.find("name").and_then(|name| name.values.last()).unwrap_or(&jail.name);
    let mut vimage = Written::new(name, &jail.place);
    if jail.name.contains('.') {
        vimage.note(&jail.place, "it is a jail within a jail, and becomes one beside it");
    }
    let text = |name: &str| jail.find(name).and_then(|parameter| parameter.values.last());
    match text("path") {
        Some(path) => vimage.set("rootdir", path),
        None => vimage.note(&jail.place, "it has no path: set its rootdir"),
    }
    match text("host.hostname") {
        Some(hostname) => vimage.set("hostname", hostname),
        None => {
            let own = vimage.name.clone();
            vimage.set("hostname", own);
            vimage.note(&jail.place, "it has no host.hostname, and a vimage must have one");
        }
    }
    // Which interfaces are made for it must be known before those that are moved in.
    let mut made = Vec::new();
    for (parameter, variable) in [
        ("exec.prestart", "exec_prestart"),
        ("exec.poststart", "exec_poststart"),
        ("exec.prestop", "exec_prestop"),
        ("exec.poststop", "exec_poststop"),
    ] {
        if let Some(found) = jail.find(parameter) {
            for command in &found.values {
                host_command(&mut vimage, &mut made, variable, command, &found.place);
            }
        }
    }
    for parameter in &jail.parameters {
        of_parameter(&mut vimage, parameter, &made);
    }
    if jail.find("exec.start").is_none() {
        vimage.set("exec_start", "NONE");
    }
    if jail.find("vnet").is_none() {
        vimage.note(&jail.place, "it shares the host's network stack, and a vimage does not");
    }
    vimage
}

/// Says what one parameter says.
fn of_parameter(vimage: &mut Written, parameter: &Plain, made: &[String]) {
    let name = super::collapse::positive(&parameter.name);
    let last = parameter.values.last().map(String::as_str);
    let place = &parameter.place;
    let yes = || if is_on(parameter) { "YES" } else { "NO" };
    match name.as_str() {
        "path" | "host.hostname" | "exec.prestart" | "exec.poststart" | "exec.prestop" | "exec.poststop" => {}
        "vnet" => {
            if last == Some("inherit") {
                vimage.note(place, "it shares the host's network stack, and a vimage does not");
            }
        }
        "vnet.interface" => interfaces(vimage, parameter, made),
        "exec.jail_user" | "exec.system_user" if last.is_some_and(|user| user != "root") => {
            vimage.note(place, format!("{name} has no counterpart: use su(1) in the command"));
        }
        "mount.devfs" => vimage.set("devfs_enable", yes()),
        "mount.fdescfs" => vimage.set("fdescfs_enable", yes()),
        "mount.procfs" => vimage.set("procfs_enable", yes()),
        "devfs_ruleset" => vimage.set("devfs_ruleset", last.unwrap_or_default()),
        "mount.fstab" => {
            vimage.set("mount_enable", "YES");
            vimage.set("fstab", last.unwrap_or_default());
        }
        "mount" => {
            for line in &parameter.values {
                let text = format!("mount: put this line into its fstab, and set its mount_enable: {line}");
                vimage.note(place, text);
            }
        }
        "securelevel" => vimage.set("securelevel", last.unwrap_or_default()),
        "stop.timeout" => vimage.set("stop_timeout", last.unwrap_or_default()),
        "exec.consolelog" => vimage.set("consolelog", last.unwrap_or_default()),
        "depend" => depend(vimage, parameter),
        "exec.start" => start(vimage, parameter),
        "exec.stop" => vimage.set("exec_stop", or_none(&parameter.values.join(" && "))),
        "zfs.dataset" => {
            for dataset in &parameter.values {
                let command = format!("/sbin/zfs jail {} {dataset}", vimage.name);
                vimage.push("exec_poststart", &command);
            }
        }
        name if UNDERSTOOD.contains(&name) => {}
        name => match WITHOUT.iter().find(|(without, _)| *without == name) {
            Some((_, instead)) => {
                let instead = instead.replace("NAME", &vimage.name);
                vimage.note(place, format!("{name} has no counterpart: {instead}"));
            }
            None => of_kernel(vimage, parameter),
        },
    }
}

/// Whether a boolean parameter is on, as jail(8) sees it.
fn is_on(parameter: &Plain) -> bool {
    let no = super::collapse::positive(&parameter.name) != parameter.name;
    let said = parameter.values.last().is_none_or(|value| {
        value.eq_ignore_ascii_case("true") || value.trim().parse::<i64>().is_ok_and(|number| number != 0)
    });
    no != said
}

fn interfaces(vimage: &mut Written, parameter: &Plain, made: &[String]) {
    let mut vnets = Vec::new();
    // Both are written: one to a value, and several with commas or blanks in one.
    for name in parameter
        .values
        .iter()
        .flat_map(|value| value.split([',', ' ', '\t']).filter(|name| !name.is_empty()))
    {
        if !made.iter().any(|made| made == name) {
            vnets.push(name.to_string());
        }
    }
    for name in vnets.iter().filter(|name| name.starts_with("epair")) {
        let text =
            format!("{name} must be there before it starts; vimage_{}_bridges would do without", vimage.name);
        vimage.note(&parameter.place, text);
    }
    if !vnets.is_empty() {
        vimage.set("vnets", vnets.join(" "));
    }
}

fn depend(vimage: &mut Written, parameter: &Plain) {
    let names =
        parameter.values.iter().flat_map(|value| value.split([',', ' ']).filter(|name| !name.is_empty()));
    let (known, unknown): (Vec<&str>, Vec<&str>) = names.partition(|name| name.parse::<Name>().is_ok());
    if !known.is_empty() {
        vimage.set("depend", known.join(" "));
    }
    for name in unknown {
        vimage.note(&parameter.place, format!("depend: {name} is no name that a vimage can have"));
    }
}

/// A command as vimage(8) has it, where an empty one is the usual one.
fn or_none(command: &str) -> &str {
    if command.trim().is_empty() { "NONE" } else { command }
}

fn start(vimage: &mut Written, parameter: &Plain) {
    let Some((first, others)) = parameter.values.split_first() else { return };
    vimage.set("exec_start", or_none(first));
    for command in others {
        vimage.push("exec_afterstart", command);
    }
}

/// Adds a parameter of the kernel to `_parameters`, whose items have blanks between them.
fn of_kernel(vimage: &mut Written, parameter: &Plain) {
    let name = super::collapse::positive(&parameter.name);
    let values = parameter.values.join(",");
    let boolean = name.starts_with("allow.") || parameter.values.is_empty();
    let word = match boolean {
        true if is_on(parameter) => name,
        true => match name.rsplit_once('.') {
            Some((before, last)) => format!("{before}.no{last}"),
            None => format!("no{name}"),
        },
        false => format!("{name}={values}"),
    };
    if word.contains(char::is_whitespace) || word.is_empty() {
        vimage.note(
            &parameter.place,
            format!("{} has a blank in it, which parameters cannot have", parameter.name),
        );
        return;
    }
    let before = vimage.find("parameters").map(|before| format!("{before} ")).unwrap_or_default();
    vimage.set("parameters", format!("{before}{word}"));
}
