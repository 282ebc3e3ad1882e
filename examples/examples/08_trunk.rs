//! Several networks on one wire: VLAN tags put on and taken off.
//!
//! ```text
//! staff (socket) --- lan -- staff ---+
//!                                  (vlan) --- downstream -- trunk --- trunk (socket)
//! guests (socket) -- lan -- guests --+
//! ```
//!
//! A `vlan` node tags what comes in at a filter's hook, and hands tagged frames from `downstream` to the hook of their VLAN,
//! without the tag.
//!
//! Try next: send a frame of VLAN 99 into the trunk; then connect a fourth socket to the hook `nomatch` and send it again.

use netgraph::nodes::vlan::{self, Filter, Vlan};
use netgraph::transport::{RecvBatch, Wait};
use netgraph::{HookName, Path, Result, Socket};
use netgraph_examples::Stage;

const LAN: HookName = HookName::constant("lan");
const TRUNK: HookName = HookName::constant("trunk");
const NETWORKS: [(&str, u16); 2] = [("staff", 10), ("guests", 20)];

/// What is between the addresses and the text: the tag, if any, and the type.
fn show(who: &str, socket: &Socket) -> Result<()> {
    let mut batch = RecvBatch::new(8, 1518);
    socket.receive(&mut batch, Wait::No)?;
    for (_, frame) in batch.iter() {
        let text_at = if frame.get(12..14) == Some(&[0x81, 0x00]) { 18 } else { 14 };
        let kind: Vec<String> =
            frame.get(12..text_at).unwrap_or_default().iter().map(|byte| format!("{byte:02x}")).collect();
        let text = String::from_utf8_lossy(frame.get(text_at..).unwrap_or_default());
        println!("{who} hears {}: {text}", kind.join(" "));
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let stage = Stage::new();
    let trunk = stage.open("trunk")?;
    let vlan = trunk.make_peer::<Vlan>(TRUNK, vlan::DOWNSTREAM)?;
    let mut lans = Vec::new();
    for (name, vid) in NETWORKS {
        let socket = stage.open(name)?;
        let hook: HookName = name.parse()?;
        socket.connect(&Path::own(), vlan.path(), LAN, hook)?;
        vlan.call(vlan::AddFilter(Filter::new(hook, vid)))?;
        lans.push((name, socket));
    }
    stage.picture(&trunk)?;

    let untagged = [&[0xff; 6], &[2, 0, 0, 0, 0, 1], &[0x88, 0xb5][..], b"hello, lan"].concat();
    for (_, socket) in &lans {
        socket.send(LAN, &untagged)?;
    }
    show("the trunk", &trunk)?;

    let tagged =
        [&[0xff; 6], &[2, 0, 0, 0, 0, 2], &[0x81, 0x00, 0x00, 20, 0x88, 0xb5][..], b"hello, guests"].concat();
    trunk.send(TRUNK, &tagged)?;
    for (name, socket) in &lans {
        show(name, socket)?;
    }
    Ok(())
}
