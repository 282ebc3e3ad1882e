//! The graphs of `docs/pictures`, made on simulated kernels.

use netgraph::graph::{Graph, Picture};
use netgraph::nodes::bridge;
use netgraph::nodes::{EtherAddr, eiface, ether};
use netgraph::sim::{SimKernel, SimMachine};
use netgraph::{HookName, NodeId, Path, Socket};

/// A result; what goes wrong is told as it is.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Draws all: the names of the files, and what is in them.
pub(crate) fn all() -> Result<Vec<(&'static str, String)>> {
    Ok(vec![("article.svg", article()?), ("dmz.svg", dmz()?), ("150-jails.svg", many()?)])
}

/// A host with Ethernet interfaces, bridges on them, and jails on those.
struct Host {
    machine: SimMachine,
    socket: Socket,
    jails: Vec<(String, Vec<NodeId>)>,
    notes: Vec<(NodeId, String)>,
}

impl Host {
    fn new() -> Result<Self> {
        let machine = SimMachine::new();
        let socket = Socket::open(&SimKernel::on(&machine, 0), None)?;
        Ok(Self { machine, socket, jails: Vec::new(), notes: Vec::new() })
    }

    fn nic(&self, number: u8) -> Result<String> {
        let name = format!("igb{number}");
        let mac = EtherAddr([0x00, 0x00, 0x5e, 0x00, 0x53, number + 1]);
        self.machine.add_nic(&name, mac).map_err(|errno| format!("{name}: {errno}"))?;
        Ok(name)
    }

    /// Puts a bridge on an interface, and returns its path.
    fn bridge(&self, nic: &str) -> Result<Path> {
        let parent: Path = format!("{nic}:").parse()?;
        self.socket.make_peer_of(&parent, "bridge".parse()?, ether::LOWER, bridge::link(0))?;
        let lower = parent.hook(ether::LOWER);
        self.socket.connect(&parent, &lower, ether::UPPER, bridge::link(1))?;
        self.socket.name(&lower, format!("{nic}bridge").parse()?)?;
        Ok(format!("{nic}bridge:").parse()?)
    }

    /// Makes a jail's interfaces, one on each of these bridges.
    fn jail(&mut self, name: &str, bridges: &[&Path]) -> Result<()> {
        let mut nodes = Vec::new();
        for (number, bridge) in bridges.iter().enumerate() {
            let interface = free_link(&self.socket, bridge)?;
            self.socket.make_peer_of(bridge, "eiface".parse()?, interface, eiface::ETHER)?;
            let node = self.socket.info(&bridge.hook(interface))?;
            self.socket.name(&node.path(), format!("ng{number}_{name}").parse()?)?;
            let [_, _, high, low] = node.id.0.to_be_bytes();
            self.notes.push((node.id, EtherAddr([0x02, 0x00, 0x5e, 0x10, high, low]).to_string()));
            nodes.push(node.id);
        }
        self.jails.push((format!("vimage {name}"), nodes));
        Ok(())
    }

    /// Draws everything but our own socket.
    fn draw(&self, title: &str) -> Result<String> {
        let own = self.socket.info(&Path::own())?.id;
        let graph = Graph::snapshot(&self.socket)?.filtered(|node| node.id != own);
        let mut picture = Picture::of(&graph).title(title);
        for (name, nodes) in &self.jails {
            picture = picture.cluster(name.clone(), nodes.iter().copied());
        }
        for (node, note) in &self.notes {
            picture = picture.note(*node, note.clone());
        }
        Ok(picture.to_svg())
    }
}

/// Returns the first free link of a bridge.
fn free_link(socket: &Socket, bridge: &Path) -> Result<HookName> {
    Ok(bridge::link(socket.info(bridge)?.hooks))
}

/// A router on two subnets over one wire, and a host behind it.
fn article() -> Result<String> {
    let mut host = Host::new()?;
    let nic = host.nic(0)?;
    host.nic(1)?;
    let bridge = host.bridge(&nic)?;
    host.jail("vj1", &[&bridge, &bridge])?;
    host.jail("vj2", &[&bridge])?;
    host.draw("The article's example")
}

/// Servers that the world reaches on one interface, and their databases behind the other.
fn dmz() -> Result<String> {
    let mut host = Host::new()?;
    let (outer, inner) = (host.nic(0)?, host.nic(1)?);
    let (outer, inner) = (host.bridge(&outer)?, host.bridge(&inner)?);
    for name in ["mail", "www1", "www2", "www3"] {
        host.jail(name, &[&outer, &inner])?;
    }
    for name in ["dns1", "dns2", "proxy"] {
        host.jail(name, &[&outer])?;
    }
    for name in ["db1", "db2", "cache", "log", "backup"] {
        host.jail(name, &[&inner])?;
    }
    host.draw("Twelve jails on two bridges")
}

/// Three bridges, and what a machine can carry.
fn many() -> Result<String> {
    let mut host = Host::new()?;
    let nics = [host.nic(0)?, host.nic(1)?, host.nic(2)?];
    let mut bridges = Vec::new();
    for nic in &nics {
        bridges.push(host.bridge(nic)?);
    }
    for number in 0..150 {
        // Every fifteenth is a router between two of them.
        let on: Vec<&Path> =
            bridges.iter().cycle().skip(number % 3).take(1 + usize::from(number % 15 == 0)).collect();
        host.jail(&format!("j{number}"), &on)?;
    }
    host.draw("150 jails on three bridges")
}
