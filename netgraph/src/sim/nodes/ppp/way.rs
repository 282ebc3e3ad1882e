//! The way of a packet through a node: from its protocols down to a link, and from a link up to them.
//!
//! On the way down come header compression, compression, encryption and the links; on the way up the same backwards.

use super::*;
use crate::sim::nodes::quiet::{forward, forward_behind};
use crate::sim::packet::Packet;

const ATALK: u16 = 0x0029;
const COMPRESSED: u16 = 0x00fd;
const ENCRYPTED: u16 = 0x0053;
const IP: u16 = 0x0021;
const IPV6: u16 = 0x0057;
const IPX: u16 = 0x002b;
const LCP: u16 = 0xc021;
pub(super) const MULTILINK: u16 = 0x003d;
const VJ_COMPRESSED: u16 = 0x002d;
const VJ_UNCOMPRESSED: u16 = 0x002f;

/// From here on a protocol controls the link, and goes past all else.
const LINK_CONTROL: u16 = 0xb000;
/// From here on a protocol controls something, and is neither compressed nor encrypted.
const CONTROL: u16 = 0x4000;

/// The address and the control field before a frame.
const ADDRESS_AND_CONTROL: [u8; 2] = [0xff, 0x03];

pub(super) fn is_valid(protocol: u16) -> bool {
    protocol & 0x0101 == 1
}

/// Takes the number of a protocol off a packet: one byte where that is enough.
pub(super) fn cut_protocol(packet: &mut Packet) -> Option<u16> {
    let first = u16::from(*packet.bytes().first()?);
    if is_valid(first) {
        packet.splice(0, 1, &[]);
        return Some(first);
    }
    let protocol = first << 8 | u16::from(*packet.bytes().get(1)?);
    packet.splice(0, 2, &[]);
    Some(protocol)
}

fn cut_valid(packet: &mut Packet) -> Result<u16, Errno> {
    cut_protocol(packet).filter(|protocol| is_valid(*protocol)).ok_or(Errno::EIO)
}

/// Whether all hooks of the compressor of headers are there.
fn compresses_headers(context: &Context<'_>) -> bool {
    let names = [NG_PPP_HOOK_VJC_IP, NG_PPP_HOOK_VJC_COMP, NG_PPP_HOOK_VJC_UNCOMP, NG_PPP_HOOK_VJC_VJIP];
    names.iter().all(|name| has(context, name))
}

fn has(context: &Context<'_>, name: &str) -> bool {
    hook_named(context, name.as_bytes()).is_some()
}

impl Ppp {
    /// Takes a packet that came in by a hook.
    pub(super) fn take(
        &mut self,
        context: &mut Context<'_>,
        name: &[u8],
        mut packet: Packet,
    ) -> Result<(), Errno> {
        let bund = self.config.bund;
        let allowed = |flag: u8| if flag != 0 { Ok(()) } else { Err(Errno::ENXIO) };
        let name = std::str::from_utf8(name).map_err(|_| Errno::EINVAL)?;
        if let Some(digits) = name.strip_prefix(NG_PPP_HOOK_LINK_PREFIX) {
            let link = digits.parse().map_err(|_| Errno::EINVAL)?;
            return self.come_in(context, link, packet);
        }
        match name {
            NG_PPP_HOOK_INET => {
                allowed(bund.enableIP)?;
                self.send(context, IP, packet)
            }
            NG_PPP_HOOK_IPV6 => {
                allowed(bund.enableIPv6)?;
                self.send(context, IPV6, packet)
            }
            NG_PPP_HOOK_ATALK => {
                allowed(bund.enableAtalk)?;
                self.send(context, ATALK, packet)
            }
            NG_PPP_HOOK_IPX => {
                allowed(bund.enableIPX)?;
                self.send(context, IPX, packet)
            }
            NG_PPP_HOOK_VJC_COMP | NG_PPP_HOOK_VJC_UNCOMP | NG_PPP_HOOK_VJC_VJIP => {
                allowed(bund.enableVJCompression)?;
                let protocol = match name {
                    NG_PPP_HOOK_VJC_COMP => VJ_COMPRESSED,
                    NG_PPP_HOOK_VJC_UNCOMP => VJ_UNCOMPRESSED,
                    _ => IP,
                };
                self.compress(context, protocol, packet)
            }
            NG_PPP_HOOK_VJC_IP => {
                allowed(bund.enableVJDecompression)?;
                self.hand_up(context, IP, NG_PPP_BUNDLE_LINKNUM, packet)
            }
            NG_PPP_HOOK_COMPRESS => {
                allowed(bund.enableCompression)?;
                let is_full = bund.enableCompression == NG_PPP_COMPRESS_FULL;
                let protocol = if is_full { cut_valid(&mut packet)? } else { COMPRESSED };
                self.encrypt(context, protocol, packet)
            }
            NG_PPP_HOOK_ENCRYPT => {
                allowed(bund.enableEncryption)?;
                self.spread(context, ENCRYPTED, packet)
            }
            NG_PPP_HOOK_DECOMPRESS => {
                allowed(bund.enableDecompression)?;
                let protocol = self.cut(&mut packet)?;
                self.expand_headers(context, protocol, NG_PPP_BUNDLE_LINKNUM, packet)
            }
            NG_PPP_HOOK_DECRYPT => {
                allowed(bund.enableDecryption)?;
                let protocol = self.cut(&mut packet)?;
                self.decompress(context, protocol, NG_PPP_BUNDLE_LINKNUM, packet)
            }
            _ => self.bypass_down(context, packet),
        }
    }

    /// Takes the number of a protocol off what comes back from a helper, and counts those that cannot be.
    fn cut(&mut self, packet: &mut Packet) -> Result<u16, Errno> {
        let whole = packet.len() >= 2;
        cut_valid(packet).inspect_err(|_| self.bundle.counted.badProtos += u64::from(whole))
    }

    /// A packet of a user's program, with the number of its link and its protocol before it.
    fn bypass_down(&mut self, context: &mut Context<'_>, mut packet: Packet) -> Result<(), Errno> {
        let Some([a, b, c, d]) = packet.bytes().first_chunk() else { return Err(Errno::EINVAL) };
        let (link, protocol) = (u16::from_be_bytes([*a, *b]), u16::from_be_bytes([*c, *d]));
        packet.splice(0, 4, &[]);
        match link {
            NG_PPP_BUNDLE_LINKNUM => self.send(context, protocol, packet),
            _ => self.transmit(context, protocol, link, packet, 0),
        }
    }

    fn send(&mut self, context: &mut Context<'_>, protocol: u16, packet: Packet) -> Result<(), Errno> {
        if protocol == IP && self.config.bund.enableVJCompression != 0 && compresses_headers(context) {
            return forward(context, NG_PPP_HOOK_VJC_IP, packet);
        }
        self.compress(context, protocol, packet)
    }

    fn compress(&mut self, context: &mut Context<'_>, protocol: u16, packet: Packet) -> Result<(), Errno> {
        let compresses = self.config.bund.enableCompression != 0
            && protocol < CONTROL
            && ![COMPRESSED, ENCRYPTED].contains(&protocol)
            && has(context, NG_PPP_HOOK_COMPRESS);
        if compresses {
            return forward_behind(context, NG_PPP_HOOK_COMPRESS, &protocol.to_be_bytes(), packet);
        }
        self.encrypt(context, protocol, packet)
    }

    fn encrypt(&mut self, context: &mut Context<'_>, protocol: u16, packet: Packet) -> Result<(), Errno> {
        let encrypts = self.config.bund.enableEncryption != 0
            && protocol < CONTROL
            && protocol != ENCRYPTED
            && has(context, NG_PPP_HOOK_ENCRYPT);
        if encrypts {
            return forward_behind(context, NG_PPP_HOOK_ENCRYPT, &protocol.to_be_bytes(), packet);
        }
        self.spread(context, protocol, packet)
    }

    /// Chooses the link.
    fn spread(&mut self, context: &mut Context<'_>, protocol: u16, packet: Packet) -> Result<(), Errno> {
        let link = *self.multilink.active.first().ok_or(Errno::ENETDOWN)?;
        if self.config.bund.enableMultilink != 0 {
            return self.send_pieces(context, protocol, packet);
        }
        let plain = packet.len();
        self.transmit(context, protocol, link, packet, plain)
    }

    /// Sends a packet by a link; `plain` is its length for the counters of the bundle, 0 if it is none of the bundle's.
    pub(super) fn transmit(
        &mut self,
        context: &mut Context<'_>,
        protocol: u16,
        link: u16,
        mut packet: Packet,
        plain: usize,
    ) -> Result<(), Errno> {
        let config = self.config.links.get(usize::from(link)).copied().ok_or(Errno::ENETDOWN)?;
        let hook = format!("{NG_PPP_HOOK_LINK_PREFIX}{link}");
        let hook = hook_named(context, hook.as_bytes()).ok_or(Errno::ENETDOWN)?;
        if config.mru != 0 && packet.len() > config.mru.into() {
            return Err(Errno::EMSGSIZE);
        }
        let mut header = Vec::new();
        if protocol == LCP || config.enableACFComp == 0 {
            header.extend(ADDRESS_AND_CONTROL);
        }
        match u8::try_from(protocol) {
            Ok(short) if config.enableProtoComp != 0 => header.push(short),
            _ => header.extend(protocol.to_be_bytes()),
        }
        if plain > 0 {
            self.bundle.sent(plain);
        }
        packet.splice(0, 0, &header);
        context.send(hook, packet, if protocol == MULTILINK { PIECE } else { LINK });
        Ok(())
    }

    /// Takes a frame of a link.
    fn come_in(&mut self, context: &mut Context<'_>, link: u16, mut packet: Packet) -> Result<(), Errno> {
        self.link(link).received(packet.len());
        if packet.len() < 2 {
            return Err(Errno::ENOBUFS);
        }
        if packet.bytes().starts_with(&ADDRESS_AND_CONTROL) {
            packet.splice(0, 2, &[]);
        }
        let protocol = cut_protocol(&mut packet).ok_or(Errno::ENOBUFS)?;
        if !is_valid(protocol) {
            self.link(link).counted.badProtos += 1;
            return Err(Errno::EIO);
        }
        if protocol >= LINK_CONTROL {
            return bypass_up(context, protocol, link, packet);
        }
        if self.config.links.get(usize::from(link)).is_none_or(|config| config.enableLink == 0) {
            return Err(Errno::ENXIO);
        }
        if self.config.bund.enableMultilink != 0 && protocol == MULTILINK {
            return self.take_piece(context, link, packet);
        }
        self.bundle.received(packet.len());
        self.decrypt(context, protocol, link, packet)
    }

    pub(super) fn decrypt(
        &mut self,
        context: &mut Context<'_>,
        protocol: u16,
        link: u16,
        packet: Packet,
    ) -> Result<(), Errno> {
        if protocol != ENCRYPTED {
            return self.decompress(context, protocol, link, packet);
        }
        if self.config.bund.enableDecryption != 0 && has(context, NG_PPP_HOOK_DECRYPT) {
            return forward(context, NG_PPP_HOOK_DECRYPT, packet);
        }
        bypass_up(context, protocol, link, packet)
    }

    fn decompress(
        &mut self,
        context: &mut Context<'_>,
        protocol: u16,
        link: u16,
        packet: Packet,
    ) -> Result<(), Errno> {
        let how = self.config.bund.enableDecompression;
        let wanted = (protocol == COMPRESSED && how != 0) || how == NG_PPP_DECOMPRESS_FULL;
        if protocol < CONTROL && wanted && has(context, NG_PPP_HOOK_DECOMPRESS) {
            let number = protocol.to_be_bytes();
            let header: &[u8] = if how == NG_PPP_DECOMPRESS_FULL { &number } else { &[] };
            return forward_behind(context, NG_PPP_HOOK_DECOMPRESS, header, packet);
        }
        if protocol == COMPRESSED {
            return bypass_up(context, protocol, link, packet);
        }
        self.expand_headers(context, protocol, link, packet)
    }

    fn expand_headers(
        &mut self,
        context: &mut Context<'_>,
        protocol: u16,
        link: u16,
        packet: Packet,
    ) -> Result<(), Errno> {
        let expands = self.config.bund.enableVJDecompression != 0 && compresses_headers(context);
        match protocol {
            VJ_COMPRESSED if expands => forward(context, NG_PPP_HOOK_VJC_COMP, packet),
            VJ_UNCOMPRESSED if expands => forward(context, NG_PPP_HOOK_VJC_UNCOMP, packet),
            _ => self.hand_up(context, protocol, link, packet),
        }
    }

    /// Hands a packet to its protocol, or else to the user's program.
    fn hand_up(
        &mut self,
        context: &mut Context<'_>,
        protocol: u16,
        link: u16,
        packet: Packet,
    ) -> Result<(), Errno> {
        let bund = &self.config.bund;
        let (enabled, hook) = match protocol {
            IP => (bund.enableIP, NG_PPP_HOOK_INET),
            IPV6 => (bund.enableIPv6, NG_PPP_HOOK_IPV6),
            ATALK => (bund.enableAtalk, NG_PPP_HOOK_ATALK),
            IPX => (bund.enableIPX, NG_PPP_HOOK_IPX),
            _ => (0, NG_PPP_HOOK_BYPASS),
        };
        if enabled != 0 && has(context, hook) {
            return forward(context, hook, packet);
        }
        bypass_up(context, protocol, link, packet)
    }
}

/// Hands a packet to the user's program.
fn bypass_up(context: &mut Context<'_>, protocol: u16, link: u16, packet: Packet) -> Result<(), Errno> {
    if !has(context, NG_PPP_HOOK_BYPASS) {
        return Err(Errno::ENXIO);
    }
    let header = [link.to_be_bytes(), protocol.to_be_bytes()].concat();
    forward_behind(context, NG_PPP_HOOK_BYPASS, &header, packet)
}
