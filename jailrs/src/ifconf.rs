//! The answer of SIOCGIFCONF: for each address of each interface a name and a `sockaddr`.

use std::net::IpAddr;

use crate::ifnet::{Interface, name_of_bytes};
use crate::mac::Mac;

const NAME: usize = 16;
const SOCKADDR: usize = 16;

const AF_INET: u8 = 2;
const AF_LINK: u8 = 18;
const AF_INET6: u8 = 28;

/// Link-level types with an Ethernet address: `IFT_ETHER`, `IFT_L2VLAN`, `IFT_BRIDGE`.
const ETHERNET: [u8; 3] = [0x06, 0x87, 0xd1];

/// The interfaces of an answer, in its order; flags, MTU and description are not in it.
///
/// The link-level address comes first of an interface's addresses, so that it begins a new interface, even if the one before
/// has the same name. One that shows none of its addresses, as in a jail without a VNET, has a single entry of family 0.
pub(crate) fn interfaces(mut bytes: &[u8]) -> Vec<Interface> {
    let mut list: Vec<Interface> = Vec::new();
    while let Some((name, rest)) = bytes.split_at_checked(NAME) {
        let length = rest.first().map_or(0, |length| usize::from(*length)).max(SOCKADDR);
        let Some((address, next)) = rest.split_at_checked(length) else { break };
        bytes = next;
        let name = name_of_bytes(name);
        let family = address.get(1).copied();
        if matches!(family, Some(AF_LINK | 0)) || list.last().is_none_or(|last| last.name != name) {
            list.push(Interface::new(name, 0));
        }
        let Some(interface) = list.last_mut() else { break };
        match family {
            Some(AF_LINK) => link(interface, address),
            Some(AF_INET) => interface.addresses.extend(part::<4>(address, 4).map(IpAddr::from)),
            Some(AF_INET6) => {
                interface.addresses.extend(part::<16>(address, 8).map(without_scope).map(IpAddr::from))
            }
            _ => {}
        }
    }
    list
}

/// `struct sockaddr_dl` of net/if_dl.h.
fn link(interface: &mut Interface, address: &[u8]) {
    interface.index = part::<2>(address, 2).map_or(0, |index| u32::from(u16::from_ne_bytes(index)));
    let [kind, name, size] = [4, 5, 6].map(|at| address.get(at).copied().unwrap_or(0));
    if ETHERNET.contains(&kind) && size == 6 {
        interface.mac = part::<6>(address, 8 + usize::from(name)).map(Mac);
    }
}

/// A link-local address as it is on the wire: the kernel keeps the number of the interface in its second word.
fn without_scope(mut octets: [u8; 16]) -> [u8; 16] {
    if let [0xfe, 0x80..=0xbf, high, low, ..] = &mut octets {
        (*high, *low) = (0, 0);
    }
    octets
}

fn part<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at + N)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn record(name: &str, address: &[u8]) -> Vec<u8> {
        let mut bytes = name.as_bytes().to_vec();
        bytes.resize(NAME, 0);
        bytes.extend(address);
        bytes
    }

    fn link_address(name: &str, index: u16, kind: u8, mac: &[u8]) -> Vec<u8> {
        let mut bytes = vec![54, AF_LINK];
        bytes.extend(index.to_ne_bytes());
        bytes.extend([kind, name.len() as u8, mac.len() as u8, 0]);
        bytes.extend(name.as_bytes());
        bytes.extend(mac);
        bytes.resize(54, 0);
        bytes
    }

    #[test]
    fn an_answer_is_taken_apart_by_interface() {
        let mut bytes = record("em0", &link_address("em0", 1, 6, &[2, 0, 0, 0, 0, 1]));
        let mut inet = vec![16, AF_INET, 0, 0, 192, 0, 2, 1];
        inet.resize(16, 0);
        bytes.extend(record("em0", &inet));
        bytes.extend(record("lo0", &link_address("lo0", 2, 24, &[])));
        let mut inet6 = vec![28, AF_INET6, 0, 0, 0, 0, 0, 0];
        inet6.extend(std::net::Ipv6Addr::LOCALHOST.octets());
        inet6.resize(28, 0);
        bytes.extend(record("lo0", &inet6));
        let list = interfaces(&bytes);
        assert_eq!(
            list.iter().map(|one| (one.name.as_str(), one.index)).collect::<Vec<_>>(),
            [("em0", 1), ("lo0", 2)]
        );
        assert_eq!(list[0].mac, Some(Mac([2, 0, 0, 0, 0, 1])));
        assert_eq!(list[0].addresses, ["192.0.2.1".parse::<IpAddr>().unwrap()]);
        assert_eq!(list[1].mac, None);
        assert_eq!(list[1].addresses, ["::1".parse::<IpAddr>().unwrap()]);
    }

    #[test]
    fn a_link_local_address_has_no_number_of_an_interface_in_it() {
        let wire = |text: &str| text.parse::<std::net::Ipv6Addr>().unwrap().octets();
        assert_eq!(without_scope(wire("fe80:2::1")), wire("fe80::1"));
        assert_eq!(without_scope(wire("2001:db8::1")), wire("2001:db8::1"));
    }

    #[test]
    fn two_interfaces_of_one_name_stay_two() {
        let mut bytes = record("eth0", &link_address("eth0", 3, 6, &[2, 0, 0, 0, 0, 1]));
        bytes.extend(record("eth0", &link_address("eth0", 4, 6, &[2, 0, 0, 0, 0, 2])));
        assert_eq!(interfaces(&bytes).iter().map(|one| one.index).collect::<Vec<_>>(), [3, 4]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_apart_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = interfaces(&bytes);
        }
    }
}
