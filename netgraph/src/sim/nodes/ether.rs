//! `ether`: the netgraph end of an Ethernet interface.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use zerocopy::IntoBytes;

use super::{Behaviour, Fate, Kind, Made, not_by_request};
use crate::NodeType;
use crate::error::Errno;
use crate::message::Payload;
use crate::name::HookName;
use crate::nodes::ether::Ether as Type;
use crate::nodes::{EtherAddr, InterfaceName};
use crate::sim::context::Context;
use crate::sim::graph::{HookKey, NodeKey};
use crate::sim::ifnet::{IfKey, Interface, Tap};
use crate::sim::machine::Machine;
use crate::sim::message::Message;
use crate::sim::packet::{ETHER_HEADER, Packet};
use crate::sim::snapshot::state;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind = Kind {
    name: Type::NAME,
    commands: Type::COMMANDS,
    make: not_by_request,
    restore,
    finds_unready_hooks: false,
};

/// Makes the private part of the node of an interface.
pub(in crate::sim) fn of(interface: IfKey) -> Box<dyn Behaviour> {
    Box::new(Ether { interface, promiscuous: false, auto_source: false })
}

#[derive(Debug)]
struct Ether {
    interface: IfKey,
    promiscuous: bool,
    /// Whether what goes out gets the interface's own address as its source.
    auto_source: bool,
}

/// The private part, in a file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    /// The index of the interface.
    interface: u32,
    promiscuous: bool,
    auto_source: bool,
}

fn restore(machine: &mut Machine, node: NodeKey, saved: &Value) -> Made<String> {
    let saved: Saved = state(saved)?;
    let vnet = machine.core(node).map(|core| core.vnet);
    let key = *machine.by_index.get(&saved.interface).ok_or("there is no such interface")?;
    let interface = machine.interfaces.get(key);
    interface
        .filter(|there| Some(there.vnet) == vnet && there.mac.is_some())
        .ok_or("its interface is not an Ethernet interface of this VNET")?;
    let hooks: Vec<_> = match machine.core(node) {
        Some(core) => core.hooks(&machine.hooks).map(|(key, hook)| (key, hook.name)).collect(),
        None => Vec::new(),
    };
    let mut tap = Tap { node: Some(node), ..Tap::default() };
    for (hook, name) in hooks {
        let place = place(&mut tap, name).ok_or_else(|| format!("it has no hook {name}"))?;
        if place.replace(hook).is_some() {
            return Err(format!("the hook {name} is there twice"));
        }
        set_inbound(&mut machine.hooks, hook, name);
    }
    let interface = machine.interfaces.get_mut(key).filter(|there| there.tap.node.is_none());
    interface.ok_or("the interface has a node already")?.tap = tap;
    Ok(Box::new(Ether { interface: key, promiscuous: saved.promiscuous, auto_source: saved.auto_source }))
}

/// Where the node keeps the hook of this name; `divert` is another name of `lower`.
fn place(tap: &mut Tap, name: HookName) -> Option<&mut Option<HookKey>> {
    match name.as_bytes() {
        b"upper" => Some(&mut tap.upper),
        b"lower" | b"divert" => Some(&mut tap.lower),
        b"orphans" => Some(&mut tap.orphans),
        _ => None,
    }
}

/// What comes in on `upper` goes up into the protocols.
fn set_inbound(hooks: &mut crate::sim::slab::Slab<crate::sim::graph::Hook>, key: HookKey, name: HookName) {
    if let Some(hook) = hooks.get_mut(key) {
        hook.to_inbound = name == "upper";
    }
}

impl Ether {
    /// The interface, unless it has gone already.
    fn interface<'c>(&self, context: &'c mut Context<'_>) -> Option<&'c mut Interface> {
        let node = context.node;
        context.interfaces.get_mut(self.interface).filter(|interface| interface.tap.node == Some(node))
    }

    fn set_promiscuous(&mut self, context: &mut Context<'_>, on: bool) {
        if on == self.promiscuous {
            return;
        }
        self.promiscuous = on;
        if let Some(interface) = self.interface(context) {
            interface.set_promiscuous(on);
        }
    }

    /// Takes the node off its interface for good.
    fn detach(&mut self, context: &mut Context<'_>) {
        if let Some(interface) = self.interface(context) {
            interface.tap = Tap::default();
        }
        context.core.really_die = true;
        context.shut_down();
    }
}

impl Behaviour for Ether {
    fn new_hook(&mut self, context: &mut Context<'_>, hook: HookKey, name: HookName) -> Result<(), Errno> {
        let interface = self.interface(context).ok_or(Errno::EINVAL)?;
        let place = place(&mut interface.tap, name).ok_or(Errno::EINVAL)?;
        if place.is_some() {
            return Err(Errno::EISCONN);
        }
        *place = Some(hook);
        set_inbound(context.hooks, hook, name);
        Ok(())
    }

    fn disconnect(&mut self, context: &mut Context<'_>, hook: HookKey) {
        if let Some(interface) = self.interface(context) {
            for place in [&mut interface.tap.upper, &mut interface.tap.lower, &mut interface.tap.orphans] {
                place.take_if(|there| *there == hook);
            }
        }
        if context.core.hook_count == 0 && context.core.valid {
            context.shut_down();
        }
    }

    fn receive_message(
        &mut self,
        context: &mut Context<'_>,
        message: Message,
        _: Option<HookKey>,
    ) -> Result<Option<Vec<u8>>, Errno> {
        if message.header.typecookie != NGM_ETHER_COOKIE {
            return Err(Errno::EINVAL);
        }
        let address = || message.exactly::<[u8; 6]>().map(EtherAddr).ok_or(Errno::EINVAL);
        let switch = || message.exactly::<u32>().map(|on| on != 0).ok_or(Errno::EINVAL);
        let (promiscuous, auto_source) = (self.promiscuous, self.auto_source);
        let interface = self.interface(context).ok_or(Errno::EINVAL)?;
        let mut reply = Vec::new();
        match message.header.cmd {
            NGM_ETHER_GET_IFNAME => InterfaceName::new(&interface.name).encode(&mut reply),
            NGM_ETHER_GET_IFINDEX => reply.extend_from_slice(interface.index.as_bytes()),
            NGM_ETHER_GET_ENADDR => reply.extend(interface.mac.iter().flat_map(|mac| mac.0)),
            NGM_ETHER_GET_PROMISC => reply.extend_from_slice(u32::from(promiscuous).as_bytes()),
            NGM_ETHER_GET_AUTOSRC => reply.extend_from_slice(u32::from(auto_source).as_bytes()),
            command => {
                match command {
                    NGM_ETHER_SET_ENADDR => interface.set_mac(address()?)?,
                    NGM_ETHER_SET_PROMISC => self.set_promiscuous(context, switch()?),
                    NGM_ETHER_SET_AUTOSRC => self.auto_source = switch()?,
                    NGM_ETHER_ADD_MULTI => interface.add_group(address()?)?,
                    NGM_ETHER_DEL_MULTI if interface.groups.remove(&address()?) => {}
                    NGM_ETHER_DEL_MULTI => return Err(Errno::ENOENT),
                    NGM_ETHER_DETACH => self.detach(context),
                    _ => return Err(Errno::EINVAL),
                }
                return Ok(None);
            }
        }
        Ok(Some(reply))
    }

    fn receive_data(
        &mut self,
        context: &mut Context<'_>,
        hook: HookKey,
        mut packet: Packet,
    ) -> Result<(), Errno> {
        let (key, auto_source) = (self.interface, self.auto_source);
        let Some(interface) = self.interface(context) else { return Err(Errno::ENETDOWN) };
        let upper = interface.tap.upper == Some(hook);
        if !upper && !interface.is_ready() {
            return Err(Errno::ENETDOWN);
        }
        if packet.len() < ETHER_HEADER {
            return Err(Errno::EINVAL);
        }
        if upper {
            context.deliver_up(key, packet);
            return Ok(());
        }
        if let (true, Some(mac)) = (auto_source, interface.mac) {
            if let Some(source) = packet.bytes_mut().get_mut(6..12) {
                source.copy_from_slice(&mac.0);
            }
        }
        context.transmit(key, packet);
        Ok(())
    }

    fn shutdown(&mut self, context: &mut Context<'_>) -> Fate {
        if context.core.really_die {
            // An interface that stays behind, as the VNET goes, has no node from now on.
            if let Some(interface) = self.interface(context) {
                interface.tap = Tap::default();
            }
            return Fate::Gone;
        }
        self.set_promiscuous(context, false);
        Fate::Stays
    }

    fn save(&self, machine: &Machine, _: NodeKey) -> Value {
        json!(Saved {
            interface: machine.interfaces.get(self.interface).map_or(0, |interface| interface.index),
            promiscuous: self.promiscuous,
            auto_source: self.auto_source,
        })
    }
}
