//! Packets that come in: what was left out of their headers is put back.

use super::octets::{folded, set_word, sum};
use super::*;

/// What is left of a compressed header. Beyond its end are zeros, and the end is looked at later.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn byte(&mut self) -> u8 {
        let byte = self.bytes.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        byte
    }

    fn word(&mut self) -> u16 {
        u16::from_be_bytes([self.byte(), self.byte()])
    }

    /// A number of one byte, or of three.
    fn number(&mut self) -> u16 {
        match self.byte() {
            0 => self.word(),
            short => short.into(),
        }
    }
}

fn add_word(header: &mut [u8], at: usize, number: u16) {
    let sum = word(header, at).wrapping_add(number);
    put(header, at, &sum.to_be_bytes());
}

fn add_long(header: &mut [u8], at: usize, number: u32) {
    let sum = long(header, at).wrapping_add(number);
    put(header, at, &sum.to_be_bytes());
}

fn set_flag(header: &mut [u8], at: usize, flag: u8, on: bool) {
    if let Some(flags) = header.get_mut(at) {
        *flags = if on { *flags | flag } else { *flags & !flag };
    }
}

/// Makes the checksum of the first `len` bytes, a header of IP.
fn sum_header(header: &mut [u8], len: usize) {
    set_word(header, IP_SUM, 0);
    let sum = !folded(sum(header.get(..len).unwrap_or_default()));
    set_word(header, IP_SUM, sum);
}

impl Tables {
    /// Notes an error: packets are tossed until one comes that names its channel.
    pub(super) fn failed(&mut self) -> Errno {
        self.0.flags |= SLF_TOSS;
        self.0.sls_errorin = self.0.sls_errorin.wrapping_add(1);
        Errno::EINVAL
    }

    /// Keeps the headers of a packet that has its channel in the place of its protocol.
    pub(super) fn take_headers(&mut self, packet: &mut Packet) -> Result<(), Errno> {
        let len = headers(packet.bytes(), true)?.unwrap_or_default();
        let channel = packet.bytes().get(IP_PROTOCOL).copied().unwrap_or(0);
        if usize::from(channel) >= MAX_STATES {
            return Err(self.failed());
        }
        self.0.last_recv = channel;
        self.0.flags &= !SLF_TOSS;
        put(packet.bytes_mut(), IP_PROTOCOL, &[IPPROTO_TCP]);
        let Some(state) = self.0.rstate.get_mut(usize::from(channel)) else { return Err(self.failed()) };
        put(&mut state.slcs_u, 0, packet.bytes().get(..len).unwrap_or_default());
        state.cs_hlen = len as u16;
        self.0.sls_uncompressedin = self.0.sls_uncompressedin.wrapping_add(1);
        Ok(())
    }

    /// Puts the headers back before a packet.
    pub(super) fn expand(&mut self, packet: &mut Packet) -> Result<(), Errno> {
        self.0.sls_compressedin = self.0.sls_compressedin.wrapping_add(1);
        let bytes = packet.bytes();
        let mut reader = Reader { bytes, at: 0 };
        let changes = reader.byte();
        if changes & NEW_CHANNEL != 0 {
            let channel = reader.byte();
            if usize::from(channel) >= MAX_STATES {
                return Err(self.failed());
            }
            self.0.flags &= !SLF_TOSS;
            self.0.last_recv = channel;
        } else if self.0.flags & SLF_TOSS != 0 {
            self.0.sls_tossed = self.0.sls_tossed.wrapping_add(1);
            return Err(Errno::EINVAL);
        }
        let channel = usize::from(self.0.last_recv);
        let Some(cstate { cs_hlen, slcs_u, .. }) = self.0.rstate.get(channel).copied() else {
            return Err(self.failed());
        };
        let (mut headers, len) = (slcs_u, usize::from(cs_hlen));
        let header = &mut headers[..];
        let tcp = ip_len(header);
        put(header, tcp + TCP_SUM, &reader.word().to_be_bytes());
        set_flag(header, tcp + TCP_FLAGS, FLAG_PUSH, changes & PUSH != 0);
        let data_before = u32::from(word(header, IP_LENGTH)).wrapping_sub(len as u32);
        match changes & SPECIAL_DATA {
            SPECIAL_ECHO => {
                add_long(header, tcp + TCP_ACK, data_before);
                add_long(header, tcp + TCP_SEQUENCE, data_before);
            }
            SPECIAL_DATA => add_long(header, tcp + TCP_SEQUENCE, data_before),
            changes => {
                set_flag(header, tcp + TCP_FLAGS, FLAG_URGENT, changes & NEW_URGENT != 0);
                if changes & NEW_URGENT != 0 {
                    put(header, tcp + TCP_URGENT, &reader.number().to_be_bytes());
                }
                if changes & NEW_WINDOW != 0 {
                    add_word(header, tcp + TCP_WINDOW, reader.number());
                }
                if changes & NEW_ACK != 0 {
                    add_long(header, tcp + TCP_ACK, reader.number().into());
                }
                if changes & NEW_SEQUENCE != 0 {
                    add_long(header, tcp + TCP_SEQUENCE, reader.number().into());
                }
            }
        }
        add_word(header, IP_ID, if changes & NEW_ID != 0 { reader.number() } else { 1 });
        let read = reader.at;
        let rest = bytes.len().checked_sub(read);
        if let Some(rest) = rest {
            put(header, IP_LENGTH, &((len + rest) as u16).to_be_bytes());
            sum_header(header, tcp);
        }
        if let Some(state) = self.0.rstate.get_mut(channel) {
            state.slcs_u = headers;
        }
        if rest.is_none() {
            return Err(self.failed());
        }
        packet.splice(0, read, headers.get(..len).unwrap_or_default());
        Ok(())
    }
}
