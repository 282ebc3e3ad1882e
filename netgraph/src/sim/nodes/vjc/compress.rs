//! Packets that go out: what has not changed since the last one of the same connection is left out.

use super::*;

/// Adds a number to a compressed header: in one byte, or three; zero takes three.
fn encode(header: &mut Vec<u8>, number: u16) {
    match u8::try_from(number) {
        Ok(short) if short != 0 => header.push(short),
        _ => {
            header.push(0);
            header.extend_from_slice(&number.to_be_bytes());
        }
    }
}

/// The fields of a packet that have changed, and their new values.
struct Changes {
    mask: u8,
    values: Vec<u8>,
}

/// Compares a packet with the last one. `None` if the change is not one of those that can be told.
fn changes(packet: &[u8], old: &[u8], len: usize) -> Option<Changes> {
    let start = ip_len(packet);
    let (tcp, old_tcp) = (packet.get(start..len)?, old.get(start..len)?);
    let same = |at: usize, len: usize| packet.get(at..at + len) == old.get(at..at + len);
    let offset = |tcp: &[u8]| tcp.get(TCP_OFFSET).map(|offset| offset >> 4);
    let options = tcp.get(HEADER..) == old_tcp.get(HEADER..) || tcp.len() <= HEADER;
    if !(same(0, 2) && same(IP_FRAGMENT, 2) && same(IP_TTL, 2))
        || offset(tcp) != offset(old_tcp)
        || packet.get(HEADER..start) != old.get(HEADER..start)
        || !options
    {
        return None;
    }
    let (mut mask, mut values) = (0, Vec::new());
    if tcp.get(TCP_FLAGS)? & FLAG_URGENT != 0 {
        encode(&mut values, word(tcp, TCP_URGENT));
        mask |= NEW_URGENT;
    } else if word(tcp, TCP_URGENT) != word(old_tcp, TCP_URGENT) {
        return None;
    }
    let window = word(tcp, TCP_WINDOW).wrapping_sub(word(old_tcp, TCP_WINDOW));
    if window != 0 {
        encode(&mut values, window);
        mask |= NEW_WINDOW;
    }
    let ack = long(tcp, TCP_ACK).wrapping_sub(long(old_tcp, TCP_ACK));
    if ack != 0 {
        encode(&mut values, u16::try_from(ack).ok()?);
        mask |= NEW_ACK;
    }
    let sequence = long(tcp, TCP_SEQUENCE).wrapping_sub(long(old_tcp, TCP_SEQUENCE));
    if sequence != 0 {
        encode(&mut values, u16::try_from(sequence).ok()?);
        mask |= NEW_SEQUENCE;
    }
    let data_before = u32::from(word(old, IP_LENGTH)).wrapping_sub(len as u32);
    match mask {
        // Data after an acknowledgement; all else is sent again, and the other end may have missed the first time.
        0 if word(packet, IP_LENGTH) != word(old, IP_LENGTH) && data_before == 0 => {}
        0 | SPECIAL_ECHO | SPECIAL_DATA => return None,
        mask if mask == NEW_SEQUENCE | NEW_ACK && sequence == ack && sequence == data_before => {
            return Some(Changes { mask: SPECIAL_ECHO, values: Vec::new() });
        }
        NEW_SEQUENCE if sequence == data_before => {
            return Some(Changes { mask: SPECIAL_DATA, values: Vec::new() });
        }
        _ => {}
    }
    Some(Changes { mask, values })
}

impl Tables {
    /// Whether a channel has the connection of a packet.
    fn carries(&self, channel: usize, packet: &[u8]) -> bool {
        let Some(old) = self.0.tstate.get(channel).map(|channel| &channel.slcs_u) else { return false };
        let ports = |packet: &[u8]| long(packet, ip_len(packet));
        packet.get(IP_ADDRESSES..HEADER) == old.get(IP_ADDRESSES..HEADER) && ports(packet) == ports(old)
    }

    fn next(&self, channel: usize) -> usize {
        self.0.tstate.get(channel).map_or(0, |channel| index(channel.cs_next))
    }

    fn set_next(&mut self, channel: usize, next: usize) {
        if let Some(channel) = self.0.tstate.get_mut(channel) {
            channel.cs_next = first_two(next as u16);
        }
    }

    /// Finds the channel of a connection, and makes it the first of the circle; the oldest one is taken for a new
    /// connection. Tells whether it was found.
    fn channel(&mut self, packet: &[u8]) -> (usize, bool) {
        let last = index(self.0.last_cs);
        let mut channel = self.next(last);
        if self.carries(channel, packet) {
            return (channel, true);
        }
        let mut before = channel;
        let mut found = false;
        // The circle has no more channels than the table.
        for _ in 0..MAX_STATES {
            before = channel;
            channel = self.next(channel);
            self.0.sls_searches = self.0.sls_searches.wrapping_add(1);
            found = self.carries(channel, packet);
            if found || channel == last {
                break;
            }
        }
        if !found {
            self.0.sls_misses = self.0.sls_misses.wrapping_add(1);
            self.0.last_cs = first_two(before as u16);
            return (channel, false);
        }
        if channel == last {
            self.0.last_cs = first_two(before as u16);
        } else {
            self.set_next(before, self.next(channel));
            self.set_next(channel, self.next(last));
            self.set_next(last, channel);
        }
        (channel, true)
    }

    /// Compresses a packet of TCP whose headers are complete, and returns the hook for it.
    pub(super) fn compress(&mut self, packet: &mut Packet, leave_channel_out: bool) -> &'static str {
        let bytes = packet.bytes();
        let Ok(Some(len)) = headers(bytes, true) else { return NG_VJC_HOOK_VJIP };
        let flags = bytes.get(ip_len(bytes) + TCP_FLAGS).copied().unwrap_or(0);
        // Of SYN, FIN, RST and ACK only the last.
        if word(bytes, IP_FRAGMENT) & 0x3fff != 0 || bytes.len() < 2 * HEADER || flags & 0x17 != 0x10 {
            return NG_VJC_HOOK_VJIP;
        }
        self.0.sls_packets = self.0.sls_packets.wrapping_add(1);
        let (channel, found) = self.channel(bytes);
        let Some(state) = self.0.tstate.get_mut(channel) else { return NG_VJC_HOOK_VJIP };
        let id = state.cs_id;
        let changed = if found { changes(bytes, &state.slcs_u, len) } else { None };
        let ip_id = word(bytes, IP_ID).wrapping_sub(word(&state.slcs_u, IP_ID));
        let wraps = word(bytes, IP_ID) < word(&state.slcs_u, IP_ID);
        put(&mut state.slcs_u, 0, bytes.get(..len).unwrap_or_default());
        let is_last = self.0.last_xmit == id;
        self.0.last_xmit = id;
        let Some(Changes { mut mask, mut values }) = changed else {
            put(packet.bytes_mut(), IP_PROTOCOL, &[id]);
            return NG_VJC_HOOK_VJUNCOMP;
        };
        if ip_id != 1 || wraps {
            encode(&mut values, ip_id);
            mask |= NEW_ID;
        }
        if flags & FLAG_PUSH != 0 {
            mask |= PUSH;
        }
        let mut header = if leave_channel_out && is_last { vec![mask] } else { vec![mask | NEW_CHANNEL, id] };
        header.extend_from_slice(&word(bytes, ip_len(bytes) + TCP_SUM).to_be_bytes());
        header.extend_from_slice(&values);
        packet.splice(0, len, &header);
        self.0.sls_compressed = self.0.sls_compressed.wrapping_add(1);
        NG_VJC_HOOK_VJCOMP
    }
}
