//! What passes between sockets.

use super::{End, EndKey, LOCAL, Name, Network, RAW, SEQPACKET, STREAM, State, Upcall, route};
use crate::error::Errno;
use crate::sim::ifnet::Interface;
use crate::sim::packet::Packet;
use crate::sim::slab::Slab;

impl Network {
    /// Finds the socket at an address, as a VNET sees it: the one that is bound to it most closely.
    pub(super) fn find(
        &self,
        interfaces: &Slab<Interface>,
        vnet: u32,
        at: &Name,
        kind: i32,
        protocol: i32,
        wanted: impl Fn(&End) -> bool,
    ) -> Option<EndKey> {
        let host = at.ip()?;
        let vnet = route::vnet_of(interfaces, vnet, host)?;
        let fits = |there: &End| {
            let name = there.name.as_ref()?;
            let here = there.vnet == vnet && there.uses(at.family(), kind, protocol) && wanted(there);
            let port = kind == RAW || name.port() == at.port();
            let ip = name.ip()?;
            match here && port {
                true if ip == host => Some((there.peer.is_some(), true)),
                true if ip.is_unspecified() => Some((there.peer.is_some(), false)),
                _ => None,
            }
        };
        let all = self.ends.iter().filter_map(|(key, there)| Some((fits(there)?, key)));
        all.max_by_key(|(closeness, _)| *closeness).map(|(_, key)| key)
    }

    /// Sends out of a socket, to its peer or to another address.
    pub(in crate::sim) fn send(
        &mut self,
        key: EndKey,
        to: Option<&Name>,
        bytes: &[u8],
        interfaces: &Slab<Interface>,
    ) -> Result<(), Errno> {
        let end = self.ends.get(key).ok_or(Errno::EINVAL)?;
        if end.is_stream() {
            return self.send_stream(key, bytes);
        }
        if end.family == LOCAL {
            return self.send_file(key, to, bytes);
        }
        if bytes.len() > end.send_max {
            return Err(Errno::EMSGSIZE);
        }
        let to = match (&end.peer, to) {
            (Some(_), Some(_)) => return Err(Errno::EISCONN),
            (Some(peer), None) => peer.clone(),
            (None, Some(to)) => to.clone(),
            (None, None) => return Err(Errno::EDESTADDRREQ),
        };
        let (vnet, kind, protocol) = (end.vnet, end.kind, end.protocol);
        let (source, host) = route::source(interfaces, vnet, to.ip().ok_or(Errno::EAFNOSUPPORT)?)?;
        self.bind_somewhere(key, None);
        let name = self.ends.get(key).and_then(|end| end.name.clone()).ok_or(Errno::EINVAL)?;
        let from = if name.ip().is_some_and(|ip| ip.is_unspecified()) { name.with_ip(source) } else { name };
        let hears = |there: &End| there.peer.as_ref().is_none_or(|peer| kind == RAW || *peer == from);
        // Where nobody hears it, it is lost.
        if let Some(target) = self.find(interfaces, vnet, &to.with_ip(host), kind, protocol, hears) {
            self.deliver(target, Some(from), bytes);
        }
        Ok(())
    }

    fn send_stream(&mut self, key: EndKey, bytes: &[u8]) -> Result<(), Errno> {
        let end = self.ends.get(key).ok_or(Errno::EINVAL)?;
        if end.state != State::Connected {
            return Err(Errno::ENOTCONN);
        }
        let partner = end.partner.filter(|partner| self.ends.get(*partner).is_some()).ok_or(Errno::EPIPE)?;
        if end.kind == SEQPACKET && bytes.len() > end.send_max {
            return Err(Errno::EMSGSIZE);
        }
        let full = |there: &End| there.waiting_bytes() + bytes.len() > there.receive_max;
        if self.ends.get(partner).is_some_and(full) {
            return Err(Errno::EAGAIN);
        }
        self.deliver(partner, None, bytes);
        Ok(())
    }

    /// Puts data into a socket. A datagram that does not fit is lost.
    pub(super) fn deliver(&mut self, key: EndKey, from: Option<Name>, bytes: &[u8]) {
        let Some(end) = self.ends.get_mut(key) else { return };
        if end.waiting_bytes() + bytes.len() > end.receive_max {
            return;
        }
        // Who it is from is not told of a peer.
        let from = from.filter(|_| end.state != State::Connected);
        end.input.push_back((from, Packet::new(bytes)));
        self.wake(key, Upcall::Incoming);
    }

    /// Takes a packet out of a socket: of a stream, all that waits.
    pub(in crate::sim) fn receive(&mut self, key: EndKey) -> Option<(Option<Name>, Packet)> {
        /// IP_MAXPACKET.
        const MOST: usize = 65_535;
        let end = self.ends.get_mut(key)?;
        if end.kind != STREAM || end.input.len() < 2 {
            return end.input.pop_front();
        }
        let all: Vec<u8> = end.input.drain(..).flat_map(|(_, packet)| packet.bytes().to_vec()).collect();
        let (now, later) = all.split_at(all.len().min(MOST));
        if !later.is_empty() {
            end.input.push_back((None, Packet::new(later)));
        }
        Some((None, Packet::new(now)))
    }
}
