//! A session: how far it has come, and what is kept while it is negotiated.

use serde::{Deserialize, Serialize};

use super::tags::{FULL_HEADER, strncpy, tags};
use crate::error::Errno;
use crate::sys::*;

/// How far a session has come.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum State {
    #[default]
    None,
    /// A server's: it takes the first packets of clients.
    Listening,
    /// A client's: it looks for a server.
    Init,
    /// A server's: it waits for the first packet of its client.
    Primed,
    /// A server's: it has made an offer.
    Offered,
    /// A client's: it has asked for a session.
    Requested,
    /// A server's: it has confirmed, and no data has come yet.
    NewConnected,
    Connected,
}

/// A session, with the hook that it is for.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Session {
    /// What stands for its address in the kernel; it knows its own packets by that. Never 0.
    pub(super) number: u32,
    /// The number of the session on the network; 0 before it has one.
    pub(super) id: u16,
    pub(super) state: State,
    /// The node that is told.
    pub(super) creator: u32,
    /// The headers of data, once it is connected.
    #[serde(with = "crate::sim::hex")]
    pub(super) header: Vec<u8>,
    pub(super) negotiation: Option<Negotiation>,
}

/// What a session needs as long as it is negotiated.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Negotiation {
    /// The last packet that was sent, or the headers of the next.
    #[serde(with = "crate::sim::hex")]
    pub(super) packet: Vec<u8>,
    /// The timer that is running.
    pub(super) timer: Option<u32>,
    /// How long the next attempt waits, in seconds.
    pub(super) timeout: u32,
    #[serde(with = "crate::sim::hex")]
    pub(super) service: Vec<u8>,
    #[serde(with = "crate::sim::hex")]
    pub(super) ac_name: Vec<u8>,
    #[serde(with = "crate::sim::hex")]
    pub(super) host_uniq: Vec<u8>,
}

impl Negotiation {
    /// Begins with the Ethernet header of the node.
    pub(super) fn new(ethernet: &[u8]) -> Self {
        let mut packet = [ethernet, &[0x11]].concat();
        packet.resize(FULL_HEADER, 0);
        Self { packet, ..Self::default() }
    }

    pub(super) fn set_code(&mut self, code: u8) {
        self.put(CODE, &[code]);
    }

    pub(super) fn set_destination(&mut self, address: &[u8]) {
        self.put(0, address);
    }

    pub(super) fn put(&mut self, at: usize, bytes: &[u8]) {
        if let Some(there) = self.packet.get_mut(at..at + bytes.len()) {
            there.copy_from_slice(bytes);
        }
    }

    /// Reads what a client asks for: `AC-NAME\HOST-UNIQ|SERVICE`, of which the first two may be missing; the second is
    /// text, or `0x` and digits. Without it `own` is taken.
    ///
    /// # Errors
    /// `EINVAL` if the digits are none.
    pub(super) fn ask_for(&mut self, request: &[u8], own: [u8; 8]) -> Result<(), Errno> {
        let (ac_name, rest) = split_at(request, b'\\');
        let (host_uniq, service) = split_at(rest, b'|');
        self.ac_name = ac_name.to_vec();
        self.host_uniq = match host_uniq.strip_prefix(b"0x") {
            _ if host_uniq.is_empty() => own.to_vec(),
            Some(digits) if !digits.is_empty() && digits.len() % 2 == 0 => {
                digits.chunks(2).map(byte).collect::<Option<_>>().ok_or(Errno::EINVAL)?
            }
            _ => host_uniq.to_vec(),
        };
        self.service = service.to_vec();
        Ok(())
    }

    /// Whether an answer is from the server that was asked for, if one was.
    pub(super) fn accepts(&self, ac_name: Option<&[u8]>) -> bool {
        self.ac_name.is_empty() || ac_name.is_some_and(|name| alike(&self.ac_name, name))
    }

    /// Whether a server that listens takes a client that asks for this service.
    pub(super) fn serves(&self, service: &[u8]) -> bool {
        self.service.is_empty() || self.service == b"*" || alike(&self.service, service)
    }
}

impl Session {
    /// What stands for the session in its packets: eight bytes that look like an address of the kernel.
    pub(super) fn address(&self, node: u32) -> [u8; 8] {
        (0xffff_f800_0000_0000 | u64::from(node) << 24 | u64::from(self.number) << 7).to_ne_bytes()
    }

    /// Whether a packet of this session comes from its peer.
    pub(super) fn is_of(&self, packet: &[u8]) -> bool {
        self.id != 0
            && packet.get(SESSION..SESSION + 2) == Some(&self.id.to_be_bytes())
            && self.header.get(..6).is_some_and(|peer| packet.get(6..12) == Some(peer))
    }

    /// Keeps the headers of data: those of the last packet, with the type of sessions.
    pub(super) fn connected(&mut self, is_3com: bool) {
        let Some(negotiation) = &self.negotiation else { return };
        self.header.clone_from(&negotiation.packet);
        self.header.resize(FULL_HEADER, 0);
        let kind = if is_3com { ETHERTYPE_PPPOE_3COM_SESS } else { ETHERTYPE_PPPOE_SESS };
        self.header[KIND..KIND + 2].copy_from_slice(&kind.to_ne_bytes());
        self.header[CODE] = 0;
    }

    /// Makes a discovery packet of a connected session: with one tag.
    pub(super) fn notice(&self, code: u8, tag: u16, value: &[u8]) -> Vec<u8> {
        let mut packet = self.header.clone();
        packet.resize(FULL_HEADER, 0);
        let is_3com = packet[KIND..KIND + 2] == ETHERTYPE_PPPOE_3COM_SESS.to_ne_bytes();
        let kind = if is_3com { ETHERTYPE_PPPOE_3COM_DISC } else { ETHERTYPE_PPPOE_DISC };
        packet[KIND..KIND + 2].copy_from_slice(&kind.to_ne_bytes());
        packet[CODE] = code;
        super::tags::make(&mut packet, &[(tag, &strncpy(value, value.len()))]);
        packet
    }

    pub(super) fn is_connected(&self) -> bool {
        matches!(self.state, State::NewConnected | State::Connected)
    }
}

/// Where the Ethernet type, what follows the Ethernet header, the code and the number of a session are in a packet.
pub(super) const KIND: usize = 12;
pub(super) const HEADER: usize = 14;
pub(super) const CODE: usize = 15;
pub(super) const SESSION: usize = 16;

/// Whether the tags of a packet make it one that asks for no service in particular.
pub(super) fn service_of(packet: &[u8]) -> &[u8] {
    tags(packet).find(|(kind, _)| *kind == PTT_SRV_NAME).map_or(&[], |(_, value)| value)
}

/// Compares two names of one length as strncmp() does: what follows a NUL does not count.
pub(super) fn alike(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && strncpy(one, one.len()) == strncpy(other, other.len())
}

/// What is before a separator, and behind it; nothing and all where it is missing.
fn split_at(text: &[u8], separator: u8) -> (&[u8], &[u8]) {
    match text.iter().position(|byte| *byte == separator) {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default()),
        None => (&[], text),
    }
}

/// Reads two lowercase digits.
fn byte(pair: &[u8]) -> Option<u8> {
    let digit = |digit: &u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let [high, low] = pair else { return None };
    Some(digit(high)? << 4 | digit(low)?)
}
