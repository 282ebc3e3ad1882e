//! Makes a node, asks what it is, and looks at the graph.
//!
//! ```text
//! hello (socket) --- port -- link0 --- (bridge)
//! ```
//!
//! Try next: give the bridge a second link, and send a frame through it (`two_hosts`).

use netgraph::graph::{Graph, Picture};
use netgraph::nodes::bridge::{self, Bridge};
use netgraph::{HookName, Result, Socket};

fn main() -> Result<()> {
    let kernel = netgraph_examples::kernel();
    let socket = Socket::open(&*kernel, Some("hello".parse()?))?;

    let bridge = socket.make_peer::<Bridge>(HookName::constant("port"), bridge::link(0))?;
    println!("made a {}", bridge.info()?.type_name);
    println!("it is configured as {}", bridge.call(bridge::GetConfig)?);

    let graph = Graph::snapshot(&socket)?;
    print!("{}", Picture::of(&graph).to_text());
    Ok(())
}
