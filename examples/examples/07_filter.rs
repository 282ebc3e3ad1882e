//! A firewall of one rule: a program that the kernel runs over each packet.
//!
//! ```text
//! outside (socket) --- wire -- in --- (bpf) --- yes -- wire --- inside (socket)
//!                                       |
//!                                       +------ no -- refused --- inside (socket)
//! ```
//!
//! A `bpf` node runs a program of bpf(4) over what comes in at a hook, and passes it to one hook if it matches and to another
//! if not. This program lets IPv4 pass.
//!
//! Try next: `tcpdump -ddd` prints such a program for any filter of pcap-filter(7).

use netgraph::nodes::bpf::{self, Bpf, Program, bpf_insn};
use netgraph::transport::{RecvBatch, Wait};
use netgraph::{HookName, Path};
use netgraph_examples::Stage;

const WIRE: HookName = HookName::constant("wire");
const REFUSED: HookName = HookName::constant("refused");
const IN: HookName = HookName::constant("in");
const YES: HookName = HookName::constant("yes");
const NO: HookName = HookName::constant("no");

/// Takes a packet whole if its Ethernet type, at byte 12, is that of IPv4.
const IPV4: [bpf_insn; 4] = [
    // ldh [12]
    bpf_insn { code: 0x28, jt: 0, jf: 0, k: 12 },
    // jeq #0x800, the next, the one after
    bpf_insn { code: 0x15, jt: 0, jf: 1, k: 0x800 },
    // ret #65535
    bpf_insn { code: 0x06, jt: 0, jf: 0, k: 65_535 },
    // ret #0
    bpf_insn { code: 0x06, jt: 0, jf: 0, k: 0 },
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let stage = Stage::new();
    let (outside, inside) = (stage.open("outside")?, stage.open("inside")?);
    let filter = outside.make_peer::<Bpf>(WIRE, IN)?;
    inside.connect(&Path::own(), filter.path(), WIRE, YES)?;
    inside.connect(&Path::own(), filter.path(), REFUSED, NO)?;
    filter.call(bpf::SetProgram(Program::on(IN, YES, NO, &IPV4)))?;
    println!("{}", filter.call(bpf::GetProgram(IN))?);
    stage.picture(&inside)?;

    for (kind, text) in [([0x08, 0x00], "IPv4"), ([0x86, 0xdd], "IPv6"), ([0x08, 0x06], "ARP")] {
        outside.send(WIRE, &[&[0xff; 6], &[2, 0, 0, 0, 0, 1], &kind[..], text.as_bytes()].concat())?;
    }
    let mut batch = RecvBatch::new(8, 1514);
    inside.receive(&mut batch, Wait::No)?;
    for (hook, frame) in batch.iter() {
        println!("{hook}: {}", String::from_utf8_lossy(frame.get(14..).unwrap_or_default()));
    }
    let stats = filter.call(bpf::GetStats(IN))?;
    println!("{} frames, of which {} matched", stats.recvFrames, stats.recvMatchFrames);
    Ok(())
}
