//! Kernel variables of a simulated machine.

use super::jails::{JAIL_MAX, Machine};
use super::meta;
use crate::Errno;
use crate::param::Kind;

/// Variables of jails that are what FreeBSD 15.1 has them to be at first.
const NUMBERS: &[(&str, i32)] = &[
    ("kern.features.vimage", 1),
    ("security.jail.allow_raw_sockets", 0),
    ("security.jail.children.max", JAIL_MAX),
    ("security.jail.chflags_allowed", 0),
    ("security.jail.devfs_ruleset", 0),
    ("security.jail.enforce_statfs", 2),
    ("security.jail.jail_max_af_ips", 255),
    ("security.jail.jailed", 0),
    ("security.jail.mlock_allowed", 0),
    ("security.jail.mount_allowed", 0),
    ("security.jail.set_hostname_allowed", 1),
    ("security.jail.socket_unixiproute_only", 1),
    ("security.jail.sysvipc_allowed", 0),
    ("security.jail.vnet", 0),
];

fn int(number: i32) -> Vec<u8> {
    number.to_ne_bytes().to_vec()
}

fn text(text: &str) -> Vec<u8> {
    [text.as_bytes(), &[0]].concat()
}

impl Machine {
    /// The bytes of a variable.
    pub(super) fn sysctl(&self, name: &str) -> Result<Vec<u8>, Errno> {
        let state = &self.state;
        if let Some(param) = name.strip_prefix("security.jail.param.") {
            return self.declaration(param);
        }
        if let Some((_, number)) = NUMBERS.iter().find(|(known, _)| *known == name) {
            return Ok(int(*number));
        }
        match name {
            "kern.hostuuid" => Ok(text(&state.hostuuid)),
            "kern.osrelease" => Ok(text(&state.osrelease)),
            "kern.ostype" => Ok(text("FreeBSD")),
            "kern.securelevel" => Ok(int(state.securelevel)),
            "kern.osreldate" => Ok(int(state.osreldate)),
            "kern.boottime" => Ok([state.boottime.to_ne_bytes(), [0; 8]].concat()),
            "security.jail.children.cur" => Ok(int(i32::try_from(state.jails.len()).unwrap_or(i32::MAX))),
            "security.jail.env" if self.has_descriptors() => Ok(text("")),
            "security.jail.meta_maxbufsize" if self.has_descriptors() => {
                Ok(int(i32::try_from(meta::MAX).unwrap_or(i32::MAX)))
            }
            _ => Err(Errno::ENOENT),
        }
    }

    /// What a parameter's variable says: of a text its room, of an address its size, of all else nothing.
    fn declaration(&self, param: &str) -> Result<Vec<u8>, Errno> {
        // One dot at the end is nothing; after it comes the child without a name.
        let child = param.strip_suffix("..");
        let plain = child.or_else(|| param.strip_suffix('.')).unwrap_or(param);
        let kind = Kind::of(plain).filter(|_| self.declares(plain));
        let is_above = |known: &str| known.strip_prefix(plain).is_some_and(|rest| rest.starts_with('.'));
        let has_below = Kind::known().any(|(known, _)| is_above(known) && self.declares(known));
        let is_node = has_below || matches!(kind, Some(Kind::JailSys { .. })) && plain != "vnet";
        // A node is no variable; what it is itself is its child without a name.
        match (is_node, child.is_some()) {
            (true, false) => return Err(Errno::EISDIR),
            (false, true) => return Err(Errno::ENOENT),
            _ => {}
        }
        match kind.ok_or(Errno::ENOENT)? {
            Kind::String(room) => Ok(text(&room.to_string())),
            Kind::KeyValue if plain.contains('.') => Err(Errno::ENOENT),
            Kind::KeyValue => Ok(text(&meta::MAX.to_string())),
            Kind::Ulong => Ok(vec![0; 8]),
            Kind::Ip4 => Ok(4_usize.to_ne_bytes().to_vec()),
            Kind::Ip6 => Ok(16_usize.to_ne_bytes().to_vec()),
            Kind::Bool | Kind::Int | Kind::JailSys { .. } => Ok(int(0)),
        }
    }
}
