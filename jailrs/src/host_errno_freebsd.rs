//! Error numbers of FreeBSD are what they are.

use crate::Errno;

/// FreeBSD's number for a number of this host's C library.
pub(crate) const fn from_host(raw: i32) -> Errno {
    Errno::new(raw)
}
