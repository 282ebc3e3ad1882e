//! A parent, its bridge, and an interface behind it, in each of the forms.

use super::*;
use crate::name::{NodeName, TypeName};

fn node(id: u32, name: &str, kind: &str, hooks: u32) -> NodeInfo {
    let name = NodeName::from_field(name.as_bytes());
    NodeInfo { name, type_name: TypeName::from_field(kind.as_bytes()), id: NodeId(id), hooks }
}

fn graph() -> Graph {
    let parent = node(1, "igb0", "ether", 2);
    let bridge = node(2, "igb0bridge", "bridge", 3);
    let interface = node(3, "ng0_vj1", "eiface", 1);
    let link = |hook: &str, peer: NodeInfo, peer_hook: &str| Link {
        hook: HookName::from_field(hook.as_bytes()),
        peer_hook: HookName::from_field(peer_hook.as_bytes()),
        peer,
    };
    let links = [
        (parent.id, link("upper", bridge, "link1")),
        (parent.id, link("lower", bridge, "link0")),
        (bridge.id, link("link10", interface, "ether")),
        (bridge.id, link("link1", parent, "upper")),
        (bridge.id, link("link0", parent, "lower")),
        (interface.id, link("ether", bridge, "link10")),
    ];
    Graph::new(vec![interface, node(4, "", "hub", 0), bridge, parent], links)
}

#[test]
fn each_connection_is_there_once() {
    let graph = graph();
    assert_eq!(graph.edges().len(), 3);
    let hooks: Vec<String> = graph.links(NodeId(2)).iter().map(|(hook, _)| hook.to_string()).collect();
    assert_eq!(hooks, ["link0", "link1", "link10"]);
    assert_eq!(graph.named("igb0bridge").unwrap().id, NodeId(2));
}

#[test]
fn a_filtered_graph_has_no_loose_ends() {
    let graph = graph().filtered(|node| node.type_name != "bridge");
    assert_eq!((graph.nodes().len(), graph.edges().len()), (3, 0));
}

#[test]
fn a_loop_on_one_node_has_two_ends() {
    let me = node(1, "me", "socket", 2);
    let link = |a: &str, b: &str| Link {
        hook: HookName::from_field(a.as_bytes()),
        peer_hook: HookName::from_field(b.as_bytes()),
        peer: me,
    };
    let graph = Graph::new(vec![me], [(me.id, link("x", "y")), (me.id, link("y", "x"))]);
    assert_eq!((graph.edges().len(), graph.links(me.id).len()), (1, 2));
}

#[test]
fn the_text_form_is_a_tree() {
    let graph = graph();
    let text =
        Picture::of(&graph).cluster("jail vj1", [NodeId(3)]).note(NodeId(3), "02:00:00:00:00:01").to_text();
    assert_eq!(
        text,
        "igb0bridge (bridge [2])\n\
         |- link0  -- lower igb0\n\
         |- link1  -- upper igb0\n\
         `- link10 -- ether ng0_vj1\n\
         igb0 (ether [1])\n\
         |- lower -- link0 igb0bridge\n\
         `- upper -- link1 igb0bridge\n\
         jail vj1\n  \
           ng0_vj1 (eiface [3])  02:00:00:00:00:01\n  \
           `- ether -- link10 igb0bridge\n\
         unconnected\n  \
           <unnamed> (hub [4])\n"
    );
}

#[test]
fn the_mermaid_form_has_boxes_and_labels() {
    let graph = graph();
    let text = Picture::of(&graph).cluster("jail \"vj1\"", [NodeId(3)]).to_mermaid();
    assert!(text.starts_with(
        "flowchart LR\n  subgraph c0[\"jail #34;vj1#34;\"]\n    n3[\"ng0_vj1<br/>eiface [3]\"]\n  end\n"
    ));
    assert!(text.contains("  n2 ---|\"link10 - ether\"| n3\n"));
}

#[test]
fn the_dot_form_has_every_node_hook_and_edge() {
    let graph = graph();
    let text = Picture::of(&graph).cluster("vj1", [NodeId(3)]).to_dot();
    assert!(text.contains("\t\t\"4\" [ label = \"{\\<unnamed\\>:|{hub|[4]:}}\" ];\n"));
    assert!(text.contains("\t\t\"2.link10\" [ label = \"link10\" ];\n"));
    assert!(text.contains("\t\"3.ether\" -- \"2.link10\";\n"));
    assert!(text.contains("subgraph cluster_0 {\n\t\tlabel = \"vj1\";\n\t\t\"3\";\n"));
    assert!(text.contains("cluster_disconnected {\n\t\tbgcolor = pink;\n\t\t\"4\";\n"));
}
