//! Two hosts ping each other over a bridge: ARP, then ICMP, each with a TCP/IP stack of its own.
//!
//! ```text
//! alice (eiface) --- ether -- link1 --- (bridge) --- link2 -- ether --- bob (eiface)
//! ```
//!
//! The interfaces are those of a simulated machine, each in a VNET of its own as a jail's would be; smoltcp plays the stack
//! that FreeBSD has there. With `--kernel` the hosts are at hooks of sockets instead, since an eiface of FreeBSD's has a stack
//! already.
//!
//! Try next: put a `pipe` with a delay between one host and the bridge (`06_wan_in_a_box`).

use std::collections::VecDeque;

use netgraph::nodes::EtherAddr;
use netgraph::nodes::bridge::{self, Bridge};
use netgraph::nodes::eiface::{self, Eiface};
use netgraph::sim::SimMachine;
use netgraph::transport::{RecvBatch, Wait};
use netgraph::{HookName, Path, Socket};
use netgraph_examples::Stage;
use smoltcp::iface::{Config, Interface, SocketHandle, SocketSet};
use smoltcp::phy::{Device, DeviceCapabilities, Medium, RxToken, TxToken};
use smoltcp::socket::icmp;
use smoltcp::time::Instant;
use smoltcp::wire::{EthernetAddress, Icmpv4Packet, Icmpv4Repr, IpAddress, IpCidr};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const WIRE: HookName = HookName::constant("wire");
const IDENT: u16 = 7;

/// Where a host is plugged in.
enum Port {
    /// An interface in a VNET of a simulated machine.
    Interface { machine: SimMachine, vnet: u32, name: String },
    /// A hook of a socket.
    Hook(Socket),
}

impl Port {
    /// Plugs host `number` into its link of the bridge.
    fn new(stage: &Stage, socket: &Socket, host: &str, number: u8, bridge: &Path) -> Result<Self> {
        let link = bridge::link(number.into());
        let Some(machine) = stage.machine() else {
            let hook = stage.open(host)?;
            hook.connect(&Path::own(), bridge, WIRE, link)?;
            return Ok(Self::Hook(hook));
        };
        socket.make_peer_of(bridge, "eiface".parse()?, link, eiface::ETHER)?;
        let node = socket.node::<Eiface>(&bridge.hook(link))?;
        let name = node.call(eiface::GetIfName)?.to_text();
        node.name(host.parse()?)?;
        node.call(eiface::Set(EtherAddr(mac(number))))?;
        let vnet = machine.create_vnet();
        machine.move_to(&name, 0, vnet)?;
        machine.set_up(vnet, &name, true)?;
        Ok(Self::Interface { machine: machine.clone(), vnet, name })
    }

    fn send(&self, frame: &[u8]) -> Result<()> {
        match self {
            Self::Interface { machine, vnet, name } => Ok(machine.transmit(*vnet, name, frame)?),
            Self::Hook(socket) => Ok(socket.send(WIRE, frame)?),
        }
    }

    fn receive(&self) -> Result<Vec<Vec<u8>>> {
        match self {
            Self::Interface { machine, vnet, name } => Ok(machine.take_received(*vnet, name)?),
            Self::Hook(socket) => {
                let mut batch = RecvBatch::new(16, 1514);
                socket.receive(&mut batch, Wait::No)?;
                Ok(batch.iter().map(|(_, frame)| frame.to_vec()).collect())
            }
        }
    }
}

/// A host's Ethernet address.
const fn mac(number: u8) -> [u8; 6] {
    [2, 0, 0, 0, 0, number]
}

/// What the stack reads and writes: frames on their way in and out.
#[derive(Default)]
struct Card {
    heard: VecDeque<Vec<u8>>,
    said: VecDeque<Vec<u8>>,
}

struct Heard(Vec<u8>);
struct Say<'a>(&'a mut VecDeque<Vec<u8>>);

impl RxToken for Heard {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, read: F) -> R {
        read(&self.0)
    }
}

impl TxToken for Say<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, write: F) -> R {
        let mut frame = vec![0; length];
        let result = write(&mut frame);
        self.0.push_back(frame);
        result
    }
}

impl Device for Card {
    type RxToken<'a> = Heard;
    type TxToken<'a> = Say<'a>;

    fn receive(&mut self, _: Instant) -> Option<(Heard, Say<'_>)> {
        Some((Heard(self.heard.pop_front()?), Say(&mut self.said)))
    }

    fn transmit(&mut self, _: Instant) -> Option<Say<'_>> {
        Some(Say(&mut self.said))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ethernet;
        capabilities.max_transmission_unit = 1514;
        capabilities
    }
}

struct Host {
    name: &'static str,
    port: Port,
    card: Card,
    stack: Interface,
    sockets: SocketSet<'static>,
    icmp: SocketHandle,
}

impl Host {
    fn new(name: &'static str, number: u8, port: Port) -> Result<Self> {
        let mut card = Card::default();
        let address = EthernetAddress(mac(number));
        let mut stack = Interface::new(Config::new(address.into()), &mut card, Instant::ZERO);
        stack.update_ip_addrs(|list| {
            // There is room for two.
            let _ = list.push(IpCidr::new(IpAddress::v4(10, 0, 0, number), 24));
        });
        let buffer = || icmp::PacketBuffer::new(vec![icmp::PacketMetadata::EMPTY; 4], vec![0; 512]);
        let mut sockets = SocketSet::new(Vec::new());
        let icmp = sockets.add(icmp::Socket::new(buffer(), buffer()));
        sockets.get_mut::<icmp::Socket<'_>>(icmp).bind(icmp::Endpoint::Ident(IDENT))?;
        Ok(Self { name, port, card, stack, sockets, icmp })
    }

    fn ping(&mut self, number: u8, seq_no: u16) -> Result<()> {
        let echo = Icmpv4Repr::EchoRequest { ident: IDENT, seq_no, data: b"over netgraph" };
        let socket = self.sockets.get_mut::<icmp::Socket<'_>>(self.icmp);
        let payload = socket.send(echo.buffer_len(), IpAddress::v4(10, 0, 0, number))?;
        echo.emit(&mut Icmpv4Packet::new_unchecked(payload), &self.card.capabilities().checksum);
        Ok(())
    }

    /// Lets the stack work on what came, and sends what it answers; returns whether anything happened.
    fn work(&mut self) -> Result<bool> {
        self.card.heard.extend(self.port.receive()?);
        self.stack.poll(Instant::ZERO, &mut self.card, &mut self.sockets);
        let said = std::mem::take(&mut self.card.said);
        for frame in &said {
            self.port.send(frame)?;
        }
        let socket = self.sockets.get_mut::<icmp::Socket<'_>>(self.icmp);
        while let Ok((packet, from)) = socket.recv() {
            let packet = Icmpv4Packet::new_checked(packet)?;
            println!(
                "{}: {} bytes from {from}: seq {}",
                self.name,
                packet.data().len(),
                packet.echo_seq_no()
            );
        }
        Ok(!said.is_empty())
    }
}

fn main() -> Result<()> {
    let stage = Stage::new();
    let socket = stage.open("wiring")?;
    let bridge = socket.make_peer::<Bridge>(WIRE, bridge::link(0))?;
    let host = |name, number| {
        let port = Port::new(&stage, &socket, name, number, bridge.path())?;
        Host::new(name, number, port)
    };
    let (mut alice, mut bob) = (host("alice", 1)?, host("bob", 2)?);
    stage.picture(&socket)?;

    for seq in 1..=3 {
        alice.ping(2, seq)?;
        while alice.work()? | bob.work()? {}
    }
    for port in [1, 2] {
        let stats = bridge.call(bridge::GetStats(bridge::Port::Link(port)))?;
        println!("link{port}: {} frames in, of which {} to all", stats.recvPackets, stats.recvBroadcasts);
    }
    Ok(())
}
