//! What can only be seen when all vimages are looked at together.
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::order::circles;
use crate::config::Config;
use crate::config::mac::checksum;
use crate::config::name::{Ifname, Name};
use crate::config::origin::Origin;
use crate::config::problem::Problem;
use crate::config::variable::{PREFIX, most_like};
use crate::config::vimage::{PlannedMac, Vimage};

/// Notes what is wrong between vimages.
pub(super) fn check(config: &Config, problems: &mut Vec<Problem>) {
    let vimages: Vec<&Vimage> = config.vimages.values().collect();
    check_interface_names(&vimages, problems);
    check_node_names(&vimages, problems);
    check_moved(&vimages, problems);
    check_addresses(&vimages, problems);
    check_dependencies(config, problems);
}

/// Two interfaces whose names, once cut, are the same.
fn check_interface_names(vimages: &[&Vimage], problems: &mut Vec<Problem>) {
    let mut taken: BTreeMap<String, &Name> = BTreeMap::new();
    for vimage in vimages {
        // One clash says it all: their other interfaces clash for the same reason.
        let mut noted: BTreeSet<&Name> = BTreeSet::new();
        for interface in vimage.interfaces() {
            let cut = if interface.node == interface.ifname { "" } else { ", cut to 15 characters," };
            match taken.entry(interface.ifname) {
                Entry::Vacant(vacant) => {
                    vacant.insert(&vimage.name);
                }
                Entry::Occupied(other) if !noted.insert(*other.get()) => {}
                Entry::Occupied(other) => problems.push(Problem::error(
                    name_origin(vimage),
                    format!(
                        "interface {} of {}{cut} would be named {} like one of {}",
                        interface.index,
                        vimage.name,
                        other.key(),
                        other.get()
                    ),
                    format!("set {PREFIX}{}_ifname to a short name of its own", vimage.name),
                )),
            }
        }
    }
    for vimage in vimages {
        let bridged = vimage.bridges.value.iter().map(|bridge| (&bridge.parent, &vimage.bridges.origin));
        let moved = vimage.vnets.value.iter().map(|ifname| (ifname, &vimage.vnets.origin));
        for (ifname, origin) in bridged.chain(moved) {
            if let Some(maker) = taken.get(ifname.as_str()) {
                problems.push(Problem::error(
                    origin.clone(),
                    format!("{ifname} is the name of the interface that is made for {maker}"),
                    "name an interface of the host",
                ));
            }
        }
    }
}

/// What decides the names of a vimage's interfaces: `_ifname`, or the name, which `_bridges` puts to use.
fn name_origin(vimage: &Vimage) -> Origin {
    let explicit = Some(&vimage.ifname.origin).filter(|_| !vimage.ifname.is_default());
    explicit.unwrap_or(&vimage.bridges.origin).clone()
}

/// What a netgraph node is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose<'a> {
    Parent(&'a Ifname),
    Bridge(&'a Ifname),
    Segment(&'a Ifname, &'a str),
    Made(&'a Name, u32),
}

impl Purpose<'_> {
    /// Whether it is told elsewhere that both would be the node of that name.
    fn is_told(&self, other: &Self, node: &str) -> bool {
        match (self, other) {
            // The names of interfaces are compared with one another before.
            (Self::Made(..), Self::Made(..)) => true,
            (Self::Made(..), Self::Parent(parent)) | (Self::Parent(parent), Self::Made(..)) => {
                parent.as_str() == node
            }
            // Parents whose nodes would have the same name have been told of as such.
            (Self::Bridge(one) | Self::Segment(one, _), Self::Bridge(other) | Self::Segment(other, _)) => {
                one != other && one.node() == other.node()
            }
            _ => false,
        }
    }
}

impl fmt::Display for Purpose<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parent(parent) => write!(f, "that of the interface {parent}"),
            Self::Bridge(parent) => write!(f, "the bridge of {parent}"),
            Self::Segment(parent, segment) => write!(f, "the bridge {parent}@{segment}"),
            Self::Made(name, index) => write!(f, "that of interface {index} of {name}"),
        }
    }
}

/// Two nodes of different purpose that would have the same name.
fn check_node_names(vimages: &[&Vimage], problems: &mut Vec<Problem>) {
    let mut taken: BTreeMap<String, Purpose<'_>> = BTreeMap::new();
    for vimage in vimages {
        for interface in vimage.interfaces() {
            let parent = interface.parent;
            let nodes = [
                (interface.parent_node, Purpose::Parent(parent)),
                (interface.bridge_node, Purpose::Bridge(parent)),
                (interface.node, Purpose::Made(&vimage.name, interface.index)),
            ];
            let segment = interface.segment_node.zip(interface.segment);
            let segment = segment.map(|(node, segment)| (node, Purpose::Segment(parent, segment)));
            for (node, purpose) in nodes.into_iter().chain(segment) {
                match taken.entry(node) {
                    Entry::Vacant(vacant) => {
                        vacant.insert(purpose);
                    }
                    Entry::Occupied(other)
                        if *other.get() == purpose || purpose.is_told(other.get(), other.key()) => {}
                    Entry::Occupied(other) => problems.push(Problem::error(
                        vimage.bridges.origin.clone(),
                        format!(
                            "the netgraph node {} would be both {} and {purpose}",
                            other.key(),
                            other.get()
                        ),
                        "use another interface, or another name after the @",
                    )),
                }
            }
        }
    }
}

/// Interfaces that are moved into two vimages, or moved away and bridged as well.
fn check_moved(vimages: &[&Vimage], problems: &mut Vec<Problem>) {
    let mut owners: BTreeMap<&Ifname, &Name> = BTreeMap::new();
    for vimage in vimages {
        for ifname in &vimage.vnets.value {
            if let Some(other) = owners.insert(ifname, &vimage.name) {
                let message = if *other == vimage.name {
                    format!("{ifname} is moved into {other} twice")
                } else {
                    format!("{ifname} cannot be moved into both {other} and {}", vimage.name)
                };
                problems.push(Problem::error(
                    vimage.vnets.origin.clone(),
                    message,
                    "name it once, or bridge it with _bridges",
                ));
            }
        }
    }
    for vimage in vimages {
        for bridge in &vimage.bridges.value {
            if let Some(owner) = owners.get(&bridge.parent) {
                let remedy = if **owner == vimage.name {
                    "take it out of _bridges or out of _vnets".into()
                } else {
                    format!("bridge it for {owner} too, or use another interface")
                };
                problems.push(Problem::error(
                    vimage.bridges.origin.clone(),
                    format!(
                        "{} cannot be bridged for {}: it is moved into {owner}",
                        bridge.parent, vimage.name
                    ),
                    remedy,
                ));
            }
        }
    }
}

/// Two interfaces that would have the same address.
fn check_addresses(vimages: &[&Vimage], problems: &mut Vec<Problem>) {
    let mut taken: BTreeMap<String, String> = BTreeMap::new();
    for vimage in vimages {
        for interface in vimage.interfaces() {
            let (address, origin, remedy) = match interface.mac {
                PlannedMac::Address(address) => {
                    (address.to_string(), &vimage.mac.origin, "give each its own")
                }
                PlannedMac::Parent => (
                    format!("that of {}", interface.parent),
                    &vimage.bridges.origin,
                    "write = before that parent once, if at all",
                ),
                PlannedMac::Jng { counter } => {
                    let sum = checksum(vimage.name.as_str());
                    let number = counter % 16;
                    let parent = interface.parent;
                    (
                        format!("jng's number {number} for the sum {sum} behind {parent}"),
                        &vimage.mac.origin,
                        "use stable",
                    )
                }
                PlannedMac::Stable | PlannedMac::Kernel => continue,
            };
            let purpose = format!("interface {} of {}", interface.index, vimage.name);
            match taken.entry(address) {
                Entry::Vacant(vacant) => {
                    vacant.insert(purpose);
                }
                Entry::Occupied(other) => problems.push(Problem::error(
                    origin.clone(),
                    format!("{purpose} would have the address of {}: {}", other.get(), other.key()),
                    remedy,
                )),
            }
        }
    }
}

/// Dependencies on vimages that are not there, and circles.
fn check_dependencies(config: &Config, problems: &mut Vec<Problem>) {
    for vimage in config.vimages.values() {
        for name in vimage.depend.value.iter().filter(|name| !config.vimages.contains_key(*name)) {
            let others = config.vimages.keys().filter(|other| **other != vimage.name);
            let near = most_like(name.as_str(), others.map(Name::to_string));
            problems.push(Problem::error(
                vimage.depend.origin.clone(),
                format!("{} depends on {name}, which is no vimage", vimage.name),
                near.map_or_else(
                    || format!("set {PREFIX}{name}_rootdir"),
                    |near| format!("did you mean {near}?"),
                ),
            ));
        }
    }
    for circle in circles(&config.vimages) {
        let Some(first) = circle.first() else { continue };
        let names = circle.iter().chain([first]).map(|vimage| vimage.name.as_str()).collect::<Vec<_>>();
        problems.push(Problem::error(
            first.depend.origin.clone(),
            format!("these depend on one another: {}", names.join(" -> ")),
            "remove one of these dependencies",
        ));
    }
}
