//! The types of the parameters that FreeBSD 15.1 knows.

use serde::{Deserialize, Serialize};

use super::{JailSys, Value};

/// The type of a jail parameter.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// On or off.
    Bool,
    /// A number of 32 bits.
    Int,
    /// A number of the width of C's `unsigned long`.
    Ulong,
    /// How the jail has a subsystem.
    JailSys {
        /// Whether the jail can be without it.
        disable: bool,
    },
    /// Text of at most so many bytes, the closing NUL among them.
    String(usize),
    /// IPv4 addresses.
    Ip4,
    /// IPv6 addresses.
    Ip6,
    /// Lines of `key=value`; one key is the parameter `meta.KEY` or `env.KEY` (FreeBSD 15.0 and later).
    KeyValue,
}

/// A parameter as the kernel declares it.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: Kind,
    /// When it can be set.
    pub access: Access,
}

impl Declared {
    /// A parameter of this name and type, which can be set when `access` says.
    #[must_use]
    pub fn new(name: impl Into<String>, kind: Kind, access: Access) -> Self {
        Self { name: name.into(), kind, access }
    }
}

/// When a parameter can be set.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// Never: the kernel tells it.
    Told,
    /// When the jail is created, and not later.
    Created,
    /// Whenever one likes.
    Changed,
}

impl Access {
    /// When a parameter that is known here can be set, by kern_jail.c of FreeBSD 15.1.
    pub(crate) fn of(name: &str) -> Self {
        match name {
            "children.cur" | "cpuset.id" | "dying" | "parent" => Self::Told,
            "ip4" | "ip6" | "jid" | "osreldate" | "osrelease" | "path" | "vnet" => Self::Created,
            _ => Self::Changed,
        }
    }
}

/// The module that brings a parameter, where one does.
pub(crate) fn module_of(name: &str) -> Option<&str> {
    match name {
        "allow.mount.devfs" => None,
        "sysvmsg" | "sysvsem" | "sysvshm" | "zfs" | "linux" => Some(name),
        "allow.vmm" | "allow.vmm_ppt" => Some("vmm"),
        "mac.do" | "mac.do.rules" => Some("mac_do"),
        "zfs.mount_snapshot" => Some("zfs"),
        _ if name.starts_with("linux.") => Some("linux"),
        _ => name.strip_prefix("allow.mount."),
    }
}

const SYS: Kind = Kind::JailSys { disable: true };
const OWN: Kind = Kind::JailSys { disable: false };

/// The parameters of kern_jail.c, kern_jailmeta.c and of the modules of FreeBSD 15.1.
const KNOWN: &[(&str, Kind)] = &[
    ("allow.adjtime", Kind::Bool),
    ("allow.chflags", Kind::Bool),
    ("allow.extattr", Kind::Bool),
    ("allow.mlock", Kind::Bool),
    ("allow.mount", Kind::Bool),
    ("allow.mount.devfs", Kind::Bool),
    ("allow.mount.fdescfs", Kind::Bool),
    ("allow.mount.fusefs", Kind::Bool),
    ("allow.mount.linprocfs", Kind::Bool),
    ("allow.mount.linsysfs", Kind::Bool),
    ("allow.mount.nullfs", Kind::Bool),
    ("allow.mount.procfs", Kind::Bool),
    ("allow.mount.tmpfs", Kind::Bool),
    ("allow.mount.zfs", Kind::Bool),
    ("allow.nfsd", Kind::Bool),
    ("allow.quotas", Kind::Bool),
    ("allow.raw_sockets", Kind::Bool),
    ("allow.read_msgbuf", Kind::Bool),
    ("allow.reserved_ports", Kind::Bool),
    ("allow.routing", Kind::Bool),
    ("allow.set_hostname", Kind::Bool),
    ("allow.setaudit", Kind::Bool),
    ("allow.settime", Kind::Bool),
    ("allow.socket_af", Kind::Bool),
    ("allow.suser", Kind::Bool),
    ("allow.sysvipc", Kind::Bool),
    ("allow.unprivileged_parent_tampering", Kind::Bool),
    ("allow.unprivileged_proc_debug", Kind::Bool),
    ("allow.vmm", Kind::Bool),
    ("allow.vmm_ppt", Kind::Bool),
    ("children.cur", Kind::Int),
    ("children.max", Kind::Int),
    ("cpuset.id", Kind::Int),
    ("devfs_ruleset", Kind::Int),
    ("dying", Kind::Bool),
    ("enforce_statfs", Kind::Int),
    ("env", Kind::KeyValue),
    ("host", OWN),
    ("host.domainname", Kind::String(256)),
    ("host.hostid", Kind::Ulong),
    ("host.hostname", Kind::String(256)),
    ("host.hostuuid", Kind::String(64)),
    ("ip4", SYS),
    ("ip4.addr", Kind::Ip4),
    ("ip4.saddrsel", Kind::Bool),
    ("ip6", SYS),
    ("ip6.addr", Kind::Ip6),
    ("ip6.saddrsel", Kind::Bool),
    ("jid", Kind::Int),
    ("linux", SYS),
    ("linux.osname", Kind::String(65)),
    ("linux.osrelease", Kind::String(65)),
    ("linux.oss_version", Kind::Int),
    ("mac.do", SYS),
    ("mac.do.rules", Kind::String(1024)),
    ("meta", Kind::KeyValue),
    ("name", Kind::String(256)),
    ("osreldate", Kind::Int),
    ("osrelease", Kind::String(32)),
    ("parent", Kind::Int),
    ("path", Kind::String(1024)),
    ("persist", Kind::Bool),
    ("securelevel", Kind::Int),
    ("sysvmsg", SYS),
    ("sysvsem", SYS),
    ("sysvshm", SYS),
    ("vnet", OWN),
    ("zfs", SYS),
    ("zfs.mount_snapshot", Kind::Int),
];

impl Kind {
    /// Names and types of all parameters that are known here, but for the keys of `meta` and `env`.
    pub(crate) fn known() -> impl Iterator<Item = (&'static str, Self)> {
        KNOWN.iter().copied()
    }

    /// The type of the parameter of this name; `None` if FreeBSD 15.1 has none of that name.
    ///
    /// # Examples
    /// ```
    /// use jailrs::param::Kind;
    ///
    /// assert_eq!(Kind::of("children.max"), Some(Kind::Int));
    /// assert_eq!(Kind::of("meta.owner"), Some(Kind::KeyValue));
    /// assert_eq!(Kind::of("hostname"), None);
    /// ```
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        if let Some((_, kind)) = KNOWN.iter().find(|(known, _)| *known == name) {
            return Some(*kind);
        }
        match name.split_once('.') {
            Some(("meta" | "env", key)) if !key.is_empty() => Some(Self::KeyValue),
            _ => None,
        }
    }

    /// The value of bytes that the kernel gave for a parameter of this type; `None` if they cannot be one.
    #[must_use]
    pub(crate) fn decode(self, bytes: &[u8]) -> Option<Value> {
        let int = || Some(i32::from_ne_bytes(bytes.try_into().ok()?));
        match self {
            Self::Bool => int().map(|value| Value::Bool(value != 0)),
            Self::Int => int().map(Value::Int),
            Self::Ulong => ulong(bytes).map(Value::Ulong),
            Self::JailSys { .. } => int().and_then(JailSys::from_raw).map(Value::JailSys),
            Self::String(_) | Self::KeyValue => Some(Value::String(text(bytes))),
            Self::Ip4 => {
                let (list, rest) = chunks::<4>(bytes);
                rest.is_empty().then(|| Value::Ip4(list.map(Into::into).collect()))
            }
            Self::Ip6 => {
                let (list, rest) = chunks::<16>(bytes);
                rest.is_empty().then(|| Value::Ip6(list.map(Into::into).collect()))
            }
        }
    }
}

fn ulong(bytes: &[u8]) -> Option<u64> {
    match bytes.len() {
        4 => Some(u64::from(u32::from_ne_bytes(bytes.try_into().ok()?))),
        _ => Some(u64::from_ne_bytes(bytes.try_into().ok()?)),
    }
}

fn chunks<const N: usize>(bytes: &[u8]) -> (impl Iterator<Item = [u8; N]> + '_, &[u8]) {
    let chunks = bytes.chunks_exact(N);
    let rest = chunks.remainder();
    (chunks.filter_map(|chunk| chunk.try_into().ok()), rest)
}

/// The text before the first NUL.
pub(crate) fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).into_owned()
}

/// The known name that is nearest to this one, if any is near.
pub(crate) fn nearest(name: &str) -> Option<String> {
    let near = |known: &&str| distance(name, known);
    let best = KNOWN.iter().map(|(known, _)| *known).min_by_key(near)?;
    let last = best.rsplit('.').next().unwrap_or(best);
    let close = distance(name, best) <= 1 + best.len() / 4 || last == name;
    if close {
        return Some(best.to_owned());
    }
    KNOWN
        .iter()
        .map(|(known, _)| *known)
        .find(|known| known.rsplit('.').next() == Some(name))
        .map(str::to_owned)
}

/// The Levenshtein distance.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut left = i + 1;
        let mut diagonal = i;
        for (b, cell) in other.chars().zip(row.iter_mut().skip(1)) {
            let here = (diagonal + usize::from(a != b)).min(left + 1).min(*cell + 1);
            diagonal = *cell;
            *cell = here;
            left = here;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found_and_nonsense_has_none() {
        assert_eq!(nearest("allow.raw_socket").as_deref(), Some("allow.raw_sockets"));
        assert_eq!(nearest("hostname").as_deref(), Some("host.hostname"));
        assert_eq!(nearest("secure_level").as_deref(), Some("securelevel"));
        assert_eq!(nearest("completely.different"), None);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
    }

    #[test]
    fn an_answer_of_the_wrong_size_is_no_value() {
        assert_eq!(Kind::Int.decode(&[1, 2]), None);
        assert_eq!(Kind::Ip4.decode(&[1, 2, 3]), None);
        assert_eq!(Kind::Ulong.decode(&[0; 3]), None);
        assert_eq!(Kind::JailSys { disable: true }.decode(&9i32.to_ne_bytes()), None);
        assert_eq!(Kind::String(8).decode(b"abc"), Some(Value::String("abc".into())));
    }
}
