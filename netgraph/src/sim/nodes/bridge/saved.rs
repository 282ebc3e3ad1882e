//! A bridge in the file of a machine.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use zerocopy::{FromBytes, IntoBytes};

use super::{Bridge, Host, Link, Port};
use crate::name::HookName;
use crate::nodes::{EtherAddr, bridge};
use crate::sim::graph::{HookKey, NodeKey};
use crate::sim::machine::Machine;
use crate::sim::nodes::Made;
use crate::sim::snapshot::state;
use crate::sys::{ng_bridge_config, ng_bridge_link_stats};

/// The counters of a link, one after the other as in the C struct.
type Counters = [u64; size_of::<ng_bridge_link_stats>() / 8];

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    debug_level: u8,
    loop_timeout: u32,
    max_staleness: u32,
    min_stable_age: u32,
    persistent: bool,
    links_get_unknown: bool,
    links: Vec<SavedLink>,
    /// In the order of the bridge's own table.
    hosts: Vec<SavedHost>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedLink {
    hook: String,
    muted: u16,
    gets_unknown: bool,
    stats: Counters,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedHost {
    addr: EtherAddr,
    hook: String,
    age: u16,
    staleness: u16,
}

/// The name of a link's hook.
pub(super) fn hook_of(port: Port) -> HookName {
    match port {
        Port::Link(number) => bridge::link(number),
        Port::Uplink(number) => bridge::uplink(number),
    }
}

pub(super) fn save(bridge: &Bridge) -> Value {
    let link_hook = |link: &Link| hook_of(link.port).to_string();
    let config = &bridge.config;
    let mut links: Vec<_> = bridge
        .links
        .iter()
        .map(|link| SavedLink {
            hook: link_hook(link),
            muted: link.muted,
            gets_unknown: link.gets_unknown,
            stats: Counters::read_from_bytes(link.stats.as_bytes()).unwrap_or_default(),
        })
        .collect();
    links.sort_by(|a, b| a.hook.cmp(&b.hook));
    let hosts = bridge.hosts.iter().map(|host| SavedHost {
        addr: EtherAddr(host.addr),
        hook: bridge.links.get(host.link).map(link_hook).unwrap_or_default(),
        age: host.age,
        staleness: host.staleness,
    });
    json!(Saved {
        debug_level: config.debugLevel,
        loop_timeout: config.loopTimeout,
        max_staleness: config.maxStaleness,
        min_stable_age: config.minStableAge,
        persistent: bridge.persistent,
        links_get_unknown: bridge.links_get_unknown,
        links,
        hosts: hosts.collect(),
    })
}

/// Makes a bridge of what [`save`] gave; the node's hooks are there already.
pub(super) fn restore(machine: &mut Machine, node: NodeKey, saved: &Value) -> Made<String> {
    let saved: Saved = state(saved)?;
    let mut bridge = Bridge::new();
    bridge.config = ng_bridge_config {
        debugLevel: saved.debug_level,
        loopTimeout: saved.loop_timeout,
        maxStaleness: saved.max_staleness,
        minStableAge: saved.min_stable_age,
        ..Default::default()
    };
    bridge.persistent = saved.persistent;
    bridge.links_get_unknown = saved.links_get_unknown;
    if machine.core(node).map(|core| core.hook_count as usize) != Some(saved.links.len()) {
        return Err("each hook is one link".into());
    }
    for link in saved.links {
        let (key, name) = find(machine, node, &link.hook)?;
        let port = Port::of_hook(name).ok_or_else(|| format!("{name} is not a link"))?;
        let taken = match port {
            Port::Link(number) => bridge.link_numbers.take_this(number),
            Port::Uplink(number) => bridge.uplink_numbers.take_this(number),
        };
        if !taken {
            return Err(format!("the link {name} is there twice"));
        }
        let stats = ng_bridge_link_stats::read_from_bytes(link.stats.as_bytes()).unwrap_or_default();
        let (muted, gets_unknown) = (link.muted, link.gets_unknown);
        let number = bridge.links.insert(Link { hook: key, port, muted, gets_unknown, stats });
        if let Some(hook) = machine.hooks.get_mut(key) {
            hook.tag = number;
        }
    }
    restore_hosts(&mut bridge, machine, node, saved.hosts)?;
    Ok(Box::new(bridge))
}

fn find(machine: &Machine, node: NodeKey, name: &str) -> Result<(HookKey, HookName), String> {
    let name: HookName = name.parse().map_err(|error| format!("{name:?}: {error}"))?;
    let found = machine.core(node).and_then(|core| core.find(&machine.hooks, name));
    Ok((found.ok_or_else(|| format!("there is no hook {name}"))?, name))
}

/// Puts hosts into the table, the last one first: that restores their order.
fn restore_hosts(
    bridge: &mut Bridge,
    machine: &Machine,
    node: NodeKey,
    hosts: Vec<SavedHost>,
) -> Result<(), String> {
    for SavedHost { addr, hook, age, staleness } in hosts.into_iter().rev() {
        let (key, _) = find(machine, node, &hook).map_err(|what| format!("host {addr}: {what}"))?;
        let link = machine.hooks.get(key).map_or(0, |hook| hook.tag);
        if bridge.hosts.get(addr.0).is_some() {
            return Err(format!("the host {addr} is there twice"));
        }
        bridge.hosts.insert(Host { addr: addr.0, link, age, staleness });
    }
    Ok(())
}
