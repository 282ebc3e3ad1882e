//! `errno.h`: FreeBSD's error numbers, the same on every host.

use core::fmt;

/// An error number with FreeBSD's meaning: a simulated kernel on Linux answers 48 for `EADDRINUSE`, as
/// FreeBSD does.
///
/// Any number can be held; those of FreeBSD's `errno.h` have names.
///
/// # Examples
/// ```
/// use netgraph_sys::Errno;
///
/// let errno = Errno::from_raw(48);
/// assert_eq!(errno, Errno::EADDRINUSE);
/// assert_eq!(errno.to_string(), "EADDRINUSE (address already in use)");
/// assert_eq!(Errno::from_name("EADDRINUSE"), Some(errno));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Errno(i32);

impl Errno {
    /// Wraps a number as FreeBSD's kernel returned it.
    pub const fn from_raw(number: i32) -> Self {
        Self(number)
    }

    /// Returns the number.
    pub const fn raw(self) -> i32 {
        self.0
    }

    /// Returns the name of the constant in `errno.h`, if the number has one.
    pub fn name(self) -> Option<&'static str> {
        self.entry().map(|entry| entry.name)
    }

    /// Returns what the error means, in a few words.
    pub fn description(self) -> &'static str {
        self.entry().map_or("unknown error", |entry| entry.description)
    }

    /// Finds the error of a name such as `EADDRINUSE`; the second names `EWOULDBLOCK` and `ENOTSUP` are known
    /// too.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "EWOULDBLOCK" => Some(Self::EWOULDBLOCK),
            "ENOTSUP" => Some(Self::ENOTSUP),
            _ => TABLE.iter().find(|entry| entry.name == name).map(|entry| entry.errno),
        }
    }

    fn entry(self) -> Option<&'static Entry> {
        let index = usize::try_from(self.0).ok()?.checked_sub(1)?;
        TABLE.get(index).filter(|entry| entry.errno == self)
    }

    /// Another name of [`EAGAIN`](Self::EAGAIN).
    pub const EWOULDBLOCK: Self = Self::EAGAIN;
    /// Another name of [`EOPNOTSUPP`](Self::EOPNOTSUPP).
    pub const ENOTSUP: Self = Self::EOPNOTSUPP;
}

impl fmt::Debug for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => f.debug_tuple("Errno").field(&self.0).finish(),
        }
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} ({})", self.description()),
            None => write!(f, "unknown error {}", self.0),
        }
    }
}

impl core::error::Error for Errno {}

struct Entry {
    errno: Errno,
    name: &'static str,
    description: &'static str,
}

/// Declares the errors, the table of their names in the order of their numbers, and the claims about
/// `errno.h`.
macro_rules! errnos {
    ($($name:ident = $number:literal, $description:literal;)*) => {
        impl Errno {
            $(
                #[doc = concat!("Number ", $number, ": ", $description, ".")]
                pub const $name: Self = Self($number);
            )*
        }

        const TABLE: &[Entry] = &[
            $(Entry { errno: Errno::$name, name: stringify!($name), description: $description },)*
        ];

        pub(crate) const ABI: crate::abi::Header = crate::abi::Header {
            module: module_path!(),
            path: "errno.h",
            claims: &[
                $(crate::abi::Claim::Const { name: stringify!($name), value: Errno::$name.0 as i64 },)*
                crate::abi::Claim::Const { name: "EWOULDBLOCK", value: Errno::EWOULDBLOCK.0 as i64 },
                crate::abi::Claim::Const { name: "ENOTSUP", value: Errno::ENOTSUP.0 as i64 },
                crate::abi::Claim::Const { name: "ELAST", value: TABLE.len() as i64 },
            ],
        };
    };
}

errnos! {
    EPERM = 1, "not permitted";
    ENOENT = 2, "no such thing";
    ESRCH = 3, "no such process";
    EINTR = 4, "interrupted by a signal";
    EIO = 5, "input or output failed";
    ENXIO = 6, "no such device";
    E2BIG = 7, "arguments too long";
    ENOEXEC = 8, "not an executable";
    EBADF = 9, "not an open descriptor";
    ECHILD = 10, "no child process";
    EDEADLK = 11, "would deadlock";
    ENOMEM = 12, "out of memory";
    EACCES = 13, "access denied";
    EFAULT = 14, "address outside of memory";
    ENOTBLK = 15, "not a block device";
    EBUSY = 16, "busy";
    EEXIST = 17, "exists already";
    EXDEV = 18, "on another file system";
    ENODEV = 19, "device cannot do that";
    ENOTDIR = 20, "not a directory";
    EISDIR = 21, "is a directory";
    EINVAL = 22, "invalid argument";
    ENFILE = 23, "too many open files in the system";
    EMFILE = 24, "too many open files in the process";
    ENOTTY = 25, "not an ioctl of this device";
    ETXTBSY = 26, "program is being run";
    EFBIG = 27, "file too large";
    ENOSPC = 28, "no space left";
    ESPIPE = 29, "cannot seek";
    EROFS = 30, "file system is read-only";
    EMLINK = 31, "too many links";
    EPIPE = 32, "nobody at the other end";
    EDOM = 33, "argument outside of the domain";
    ERANGE = 34, "result out of range";
    EAGAIN = 35, "would have to wait";
    EINPROGRESS = 36, "begun and still going on";
    EALREADY = 37, "going on already";
    ENOTSOCK = 38, "not a socket";
    EDESTADDRREQ = 39, "destination missing";
    EMSGSIZE = 40, "message too long";
    EPROTOTYPE = 41, "wrong protocol for the socket type";
    ENOPROTOOPT = 42, "no such option of the protocol";
    EPROTONOSUPPORT = 43, "protocol not supported";
    ESOCKTNOSUPPORT = 44, "socket type not supported";
    EOPNOTSUPP = 45, "operation not supported";
    EPFNOSUPPORT = 46, "protocol family not supported";
    EAFNOSUPPORT = 47, "address family not supported";
    EADDRINUSE = 48, "address already in use";
    EADDRNOTAVAIL = 49, "address not available";
    ENETDOWN = 50, "network is down";
    ENETUNREACH = 51, "network unreachable";
    ENETRESET = 52, "connection dropped by the network";
    ECONNABORTED = 53, "connection aborted";
    ECONNRESET = 54, "connection reset by the peer";
    ENOBUFS = 55, "no buffer space";
    EISCONN = 56, "connected already";
    ENOTCONN = 57, "not connected";
    ESHUTDOWN = 58, "socket was shut down";
    ETOOMANYREFS = 59, "too many references";
    ETIMEDOUT = 60, "timed out";
    ECONNREFUSED = 61, "connection refused";
    ELOOP = 62, "loop, or too many symbolic links";
    ENAMETOOLONG = 63, "name too long";
    EHOSTDOWN = 64, "host is down";
    EHOSTUNREACH = 65, "host unreachable";
    ENOTEMPTY = 66, "directory not empty";
    EPROCLIM = 67, "too many processes";
    EUSERS = 68, "too many users";
    EDQUOT = 69, "quota exceeded";
    ESTALE = 70, "stale file handle";
    EREMOTE = 71, "remote beyond remote";
    EBADRPC = 72, "malformed remote call";
    ERPCMISMATCH = 73, "wrong version of remote calls";
    EPROGUNAVAIL = 74, "remote program not available";
    EPROGMISMATCH = 75, "wrong version of the remote program";
    EPROCUNAVAIL = 76, "no such remote procedure";
    ENOLCK = 77, "no locks left";
    ENOSYS = 78, "not implemented";
    EFTYPE = 79, "wrong file type or format";
    EAUTH = 80, "authentication failed";
    ENEEDAUTH = 81, "authentication needed";
    EIDRM = 82, "identifier removed";
    ENOMSG = 83, "no message of that type";
    EOVERFLOW = 84, "value too large";
    ECANCELED = 85, "cancelled";
    EILSEQ = 86, "illegal byte sequence";
    ENOATTR = 87, "no such attribute";
    EDOOFUS = 88, "mistake in the program";
    EBADMSG = 89, "malformed message";
    EMULTIHOP = 90, "more than one hop";
    ENOLINK = 91, "link severed";
    EPROTO = 92, "protocol violated";
    ENOTCAPABLE = 93, "descriptor lacks the capability";
    ECAPMODE = 94, "not permitted in capability mode";
    ENOTRECOVERABLE = 95, "state cannot be recovered";
    EOWNERDEAD = 96, "previous owner died";
    EINTEGRITY = 97, "integrity check failed";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_numbers_without_a_gap() {
        for (index, entry) in TABLE.iter().enumerate() {
            assert_eq!(usize::try_from(entry.errno.raw()), Ok(index + 1));
        }
    }

    #[test]
    fn every_name_finds_its_number_and_back() {
        for entry in TABLE {
            assert_eq!(Errno::from_name(entry.name), Some(entry.errno));
            assert_eq!(entry.errno.name(), Some(entry.name));
        }
    }

    #[test]
    fn second_names_find_the_first() {
        assert_eq!(Errno::from_name("EWOULDBLOCK"), Some(Errno::EAGAIN));
        assert_eq!(Errno::from_name("ENOTSUP"), Some(Errno::EOPNOTSUPP));
    }

    #[test]
    fn numbers_outside_of_the_header_have_no_name() {
        for number in [i32::MIN, -1, 0, 98, i32::MAX] {
            assert_eq!(Errno::from_raw(number).name(), None);
        }
        assert_eq!(Errno::from_name("EWHATEVER"), None);
    }
}
