//! A program becomes a node, and makes another.
//!
//! ```text
//! hello (socket) --- port -- link0 --- (bridge)
//! ```
//!
//! A netgraph socket is a node like every other: its *hooks* are connected to hooks of other nodes, and messages go from node
//! to node. Here it makes a bridge at its hook `port`, and asks it two questions.
//!
//! Try next: ask for `bridge::GetStats(bridge::Port::Link(0))`; then for that of a link that is not there, and read the error.

use netgraph::HookName;
use netgraph::nodes::bridge::{self, Bridge};
use netgraph_examples::Stage;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let stage = Stage::new();
    let socket = stage.open("hello")?;
    let own = socket.info(&".:".parse()?)?;
    println!("I am the node {} of the type {}", own.name, own.type_name);

    let bridge = socket.make_peer::<Bridge>(HookName::constant("port"), bridge::link(0))?;
    println!("made a {}", bridge.info()?.type_name);
    println!("it is configured as {}", bridge.call(bridge::GetConfig)?);
    stage.picture(&socket)?;

    // With its last hook a bridge goes away: no clean-up is needed.
    socket.remove_hook(&".:".parse()?, HookName::constant("port"))?;
    println!("and now I have {} hooks", socket.info(&".:".parse()?)?.hooks);
    Ok(())
}
