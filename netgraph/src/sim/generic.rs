//! The messages that every node understands.

use std::cmp::Reverse;

use zerocopy::IntoBytes;

use super::convert;
use super::engine::{Item, Letter};
use super::graph::{Core, NodeKey};
use super::machine::Machine;
use super::message::{Message, append};
use super::nodes::{is_loaded_later, kinds};
use crate::error::Errno;
use crate::name::{HookName, NodeName, TypeName};
use crate::path::Path;
use crate::sys::{self, linkinfo, nodeinfo, typeinfo};

/// How many places the kernel's tables of nodes have at first.
const TABLE_MIN: usize = 16;

impl Machine {
    /// Has a node that is held handle a message, and queues its reply at the node that sent it.
    pub(super) fn apply_message(&mut self, key: NodeKey, letter: Letter) -> Result<(), Errno> {
        let Letter { message, hook, reported } = letter;
        let hook = hook.filter(|hook| self.hooks.get(*hook).is_some_and(|hook| hook.valid));
        if !self.core(key).is_some_and(|core| core.valid) {
            return self.report(reported, Err(Errno::EINVAL));
        }
        let (header, from) = (message.header, message.from);
        let (cookie, cmd) = message.command();
        let generic = cookie == sys::NGM_GENERIC_COOKIE && header.flags & sys::NGF_RESP == 0;
        // These two are generic by number, and the type's by meaning.
        let of_type = matches!(cmd, sys::NGM_TEXT_CONFIG | sys::NGM_TEXT_STATUS);
        let id = self.core(key).map(|core| core.id).unwrap_or(from);
        let vnet = self.core(key).map(|core| core.vnet);
        let answer = if generic && !of_type {
            self.generic(key, message)
        } else {
            self.call(key, |behaviour, context| behaviour.receive_message(context, message, hook))
                .unwrap_or(Err(Errno::EINVAL))
        };
        let result = match answer {
            Ok(None) => Ok(()),
            Err(errno) => Err(errno),
            Ok(Some(args)) => {
                let asker = vnet.and_then(|vnet| self.vnets.get(&vnet)?.by_id.get(&from.0)).copied();
                match asker {
                    None => Err(Errno::EINVAL),
                    Some(asker) => {
                        let message = Message::reply(&header, args, id);
                        self.queue(asker, Item::Message(Letter { message, hook: None, reported }));
                        Ok(())
                    }
                }
            }
        };
        self.report(reported, result)
    }

    fn generic(&mut self, here: NodeKey, message: Message) -> Result<Option<Vec<u8>>, Errno> {
        let kind = self.core(here).ok_or(Errno::EINVAL)?.kind;
        match message.header.cmd {
            sys::NGM_SHUTDOWN => {
                self.shut_down(here);
                Ok(None)
            }
            sys::NGM_MKPEER => {
                let peer: sys::ngm_mkpeer = message.exactly().ok_or(Errno::EINVAL)?;
                let type_name = TypeName::from_field(&peer.r#type);
                let (hook, peer_hook) =
                    (HookName::from_field(&peer.ourhook), HookName::from_field(&peer.peerhook));
                self.make_peer(here, type_name.as_bytes(), hook, peer_hook).map(|()| None)
            }
            sys::NGM_CONNECT => {
                let connection: sys::ngm_connect = message.exactly().ok_or(Errno::EINVAL)?;
                let (there, _) = self.resolve(here, &Path::raw(&connection.path))?;
                let hook = HookName::from_field(&connection.ourhook);
                let peer_hook = HookName::from_field(&connection.peerhook);
                self.connect(here, hook, there, peer_hook).map(|()| None)
            }
            sys::NGM_NAME => {
                let name: sys::ngm_name = message.exactly().ok_or(Errno::EINVAL)?;
                self.name_node(here, NodeName::from_field(&name.name)).map(|()| None)
            }
            sys::NGM_RMHOOK => {
                let hook: sys::ngm_rmhook = message.exactly().ok_or(Errno::EINVAL)?;
                let name = HookName::from_field(&hook.ourhook);
                // One that is not there is gone already.
                if let Some(hook) = self.core(here).and_then(|core| core.find(&self.hooks, name)) {
                    self.destroy_hook(hook);
                }
                Ok(None)
            }
            sys::NGM_NODEINFO => self.node_info(here).map(Some),
            sys::NGM_LISTHOOKS => self.hook_list(here).map(Some),
            sys::NGM_LISTNODES => self.node_list(here, |_| true, |core| core.id.0, 0).map(Some),
            sys::NGM_LISTNAMES => {
                // This table grows before a node is put in, the other one after.
                let hash = |core: &Core| hash(core.name.as_bytes());
                self.node_list(here, |core| !core.name.is_empty(), hash, 1).map(Some)
            }
            sys::NGM_LISTTYPES => Ok(Some(self.type_list())),
            sys::NGM_BINARY2ASCII => convert::to_text(kind, &message).map(Some),
            sys::NGM_ASCII2BINARY => convert::to_binary(kind, &message).map(Some),
            _ => Err(Errno::EINVAL),
        }
    }

    fn node_info(&self, here: NodeKey) -> Result<Vec<u8>, Errno> {
        let mut args = Vec::with_capacity(size_of::<nodeinfo>());
        append(&mut args, &info(self.core(here).ok_or(Errno::EINVAL)?));
        Ok(args)
    }

    /// Lists the hooks, the newest first. The count is that of the hooks that are ready; there is room for all.
    fn hook_list(&self, here: NodeKey) -> Result<Vec<u8>, Errno> {
        let core = self.core(here).ok_or(Errno::EINVAL)?;
        let size = size_of::<nodeinfo>() + size_of::<linkinfo>() * core.hook_count as usize;
        let mut args = Vec::with_capacity(size);
        let mut node = info(core);
        node.hooks = 0;
        append(&mut args, &node);
        for (_, hook) in core.hooks(&self.hooks).filter(|(_, hook)| hook.valid) {
            let peer = hook.peer.and_then(|peer| self.hooks.get(peer));
            let peer_core = peer.and_then(|peer| peer.node).and_then(|node| self.core(node));
            let (Some(peer), Some(peer_core)) = (peer, peer_core) else { continue };
            append(
                &mut args,
                &linkinfo {
                    ourhook: hook.name.to_field(),
                    peerhook: peer.name.to_field(),
                    nodeinfo: info(peer_core),
                },
            );
            node.hooks += 1;
        }
        args[..size_of::<nodeinfo>()].copy_from_slice(node.as_bytes());
        args.resize(size, 0);
        Ok(args)
    }

    /// Lists nodes as they lie in the kernel's hash tables, which begin small and grow: by the places that their hashes
    /// give them, the newest first.
    fn node_list(
        &self,
        here: NodeKey,
        wanted: impl Fn(&Core) -> bool,
        hash: impl Fn(&Core) -> u32,
        late: usize,
    ) -> Result<Vec<u8>, Errno> {
        let vnet = self.core(here).and_then(|core| self.vnets.get(&core.vnet)).ok_or(Errno::EINVAL)?;
        let mut cores: Vec<_> = vnet.by_id.values().filter_map(|node| self.core(*node)).collect();
        cores.retain(|core| core.valid && wanted(core));
        let mut places = TABLE_MIN;
        while cores.len().saturating_sub(late) * 2 >= places {
            places *= 2;
        }
        cores.sort_unstable_by_key(|core| (hash(core) as usize % places, Reverse(core.id)));
        let mut args = Vec::with_capacity(4 + size_of::<nodeinfo>() * cores.len());
        append(&mut args, &(cores.len() as u32));
        for core in cores {
            append(&mut args, &info(core));
        }
        Ok(args)
    }

    /// Lists the node types, with their nodes in all VNETs.
    fn type_list(&self) -> Vec<u8> {
        let nodes_of =
            |kind| self.nodes.iter().filter(|(_, node)| std::ptr::eq(node.core.kind, kind)).count();
        // Most modules are loaded from the start; the others are there if they have a node.
        let loaded = kinds().map(|kind| (kind, nodes_of(kind)));
        let loaded: Vec<_> = loaded.filter(|(kind, nodes)| *nodes > 0 || !is_loaded_later(kind)).collect();
        let mut args = Vec::new();
        append(&mut args, &(loaded.len() as u32));
        for (kind, nodes) in loaded {
            let type_name = TypeName::from_field(kind.name.as_bytes()).to_field();
            append(&mut args, &typeinfo { type_name, numnodes: nodes as u32 });
        }
        args
    }
}

/// The kernel's hash of a string, hash32_str() of sys/hash.h.
fn hash(name: &[u8]) -> u32 {
    name.iter().fold(5381, |hash: u32, byte| hash.wrapping_mul(33).wrapping_add((*byte).into()))
}

fn info(core: &Core) -> nodeinfo {
    nodeinfo {
        name: core.name.to_field(),
        r#type: TypeName::from_field(core.kind.name.as_bytes()).to_field(),
        id: core.id.0,
        hooks: core.hook_count,
    }
}
