//! The aliasing library's table: links between what is inside and what the outside sees, as alias_db.c keeps them.
//!
//! Addresses and ports are as they lie in a packet. Its clock is that of the library, which looks at the time only every
//! so many packets.

use std::cmp::Reverse;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP};
use crate::sys::*;

/// The kinds of links that are no protocols: a redirected address, and a packet that comes in fragments.
pub(super) const ADDRESS: u16 = NG_NAT_REDIRPROTO_ADDR;
pub(super) const FRAGMENT: u16 = ADDRESS - 2;

/// How often the library tries to find a port, and from which on.
const ATTEMPTS: u32 = 20;
const PORTS_FROM: u16 = 0x8000;

/// How many packets may pass before the library looks at the time.
const PACKETS_MAX: u64 = 1000;

/// How long links last without packets, in seconds.
const EXPIRE: u64 = 60;
const FRAGMENT_EXPIRE: u64 = 10;
const TCP_INITIAL: u64 = 300;
const TCP_DEAD: u64 = 10;
const TCP_SINGLE_DEAD: u64 = 90;
const TCP_CONNECTED: u64 = 86_400;

/// How far one direction of a TCP connection has come.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Tcp {
    #[default]
    NotConnected,
    Connected,
    Disconnected,
}

/// One end of a connection: an address and a port, either of which may be 0 for any.
pub(super) type End = (u32, u16);

/// A link.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Link {
    /// Newer links have higher numbers.
    pub(super) number: u32,
    /// A protocol, [`ADDRESS`] or [`FRAGMENT`].
    pub(super) kind: u16,
    pub(super) inside: End,
    pub(super) outside: End,
    pub(super) alias: End,
    /// Whether it lasts until it is taken away.
    pub(super) permanent: bool,
    /// The servers that share it, the next one first.
    pub(super) servers: Vec<End>,
    /// Where the rest of a packet in fragments goes.
    pub(super) fragments_to: u32,
    used: u64,
    expires: u64,
    tcp: (Tcp, Tcp),
}

impl Link {
    fn is_partial(&self) -> bool {
        self.outside.0 == 0 || self.outside.1 == 0
    }
}

/// The library.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Library {
    pub(super) address: u32,
    pub(super) target: u32,
    /// Of `NG_NAT_*`.
    pub(super) mode: u32,
    /// The links, in the order in which they are looked at for their age.
    pub(super) links: Vec<Link>,
    last: u32,
    random: u32,
    time: u64,
    packets: u64,
    packets_max: u64,
}

impl Library {
    pub(super) fn new() -> Self {
        let mode = NG_NAT_SAME_PORTS | NG_NAT_RESET_ON_ADDR_CHANGE;
        Self { mode, packets_max: PACKETS_MAX, ..Self::default() }
    }

    pub(super) fn is(&self, flag: u32) -> bool {
        self.mode & flag != 0
    }

    pub(super) fn set_address(&mut self, address: u32) {
        if self.is(NG_NAT_RESET_ON_ADDR_CHANGE) && self.address != address {
            self.links.retain(|link| link.permanent);
        }
        self.address = address;
    }

    /// Looks at the time, every so many packets, and at the link that was not looked at for the longest time.
    pub(super) fn housekeep(&mut self, now: Duration) {
        self.packets = self.packets.wrapping_add(1);
        if (self.packets_max <= 1 || self.packets % self.packets_max == 0) && self.time != now.as_secs() {
            self.packets_max = self.packets / 3;
            (self.packets, self.time) = (0, now.as_secs());
        }
        let counted =
            self.links.iter().filter(|link| [IPPROTO_UDP, IPPROTO_TCP].contains(&link.kind)).count();
        if self.packets < counted as u64 {
            if let Some(number) = self.links.first().map(|link| link.number) {
                self.look_at(number);
            }
        }
    }

    fn place(&self, number: u32) -> Option<usize> {
        self.links.iter().position(|link| link.number == number)
    }

    pub(super) fn link(&self, number: u32) -> Option<&Link> {
        self.links.iter().find(|link| link.number == number)
    }

    pub(super) fn link_mut(&mut self, number: u32) -> Option<&mut Link> {
        self.links.iter_mut().find(|link| link.number == number)
    }

    pub(super) fn remove(&mut self, number: u32) {
        self.links.retain(|link| link.number != number);
    }

    /// Drops a link that is too old, and tells whether it is still there.
    fn look_at(&mut self, number: u32) -> bool {
        let Some(place) = self.place(number) else { return false };
        let link = self.links.remove(place);
        let stays = link.permanent || self.time.saturating_sub(link.used) <= link.expires;
        if stays {
            self.links.push(link);
        }
        stays
    }

    fn using(&mut self, number: u32) -> Option<u32> {
        let stays = self.look_at(number);
        let time = self.time;
        self.link_mut(number).filter(|_| stays).map(|link| {
            link.used = time;
            number
        })
    }

    /// Adds a link; without an alias port it gets one. `None` if no port is free.
    pub(super) fn add(
        &mut self,
        kind: u16,
        inside: End,
        outside: End,
        alias: u32,
        port: Option<u16>,
    ) -> Option<u32> {
        let port = match port {
            Some(port) => port,
            None => self.free_port(kind, inside, outside, alias)?,
        };
        let expires = match kind {
            IPPROTO_TCP => TCP_INITIAL,
            FRAGMENT => FRAGMENT_EXPIRE,
            _ => EXPIRE,
        };
        self.last = self.last.wrapping_add(1);
        self.links.push(Link {
            number: self.last,
            kind,
            inside,
            outside,
            alias: (alias, port),
            permanent: false,
            servers: Vec::new(),
            fragments_to: 0,
            used: self.time,
            expires,
            tcp: Default::default(),
        });
        Some(self.last)
    }

    /// Chooses an alias port: the one of the inside if it may be kept, then others.
    fn free_port(&mut self, kind: u16, inside: End, outside: End, alias: u32) -> Option<u16> {
        let exclusive = self.is(NG_NAT_UDP_EIM) && kind == IPPROTO_UDP;
        if exclusive {
            let same = self.links.iter().find(|link| link.kind == kind && link.inside == inside);
            if let Some(link) = same {
                return Some(link.alias.1);
            }
        }
        let mut port = if self.is(NG_NAT_SAME_PORTS) { inside.1 } else { self.any_port() };
        for _ in 0..ATTEMPTS {
            let taken = self.links.iter().any(|link| {
                link.kind == kind
                    && link.alias == (alias, port)
                    && (exclusive || (!link.is_partial() && link.outside == outside))
            });
            if !taken {
                return Some(port);
            }
            port = self.any_port();
        }
        None
    }

    /// A port by chance; the kernel's are others each time.
    fn any_port(&mut self) -> u16 {
        self.random = self.random.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        (PORTS_FROM | (self.random >> 16) as u16).to_be()
    }

    /// Makes a link like another one, with both ends known. A permanent one stays besides.
    fn make_full(&mut self, number: u32, inside: End, outside: End, alias: u32) -> Option<u32> {
        let (kind, port) = self.link(number).map(|link| (link.kind, link.alias.1))?;
        let made = self.add(kind, inside, outside, alias, Some(port));
        if self.link(number).is_some_and(|link| !link.permanent) {
            self.remove(number);
        }
        made
    }

    fn search_out(&mut self, kind: u16, inside: End, outside: End) -> Option<u32> {
        let fits = |link: &&Link| {
            link.kind == kind && link.inside == inside && link.outside == outside && link.servers.is_empty()
        };
        let number = self.links.iter().filter(fits).map(|link| link.number).min()?;
        self.using(number)
    }

    fn out(&mut self, kind: u16, inside: End, outside: End, fill: bool) -> Option<u32> {
        let found = self.search_out(kind, inside, outside);
        if found.is_some() || !fill {
            return found;
        }
        let (address, port) = outside;
        let mut found = None;
        if port != 0 && address != 0 {
            found = self.search_out(kind, inside, (address, 0));
            found = found.or_else(|| self.search_out(kind, inside, (0, port)));
        }
        if found.is_none() && (port != 0 || address != 0) {
            found = self.search_out(kind, inside, (0, 0));
        }
        let alias = self.link(found?)?.alias.0;
        self.make_full(found?, inside, outside, alias)
    }

    /// Finds the link of a packet that goes out; one that does not know the other end is filled in if that is wanted.
    pub(super) fn find_out(&mut self, kind: u16, inside: End, outside: End, fill: bool) -> Option<u32> {
        let found = self.out(kind, inside, outside, fill);
        let is_own = self.address != 0 && inside.0 == self.address;
        found.or_else(|| if is_own { self.out(kind, (0, inside.1), outside, fill) } else { None })
    }

    /// The link of a packet that comes in, among those of one alias and kind: the newest that knows the most.
    fn search_in(&mut self, kind: u16, outside: End, alias: End) -> Option<u32> {
        let (any_address, any_port) = (outside.0 == 0, outside.1 == 0);
        let in_group = |link: &&Link| link.kind == kind && link.alias == alias;
        if !any_address && !any_port {
            let whole = |link: &&Link| in_group(link) && link.outside == outside;
            let newest = self.links.iter().filter(whole).map(|link| link.number).max();
            if let Some(number) = newest.and_then(|number| self.using(number)) {
                return Some(number);
            }
        }
        let mut group: Vec<_> = self.links.iter().filter(in_group).collect();
        group.sort_unstable_by_key(|link| Reverse(link.number));
        let (partial, full): (Vec<_>, Vec<_>) = group.into_iter().partition(|link| link.is_partial());
        let mut full = full.into_iter();
        let (mut by_address, mut by_port, mut other) = (None, None, None);
        match (any_address, any_port) {
            (false, false) => {}
            (false, true) => by_address = full.find(|link| link.outside.0 == outside.0),
            (true, false) => by_port = full.find(|link| link.outside.1 == outside.1),
            (true, true) => other = full.next(),
        }
        for link in partial.into_iter().take_while(|_| by_address.is_none()) {
            match (any_address || link.outside.0 == 0, any_port || link.outside.1 == 0) {
                (true, true) => other = other.or(Some(link)),
                (true, false) if link.outside.1 == outside.1 => by_port = by_port.or(Some(link)),
                (false, true) if link.outside.0 == outside.0 => {
                    by_address = Some(link);
                    break;
                }
                _ => {}
            }
        }
        by_address.or(by_port).or(other).map(|link| link.number)
    }

    fn r#in(&mut self, kind: u16, outside: End, alias: End, fill: bool) -> Option<u32> {
        let number = self.search_in(kind, outside, alias)?;
        let full = self.link(number).is_some_and(|link| !link.is_partial() && link.outside == outside);
        if full || !fill {
            return Some(number);
        }
        let inside = self.next_inside(number)?;
        self.make_full(number, inside, outside, alias.0)
    }

    /// Where a link leads inside: to the next one of its servers, if it has some.
    fn next_inside(&mut self, number: u32) -> Option<End> {
        let link = self.link_mut(number)?;
        let next = link.servers.first().copied();
        if next.is_some() {
            link.servers.rotate_left(1);
        }
        next.or(Some(link.inside))
    }

    /// Finds the link of a packet that comes in.
    pub(super) fn find_in(&mut self, kind: u16, outside: End, alias: End, fill: bool) -> Option<u32> {
        let mut found = self.r#in(kind, outside, alias, fill);
        if found.is_none() && kind == IPPROTO_UDP && self.is(NG_NAT_UDP_EIM) && !self.is(NG_NAT_DENY_INCOMING)
        {
            found = self.r#in(kind, (0, 0), alias, fill);
        }
        let is_own = self.address != 0 && alias.0 == self.address;
        found.or_else(|| if is_own { self.r#in(kind, outside, (0, alias.1), fill) } else { None })
    }

    fn own_or(&self, address: u32) -> u32 {
        if self.address != 0 { self.address } else { address }
    }

    /// Whom inside a new connection to an alias is for.
    pub(super) fn original_of(&mut self, alias: u32) -> u32 {
        let Some(number) = self.find_in(ADDRESS, (0, 0), (alias, 0), false) else {
            return match self.target {
                0 => alias,
                u32::MAX => self.own_or(alias),
                target => target,
            };
        };
        match self.next_inside(number) {
            Some((0, _)) | None => self.own_or(alias),
            Some((address, _)) => address,
        }
    }

    /// As whom something inside appears.
    pub(super) fn alias_of(&mut self, original: u32) -> u32 {
        let number = self.find_out(ADDRESS, (original, 0), (0, 0), false);
        match number.and_then(|number| self.link(number)).map_or(0, |link| link.alias.0) {
            0 => self.own_or(original),
            alias => alias,
        }
    }

    /// Follows a TCP connection by the flags of a packet, SYN, FIN and RST.
    pub(super) fn follow(&mut self, number: u32, outgoing: bool, flags: u8) {
        let Some(link) = self.link_mut(number) else { return };
        let (state, other) = if outgoing { (link.tcp.1, link.tcp.0) } else { link.tcp };
        let (fin, syn, rst) = (flags & 1 != 0, flags & 2 != 0, flags & 4 != 0);
        let next = match state {
            Tcp::NotConnected if rst => Tcp::Disconnected,
            Tcp::NotConnected if syn => Tcp::Connected,
            Tcp::Connected if fin || rst => Tcp::Disconnected,
            _ => return,
        };
        match (next, other) {
            (Tcp::Disconnected, Tcp::Connected) => link.expires = TCP_SINGLE_DEAD,
            (Tcp::Disconnected, _) => link.expires = TCP_DEAD,
            (_, Tcp::Connected) => link.expires = TCP_CONNECTED,
            _ => {}
        }
        *(if outgoing { &mut link.tcp.1 } else { &mut link.tcp.0 }) = next;
    }

    /// How many links there are of each kind.
    pub(super) fn info(&self) -> ng_nat_libalias_info {
        let mut info = ng_nat_libalias_info::default();
        for link in &self.links {
            match link.kind {
                IPPROTO_ICMP => info.icmpLinkCount += 1,
                IPPROTO_UDP => info.udpLinkCount += 1,
                IPPROTO_TCP => info.tcpLinkCount += 1,
                FRAGMENT => info.fragmentIdLinkCount += 1,
                ADDRESS => {}
                _ => info.protoLinkCount += 1,
            }
        }
        info
    }
}
