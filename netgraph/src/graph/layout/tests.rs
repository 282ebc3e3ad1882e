//! What holds of every layout.

use proptest::prelude::*;

use super::*;
use crate::graph::scene::{Scene, anything, article, jails};

fn layout(scene: &Scene) -> Layout {
    Layout::of(&scene.picture(&scene.graph()))
}

/// Tells whether two boxes have more than their borders in common.
fn overlap(a: Rect, b: Rect) -> bool {
    a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
}

fn inside(a: Rect, b: Rect) -> bool {
    b.x <= a.x && b.y <= a.y && a.x + a.w <= b.x + b.w && a.y + a.h <= b.y + b.h
}

/// The stretches of a line, each as a box without a breadth.
fn stretches(route: &Route) -> impl Iterator<Item = Rect> + '_ {
    route.points.windows(2).map(|pair| {
        let (a, b) = (pair[0], pair[1]);
        Rect { x: a.x.min(b.x), y: a.y.min(b.y), w: (a.x - b.x).abs(), h: (a.y - b.y).abs() }
    })
}

/// Whether a stretch runs through the inside of a box.
fn through(line: Rect, r: Rect) -> bool {
    line.x < r.x + r.w && line.x + line.w > r.x && line.y < r.y + r.h && line.y + line.h > r.y
}

fn check(scene: &Scene) -> Result<(), TestCaseError> {
    let graph = scene.graph();
    let picture = scene.picture(&graph);
    let layout = Layout::of(&picture);
    let canvas = Rect { x: 0, y: 0, w: layout.width, h: layout.height };
    prop_assert_eq!(layout.nodes.len(), graph.nodes().len());
    prop_assert_eq!(layout.routes.len(), graph.edges().len());
    prop_assert_eq!(layout.clusters.len(), picture.clusters.len());
    let id = |node: &NodeBox| graph.nodes()[node.node].id;
    for (place, node) in layout.nodes.iter().enumerate() {
        prop_assert!(inside(node.rect, canvas), "{node:?} on {canvas:?}");
        for other in &layout.nodes[place + 1..] {
            prop_assert!(!overlap(node.rect, other.rect), "{node:?} {other:?}");
        }
        for (number, rect) in &layout.clusters {
            let own = picture.cluster_of(id(node)) == Some(*number);
            prop_assert_eq!(inside(node.rect, *rect), own, "{:?} {:?}", node, rect);
            prop_assert_eq!(overlap(node.rect, *rect), own, "{:?} {:?}", node, rect);
        }
    }
    for (place, (_, rect)) in layout.clusters.iter().enumerate() {
        prop_assert!(inside(*rect, canvas));
        prop_assert!(layout.clusters[place + 1..].iter().all(|(_, other)| !overlap(*rect, *other)));
    }
    let labels: Vec<Rect> = layout.routes.iter().flat_map(|route| &route.labels).map(Label::rect).collect();
    for (place, label) in labels.iter().enumerate() {
        prop_assert!(inside(*label, canvas), "{label:?} on {canvas:?}");
        for other in &labels[place + 1..] {
            prop_assert!(!overlap(*label, *other), "{label:?} {other:?}");
        }
        for node in &layout.nodes {
            prop_assert!(!overlap(*label, node.rect), "{label:?} {node:?}");
        }
    }
    for route in &layout.routes {
        let edge = graph.edges()[route.edge];
        let ends = [edge.a.node, edge.b.node];
        for line in stretches(route) {
            prop_assert!(line.w == 0 || line.h == 0, "{route:?} is not straight");
            for node in &layout.nodes {
                prop_assert!(!through(line, node.rect), "{route:?} runs through {node:?}");
            }
            for (number, rect) in &layout.clusters {
                let own = ends.iter().any(|id| picture.cluster_of(*id) == Some(*number));
                prop_assert!(own || !through(line, *rect), "{route:?} runs through cluster {number}");
            }
        }
        for (point, end) in [(route.points.first(), 0), (route.points.last(), 1)] {
            let at = |id| layout.nodes.iter().find(|node| graph.nodes()[node.node].id == id).unwrap().rect;
            let touches = |r: Rect| {
                point.is_some_and(|p| (p.x == r.x || p.x == r.x + r.w) && r.y < p.y && p.y < r.y + r.h)
            };
            prop_assert!(ends.iter().any(|id| touches(at(*id))), "end {end} of {route:?} is loose");
        }
    }
    Ok(())
}

/// Two routes have no stretch in common that goes up or down, unless they are of one bar's, or begin together.
fn tracks_are_apart(layout: &Layout) -> Result<(), TestCaseError> {
    let mut upright: Vec<(Rect, &Route)> = Vec::new();
    for route in &layout.routes {
        for line in stretches(route).filter(|line| line.h > 0) {
            for (other, of) in &upright {
                let apart = line.x != other.x || line.y >= other.y + other.h || other.y >= line.y + line.h;
                let of_one_bar = route.hue.is_some() && route.hue == of.hue;
                let together = [route.points.first(), route.points.last()]
                    .iter()
                    .any(|end| [of.points.first(), of.points.last()].contains(end));
                prop_assert!(apart || of_one_bar || together, "{line:?} {other:?}");
            }
        }
        upright.extend(stretches(route).filter(|line| line.h > 0).map(|line| (line, route)));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases((ProptestConfig::default().cases * 3).div_ceil(8)))]

    #[test]
    fn nothing_of_jails_on_bridges_is_in_the_way_of_anything(scene in jails()) {
        check(&scene)?;
        tracks_are_apart(&layout(&scene))?;
    }

    #[test]
    fn nothing_of_any_graph_is_in_the_way_of_anything(scene in anything()) {
        check(&scene)?;
        tracks_are_apart(&layout(&scene))?;
    }

    #[test]
    fn the_order_in_which_a_graph_is_told_does_not_matter(scene in anything(), seed in any::<u64>()) {
        let mut other = scene.clone();
        let mut state = seed | 1;
        let mut below = |n: usize| { state ^= state << 13; state ^= state >> 7; state ^= state << 17; (state % n as u64) as usize };
        for place in (1..other.nodes.len()).rev() { other.nodes.swap(place, below(place + 1)); }
        for place in (1..other.links.len()).rev() { other.links.swap(place, below(place + 1)); }
        prop_assert_eq!(layout(&scene), layout(&other));
    }
}

#[test]
fn many_jails_make_a_page_and_no_strip() {
    for (jails, bridges) in [(12, 2), (150, 3), (150, 1), (400, 2), (1000, 5)] {
        let mut scene = Scene::default();
        let all: Vec<_> = (0..bridges).map(|n| scene.bridge(&format!("em{n}"))).collect();
        for jail in 0..jails {
            let own: Vec<_> = (0..1 + jail % 2).map(|n| all[(jail + n) % bridges]).collect();
            scene.jail(&format!("j{jail}"), &own);
        }
        let Layout { width, height, .. } = layout(&scene);
        let aspect = f64::from(width) / f64::from(height);
        assert!((0.6..2.6).contains(&aspect), "{jails} jails on {bridges} bridges: {width} x {height}");
    }
}

#[test]
fn a_long_chain_is_folded() {
    let mut scene = Scene::default();
    let nodes: Vec<_> = (0..300).map(|n| scene.node(format!("t{n}").as_bytes(), b"tee")).collect();
    for pair in nodes.windows(2) {
        scene.link((pair[0], b"right"), (pair[1], b"left"));
    }
    check(&scene).unwrap();
    let Layout { width, height, .. } = layout(&scene);
    assert!(width < 3 * height && height < 3 * width, "{width} x {height}");
}

#[test]
fn jails_on_one_bridge_have_straight_lines() {
    for route in &layout(&article()).routes {
        assert_eq!(route.points.len(), 2, "{route:?}");
    }
}

#[test]
fn a_jail_that_is_twice_on_a_bridge_has_one_line_to_it_in_a_row_of_jails() {
    let mut scene = Scene::default();
    let (a, b) = (scene.bridge("em0"), scene.bridge("em1"));
    for (place, bridges) in [&[b, a][..], &[b, a], &[b, a], &[b, b, a], &[b, a], &[a, b]].iter().enumerate() {
        scene.jail(&format!("j{place}"), bridges);
    }
    check(&scene).unwrap();
    tracks_are_apart(&layout(&scene)).unwrap();
}

#[test]
fn a_parent_is_above_the_jails_of_its_column_whatever_hooks_it_is_on() {
    let mut scene = Scene::default();
    let (nic, bridge) = (scene.node(b"em0", b"ether"), scene.node(b"em0bridge", b"bridge"));
    let away = scene.bridge("em1");
    // A bridge in private mode: the wire is on uplink1, and the first jail on link0.
    scene.jail("a", &[bridge, away]);
    scene.link((nic, b"lower"), (bridge, b"uplink1"));
    scene.link((nic, b"upper"), (bridge, b"link1"));
    (0..4).for_each(|n| scene.jail(&format!("b{n}"), &[bridge]));
    let layout = layout(&scene);
    let rect = |node: usize| layout.nodes.iter().find(|other| other.node == node).unwrap().rect;
    let parent = rect(0);
    let beside: Vec<Rect> = layout.clusters.iter().map(|(_, rect)| *rect).collect();
    let beside: Vec<&Rect> =
        beside.iter().filter(|r| r.x < parent.x + parent.w && parent.x < r.x + r.w).collect();
    assert!(!beside.is_empty(), "nothing is in the parent's column: {layout:?}");
    assert!(beside.iter().all(|r| r.y > parent.y), "{parent:?} {beside:?}");
}

#[test]
fn nothing_is_a_picture_too() {
    let Layout { width, height, .. } = layout(&Scene::default());
    assert!(width > 0 && height > 0);
}
