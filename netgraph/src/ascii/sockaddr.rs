//! Socket addresses as ksocket nodes write them: `inet/10.0.0.1:53`, `inet6/[::1]:53`, `local/"/tmp/x"`.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::number::unsigned;
use super::token::{Token, quote, read_string, skip_space, token};
use super::{Before, Form, TextError, Type, fields};
use crate::error::Errno;
use crate::sys;

/// A socket address: `inet/ADDRESS[:PORT]`, `inet6/[ADDRESS][:PORT]`, `local/"PATH"`, or the generic form of all other
/// families.
pub static SOCKADDR: Type = Type::Custom(&SockAddr);

/// A socket address as its parts: `{ len=16 family=2 data=[ ... ] }`.
pub static GENERIC_SOCKADDR: Type =
    fields!["len": super::UINT8, "family": super::UINT8, "data": Type::Bytes(data_len)];

/// `sa_data` follows the two bytes that `sa_len` counts too.
fn data_len(before: Before<'_>) -> Option<usize> {
    before.u8_back(1).map(|len| usize::from(len).saturating_sub(2))
}

#[derive(Debug)]
struct SockAddr;

impl Form for SockAddr {
    fn parse(&self, text: &[u8]) -> Option<Result<(Vec<u8>, usize), TextError>> {
        match token(text, 0) {
            (Token::LeftBrace, ..) => None,
            (_, start, _) => Some(parse(text, start)),
        }
    }

    fn unparse(&self, bytes: &[u8], out: &mut dyn fmt::Write) -> Result<Option<usize>, fmt::Error> {
        let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
        let port = u16::from_be_bytes([byte(2), byte(3)]);
        let len = match byte(1) {
            sys::AF_LOCAL => {
                let len = usize::from(byte(0));
                out.write_str("local/")?;
                quote((2..len).map(byte), out)?;
                return Ok(Some(len));
            }
            sys::AF_INET => {
                write!(out, "inet/{}.{}.{}.{}", byte(4), byte(5), byte(6), byte(7))?;
                size_of::<sys::sockaddr_in>()
            }
            sys::AF_INET6 => {
                write!(out, "inet6/[{}]", Inet6(std::array::from_fn(|i| byte(8 + i))))?;
                size_of::<sys::sockaddr_in6>()
            }
            _ => return Ok(None),
        };
        if port != 0 {
            write!(out, ":{port}")?;
        }
        Ok(Some(len))
    }

    fn otherwise(&self) -> &'static Type {
        &GENERIC_SOCKADDR
    }
}

/// An IPv6 address as inet_ntop(3) writes it: compatible and mapped IPv4 addresses end in dots.
struct Inet6([u8; 16]);

impl fmt::Display for Inet6 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The standard library writes mapped addresses with dots, compatible ones not.
        match self.0 {
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d] if (a, b) != (0, 0) => {
                write!(f, "::{}", Ipv4Addr::new(a, b, c, d))
            }
            octets => fmt::Display::fmt(&Ipv6Addr::from(octets), f),
        }
    }
}

fn fail<T>(errno: Errno, at: usize, expected: &'static str) -> Result<T, TextError> {
    Err(TextError::new(errno, at, expected))
}

fn parse(text: &[u8], start: usize) -> Result<(Vec<u8>, usize), TextError> {
    let start = skip_space(text, start);
    let rest = text.get(start..).unwrap_or_default();
    let Some(slash) = rest.iter().position(|b| *b == b'/').filter(|len| *len <= 31) else {
        return fail(Errno::EINVAL, start, "the family of a socket address, and '/'");
    };
    let at = start + slash + 1;
    match family(rest.get(..slash).unwrap_or_default()) {
        Some(sys::AF_LOCAL) => local(text, at),
        Some(sys::AF_INET) => inet(text, at),
        Some(sys::AF_INET6) => inet6(text, at),
        _ => fail(Errno::EINVAL, start, "\"local\", \"inet\" or \"inet6\""),
    }
}

/// Reads a family: its name, or its number, which loses its upper bits.
fn family(name: &[u8]) -> Option<u8> {
    match name {
        b"local" => Some(sys::AF_LOCAL),
        b"inet" => Some(sys::AF_INET),
        b"inet6" => Some(sys::AF_INET6),
        b"atm" => Some(sys::AF_ATM),
        b"divert" => Some(sys::AF_DIVERT),
        number => {
            let read = unsigned(number, 0, 10).filter(|n| n.end == number.len())?;
            (read.value as i32 >= 0).then_some(read.value as u8)
        }
    }
}

fn local(text: &[u8], at: usize) -> Result<(Vec<u8>, usize), TextError> {
    let mut value = Vec::new();
    let Some(quoted) = read_string(text, at, |byte| value.push(byte)) else {
        return fail(Errno::EINVAL, at, "a path in double quotes");
    };
    let path = value.split(|b| *b == 0).next().unwrap_or_default();
    if path.len() > sys::SOCK_MAXADDRLEN {
        return fail(Errno::E2BIG, at, "a shorter path");
    }
    // The length is a byte: that of a path of more than 253 bytes wraps around.
    let len = (2 + path.len()) as u8;
    let mut bytes = vec![len, sys::AF_LOCAL];
    bytes.extend_from_slice(path);
    bytes.resize(usize::from(len), 0);
    Ok((bytes, quoted.start + quoted.len))
}

fn port(text: &[u8], at: usize) -> Result<(u16, usize), TextError> {
    if text.get(at) != Some(&b':') {
        return Ok((0, at));
    }
    match unsigned(text, at + 1, 10) {
        Some(number) if number.value <= 0xffff => Ok((number.value as u16, number.end)),
        _ => fail(Errno::EINVAL, at + 1, "a port"),
    }
}

fn inet(text: &[u8], mut at: usize) -> Result<(Vec<u8>, usize), TextError> {
    let mut octets = [0; 4];
    for (i, octet) in octets.iter_mut().enumerate() {
        if i > 0 {
            if text.get(at) != Some(&b'.') {
                return fail(Errno::EINVAL, at, "'.' of an IPv4 address");
            }
            at += 1;
        }
        match unsigned(text, at, 10) {
            Some(number) if number.value <= 0xff => (*octet, at) = (number.value as u8, number.end),
            _ => return fail(Errno::EINVAL, at, "a number of an IPv4 address"),
        }
    }
    let (port, end) = port(text, at)?;
    let mut bytes = vec![size_of::<sys::sockaddr_in>() as u8, sys::AF_INET];
    bytes.extend_from_slice(&port.to_be_bytes());
    bytes.extend_from_slice(&octets);
    bytes.resize(size_of::<sys::sockaddr_in>(), 0);
    Ok((bytes, end))
}

fn inet6(text: &[u8], at: usize) -> Result<(Vec<u8>, usize), TextError> {
    let inside = text.get(at + 1..).unwrap_or_default();
    let close = inside.iter().position(|b| *b == b']').filter(|_| text.get(at) == Some(&b'['));
    let Some(close) = close else {
        return fail(Errno::EINVAL, at, "an IPv6 address in brackets");
    };
    // The kernel looks for `%interface` in all of the text, and asks its interfaces for the scope.
    if inside.contains(&b'%') {
        return fail(Errno::EINVAL, at, "an IPv6 address without a scope, which only the kernel can look up");
    }
    let address = std::str::from_utf8(inside.get(..close).unwrap_or_default()).ok();
    let Some(address) = address.and_then(|text| text.parse::<Ipv6Addr>().ok()) else {
        return fail(Errno::EINVAL, at + 1, "an IPv6 address");
    };
    let (port, end) = port(text, at + close + 2)?;
    let mut bytes = vec![size_of::<sys::sockaddr_in6>() as u8, sys::AF_INET6];
    bytes.extend_from_slice(&port.to_be_bytes());
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(&address.octets());
    bytes.resize(size_of::<sys::sockaddr_in6>(), 0);
    Ok((bytes, end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ascii;

    #[test]
    fn addresses_have_the_form_of_their_family() {
        for text in [
            "inet/10.0.0.1:53",
            "inet/0.0.0.0",
            "inet6/[::1]:53",
            "inet6/[::]",
            "inet6/[2001:db8::1]",
            "inet6/[::ffff:1.2.3.4]",
            "inet6/[::1.2.3.4]",
            "local/\"/tmp/x\"",
            "{ len=4 family=9 data=[ 0x1 0x2 ] }",
        ] {
            let bytes = ascii::parse(&SOCKADDR, text).unwrap();
            assert_eq!(ascii::unparse(&SOCKADDR, &bytes).unwrap(), text);
            assert_eq!(usize::from(bytes[0]), bytes.len());
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in
            ["", "inet", "inet/1.2.3", "inet/1.2.3.256", "inet/1.2.3.4:65536", "inet6/::1", "atm/1", "9/x"]
        {
            assert_eq!(ascii::parse(&SOCKADDR, text).unwrap_err().errno, Errno::EINVAL, "{text}");
        }
    }
}
