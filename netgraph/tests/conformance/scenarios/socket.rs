//! tests/sys/netgraph/socket.c.

use libtest_mimic::Failed;
use netgraph::{Path, Socket};

use crate::ground::Ground;

pub(super) fn own_address(ground: &Ground) -> Result<(), Failed> {
    let unnamed = Socket::open(&*ground.kernel, None)?;
    let address = unnamed.transport().socket_name()?.to_string();
    let digits = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or_default();
    assert!(!digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit()), "{address}");
    // The longest name there is.
    let name = "0123456789012345678901234567891";
    let named = Socket::open(&*ground.kernel, Some(name.parse()?))?;
    assert_eq!(named.transport().socket_name()?.to_string(), name);
    // Either is reached by what the library makes of it.
    for socket in [unnamed, named] {
        assert_eq!(socket.info(&socket.address()?)?.id, socket.info(&Path::own())?.id);
    }
    Ok(())
}
