//! `eiface`: an Ethernet interface whose wire is a hook.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Behaviour, Fate, Kind, Made};
use crate::NodeType;
use crate::error::Errno;
use crate::message::Payload;
use crate::name::{HookName, NodeName};
use crate::nodes::eiface::Eiface as Type;
use crate::nodes::{EtherAddr, InterfaceName};
use crate::sim::context::{Context, Post};
use crate::sim::graph::{HookKey, NodeKey};
use crate::sim::ifnet::{IfKey, IfKind, Interface, made_up_mac};
use crate::sim::machine::Machine;
use crate::sim::message::Message;
use crate::sim::packet::{ETHER_HEADER, Packet};
use crate::sim::snapshot::state;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind =
    Kind { name: Type::NAME, commands: Type::COMMANDS, make, restore, finds_unready_hooks: false };

#[derive(Debug)]
struct Eiface {
    interface: IfKey,
    /// The N of the `ngethN` that the interface was at first.
    unit: u32,
    ether: Option<HookKey>,
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
    let unit = machine.vnets.get_mut(&number).ok_or(Errno::ENXIO)?.ngeth.take();
    let name = format!("{NG_EIFACE_EIFACE_NAME}{unit}");
    // Before the interface is there, so that it gets no ether node besides; a name that is taken is only logged.
    let _ = machine.name_node(node, NodeName::from_field(name.as_bytes()));
    let kind = IfKind::Eiface { node: Some(node) };
    let interface = Interface::ethernet(&name, kind, made_up_mac(&name, number));
    let interface = machine.add_interface(number, interface);
    Ok(Box::new(Eiface { interface, unit, ether: None }))
}

fn restore(machine: &mut Machine, node: NodeKey, saved: &Value) -> Made<String> {
    let saved: Saved = state(saved)?;
    let core = machine.core(node).ok_or("the node is gone")?;
    let number = core.vnet;
    let ether: Vec<_> = core.hooks(&machine.hooks).map(|(key, hook)| (key, hook.name)).collect();
    if ether.len() > 1 || ether.iter().any(|(_, name)| *name != NG_EIFACE_HOOK_ETHER) {
        return Err("it has one hook only, ether".into());
    }
    let interface = *machine.by_index.get(&saved.interface).ok_or("there is no such interface")?;
    let there = machine.interfaces.get_mut(interface);
    let there = there.filter(|there| there.kind == IfKind::Eiface { node: None });
    there.ok_or("its interface is of another kind, or has a node already")?.kind =
        IfKind::Eiface { node: Some(node) };
    let units = machine.vnets.get_mut(&number).map(|vnet| &mut vnet.ngeth);
    if saved.unit > 0xffff || !units.is_some_and(|units| units.take_this(saved.unit)) {
        return Err("its unit is in use".into());
    }
    let ether = ether.first().map(|(key, _)| *key);
    if let Some(hook) = ether.and_then(|key| machine.hooks.get_mut(key)) {
        hook.to_inbound = true;
    }
    Ok(Box::new(Eiface { interface, unit: saved.unit, ether }))
}

impl Eiface {
    fn message(&self, context: &mut Context<'_>, message: &Message) -> Result<Option<Vec<u8>>, Errno> {
        let interface = context.interfaces.get_mut(self.interface).ok_or(Errno::EINVAL)?;
        match message.header.cmd {
            NGM_EIFACE_SET => {
                let mac = message.exactly::<[u8; 6]>().ok_or(Errno::EINVAL)?;
                interface.set_mac(EtherAddr(mac)).map(|()| None)
            }
            NGM_EIFACE_GET_IFNAME => {
                let mut reply = Vec::new();
                InterfaceName::new(&interface.name).encode(&mut reply);
                Ok(Some(reply))
            }
            NGM_EIFACE_GET_IFADDRS => Ok(Some(link_address(interface))),
            _ => Err(Errno::EINVAL),
        }
    }
}

/// The interface's address of the link level: a sockaddr_dl with room for the longest name.
fn link_address(interface: &Interface) -> Vec<u8> {
    const LEN: u8 = 56;
    const AF_LINK: u8 = 18;
    const IFT_ETHER: u8 = 6;
    let name = interface.name.as_bytes();
    let [low, high] = (interface.index as u16).to_ne_bytes();
    let mut address = vec![LEN, AF_LINK, low, high, IFT_ETHER, name.len() as u8, 6, 0];
    address.extend_from_slice(name);
    address.extend(interface.mac.iter().flat_map(|mac| mac.0));
    address.resize(usize::from(LEN), 0);
    address
}

impl Behaviour for Eiface {
    fn new_hook(&mut self, context: &mut Context<'_>, hook: HookKey, name: HookName) -> Result<(), Errno> {
        if name != NG_EIFACE_HOOK_ETHER {
            return Err(Errno::EPFNOSUPPORT);
        }
        if self.ether.is_some() {
            return Err(Errno::EISCONN);
        }
        self.ether = Some(hook);
        if let Some(hook) = context.hooks.get_mut(hook) {
            hook.to_inbound = true;
        }
        context.posts.push_back(Post::Link(self.interface, true));
        Ok(())
    }

    fn disconnect(&mut self, context: &mut Context<'_>, _: HookKey) {
        self.ether = None;
        context.posts.push_back(Post::Link(self.interface, false));
    }

    fn receive_message(
        &mut self,
        context: &mut Context<'_>,
        message: Message,
        _: Option<HookKey>,
    ) -> Result<Option<Vec<u8>>, Errno> {
        match message.command() {
            (NGM_EIFACE_COOKIE, _) => self.message(context, &message),
            (NGM_FLOW_COOKIE, command) => {
                context.follow_link(self.interface, command);
                Ok(None)
            }
            _ => Err(Errno::EINVAL),
        }
    }

    fn receive_data(&mut self, context: &mut Context<'_>, _: HookKey, packet: Packet) -> Result<(), Errno> {
        if !context.interfaces.get(self.interface).is_some_and(Interface::is_ready) {
            return Err(Errno::ENETDOWN);
        }
        if packet.len() < ETHER_HEADER {
            return Err(Errno::EINVAL);
        }
        context.receive(self.interface, packet);
        Ok(())
    }

    fn transmit(&mut self, context: &mut Context<'_>, mut packet: Packet) {
        // What nodes have noted about the packet ends here.
        packet.retain_tags(|_| false);
        let ready = context.interfaces.get(self.interface).is_some_and(Interface::is_ready);
        if let (true, Some(ether)) = (ready, self.ether) {
            context.send(ether, packet, 0);
        }
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
