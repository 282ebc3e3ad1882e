//! The table of jails: who is there, who is below whom, who dies when.

use std::collections::BTreeMap;

use super::opts::Opts;
use super::script::{Recorded, Script};
use super::state::{Manner, SimState};
use super::vnets::Vnets;
use super::watch::Listener;
use crate::Errno;
use crate::system::{JailFlags, Jid, NoteFlags, Refusal};

/// The version from which on there are jail descriptors, `meta` and `env`.
pub(super) const DESCRIPTORS_SINCE: i32 = 1_500_000;

/// The largest number of a jail.
pub(super) const JAIL_MAX: i32 = 999_999;

/// The largest number of a process.
pub(super) const PID_MAX: i32 = 99_999;

/// What can be allowed, in the kernel's order.
pub(super) const ALLOW: &[&str] = &[
    "set_hostname",
    "sysvipc",
    "raw_sockets",
    "chflags",
    "mount",
    "quotas",
    "socket_af",
    "mlock",
    "reserved_ports",
    "read_msgbuf",
    "unprivileged_proc_debug",
    "suser",
    "nfsd",
    "extattr",
    "adjtime",
    "settime",
    "routing",
    "unprivileged_parent_tampering",
    "setaudit",
    "mount.devfs",
];

/// What can be allowed once a module is there, with the module's name.
const ALLOW_OF_MODULES: &[(&str, &str)] = &[
    ("mount.procfs", "procfs"),
    ("mount.tmpfs", "tmpfs"),
    ("mount.fdescfs", "fdescfs"),
    ("mount.nullfs", "nullfs"),
    ("mount.linprocfs", "linprocfs"),
    ("mount.linsysfs", "linsysfs"),
    ("mount.fusefs", "fusefs"),
    ("mount.zfs", "zfs"),
    ("vmm", "vmm"),
];

/// What is allowed unless told otherwise.
pub(super) const DEFAULT_ALLOW: &[&str] =
    &["set_hostname", "reserved_ports", "unprivileged_proc_debug", "suser"];

/// Subsystems that modules bring.
pub(super) const SUBSYSTEMS: &[&str] = &["sysvmsg", "sysvsem", "sysvshm"];

/// Everything behind the lock of a simulated machine.
pub(super) struct Machine {
    pub(super) state: SimState,
    pub(super) vnets: Box<dyn Vnets>,
    /// Descriptors belong to a process and are not kept: which jail, and whether they own it.
    pub(super) descs: BTreeMap<i32, (Option<i32>, bool)>,
    /// Who watches jails; they belong to a process too.
    pub(super) listeners: Vec<Listener>,
    pub(super) commands: Vec<Recorded>,
    pub(super) scripts: Vec<Script>,
    pub(super) clock: std::time::Duration,
}

impl Machine {
    pub(super) const fn has_descriptors(&self) -> bool {
        self.state.osreldate >= DESCRIPTORS_SINCE
    }

    pub(super) fn alive(&self, jid: i32) -> bool {
        jid == 0 || self.state.jails.get(&jid).is_some_and(super::state::Prison::is_alive)
    }

    /// What can be allowed on this machine now.
    pub(super) fn allowable(&self) -> Vec<&'static str> {
        let loaded = |module: &str| self.state.modules.get(module).copied().unwrap_or_default();
        let of_modules = ALLOW_OF_MODULES.iter().filter(|(_, module)| loaded(module));
        ALLOW.iter().copied().chain(of_modules.map(|(what, _)| *what)).collect()
    }

    /// Whether a jail is in another one, at whatever depth.
    pub(super) fn is_below(&self, jid: i32, above: i32) -> bool {
        let mut at = jid;
        while let Some(prison) = self.state.jails.get(&at) {
            at = prison.parent.0;
            if at == above {
                return true;
            }
        }
        false
    }

    /// A jail's name as it is seen from the jail `caller`, which sees itself as "0".
    pub(super) fn name_from(&self, caller: i32, jid: i32) -> String {
        if caller == jid {
            return "0".to_owned();
        }
        let mut name = self.state.jails.get(&jid).map_or("0", |prison| prison.name.as_str());
        let mut at = caller;
        while let Some(prison) = self.state.jails.get(&at).filter(|_| self.is_below(jid, caller)) {
            name = name.split_once('.').map_or(name, |(_, rest)| rest);
            at = prison.parent.0;
        }
        name.to_owned()
    }

    /// The jail of a name as it is seen from the jail `caller`; a live one rather than a dying one.
    pub(super) fn find_name(&self, caller: i32, name: &str) -> Option<i32> {
        let prefix = self.whole_name(caller, "").len();
        let is_meant =
            |jid: i32, whole: &str| self.is_below(jid, caller) && whole.get(prefix..) == Some(name);
        let named = || self.state.jails.iter().filter(|(jid, prison)| is_meant(**jid, &prison.name));
        let found = named().find(|(_, prison)| prison.is_alive()).or_else(|| named().next_back());
        found.map(|(jid, _)| *jid)
    }

    pub(super) fn whole_name(&self, parent: i32, last: &str) -> String {
        match self.state.jails.get(&parent) {
            Some(parent) => format!("{}.{last}", parent.name),
            None => last.to_owned(),
        }
    }

    /// The jails below this one, each with how far below.
    pub(super) fn below(&self, jid: i32) -> Vec<(i32, i32)> {
        let mut found: Vec<(i32, i32)> = Vec::new();
        let mut next = vec![(jid, 0)];
        while let Some((above, depth)) = next.pop() {
            let children = self.state.jails.iter().filter(|(_, prison)| prison.parent.0 == above);
            next.extend(children.map(|(child, _)| (*child, depth + 1)));
            if depth > 0 {
                found.push((above, depth));
            }
        }
        found
    }

    /// The VNET that a jail is in.
    pub(super) fn vnet_of(&self, jid: i32) -> Option<u32> {
        let mut at = jid;
        while at != 0 {
            let prison = self.state.jails.get(&at)?;
            match prison.vnet {
                Some(vnet) => return Some(vnet),
                None => at = prison.parent.0,
            }
        }
        Some(0)
    }

    /// Gives a jail another name, and with it the jails below. The kernel forgets what the jail above is called when it comes to
    /// those, and mangles them unless that is the host.
    pub(super) fn rename(&mut self, jid: i32, above: i32, last: &str) {
        let prefix = self.whole_name(above, "").len();
        let name = self.whole_name(above, last);
        let Some(prison) = self.state.jails.get_mut(&jid) else { return };
        let old = prison.name.get(prefix..).unwrap_or_default().len();
        prison.name.clone_from(&name);
        for (below, _) in self.below(jid) {
            if let Some(prison) = self.state.jails.get_mut(&below) {
                let begin = name.get(..last.len()).unwrap_or(&name);
                let rest = prison.name.get(old..).unwrap_or_default();
                prison.name = format!("{begin}{rest}");
            }
        }
    }

    /// Makes room for a new jail: a dying one of its number gets another, counted down from the top.
    pub(super) fn renumber_dying(&mut self, jid: i32) {
        let Some(prison) = self.state.jails.remove(&jid) else { return };
        let last = self.state.counters.last_dead_jid;
        let start = if (2..=JAIL_MAX).contains(&last) { last - 1 } else { JAIL_MAX };
        let mut numbers = (1..=start).rev();
        let free =
            numbers.find(|number| *number != jid && !self.state.jails.contains_key(number)).unwrap_or(start);
        self.state.counters.last_dead_jid = free;
        for below in self.state.jails.values_mut().filter(|below| below.parent.0 == jid) {
            below.parent = Jid(free);
        }
        for process in self.state.processes.values_mut().filter(|process| process.process.jid.0 == jid) {
            process.process.jid = Jid(free);
        }
        self.state.jails.insert(free, prison);
    }

    /// jail_remove(2): the jail and those below it begin to die.
    pub(super) fn jail_remove(&mut self, jid: i32) -> Result<(), Errno> {
        if !self.state.jails.contains_key(&jid) {
            return Err(Errno::EINVAL);
        }
        self.kill(jid);
        Ok(())
    }

    /// Kills all processes in a jail and below it, and buries what nothing holds.
    pub(super) fn kill(&mut self, jid: i32) {
        let mut jids: Vec<(i32, i32)> = self.below(jid);
        jids.push((jid, 0));
        // The deepest ones go first: a jail is held by those below it.
        jids.sort_by_key(|(_, depth)| -depth);
        for (jid, _) in &jids {
            let held = self.state.jails.get(jid).and_then(|prison| self.state.faults.dying.get(&prison.name));
            let held = held.copied().unwrap_or_default();
            let lives = self.state.jails.get(jid).is_some_and(super::state::Prison::is_alive);
            if lives {
                self.note(*jid, NoteFlags::REMOVE, 0);
            }
            if let Some(prison) = self.state.jails.get_mut(jid).filter(|_| lives) {
                prison.dying = Some(held);
                prison.persist = false;
                self.descs.values_mut().filter(|desc| desc.0 == Some(*jid)).for_each(|desc| desc.0 = None);
            }
            let mortal = |manner: Manner| manner != Manner::Immortal;
            self.state
                .processes
                .retain(|_, process| process.process.jid.0 != *jid || !mortal(process.manner));
        }
        for (jid, _) in jids {
            self.bury(jid);
        }
    }

    /// Takes a dying jail away if nothing holds it any more, and its VNET with it.
    fn bury(&mut self, jid: i32) {
        let held = self.state.processes.values().any(|process| process.process.jid.0 == jid)
            || self.state.jails.values().any(|prison| prison.parent.0 == jid);
        let Some(prison) = self.state.jails.get(&jid) else { return };
        if held || prison.dying != Some(0) || !prison.connections.is_empty() {
            return;
        }
        let (parent, vnet) = (prison.parent.0, prison.vnet);
        self.state.jails.remove(&jid);
        if let Some(vnet) = vnet {
            match self.state.faults.homecoming {
                0 => self.vnets.destroy(vnet),
                looks => drop(self.state.lingering.insert(vnet, looks)),
            }
        }
        self.bury(parent);
        self.end_if_idle(parent);
    }

    /// One look at a dying jail, after which it may be gone at the next.
    pub(super) fn look_at_dying(&mut self, jid: i32) {
        let Some(Some(held)) = self.state.jails.get_mut(&jid).map(|prison| prison.dying.as_mut()) else {
            return;
        };
        if *held != u32::MAX {
            *held = held.saturating_sub(1);
        }
        self.bury(jid);
    }

    /// One look at the host's interfaces; those of a VNET that nobody has may be home at the next.
    pub(super) fn look_for_homecoming(&mut self) {
        for looks in self.state.lingering.values_mut().filter(|looks| **looks != u32::MAX) {
            *looks = looks.saturating_sub(1);
        }
        let home: Vec<u32> =
            self.state.lingering.iter().filter(|(_, looks)| **looks == 0).map(|(vnet, _)| *vnet).collect();
        for vnet in home {
            self.state.lingering.remove(&vnet);
            self.vnets.destroy(vnet);
        }
    }

    /// A jail that neither persists nor has a process or a jail in it ends.
    pub(super) fn end_if_idle(&mut self, jid: i32) {
        let busy = self.state.processes.values().any(|process| process.process.jid.0 == jid)
            || self.state.jails.values().any(|prison| prison.parent.0 == jid && prison.is_alive());
        if self.state.jails.get(&jid).is_some_and(|prison| !prison.persist && prison.is_alive()) && !busy {
            self.kill(jid);
        }
    }

    /// The option `desc` must be there when a flag says so, and only then.
    pub(super) fn desc_option(
        &self,
        opts: &mut Opts,
        flags: JailFlags,
        needed: JailFlags,
    ) -> Result<Option<i32>, Refusal> {
        if !self.has_descriptors() {
            return Ok(None);
        }
        let wanted = JailFlags::USE_DESC | JailFlags::AT_DESC | JailFlags::GET_DESC | JailFlags::OWN_DESC;
        let refuse = |errno, message: &str| Refusal { errno, message: message.to_owned() };
        match opts.int("desc")? {
            None if flags.intersects(needed) => Err(refuse(Errno::ENOENT, "missing desc")),
            Some(_) if !flags.intersects(wanted) => Err(refuse(Errno::EINVAL, "unexpected desc")),
            desc => Ok(desc),
        }
    }

    /// The jail of a descriptor.
    pub(super) fn desc_jail(&self, desc: i32) -> Result<i32, Refusal> {
        let refuse = |errno, message: &str| Refusal { errno, message: message.to_owned() };
        match self.descs.get(&desc) {
            // The standard streams are open, and no jails.
            None if (0..3).contains(&desc) => Err(refuse(Errno::EINVAL, "not a jail descriptor")),
            None => Err(refuse(Errno::EBADF, "not a jail descriptor")),
            Some((None, _)) => Err(refuse(Errno::ENOENT, "descriptor to dead jail")),
            Some((Some(jid), _)) => Ok(*jid),
        }
    }

    /// A new descriptor of a jail, numbered as the lowest free one above the standard streams.
    pub(super) fn open_desc(&mut self, jid: i32, owning: bool) -> i32 {
        let desc = (3..).find(|desc| !self.descs.contains_key(desc)).unwrap_or(3);
        let alive = self.alive(jid).then_some(jid);
        self.descs.insert(desc, (alive, owning));
        desc
    }

    pub(super) fn close_desc(&mut self, desc: i32) {
        if let Some((Some(jid), true)) = self.descs.remove(&desc) {
            self.kill(jid);
        }
    }
}
