//! Which jail a call of jail_set(2) is about, and whether it may be so.

use super::jails::Machine;
use super::request::{Request, refuse};
use crate::Errno;
use crate::system::{JailFlags, Refusal};

/// The largest number of a jail.
const JAIL_MAX: i32 = 999_999;

/// What every jail may be allowed, even if its parent is not.
const FREE: &[&str] = &["unprivileged_parent_tampering", "unprivileged_proc_debug"];

/// Which jail a call is about.
pub(super) struct Target {
    /// The jail, if it is there already.
    pub(super) jail: Option<i32>,
    /// The jail that it is in, or will be.
    pub(super) parent: i32,
    /// The last part of its name, if it was named.
    pub(super) last: Option<String>,
}

/// Whether the jail must not be there yet, must be there, or may be either (both false).
#[derive(Clone, Copy)]
struct Mode {
    create: bool,
    update: bool,
}

/// The number that C's strtoul(3) would make of a whole text; an empty one is 0.
fn number(text: &str) -> Option<i32> {
    let trimmed = text.trim_start_matches([' ', '\t', '\n', '\x0b', '\x0c', '\r']);
    if text.is_empty() {
        return Some(0);
    }
    let number: i64 = trimmed.parse().ok()?;
    i32::try_from(number).ok()
}

fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or_default()
}

impl Machine {
    /// The jail that is meant, or the place for a new one.
    pub(super) fn target(
        &self,
        request: &mut Request,
        flags: JailFlags,
        desc: Option<i32>,
    ) -> Result<Target, Refusal> {
        let only = flags & (JailFlags::CREATE | JailFlags::UPDATE);
        let mode = Mode { create: only == JailFlags::CREATE, update: only == JailFlags::UPDATE };
        if mode.create && request.numbers.jid == 0 {
            let name = request.identity.name.as_deref();
            request.numbers.jid = name.and_then(|name| number(last_part(name))).unwrap_or(0);
        }
        let jail = match desc.filter(|_| flags.contains(JailFlags::USE_DESC)) {
            Some(desc) => Some(self.by_desc(desc, request.numbers.jid, mode)?),
            None => self.by_number(request.numbers.jid, mode)?,
        };
        match request.identity.name.as_deref() {
            Some(name) => self.by_name(name, jail, mode),
            None if mode.update && jail.is_none() => Err(refuse(Errno::ENOENT, "update specified no jail")),
            None => Ok(Target { jail, parent: self.parent_of(jail), last: None }),
        }
    }

    fn parent_of(&self, jail: Option<i32>) -> i32 {
        jail.and_then(|jid| self.state.jails.get(&jid)).map_or(0, |prison| prison.parent.0)
    }

    fn by_desc(&self, desc: i32, jid: i32, mode: Mode) -> Result<i32, Refusal> {
        let found = self.desc_jail(desc)?;
        if mode.create {
            return Err(refuse(Errno::EEXIST, format!("jail {found} already exists")));
        }
        if jid != 0 && jid != found {
            return Err(refuse(Errno::EINVAL, "cannot change jid"));
        }
        Ok(found)
    }

    fn by_number(&self, jid: i32, mode: Mode) -> Result<Option<i32>, Refusal> {
        match jid {
            0 => Ok(None),
            ..0 => Err(refuse(Errno::EINVAL, "negative jid")),
            _ if !self.alive(jid) && mode.update => {
                Err(refuse(Errno::ENOENT, format!("jail {jid} not found")))
            }
            _ if !self.alive(jid) => Ok(None),
            _ if mode.create => Err(refuse(Errno::EEXIST, format!("jail {jid} already exists"))),
            _ => Ok(Some(jid)),
        }
    }

    fn by_name(&self, name: &str, jail: Option<i32>, mode: Mode) -> Result<Target, Refusal> {
        let parent = self.parent_by_name(name, jail)?;
        let last = last_part(name).to_owned();
        let target = |jail| Ok(Target { jail, parent, last: Some(last.clone()) });
        if last.is_empty() {
            return target(jail);
        }
        let whole = self.whole_name(parent, &last);
        let namesake = self.state.jails.iter().find(|(jid, prison)| {
            prison.parent.0 == parent && prison.is_alive() && prison.name == whole && Some(**jid) != jail
        });
        match namesake {
            Some(_) if mode.create || jail.is_some() => {
                Err(refuse(Errno::EEXIST, format!("jail \"{name}\" already exists")))
            }
            Some((jid, _)) => target(Some(*jid)),
            None if jail.is_none() && mode.update => {
                Err(refuse(Errno::ENOENT, format!("jail \"{name}\" not found")))
            }
            None => target(jail),
        }
    }

    /// The jail that is named before the last dot.
    fn parent_by_name(&self, name: &str, jail: Option<i32>) -> Result<i32, Refusal> {
        let known = self.parent_of(jail);
        let Some((path, _)) = name.rsplit_once('.') else { return Ok(known) };
        if jail.is_some() {
            let same = self.state.jails.get(&known).is_some_and(|prison| prison.name == path);
            return if same { Ok(known) } else { Err(refuse(Errno::EINVAL, "cannot change jail's parent")) };
        }
        let missing = || refuse(Errno::ENOENT, format!("jail \"{path}\" not found"));
        let parent = self.find_name(path).ok_or_else(missing)?;
        if self.alive(parent) {
            Ok(parent)
        } else {
            Err(refuse(Errno::ENOENT, format!("jail \"{path}\" is dying")))
        }
    }

    /// What can only be said once the jail, or its parent, is known.
    pub(super) fn check(&self, request: &Request, target: &Target, jid: i32) -> Result<(), Refusal> {
        self.check_addresses(request, target)?;
        self.check_limits(request, target)?;
        self.check_name(target, jid)?;
        let parent = self.state.jails.get(&target.parent);
        let denied =
            |what: &str| !FREE.contains(&what) && parent.is_some_and(|parent| !parent.allow.contains(what));
        if request.flags.allow.iter().any(|what| denied(what)) { Err(Errno::EPERM.into()) } else { Ok(()) }
    }

    fn check_addresses(&self, request: &Request, target: &Target) -> Result<(), Refusal> {
        let Some(prison) = target.jail.and_then(|jid| self.state.jails.get(&jid)) else { return Ok(()) };
        let (ip4, ip6) = (request.ip4_addr.is_some(), request.ip6_addr.is_some());
        if prison.vnet.is_some() && (ip4 || ip6) {
            return Err(refuse(Errno::EINVAL, "vnet jails cannot have IP address restrictions"));
        }
        for (name, given, restricted) in
            [("ip4", ip4, prison.ip4_restricted), ("ip6", ip6, prison.ip6_restricted)]
        {
            if given && !restricted {
                return Err(refuse(Errno::EINVAL, format!("{name} cannot be changed after creation")));
            }
        }
        Ok(())
    }

    /// A jail cannot be looser than the one that it is in.
    fn check_limits(&self, request: &Request, target: &Target) -> Result<(), Errno> {
        let parent = self.state.jails.get(&target.parent);
        let numbers = &request.numbers;
        let level = parent.map_or(-1, |parent| parent.securelevel);
        let children = parent.map_or(JAIL_MAX, |parent| parent.children_max);
        let statfs = parent.map_or(0, |parent| parent.enforce_statfs);
        if numbers.securelevel.is_some_and(|wanted| wanted < level)
            || numbers.children_max.is_some_and(|wanted| wanted >= children)
            || numbers.enforce_statfs.is_some_and(|wanted| wanted < statfs)
        {
            return Err(Errno::EPERM);
        }
        let in_range = |number: i32| (0..=65535).contains(&number);
        if numbers.devfs_ruleset.is_some_and(|number| !in_range(number)) {
            Err(Errno::EINVAL)
        } else {
            Ok(())
        }
    }

    fn check_name(&self, target: &Target, jid: i32) -> Result<(), Refusal> {
        let Some(last) = target.last.as_deref().filter(|last| !last.is_empty()) else { return Ok(()) };
        let is_jid = number(last) == Some(jid) && last.starts_with(|digit| ('1'..='9').contains(&digit));
        if number(last).is_some() && !is_jid {
            return Err(refuse(Errno::EINVAL, "name cannot be numeric (unless it is the jid)"));
        }
        if self.whole_name(target.parent, last).len() + 1 > 256 {
            return Err(Errno::ENAMETOOLONG.into());
        }
        Ok(())
    }
}
