//! What a call of jail_set(2) wants, read and checked in the kernel's order.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;

use super::addresses::{self, Family};
use super::opts::Opts;
use super::tree::Tree;
use crate::Errno;
use crate::param::no_name;
use crate::system::{JailFlags, Refusal};

/// What a call wants of a jail, before anybody has looked which jail it is.
pub(super) struct Request {
    pub(super) numbers: Numbers,
    pub(super) flags: Flags,
    pub(super) identity: Identity,
    pub(super) ip4_addr: Option<Vec<Ipv4Addr>>,
    pub(super) ip6_addr: Option<Vec<Ipv6Addr>>,
    pub(super) osrelease: Option<String>,
    pub(super) osreldate: Option<i32>,
    pub(super) path: Option<PathBuf>,
}

/// Its number, its level and its limits.
pub(super) struct Numbers {
    pub(super) jid: i32,
    pub(super) securelevel: Option<i32>,
    pub(super) children_max: Option<i32>,
    pub(super) enforce_statfs: Option<i32>,
    pub(super) devfs_ruleset: Option<i32>,
}

/// What is on, off, its own or shared.
pub(super) struct Flags {
    pub(super) persist: Option<bool>,
    pub(super) ip4_saddrsel: Option<bool>,
    pub(super) ip6_saddrsel: Option<bool>,
    pub(super) host: Option<i32>,
    pub(super) vnet: Option<i32>,
    pub(super) ip4: Option<i32>,
    pub(super) ip6: Option<i32>,
    pub(super) allow: BTreeSet<&'static str>,
    pub(super) forbid: BTreeSet<&'static str>,
}

/// Its names.
pub(super) struct Identity {
    pub(super) name: Option<String>,
    pub(super) hostname: Option<String>,
    pub(super) domainname: Option<String>,
    pub(super) hostuuid: Option<String>,
    pub(super) hostid: Option<u64>,
}

/// A refusal with words.
pub(super) fn refuse(errno: Errno, message: impl Into<String>) -> Refusal {
    Refusal { errno, message: message.into() }
}

fn unchangeable(name: &str) -> Refusal {
    refuse(Errno::EINVAL, format!("{name} cannot be changed after creation"))
}

impl Request {
    pub(super) fn read(
        tree: &Tree,
        allowable: &[&'static str],
        opts: &mut Opts,
        flags: JailFlags,
    ) -> Result<Self, Refusal> {
        let numbers = Numbers::read(opts)?;
        let kinds = Flags::read(allowable, opts, flags)?;
        let identity = Identity::read(opts)?;
        let ip4_addr = addresses::<4, Ipv4Addr>(opts, "ip4.addr")?;
        let ip6_addr = addresses::<16, Ipv6Addr>(opts, "ip6.addr")?;
        let restricted =
            kinds.ip4.is_some() || kinds.ip6.is_some() || ip4_addr.is_some() || ip6_addr.is_some();
        if kinds.vnet.is_some() && restricted {
            return Err(refuse(Errno::EINVAL, "vnet jails cannot have IP address restrictions"));
        }
        let update = flags.contains(JailFlags::UPDATE);
        let (osrelease, osreldate) = (osrelease(opts, update)?, osreldate(opts, update)?);
        if update && opts.flag("path") {
            return Err(unchangeable("path"));
        }
        let path = opts.text("path", 1024)?.map(|path| tree.directory(path.as_ref())).transpose()?;
        Ok(Self { numbers, flags: kinds, identity, ip4_addr, ip6_addr, osrelease, osreldate, path })
    }
}

impl Numbers {
    fn read(opts: &mut Opts) -> Result<Self, Errno> {
        let jid = opts.int("jid")?.unwrap_or(0);
        let securelevel = opts.int("securelevel")?;
        let children_max = opts.int("children.max")?;
        let enforce_statfs = opts.int("enforce_statfs")?;
        if enforce_statfs.is_some_and(|value| !(0..=2).contains(&value)) {
            return Err(Errno::EINVAL);
        }
        let devfs_ruleset = opts.int("devfs_ruleset")?;
        Ok(Self { jid, securelevel, children_max, enforce_statfs, devfs_ruleset })
    }
}

impl Flags {
    fn read(allowable: &[&'static str], opts: &mut Opts, flags: JailFlags) -> Result<Self, Refusal> {
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
            if flags.contains(JailFlags::UPDATE) && given.is_some() {
                return Err(unchangeable(name));
            }
        }
        let mut allow = BTreeSet::new();
        let mut forbid = BTreeSet::new();
        for what in allowable {
            match flag(opts, &format!("allow.{what}")) {
                Some(true) => allow.insert(*what),
                Some(false) => forbid.insert(*what),
                None => false,
            };
        }
        Ok(Self { persist, ip4_saddrsel, ip6_saddrsel, host, vnet, ip4, ip6, allow, forbid })
    }
}

impl Identity {
    fn read(opts: &mut Opts) -> Result<Self, Errno> {
        let name = opts.text("name", 256)?;
        let hostname = opts.text("host.hostname", 256)?;
        let domainname = opts.text("host.domainname", 256)?;
        let hostuuid = opts.text("host.hostuuid", 64)?;
        let hostid =
            opts.bytes("host.hostid").map(|bytes| bytes.as_slice().try_into().map(u64::from_ne_bytes));
        let hostid = hostid.transpose().map_err(|_| Errno::EINVAL)?;
        Ok(Self { name, hostname, domainname, hostuuid, hostid })
    }

    /// Whether the jail gets something of the host's of its own.
    pub(super) const fn is_own(&self) -> bool {
        self.hostname.is_some()
            || self.domainname.is_some()
            || self.hostuuid.is_some()
            || self.hostid.is_some()
    }
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

fn addresses<const N: usize, A: Family + From<[u8; N]>>(
    opts: &mut Opts,
    name: &str,
) -> Result<Option<Vec<A>>, Refusal> {
    /// `security.jail.jail_max_af_ips`.
    const MOST: usize = 255;
    let Some(bytes) = opts.bytes(name) else { return Ok(None) };
    if bytes.len() % N != 0 {
        return Err(Errno::EINVAL.into());
    }
    if bytes.len() / N > MOST {
        return Err(refuse(Errno::EINVAL, format!("too many {} addresses", A::NAME)));
    }
    let one = |chunk: &[u8]| <[u8; N]>::try_from(chunk).ok().map(A::from);
    Ok(Some(addresses::sorted(bytes.chunks_exact(N).filter_map(one).collect())?))
}

fn osrelease(opts: &mut Opts, update: bool) -> Result<Option<String>, Refusal> {
    let given = opts.bytes("osrelease");
    if update && given.is_some() {
        return Err(unchangeable("osrelease"));
    }
    if given.is_some_and(|text| text.len() >= 32 && text.last() == Some(&0)) {
        return Err(refuse(Errno::ENAMETOOLONG, "osrelease string must be 1-31 bytes long"));
    }
    Ok(opts.text("osrelease", 32)?)
}

fn osreldate(opts: &mut Opts, update: bool) -> Result<Option<i32>, Refusal> {
    match opts.int("osreldate")? {
        Some(_) if update => Err(unchangeable("osreldate")),
        Some(0) => Err(refuse(Errno::EINVAL, "osreldate cannot be 0")),
        version => Ok(version),
    }
}
