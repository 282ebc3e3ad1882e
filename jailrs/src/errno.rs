//! FreeBSD's error numbers, the same on every host.

use std::fmt;
use std::io;

use serde::{Deserialize, Serialize};

/// An error number of FreeBSD's kernel, whatever system this program runs on.
///
/// `EADDRINUSE` is 48 here, also on Linux, where the C library says 98: an error of a simulated machine is the error that
/// FreeBSD would have given. Unknown numbers are kept.
///
/// # Examples
/// ```
/// use jailrs::Errno;
///
/// assert_eq!(Errno::EADDRINUSE.raw(), 48);
/// assert_eq!(Errno::from_name("ENOENT"), Some(Errno::ENOENT));
/// assert_eq!(Errno::new(4096).to_string(), "errno 4096");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[doc(alias = "errno")]
pub struct Errno(i32);

impl Errno {
    /// The error of this number, as in FreeBSD's `sys/errno.h`.
    #[must_use]
    pub const fn new(raw: i32) -> Self {
        Self(raw)
    }

    /// The number, as in FreeBSD's `sys/errno.h`.
    #[must_use]
    pub const fn raw(self) -> i32 {
        self.0
    }

    /// The symbolic name, such as `ENOENT`; `None` for a number that FreeBSD 15.1 does not define.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        NAMES.iter().find(|(_, errno)| *errno == self).map(|(name, _)| *name)
    }

    /// The error of a symbolic name; `EWOULDBLOCK` and `ENOTSUP` are understood as the aliases that they are.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "EWOULDBLOCK" => Some(Self::EAGAIN),
            "ENOTSUP" => Some(Self::EOPNOTSUPP),
            _ => NAMES.iter().find(|(known, _)| *known == name).map(|(_, errno)| *errno),
        }
    }

    /// The error that an I/O operation on this host gave, in FreeBSD's numbers; `EIO` where the host's has no counterpart.
    #[must_use]
    pub fn from_io(error: &io::Error) -> Self {
        error.raw_os_error().map_or(Self::EIO, crate::host_errno::from_host)
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "errno {}", self.0),
        }
    }
}

impl fmt::Debug for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl std::error::Error for Errno {}

macro_rules! errnos {
    ($($name:ident = $number:literal,)*) => {
        impl Errno {
            $(
                #[doc = concat!("`", stringify!($name), "`, ", $number, " on FreeBSD.")]
                pub const $name: Self = Self($number);
            )*
        }

        const NAMES: &[(&str, Errno)] = &[$((stringify!($name), Errno::$name),)*];
    };
}

// sys/sys/errno.h of FreeBSD 15.1
errnos! {
    EPERM = 1,
    ENOENT = 2,
    ESRCH = 3,
    EINTR = 4,
    EIO = 5,
    ENXIO = 6,
    E2BIG = 7,
    ENOEXEC = 8,
    EBADF = 9,
    ECHILD = 10,
    EDEADLK = 11,
    ENOMEM = 12,
    EACCES = 13,
    EFAULT = 14,
    ENOTBLK = 15,
    EBUSY = 16,
    EEXIST = 17,
    EXDEV = 18,
    ENODEV = 19,
    ENOTDIR = 20,
    EISDIR = 21,
    EINVAL = 22,
    ENFILE = 23,
    EMFILE = 24,
    ENOTTY = 25,
    ETXTBSY = 26,
    EFBIG = 27,
    ENOSPC = 28,
    ESPIPE = 29,
    EROFS = 30,
    EMLINK = 31,
    EPIPE = 32,
    EDOM = 33,
    ERANGE = 34,
    EAGAIN = 35,
    EINPROGRESS = 36,
    EALREADY = 37,
    ENOTSOCK = 38,
    EDESTADDRREQ = 39,
    EMSGSIZE = 40,
    EPROTOTYPE = 41,
    ENOPROTOOPT = 42,
    EPROTONOSUPPORT = 43,
    ESOCKTNOSUPPORT = 44,
    EOPNOTSUPP = 45,
    EPFNOSUPPORT = 46,
    EAFNOSUPPORT = 47,
    EADDRINUSE = 48,
    EADDRNOTAVAIL = 49,
    ENETDOWN = 50,
    ENETUNREACH = 51,
    ENETRESET = 52,
    ECONNABORTED = 53,
    ECONNRESET = 54,
    ENOBUFS = 55,
    EISCONN = 56,
    ENOTCONN = 57,
    ESHUTDOWN = 58,
    ETOOMANYREFS = 59,
    ETIMEDOUT = 60,
    ECONNREFUSED = 61,
    ELOOP = 62,
    ENAMETOOLONG = 63,
    EHOSTDOWN = 64,
    EHOSTUNREACH = 65,
    ENOTEMPTY = 66,
    EPROCLIM = 67,
    EUSERS = 68,
    EDQUOT = 69,
    ESTALE = 70,
    EREMOTE = 71,
    EBADRPC = 72,
    ERPCMISMATCH = 73,
    EPROGUNAVAIL = 74,
    EPROGMISMATCH = 75,
    EPROCUNAVAIL = 76,
    ENOLCK = 77,
    ENOSYS = 78,
    EFTYPE = 79,
    EAUTH = 80,
    ENEEDAUTH = 81,
    EIDRM = 82,
    ENOMSG = 83,
    EOVERFLOW = 84,
    ECANCELED = 85,
    EILSEQ = 86,
    ENOATTR = 87,
    EDOOFUS = 88,
    EBADMSG = 89,
    EMULTIHOP = 90,
    ENOLINK = 91,
    EPROTO = 92,
    ENOTCAPABLE = 93,
    ECAPMODE = 94,
    ENOTRECOVERABLE = 95,
    EOWNERDEAD = 96,
    EINTEGRITY = 97,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_to_its_number_and_back() {
        for (name, errno) in NAMES {
            assert_eq!(Errno::from_name(name), Some(*errno));
            assert_eq!(errno.name(), Some(*name));
        }
        assert_eq!(NAMES.len(), 97);
    }

    #[test]
    fn an_io_error_of_this_host_is_named_as_on_freebsd() {
        let missing = std::fs::File::open("/nonexistent/at/all").unwrap_err();
        assert_eq!(Errno::from_io(&missing), Errno::ENOENT);
        assert_eq!(Errno::from_io(&io::Error::other("no number")), Errno::EIO);
    }
}
