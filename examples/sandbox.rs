//! A simulated machine with something in it, for programs that look at what is there.

use netgraph::nodes::bridge::{self, Bridge};
use netgraph::nodes::hub::{self, Hub};
use netgraph::nodes::{eiface, ether};
use netgraph::sim::{SimKernel, SimMachine};
use netgraph::{HookName, Path, Result, Socket};

/// Makes a machine with two network cards and a jail with a VNET, number 1.
///
/// ```text
/// em0 --- lower -- link0 --- lan (bridge) --- link2 -- ether --- ngeth0
///    +--- upper -- link1 ---+
///
/// em1                            wire (hub) --- far -- end --- mirror (echo)
/// ```
///
/// What is sent into `wire:` comes back.
///
/// # Errors
/// None, unless the simulated kernel has a defect.
pub fn machine() -> Result<SimMachine> {
    let machine = SimMachine::new();
    for (name, last) in [("em0", 0), ("em1", 1)] {
        let mac = netgraph::nodes::EtherAddr([2, 0, 0, 0, 0, last]);
        // Two names, two cards: neither is taken.
        let _ = machine.add_nic(name, mac);
    }
    let _jail = machine.create_vnet();
    let socket = Socket::open(&SimKernel::on(&machine, 0), None)?;
    let (em0, lan) = (Path::try_from("em0:")?, Path::try_from("lan:")?);
    socket.make_peer_of(&em0, "bridge".parse()?, ether::LOWER, bridge::link(0))?;
    socket.name(&em0.hook(ether::LOWER), "lan".parse()?)?;
    socket.connect(&em0, &lan, ether::UPPER, bridge::link(1))?;
    socket.node::<Bridge>(&lan)?.call(bridge::SetPersistent)?;
    socket.make_peer_of(&lan, "eiface".parse()?, bridge::link(2), eiface::ETHER)?;

    let wire = socket.make_peer::<Hub>(HookName::constant("mine"), HookName::constant("near"))?;
    wire.call(hub::SetPersistent)?;
    wire.name("wire".parse()?)?;
    let far = HookName::constant("far");
    socket.make_peer_of(wire.path(), "echo".parse()?, far, HookName::constant("end"))?;
    socket.name(&wire.path().hook(far), "mirror".parse()?)?;
    Ok(machine)
}
