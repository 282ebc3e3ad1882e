//! The interfaces that are made for a vimage.
//!
//! A new interface hangs on the *cradle*, a hub that outlives a crash, until its number is written down: so there is
//! never an interface without a name of which nobody knows whose it is.

use netgraph::nodes::{EtherAddr, eiface, hub};
use netgraph::sys::NG_EIFACE_MTU_MAX;
use netgraph::{HookName, NodeId, NodeName, Path, TypeName};

use crate::error::{Error, Result};
use crate::host::interface_name;
use crate::wanted::WantedInterface;
use crate::work::{Sign, Work};

/// The name of the cradle's node. One will do: it is used with the graph lock held.
const CRADLE: &str = "vimage-new";
/// The cradle's hook for the interface.
const CHILD: HookName = HookName::constant("child");
/// The cradle's hook for the socket that makes it.
const PARENT: HookName = HookName::constant("parent");

/// Makes the interfaces of the vimage, each on its bridge. Called with the graph lock held.
pub(super) fn make_all(work: &mut Work<'_>) -> Result<()> {
    make_these(work, &work.record.wanted.interfaces.clone())
}

/// Makes some of the vimage's interfaces. Called with the graph lock held.
pub(crate) fn make_these(work: &mut Work<'_>, interfaces: &[WantedInterface]) -> Result<()> {
    if interfaces.is_empty() {
        return Ok(());
    }
    clear_cradle(work)?;
    let cradle = work.socket.make_peer::<hub::Hub>(PARENT, PARENT)?;
    let path = cradle.path().clone();
    cradle.name(cradle_name()?)?;
    cradle.call(hub::SetPersistent)?;
    work.sync()?;
    for wanted in interfaces {
        let what = format!("interface {} on {}", wanted.ifname, wanted.bridge);
        let address = wanted.mac.as_deref().unwrap_or("of the kernel's choice");
        let why = format!("its address is {address}");
        work.step_because(Sign::Add, &what, &why, |work| make(work, &path, wanted))?;
    }
    clear_cradle(work)?;
    work.sync()
}

/// The name of the cradle.
pub(crate) fn cradle_name() -> Result<NodeName> {
    Ok(NodeName::try_from(CRADLE).map_err(netgraph::Error::from)?)
}

/// Takes away the cradle, and whatever interface was left in it by a crash. Called with the graph lock held.
pub(crate) fn clear_cradle(work: &Work<'_>) -> Result<()> {
    let path = Path::from(cradle_name()?);
    let Some(cradle) = work.find(&path, "hub")? else { return Ok(()) };
    for link in work.socket.hooks(&cradle.into())?.iter() {
        if link.peer.type_name == "eiface" {
            work.socket.shutdown(&link.peer.path())?;
        }
    }
    work.socket.shutdown(&cradle.into())?;
    Ok(())
}

fn make(work: &mut Work<'_>, cradle: &Path, wanted: &WantedInterface) -> Result<()> {
    let eiface_type = TypeName::try_from("eiface").map_err(netgraph::Error::from)?;
    work.socket.make_peer_of(cradle, eiface_type, CHILD, eiface::ETHER)?;
    let id = work.socket.info(&cradle.hook(CHILD))?.id;
    work.record.interfaces.insert(wanted.node.clone(), id.0);
    work.save()?;
    dress(work, id, wanted)?;
    // At this end the hook is free as soon as the message is sent; at the cradle's, a moment later.
    work.socket.remove_hook(&id.into(), eiface::ETHER)?;
    work.sync()?;
    let bridge: Path = NodeName::try_from(wanted.bridge.as_str()).map_err(netgraph::Error::from)?.into();
    let bridge =
        work.find(&bridge, "bridge")?.ok_or_else(|| Error::failed(format!("{} is gone", wanted.bridge)))?;
    super::bridge::connect_to_free_link(work, bridge, id, eiface::ETHER)?;
    work.sync()
}

/// Returns the description of an interface, which goes with it from one VNET to another.
pub(crate) fn description(vimage: &str, node: &str) -> String {
    format!("vimage {vimage} {node}")
}

/// Reads the vimage and the node from a [`description`].
pub(crate) fn described(description: &str) -> Option<(&str, &str)> {
    description.strip_prefix("vimage ")?.split_once(' ')
}

/// Gives a new interface its name, address and MTU.
fn dress(work: &mut Work<'_>, id: NodeId, wanted: &WantedInterface) -> Result<()> {
    let node = work.socket.node::<eiface::Eiface>(&id.into())?;
    let interfaces = work.machine.jails.interfaces();
    if let Some(mac) = &wanted.mac {
        let mac: EtherAddr = mac.parse().map_err(|e| Error::config(format!("the address {mac}: {e}")))?;
        node.call(eiface::Set(mac))?;
    }
    let made_as = interface_name(&node)?;
    interfaces.rename(&made_as, &wanted.ifname)?;
    node.name(NodeName::try_from(wanted.node.as_str()).map_err(netgraph::Error::from)?)?;
    interfaces.set_description(&wanted.ifname, &description(&work.record.wanted.name, &wanted.node))?;
    let parent = interfaces.find(&wanted.parent)?;
    // A card may take longer frames than any interface of netgraph's.
    let mtu = parent.map(|parent| parent.mtu.min(NG_EIFACE_MTU_MAX));
    if let Some(mtu) = mtu.filter(|mtu| *mtu != 1500) {
        interfaces.set_mtu(&wanted.ifname, mtu)?;
    }
    work.sync()
}
