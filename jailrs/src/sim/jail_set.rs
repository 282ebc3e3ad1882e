//! jail_set(2) of the simulated kernel, check by check in FreeBSD 15.1's order.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::jails::{ALLOW, DEFAULT_ALLOW, Machine, SUBSYSTEMS};
use super::meta;
use super::opts::Opts;
use super::state::Prison;
use crate::Errno;
use crate::param::no_name;
use crate::system::{JailFlags, Jid, Opt, Refusal};

/// The largest number of a jail.
const JAIL_MAX: i32 = 999_999;

/// What a call wants of a jail, parsed but not looked at yet.
struct Request {
    jid: i32,
    name: Option<String>,
    path: Option<PathBuf>,
    persist: Option<bool>,
    vnet: Option<i32>,
    host: Option<i32>,
    hostname: Option<String>,
    domainname: Option<String>,
    hostuuid: Option<String>,
    hostid: Option<u64>,
    ip4: Option<i32>,
    ip4_addr: Option<Vec<u8>>,
    ip4_saddrsel: Option<bool>,
    ip6: Option<i32>,
    ip6_addr: Option<Vec<u8>>,
    ip6_saddrsel: Option<bool>,
    securelevel: Option<i32>,
    children_max: Option<i32>,
    enforce_statfs: Option<i32>,
    devfs_ruleset: Option<i32>,
    osreldate: Option<i32>,
    osrelease: Option<String>,
    allow: BTreeSet<&'static str>,
    forbid: BTreeSet<&'static str>,
}

fn refuse(errno: Errno, message: impl Into<String>) -> Refusal {
    Refusal { errno, message: message.into() }
}

fn flag(opts: &mut Opts, name: &str) -> Option<bool> {
    // The kernel looks at both names, and never at a value.
    match (opts.flag(name), opts.flag(&no_name(name))) {
        (true, _) => Some(true),
        (false, true) => Some(false),
        (false, false) => None,
    }
}

fn jailsys(opts: &mut Opts, name: &str, can_disable: bool) -> Result<Option<i32>, Errno> {
    match opts.int(name)? {
        Some(0) if !can_disable => Err(Errno::EINVAL),
        Some(value) if !(0..=2).contains(&value) => Err(Errno::EINVAL),
        value => Ok(value),
    }
}

impl Request {
    fn read(machine: &Machine, opts: &mut Opts, flags: JailFlags) -> Result<Self, Refusal> {
        let update = flags.contains(JailFlags::UPDATE);
        let unchangeable =
            |name: &str| refuse(Errno::EINVAL, format!("{name} cannot be changed after creation"));
        let jid = opts.int("jid")?.unwrap_or(0);
        let securelevel = opts.int("securelevel")?;
        let children_max = opts.int("children.max")?;
        let enforce_statfs = opts.int("enforce_statfs")?;
        if enforce_statfs.is_some_and(|value| !(0..=2).contains(&value)) {
            return Err(Errno::EINVAL.into());
        }
        let devfs_ruleset = opts.int("devfs_ruleset")?;
        let persist = flag(opts, "persist");
        let (ip4_saddrsel, ip6_saddrsel) = (flag(opts, "ip4.saddrsel"), flag(opts, "ip6.saddrsel"));
        let host = jailsys(opts, "host", false)?;
        let vnet = jailsys(opts, "vnet", false)?;
        let ip4 = jailsys(opts, "ip4", true)?;
        let ip6 = jailsys(opts, "ip6", true)?;
        if flags & (JailFlags::CREATE | JailFlags::ATTACH) == JailFlags::CREATE && persist != Some(true) {
            return Err(refuse(Errno::EINVAL, "new jail must persist or attach"));
        }
        for (name, given) in [("vnet", vnet), ("ip4", ip4), ("ip6", ip6)] {
            if update && given.is_some() {
                return Err(unchangeable(name));
            }
        }
        let mut allow = BTreeSet::new();
        let mut forbid = BTreeSet::new();
        for what in ALLOW {
            match flag(opts, &format!("allow.{what}")) {
                Some(true) => allow.insert(*what),
                Some(false) => forbid.insert(*what),
                None => false,
            };
        }
        let name = opts.text("name", 256)?;
        let hostname = opts.text("host.hostname", 256)?;
        let domainname = opts.text("host.domainname", 256)?;
        let hostuuid = opts.text("host.hostuuid", 64)?;
        let hostid =
            opts.bytes("host.hostid").map(|bytes| bytes.as_slice().try_into().map(u64::from_ne_bytes));
        let hostid = hostid.transpose().map_err(|_| Errno::EINVAL)?;
        let ip4_addr = addresses(opts, "ip4.addr", 4, "too many IPv4 addresses")?;
        let ip6_addr = addresses(opts, "ip6.addr", 16, "too many IPv6 addresses")?;
        if vnet.is_some() && (ip4.is_some() || ip6.is_some() || ip4_addr.is_some() || ip6_addr.is_some()) {
            return Err(refuse(Errno::EINVAL, "vnet jails cannot have IP address restrictions"));
        }
        let osrelease = opts.bytes("osrelease");
        if update && osrelease.is_some() {
            return Err(unchangeable("osrelease"));
        }
        if osrelease.as_ref().is_some_and(|text| text.len() >= 32 && text.last() == Some(&0)) {
            return Err(refuse(Errno::ENAMETOOLONG, "osrelease string must be 1-31 bytes long"));
        }
        let osrelease = opts.text("osrelease", 32)?;
        let osreldate = opts.int("osreldate")?;
        if update && osreldate.is_some() {
            return Err(unchangeable("osreldate"));
        }
        if osreldate == Some(0) {
            return Err(refuse(Errno::EINVAL, "osreldate cannot be 0"));
        }
        if update && opts.flag("path") {
            return Err(unchangeable("path"));
        }
        let path =
            opts.text("path", 1024)?.map(|path| machine.state.tree.directory(path.as_ref())).transpose()?;
        Ok(Self {
            jid,
            name,
            path,
            persist,
            vnet,
            host,
            hostname,
            domainname,
            hostuuid,
            hostid,
            ip4,
            ip4_addr,
            ip4_saddrsel,
            ip6,
            ip6_addr,
            ip6_saddrsel,
            securelevel,
            children_max,
            enforce_statfs,
            devfs_ruleset,
            osreldate,
            osrelease,
            allow,
            forbid,
        })
    }
}

fn addresses(opts: &mut Opts, name: &str, size: usize, too_many: &str) -> Result<Option<Vec<u8>>, Refusal> {
    let Some(bytes) = opts.bytes(name) else { return Ok(None) };
    if bytes.len() % size != 0 {
        return Err(Errno::EINVAL.into());
    }
    if bytes.len() / size > 255 {
        return Err(refuse(Errno::EINVAL, too_many));
    }
    Ok(Some(bytes))
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

impl Machine {
    /// jail_set(2).
    pub(super) fn jail_set(&mut self, raw: &mut [Opt], flags: JailFlags) -> Result<Jid, Refusal> {
        let known = if self.has_descriptors() { 0xff } else { 0x0f };
        if flags.bits() & !known != 0 || flags.contains(JailFlags::USE_DESC | JailFlags::AT_DESC) {
            return Err(Errno::EINVAL.into());
        }
        let mut opts = Opts::new(raw);
        if !flags.intersects(JailFlags::CREATE | JailFlags::UPDATE) {
            return Err(refuse(Errno::EINVAL, "no valid operation (create or update)"));
        }
        let desc = self.desc_option(&mut opts, flags)?;
        let mut request = Request::read(self, &mut opts, flags)?;
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
        if request.persist == Some(false) {
            self.end_if_idle(jid);
        }
        Ok(Jid(jid))
    }

    /// The jail that is meant, or the place for a new one.
    fn target(&self, request: &mut Request, flags: JailFlags, desc: Option<i32>) -> Result<Target, Refusal> {
        let only = flags & (JailFlags::CREATE | JailFlags::UPDATE);
        let (create, update) = (only == JailFlags::CREATE, only == JailFlags::UPDATE);
        let last_part = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
        if create && request.jid == 0 {
            request.jid = request.name.as_deref().and_then(|name| number(&last_part(name))).unwrap_or(0);
        }
        let mut jail = None;
        if let (true, Some(desc)) = (flags.contains(JailFlags::USE_DESC), desc) {
            jail = Some(self.by_desc(desc, request, create)?);
        } else if request.jid < 0 {
            return Err(refuse(Errno::EINVAL, "negative jid"));
        } else if request.jid != 0 {
            jail = self.alive(request.jid).then_some(request.jid);
            if create && jail.is_some() {
                return Err(refuse(Errno::EEXIST, format!("jail {} already exists", request.jid)));
            }
            if jail.is_none() && update {
                return Err(refuse(Errno::ENOENT, format!("jail {} not found", request.jid)));
            }
        }
        let mut parent = jail.and_then(|jid| self.state.jails.get(&jid)).map_or(0, |prison| prison.parent.0);
        let Some(name) = request.name.clone() else {
            if update && jail.is_none() {
                return Err(refuse(Errno::ENOENT, "update specified no jail"));
            }
            return Ok(Target { jail, parent, last: None });
        };
        if let Some((path, _)) = name.rsplit_once('.') {
            if jail.is_some() {
                if self.state.jails.get(&parent).is_none_or(|prison| prison.name != path) {
                    return Err(refuse(Errno::EINVAL, "cannot change jail's parent"));
                }
            } else {
                let missing = || refuse(Errno::ENOENT, format!("jail \"{path}\" not found"));
                parent = self.find_name(path).ok_or_else(missing)?;
                if !self.alive(parent) {
                    return Err(refuse(Errno::ENOENT, format!("jail \"{path}\" is dying")));
                }
            }
        }
        let last = last_part(&name);
        if !last.is_empty() {
            let whole = self.whole_name(parent, &last);
            let mut namesakes = self.state.jails.iter().filter(|(jid, prison)| {
                prison.parent.0 == parent && prison.is_alive() && prison.name == whole && Some(**jid) != jail
            });
            match namesakes.next() {
                Some(_) if create || jail.is_some() => {
                    return Err(refuse(Errno::EEXIST, format!("jail \"{name}\" already exists")));
                }
                Some((jid, _)) => jail = Some(*jid),
                None if jail.is_none() && update => {
                    return Err(refuse(Errno::ENOENT, format!("jail \"{name}\" not found")));
                }
                None => {}
            }
        }
        Ok(Target { jail, parent, last: Some(last) })
    }

    fn by_desc(&self, desc: i32, request: &Request, create: bool) -> Result<i32, Refusal> {
        let jid = self.desc_jail(desc)?;
        if create {
            return Err(refuse(Errno::EEXIST, format!("jail {jid} already exists")));
        }
        if request.jid != 0 && request.jid != jid {
            return Err(refuse(Errno::EINVAL, "cannot change jid"));
        }
        Ok(jid)
    }

    /// What can only be said once the jail, or its parent, is known.
    fn check(&self, request: &Request, target: &Target, jid: i32) -> Result<(), Refusal> {
        if let Some(prison) = target.jail.and_then(|jid| self.state.jails.get(&jid)) {
            let restricts = request.ip4_addr.is_some() || request.ip6_addr.is_some();
            if prison.vnet.is_some() && restricts {
                return Err(refuse(Errno::EINVAL, "vnet jails cannot have IP address restrictions"));
            }
            if request.ip4_addr.is_some() && !prison.ip4_restricted {
                return Err(refuse(Errno::EINVAL, "ip4 cannot be changed after creation"));
            }
            if request.ip6_addr.is_some() && !prison.ip6_restricted {
                return Err(refuse(Errno::EINVAL, "ip6 cannot be changed after creation"));
            }
        }
        let parent = self.state.jails.get(&target.parent);
        if request.securelevel.is_some_and(|level| level < parent.map_or(-1, |parent| parent.securelevel))
            || request
                .children_max
                .is_some_and(|max| max >= parent.map_or(JAIL_MAX, |parent| parent.children_max))
            || request
                .enforce_statfs
                .is_some_and(|level| level < parent.map_or(0, |parent| parent.enforce_statfs))
        {
            return Err(Errno::EPERM.into());
        }
        if request.devfs_ruleset.is_some_and(|number| !(0..=65535).contains(&number)) {
            return Err(Errno::EINVAL.into());
        }
        if let Some(last) = target.last.as_deref() {
            let canonical =
                number(last) == Some(jid) && last.starts_with(|digit| ('1'..='9').contains(&digit));
            if !last.is_empty() && number(last).is_some() && !canonical {
                return Err(refuse(Errno::EINVAL, "name cannot be numeric (unless it is the jid)"));
            }
            if self.whole_name(target.parent, last).len() + 1 > 256 {
                return Err(Errno::ENAMETOOLONG.into());
            }
        }
        let free = ["unprivileged_proc_debug", "unprivileged_parent_tampering"];
        let denied = |what: &&&str| {
            !free.contains(*what) && parent.is_some_and(|parent| !parent.allow.contains(**what))
        };
        if request.allow.iter().any(|what| denied(&what)) {
            return Err(Errno::EPERM.into());
        }
        Ok(())
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
        let jid = match request.jid {
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
        if request.vnet == Some(1) {
            prison.vnet = Some(self.vnets.create());
        }
        let restricted = |sys: Option<i32>, addresses: &Option<Vec<u8>>| {
            request.vnet != Some(1) && (addresses.is_some() || sys != Some(2))
        };
        prison.ip4_restricted = restricted(request.ip4, &request.ip4_addr);
        prison.ip6_restricted = restricted(request.ip6, &request.ip6_addr);
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
        put(&mut prison.persist, request.persist);
        put(&mut prison.ip4_saddrsel, request.ip4_saddrsel);
        put(&mut prison.ip6_saddrsel, request.ip6_saddrsel);
        put(&mut prison.ip4, request.ip4_addr.as_deref().map(list::<4, _>));
        put(&mut prison.ip6, request.ip6_addr.as_deref().map(list::<16, _>));
        put(&mut prison.osreldate, request.osreldate);
        put(&mut prison.osrelease, request.osrelease.clone());
        put(&mut prison.securelevel, request.securelevel);
        put(&mut prison.children_max, request.children_max);
        put(&mut prison.enforce_statfs, request.enforce_statfs);
        put(&mut prison.devfs_ruleset, request.devfs_ruleset);
        prison.allow.extend(request.allow.iter().map(|what| (*what).to_owned()));
        let forbidden = |what: &String| request.forbid.contains(what.as_str());
        prison.allow.retain(|what| !forbidden(what));
        let level = |depth: i32| request.children_max.map(|max| (max - depth).max(0));
        for (below, depth) in self.below(jid) {
            let Some(prison) = self.state.jails.get_mut(&below) else { continue };
            prison.securelevel = prison.securelevel.max(request.securelevel.unwrap_or(i32::MIN));
            prison.enforce_statfs = prison.enforce_statfs.max(request.enforce_statfs.unwrap_or(0));
            prison.children_max = prison.children_max.min(level(depth).unwrap_or(i32::MAX));
            put(&mut prison.devfs_ruleset, request.devfs_ruleset);
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
    let named = request.hostname.is_some()
        || request.domainname.is_some()
        || request.hostuuid.is_some()
        || request.hostid.is_some();
    if request.host == Some(2) && !named {
        prison.own_host = false;
        if let Some((hostname, domainname, hostuuid, hostid)) = parent {
            (prison.hostname, prison.domainname) = (hostname, domainname);
            (prison.hostuuid, prison.hostid) = (hostuuid, hostid);
        }
        return;
    }
    prison.own_host |= named || request.host == Some(1);
    put(&mut prison.hostname, request.hostname.clone());
    put(&mut prison.domainname, request.domainname.clone());
    put(&mut prison.hostuuid, request.hostuuid.clone());
    put(&mut prison.hostid, request.hostid);
}

/// Which jail a call is about.
struct Target {
    /// The jail, if it is there already.
    jail: Option<i32>,
    /// The jail that it is in, or will be.
    parent: i32,
    /// The last part of its name, if it was named.
    last: Option<String>,
}

fn put<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

fn list<const N: usize, A: From<[u8; N]>>(bytes: &[u8]) -> Vec<A> {
    bytes.chunks_exact(N).filter_map(|chunk| <[u8; N]>::try_from(chunk).ok()).map(A::from).collect()
}
