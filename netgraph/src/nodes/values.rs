//! Plain values that several node types carry.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use super::numbers::{flags, number_payload, numbers};
use crate::ascii::{self, TextError, Type};
use crate::error::DecodeError;
use crate::message::{Payload, read_struct};
use crate::name::HookName;
use crate::{payload_reply, payload_text, sys};

/// An Ethernet address.
///
/// ```
/// use netgraph::nodes::EtherAddr;
/// let mac: EtherAddr = "2:0:0:0:0:1".parse()?;
/// assert_eq!(mac.to_string(), "02:00:00:00:00:01");
/// assert!(!mac.is_multicast());
/// # Ok::<(), netgraph::ascii::TextError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct EtherAddr(pub [u8; 6]);

impl EtherAddr {
    /// The broadcast address.
    pub const BROADCAST: Self = Self([0xff; 6]);

    /// Tells whether the address is that of a group, broadcast included.
    #[must_use]
    pub const fn is_multicast(&self) -> bool {
        self.0[0] & 1 != 0
    }
}

impl fmt::Display for EtherAddr {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, f] = self.0;
        write!(out, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{f:02x}")
    }
}

impl fmt::Debug for EtherAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for EtherAddr {
    type Err = TextError;
    fn from_str(text: &str) -> Result<Self, TextError> {
        crate::message::read_payload(text)
    }
}

impl Payload for EtherAddr {
    const TEXT: Option<&'static Type> = Some(&Type::Ether);
    fn encode(&self, args: &mut Vec<u8>) {
        args.extend_from_slice(&self.0);
    }
    fn decode(args: &[u8]) -> Result<Self, DecodeError> {
        read_struct(args, "an Ethernet address").map(Self)
    }
}

payload_reply!(EtherAddr);

/// The name of a network interface, as a node reports it: a field of 16 bytes (`IFNAMSIZ`).
///
/// As a message's text it is a string, `"ng0_vj1"`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct InterfaceName([u8; 16]);

impl InterfaceName {
    /// Takes the first 15 bytes of a name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self::from_field(name.as_bytes())
    }

    /// Takes what is before the first NUL: a kernel may leave anything behind it.
    fn from_field(bytes: &[u8]) -> Self {
        let name = bytes.split(|b| *b == 0).next().unwrap_or_default();
        let mut field = [0; 16];
        let len = name.len().min(15);
        field[..len].copy_from_slice(&name[..len]);
        Self(field)
    }

    /// Returns the name's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.split(|b| *b == 0).next().unwrap_or_default()
    }

    /// Returns the name as text; bytes that are no UTF-8 are replaced.
    #[must_use]
    pub fn to_text(&self) -> String {
        String::from_utf8_lossy(self.as_bytes()).into_owned()
    }
}

impl fmt::Debug for InterfaceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_text(), f)
    }
}

impl Payload for InterfaceName {
    const TEXT: Option<&'static Type> = Some(&Type::Str);
    fn encode(&self, args: &mut Vec<u8>) {
        args.extend_from_slice(&self.0);
    }
    fn decode(args: &[u8]) -> Result<Self, DecodeError> {
        Ok(Self::from_field(args))
    }
}

payload_text!(InterfaceName);

/// The name of a hook, as a field of 32 bytes.
impl Payload for HookName {
    const TEXT: Option<&'static Type> = Some(&ascii::NAME);
    fn encode(&self, args: &mut Vec<u8>) {
        args.extend_from_slice(&self.to_field());
    }
    fn decode(args: &[u8]) -> Result<Self, DecodeError> {
        Ok(Self::from_field(args))
    }
}

/// An IPv4 address, `10.0.0.1`.
impl Payload for Ipv4Addr {
    const TEXT: Option<&'static Type> = Some(&Type::Ip);
    fn encode(&self, args: &mut Vec<u8>) {
        args.extend_from_slice(&self.octets());
    }
    fn decode(args: &[u8]) -> Result<Self, DecodeError> {
        read_struct::<[u8; 4]>(args, "an IPv4 address").map(Self::from)
    }
}

payload_reply!(Ipv4Addr);

/// A text of any length, which ends with a NUL in the message.
///
/// ```
/// use netgraph::nodes::Text;
/// assert_eq!(Text::from("ietf-snap").to_string(), "\"ietf-snap\"");
/// assert_eq!("\"a\\tb\"".parse::<Text>()?.as_str(), "a\tb");
/// # Ok::<(), netgraph::ascii::TextError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Text(String);

impl Text {
    /// Returns the text, without quotes and escapes; bytes that are no UTF-8 are replaced.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Text {
    /// Takes the text up to its first NUL.
    fn from(text: &str) -> Self {
        Self(text.split('\0').next().unwrap_or_default().to_owned())
    }
}

impl Payload for Text {
    const TEXT: Option<&'static Type> = Some(&Type::Str);
    fn encode(&self, args: &mut Vec<u8>) {
        args.extend_from_slice(self.0.as_bytes());
        args.push(0);
    }
    fn decode(args: &[u8]) -> Result<Self, DecodeError> {
        Ok(Self(fixed_text(args)))
    }
}

payload_text!(Text);

numbers! {
    /// What the packets of a link begin with: the data link types that netgraph's nodes can read.
    ///
    /// ```
    /// use netgraph::nodes::LinkLayer;
    /// assert_eq!(LinkLayer::from(12), LinkLayer::Raw);
    /// assert_eq!(LinkLayer::Other(9).number(), 9);
    /// ```
    pub enum LinkLayer: u8 {
        /// Nothing: packets begin with the IP header.
        #[doc(alias = "DLT_RAW")]
        Raw = sys::DLT_RAW,
        /// The header of Ethernet.
        #[doc(alias = "DLT_EN10MB")]
        Ethernet = sys::DLT_EN10MB,
    }
}

number_payload!(LinkLayer: u8);

flags! {
    /// Checksums, to be computed by a node or by an interface.
    ///
    /// ```
    /// use netgraph::nodes::Checksums;
    /// assert!(Checksums::IPV4.contains(Checksums::TCP));
    /// ```
    pub struct Checksums: u64 {
        /// That of IPv4's header.
        #[doc(alias = "CSUM_IP")]
        IP = sys::CSUM_IP,
        /// That of UDP over IPv4.
        #[doc(alias = "CSUM_UDP")]
        UDP = sys::CSUM_UDP,
        /// That of TCP over IPv4.
        #[doc(alias = "CSUM_TCP")]
        TCP = sys::CSUM_TCP,
        /// That of SCTP over IPv4.
        #[doc(alias = "CSUM_SCTP")]
        SCTP = sys::CSUM_SCTP,
        /// That of UDP over IPv6.
        #[doc(alias = "CSUM_UDP_IPV6")]
        UDP_IPV6 = sys::CSUM_UDP_IPV6,
        /// That of TCP over IPv6.
        #[doc(alias = "CSUM_TCP_IPV6")]
        TCP_IPV6 = sys::CSUM_TCP_IPV6,
        /// That of SCTP over IPv6.
        #[doc(alias = "CSUM_SCTP_IPV6")]
        SCTP_IPV6 = sys::CSUM_SCTP_IPV6,
        /// All of IPv4.
        IPV4 = sys::NG_PATCH_CSUM_IPV4,
        /// All of IPv6.
        IPV6 = sys::NG_PATCH_CSUM_IPV6,
    }
}

/// Returns the text of a field up to its NUL; bytes that are no UTF-8 are replaced.
pub(super) fn fixed_text(field: &[u8]) -> String {
    String::from_utf8_lossy(field.split(|b| *b == 0).next().unwrap_or_default()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_interfaces_are_equal_whatever_lies_behind_the_nul() {
        let name = |field: &[u8]| InterfaceName::decode(field).unwrap();
        assert_eq!(name(b"ng0\0eth0\0\0\0\0\0\0\0\0"), InterfaceName::new("ng0"));
        assert_ne!(name(b"ng0"), InterfaceName::new("ng01"));
        assert_eq!(name(&[b'n'; 16]).as_bytes(), [b'n'; 15]);
    }
}
