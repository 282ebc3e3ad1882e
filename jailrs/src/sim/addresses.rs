//! The addresses that a jail is restricted to: `ip4.addr` and `ip6.addr`.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::state::Prison;
use crate::Errno;

/// What both families have in common for jails.
pub(super) trait Family: Copy + Ord + 'static {
    /// What the kernel calls it.
    const NAME: &'static str;

    /// Whether a jail may have it.
    fn is_valid(self) -> bool;

    /// The restriction of a jail.
    fn of(prison: &Prison) -> &Restriction<Self>;

    /// The restriction of a jail, to be changed.
    fn of_mut(prison: &mut Prison) -> &mut Restriction<Self>;
}

impl Family for Ipv4Addr {
    const NAME: &'static str = "IPv4";

    fn is_valid(self) -> bool {
        !self.is_unspecified() && !self.is_broadcast()
    }

    fn of(prison: &Prison) -> &Restriction<Self> {
        &prison.ip4
    }

    fn of_mut(prison: &mut Prison) -> &mut Restriction<Self> {
        &mut prison.ip4
    }
}

impl Family for Ipv6Addr {
    const NAME: &'static str = "IPv6";

    fn is_valid(self) -> bool {
        !self.is_unspecified()
    }

    fn of(prison: &Prison) -> &Restriction<Self> {
        &prison.ip6
    }

    fn of_mut(prison: &mut Prison) -> &mut Restriction<Self> {
        &mut prison.ip6
    }
}

/// How a jail is restricted to addresses of a family.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Restriction<A> {
    /// Whether it, or one that it is in, is restricted (`PR_IP4`).
    pub(super) restricted: bool,
    /// Whether it was restricted itself (`PR_IP4_USER`).
    pub(super) own: bool,
    /// The addresses, the primary one first, the others sorted.
    pub(super) list: Vec<A>,
}

impl<A> Default for Restriction<A> {
    fn default() -> Self {
        Self { restricted: false, own: false, list: Vec::new() }
    }
}

/// The list that the kernel makes of what it is given: all but the first sorted, none twice, none that no one can have.
pub(super) fn sorted<A: Family>(mut list: Vec<A>) -> Result<Vec<A>, Errno> {
    if let Some((first, others)) = list.split_first_mut() {
        others.sort_unstable();
        if others.contains(first) || others.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
            return Err(Errno::EINVAL);
        }
    }
    if list.iter().all(|address| address.is_valid()) { Ok(list) } else { Err(Errno::EINVAL) }
}

/// Whether another jail of the same VNET has one of these addresses. That is fine if both have no other.
pub(super) fn clash<A: Family>(
    jails: &BTreeMap<i32, Prison>,
    parent: i32,
    jid: Option<i32>,
    list: &[A],
) -> bool {
    let mut top = parent;
    while let Some(prison) = jails.get(&top).filter(|prison| prison.vnet.is_none()) {
        top = prison.parent.0;
    }
    let mut next: Vec<i32> = children(jails, top);
    while let Some(other) = next.pop() {
        let Some(prison) = jails.get(&other) else { continue };
        if Some(other) == jid || prison.vnet.is_some() || !prison.is_alive() {
            continue;
        }
        let has = A::of(prison);
        if !has.own {
            next.extend(children(jails, other));
        } else if !(list.len() == 1 && has.list.len() == 1) && list.iter().any(|one| has.list.contains(one)) {
            return true;
        }
    }
    false
}

fn children(jails: &BTreeMap<i32, Prison>, jid: i32) -> Vec<i32> {
    jails.iter().filter(|(_, prison)| prison.parent.0 == jid).map(|(jid, _)| *jid).collect()
}

/// Hands a restriction on to the jails below, as far as they are of the same VNET.
pub(super) fn restrict_below<A: Family>(jails: &mut BTreeMap<i32, Prison>, jid: i32) {
    let Some(above) = jails.get(&jid).map(|prison| A::of(prison).list.clone()) else { return };
    for child in children(jails, jid) {
        let Some(prison) = jails.get_mut(&child).filter(|prison| prison.vnet.is_none()) else { continue };
        let restriction = A::of_mut(prison);
        if restriction.own {
            restriction.list.retain(|address| above.contains(address));
        } else {
            restriction.list.clone_from(&above);
        }
        restrict_below::<A>(jails, child);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_address_stays_first_and_the_others_are_sorted() {
        let list =
            |octets: &[u8]| octets.iter().map(|octet| Ipv4Addr::new(10, 0, 0, *octet)).collect::<Vec<_>>();
        assert_eq!(sorted(list(&[9, 7, 3])), Ok(list(&[9, 3, 7])));
        assert_eq!(sorted(list(&[9, 7, 9])), Err(Errno::EINVAL));
        assert_eq!(sorted(list(&[9, 7, 7])), Err(Errno::EINVAL));
        assert_eq!(sorted(vec![Ipv4Addr::UNSPECIFIED]), Err(Errno::EINVAL));
        assert_eq!(sorted(vec![Ipv4Addr::BROADCAST]), Err(Errno::EINVAL));
        assert_eq!(sorted(vec![Ipv6Addr::UNSPECIFIED]), Err(Errno::EINVAL));
        assert_eq!(sorted(Vec::<Ipv6Addr>::new()), Ok(Vec::new()));
    }
}
