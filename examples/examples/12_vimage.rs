//! `vimage` in sixty lines: a jail with a network of its own, bridged, up and down again.
//!
//! ```text
//! lan (bridge) --- link0 -- ether --- ng0_web (eiface, its interface in the jail web)
//! ```
//!
//! What the program `vimage` adds is what happens when things go wrong between any two of these lines.
//!
//! Try next: a second jail on the same bridge; then `06_wan_in_a_box` between the two.

use std::time::Duration;

use jailrs::{Host, Jail};
use netgraph::nodes::bridge::{self, Bridge};
use netgraph::nodes::eiface::{self, Eiface};
use netgraph::{HookName, Node, Socket};
use netgraph_examples::Stage;
use vimage::host::{Machine, NewMachine};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const HOLD: HookName = HookName::constant("hold");
const INTERFACE: &str = "ng0_web";

/// Makes a bridge that stays when nothing is connected to it.
fn make_bridge(socket: &Socket) -> Result<Node<'_, Bridge>> {
    let bridge = socket.make_peer::<Bridge>(HOLD, bridge::link(9))?;
    bridge.call(bridge::SetPersistent)?;
    bridge.name("lan".parse()?)?;
    socket.remove_hook(&".:".parse()?, HOLD)?;
    Ok(bridge)
}

/// Makes an interface, names it, and only then plugs it in.
fn make_interface<'s>(
    socket: &'s Socket,
    host: &Host,
    bridge: &Node<'_, Bridge>,
) -> Result<Node<'s, Eiface>> {
    let node = socket.make_peer::<Eiface>(HOLD, eiface::ETHER)?;
    host.interfaces().rename(&node.call(eiface::GetIfName)?.to_text(), INTERFACE)?;
    node.name(INTERFACE.parse()?)?;
    socket.remove_hook(node.path(), eiface::ETHER)?;
    node.connect(eiface::ETHER, bridge.path(), bridge::link(0))?;
    Ok(node)
}

fn main() -> Result<()> {
    let stage = Stage::new();
    let machine = match stage.machine() {
        Some(_) => Machine::simulated(NewMachine::default().build()?),
        None => Machine::kernel()?,
    };
    let (host, socket) = (&machine.jails, machine.socket(Some("maker".parse()?))?);

    // Up: the interface is made on the host, and goes into the jail when there is one.
    let bridge = make_bridge(&socket)?;
    let interface = make_interface(&socket, host, &bridge)?;
    let jail = Jail::builder("web").path("/").hostname("web.example").vnet().persist().create(host)?;
    host.move_in(INTERFACE, jail.jid())?;
    for interface in jail.interfaces().list()? {
        println!("{} has {}", jail.name(), interface.name);
    }
    stage.picture(&socket)?;

    // Down: no process is left, then the interface goes *while the jail lives*, then the jail.
    jail.stop_processes(Duration::from_secs(10))?;
    interface.shutdown()?;
    jail.remove()?;
    jail.wait_gone(Duration::from_secs(10))?;
    bridge.shutdown()?;
    let ours = |name: &str| [INTERFACE, "lan"].contains(&name);
    let left = socket.nodes()?.iter().filter(|node| ours(&node.name.to_string())).count();
    println!(
        "{left} of the nodes are left, and the jail is {}",
        if Jail::find(host, "web").is_err() { "gone" } else { "there" }
    );
    Ok(())
}
