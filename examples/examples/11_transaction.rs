//! All or nothing: changes to the graph that are undone together when one of them fails.
//!
//! ```text
//! maker (socket) --- port -- link0 --- lan (bridge) --- link1 -- left --- lanfilter (hub)
//! ```
//!
//! A `Transaction` notes what undoes each step. Dropped without `commit`, as `?` does on the way out, it undoes them, the last
//! first.
//!
//! Try next: let the last step succeed by giving the node that has the name another one.

use netgraph::nodes::bridge::{self, Bridge};
use netgraph::{HookName, Result, Socket};
use netgraph_examples::Stage;

const PORT: HookName = HookName::constant("port");
const LEFT: HookName = HookName::constant("left");

/// Builds a bridge with a hub at one of its links.
fn build(socket: &Socket, hub: &str) -> Result<()> {
    let mut change = socket.transaction();
    let bridge = change.make_peer::<Bridge>(PORT, bridge::link(0))?;
    change.name(bridge.path(), "lan".parse()?)?;
    change.configure::<_, bridge::SetConfig>(bridge.path(), &bridge::GetConfig, |config| {
        config.loopTimeout = 5
    })?;
    let made = change.make_peer_of(bridge.path(), "hub".parse()?, bridge::link(1), LEFT)?;
    change.name(&made.path(), hub.parse()?)?;
    change.commit()
}

fn tell(socket: &Socket) -> Result<()> {
    match socket.find(&"lan:".parse()?)? {
        Some(bridge) => println!("there is a bridge with {} hooks", bridge.hooks),
        None => println!("there is no bridge"),
    }
    Ok(())
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let stage = Stage::new();
    let socket = stage.open("maker")?;

    // The name of the maker is taken: the last step fails, and takes the others back.
    match build(&socket, "maker") {
        Ok(()) => println!("that should not have worked"),
        Err(error) => println!("{error}"),
    }
    tell(&socket)?;

    build(&socket, "lanfilter")?;
    tell(&socket)?;
    stage.picture(&socket)?;
    Ok(socket.shutdown(&"lan:".parse()?)?)
}
