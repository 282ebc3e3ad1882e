//! The Ethernet addresses of the new interfaces.

use netgraph::nodes::EtherAddr;

use super::Resolver;
use crate::config::{PlannedInterface, PlannedMac, mac};
use crate::error::Result;

/// Derives the address of each new interface (`None`: the kernel's own choice), and reports those that are in use.
pub(super) fn all(resolver: &mut Resolver<'_>) -> Result<Vec<Option<EtherAddr>>> {
    let vimage = resolver.vimage;
    let mut addresses: Vec<Option<EtherAddr>> = Vec::new();
    for planned in vimage.interfaces() {
        let address = one(resolver, &planned)?;
        if let Some(address) = address {
            check(resolver, &planned, address, &addresses)?;
        }
        addresses.push(address);
    }
    Ok(addresses)
}

/// Derives the address of one new interface, and reports it if it is in use.
pub(super) fn of_one(
    resolver: &mut Resolver<'_>,
    planned: &PlannedInterface<'_>,
) -> Result<Option<EtherAddr>> {
    let address = one(resolver, planned)?;
    if let Some(address) = address {
        check(resolver, planned, address, &[])?;
    }
    Ok(address)
}

fn one(resolver: &mut Resolver<'_>, planned: &PlannedInterface<'_>) -> Result<Option<EtherAddr>> {
    let name = resolver.vimage.name.as_str();
    Ok(match planned.mac {
        PlannedMac::Kernel => None,
        PlannedMac::Address(address) => Some(address),
        PlannedMac::Stable => {
            identity(resolver, planned)?.map(|host| mac::stable(&host, name, planned.index))
        }
        // A parent that is not there, or has no address, is reported elsewhere.
        PlannedMac::Parent => parent(resolver, planned),
        PlannedMac::Jng { counter } => {
            parent(resolver, planned).map(|parent| mac::jng(parent, name, counter))
        }
    })
}

/// Returns what tells this host from others: its UUID, or, where nobody has set one, the address of the parent, which
/// at least differs from that of other hosts on the wire.
fn identity(resolver: &Resolver<'_>, planned: &PlannedInterface<'_>) -> Result<Option<String>> {
    let uuid = resolver.machine.uuid()?;
    Ok(uuid.or_else(|| parent(resolver, planned).map(|parent| parent.to_string())))
}

fn parent(resolver: &Resolver<'_>, planned: &PlannedInterface<'_>) -> Option<EtherAddr> {
    let mac = resolver.found.interfaces.get(planned.parent.as_str())?.mac?;
    mac.to_string().parse().ok()
}

fn check(
    resolver: &mut Resolver<'_>,
    planned: &PlannedInterface<'_>,
    address: EtherAddr,
    earlier: &[Option<EtherAddr>],
) -> Result<()> {
    // With `=igb0` the same address twice is what is asked for.
    if planned.mac == PlannedMac::Parent {
        return Ok(());
    }
    let user = match resolver.found.addresses.get(&address.to_string()) {
        Some(user) => user.clone(),
        None if earlier.contains(&Some(address)) => format!("another interface of {}", resolver.vimage.name),
        None => match heard(resolver, planned, address)? {
            Some(place) => format!("something that was heard on {place}"),
            None => return Ok(()),
        },
    };
    let message = format!("{} would have the address {address} of {user}", planned.ifname);
    let remedy = format!("set vimage_{}_mac to other addresses", resolver.vimage.name);
    let vimage = resolver.vimage;
    let origin = if vimage.mac.is_default() { &vimage.bridges.origin } else { &vimage.mac.origin };
    resolver.problem(origin, message, remedy);
    Ok(())
}

/// Tells where the bridges of an interface have heard an address: something else on the wire has it.
fn heard(
    resolver: &Resolver<'_>,
    planned: &PlannedInterface<'_>,
    address: EtherAddr,
) -> Result<Option<String>> {
    for bridge in [Some(&planned.bridge_node), planned.segment_node.as_ref()].into_iter().flatten() {
        if let Some(hook) = resolver.found.heard(resolver.socket, bridge, address)? {
            return Ok(Some(format!("{hook} of {bridge}")));
        }
    }
    Ok(None)
}
