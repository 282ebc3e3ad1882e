//! Who talks to whom: packets counted by flow, as routers do.
//!
//! ```text
//! wire (socket) --- in -- iface0 --- (netflow) --- out0 -- out --- wire (socket)
//! ```
//!
//! A `netflow` node passes on what comes in at `iface0`, and counts it by addresses, protocol and ports.
//!
//! Try next: connect a socket to the hook `export`, let `pass` a minute go by, and read the version 5 records that come out.

use std::net::Ipv4Addr;

use netgraph::nodes::LinkLayer;
use netgraph::nodes::netflow::{self, Dlt, FlowsFrom, Netflow};
use netgraph::transport::{RecvBatch, Wait};
use netgraph::{HookName, Path};
use netgraph_examples::Stage;

const IN: HookName = HookName::constant("in");
const OUT: HookName = HookName::constant("out");

/// A UDP packet in an Ethernet frame.
fn udp(from: (Ipv4Addr, u16), to: (Ipv4Addr, u16), payload: usize) -> Vec<u8> {
    let length = |header: usize| u16::try_from(header + payload).unwrap_or(u16::MAX).to_be_bytes();
    let mut frame = [[2, 0, 0, 0, 0, 2], [2, 0, 0, 0, 0, 1]].concat();
    frame.extend([0x08, 0x00]);
    frame.extend([0x45, 0]);
    frame.extend(length(28));
    frame.extend([0, 0, 0, 0, 64, 17, 0, 0]);
    frame.extend(from.0.octets());
    frame.extend(to.0.octets());
    frame.extend(from.1.to_be_bytes());
    frame.extend(to.1.to_be_bytes());
    frame.extend(length(8));
    frame.extend([0, 0]);
    frame.resize(frame.len() + payload, 0);
    frame
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let stage = Stage::new();
    let wire = stage.open("wire")?;
    let counter = wire.make_peer::<Netflow>(IN, netflow::iface(0))?;
    wire.connect(&Path::own(), counter.path(), OUT, netflow::out(0))?;
    counter.call(netflow::SetDlt(Dlt::new(0, LinkLayer::Ethernet)))?;
    stage.picture(&wire)?;

    let (alice, bob) = (Ipv4Addr::new(192, 0, 2, 1), Ipv4Addr::new(192, 0, 2, 2));
    let dns = Ipv4Addr::new(198, 51, 100, 53);
    for (from, to, payload) in [
        ((alice, 40_000), (dns, 53), 30),
        ((alice, 40_000), (dns, 53), 40),
        ((bob, 50_000), (alice, 5000), 1000),
    ] {
        wire.send(IN, &udp(from, to, payload))?;
    }
    let mut batch = RecvBatch::new(8, 1514);
    println!("{} frames passed", wire.receive(&mut batch, Wait::No)?);

    let mut lines = Vec::new();
    let mut next = Some(FlowsFrom::START);
    while let Some(from) = next {
        let flows = counter.call(netflow::Show(from))?;
        for flow in flows.iter() {
            lines.push(format!(
                "{} to {}: {} packets, {} bytes",
                flow.source(),
                flow.destination(),
                flow.packets(),
                flow.bytes()
            ));
        }
        next = flows.next();
    }
    // The node keeps them by their hash.
    lines.sort();
    println!("{}", lines.join("\n"));
    Ok(())
}
