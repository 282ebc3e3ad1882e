//! The negotiation: PADI, PADO, PADR, PADS, and the end, PADT.

use std::collections::BTreeSet;

use super::session::{CODE, KIND, SESSION, service_of};
use super::tags::{FULL_HEADER, find, make, relayed, strncpy, tags};
use super::*;

impl Pppoe {
    /// Has a client look for a server, from the beginning.
    pub(super) fn start(&mut self, context: &mut Context<'_>, name: HookName) {
        let Some(session) = self.sessions.get_mut(name) else { return };
        session.state = State::Init;
        let Some(negotiation) = &mut session.negotiation else { return };
        negotiation.put(0, &self.ethernet);
        negotiation.set_code(PADI_CODE);
        let payload = self.max_payload.to_be_bytes();
        let mut tags = vec![
            (PTT_HOST_UNIQ, &negotiation.host_uniq[..]),
            (PTT_SRV_NAME, &negotiation.service[..]),
            (PTT_MAX_PAYL, &payload[..]),
        ];
        if self.max_payload == 0 {
            tags.pop();
        }
        make(&mut negotiation.packet, &tags);
        Self::set_timer(context, &mut self.last_timer, negotiation, PPPOE_INITIAL_TIMEOUT);
        negotiation.timeout = PPPOE_INITIAL_TIMEOUT * 2;
        // If it does not get away it is tried again.
        let _ = context.send_by(ETHERNET, Packet::new(&negotiation.packet), 0);
    }

    /// A server's program hands a client's first packet to the session that is to make the offer: PADI, PADO.
    pub(super) fn offer(
        &mut self,
        context: &mut Context<'_>,
        name: HookName,
        packet: &Packet,
    ) -> Result<(), Errno> {
        let request = packet.bytes();
        let header = request.get(..FULL_HEADER).ok_or(Errno::ENOBUFS)?;
        let session = self.sessions.get_mut(name).ok_or(Errno::EINVAL)?;
        let cookie = session.address(context.core.id.0);
        let negotiation = session.negotiation.as_mut().ok_or(Errno::EINVAL)?;
        // The session is in the client's mode.
        negotiation.put(KIND, &header[KIND..KIND + 2]);
        if header[CODE] != PADI_CODE {
            return Err(Errno::EINVAL);
        }
        negotiation.set_destination(&header[6..12]);
        negotiation.set_code(PADO_CODE);
        negotiation.timeout = 0;
        session.state = State::Offered;
        let mut tags = vec![(PTT_AC_NAME, &negotiation.ac_name[..])];
        let service = find(request, PTT_SRV_NAME);
        tags.extend(service.map(|service| (PTT_SRV_NAME, service)));
        if service.is_none_or(<[u8]>::is_empty) && !negotiation.service.is_empty() {
            tags.push((PTT_SRV_NAME, &negotiation.service));
        }
        tags.extend(find(request, PTT_HOST_UNIQ).map(|uniq| (PTT_HOST_UNIQ, uniq)));
        tags.push((PTT_AC_COOKIE, &cookie));
        tags.extend(relayed(request));
        make(&mut negotiation.packet, &tags);
        Self::set_timer(context, &mut self.last_timer, negotiation, PPPOE_OFFER_TIMEOUT);
        count(&mut self.packets_out);
        context.send_by(ETHERNET, Packet::new(&negotiation.packet), 0)
    }

    /// A frame from the network.
    pub(super) fn receive_frame(&mut self, context: &mut Context<'_>, packet: Packet) -> Result<(), Errno> {
        let header = packet.bytes().get(..FULL_HEADER).ok_or(Errno::ENOBUFS)?;
        let kind = u16::from_ne_bytes([header[KIND], header[KIND + 1]]);
        match (kind, header[CODE]) {
            (ETHERTYPE_PPPOE_SESS | ETHERTYPE_PPPOE_3COM_SESS, _) => self.data_in(context, packet),
            (ETHERTYPE_PPPOE_DISC | ETHERTYPE_PPPOE_3COM_DISC, code) => match code {
                PADI_CODE => self.initiated(context, packet),
                PADO_CODE => self.offered(context, packet.bytes()),
                PADR_CODE => self.requested(context, packet.bytes()),
                PADS_CODE => self.confirmed(context, packet.bytes()),
                PADT_CODE => self.terminated(context, packet.bytes()),
                PADM_CODE => self.noticed(context, packet.bytes()),
                _ => Err(Errno::EPFNOSUPPORT),
            },
            _ => Err(Errno::EPFNOSUPPORT),
        }
    }

    /// PADI: the whole frame goes to a server that listens; in D-Link's mode to all, if it asks for no service.
    fn initiated(&mut self, context: &mut Context<'_>, packet: Packet) -> Result<(), Errno> {
        let service = service_of(packet.bytes());
        let serves = |name: &&Name| {
            let there = self.sessions.get(name.0).and_then(|there| there.negotiation.as_ref());
            there.is_some_and(|there| there.serves(service))
        };
        if let Some(Name(listener)) = self.listeners.iter().find(serves) {
            return context.send_by(*listener, packet, 0);
        }
        if !self.mode_dlink || !service.is_empty() {
            return Err(Errno::ENETUNREACH);
        }
        for Name(listener) in &self.listeners {
            context.send_by(*listener, packet.clone(), TO_ALL)?;
        }
        Ok(())
    }

    /// Finds the client that a packet answers, by the tag that it has chosen: the newest one.
    fn client(&self, context: &Context<'_>, answer: &[u8]) -> Result<HookName, Errno> {
        let uniq = find(answer, PTT_HOST_UNIQ).ok_or(Errno::ENETUNREACH)?;
        let mut next = context.next_hook(None);
        while let Some(hook) = next {
            let name = context.name(hook).ok_or(Errno::ENETUNREACH)?;
            let negotiation = self.sessions.get(name).and_then(|session| session.negotiation.as_ref());
            if negotiation.is_some_and(|there| there.host_uniq == uniq) {
                return Ok(name);
            }
            next = context.next_hook(Some(hook));
        }
        Err(Errno::ENETUNREACH)
    }

    /// PADO: the first offer is taken, and PADR sent.
    fn offered(&mut self, context: &mut Context<'_>, offer: &[u8]) -> Result<(), Errno> {
        let name = self.client(context, offer)?;
        let session = self.sessions.get_mut(name).ok_or(Errno::ENETUNREACH)?;
        match session.state {
            State::Init => {}
            State::Requested => return Ok(()),
            _ => return Err(Errno::ENETUNREACH),
        }
        let ac_name = find(offer, PTT_AC_NAME);
        let negotiation = session.negotiation.as_mut().ok_or(Errno::ENETUNREACH)?;
        if !negotiation.accepts(ac_name) {
            return Ok(());
        }
        session.state = State::Requested;
        negotiation.set_destination(&offer[6..12]);
        negotiation.set_code(PADR_CODE);
        let mut tags: Vec<_> =
            find(offer, PTT_HOST_UNIQ).map(|tag| (PTT_HOST_UNIQ, tag)).into_iter().collect();
        tags.extend(find(offer, PTT_AC_COOKIE).map(|cookie| (PTT_AC_COOKIE, cookie)));
        if let Some(ac_name) = ac_name {
            tags.push((PTT_AC_NAME, ac_name));
            // It is told in the field of a hook, which it may be too long for.
            let hook = strncpy(ac_name, ac_name.len().min(NG_HOOKSIZ - 1));
            let field = strncpy(&hook, NG_HOOKSIZ);
            tell(context, session.creator, NGM_PPPOE_ACNAME, "NGM_PPPOE_ACNAME", &field);
        }
        let payload = find(offer, PTT_MAX_PAYL).filter(|_| self.max_payload != 0);
        tags.extend(payload.map(|payload| (PTT_MAX_PAYL, payload)));
        tags.push((PTT_SRV_NAME, &negotiation.service));
        tags.extend(relayed(offer));
        make(&mut negotiation.packet, &tags);
        Self::set_timer(context, &mut self.last_timer, negotiation, PPPOE_INITIAL_TIMEOUT);
        negotiation.timeout = PPPOE_INITIAL_TIMEOUT * 2;
        context.send_by(ETHERNET, Packet::new(&negotiation.packet), 0)
    }

    /// PADR: the server that has made the offer confirms it, again if need be.
    fn requested(&mut self, context: &mut Context<'_>, request: &[u8]) -> Result<(), Errno> {
        let cookie = find(request, PTT_AC_COOKIE).ok_or(Errno::ENETUNREACH)?;
        let node = context.core.id.0;
        let found = self.sessions.iter().find(|(_, session)| session.address(node) == cookie);
        let name = found.map(|(name, _)| name).ok_or(Errno::ENETUNREACH)?;
        let id = self.new_session_id(context);
        let session = self.sessions.get_mut(name).ok_or(Errno::ENETUNREACH)?;
        if !matches!(session.state, State::Offered | State::NewConnected) {
            return Err(Errno::ENETUNREACH);
        }
        if session.id == 0 {
            session.id = id;
            *context.pppoe_session = id;
        }
        let negotiation = session.negotiation.as_mut().ok_or(Errno::ENETUNREACH)?;
        negotiation.timer = None;
        negotiation.timeout = 0;
        negotiation.set_code(PADS_CODE);
        negotiation.put(SESSION, &session.id.to_be_bytes());
        tell(context, session.creator, NGM_PPPOE_SESSIONID, "NGM_PPPOE_SESSIONID", &session.id.to_ne_bytes());
        let mut tags = vec![(PTT_AC_NAME, &negotiation.ac_name[..])];
        for kind in [PTT_SRV_NAME, PTT_HOST_UNIQ] {
            tags.extend(find(request, kind).map(|value| (kind, value)));
        }
        tags.push((PTT_AC_COOKIE, cookie));
        tags.extend(relayed(request));
        make(&mut negotiation.packet, &tags);
        let packet = Packet::new(&negotiation.packet);
        let is_3com = packet.bytes()[KIND..KIND + 2] == ETHERTYPE_PPPOE_3COM_DISC.to_ne_bytes();
        session.state = State::NewConnected;
        session.connected(is_3com);
        let (number, creator) = (session.number, session.creator);
        let sent = context.send_by(ETHERNET, packet, number);
        if sent.is_err() {
            tell_event(context, creator, NGM_PPPOE_SUCCESS, name);
        }
        sent
    }

    /// The number that the next session gets: one for the whole kernel, and none that the node has already.
    fn new_session_id(&self, context: &Context<'_>) -> u16 {
        let taken: BTreeSet<_> = self.sessions.iter().map(|(_, session)| session.id).collect();
        let next = |id: u16| if id >= 0xfffe { 1 } else { id + 1 };
        let mut id = next(*context.pppoe_session);
        for _ in 0..taken.len() {
            if !taken.contains(&id) {
                break;
            }
            id = next(id);
        }
        id
    }

    /// PADS: the client is connected.
    fn confirmed(&mut self, context: &mut Context<'_>, confirmation: &[u8]) -> Result<(), Errno> {
        let name = self.client(context, confirmation)?;
        let session = self.sessions.get_mut(name).ok_or(Errno::ENETUNREACH)?;
        let negotiation = session.negotiation.as_mut().filter(|_| session.state == State::Requested);
        let negotiation = negotiation.ok_or(Errno::ENETUNREACH)?;
        let id = [confirmation[SESSION], confirmation[SESSION + 1]];
        negotiation.put(SESSION, &id);
        session.id = u16::from_be_bytes(id);
        session.state = State::Connected;
        session.connected(self.mode_3com);
        session.negotiation = None;
        let creator = session.creator;
        tell(context, creator, NGM_PPPOE_SESSIONID, "NGM_PPPOE_SESSIONID", &session.id.to_ne_bytes());
        let payload = find(confirmation, PTT_MAX_PAYL).and_then(|payload| payload.first_chunk());
        if let Some(payload) = payload.filter(|_| self.max_payload != 0) {
            let data = u16::from_be_bytes(*payload);
            let agreed = ngpppoe_maxp { hook: name.to_field(), data };
            tell(context, creator, NGM_PPPOE_SETMAXP, "NGM_PPPOE_SETMAXP", agreed.as_bytes());
        }
        tell_event(context, creator, NGM_PPPOE_SUCCESS, name);
        Ok(())
    }

    /// Finds the session of a packet from its peer.
    fn session_of(&self, packet: &[u8]) -> Result<HookName, Errno> {
        let found = self.sessions.iter().find(|(_, session)| session.is_of(packet));
        found.map(|(name, _)| name).ok_or(Errno::ENETUNREACH)
    }

    /// PADT: the hook of the session goes.
    fn terminated(&mut self, context: &mut Context<'_>, packet: &[u8]) -> Result<(), Errno> {
        let name = self.session_of(packet)?;
        context.remove_hook(name);
        Ok(())
    }

    /// PADM: what the server has to say is told.
    fn noticed(&mut self, context: &mut Context<'_>, packet: &[u8]) -> Result<(), Errno> {
        let name = self.session_of(packet)?;
        let creator = self.sessions.get(name).map_or(0, |session| session.creator);
        for (kind, cmd, words) in
            [(PTT_HURL, NGM_PPPOE_HURL, "NGM_PPPOE_HURL"), (PTT_MOTM, NGM_PPPOE_MOTM, "NGM_PPPOE_MOTM")]
        {
            if let Some((_, value)) = tags(packet).find(|(there, _)| *there == kind) {
                let said = strncpy(value, value.len().min(PPPOE_PADM_VALUE_SIZE - 1));
                tell(context, creator, cmd, words, &strncpy(&said, PPPOE_PADM_VALUE_SIZE));
            }
        }
        Ok(())
    }

    /// Data of a session. The first ends the server's negotiation.
    fn data_in(&mut self, context: &mut Context<'_>, mut packet: Packet) -> Result<(), Errno> {
        let name = self.session_of(packet.bytes())?;
        let length = packet.bytes().get(FULL_HEADER - 2..FULL_HEADER).and_then(<[u8]>::first_chunk);
        let length = length.map_or(0, |length| usize::from(u16::from_be_bytes(*length)));
        if packet.len() - FULL_HEADER < length {
            return Err(Errno::EMSGSIZE);
        }
        packet.splice(FULL_HEADER + length, usize::MAX, &[]);
        packet.splice(0, FULL_HEADER, &[]);
        let session = self.sessions.get_mut(name).ok_or(Errno::ENETUNREACH)?;
        if !session.is_connected() {
            return Err(Errno::ENETUNREACH);
        }
        (session.state, session.negotiation) = (State::Connected, None);
        context.send_by(name, packet, 0)
    }

    /// A timer: a client tries again, ever more slowly, and from the beginning in the end; a server gives up.
    pub(super) fn time_out(&mut self, context: &mut Context<'_>, token: u32) {
        let waits =
            |session: &Session| session.negotiation.as_ref().and_then(|there| there.timer) == Some(token);
        let waiting = self.sessions.iter().find(|(_, session)| waits(session)).map(|(name, _)| name);
        let Some(name) = waiting else { return };
        let Some(session) = self.sessions.get_mut(name) else { return };
        let Some(negotiation) = &mut session.negotiation else { return };
        match session.state {
            State::Init | State::Requested => {
                let _ = context.send_by(ETHERNET, Packet::new(&negotiation.packet), 0);
                let seconds = negotiation.timeout.clamp(1, PPPOE_TIMEOUT_LIMIT);
                Self::set_timer(context, &mut self.last_timer, negotiation, seconds);
                negotiation.timeout = seconds * 2;
                if negotiation.timeout > PPPOE_TIMEOUT_LIMIT {
                    negotiation.timeout = PPPOE_TIMEOUT_LIMIT;
                    if session.state == State::Requested {
                        self.start(context, name);
                    }
                }
            }
            State::Primed | State::Offered => context.remove_hook(name),
            _ => {}
        }
    }
}
