//! A simulated copy of a machine, on which something is tried before it is done.
//!
//! Graph, interfaces, jails, mounts and records are copied. What only a file system or a kernel can tell, such as which
//! directories there are, is still asked of the machine itself, which is never changed.

mod system;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use jailrs::sim::SimState;
use jailrs::{Host, Interface, Jail, JailInfo};
use netgraph::nodes::EtherAddr;
use netgraph::sim::copy::{Copier, SeenInterface};
use netgraph::sim::{SimKernel, SimMachine};

use super::{Machine, Simulated};
use crate::error::Result;
use crate::state::{Guard, Memory, MovedRecord, Phase, Record, Store};

/// The VNET of what is in none that can be looked into. No jail has so high a number.
const NOWHERE: u32 = 1 << 30;

impl Machine {
    /// Copies the machine into a simulated one, which is kept nowhere. Of the vimages, nothing is looked at within but
    /// their interfaces, unless an interrupted start or stop has left one.
    ///
    /// # Errors
    /// Where the kernel does not tell what there is.
    pub fn copy(&self) -> Result<Self> {
        self.copy_with(|record| record.phase != Phase::Running)
    }

    /// [Copies](Self::copy) the machine with the netgraph nodes in all its vimages, so that they can be taken down.
    ///
    /// # Errors
    /// As [`copy`](Self::copy).
    pub fn copy_to_take_down(&self) -> Result<Self> {
        self.copy_with(|_| true)
    }

    /// Copies the machine, with the graphs in the vimages that are so recorded.
    fn copy_with(&self, looked_into: impl Fn(&Record) -> bool) -> Result<Self> {
        let files = files(&*self.store)?;
        let state = SimState::copy(&self.jails)?;
        let jails = Jail::list(&self.jails, true)?;
        let dying = jails.iter().find(|jail| jail.vnet && jail.dying).map(vnet_of);
        let records = self.records();
        let interfaces = self.interfaces_of(&jails)?;
        let looked_into = records.iter().filter(|record| looked_into(record));
        let within = with_those_below(&jails, &looked_into.filter_map(|record| record.jid).collect());
        let graph = self.graph(&seen(&interfaces, &records), dying.unwrap_or(NOWHERE), &within)?;
        // The mounts are kept by the seam, which knows more file systems.
        let mounts = self.jails.mounts()?;
        let sim = Simulated::jails_on(&graph, state);
        for (vnet, there) in &interfaces {
            for interface in there.iter().filter(|interface| interface.driver != interface.name) {
                sim.set_driver(*vnet, interface.index, interface.driver.clone());
            }
        }
        let host = interfaces.get(&0).cloned().unwrap_or_default();
        let system = system::Tried::new(sim.clone(), self.jails.clone(), mounts, host);
        let store = CopiedStore { files: Memory::new(files), of: Arc::clone(&self.store) };
        Ok(Self {
            kernel: Arc::new(SimKernel::on(&graph, 0)),
            jails: Host::new(Arc::new(system)),
            store: Arc::new(store),
            file: None,
            simulated: Some(Simulated::new(graph, sim, BTreeMap::new())),
            copied: true,
            real: self.real,
            given_up: Mutex::default(),
        })
    }

    /// Lists the interfaces of the host and of every jail that has a VNET of its own.
    fn interfaces_of(&self, jails: &[JailInfo]) -> Result<BTreeMap<u32, Vec<Interface>>> {
        let mut all = BTreeMap::from([(0, self.jails.interfaces().list()?)]);
        for info in jails.iter().filter(|jail| jail.vnet) {
            // A dying jail cannot be looked into, and a jail may go away while it is.
            let inside = Jail::from_jid(&self.jails, info.jid).and_then(|jail| jail.interfaces().list());
            all.insert(vnet_of(info), inside.unwrap_or_default());
        }
        Ok(all)
    }

    /// The records that can be read; the others are told of when their vimages are.
    fn records(&self) -> Vec<Record> {
        let names = Record::names(&*self.store).unwrap_or_default();
        names.iter().filter_map(|name| Record::load(&*self.store, name).ok().flatten()).collect()
    }

    fn graph(
        &self,
        interfaces: &BTreeMap<u32, Vec<SeenInterface>>,
        elsewhere: u32,
        within: &[&JailInfo],
    ) -> Result<SimMachine> {
        let mut copier = Copier::new(interfaces, elsewhere);
        let modules = ["ng_socket", "ng_ether"].map(|module| self.jails.has_module(module));
        // Nothing is loaded for a look: without the module there is no socket, and no graph.
        if self.as_simulated().is_some() || modules[0] {
            copier.graph(0, &self.socket(None)?)?;
            for jail in within {
                // As with its interfaces: it may go away meanwhile.
                if let Ok(socket) = self.socket_in(jail.jid) {
                    copier.graph(vnet_of(jail), &socket)?;
                }
            }
        }
        if !modules[1] {
            copier.attach_ether();
        }
        Ok(copier.build()?)
    }
}

/// The number that the VNET of a jail has in the copy.
fn vnet_of(jail: &JailInfo) -> u32 {
    jail.jid.0.unsigned_abs()
}

/// The living jails of these numbers that have a VNET of their own, and those within them.
fn with_those_below<'a>(jails: &'a [JailInfo], numbers: &BTreeSet<i32>) -> Vec<&'a JailInfo> {
    let tops = jails.iter().filter(|jail| numbers.contains(&jail.jid.0));
    let tops: BTreeSet<&str> = tops.map(|jail| jail.name.as_str()).collect();
    let is_within = |name: &str| {
        let ends = name.match_indices('.').map(|(end, _)| end).chain([name.len()]);
        ends.into_iter().any(|end| name.get(..end).is_some_and(|above| tops.contains(above)))
    };
    jails.iter().filter(|jail| jail.vnet && !jail.dying && is_within(&jail.name)).collect()
}

/// The interfaces of each VNET as they are copied. Those that are recorded to have been moved in whole go home to the host.
fn seen(interfaces: &BTreeMap<u32, Vec<Interface>>, records: &[Record]) -> BTreeMap<u32, Vec<SeenInterface>> {
    let moved: BTreeMap<u32, &BTreeMap<String, MovedRecord>> =
        records.iter().filter_map(|record| Some((record.jid?.unsigned_abs(), &record.moved))).collect();
    let home = |vnet: u32, interface: &Interface| match moved.get(&vnet) {
        Some(moved) if moved.values().any(|moved| moved.is(interface)) => 0,
        _ => vnet,
    };
    let of_vnet = |(&vnet, there): (&u32, &Vec<Interface>)| {
        (vnet, there.iter().map(|interface| seen_one(interface, home(vnet, interface))).collect())
    };
    interfaces.iter().map(of_vnet).collect()
}

fn seen_one(interface: &Interface, home: u32) -> SeenInterface {
    SeenInterface {
        name: interface.name.clone(),
        index: interface.index,
        flags: interface.flags.bits(),
        mac: interface.mac.map(|mac| EtherAddr(mac.0)),
        mtu: interface.mtu,
        description: interface.description.clone(),
        home,
    }
}

fn files(store: &dyn Store) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for key in store.list()?.into_iter().filter(|key| !key.ends_with(".lock")) {
        if let Some(bytes) = store.read(&key)? {
            files.insert(key, String::from_utf8_lossy(&bytes).into_owned());
        }
    }
    Ok(files)
}

/// Copied records, which are said to be where the machine has them.
#[derive(Debug)]
struct CopiedStore {
    files: Memory,
    of: Arc<dyn Store>,
}

impl Store for CopiedStore {
    fn read(&self, key: &str) -> Result<Option<Vec<u8>>> {
        self.files.read(key)
    }

    fn write(&self, key: &str, bytes: &[u8]) -> Result<()> {
        self.files.write(key, bytes)
    }

    fn remove(&self, key: &str) -> Result<()> {
        self.files.remove(key)
    }

    fn list(&self) -> Result<Vec<String>> {
        self.files.list()
    }

    fn lock(&self, name: &str) -> Result<Guard> {
        self.files.lock(name)
    }

    fn try_lock(&self, name: &str) -> Result<Option<Guard>> {
        // What somebody works on is told as it is.
        match self.of.try_lock(name)? {
            Some(_) => self.files.try_lock(name),
            None => Ok(None),
        }
    }

    fn place(&self, key: &str) -> String {
        self.of.place(key)
    }
}
