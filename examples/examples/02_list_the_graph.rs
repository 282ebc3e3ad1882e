//! What is there: the graph at one moment, as a tree and edge by edge.
//!
//! ```text
//!                    +-- a (hub) -- right -- left -- b (hub)
//! lister (socket) ---+
//!                    +-- c (hub)
//! ```
//!
//! `Graph::snapshot` asks for all nodes, and each node for its hooks. On a machine that does something you will see more than
//! this program made: start it with `--kernel` there.
//!
//! Try next: give the picture a box with `Picture::cluster`, and print `to_mermaid()` into a wiki.

use netgraph::graph::Graph;
use netgraph::nodes::hub::Hub;
use netgraph::{HookName, NodeId};
use netgraph_examples::Stage;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let stage = Stage::new();
    let socket = stage.open("lister")?;
    let (left, right) = (HookName::constant("left"), HookName::constant("right"));

    let a = socket.make_peer::<Hub>(HookName::constant("one"), left)?;
    a.name("a".parse()?)?;
    socket.make_peer_of(a.path(), "hub".parse()?, right, left)?;
    socket.name(&a.path().hook(right), "b".parse()?)?;
    socket.make_peer::<Hub>(HookName::constant("two"), left)?.name("c".parse()?)?;

    let graph = Graph::snapshot(&socket)?;
    let name = |id: NodeId| graph.node(id).map_or_else(String::new, |node| node.name.to_string());
    for edge in graph.edges() {
        println!(
            "{}.{} is connected to {}.{}",
            name(edge.a.node),
            edge.a.hook,
            name(edge.b.node),
            edge.b.hook
        );
    }
    for node in graph.nodes() {
        println!("{} is a {} with {} hooks", node.name, node.type_name, node.hooks);
    }
    stage.picture(&socket)?;

    // `a` and `b` hold each other, and would stay when this program ends.
    a.shutdown()?;
    Ok(())
}
