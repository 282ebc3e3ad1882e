//! Which jail a call of jail_set(2) is about, and whether it may be so.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::addresses::{self, Family};
use super::jails::{JAIL_MAX, Machine};
use super::numbers::{is_other_number, jid_of_name};
use super::request::{Request, refuse};
use crate::Errno;
use crate::system::{JailFlags, Refusal};

/// What every jail may be allowed, even if its parent is not (`PR_ALLOW_DIFFERENCES`).
const FREE: &[&str] = &["unprivileged_parent_tampering", "unprivileged_proc_debug"];

/// The room for a jail's whole name, its NUL included.
pub(super) const NAME_ROOM: usize = 256;

/// Which jail a call is about.
pub(super) struct Target {
    /// The jail, if it is there already.
    pub(super) jail: Option<i32>,
    /// The jail that a new one will be in, and by whose limits the call is judged. It is the caller's own unless the name says
    /// more: also for a jail that was named by its number and is further down.
    pub(super) above: i32,
    /// The last part of its name, if it was named.
    pub(super) last: Option<String>,
}

/// Whether the jail must not be there yet, must be there, or may be either (both false), and who asks.
#[derive(Clone, Copy)]
struct Mode {
    create: bool,
    update: bool,
    caller: i32,
}

fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or_default()
}

impl Machine {
    /// The jail that is meant, or the place for a new one. `caller` is the jail below which it must be.
    pub(super) fn target(
        &self,
        request: &mut Request,
        flags: JailFlags,
        desc: Option<i32>,
        caller: i32,
    ) -> Result<Target, Refusal> {
        let only = flags & (JailFlags::CREATE | JailFlags::UPDATE);
        let (create, update) = (only == JailFlags::CREATE, only == JailFlags::UPDATE);
        let mode = Mode { create, update, caller };
        if mode.create && request.numbers.jid == 0 {
            request.numbers.jid =
                request.identity.name.as_deref().map_or(0, |name| jid_of_name(last_part(name)));
        }
        let jail = match desc.filter(|_| flags.contains(JailFlags::USE_DESC)) {
            Some(desc) => {
                let found = self.by_desc(desc, request.numbers.jid, mode)?;
                request.numbers.jid = found;
                Some(found)
            }
            None => self.by_number(request.numbers.jid, mode)?,
        };
        match request.identity.name.as_deref() {
            Some(name) => self.by_name(name, jail, mode),
            None if mode.update && jail.is_none() => Err(refuse(Errno::ENOENT, "update specified no jail")),
            None => Ok(Target { jail, above: caller, last: None }),
        }
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
        let not_found = || Err(refuse(Errno::ENOENT, format!("jail {jid} not found")));
        match jid {
            0 => Ok(None),
            ..0 => Err(refuse(Errno::EINVAL, "negative jid")),
            _ if !self.alive(jid) && mode.update => not_found(),
            _ if !self.alive(jid) => Ok(None),
            _ if mode.create => Err(refuse(Errno::EEXIST, format!("jail {jid} already exists"))),
            _ if !self.is_below(jid, mode.caller) => not_found(),
            _ => Ok(Some(jid)),
        }
    }

    fn by_name(&self, name: &str, jail: Option<i32>, mode: Mode) -> Result<Target, Refusal> {
        let above = self.above_by_name(name, jail, mode)?;
        let last = last_part(name).to_owned();
        let target = |jail| Ok(Target { jail, above, last: Some(last.clone()) });
        if last.is_empty() {
            return target(jail);
        }
        let whole = self.whole_name(above, &last);
        let namesake = self.state.jails.iter().find(|(jid, prison)| {
            prison.parent.0 == above && prison.is_alive() && prison.name == whole && Some(**jid) != jail
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
    fn above_by_name(&self, name: &str, jail: Option<i32>, mode: Mode) -> Result<i32, Refusal> {
        let Some((path, _)) = name.rsplit_once('.') else { return Ok(mode.caller) };
        if jail.is_some() {
            // The kernel compares with the name of the caller's jail, which is "0" on the host, whatever jail it is about.
            let callers = self.state.jails.get(&mode.caller).map_or("0", |prison| prison.name.as_str());
            let same = path == callers;
            return if same {
                Ok(mode.caller)
            } else {
                Err(refuse(Errno::EINVAL, "cannot change jail's parent"))
            };
        }
        let missing = || refuse(Errno::ENOENT, format!("jail \"{path}\" not found"));
        let above = self.find_name(mode.caller, path).ok_or_else(missing)?;
        if self.alive(above) {
            Ok(above)
        } else {
            Err(refuse(Errno::ENOENT, format!("jail \"{path}\" is dying")))
        }
    }

    /// What can only be said once the jail, or the one above, is known.
    pub(super) fn check(&self, request: &Request, target: &Target, jid: i32) -> Result<(), Refusal> {
        self.check_restrictions(request, target)?;
        self.check_limits(request, target)?;
        self.check_addresses::<Ipv4Addr>(request.ip4_addr.as_deref(), target)?;
        self.check_addresses::<Ipv6Addr>(request.ip6_addr.as_deref(), target)?;
        // A jail that is named by its name alone has no number yet when its name is compared with it.
        let number = if target.jail.is_some() { request.numbers.jid } else { jid };
        self.check_name(target, jid, number)?;
        let above = self.state.jails.get(&target.above);
        let denied =
            |what: &str| !FREE.contains(&what) && above.is_some_and(|above| !above.allow.contains(what));
        if request.flags.allow.iter().any(|what| denied(what)) { Err(Errno::EPERM.into()) } else { Ok(()) }
    }

    fn check_restrictions(&self, request: &Request, target: &Target) -> Result<(), Refusal> {
        let Some(prison) = target.jail.and_then(|jid| self.state.jails.get(&jid)) else { return Ok(()) };
        let (ip4, ip6) = (request.ip4_addr.is_some(), request.ip6_addr.is_some());
        if prison.vnet.is_some() && (ip4 || ip6) {
            return Err(refuse(Errno::EINVAL, "vnet jails cannot have IP address restrictions"));
        }
        for (name, given, own) in [("ip4", ip4, prison.ip4.own), ("ip6", ip6, prison.ip6.own)] {
            if given && !own {
                return Err(refuse(Errno::EINVAL, format!("{name} cannot be changed after creation")));
            }
        }
        Ok(())
    }

    /// A jail cannot be looser than the one above.
    fn check_limits(&self, request: &Request, target: &Target) -> Result<(), Errno> {
        let above = self.state.jails.get(&target.above);
        let numbers = &request.numbers;
        let level = above.map_or(-1, |above| above.securelevel);
        let children = above.map_or(JAIL_MAX, |above| above.children_max);
        let statfs = above.map_or(0, |above| above.enforce_statfs);
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

    /// The addresses must be among those of the jail above, and nobody else's.
    fn check_addresses<A: Family>(&self, list: Option<&[A]>, target: &Target) -> Result<(), Refusal> {
        let Some(list) = list.filter(|list| !list.is_empty()) else { return Ok(()) };
        let above = self.state.jails.get(&target.above).map(A::of).filter(|above| above.restricted);
        if above.is_some_and(|above| list.iter().any(|address| !above.list.contains(address))) {
            return Err(Errno::EPERM.into());
        }
        if addresses::clash(&self.state.jails, target.above, target.jail, list) {
            return Err(refuse(Errno::EADDRINUSE, format!("{} addresses clash", A::NAME)));
        }
        Ok(())
    }

    fn check_name(&self, target: &Target, jid: i32, number: i32) -> Result<(), Refusal> {
        let Some(last) = target.last.as_deref() else { return Ok(()) };
        if !last.is_empty() && is_other_number(last, number) {
            return Err(refuse(Errno::EINVAL, "name cannot be numeric (unless it is the jid)"));
        }
        let length = if last.is_empty() { jid.to_string().len() } else { last.len() };
        let prefix = self.whole_name(target.above, "").len();
        let too_long = prefix + length + 1 > NAME_ROOM || {
            let old = self.state.jails.get(&jid).map_or(0, |prison| prison.name.len().saturating_sub(prefix));
            let longer = |name: &str| (name.len() + length).saturating_sub(old) >= NAME_ROOM;
            let mut below = self.below(jid).into_iter().filter_map(|(below, _)| self.state.jails.get(&below));
            below.any(|below| longer(&below.name))
        };
        if too_long { Err(Errno::ENAMETOOLONG.into()) } else { Ok(()) }
    }
}
