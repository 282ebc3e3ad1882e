//! From configuration to machine: what a vimage is to be, checked against what is there, before anything is changed.

mod addresses;
mod found;
mod mounts;
mod rules;

use std::path::Path as FilePath;

use jailrs::Param;
use netgraph::nodes::ether;
use netgraph::{HookName, NodeName, Path, Socket};

use crate::config::{Origin, Problem, Problems, Setting, Start, Stop, Vimage};
use crate::error::{Error, Exit, Result};
use crate::host::Machine;
use crate::wanted::{CommandLine, Commands, Wanted, WantedBridge, WantedInterface, words};
use crate::work::interface_node;

pub use found::Found;
pub use rules::Rules;

/// The rc.d(8) scripts that start the network of a vimage, and no more.
const NETWORK: [&str; 2] = ["/etc/rc.d/netif", "/etc/rc.d/routing"];

/// The interface that each VNET has from the beginning.
const OWN: &str = "lo0";

/// Resolves a vimage, or says everything that stands in its way.
///
/// # Errors
/// All problems at once, each with its place in the configuration.
pub fn resolve(machine: &Machine, socket: &Socket, found: &Found, vimage: &Vimage) -> Result<Wanted> {
    let mut resolver = Resolver { machine, socket, found, vimage, problems: Vec::new() };
    let wanted = resolver.wanted()?;
    resolver.check_machine(&wanted)?;
    resolver.finish(wanted)
}

/// Resolves one interface of a vimage, and the bridges that it is on, or says everything that stands in its way.
///
/// # Errors
/// All problems at once, each with its place in the configuration.
pub fn resolve_one(
    machine: &Machine,
    socket: &Socket,
    found: &Found,
    vimage: &Vimage,
    index: usize,
) -> Result<(WantedInterface, Vec<WantedBridge>)> {
    let Some(planned) = vimage.interfaces().nth(index) else {
        return Err(Error::new(Exit::Software, format!("{} has no interface {index}", vimage.name)));
    };
    let mut resolver = Resolver { machine, socket, found, vimage, problems: Vec::new() };
    let bridges = WantedBridge::of(&planned);
    let mac = addresses::of_one(&mut resolver, &planned)?;
    let interface = WantedInterface::of(planned, mac);
    let (interfaces, bridges) = (vec![interface.clone()], bridges);
    let wanted = Wanted { name: vimage.name.to_string(), interfaces, bridges, ..Wanted::default() };
    resolver.check_parents(&wanted)?;
    resolver.check_new_names(&wanted)?;
    resolver.finish((interface, wanted.bridges))
}

struct Resolver<'a> {
    machine: &'a Machine,
    socket: &'a Socket,
    found: &'a Found,
    vimage: &'a Vimage,
    problems: Vec<Problem>,
}

impl Resolver<'_> {
    /// What was resolved, unless there are problems.
    fn finish<T>(self, resolved: T) -> Result<T> {
        if self.problems.is_empty() {
            return Ok(resolved);
        }
        let problems: Problems = self.problems.into_iter().collect();
        Err(Error::new(Exit::Unavailable, problems.to_string()))
    }

    fn problem(&mut self, origin: &Origin, message: impl Into<String>, remedy: impl Into<String>) {
        self.problems.push(Problem::error(origin.clone(), message, remedy));
    }

    fn wanted(&mut self) -> Result<Wanted> {
        let vimage = self.vimage;
        let addresses = addresses::all(self)?;
        let planned = vimage.interfaces().zip(addresses);
        let interfaces = planned.map(|(planned, mac)| WantedInterface::of(planned, mac)).collect();
        let parameters = vimage.parameters.value.iter().map(ToString::to_string).collect();
        Ok(Wanted {
            name: vimage.name.to_string(),
            rootdir: vimage.rootdir.value.clone(),
            hostname: vimage.hostname.value.clone(),
            bridges: WantedBridge::all(vimage),
            interfaces,
            vnets: vimage.vnets.value.iter().map(ToString::to_string).collect(),
            mounts: self.mounts(),
            parameters,
            securelevel: vimage.securelevel.value,
            devfs_ruleset: self.ruleset(),
            commands: self.commands(),
        })
    }

    /// The rules of devfs, where it is mounted.
    fn ruleset(&mut self) -> Option<u16> {
        if !self.vimage.devfs_enable.value {
            return None;
        }
        let setting = &self.vimage.devfs_ruleset;
        match self.found.rules.number(&setting.value) {
            Ok(number) => Some(number),
            Err(message) => {
                self.problem(
                    &setting.origin,
                    message,
                    "name a ruleset of devfs.rules(5), or give its number",
                );
                None
            }
        }
    }

    fn command(&mut self, setting: &Setting<String>) -> Option<CommandLine> {
        match words(&setting.value) {
            Ok(command) => Some(command),
            Err(message) => {
                self.problem(
                    &setting.origin,
                    format!("the command {:?}: {message}", setting.value),
                    "see vimage(8)",
                );
                None
            }
        }
    }

    fn command_list(&mut self, settings: &[Setting<String>]) -> Vec<CommandLine> {
        settings.iter().filter_map(|setting| self.command(setting)).collect()
    }

    fn commands(&mut self) -> Commands {
        let vimage = self.vimage;
        let service =
            |name: &String, verb: &str| vec!["/usr/sbin/service".to_string(), name.clone(), verb.into()];
        let services = &vimage.afterstart_services.value;
        let (start, start_is_optional) = match &vimage.exec_start.value {
            Start::Network => {
                (NETWORK.iter().map(|script| vec![(*script).to_string(), "start".into()]).collect(), true)
            }
            Start::Nothing => (Vec::new(), false),
            Start::Command(command) => {
                let setting = Setting { value: command.clone(), origin: vimage.exec_start.origin.clone() };
                (self.command(&setting).into_iter().collect(), false)
            }
        };
        let stop = match &vimage.exec_stop.value {
            Stop::Services => services.iter().rev().map(|name| service(name, "onestop")).collect(),
            Stop::Nothing => Vec::new(),
            Stop::Command(command) => {
                let setting = Setting { value: command.clone(), origin: vimage.exec_stop.origin.clone() };
                self.command(&setting).into_iter().collect()
            }
        };
        let mut afterstart: Vec<CommandLine> =
            services.iter().map(|name| service(name, "onestart")).collect();
        afterstart.extend(self.command_list(&vimage.exec_afterstart));
        Commands {
            prestart: self.command_list(&vimage.exec_prestart),
            start,
            start_is_optional,
            afterstart,
            poststart: self.command_list(&vimage.exec_poststart),
            prestop: self.command_list(&vimage.exec_prestop),
            stop,
            poststop: self.command_list(&vimage.exec_poststop),
            stop_timeout: u64::from(vimage.stop_timeout.value),
            consolelog: Some(vimage.consolelog.value.clone()),
        }
    }

    /// Holds the wanted against the machine.
    fn check_machine(&mut self, wanted: &Wanted) -> Result<()> {
        self.check_root(wanted);
        for parameter in &wanted.parameters {
            if let Err(error) = Param::parse(parameter) {
                self.problem(&self.vimage.parameters.origin.clone(), error.to_string(), "see jail(8)");
            }
        }
        if self.found.jails.contains(&wanted.name) {
            let message = format!("there is a jail {} already, which vimage did not make", wanted.name);
            self.problem(
                &self.vimage.rootdir.origin.clone(),
                message,
                "name the vimage otherwise, or remove that jail",
            );
        }
        self.check_parents(wanted)?;
        self.check_new_names(wanted)?;
        self.check_vnets(wanted)?;
        Ok(())
    }

    fn check_root(&mut self, wanted: &Wanted) {
        let jails = &self.machine.jails;
        if let Err(error) = jails.resolve_below(&wanted.rootdir, FilePath::new("/")) {
            let root = wanted.rootdir.display();
            let (message, remedy) = match error.errno() {
                Some(jailrs::Errno::ENOENT) => (
                    format!("there is no root directory {root}"),
                    format!("`vimage build {root}` makes one; / is the host's own"),
                ),
                _ => {
                    (format!("the root directory {root} cannot be used: {error}"), "name a directory".into())
                }
            };
            self.problem(&self.vimage.rootdir.origin.clone(), message, remedy);
            return;
        }
        for mount in &wanted.mounts {
            // What another mount brings can be looked at only once that one is there.
            if wanted
                .mounts
                .iter()
                .any(|other| other.point != mount.point && mount.point.starts_with(&other.point))
            {
                continue;
            }
            if let Err(error) = jails.resolve_below(&wanted.rootdir, &mount.point) {
                let message = format!("{} cannot be mounted: {error}", mount.fstype);
                let remedy = "make the directory; no part of it may be a symbolic link";
                self.problem(&self.vimage.rootdir.origin.clone(), message, remedy);
            }
        }
    }

    fn check_parents(&mut self, wanted: &Wanted) -> Result<()> {
        for bridge in wanted.bridges.iter().filter(|bridge| bridge.behind.is_none()) {
            let origin = self.vimage.bridges.origin.clone();
            if !self.found.interfaces.contains_key(&bridge.parent) {
                let message = format!("there is no interface {}", bridge.parent);
                self.problem(&origin, message, self.near(&bridge.parent));
                continue;
            }
            let Ok(name) = NodeName::try_from(bridge.parent_node.as_str()) else { continue };
            match interface_node(self.machine, self.socket, &name.into())? {
                Some(node) if node.type_name == "ether" => {
                    let ours = self.socket.find(&Path::from(name).hook(ether::LOWER))?;
                    if let Some(other) =
                        ours.filter(|node| node.name != bridge.node.as_str() && !node.name.is_empty())
                    {
                        let message =
                            format!("{} is on the {} {} already", bridge.parent, other.type_name, other.name);
                        self.problem(&origin, message, format!("see `ngctl show {name}:`"));
                    }
                }
                Some(node) => {
                    let message =
                        format!("the name of {}'s node is taken by a {}", bridge.parent, node.type_name);
                    self.problem(
                        &origin,
                        message,
                        format!("rename it: `ngctl name {name}: OTHER`, then reload ng_ether"),
                    );
                }
                None => {
                    let message = format!("the interface {} has no netgraph node {name}", bridge.parent);
                    self.problem(&origin, message, "only Ethernet, VLAN and bridge interfaces have one; one that was detached comes back when ng_ether is loaded anew");
                }
            }
        }
        Ok(())
    }

    fn check_vnets(&mut self, wanted: &Wanted) -> Result<()> {
        let origin = self.vimage.vnets.origin.clone();
        for name in &wanted.vnets {
            if !self.found.interfaces.contains_key(name) {
                let message = format!("there is no interface {name}");
                self.problem(&origin, message, self.near(name));
            } else if wanted.bridges.iter().any(|bridge| bridge.parent == *name) {
                let message = format!("{name} cannot be bridged and moved into the vimage");
                self.problem(&origin, message, "take it out of _bridges or out of _vnets");
            } else if name == OWN {
                let message = format!("{name} cannot be moved into the vimage, which has one of its own");
                self.problem(&origin, message, "take it out of _vnets");
            } else if let Some((node, hook)) = self.carries(name)? {
                let message = format!("{name} cannot be moved into the vimage: its {hook} is on {node}");
                let remedy = match self.found.bridged.get(name) {
                    Some(vimage) => {
                        format!("{vimage} is up with it; `vimage down --prune {vimage}` lets go of it")
                    }
                    None => "`vimage gc` takes a bridge away that nothing uses".into(),
                };
                self.problem(&origin, message, remedy);
            }
        }
        Ok(())
    }

    /// What an interface is connected to in netgraph: it would be cut off if the interface moved away.
    fn carries(&self, interface: &str) -> Result<Option<(String, HookName)>> {
        let Some(node) = ether::node_name(interface) else { return Ok(None) };
        for hook in [ether::LOWER, ether::UPPER, ether::ORPHANS] {
            if let Some(peer) = self.socket.find(&Path::from(node).hook(hook))? {
                let name = if peer.name.is_empty() { peer.path().to_string() } else { peer.name.to_string() };
                return Ok(Some((format!("the {} {name}", peer.type_name), hook)));
            }
        }
        Ok(None)
    }

    /// Checks that the names of what is to be made are free.
    fn check_new_names(&mut self, wanted: &Wanted) -> Result<()> {
        for interface in &wanted.interfaces {
            let origin = self.vimage.bridges.origin.clone();
            if self.found.interfaces.contains_key(&interface.ifname) {
                let message = format!("there is an interface {} already", interface.ifname);
                let remedy = format!("rename it, or set vimage_{}_ifname", wanted.name);
                self.problem(&origin, message, remedy);
            }
            let Ok(node) = NodeName::try_from(interface.node.as_str()) else { continue };
            if let Some(taken) = self.socket.find(&node.into())? {
                let message = format!("there is a node {node} of type {} already", taken.type_name);
                // One of an interface goes with that alone.
                let away = if taken.type_name == "ether" {
                    "rename its interface".into()
                } else {
                    format!("`ngctl shutdown {node}:` if nobody needs it")
                };
                let remedy = format!("{away}, or set vimage_{}_ifname", wanted.name);
                self.problem(&origin, message, remedy);
            }
        }
        Ok(())
    }

    /// Says where an interface is that the host has not, or which there are.
    fn near(&self, name: &str) -> String {
        if let Some(vimage) = self.found.moved.get(name).filter(|vimage| self.found.jails.contains(*vimage)) {
            return format!("it was moved into {vimage}; `vimage detach {vimage} {name}` brings it back");
        }
        let family = |name: &str| name.trim_end_matches(|c: char| c.is_ascii_digit()).to_string();
        let wanted = family(name);
        let of_family: Vec<&str> =
            self.found.interfaces.keys().filter(|n| family(n) == wanted).map(String::as_str).collect();
        if of_family.is_empty() {
            let all: Vec<&str> = self.found.interfaces.keys().map(String::as_str).collect();
            return format!("there are {}", all.join(" "));
        }
        let verb = if of_family.len() == 1 { "is" } else { "are" };
        format!("there {verb} {}", of_family.join(" "))
    }
}
