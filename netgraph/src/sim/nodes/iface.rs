//! `iface`: an IP interface whose wire is a hook for each family.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Behaviour, Fate, Kind, Made};
use crate::NodeType;
use crate::error::Errno;
use crate::message::Payload;
use crate::name::{HookName, NodeName};
use crate::nodes::InterfaceName;
use crate::nodes::iface::{INET, INET6, Iface as Type};
use crate::sim::context::{Context, Post};
use crate::sim::graph::{HookKey, NodeKey};
use crate::sim::ifnet::{IFF_BROADCAST, IFF_POINTOPOINT, IFF_UP, IfKey, IfKind, Interface};
use crate::sim::machine::Machine;
use crate::sim::message::Message;
use crate::sim::packet::Packet;
use crate::sim::snapshot::state;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind =
    Kind { name: Type::NAME, commands: Type::COMMANDS, make, restore, finds_unready_hooks: false };

#[derive(Debug)]
struct Iface {
    interface: IfKey,
    /// The N of the `ngN` that the interface was at first.
    unit: u32,
}

/// The private part, in a file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    /// The index of the interface.
    interface: u32,
    unit: u32,
}

fn make(machine: &mut Machine, node: NodeKey) -> Made<Errno> {
    let number = machine.core(node).ok_or(Errno::ENXIO)?.vnet;
    let unit = machine.vnets.get_mut(&number).ok_or(Errno::ENXIO)?.ng.take();
    let name = format!("{NG_IFACE_IFACE_NAME}{unit}");
    // A name that is taken is only logged.
    let _ = machine.name_node(node, NodeName::from_field(name.as_bytes()));
    let interface = machine.add_interface(number, Interface::point_to_point(&name, Some(node)));
    Ok(Box::new(Iface { interface, unit }))
}

fn restore(machine: &mut Machine, node: NodeKey, saved: &Value) -> Made<String> {
    let saved: Saved = state(saved)?;
    let core = machine.core(node).ok_or("the node is gone")?;
    let number = core.vnet;
    let hooks: Vec<_> = core.hooks(&machine.hooks).map(|(key, hook)| (key, hook.name)).collect();
    let twice = matches!(hooks[..], [(_, one), (_, other)] if one == other);
    if hooks.len() > 2 || twice || hooks.iter().any(|(_, name)| *name != INET && *name != INET6) {
        return Err("it has two hooks only, inet and inet6".into());
    }
    let interface = *machine.by_index.get(&saved.interface).ok_or("there is no such interface")?;
    let there = machine.interfaces.get_mut(interface);
    let there = there.filter(|there| there.kind == IfKind::Iface { node: None });
    there.ok_or("its interface is of another kind, or has a node already")?.kind =
        IfKind::Iface { node: Some(node) };
    let units = machine.vnets.get_mut(&number).map(|vnet| &mut vnet.ng);
    if saved.unit > 0xffff || !units.is_some_and(|units| units.take_this(saved.unit)) {
        return Err("its unit is in use".into());
    }
    for (hook, _) in hooks {
        if let Some(hook) = machine.hooks.get_mut(hook) {
            hook.to_inbound = true;
        }
    }
    Ok(Box::new(Iface { interface, unit: saved.unit }))
}

impl Iface {
    fn message(&self, context: &mut Context<'_>, message: &Message) -> Result<Option<Vec<u8>>, Errno> {
        let interface = context.interfaces.get_mut(self.interface).ok_or(Errno::EINVAL)?;
        match message.header.cmd {
            NGM_IFACE_GET_IFNAME => {
                let mut reply = Vec::new();
                InterfaceName::new(&interface.name).encode(&mut reply);
                Ok(Some(reply))
            }
            NGM_IFACE_GET_IFINDEX => Ok(Some(interface.index.to_ne_bytes().to_vec())),
            NGM_IFACE_POINT2POINT | NGM_IFACE_BROADCAST if interface.flags & IFF_UP != 0 => Err(Errno::EBUSY),
            NGM_IFACE_POINT2POINT => {
                interface.flags = (interface.flags | IFF_POINTOPOINT) & !IFF_BROADCAST;
                Ok(None)
            }
            NGM_IFACE_BROADCAST => {
                interface.flags = (interface.flags | IFF_BROADCAST) & !IFF_POINTOPOINT;
                Ok(None)
            }
            _ => Err(Errno::EINVAL),
        }
    }
}

impl Behaviour for Iface {
    fn new_hook(&mut self, context: &mut Context<'_>, hook: HookKey, name: HookName) -> Result<(), Errno> {
        if name != INET && name != INET6 {
            return Err(Errno::EPFNOSUPPORT);
        }
        // The kernel notices by itself, unless the node is being connected to itself.
        let mut next = context.next_hook(None);
        while let Some(other) = next {
            if context.name(other) == Some(name) {
                return Err(Errno::EISCONN);
            }
            next = context.next_hook(Some(other));
        }
        if let Some(hook) = context.hooks.get_mut(hook) {
            hook.to_inbound = true;
        }
        Ok(())
    }

    fn receive_message(
        &mut self,
        context: &mut Context<'_>,
        message: Message,
        _: Option<HookKey>,
    ) -> Result<Option<Vec<u8>>, Errno> {
        match message.command() {
            (NGM_IFACE_COOKIE, _) => self.message(context, &message),
            (NGM_FLOW_COOKIE, command) => {
                context.follow_link(self.interface, command);
                Ok(None)
            }
            _ => Err(Errno::EINVAL),
        }
    }

    fn receive_data(&mut self, context: &mut Context<'_>, _: HookKey, packet: Packet) -> Result<(), Errno> {
        if context.interfaces.get(self.interface).is_none_or(|there| there.flags & IFF_UP == 0) {
            return Err(Errno::ENETDOWN);
        }
        context.deliver_up(self.interface, packet);
        Ok(())
    }

    fn shutdown(&mut self, context: &mut Context<'_>) -> Fate {
        let (interface, vnet, unit) = (self.interface, context.core.vnet, self.unit);
        context.posts.push_back(Post::Detach { interface, vnet, unit });
        Fate::Gone
    }

    fn save(&self, machine: &Machine, _: NodeKey) -> Value {
        let interface = machine.interfaces.get(self.interface).map_or(0, |interface| interface.index);
        json!(Saved { interface, unit: self.unit })
    }
}
