//! The answer of `net.inet.tcp.pcblist`, and what `net.inet.tcp.drop` takes.
//!
//! The layouts are those of netinet/in_pcb.h and netinet/tcp_var.h, the same from FreeBSD 14.0 to 15.1 on every machine of 64 bits, as
//! a C compiler reads them.

use std::net::{Ipv6Addr, SocketAddr, SocketAddrV6};

use crate::Errno;
use crate::tcp::{TcpConnection, TcpState};

/// `sizeof(struct xinpgen)`.
const HEAD: usize = 64;
/// `sizeof(struct xtcpcb)`.
const ENTRY: usize = 744;
/// `sizeof(struct xinpcb)`, which is told at offset 8 of an entry of the kernel's own.
const INNER: usize = 400;
/// `xt_inp.inp_inc`, a `struct in_conninfo`; its ports are in network order.
const INFO: usize = 8 + 248;
const FLAGS: usize = INFO;
const FOREIGN_PORT: usize = INFO + 4;
const LOCAL_PORT: usize = INFO + 6;
const FOREIGN: usize = INFO + 8;
const LOCAL: usize = INFO + 24;
/// An IPv4 address is the last word of the room for an IPv6 one.
const IN_SIX: usize = 12;
/// `t_state`.
const STATE: usize = 568;
/// `INC_ISIPV6`.
const IS_IPV6: u8 = 1;

/// `sizeof(struct sockaddr_storage)`.
const STORAGE: usize = 128;
const AF_INET: u8 = 2;
const AF_INET6: u8 = 28;

/// The connections of an answer, in its order; not what only listens, nor what is neither.
///
/// # Errors
/// `EBADMSG` if its entries have another size than they should.
pub(crate) fn connections(bytes: &[u8]) -> Result<Vec<TcpConnection>, Errno> {
    let mut list = Vec::new();
    if size(bytes) != Some(HEAD) {
        return Err(Errno::EBADMSG);
    }
    let mut rest = bytes.get(HEAD..).ok_or(Errno::EBADMSG)?;
    loop {
        let length = size(rest).ok_or(Errno::EBADMSG)?;
        // It ends as it begins.
        if length == HEAD {
            return Ok(list);
        }
        let (entry, next) = rest.split_at_checked(length).ok_or(Errno::EBADMSG)?;
        // An entry of the SYN cache has no inner length.
        let inner = entry.get(8..).and_then(size);
        if length != ENTRY || !matches!(inner, Some(0 | INNER)) {
            return Err(Errno::EBADMSG);
        }
        let found = connection(entry).ok_or(Errno::EBADMSG)?;
        if found.state > TcpState::LISTEN {
            list.push(found);
        }
        rest = next;
    }
}

fn size(bytes: &[u8]) -> Option<usize> {
    usize::try_from(u64::from_ne_bytes(part(bytes, 0)?)).ok()
}

fn connection(entry: &[u8]) -> Option<TcpConnection> {
    let six = entry.get(FLAGS)? & IS_IPV6 != 0;
    let end = |address: usize, port: usize| {
        let port = u16::from_be_bytes(part(entry, port)?);
        Some(match six {
            true => SocketAddr::V6(with_scope(part(entry, address)?, port)),
            false => (part::<4>(entry, address + IN_SIX)?, port).into(),
        })
    };
    let state = TcpState(i32::from_ne_bytes(part(entry, STATE)?));
    Some(TcpConnection { local: end(LOCAL, LOCAL_PORT)?, foreign: end(FOREIGN, FOREIGN_PORT)?, state })
}

/// The kernel keeps the interface of a link-local address in its second word.
fn with_scope(mut octets: [u8; 16], port: u16) -> SocketAddrV6 {
    let mut scope = 0;
    if let [0xfe, 0x80..=0xbf, high, low, ..] | [0xff, 0x01 | 0x02 | 0x11 | 0x12, high, low, ..] = &mut octets
    {
        scope = u32::from(u16::from_be_bytes([*high, *low]));
        (*high, *low) = (0, 0);
    }
    SocketAddrV6::new(Ipv6Addr::from(octets), port, 0, scope)
}

/// What names a connection to `net.inet.tcp.drop`: two `struct sockaddr_storage`, the other side first.
pub(crate) fn to_drop(connection: &TcpConnection) -> Vec<u8> {
    [connection.foreign, connection.local].into_iter().flat_map(sockaddr).collect()
}

/// `struct sockaddr_in` or `struct sockaddr_in6` in a `struct sockaddr_storage`.
fn sockaddr(address: SocketAddr) -> Vec<u8> {
    let port = address.port().to_be_bytes();
    let mut bytes = match address {
        SocketAddr::V4(four) => [&[16, AF_INET], &port[..], &four.ip().octets()].concat(),
        SocketAddr::V6(six) => {
            let flow = [0; 4];
            let scope = six.scope_id().to_ne_bytes();
            [&[28, AF_INET6], &port[..], &flow, &six.ip().octets(), &scope].concat()
        }
    };
    bytes.resize(STORAGE, 0);
    bytes
}

fn part<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
        bytes[at..at + value.len()].copy_from_slice(value);
    }

    fn head() -> Vec<u8> {
        let mut bytes = vec![0; HEAD];
        put(&mut bytes, 0, &(HEAD as u64).to_ne_bytes());
        bytes
    }

    fn entry(connection: &TcpConnection, inner: usize) -> Vec<u8> {
        let mut bytes = vec![0; ENTRY];
        put(&mut bytes, 0, &(ENTRY as u64).to_ne_bytes());
        put(&mut bytes, 8, &(inner as u64).to_ne_bytes());
        put(&mut bytes, STATE, &connection.state.0.to_ne_bytes());
        let ends = [(connection.foreign, FOREIGN, FOREIGN_PORT), (connection.local, LOCAL, LOCAL_PORT)];
        for (end, address, port) in ends {
            put(&mut bytes, port, &end.port().to_be_bytes());
            match end {
                SocketAddr::V4(four) => put(&mut bytes, address + IN_SIX, &four.ip().octets()),
                SocketAddr::V6(six) => {
                    bytes[FLAGS] = IS_IPV6;
                    put(&mut bytes, address, &six.ip().octets());
                    if six.scope_id() != 0 {
                        put(&mut bytes, address + 2, &(six.scope_id() as u16).to_be_bytes());
                    }
                }
            }
        }
        bytes
    }

    fn connection(local: &str, foreign: &str, state: i32) -> TcpConnection {
        TcpConnection {
            local: local.parse().unwrap(),
            foreign: foreign.parse().unwrap(),
            state: TcpState(state),
        }
    }

    #[test]
    fn an_answer_is_taken_apart() {
        let all = [
            connection("192.0.2.1:22", "198.51.100.7:50012", 6),
            connection("[2001:db8::1]:22", "[2001:db8::7]:50013", 10),
            connection("[fe80::1%3]:22", "[fe80::7%3]:50014", 4),
        ];
        let mut bytes = head();
        bytes.extend(entry(&connection("0.0.0.0:22", "0.0.0.0:0", 1), INNER));
        bytes.extend(entry(&connection("192.0.2.1:22", "198.51.100.7:1", 3), 0));
        bytes.extend(all.iter().flat_map(|one| entry(one, INNER)));
        bytes.extend(head());
        let found = connections(&bytes).unwrap();
        assert_eq!(found[1..], all);
        assert_eq!(found[0].state.to_string(), "SYN_RCVD");
    }

    #[test]
    fn an_answer_of_another_form_is_refused() {
        let one = connection("192.0.2.1:22", "198.51.100.7:50012", 6);
        let whole = [head(), entry(&one, INNER), head()].concat();
        assert!(connections(&whole).is_ok());
        for end in 0..whole.len() - HEAD + 8 {
            assert_eq!(connections(&whole[..end]), Err(Errno::EBADMSG), "{end} bytes");
        }
        assert_eq!(connections(&[head(), entry(&one, 392), head()].concat()), Err(Errno::EBADMSG));
    }

    #[test]
    fn what_is_dropped_is_named_as_tcpdrop_names_it() {
        let four = to_drop(&connection("192.0.2.1:22", "198.51.100.7:50012", 6));
        assert_eq!(four.len(), 2 * STORAGE);
        assert_eq!(four[..9], [16, 2, 0xc3, 0x5c, 198, 51, 100, 7, 0]);
        assert_eq!(four[STORAGE..][..9], [16, 2, 0, 22, 192, 0, 2, 1, 0]);
        let six = to_drop(&connection("[fe80::1%3]:22", "[fe80::7%3]:50012", 6));
        assert_eq!(six[..10], [28, 28, 0xc3, 0x5c, 0, 0, 0, 0, 0xfe, 0x80]);
        assert_eq!((six[23], &six[24..28]), (7, &3_u32.to_ne_bytes()[..]));
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_apart_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let _ = connections(&bytes);
            let _ = connections(&[head(), bytes].concat());
        }

        #[test]
        fn an_entry_of_any_bytes_is_a_connection_or_none(
            mut bytes in proptest::collection::vec(any::<u8>(), ENTRY..=ENTRY)
        ) {
            put(&mut bytes, 0, &(ENTRY as u64).to_ne_bytes());
            put(&mut bytes, 8, &(INNER as u64).to_ne_bytes());
            let found = connections(&[head(), bytes, head()].concat()).unwrap();
            prop_assert!(found.iter().all(|one| to_drop(one).len() == 2 * STORAGE));
        }
    }
}
