//! A parent, its bridge, and an interface behind it, in each of the forms.

use proptest::prelude::*;
use serde_json::Value;

use super::scene::{Scene, anything, article};
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
}

#[test]
fn a_node_is_found_by_its_whole_name_and_the_first_of_several() {
    let long = "n".repeat(31);
    let graph = Graph::new(
        vec![node(3, "twice", "hub", 0), node(2, "twice", "hub", 0), node(4, &long, "hub", 0)],
        [],
    );
    let id = |name: &str| graph.named(name).map(|node| node.id.0);
    assert_eq!((id("twice"), id(&long)), (Some(2), Some(4)));
    assert_eq!((id("twic"), id("twice\0"), id(&"n".repeat(32))), (None, None, None));
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
    assert_eq!(Picture::of(&graph).to_dot().matches("\"1.y\" -- \"1.x\"").count(), 1);
    assert!(!Picture::of(&graph).to_dot().contains("\"1.x\" -- \"1.y\""));
}

#[test]
fn the_text_form_is_a_tree() {
    let graph = graph();
    let text =
        Picture::of(&graph).cluster("jail vj1", [NodeId(3)]).note(NodeId(3), "02:00:00:00:00:01").to_text();
    assert_eq!(
        text,
        "igb0bridge (bridge [2])\n\
         |- link0  -- lower igb0 (ether [1])\n\
         |- link1  -- upper igb0 [1]\n\
         `- link10 -- ether ng0_vj1 (eiface [3])  02:00:00:00:00:01  in jail vj1\n\
         unconnected\n  \
           <unnamed> (hub [4])\n"
    );
}

#[test]
fn the_text_form_fits_a_terminal() {
    let graph = graph();
    let text = Picture::of(&graph).to_text_on(Terminal { unicode: true, width: Some(24) });
    assert_eq!(
        text,
        "igb0bridge (bridge [2])\n\
         ├─ link0  ── lower igb0…\n\
         ├─ link1  ── upper igb0…\n\
         └─ link10 ── ether ng0_…\n\
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

/// A picture with hostile text wherever there can be text.
fn told<'g>(scene: &Scene, graph: &'g Graph, text: &str) -> Picture<'g> {
    let mut picture = scene.picture(graph).title(text);
    for node in graph.nodes() {
        picture = picture.note(node.id, text).details(node.id, [(text, text)]);
    }
    for edge in graph.edges() {
        picture = picture.end_details(edge.a, [(text, text)]);
    }
    graph.nodes().iter().step_by(3).fold(picture, |picture, node| picture.foreign(node.id))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.div_ceil(4)))]

    #[test]
    fn whatever_the_names_the_svg_is_xml_that_holds_nothing_but_the_picture(scene in anything(), text in ".{0,20}") {
        let graph = scene.graph();
        let svg = told(&scene, &graph, &text).to_svg();
        let document = roxmltree::Document::parse(&svg).unwrap();
        let known = ["svg", "style", "g", "rect", "text", "title", "path", "circle"];
        for element in document.descendants().filter(roxmltree::Node::is_element) {
            prop_assert!(known.contains(&element.tag_name().name()), "{element:?}");
            prop_assert!(!element.attributes().any(|a| a.name().starts_with("on") || a.name() == "href"));
        }
        let nodes = document.descendants().filter(|e| e.attribute("class").is_some_and(|c| c.starts_with("node")));
        prop_assert_eq!(nodes.count(), graph.nodes().len());
        let styles = document.descendants().filter(|e| e.has_tag_name("style")).count();
        prop_assert_eq!(styles, 1);
    }

    #[test]
    fn whatever_the_names_no_form_has_a_character_that_does_something(scene in anything(), text in ".{0,20}") {
        let graph = scene.graph();
        let picture = told(&scene, &graph, &text);
        for form in [picture.to_svg(), picture.to_dot(), picture.to_mermaid(), picture.to_text()] {
            prop_assert!(form.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\t')));
            let hidden = ['\u{202e}', '\u{200b}', '\u{feff}', '\u{2028}'];
            prop_assert!(!form.contains(hidden));
        }
    }

    #[test]
    fn whatever_the_names_a_string_of_dot_ends_where_it_should(scene in anything(), text in ".{0,20}") {
        let graph = scene.graph();
        for line in told(&scene, &graph, &text).to_dot().lines() {
            let (mut open, mut escaped) = (false, false);
            for c in line.chars() {
                match c {
                    _ if escaped => escaped = false,
                    '\\' if open => escaped = true,
                    '"' => open = !open,
                    c => prop_assert!(open || c.is_ascii(), "{line}"),
                }
            }
            prop_assert!(!open, "{line}");
        }
    }

    #[test]
    fn whatever_the_names_a_line_of_mermaid_has_its_own_quotes_only(scene in anything(), text in "[^\n]{0,20}") {
        let graph = scene.graph();
        let mermaid = told(&scene, &graph, &text).to_mermaid();
        for line in mermaid.lines().skip_while(|line| *line != "flowchart LR") {
            let quotes = line.matches('"').count();
            prop_assert!(quotes == 0 || quotes == 2, "{line}");
            let outside: String = line.split('"').step_by(2).collect();
            prop_assert!(outside.is_ascii() && !outside.contains('<'), "{line}");
        }
    }

    #[test]
    fn the_json_form_tells_each_node_edge_and_cluster(scene in anything(), text in ".{0,20}") {
        let graph = scene.graph();
        let json: Value = serde_json::from_str(&told(&scene, &graph, &text).to_json()).unwrap();
        prop_assert_eq!(&json["version"], 1);
        prop_assert_eq!(json["nodes"].as_array().unwrap().len(), graph.nodes().len());
        prop_assert_eq!(json["edges"].as_array().unwrap().len(), graph.edges().len());
        prop_assert_eq!(json["clusters"].as_array().unwrap().len(), scene.clusters.len());
    }

    #[test]
    fn the_text_form_has_every_node_and_fits(scene in anything(), width in 20..100usize) {
        let graph = scene.graph();
        let picture = scene.picture(&graph);
        let text = picture.to_text();
        for node in graph.nodes() {
            let line = format!("{} ({})", visible::name(node), visible::kind(node));
            prop_assert!(text.contains(&line), "{line}");
        }
        let cut = picture.to_text_on(Terminal { unicode: true, width: Some(width) });
        prop_assert_eq!(cut.lines().count(), text.lines().count());
        prop_assert!(cut.lines().all(|line| line.chars().count() <= width));
    }
}

#[test]
fn a_long_chain_is_a_text_of_narrow_trees() {
    let mut scene = Scene::default();
    let nodes: Vec<NodeId> = (0..500).map(|n| scene.node(format!("t{n}").as_bytes(), b"tee")).collect();
    for pair in nodes.windows(2) {
        scene.link((pair[0], b"right"), (pair[1], b"left"));
    }
    let graph = scene.graph();
    let text = scene.picture(&graph).to_text();
    assert!(text.lines().all(|line| line.len() < 80), "{text}");
    assert!(text.contains("t499 (tee ["));
}

/// What is in the article's picture, without its style.
#[test]
fn the_picture_of_the_article_is_this_one() {
    let scene = article();
    let graph = scene.graph();
    let svg = scene.picture(&graph).note(NodeId(3), "02:00:00:00:00:01").theme(Theme::Light).to_svg();
    let (head, rest) = svg.split_once("<style>").unwrap();
    let (_, body) = rest.split_once("</style>\n").unwrap();
    assert_eq!(format!("{head}{body}"), include_str!("tests/article.svg"));
}

#[test]
fn a_dark_picture_has_dark_colours_only_and_one_for_anybody_has_both() {
    let graph = graph();
    let svg = |theme| Picture::of(&graph).theme(theme).to_svg();
    let both = [("#ffffff", "#12161b")].map(|(light, dark)| {
        [Theme::Light, Theme::Dark, Theme::Auto]
            .map(|theme| (svg(theme).contains(light), svg(theme).contains(dark)))
    });
    assert_eq!(both, [[(true, false), (false, true), (true, true)]]);
    assert!(svg(Theme::Auto).contains("@media(prefers-color-scheme:dark)"));
}

/// The page with its script left out, which XML cannot hold.
fn page(picture: &Picture<'_>) -> String {
    let html = picture.to_html();
    let (head, rest) = html.split_once("<script>").unwrap();
    format!("{head}{}", rest.split_once("</script>").unwrap().1)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.div_ceil(8)))]

    #[test]
    fn whatever_the_names_the_page_has_one_script_and_nothing_that_was_not_drawn(scene in anything(), text in ".{0,20}") {
        let graph = scene.graph();
        let picture = told(&scene, &graph, &text);
        prop_assert_eq!(picture.to_html().matches("<script").count(), 1);
        let page = page(&picture);
        let document = roxmltree::Document::parse_with_options(
            &page,
            roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() },
        )
        .unwrap();
        for element in document.descendants().filter(roxmltree::Node::is_element) {
            let harmless = |a: roxmltree::Attribute<'_, '_>| !a.name().starts_with("on") && a.name() != "href" && a.name() != "src";
            prop_assert!(element.attributes().all(harmless), "{element:?}");
        }
    }
}

#[test]
fn the_page_allows_its_own_script_and_no_other() {
    use sha2::Digest;
    let graph = graph();
    let html = Picture::of(&graph).to_html();
    let (_, rest) = html.split_once("<script>").unwrap();
    let hash = sha2::Sha256::digest(rest.split_once("</script>").unwrap().0);
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut base64 = String::new();
    for bytes in hash.chunks(3) {
        let all = (0..3).fold(0u32, |all, at| all << 8 | u32::from(bytes.get(at).copied().unwrap_or(0)));
        for at in 0..4 {
            let digit = digits[(all >> (18 - 6 * at) & 63) as usize];
            base64.push(if at > bytes.len() { '=' } else { char::from(digit) });
        }
    }
    assert!(html.contains(&format!("script-src 'sha256-{base64}'")), "the script's hash is now {base64}");
}
