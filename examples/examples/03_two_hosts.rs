//! Two hosts on a bridge: what the first frame from each teaches the bridge.
//!
//! ```text
//! alice (socket) --- wire -- link0 --- (bridge) --- link1 -- wire --- bob (socket)
//! ```
//!
//! Try next: a third host, and see that it hears the first frame but not the answer.

use netgraph::nodes::bridge::{self, Bridge};
use netgraph::transport::{RecvBatch, Wait};
use netgraph::{HookName, Result, Socket};
use netgraph_examples::Stage;

const WIRE: HookName = HookName::constant("wire");
const ALICE: [u8; 6] = [2, 0, 0, 0, 0, 1];
const BOB: [u8; 6] = [2, 0, 0, 0, 0, 2];

/// An Ethernet frame of an experimental type.
fn frame(to: [u8; 6], from: [u8; 6], text: &str) -> Vec<u8> {
    [&to[..], &from, &[0x88, 0xb5], text.as_bytes()].concat()
}

fn hear(who: &str, socket: &Socket) -> Result<()> {
    let mut batch = RecvBatch::new(8, 1514);
    socket.receive(&mut batch, Wait::No)?;
    for (hook, frame) in batch.iter() {
        println!("{who} hears on {hook}: {}", String::from_utf8_lossy(frame.get(14..).unwrap_or_default()));
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let stage = Stage::new();
    let (alice, bob) = (stage.open("alice")?, stage.open("bob")?);
    let bridge = alice.make_peer::<Bridge>(WIRE, bridge::link(0))?;
    bob.connect(&".:".parse()?, bridge.path(), WIRE, bridge::link(1))?;

    alice.send(WIRE, &frame([0xff; 6], ALICE, "is anybody there?"))?;
    hear("bob", &bob)?;
    bob.send(WIRE, &frame(ALICE, BOB, "I am"))?;
    hear("alice", &alice)?;

    for host in bridge.call(bridge::GetTable)?.iter() {
        println!("{} is behind {}", host.addr, host.hook);
    }
    println!("{}", bridge.call(bridge::GetStats(bridge::Port::Link(0)))?);
    stage.picture(&alice)?;
    Ok(())
}
