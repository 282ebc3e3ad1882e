//! What is there on the machine.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use jailrs::{Interface, Jail};
use netgraph::nodes::EtherAddr;
use netgraph::nodes::bridge::{Bridge, GetTable};
use netgraph::{NodeName, Socket};

use super::Rules;
use crate::error::Result;
use crate::host::Machine;
use crate::state::Record;
use crate::wanted::Wanted;

/// What is there, read once for all vimages that are to come up.
#[derive(Debug)]
pub struct Found {
    /// The host's interfaces, by name.
    pub interfaces: BTreeMap<String, Interface>,
    /// Every Ethernet address in use, and by whom.
    pub addresses: BTreeMap<String, String>,
    /// The names of the jails that are alive.
    pub jails: BTreeSet<String>,
    /// The interfaces that were moved into a vimage, by their name on the host, and its name.
    pub(super) moved: BTreeMap<String, String>,
    /// The interfaces that a vimage which is recorded is bridged to, and its name.
    pub(super) bridged: BTreeMap<String, String>,
    pub(super) rules: Rules,
    /// What each bridge has heard, and on which of its hooks; each is asked once.
    heard: Mutex<BTreeMap<String, BTreeMap<EtherAddr, String>>>,
}

impl Found {
    /// Reads the machine.
    ///
    /// # Errors
    /// Where the kernel does not tell.
    pub fn read(machine: &Machine) -> Result<Self> {
        let jails = Jail::list(&machine.jails, false)?;
        let mut addresses = BTreeMap::new();
        let interfaces = machine.jails.interfaces().list()?;
        enter(&mut addresses, &interfaces, "of the host");
        let (mut moved, mut bridged) = (BTreeMap::new(), BTreeMap::new());
        let known = recorded(machine, &mut addresses, &mut moved, &mut bridged)?;
        // Looking into a jail takes a process: those that vimage made need not be looked into.
        for info in jails.iter().filter(|jail| jail.vnet && !known.contains(&jail.jid.0)) {
            // A jail may go away while it is looked at.
            let Ok(jail) = Jail::from_jid(&machine.jails, info.jid) else { continue };
            let Ok(inside) = jail.interfaces().list() else { continue };
            enter(&mut addresses, &inside, &format!("of the jail {}", info.name));
        }
        Ok(Self {
            interfaces: interfaces.into_iter().map(|interface| (interface.name.clone(), interface)).collect(),
            addresses,
            jails: jails.into_iter().map(|jail| jail.name).collect(),
            moved,
            bridged,
            rules: Rules::read(machine.is_real()),
            heard: Mutex::default(),
        })
    }

    /// Tells on which hook a bridge has heard an address, if there is such a bridge and it has.
    ///
    /// # Errors
    /// Where the bridge does not tell.
    pub fn heard(&self, socket: &Socket, bridge: &str, address: EtherAddr) -> Result<Option<String>> {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        if !heard.contains_key(bridge) {
            heard.insert(bridge.into(), table(socket, bridge)?);
        }
        Ok(heard.get(bridge).and_then(|table| table.get(&address)).cloned())
    }

    /// Enters what has come up since the machine was read, so that it need not be read again for the next vimage.
    pub fn add(&mut self, up: &Wanted) {
        for interface in &up.interfaces {
            if let Some(mac) = &interface.mac {
                let user = format!("{} of the jail {}", interface.ifname, up.name);
                self.addresses.entry(mac.clone()).or_insert(user);
            }
        }
        for name in &up.vnets {
            self.interfaces.remove(name);
            self.moved.insert(name.clone(), up.name.clone());
        }
        for bridge in &up.bridges {
            self.bridged.entry(bridge.parent.clone()).or_insert_with(|| up.name.clone());
        }
        self.jails.insert(up.name.clone());
    }
}

/// Reads what a bridge has heard; nothing where there is no bridge of that name.
fn table(socket: &Socket, bridge: &str) -> Result<BTreeMap<EtherAddr, String>> {
    let Ok(name) = NodeName::try_from(bridge) else { return Ok(BTreeMap::new()) };
    let Some(node) = socket.find(&name.into())?.filter(|node| node.type_name == "bridge") else {
        return Ok(BTreeMap::new());
    };
    let table = socket.node::<Bridge>(&node.path())?.call(GetTable)?;
    Ok(table.iter().map(|host| (host.addr, host.hook.to_string())).collect())
}

/// Enters the addresses of interfaces; the first user of an address is kept.
fn enter(addresses: &mut BTreeMap<String, String>, interfaces: &[Interface], place: &str) {
    for interface in interfaces {
        if let Some(mac) = interface.mac {
            addresses.entry(mac.to_string()).or_insert_with(|| format!("{} {place}", interface.name));
        }
    }
}

/// Enters the addresses that vimage itself gave and the interfaces that it moved or bridged, and returns the jails that
/// have no other addresses.
fn recorded(
    machine: &Machine,
    addresses: &mut BTreeMap<String, String>,
    moved: &mut BTreeMap<String, String>,
    bridged: &mut BTreeMap<String, String>,
) -> Result<BTreeSet<i32>> {
    let mut known = BTreeSet::new();
    for name in Record::names(&*machine.store)? {
        // A damaged record is reported when its own vimage is up for something.
        let Ok(Some(record)) = Record::load(&*machine.store, &name) else { continue };
        let interfaces = &record.wanted.interfaces;
        for interface in interfaces {
            if let Some(mac) = &interface.mac {
                addresses
                    .entry(mac.clone())
                    .or_insert_with(|| format!("{} of the jail {name}", interface.ifname));
            }
        }
        if record.moved.is_empty() && interfaces.iter().all(|interface| interface.mac.is_some()) {
            known.extend(record.jid);
        }
        for bridge in record.wanted.bridges {
            bridged.entry(bridge.parent).or_insert_with(|| name.clone());
        }
        moved.extend(record.moved.into_keys().map(|interface| (interface, name.clone())));
    }
    Ok(known)
}
