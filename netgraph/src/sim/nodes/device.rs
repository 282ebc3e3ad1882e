//! `device`: a node with the name of its device; nobody opens the device, and what comes in waits to be read.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Behaviour, Fate, Kind, Made};
use crate::NodeType;
use crate::error::Errno;
use crate::name::{HookName, NodeName};
use crate::nodes::device::Device as Type;
use crate::sim::context::{Context, Post};
use crate::sim::graph::{HookKey, NodeKey};
use crate::sim::machine::Machine;
use crate::sim::message::Message;
use crate::sim::packet::Packet;
use crate::sim::snapshot::state;
use crate::sys::*;

pub(in crate::sim) static KIND: Kind =
    Kind { name: Type::NAME, commands: Type::COMMANDS, make, restore, finds_unready_hooks: false };

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Device {
    /// The N of the device, `ngdN`: one row for all VNETs.
    unit: u32,
    /// How many packets wait.
    #[serde(default)]
    waiting: usize,
}

/// How many packets may wait: the sysctl net.link.ifqmaxlen.
const WAITING_MAX: usize = 50;

fn make(machine: &mut Machine, node: NodeKey) -> Made<Errno> {
    let unit = machine.devices.take();
    let name = format!("{NG_DEVICE_DEVNAME}{unit}");
    // A name that is taken is only logged.
    let _ = machine.name_node(node, NodeName::from_field(name.as_bytes()));
    Ok(Box::new(Device { unit, waiting: 0 }))
}

fn restore(machine: &mut Machine, _: NodeKey, saved: &Value) -> Made<String> {
    let device: Device = state(saved)?;
    if !machine.devices.take_this(device.unit) {
        return Err("its unit is in use".into());
    }
    Ok(Box::new(device))
}

impl Behaviour for Device {
    fn new_hook(&mut self, context: &mut Context<'_>, _: HookKey, _: HookName) -> Result<(), Errno> {
        if context.core.hook_count > 0 { Err(Errno::EISCONN) } else { Ok(()) }
    }

    fn receive_message(
        &mut self,
        _: &mut Context<'_>,
        message: Message,
        _: Option<HookKey>,
    ) -> Result<Option<Vec<u8>>, Errno> {
        match message.command() {
            (NGM_DEVICE_COOKIE, NGM_DEVICE_GET_DEVNAME) => {
                // The kernel has room for units of three digits.
                let mut name = format!("{NG_DEVICE_DEVNAME}{}", self.unit).into_bytes();
                name.resize(NG_DEVICE_DEVNAME.len() + 4, 0);
                Ok(Some(name))
            }
            (NGM_DEVICE_COOKIE, NGM_DEVICE_ETHERALIGN) => Ok(None),
            _ => Err(Errno::EINVAL),
        }
    }

    fn receive_data(&mut self, _: &mut Context<'_>, _: HookKey, _: Packet) -> Result<(), Errno> {
        if self.waiting >= WAITING_MAX {
            return Err(Errno::ENOBUFS);
        }
        self.waiting += 1;
        Ok(())
    }

    /// The device goes with the hook: that of a node which never had one stays for good.
    fn disconnect(&mut self, context: &mut Context<'_>, _: HookKey) {
        context.posts.push_back(Post::FreeDevice(self.unit));
        context.shut_down();
    }

    fn shutdown(&mut self, _: &mut Context<'_>) -> Fate {
        Fate::Gone
    }

    fn save(&self, _: &Machine, _: NodeKey) -> Value {
        json!(self)
    }
}
