//! Connections: who waits for them, who makes them, and what becomes of them.

use super::{End, EndKey, LOCAL, Name, Network, RAW, STREAM, State, Upcall, route};
use crate::error::Errno;
use crate::sim::ifnet::Interface;
use crate::sim::slab::Slab;

impl Network {
    /// Has a socket wait for connections.
    pub(in crate::sim) fn listen(&mut self, key: EndKey) -> Result<(), Errno> {
        let end = self.ends.get(key).ok_or(Errno::EINVAL)?;
        match end.state {
            _ if !end.is_stream() => return Err(Errno::EOPNOTSUPP),
            _ if end.refused => return Err(Errno::EINVAL),
            State::Connecting | State::Connected => return Err(Errno::EINVAL),
            _ if end.family == LOCAL && end.name.is_none() => return Err(Errno::EDESTADDRREQ),
            State::Idle | State::Listening => {}
        }
        self.bind_somewhere(key, None);
        if let Some(end) = self.ends.get_mut(key) {
            end.state = State::Listening;
        }
        Ok(())
    }

    /// Connects a socket. EINPROGRESS says that its node will hear of the outcome.
    pub(in crate::sim) fn connect(
        &mut self,
        key: EndKey,
        to: &Name,
        interfaces: &Slab<Interface>,
    ) -> Result<(), Errno> {
        let end = self.ends.get_mut(key).ok_or(Errno::EINVAL)?;
        if end.state == State::Connecting {
            return Err(Errno::EALREADY);
        }
        if end.state == State::Connected {
            if end.is_stream() {
                return Err(Errno::EISCONN);
            }
            // A socket without connections changes its mind.
            (end.state, end.peer, end.partner) = (State::Idle, None, None);
        }
        match end.kind {
            STREAM if end.refused => Err(Errno::ECONNREFUSED),
            _ if end.family == LOCAL => self.connect_file(key, to),
            RAW => self.connected(key, to.clone(), None),
            _ => self.connect_inet(key, to, interfaces),
        }
    }

    pub(super) fn connected(
        &mut self,
        key: EndKey,
        peer: Name,
        partner: Option<EndKey>,
    ) -> Result<(), Errno> {
        let end = self.ends.get_mut(key).ok_or(Errno::EINVAL)?;
        (end.state, end.peer, end.partner) = (State::Connected, Some(peer), partner);
        Ok(())
    }

    fn connect_inet(&mut self, key: EndKey, to: &Name, interfaces: &Slab<Interface>) -> Result<(), Errno> {
        let end = self.ends.get(key).ok_or(Errno::EINVAL)?;
        let (vnet, kind) = (end.vnet, end.kind);
        let host = to.ip().ok_or(Errno::EAFNOSUPPORT)?;
        if kind == STREAM && host.is_multicast() {
            return Err(Errno::EAFNOSUPPORT);
        }
        if end.state == State::Listening {
            return Err(Errno::EOPNOTSUPP);
        }
        if to.port() == 0 {
            return Err(Errno::EADDRNOTAVAIL);
        }
        let (source, host) = route::source(interfaces, vnet, host)?;
        let to = to.with_ip(host);
        self.bind_somewhere(key, Some(&to.with_ip(source)));
        if kind != STREAM {
            return self.connected(key, to, None);
        }
        let listener = self.find(interfaces, vnet, &to, STREAM, 0, |there| there.state == State::Listening);
        let end = self.ends.get_mut(key).ok_or(Errno::EINVAL)?;
        end.state = State::Connecting;
        end.peer = Some(to.clone());
        match listener {
            Some(listener) => self.join(key, listener, to),
            None => end.refused = true,
        }
        self.wake(key, Upcall::Incoming);
        Err(Errno::EINPROGRESS)
    }

    /// Ties a socket to a new one that a listening one makes for it.
    pub(super) fn join(&mut self, key: EndKey, listener: EndKey, own_name: Name) {
        let (Some(end), Some(there)) = (self.ends.get(key), self.ends.get(listener)) else { return };
        let mut other = End::new(None, there.vnet, there.family, there.kind, there.protocol);
        other.name = Some(own_name);
        other.peer.clone_from(&end.name);
        other.state = State::Connected;
        other.partner = Some(key);
        let other = self.ends.insert(other);
        if let Some(end) = self.ends.get_mut(key) {
            end.partner = Some(other);
        }
        if let Some(listener) = self.ends.get_mut(listener) {
            listener.waiting.push_back(other);
        }
        self.wake(listener, Upcall::Listen);
    }

    /// What became of a connection that was begun; `None` where none was.
    pub(in crate::sim) fn finish_connect(&mut self, key: EndKey) -> Option<Result<(), Errno>> {
        let end = self.ends.get_mut(key).filter(|end| end.state == State::Connecting)?;
        if end.refused {
            end.state = State::Idle;
            end.peer = None;
            return Some(Err(Errno::ECONNREFUSED));
        }
        end.state = State::Connected;
        Some(Ok(()))
    }
}
