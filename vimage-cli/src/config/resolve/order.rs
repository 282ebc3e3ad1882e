//! The order in which vimages start: each after those that it depends on.
use std::collections::{BTreeMap, BTreeSet};

use crate::config::name::Name;
use crate::config::vimage::Vimage;

/// The vimages of those names and those that they depend on, each after what it depends on, else in the given order.
pub(crate) fn start_order<'a>(
    vimages: &'a BTreeMap<Name, Vimage>,
    names: impl Iterator<Item = &'a Name>,
) -> Vec<&'a Vimage> {
    let mut walk = Walk::new(vimages);
    for name in names {
        walk.visit(name);
    }
    walk.order
}

/// The circles in which vimages depend on one another, each beginning with a vimage and ending with what leads back.
pub(super) fn circles(vimages: &BTreeMap<Name, Vimage>) -> Vec<Vec<&Vimage>> {
    let mut walk = Walk::new(vimages);
    for name in vimages.keys() {
        walk.visit(name);
    }
    walk.circles
}

/// A walk along the dependencies, without recursion: there may be any number of them in a row.
struct Walk<'a> {
    vimages: &'a BTreeMap<Name, Vimage>,
    seen: BTreeSet<&'a Name>,
    /// Where the walk is: each vimage, and how many of its dependencies have been looked at.
    path: Vec<(&'a Vimage, usize)>,
    order: Vec<&'a Vimage>,
    circles: Vec<Vec<&'a Vimage>>,
}

impl<'a> Walk<'a> {
    fn new(vimages: &'a BTreeMap<Name, Vimage>) -> Self {
        Self { vimages, seen: BTreeSet::new(), path: Vec::new(), order: Vec::new(), circles: Vec::new() }
    }

    fn visit(&mut self, name: &Name) {
        self.enter(name);
        while let Some((vimage, looked_at)) = self.path.last_mut() {
            match vimage.depend.value.get(*looked_at) {
                Some(next) => {
                    *looked_at += 1;
                    self.enter(next);
                }
                None => {
                    self.order.push(vimage);
                    self.path.pop();
                }
            }
        }
    }

    /// Goes on to a vimage that has not been seen, or notes the circle if the walk has come from it.
    fn enter(&mut self, name: &Name) {
        let Some((name, vimage)) = self.vimages.get_key_value(name) else { return };
        if self.seen.insert(name) {
            self.path.push((vimage, 0));
        } else if let Some(at) = self.path.iter().position(|(on_path, _)| on_path.name == *name) {
            let circle = self.path.get(at..).unwrap_or_default().iter().map(|(vimage, _)| *vimage);
            self.circles.push(circle.collect());
        }
    }
}
