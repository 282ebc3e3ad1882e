//! Ties the simulated jails to the simulated graph, by the numbers of VNETs.

use std::collections::BTreeMap;
use std::sync::Arc;

use jailrs::ifnet::{name_of_bytes, name_to_bytes};
use jailrs::sim::{SimHost, SimState, Vnets};
use jailrs::system::IfChange;
use jailrs::{Errno, IfFlags, Interface, Mac};
use netgraph::Node;
use netgraph::nodes::EtherAddr;
use netgraph::nodes::eiface::{Eiface, GetIfName};
use netgraph::sim::{SimInterface, SimKernel, SimMachine};

use crate::state::Memory;

/// A simulated machine: graph, jails and files.
#[derive(Debug, Clone)]
pub struct Simulated {
    /// VNETs, interfaces and nodes.
    pub graph: SimMachine,
    /// Jails, processes, mounts.
    pub jails: SimHost,
    /// The files that vimage keeps.
    pub store: Arc<Memory>,
}

impl Simulated {
    /// Puts a machine together.
    #[must_use]
    pub fn new(graph: SimMachine, jails: SimHost, files: BTreeMap<String, String>) -> Self {
        Self { graph, jails, store: Arc::new(Memory::new(files)) }
    }

    /// Makes jails whose interfaces are those of `graph`.
    #[must_use]
    pub fn jails_on(graph: &SimMachine, state: SimState) -> SimHost {
        SimHost::from_state(state, GraphVnets(graph.clone()))
    }

    /// Returns the kernel of the host's own VNET.
    #[must_use]
    pub fn kernel(&self) -> SimKernel {
        SimKernel::on(&self.graph, 0)
    }
}

/// The VNETs of a simulated graph.
struct GraphVnets(SimMachine);

fn errno(errno: netgraph::Errno) -> Errno {
    Errno::new(errno.raw())
}

/// The name of an interface, which its node tells, as jails and hosts list it.
pub(crate) fn interface_name(node: &Node<'_, Eiface>) -> netgraph::Result<String> {
    Ok(name_of_bytes(node.call(GetIfName)?.as_bytes()))
}

/// The name of an interface as the simulated graph has it, which has no others than text.
fn text(name: &str) -> Result<String, Errno> {
    String::from_utf8(name_to_bytes(name)).map_err(|_| Errno::ENXIO)
}

/// What a driver called an interface that has its first name. The ends of an epair share theirs; of those that were renamed
/// the simulated jails know it.
fn driver_of(name: &str) -> Option<&str> {
    let pair = name.strip_suffix(['a', 'b'])?;
    let unit = pair.strip_prefix("epair")?;
    unit.parse::<u32>().is_ok().then_some(pair)
}

fn interface(found: SimInterface) -> Interface {
    let mut interface = Interface::new(name_of_bytes(found.name.as_bytes()), found.index);
    if let Some(driver) = driver_of(&found.name) {
        driver.clone_into(&mut interface.driver);
    }
    interface.flags = IfFlags::from_bits_retain(found.flags);
    interface.mac = found.mac.map(|mac| Mac(mac.0));
    interface.mtu = found.mtu;
    interface.description = found.description;
    interface
}

impl Vnets for GraphVnets {
    fn create(&mut self) -> u32 {
        self.0.create_vnet()
    }

    fn destroy(&mut self, vnet: u32) {
        // One that is not there is gone already.
        let _ = self.0.destroy_vnet(vnet);
    }

    fn interfaces(&mut self, vnet: u32) -> Vec<Interface> {
        self.0.interfaces(vnet).unwrap_or_default().into_iter().map(interface).collect()
    }

    fn change(&mut self, vnet: u32, name: &str, change: &IfChange) -> Result<(), Errno> {
        let (graph, name) = (&self.0, &text(name)?);
        match change {
            IfChange::Rename(new) => graph.rename(vnet, name, &text(new).map_err(|_| Errno::EINVAL)?),
            IfChange::Up(up) => graph.set_up(vnet, name, *up),
            IfChange::Mac(mac) => graph.set_mac(vnet, name, EtherAddr(mac.0)),
            IfChange::Mtu(mtu) => graph.set_mtu(vnet, name, *mtu),
            IfChange::Description(text) => graph.set_description(vnet, name, text),
            IfChange::Flags(flags, on) => graph.change_flags(vnet, name, flags.bits(), *on),
            _ => Err(netgraph::Errno::EOPNOTSUPP),
        }
        .map_err(errno)
    }

    fn create_interface(&mut self, vnet: u32, name: &str) -> Result<String, Errno> {
        self.0.create_clone(vnet, &text(name)?).map(|made| name_of_bytes(made.as_bytes())).map_err(errno)
    }

    fn destroy_interface(&mut self, vnet: u32, name: &str) -> Result<(), Errno> {
        self.0.destroy_clone(vnet, &text(name)?).map_err(errno)
    }

    fn move_interface(&mut self, name: &str, from: u32, to: u32) -> Result<(), Errno> {
        self.0.move_to(&text(name)?, from, to).map_err(errno)
    }

    fn reclaim_interface(&mut self, name: &str, from: u32, to: u32) -> Result<(), Errno> {
        self.0.reclaim(&text(name)?, from, to).map_err(errno)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interface_of_the_graph_keeps_its_drivers_name_through_names_jails_and_files() {
        let graph = SimMachine::new();
        graph.add_nic("igb0", EtherAddr([2, 0, 0, 0, 0, 1])).unwrap();
        let jails = Simulated::jails_on(&graph, SimState::default());
        let host = jails.host();
        assert_eq!(host.interfaces().create("epair").unwrap(), "epair0a");
        let web = jailrs::Jail::builder("web").vnet().persist().create(&host).unwrap();
        for (name, new) in [("igb0", "epair9a"), ("epair0b", "eth0")] {
            host.move_in(name, web.jid()).unwrap();
            web.interfaces().rename(name, new).unwrap();
        }
        let again = SimMachine::load(&graph.save().unwrap()).unwrap();
        let host = Simulated::jails_on(&again, jails.state()).host();
        jailrs::Jail::find(&host, "web").unwrap().remove().unwrap();
        let drivers = host.interfaces().list().unwrap().into_iter().map(|is| (is.name, is.driver));
        let expected = [("lo0", "lo0"), ("epair0a", "epair0"), ("epair9a", "igb0"), ("eth0", "epair0")];
        assert_eq!(
            drivers.collect::<Vec<_>>(),
            expected.map(|(name, driver)| (name.to_owned(), driver.to_owned()))
        );
    }
}
