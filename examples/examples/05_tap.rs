//! Listens in on a link, and writes what passes into a file that Wireshark opens.
//!
//! ```text
//! alice (socket) --- wire -- left --- (tee) --- right -- wire --- bob (socket)
//!                                      |
//!                                      +-- left2right, right2left --- the listener (socket)
//! ```
//!
//! A `tee` passes on what comes in at `left` and `right`, and sends a copy out of the hook for that direction.
//!
//! Try next: `cargo run -p netgraph-examples --example 05_tap -- --write tap.pcap`, and open the file. Then shut the tee down
//! and see that alice and bob are still connected: a tee joins its two ends when it goes.

use std::fs::File;
use std::io::{self, Write};
use std::time::Duration;

use netgraph::nodes::tee::{self, Tee};
use netgraph::transport::{RecvBatch, Wait};
use netgraph::{HookName, Path};
use netgraph_examples::Stage;

const WIRE: HookName = HookName::constant("wire");
/// The link type of Ethernet in a pcap file.
const LINKTYPE_ETHERNET: u32 = 1;

/// A file of packets in the form of tcpdump(1).
struct Pcap<W>(W);

impl<W: Write> Pcap<W> {
    fn begin(mut file: W) -> io::Result<Self> {
        file.write_all(&0xa1b2_c3d4_u32.to_le_bytes())?;
        file.write_all(&2u16.to_le_bytes())?;
        file.write_all(&4u16.to_le_bytes())?;
        for field in [0u32, 0, 65_535, LINKTYPE_ETHERNET] {
            file.write_all(&field.to_le_bytes())?;
        }
        Ok(Self(file))
    }

    fn packet(&mut self, at: Duration, bytes: &[u8]) -> io::Result<()> {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        for field in [u32::try_from(at.as_secs()).unwrap_or(u32::MAX), at.subsec_micros(), length, length] {
            self.0.write_all(&field.to_le_bytes())?;
        }
        self.0.write_all(bytes)
    }
}

fn frame(to: u8, from: u8, text: &str) -> Vec<u8> {
    [&[2, 0, 0, 0, 0, to], &[2, 0, 0, 0, 0, from], &[0x88, 0xb5][..], text.as_bytes()].concat()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let stage = Stage::new();
    let (alice, bob, listener) = (stage.open("alice")?, stage.open("bob")?, stage.open("listener")?);
    let tee = alice.make_peer::<Tee>(WIRE, tee::LEFT)?;
    bob.connect(&Path::own(), tee.path(), WIRE, tee::RIGHT)?;
    for copy in [tee::LEFT2RIGHT, tee::RIGHT2LEFT] {
        listener.connect(&Path::own(), tee.path(), copy, copy)?;
    }
    stage.picture(&listener)?;

    alice.send(WIRE, &frame(2, 1, "is anybody listening?"))?;
    bob.send(WIRE, &frame(1, 2, "not that I know"))?;

    let mut arguments = std::env::args().skip_while(|argument| argument != "--write").skip(1);
    let file: Box<dyn Write> = match arguments.next() {
        Some(name) => Box::new(File::create(name)?),
        None => Box::new(io::sink()),
    };
    let mut pcap = Pcap::begin(file)?;
    let mut batch = RecvBatch::new(8, 1514);
    listener.receive(&mut batch, Wait::No)?;
    for (at, (direction, bytes)) in (0..).map(Duration::from_millis).zip(batch.iter()) {
        println!("{direction}: {}", String::from_utf8_lossy(bytes.get(14..).unwrap_or_default()));
        pcap.packet(at, bytes)?;
    }
    let stats = tee.call(tee::GetStats)?;
    println!("{} frames came from alice, {} from bob", stats.left.inFrames, stats.right.inFrames);
    Ok(())
}
