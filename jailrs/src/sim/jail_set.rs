//! jail_set(2) of the simulated kernel, check by check in FreeBSD 15.1's order.

use std::path::PathBuf;

use super::jails::{DEFAULT_ALLOW, Machine, SUBSYSTEMS};
use super::meta;
use super::opts::Opts;
use super::request::{Request, refuse};
use super::state::Prison;
use super::target::Target;
use crate::Errno;
use crate::system::{JailFlags, Jid, Opt, Refusal};

impl Machine {
    /// jail_set(2).
    pub(super) fn jail_set(&mut self, raw: &mut [Opt], flags: JailFlags) -> Result<Jid, Refusal> {
        let known = if self.has_descriptors() { 0xff } else { 0x0f };
        if flags.bits() & !known != 0 || flags.contains(JailFlags::USE_DESC | JailFlags::AT_DESC) {
            return Err(Errno::EINVAL.into());
        }
        if flags.contains(JailFlags::ATTACH) {
            return Err(refuse(Errno::EOPNOTSUPP, "a simulated machine has no calling process to attach"));
        }
        let mut opts = Opts::new(raw);
        if !flags.intersects(JailFlags::CREATE | JailFlags::UPDATE) {
            return Err(refuse(Errno::EINVAL, "no valid operation (create or update)"));
        }
        let desc = self.desc_option(&mut opts, flags)?;
        let mut request = Request::read(&self.state.tree, &mut opts, flags)?;
        let target = self.target(&mut request, flags, desc)?;
        let jid = match target.jail {
            Some(jid) => {
                self.check(&request, &target, jid)?;
                self.check_modules(&mut opts)?;
                jid
            }
            None => self.create(&request, &target, &mut opts)?,
        };
        self.apply(&request, &target, jid);
        if let Err(errno) = self.apply_modules(&opts, jid) {
            if target.jail.is_none() {
                self.kill(jid);
            }
            return Err(errno.into());
        }
        if flags.intersects(JailFlags::GET_DESC | JailFlags::OWN_DESC) {
            let desc = self.open_desc(jid, flags.contains(JailFlags::OWN_DESC));
            let answer = raw.iter_mut().rfind(|opt| opt.name == "desc");
            answer.into_iter().for_each(|opt| opt.value = desc.to_ne_bytes().to_vec());
        }
        if request.flags.persist == Some(false) {
            self.end_if_idle(jid);
        }
        Ok(Jid(jid))
    }

    /// What the modules have to say, and whether anything is left that nobody knows.
    fn check_modules(&self, opts: &mut Opts) -> Result<(), Refusal> {
        for name in SUBSYSTEMS {
            if opts.int(name)?.is_some_and(|value| !(0..=2).contains(&value)) {
                return Err(Errno::EINVAL.into());
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
    fn create(&mut self, request: &Request, target: &Target, opts: &mut Opts) -> Result<i32, Refusal> {
        let jid = match request.numbers.jid {
            0 => self.next_jid().ok_or_else(|| refuse(Errno::EAGAIN, "no available jail IDs"))?,
            jid => {
                self.renumber_dying(jid);
                jid
            }
        };
        self.check(request, target, jid)?;
        self.check_modules(opts)?;
        let mut prison = self.new_prison(target.parent);
        prison.persist = true;
        if request.flags.vnet == Some(1) {
            prison.vnet = Some(self.vnets.create());
        }
        let restricted = |sys: Option<i32>, addresses: &Option<Vec<u8>>| {
            request.flags.vnet != Some(1) && (addresses.is_some() || sys != Some(2))
        };
        prison.ip4_restricted = restricted(request.flags.ip4, &request.ip4_addr);
        prison.ip6_restricted = restricted(request.flags.ip6, &request.ip6_addr);
        if target.last.is_none() {
            prison.name = self.whole_name(target.parent, &jid.to_string());
        }
        self.state.jails.insert(jid, prison);
        Ok(jid)
    }

    fn new_prison(&mut self, parent: i32) -> Prison {
        let counters = &mut self.state.counters;
        counters.last_cpuset += 1;
        let above = self.state.jails.get(&parent);
        let allowed = |what: &&&str| above.is_none_or(|above| above.allow.contains(**what));
        Prison {
            parent: Jid(parent),
            name: String::new(),
            path: above.map_or_else(|| PathBuf::from("/"), |above| above.path.clone()),
            persist: false,
            dying: None,
            vnet: None,
            own_host: true,
            hostname: String::new(),
            domainname: String::new(),
            hostuuid: "00000000-0000-0000-0000-000000000000".to_owned(),
            hostid: 0,
            ip4_restricted: false,
            ip4: Vec::new(),
            ip4_saddrsel: true,
            ip6_restricted: false,
            ip6: Vec::new(),
            ip6_saddrsel: true,
            securelevel: above.map_or(-1, |above| above.securelevel),
            enforce_statfs: 2,
            devfs_ruleset: above.map_or(0, |above| above.devfs_ruleset),
            children_max: 0,
            cpuset: self.state.counters.last_cpuset,
            cpus: Vec::new(),
            osreldate: self.state.osreldate,
            osrelease: self.state.osrelease.clone(),
            allow: DEFAULT_ALLOW.iter().filter(allowed).map(|what| (*what).to_owned()).collect(),
            modules: SUBSYSTEMS.iter().map(|name| ((*name).to_owned(), 0)).collect(),
            meta: String::new(),
            env: String::new(),
        }
    }

    /// Sets everything that was asked for; nothing of it can fail any more.
    fn apply(&mut self, request: &Request, target: &Target, jid: i32) {
        let parent_host = self.state.jails.get(&target.parent).map(|parent| {
            (parent.hostname.clone(), parent.domainname.clone(), parent.hostuuid.clone(), parent.hostid)
        });
        let name = target.last.as_deref().map(|last| match last {
            "" => self.whole_name(target.parent, &jid.to_string()),
            last => self.whole_name(target.parent, last),
        });
        if let Some(name) = name {
            self.rename(jid, name);
        }
        let Some(prison) = self.state.jails.get_mut(&jid) else { return };
        apply_host(prison, request, parent_host);
        put(&mut prison.path, request.path.clone());
        put(&mut prison.persist, request.flags.persist);
        put(&mut prison.ip4_saddrsel, request.flags.ip4_saddrsel);
        put(&mut prison.ip6_saddrsel, request.flags.ip6_saddrsel);
        put(&mut prison.ip4, request.ip4_addr.as_deref().map(list::<4, _>));
        put(&mut prison.ip6, request.ip6_addr.as_deref().map(list::<16, _>));
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

    fn apply_modules(&mut self, opts: &Opts, jid: i32) -> Result<(), Errno> {
        let Some(prison) = self.state.jails.get_mut(&jid) else { return Ok(()) };
        for (name, value) in opts.all(|name| SUBSYSTEMS.contains(&name)) {
            if let Ok(value) = value.as_slice().try_into() {
                prison.modules.insert(name, i32::from_ne_bytes(value));
            }
        }
        if self.state.osreldate >= super::jails::DESCRIPTORS_SINCE {
            prison.meta = meta::changed(&prison.meta, "meta", opts)?;
            prison.env = meta::changed(&prison.env, "env", opts)?;
        }
        Ok(())
    }
}

type HostInfo = (String, String, String, u64);

fn apply_host(prison: &mut Prison, request: &Request, parent: Option<HostInfo>) {
    if request.flags.host == Some(2) && !request.identity.is_own() {
        prison.own_host = false;
        if let Some((hostname, domainname, hostuuid, hostid)) = parent {
            (prison.hostname, prison.domainname) = (hostname, domainname);
            (prison.hostuuid, prison.hostid) = (hostuuid, hostid);
        }
        return;
    }
    prison.own_host |= request.identity.is_own() || request.flags.host == Some(1);
    put(&mut prison.hostname, request.identity.hostname.clone());
    put(&mut prison.domainname, request.identity.domainname.clone());
    put(&mut prison.hostuuid, request.identity.hostuuid.clone());
    put(&mut prison.hostid, request.identity.hostid);
}

fn put<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

fn list<const N: usize, A: From<[u8; N]>>(bytes: &[u8]) -> Vec<A> {
    bytes.chunks_exact(N).filter_map(|chunk| <[u8; N]>::try_from(chunk).ok()).map(A::from).collect()
}
