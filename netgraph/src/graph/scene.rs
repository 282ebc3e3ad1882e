//! Graphs to draw in tests.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{Graph, Picture};
use crate::name::{HookName, NodeId, NodeName, TypeName};
use crate::nodes::generic::{Link, NodeInfo};

/// A graph in the making, with its clusters.
#[derive(Debug, Clone, Default)]
pub(super) struct Scene {
    pub(super) nodes: Vec<NodeInfo>,
    pub(super) links: Vec<(NodeId, Link)>,
    pub(super) clusters: Vec<(String, Vec<NodeId>)>,
    /// The next link of each bridge.
    next: BTreeMap<NodeId, u32>,
}

impl Scene {
    pub(super) fn node(&mut self, name: &[u8], kind: &[u8]) -> NodeId {
        let id = NodeId(self.nodes.len() as u32 + 1);
        let (name, type_name) = (NodeName::from_field(name), TypeName::from_field(kind));
        self.nodes.push(NodeInfo { name, type_name, id, hooks: 0 });
        id
    }

    pub(super) fn link(&mut self, (a, a_hook): (NodeId, &[u8]), (b, b_hook): (NodeId, &[u8])) {
        let (hook, peer_hook) = (HookName::from_field(a_hook), HookName::from_field(b_hook));
        let at = |id: NodeId| self.nodes[id.0 as usize - 1];
        let (there, back) = (at(b), at(a));
        self.links.push((a, Link { hook, peer_hook, peer: there }));
        self.links.push((b, Link { hook: peer_hook, peer_hook: hook, peer: back }));
    }

    /// A parent with its bridge.
    pub(super) fn bridge(&mut self, parent: &str) -> NodeId {
        let nic = self.node(parent.as_bytes(), b"ether");
        let bridge = self.node(format!("{parent}bridge").as_bytes(), b"bridge");
        self.link((nic, b"lower"), (bridge, b"link0"));
        self.link((nic, b"upper"), (bridge, b"link1"));
        self.next.insert(bridge, 2);
        bridge
    }

    /// A jail with an interface on each of these bridges.
    pub(super) fn jail(&mut self, name: &str, bridges: &[NodeId]) {
        let mut own = Vec::new();
        for (place, bridge) in bridges.iter().enumerate() {
            let interface = self.node(format!("ng{place}_{name}").as_bytes(), b"eiface");
            let next = self.next.entry(*bridge).or_default();
            let link = format!("link{next}");
            *next += 1;
            self.link((*bridge, link.as_bytes()), (interface, b"ether"));
            own.push(interface);
        }
        self.clusters.push((format!("vimage {name}"), own));
    }

    pub(super) fn graph(&self) -> Graph {
        Graph::new(self.nodes.clone(), self.links.iter().copied())
    }

    pub(super) fn picture<'g>(&self, graph: &'g Graph) -> Picture<'g> {
        let clusters = self.clusters.iter();
        clusters.fold(Picture::of(graph), |picture, (title, nodes)| {
            picture.cluster(title.clone(), nodes.iter().copied())
        })
    }
}

/// The article's example: a router on two subnets over one wire, and a host behind it.
pub(super) fn article() -> Scene {
    let mut scene = Scene::default();
    let bridge = scene.bridge("igb0");
    scene.jail("vj1", &[bridge, bridge]);
    scene.jail("vj2", &[bridge]);
    scene.node(b"igb1", b"ether");
    scene
}

/// Jails on bridges, one or several each.
pub(super) fn jails() -> impl Strategy<Value = Scene> {
    let choices = prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 0..4), 0..90);
    (1..5usize, choices).prop_map(|(bridges, jails)| {
        let mut scene = Scene::default();
        let bridges: Vec<NodeId> = (0..bridges).map(|n| scene.bridge(&format!("em{n}"))).collect();
        for (place, choice) in jails.iter().enumerate() {
            let own: Vec<NodeId> = choice.iter().map(|index| *index.get(&bridges)).collect();
            scene.jail(&format!("j{place}"), &own);
        }
        scene
    })
}

/// Any nodes, with any names, connected in any way, in any clusters.
pub(super) fn anything() -> impl Strategy<Value = Scene> {
    let name = prop_oneof![
        3 => "[a-z]{0,8}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..40),
        1 => prop::sample::select(vec!["<b>", "]]>", "a\"b", "&amp;", "\u{202e}x", "--%>", "{|}", "`x`", "\\N", "<unnamed>"])
            .prop_map(|name| name.as_bytes().to_vec()),
    ];
    let nodes = prop::collection::vec((name.clone(), name.clone()), 1..40);
    let index = any::<prop::sample::Index>;
    let links = prop::collection::vec((index(), index(), name), 0..70);
    let clusters = prop::collection::vec((".{0,12}", prop::collection::vec(index(), 0..6)), 0..6);
    (nodes, links, clusters).prop_map(|(nodes, links, clusters)| {
        let mut scene = Scene::default();
        let ids: Vec<NodeId> = nodes.iter().map(|(name, kind)| scene.node(name, kind)).collect();
        for (number, (a, b, hook)) in links.iter().enumerate() {
            // A node has each hook once.
            let hooks = [0, 1].map(|end| [format!("{number}.{end}").as_bytes(), hook].concat());
            scene.link((*a.get(&ids), &hooks[0]), (*b.get(&ids), &hooks[1]));
        }
        let members = |nodes: Vec<prop::sample::Index>| nodes.iter().map(|index| *index.get(&ids)).collect();
        scene.clusters = clusters.into_iter().map(|(title, nodes)| (title, members(nodes))).collect();
        scene
    })
}
