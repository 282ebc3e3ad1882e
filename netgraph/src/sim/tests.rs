//! What holds in the simulated kernel, whatever is done to it.

mod bridging;
mod copies;
mod files;
mod ifaces;
mod interfaces;
mod l2tp;
mod lines;
mod lmi;
mod nat;
mod netflow;
mod network;
mod ppp;
mod pppoe;
mod pptpgre;
mod programs;
mod quiet;
mod sockets;
mod sources;
mod storms;
mod tampered;
mod vjc;

use std::collections::HashSet;

use super::machine::Machine;
use super::{SimKernel, SimMachine};
use crate::error::{Errno, Error};
use crate::nodes::EtherAddr;
use crate::transport::{RecvBatch, Wait};
use crate::{HookName, Path, Socket};

fn hook(name: &str) -> HookName {
    name.parse().unwrap()
}

fn at(path: &str) -> Path {
    path.parse().unwrap()
}

fn mac(last: u8) -> EtherAddr {
    EtherAddr([2, 0, 0, 0, 0, last])
}

fn socket(machine: &SimMachine, vnet: u32) -> Socket {
    Socket::open(&SimKernel::on(machine, vnet), None).unwrap()
}

/// An IPv4 frame without meaning.
fn frame(from: EtherAddr, to: EtherAddr) -> Vec<u8> {
    [&to.0[..], &from.0, &[8, 0], b"hello"].concat()
}

fn errno<T: std::fmt::Debug>(result: Result<T, Error>) -> Option<Errno> {
    result.unwrap_err().errno()
}

/// The packets that wait at a socket, each with its hook.
fn received(socket: &Socket) -> Vec<(String, Vec<u8>)> {
    let mut batch = RecvBatch::new(64, 2048);
    let mut all = Vec::new();
    while socket.receive(&mut batch, Wait::No).unwrap() > 0 {
        all.extend(batch.iter().map(|(hook, bytes)| (hook.to_string(), bytes.to_vec())));
    }
    all
}

impl Machine {
    /// Checks that everything that is said twice is said alike.
    fn check(&self) {
        assert!(self.work.is_empty() && self.flow.outputs.is_empty() && self.flow.posts.is_empty());
        assert_eq!(self.flow.queued, 0);
        let mut hooks = 0;
        for (key, node) in self.nodes.iter() {
            let core = &node.core;
            assert!(core.valid && !core.closing, "{core:?}");
            assert!(node.behaviour.is_some() && node.gate.queue.is_empty());
            assert!(!node.gate.writer && node.gate.readers == 0);
            let vnet = &self.vnets[&core.vnet];
            assert_eq!(vnet.by_id[&core.id.0], key);
            assert_eq!(core.hooks(&self.hooks).count(), core.hook_count as usize);
            for (hook_key, hook) in core.hooks(&self.hooks) {
                hooks += 1;
                assert!(hook.valid && hook.node == Some(key));
                let peer = self.hooks.get(hook.peer.unwrap()).unwrap();
                assert_eq!(peer.peer, Some(hook_key));
                assert!(core.find(&self.hooks, hook.name).is_some());
            }
        }
        assert_eq!(self.hooks.iter().count(), hooks, "a hook without a node");
        let named = |(_, node): &(_, &super::graph::Node)| !node.core.name.is_empty();
        let names: usize = self.vnets.values().map(|vnet| vnet.by_name.len()).sum();
        assert_eq!(self.nodes.iter().filter(named).count(), names);
        let ids: usize = self.vnets.values().map(|vnet| vnet.by_id.len()).sum();
        assert_eq!(self.nodes.iter().count(), ids);
        self.check_interfaces();
    }

    fn check_interfaces(&self) {
        let mut indexes = HashSet::new();
        for (key, interface) in self.interfaces.iter() {
            assert!(indexes.insert(interface.index) && self.by_index[&interface.index] == key);
            let vnet = &self.vnets[&interface.vnet];
            assert_eq!(vnet.interfaces[&interface.order], key);
            assert!(vnet.by_ifname[&interface.name].contains(&key));
            assert!(self.vnets.contains_key(&interface.home));
            if let Some(node) = interface.tap.node {
                assert_eq!(self.core(node).unwrap().vnet, interface.vnet);
            }
        }
        let listed: usize = self.vnets.values().map(|vnet| vnet.interfaces.len()).sum();
        assert_eq!((listed, self.by_index.len()), (indexes.len(), indexes.len()));
    }
}

impl SimMachine {
    fn check(&self) {
        self.0.lock().check();
    }
}
