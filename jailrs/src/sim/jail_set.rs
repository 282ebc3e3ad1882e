//! jail_set(2) of the simulated kernel, check by check in FreeBSD 15.1's order.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::addresses::{self, Restriction};
use super::jails::{DEFAULT_ALLOW, JAIL_MAX, Machine, SUBSYSTEMS};
use super::meta;
use super::opts::Opts;
use super::request::{Request, refuse};
use super::state::Prison;
use super::target::Target;
use crate::Errno;
use crate::system::{JailFlags, Jid, NoteFlags, Opt, Refusal};

impl Machine {
    /// jail_set(2).
    pub(super) fn jail_set(&mut self, raw: &mut [Opt], flags: JailFlags) -> Result<Jid, Refusal> {
        let known = if self.has_descriptors() { 0xff } else { 0x0f };
        if flags.bits() & !known != 0 || flags.contains(JailFlags::USE_DESC | JailFlags::AT_DESC) {
            return Err(Errno::EINVAL.into());
        }
        let mut opts = Opts::read(raw)?;
        if !flags.intersects(JailFlags::CREATE | JailFlags::UPDATE) {
            return Err(refuse(Errno::EINVAL, "no valid operation (create or update)"));
        }
        if flags.contains(JailFlags::ATTACH) {
            return Err(refuse(Errno::EOPNOTSUPP, "a simulated machine has no calling process to attach"));
        }
        let with_desc = JailFlags::USE_DESC | JailFlags::AT_DESC | JailFlags::GET_DESC | JailFlags::OWN_DESC;
        let desc = self.desc_option(&mut opts, flags, with_desc)?;
        let caller = self.caller(desc, flags)?;
        let children_max = self.state.jails.get(&caller).map_or(JAIL_MAX, |prison| prison.children_max);
        if flags.contains(JailFlags::CREATE) && children_max == 0 {
            return Err(Errno::EPERM.into());
        }
        let allowable = self.allowable();
        let mut request = Request::read(&self.state.tree, &allowable, &mut opts, flags)?;
        let target = self.target(&mut request, flags, desc, caller)?;
        let jid = match target.jail {
            Some(jid) => {
                self.check(&request, &target, jid)?;
                self.check_modules(&mut opts, self.parent_of(jid))?;
                jid
            }
            None => self.create(&request, &target, caller, &mut opts)?,
        };
        self.apply(&request, &target, jid);
        if target.jail.is_some() {
            self.note(jid, NoteFlags::SET, 0);
        }
        if let Err(errno) = self.apply_modules(&mut opts, jid) {
            if target.jail.is_none() {
                self.kill(jid);
            }
            return Err(errno.into());
        }
        if target.jail.is_none() {
            self.note(self.parent_of(jid), NoteFlags::CHILD, jid);
        }
        if flags.intersects(JailFlags::GET_DESC | JailFlags::OWN_DESC) {
            let desc = self.open_desc(jid, flags.contains(JailFlags::OWN_DESC));
            let answer = raw.iter_mut().rfind(|opt| opt.name == "desc");
            answer.into_iter().for_each(|opt| opt.value = desc.to_ne_bytes().to_vec());
        }
        // An update that names a jail by nothing but the one above makes a new one, which nothing keeps.
        let is_kept = request.flags.persist.unwrap_or(target.jail.is_some());
        if !is_kept {
            self.end_if_idle(jid);
        }
        Ok(Jid(jid))
    }

    /// The jail below which a call works: that of the descriptor, or the caller's own, which is the host.
    pub(super) fn caller(&self, desc: Option<i32>, flags: JailFlags) -> Result<i32, Refusal> {
        desc.filter(|_| flags.contains(JailFlags::AT_DESC)).map_or(Ok(0), |desc| self.desc_jail(desc))
    }

    fn parent_of(&self, jid: i32) -> i32 {
        self.state.jails.get(&jid).map_or(0, |prison| prison.parent.0)
    }

    /// What the modules have to say, and whether anything is left that nobody knows.
    fn check_modules(&self, opts: &mut Opts, parent: i32) -> Result<(), Refusal> {
        for name in SUBSYSTEMS {
            let Some(value) = opts.int(name)? else { continue };
            let denied =
                self.state.jails.get(&parent).is_some_and(|above| above.modules.get(*name) == Some(&0));
            match value {
                1 | 2 if denied => return Err(Errno::EPERM.into()),
                0..=2 => {}
                _ => return Err(Errno::EINVAL.into()),
            }
        }
        if self.has_descriptors() {
            opts.see(meta::is_meta);
        }
        match opts.unseen() {
            Some(name) => Err(refuse(Errno::EINVAL, format!("unknown parameter: {name}"))),
            None => Ok(()),
        }
    }

    /// Puts a new jail in its place. A number is used up even if the jail is refused.
    fn create(
        &mut self,
        request: &Request,
        target: &Target,
        caller: i32,
        opts: &mut Opts,
    ) -> Result<i32, Refusal> {
        self.check_room(caller)?;
        let jid = match request.numbers.jid {
            0 => self.next_jid().ok_or_else(|| refuse(Errno::EAGAIN, "no available jail IDs"))?,
            jid => {
                self.renumber_dying(jid);
                jid
            }
        };
        self.check(request, target, jid)?;
        self.check_modules(opts, target.above)?;
        let mut prison = self.new_prison(target.above);
        prison.persist = request.flags.persist == Some(true);
        if request.flags.vnet == Some(1) {
            prison.vnet = Some(self.vnets.create());
        } else {
            let above = self.state.jails.get(&target.above);
            let (ip4, ip6) = (above.map(|above| &above.ip4), above.map(|above| &above.ip6));
            prison.ip4 = restriction(request.flags.ip4, request.ip4_addr.is_some(), ip4);
            prison.ip6 = restriction(request.flags.ip6, request.ip6_addr.is_some(), ip6);
        }
        if target.last.is_none() {
            prison.name = self.whole_name(target.above, &jid.to_string());
        }
        self.state.jails.insert(jid, prison);
        Ok(jid)
    }

    /// A jail counts where it is asked for, and not where it will be.
    fn check_room(&self, caller: i32) -> Result<(), Refusal> {
        let mut at = caller;
        while let Some(prison) = self.state.jails.get(&at) {
            if i32::try_from(self.below(at).len()).unwrap_or(i32::MAX) >= prison.children_max {
                return Err(refuse(Errno::EPERM, "prison limit exceeded"));
            }
            at = prison.parent.0;
        }
        Ok(())
    }

    fn new_prison(&mut self, parent: i32) -> Prison {
        self.count_cpuset();
        let above = self.state.jails.get(&parent);
        let allowed = |what: &&&str| above.is_none_or(|above| above.allow.contains(**what));
        Prison {
            parent: Jid(parent),
            securelevel: above.map_or(-1, |above| above.securelevel),
            devfs_ruleset: above.map_or(0, |above| above.devfs_ruleset),
            osreldate: above.map_or(self.state.osreldate, |above| above.osreldate),
            osrelease: above.map_or_else(|| self.state.osrelease.clone(), |above| above.osrelease.clone()),
            allow: DEFAULT_ALLOW.iter().filter(allowed).map(|what| (*what).to_owned()).collect(),
            ..Prison::new(&self.state)
        }
    }

    /// Sets everything that was asked for; nothing of it can fail any more.
    fn apply(&mut self, request: &Request, target: &Target, jid: i32) {
        match target.last.as_deref() {
            Some("") => self.rename(jid, target.above, &jid.to_string()),
            Some(last) => self.rename(jid, target.above, last),
            None => {}
        }
        self.apply_addresses(request, jid);
        self.apply_host(request, jid);
        let Some(prison) = self.state.jails.get_mut(&jid) else { return };
        put(&mut prison.path, request.path.clone());
        put(&mut prison.persist, request.flags.persist);
        put(&mut prison.ip4_saddrsel, request.flags.ip4_saddrsel);
        put(&mut prison.ip6_saddrsel, request.flags.ip6_saddrsel);
        put(&mut prison.osreldate, request.osreldate);
        put(&mut prison.osrelease, request.osrelease.clone());
        put(&mut prison.securelevel, request.numbers.securelevel);
        put(&mut prison.children_max, request.numbers.children_max);
        put(&mut prison.enforce_statfs, request.numbers.enforce_statfs);
        put(&mut prison.devfs_ruleset, request.numbers.devfs_ruleset);
        prison.allow.extend(request.flags.allow.iter().map(|what| (*what).to_owned()));
        let forbidden = |what: &String| request.flags.forbid.contains(what.as_str());
        prison.allow.retain(|what| !forbidden(what));
        let level = |depth: i32| request.numbers.children_max.map(|max| (max - depth).max(0));
        for (below, depth) in self.below(jid) {
            let Some(prison) = self.state.jails.get_mut(&below) else { continue };
            prison.securelevel = prison.securelevel.max(request.numbers.securelevel.unwrap_or(i32::MIN));
            prison.enforce_statfs = prison.enforce_statfs.max(request.numbers.enforce_statfs.unwrap_or(0));
            prison.children_max = prison.children_max.min(level(depth).unwrap_or(i32::MAX));
            put(&mut prison.devfs_ruleset, request.numbers.devfs_ruleset);
            prison.allow.retain(|what| !forbidden(what));
        }
    }

    fn apply_addresses(&mut self, request: &Request, jid: i32) {
        let Some(prison) = self.state.jails.get_mut(&jid) else { return };
        if let Some(list) = &request.ip4_addr {
            prison.ip4 = Restriction { restricted: true, own: true, list: list.clone() };
            addresses::restrict_below::<Ipv4Addr>(&mut self.state.jails, jid);
        }
        let Some(prison) = self.state.jails.get_mut(&jid) else { return };
        if let Some(list) = &request.ip6_addr {
            prison.ip6 = Restriction { restricted: true, own: true, list: list.clone() };
            addresses::restrict_below::<Ipv6Addr>(&mut self.state.jails, jid);
        }
    }

    /// What a jail is called; the jails below it that have nothing of their own follow.
    fn apply_host(&mut self, request: &Request, jid: i32) {
        let is_own = request.identity.is_own();
        let inherits = request.flags.host == Some(2) && !is_own;
        let parent = self.host_info(self.parent_of(jid));
        let Some(prison) = self.state.jails.get_mut(&jid) else { return };
        if inherits {
            if prison.own_host {
                parent.give(prison);
            }
            prison.own_host = false;
            return;
        }
        prison.own_host |= is_own || request.flags.host == Some(1);
        let mut next = vec![jid];
        while let Some(at) = next.pop() {
            if let Some(prison) = self.state.jails.get_mut(&at) {
                put(&mut prison.hostname, request.identity.hostname.clone());
                put(&mut prison.domainname, request.identity.domainname.clone());
                put(&mut prison.hostuuid, request.identity.hostuuid.clone());
                put(&mut prison.hostid, request.identity.hostid);
            }
            let followers =
                self.state.jails.iter().filter(|(_, prison)| prison.parent.0 == at && !prison.own_host);
            next.extend(followers.map(|(jid, _)| *jid));
        }
    }

    fn host_info(&self, jid: i32) -> HostInfo {
        match self.state.jails.get(&jid) {
            Some(prison) => HostInfo {
                hostname: prison.hostname.clone(),
                domainname: prison.domainname.clone(),
                hostuuid: prison.hostuuid.clone(),
                hostid: prison.hostid,
            },
            None => HostInfo {
                hostname: HOSTNAME.to_owned(),
                domainname: String::new(),
                hostuuid: self.state.hostuuid.clone(),
                hostid: 0,
            },
        }
    }

    fn apply_modules(&mut self, opts: &mut Opts, jid: i32) -> Result<(), Errno> {
        for name in SUBSYSTEMS {
            // What is said of System V IPC as a whole is said of each part.
            let parts =
                if opts.flag("allow.sysvipc") { Some(2) } else { opts.flag("allow.nosysvipc").then_some(0) };
            let Some(value) = opts.int(name)?.or(parts) else { continue };
            let below = self.below(jid);
            let mut jids = vec![jid];
            jids.extend(below.into_iter().map(|(below, _)| below).filter(|_| value == 0));
            for jid in jids {
                if let Some(prison) = self.state.jails.get_mut(&jid) {
                    prison.modules.insert((*name).to_owned(), value);
                }
            }
        }
        let has_meta = self.has_descriptors();
        let Some(prison) = self.state.jails.get_mut(&jid).filter(|_| has_meta) else { return Ok(()) };
        prison.meta = meta::changed(&prison.meta, "meta", opts)?;
        prison.env = meta::changed(&prison.env, "env", opts)?;
        Ok(())
    }
}

/// The host's own name.
const HOSTNAME: &str = "host.example";

/// What a jail that has nothing of its own is called.
struct HostInfo {
    hostname: String,
    domainname: String,
    hostuuid: String,
    hostid: u64,
}

impl HostInfo {
    fn give(self, prison: &mut Prison) {
        prison.hostname = self.hostname;
        prison.domainname = self.domainname;
        prison.hostuuid = self.hostuuid;
        prison.hostid = self.hostid;
    }
}

/// How a new jail is restricted before its addresses are set: by itself, unless it was to share with the one above.
fn restriction<A: Clone>(sys: Option<i32>, given: bool, above: Option<&Restriction<A>>) -> Restriction<A> {
    if sys == Some(2) && !given {
        let shared = above.map(|above| Restriction {
            restricted: above.restricted,
            own: false,
            list: above.list.clone(),
        });
        return shared.unwrap_or_default();
    }
    Restriction { restricted: true, own: true, list: Vec::new() }
}

fn put<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}
