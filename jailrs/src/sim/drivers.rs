//! What drivers called interfaces, for VNETs that know them by their present names alone.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::jails::Machine;
use crate::Errno;
use crate::ifnet::Interface;
use crate::system::IfChange;

/// An interface that has another name than its driver gave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Renamed {
    name: String,
    driver: String,
}

impl Machine {
    /// The interfaces of a VNET, with what their drivers called them.
    pub(super) fn interfaces(&mut self, vnet: u32) -> Vec<Interface> {
        let mut list = self.vnets.interfaces(vnet);
        for interface in &mut list {
            // The index may have been another's, which is gone: that one was called otherwise.
            let renamed = self.state.renamed.get(&interface.index);
            if let Some(renamed) = renamed.filter(|renamed| renamed.name == interface.name) {
                interface.driver.clone_from(&renamed.driver);
            }
        }
        list
    }

    /// Changes an interface; one that gets another name keeps its driver's.
    pub(super) fn change_interface(&mut self, vnet: u32, name: &str, change: &IfChange) -> Result<(), Errno> {
        if !matches!(change, IfChange::Rename(_)) {
            return self.vnets.change(vnet, name, change);
        }
        let found = self.interfaces(vnet).into_iter().find(|interface| interface.name == name);
        self.vnets.change(vnet, name, change)?;
        if let Some(found) = found {
            self.set_driver(vnet, found.index, found.driver);
        }
        Ok(())
    }

    /// Notes what the driver of an interface called it, unless the VNETs say the same.
    pub(super) fn set_driver(&mut self, vnet: u32, index: u32, driver: String) {
        let found = self.vnets.interfaces(vnet).into_iter().find(|interface| interface.index == index);
        let Some(Interface { name, driver: told, .. }) = found else { return };
        if told == driver {
            self.state.renamed.remove(&index);
        } else {
            self.state.renamed.insert(index, Renamed { name, driver });
        }
    }

    /// Forgets interfaces that are gone.
    pub(super) fn forget_drivers(&mut self) {
        if self.state.renamed.is_empty() {
            return;
        }
        let own = self.state.jails.values().filter_map(|prison| prison.vnet);
        let vnets: BTreeSet<u32> = own.chain(self.state.lingering.keys().copied()).chain([0]).collect();
        let there = vnets.into_iter().flat_map(|vnet| self.vnets.interfaces(vnet));
        let there: BTreeSet<(u32, String)> =
            there.map(|interface| (interface.index, interface.name)).collect();
        self.state.renamed.retain(|index, renamed| there.contains(&(*index, renamed.name.clone())));
    }
}

#[cfg(test)]
mod tests {
    use crate::ifnet::Interface;
    use crate::sim::{PlainVnets, SimHost, Vnets};
    use crate::system::IfChange;
    use crate::{Errno, Jail};

    /// VNETs that know an interface by its name alone.
    struct Forgetful(PlainVnets);

    impl Vnets for Forgetful {
        fn create(&mut self) -> u32 {
            self.0.create()
        }
        fn destroy(&mut self, vnet: u32) {
            self.0.destroy(vnet);
        }
        fn interfaces(&mut self, vnet: u32) -> Vec<Interface> {
            let known = self.0.interfaces(vnet).into_iter();
            known.map(|known| Interface { driver: known.name.clone(), ..known }).collect()
        }
        fn change(&mut self, vnet: u32, name: &str, change: &IfChange) -> Result<(), Errno> {
            self.0.change(vnet, name, change)
        }
        fn create_interface(&mut self, vnet: u32, name: &str) -> Result<String, Errno> {
            self.0.create_interface(vnet, name)
        }
        fn destroy_interface(&mut self, vnet: u32, name: &str) -> Result<(), Errno> {
            self.0.destroy_interface(vnet, name)
        }
        fn move_interface(&mut self, name: &str, from: u32, to: u32) -> Result<(), Errno> {
            self.0.move_interface(name, from, to)
        }
        fn reclaim_interface(&mut self, name: &str, from: u32, to: u32) -> Result<(), Errno> {
            self.0.reclaim_interface(name, from, to)
        }
    }

    fn driver(machine: &SimHost, jail: Option<&Jail>, name: &str) -> String {
        let host = machine.host();
        let interfaces = jail.map_or(host.interfaces(), Jail::interfaces);
        interfaces.find(name).unwrap().unwrap().driver
    }

    fn keeps_what_drivers_called_interfaces(machine: &SimHost) {
        let (host, jail) = (machine.host(), Jail::builder("web").vnet().persist());
        let jail = jail.create(&host).unwrap();
        host.move_in("igb0", jail.jid()).unwrap();
        jail.interfaces().rename("igb0", "eth0").unwrap();
        jail.interfaces().rename("eth0", "eth1").unwrap();
        assert_eq!(driver(machine, Some(&jail), "eth1"), "igb0");
        jail.remove().unwrap();
        assert_eq!(driver(machine, None, "eth1"), "igb0");
        host.interfaces().rename("eth1", "igb0").unwrap();
        assert_eq!(driver(machine, None, "igb0"), "igb0");
        assert!(machine.state().renamed.is_empty());
    }

    fn plain() -> PlainVnets {
        let vnets = PlainVnets::new();
        vnets.add_nic("igb0", "02:00:00:00:00:01".parse().unwrap());
        vnets
    }

    #[test]
    fn what_a_driver_called_an_interface_outlives_its_names_and_its_jail() {
        keeps_what_drivers_called_interfaces(&SimHost::with_vnets(plain()));
        keeps_what_drivers_called_interfaces(&SimHost::with_vnets(Forgetful(plain())));
    }

    #[test]
    fn a_kept_machine_knows_what_its_drivers_called_interfaces() {
        let vnets = plain();
        let machine = SimHost::with_vnets(Forgetful(vnets.clone()));
        let tap = machine.host().interfaces().create("tap").unwrap();
        machine.host().interfaces().rename(&tap, "eth0").unwrap();
        machine.host().interfaces().rename("igb0", "wan0").unwrap();
        machine.host().interfaces().destroy("eth0").unwrap();
        let state = machine.state();
        assert_eq!(state.renamed.len(), 1);
        let again = SimHost::from_state(state, Forgetful(vnets));
        assert_eq!(driver(&again, None, "wan0"), "igb0");
    }
}
