//! Which address reaches which.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::Errno;
use crate::sim::ifnet::{IFF_UP, IfKind, Interface};
use crate::sim::machine::HOST;
use crate::sim::slab::Slab;

/// An address of an interface, and how many bits of it are its network's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(in crate::sim) struct Address {
    pub(in crate::sim) ip: IpAddr,
    prefix: u8,
}

impl Address {
    /// An address; `None` where the family has not as many bits.
    pub(in crate::sim) fn new(ip: IpAddr, prefix: u8) -> Option<Self> {
        let bits = if ip.is_ipv4() { 32 } else { 128 };
        (prefix <= bits).then_some(Self { ip, prefix })
    }

    fn covers(&self, other: IpAddr) -> bool {
        let leading = |bits: u128, of: u32| bits.checked_shr(of - u32::from(self.prefix)).unwrap_or(0);
        match (self.ip, other) {
            (IpAddr::V4(one), IpAddr::V4(other)) => {
                leading(u32::from(one).into(), 32) == leading(u32::from(other).into(), 32)
            }
            (IpAddr::V6(one), IpAddr::V6(other)) => leading(one.into(), 128) == leading(other.into(), 128),
            _ => false,
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.ip, self.prefix)
    }
}

impl FromStr for Address {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/');
        let address = parts.and_then(|(ip, prefix)| Self::new(ip.parse().ok()?, prefix.parse().ok()?));
        address.ok_or_else(|| format!("{text:?} is not an address and the length of its network"))
    }
}

impl TryFrom<String> for Address {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.to_string()
    }
}

impl Interface {
    /// The addresses of the interface. A loopback interface that is up has ::1, that of the host 127.0.0.1 as well.
    fn all_addresses(&self) -> impl Iterator<Item = Address> + '_ {
        let loopback = matches!(self.kind, IfKind::Loopback { .. }) && self.flags & IFF_UP != 0;
        let six = Address { ip: IpAddr::V6(Ipv6Addr::LOCALHOST), prefix: 128 };
        let four = Address { ip: IpAddr::V4(Ipv4Addr::LOCALHOST), prefix: 8 };
        let own = [(loopback && self.vnet == HOST, four), (loopback, six)];
        let own = own.into_iter().filter_map(|(there, address)| there.then_some(address));
        own.chain(self.addresses.iter().copied())
    }
}

fn addresses(interfaces: &Slab<Interface>, vnet: u32) -> impl Iterator<Item = Address> + '_ {
    let here = interfaces.iter().filter(move |(_, interface)| interface.vnet == vnet);
    here.flat_map(|(_, interface)| interface.all_addresses())
}

/// Tells whether an address is one of a VNET's own.
pub(super) fn owns(interfaces: &Slab<Interface>, vnet: u32, ip: IpAddr) -> bool {
    addresses(interfaces, vnet).any(|address| address.ip == ip)
}

/// Returns the address from which a VNET reaches another, and that other, which `::` is not: it stands for ::1.
///
/// # Errors
/// ENETUNREACH, or EHOSTUNREACH for IPv6, where there is no way.
pub(super) fn source(interfaces: &Slab<Interface>, vnet: u32, ip: IpAddr) -> Result<(IpAddr, IpAddr), Errno> {
    let has_six = || addresses(interfaces, vnet).any(|address| address.ip.is_ipv6());
    let to = match ip {
        IpAddr::V4(four) if four.is_unspecified() || four.is_broadcast() => return Err(Errno::ENETUNREACH),
        IpAddr::V6(six) if six.is_unspecified() && has_six() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        IpAddr::V6(six) if six.is_unspecified() => return Err(Errno::ENETUNREACH),
        _ => ip,
    };
    if owns(interfaces, vnet, to) {
        return Ok((to, to));
    }
    match addresses(interfaces, vnet).find(|address| address.covers(to)) {
        Some(address) => Ok((address.ip, to)),
        None if to.is_ipv4() => Err(Errno::ENETUNREACH),
        None => Err(Errno::EHOSTUNREACH),
    }
}

/// Returns the VNET where an address is that a VNET reaches: its own, or another.
pub(super) fn vnet_of(interfaces: &Slab<Interface>, vnet: u32, ip: IpAddr) -> Option<u32> {
    if owns(interfaces, vnet, ip) {
        return Some(vnet);
    }
    let loopback = ip.is_loopback();
    let mut others = interfaces.iter().map(|(_, interface)| interface.vnet);
    others.find(|other| !loopback && owns(interfaces, *other, ip))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_address_is_read_as_it_is_written(ip: IpAddr, prefix in 0u8..=32) {
            let address = Address::new(ip, prefix).unwrap();
            prop_assert_eq!(address.to_string().parse(), Ok(address));
            prop_assert!(address.covers(ip));
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in ".*") {
            let _ = text.parse::<Address>();
        }
    }

    #[test]
    fn a_network_covers_its_own_only() {
        let network: Address = "10.0.1.1/24".parse().unwrap();
        assert!(network.covers("10.0.1.255".parse().unwrap()));
        assert!(!network.covers("10.0.2.1".parse().unwrap()));
        assert!(!network.covers("::1".parse().unwrap()));
        assert!("10.0.0.1/33".parse::<Address>().is_err());
    }
}
