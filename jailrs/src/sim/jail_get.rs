//! jail_get(2) of the simulated kernel.

use std::path::PathBuf;

use super::jails::Machine;
use super::meta;
use super::opts::Opts;
use super::state::Prison;
use crate::Errno;
use crate::param::no_name;
use crate::system::{JailFlags, Jid, Opt, Refusal};

fn refuse(errno: Errno, message: impl Into<String>) -> Refusal {
    Refusal { errno, message: message.into() }
}

impl Machine {
    /// jail_get(2).
    pub(super) fn jail_get(&mut self, raw: &mut [Opt], flags: JailFlags) -> Result<Jid, Refusal> {
        let known = if self.has_descriptors() { 0xf8 } else { 0x08 };
        if flags.bits() & !known != 0 || flags.contains(JailFlags::USE_DESC | JailFlags::AT_DESC) {
            return Err(Errno::EINVAL.into());
        }
        let mut opts = Opts::read(raw)?;
        // Without a descriptor USE_DESC goes on to the number or the name.
        let needed = JailFlags::AT_DESC | JailFlags::GET_DESC | JailFlags::OWN_DESC;
        let desc = self.desc_option(&mut opts, flags, needed)?;
        let caller = self.caller(desc, flags)?;
        let jid = self.meant(&mut opts, flags, desc, caller)?;
        let Some(prison) = self.state.jails.get(&jid) else { return Err(Errno::ENOENT.into()) };
        let seen = Seen { name: self.name_from(caller, jid), path: self.path_from(caller, prison), caller };
        answer(prison, jid, self.below(jid).len(), &seen, &self.allowable(), &mut opts)?;
        if self.has_descriptors() {
            meta::answer(&prison.meta, "meta", &mut opts)?;
            meta::answer(&prison.env, "env", &mut opts)?;
        }
        if let Some(name) = opts.unseen() {
            return Err(refuse(Errno::EINVAL, format!("unknown parameter: {name}")));
        }
        if flags.intersects(JailFlags::GET_DESC | JailFlags::OWN_DESC) {
            let desc = self.open_desc(jid, flags.contains(JailFlags::OWN_DESC));
            opts.set_int("desc", desc)?;
        }
        opts.write_back(raw);
        self.look_at_dying(jid);
        Ok(Jid(jid))
    }

    /// A path as it is seen from the jail `caller`: what is below its root begins there.
    fn path_from(&self, caller: i32, prison: &Prison) -> PathBuf {
        let root = self.state.jails.get(&caller).map(|caller| &caller.path);
        let below = root.and_then(|root| prison.path.strip_prefix(root).ok());
        below.map_or_else(|| prison.path.clone(), |below| PathBuf::from("/").join(below))
    }

    /// The jail that is asked for: by descriptor, as the next one, by number or by name.
    fn meant(
        &self,
        opts: &mut Opts,
        flags: JailFlags,
        desc: Option<i32>,
        caller: i32,
    ) -> Result<i32, Refusal> {
        let dying = flags.contains(JailFlags::DYING);
        if let Some(desc) = desc.filter(|_| flags.contains(JailFlags::USE_DESC)) {
            return self.desc_jail(desc);
        }
        if let Some(last) = opts.int("lastjid")? {
            let mut later = self.state.jails.iter().filter(|(jid, prison)| {
                **jid > last && (dying || prison.is_alive()) && self.is_below(**jid, caller)
            });
            let next = later.next().map(|(jid, _)| *jid);
            return next.ok_or_else(|| refuse(Errno::ENOENT, format!("no jail after {last}")));
        }
        if let Some(jid) = opts.int("jid")?.filter(|jid| *jid != 0) {
            return match self.state.jails.get(&jid).filter(|_| self.is_below(jid, caller)) {
                None => Err(refuse(Errno::ENOENT, format!("jail {jid} not found"))),
                Some(prison) if !prison.is_alive() && !dying => {
                    Err(refuse(Errno::ENOENT, format!("jail {jid} is dying")))
                }
                Some(_) => Ok(jid),
            };
        }
        let Some(bytes) = opts.bytes("name") else {
            return Err(refuse(Errno::ENOENT, "no jail specified"));
        };
        if bytes.last() != Some(&0) {
            return Err(Errno::EINVAL.into());
        }
        let name = crate::param::text_of(&bytes);
        match self.find_name(caller, &name) {
            None => Err(refuse(Errno::ENOENT, format!("jail \"{name}\" not found"))),
            Some(jid) if !self.alive(jid) && !dying => {
                Err(refuse(Errno::ENOENT, format!("jail \"{name}\" is dying")))
            }
            Some(jid) => Ok(jid),
        }
    }
}

/// What is seen of a jail from the one that asks.
struct Seen {
    name: String,
    path: PathBuf,
    caller: i32,
}

/// Answers what is asked of a jail, but for `meta` and `env`.
fn answer(
    prison: &Prison,
    jid: i32,
    children: usize,
    seen: &Seen,
    allowable: &[&str],
    opts: &mut Opts,
) -> Result<(), Errno> {
    opts.see(|name| name == "lastjid");
    let numbers = [
        ("jid", jid),
        ("parent", if prison.parent.0 == seen.caller { 0 } else { prison.parent.0 }),
        ("cpuset.id", prison.cpuset),
        ("securelevel", prison.securelevel),
        ("children.cur", i32::try_from(children).unwrap_or(i32::MAX)),
        ("children.max", prison.children_max),
        ("enforce_statfs", prison.enforce_statfs),
        ("devfs_ruleset", prison.devfs_ruleset),
        ("osreldate", prison.osreldate),
        ("host", if prison.own_host { 1 } else { 2 }),
        ("vnet", if prison.vnet.is_some() { 1 } else { 2 }),
        ("ip4", if prison.ip4.own { 0 } else { 2 }),
        ("ip6", if prison.ip6.own { 0 } else { 2 }),
    ];
    for (name, number) in numbers {
        opts.set_int(name, number)?;
    }
    let path = seen.path.to_string_lossy();
    let texts = [
        ("name", seen.name.as_str()),
        ("path", &path),
        ("host.hostname", &prison.hostname),
        ("host.domainname", &prison.domainname),
        ("host.hostuuid", &prison.hostuuid),
        ("osrelease", &prison.osrelease),
    ];
    for (name, text) in texts {
        opts.set_text(name, text)?;
    }
    opts.set("host.hostid", &prison.hostid.to_ne_bytes())?;
    opts.set_part(
        "ip4.addr",
        &prison.ip4.list.iter().flat_map(std::net::Ipv4Addr::octets).collect::<Vec<_>>(),
    )?;
    opts.set_part(
        "ip6.addr",
        &prison.ip6.list.iter().flat_map(std::net::Ipv6Addr::octets).collect::<Vec<_>>(),
    )?;
    let flags = [
        ("persist", prison.persist),
        ("dying", !prison.is_alive()),
        ("ip4.saddrsel", prison.ip4_saddrsel),
        ("ip6.saddrsel", prison.ip6_saddrsel),
    ];
    for (name, on) in flags {
        flag(opts, name, on)?;
    }
    for what in allowable {
        flag(opts, &format!("allow.{what}"), prison.allow.contains(*what))?;
    }
    prison.modules.iter().try_for_each(|(name, value)| opts.set_int(name, *value))
}

/// A boolean and its `no` name are two parameters.
fn flag(opts: &mut Opts, name: &str, on: bool) -> Result<(), Errno> {
    opts.set_int(name, i32::from(on))?;
    opts.set_int(&no_name(name), i32::from(!on))
}
