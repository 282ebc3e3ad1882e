//! The bridge on a parent: jng's, so that both tools can share it.

use netgraph::nodes::{bridge, ether};
use netgraph::{Errno, HookName, NodeId, NodeName, Path, Socket, TypeName};

use crate::error::{Error, Result};
use crate::state::{OwnBridge, OwnBridges};
use crate::wanted::WantedBridge;
use crate::work::{Sign, Work};

/// Makes the bridges that are not there, and mends those that are not wholly on their parent. Called with the graph
/// lock held.
pub(crate) fn ensure_all(work: &mut Work<'_>) -> Result<()> {
    for wanted in work.record.wanted.bridges.clone() {
        let path: Path = NodeName::try_from(wanted.node.as_str()).map_err(netgraph::Error::from)?.into();
        let found = match work.find(&path, "bridge")? {
            None => take_up(work, &wanted)?,
            found => found,
        };
        match (&wanted.behind, found) {
            (None, None) => make_on_parent(work, &wanted)?,
            (None, Some(id)) => attach(work, &wanted, id)?,
            (Some(behind), None) => make_behind(work, &wanted, behind)?,
            (Some(behind), Some(id)) => attach_behind(work, &wanted, behind, id)?,
        }
    }
    Ok(())
}

/// Says what a bridge lacks to be wholly on its parent, or behind its bridge; nothing, if all is well.
pub(crate) fn lacks(socket: &Socket, wanted: &WantedBridge) -> Result<Option<String>> {
    let leads_to = |path: Path, node: &str| -> Result<bool> {
        Ok(socket.find(&path)?.is_some_and(|peer| peer.name == node))
    };
    let name = |node: &str| NodeName::try_from(node).map(Path::from).map_err(netgraph::Error::from);
    if let Some(behind) = &wanted.behind {
        let bridge = name(&wanted.node)?;
        let usual = leads_to(bridge.hook(bridge::link(1)), behind)?;
        let any = || -> Result<bool> {
            let Some(found) = socket.find(&bridge)? else { return Ok(false) };
            Ok(socket.hooks(&found.path())?.iter().any(|link| link.peer.name == behind.as_str()))
        };
        return Ok((!usual && !any()?).then(|| format!("{} is not behind {behind}", wanted.node)));
    }
    let parent = name(&wanted.parent_node)?;
    for hook in [ether::LOWER, ether::UPPER] {
        if !leads_to(parent.hook(hook), &wanted.node)? {
            return Ok(Some(format!("{hook} of {} is not on {}", wanted.parent, wanted.node)));
        }
    }
    Ok(None)
}

/// Names a bridge that vimage made and that a crash left without its name.
fn take_up(work: &mut Work<'_>, wanted: &WantedBridge) -> Result<Option<NodeId>> {
    let own = OwnBridges::load(&*work.machine.store, &work.record.boot)?;
    let Some(entry) = own.0.get(&wanted.node) else { return Ok(None) };
    let found = unnamed(work, wanted)?.filter(|id| entry.id.is_none_or(|known| known == id.0));
    if let Some(id) = found {
        adopt(work, wanted, id)?;
    }
    Ok(found)
}

/// Finds the bridge without a name where `wanted` would be: on the wire of its parent, or behind its bridge.
pub(crate) fn unnamed(work: &Work<'_>, wanted: &WantedBridge) -> Result<Option<NodeId>> {
    let (node, hook) = match &wanted.behind {
        None => (&wanted.parent_node, Some(ether::LOWER)),
        Some(behind) => (behind, None),
    };
    let Ok(name) = NodeName::try_from(node.as_str()) else { return Ok(None) };
    let Some(node) = work.socket.find(&name.into())? else { return Ok(None) };
    let hooks = work.socket.hooks(&node.path())?;
    let there = hooks.iter().filter(|link| hook.is_none_or(|hook| link.hook == hook)).map(|link| link.peer);
    Ok(there.filter(|peer| peer.type_name == "bridge" && peer.name.is_empty()).map(|peer| peer.id).next())
}

/// Enters the bridge among those that vimage made, before it is made.
fn intend(work: &mut Work<'_>, wanted: &WantedBridge, parent_was_up: bool) -> Result<()> {
    let store = &*work.machine.store;
    let mut own = OwnBridges::load(store, &work.record.boot)?;
    let boot = work.record.boot.clone();
    // An `up` that did not come further than this has made the parent ready already.
    let parent_was_up = own.0.get(&wanted.node).map_or(parent_was_up, |before| before.parent_was_up);
    own.0.insert(
        wanted.node.clone(),
        OwnBridge { boot, id: None, parent: wanted.parent.clone(), parent_was_up },
    );
    // In this order: what the record does not name would not be undone.
    work.record.bridges.push(wanted.node.clone());
    work.save()?;
    own.save(store)
}

/// Writes the number of a new bridge down, and names it.
fn adopt(work: &mut Work<'_>, wanted: &WantedBridge, id: NodeId) -> Result<()> {
    let store = &*work.machine.store;
    let mut own = OwnBridges::load(store, &work.record.boot)?;
    if let Some(bridge) = own.0.get_mut(&wanted.node) {
        bridge.id = Some(id.0);
    }
    own.save(store)?;
    work.sync()?;
    let name = NodeName::try_from(wanted.node.as_str()).map_err(netgraph::Error::from)?;
    work.socket.name(&id.into(), name)?;
    work.sync()
}

fn make_on_parent(work: &mut Work<'_>, wanted: &WantedBridge) -> Result<()> {
    let parent = parent_of(work, wanted)?;
    if let Some((_, taken)) = hook_of(work, parent, ether::LOWER)? {
        return Err(taken_by(wanted, &taken));
    }
    let interface = work.machine.jails.interfaces().find(&wanted.parent)?;
    let was_up = interface.is_some_and(|interface| interface.flags.contains(jailrs::IfFlags::UP));
    let what = format!("bridge {} on {}", wanted.node, wanted.parent);
    let why = format!("{} is on no bridge", wanted.parent);
    work.step_because(Sign::Add, &what, &why, |work| {
        intend(work, wanted, was_up)?;
        if !was_up {
            set_up(work, &wanted.parent)?;
        }
        let parent = Path::from(parent);
        let bridge_type = TypeName::try_from("bridge").map_err(netgraph::Error::from)?;
        work.socket.make_peer_of(&parent, bridge_type, ether::LOWER, bridge::link(0))?;
        let id = work.socket.info(&parent.hook(ether::LOWER))?.id;
        adopt(work, wanted, id)?;
        attach(work, wanted, id)
    })
}

fn set_up(work: &mut Work<'_>, parent: &str) -> Result<()> {
    let why = "what is down carries nothing";
    work.step_because(Sign::Change, &format!("interface {parent} up"), why, |work| {
        Ok(work.machine.jails.interfaces().set_up(parent, true)?)
    })
}

/// Connects what of the parent is not on the bridge yet, and lets the parent hear everything.
fn attach(work: &mut Work<'_>, wanted: &WantedBridge, id: NodeId) -> Result<()> {
    let parent = parent_of(work, wanted)?;
    for (hook, link) in [(ether::LOWER, bridge::link(0)), (ether::UPPER, bridge::link(1))] {
        match hook_of(work, parent, hook)? {
            Some((peer, _)) if peer == id => {}
            Some((_, taken)) => return Err(taken_by(wanted, &taken)),
            None => {
                let what = format!("{hook} of {} on {}", wanted.parent, wanted.node);
                let why = if hook == ether::LOWER { "the wire" } else { "the host itself" };
                work.step_because(Sign::Add, &what, why, |work| {
                    match work.socket.connect(&id.into(), &parent.into(), link, hook) {
                        // The usual number is taken: any other will do.
                        Err(error) if error.errno() == Some(Errno::EEXIST) => {
                            connect_to_free_link(work, id, parent, hook).map(|_| ())?;
                        }
                        result => result?,
                    }
                    work.sync()
                })?;
            }
        }
    }
    listen(work, wanted, parent)
}

/// Lets a parent hear and send what is not its own.
fn listen(work: &mut Work<'_>, wanted: &WantedBridge, parent: NodeId) -> Result<()> {
    let node = work.socket.node::<ether::Ether>(&parent.into())?;
    let why = "frames of the vimages have addresses of their own";
    if node.call(ether::GetPromisc)? == 0 {
        let what = format!("{} hears all that is on its wire", wanted.parent);
        work.step_because(Sign::Change, &what, why, |work| {
            node.call(ether::SetPromisc(1))?;
            work.sync()
        })?;
    }
    if node.call(ether::GetAutoSrc)? != 0 {
        let what = format!("{} leaves the senders' addresses alone", wanted.parent);
        work.step_because(Sign::Change, &what, why, |work| {
            node.call(ether::SetAutoSrc(0))?;
            work.sync()
        })?;
    }
    Ok(())
}

fn make_behind(work: &mut Work<'_>, wanted: &WantedBridge, behind: &str) -> Result<()> {
    let what = format!("bridge {} behind {behind}", wanted.node);
    let why = format!("there is no {}", wanted.node);
    work.step_because(Sign::Add, &what, &why, |work| {
        let path: Path = NodeName::try_from(behind).map_err(netgraph::Error::from)?.into();
        let trunk = work.socket.info(&path)?.id;
        intend(work, wanted, true)?;
        let link = free_link(work, trunk)?;
        let bridge_type = TypeName::try_from("bridge").map_err(netgraph::Error::from)?;
        work.socket.make_peer_of(&trunk.into(), bridge_type, link, bridge::link(1))?;
        let id = work.socket.info(&Path::from(trunk).hook(link))?.id;
        adopt(work, wanted, id)
    })
}

/// Connects a bridge to the one that it is behind, if it is not.
fn attach_behind(work: &mut Work<'_>, wanted: &WantedBridge, behind: &str, id: NodeId) -> Result<()> {
    if work.socket.hooks(&id.into())?.iter().any(|link| link.peer.name == behind) {
        return Ok(());
    }
    let what = format!("{} behind {behind}", wanted.node);
    work.step_because(Sign::Add, &what, "they are not connected", |work| {
        let path: Path = NodeName::try_from(behind).map_err(netgraph::Error::from)?.into();
        let trunk = work.socket.info(&path)?.id;
        connect_to_free_link(work, trunk, id, bridge::link(1))?;
        work.sync()
    })
}

/// Connects a node's hook to any link of a bridge, and returns the link's name.
///
/// FreeBSD 15.0 and later pick the number; before, one is chosen here, and another if somebody else was faster.
pub(super) fn connect_to_free_link(
    work: &Work<'_>,
    bridge: NodeId,
    node: NodeId,
    hook: HookName,
) -> Result<HookName> {
    let (node_path, bridge_path) = (Path::from(node), Path::from(bridge));
    match work.socket.connect(&node_path, &bridge_path, hook, bridge::ANY_LINK) {
        Ok(()) => {
            let (_, peer_hook) = hook_of(work, node, hook)?
                .ok_or_else(|| Error::failed(format!("the hook {hook} of {node} went away at once")))?;
            return Ok(HookName::from_field(peer_hook.as_bytes()));
        }
        Err(error) if error.errno() == Some(Errno::EINVAL) => {}
        Err(error) => return Err(error.into()),
    }
    for _ in 0..100 {
        let link = free_link(work, bridge)?;
        match work.socket.connect(&node_path, &bridge_path, hook, link) {
            Ok(()) => return Ok(link),
            Err(error) if error.errno() == Some(Errno::EEXIST) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::failed(format!("no free link on the bridge {bridge}")))
}

/// Returns the lowest link of a bridge that is not in use.
fn free_link(work: &Work<'_>, bridge: NodeId) -> Result<HookName> {
    let hooks = work.socket.hooks(&bridge.into())?;
    let taken: std::collections::BTreeSet<u32> = hooks
        .iter()
        .filter_map(|link| match bridge::Port::of_hook(link.hook) {
            Some(bridge::Port::Link(number)) => Some(number),
            _ => None,
        })
        .collect();
    let free =
        (0..).zip(&taken).find(|(number, taken)| number != *taken).map_or(taken.len() as u32, |(n, _)| n);
    Ok(bridge::link(free))
}

/// Returns the parent's `ether` node.
fn parent_of(work: &Work<'_>, wanted: &WantedBridge) -> Result<NodeId> {
    let path: Path = NodeName::try_from(wanted.parent_node.as_str()).map_err(netgraph::Error::from)?.into();
    work.find_interface(&path)?.ok_or_else(|| {
        Error::unavailable(format!("the interface {} has no netgraph node {}", wanted.parent, wanted.parent_node))
            .hint("load ng_ether; an interface that NGM_ETHER_DETACH took off netgraph comes back when ng_ether is loaded anew")
    })
}

/// Returns what a node's hook leads to, if it is connected: the peer, and the name of the hook there.
fn hook_of(work: &Work<'_>, node: NodeId, hook: HookName) -> Result<Option<(NodeId, String)>> {
    let hooks = work.socket.hooks(&node.into())?;
    let link = hooks.iter().find(|link| link.hook == hook);
    Ok(link.map(|link| (link.peer.id, link.peer_hook.to_string())))
}

fn taken_by(wanted: &WantedBridge, by: &str) -> Error {
    Error::unavailable(format!("{} is connected to another node already (its hook {by})", wanted.parent))
        .hint(format!("see `ngctl show {}:`; vimage needs the hooks lower and upper", wanted.parent_node))
}
