//! A simulated machine copied from another, be it real or simulated, so that something can be tried on the copy first.

use super::state::{Manner, Prison, SimProcess, SimState};
use crate::{Host, Jail, JailInfo, Process, Result};

impl SimState {
    /// What a host tells of itself: version, UUID, time of boot, jails with their notes, processes in jails, mounts.
    ///
    /// The VNET of a jail that has one gets the jail's number. Other parameters of jails, kernel modules and directories
    /// are not copied: they are as on a machine that has just started.
    ///
    /// # Errors
    /// [`Error::Rejected`](crate::Error::Rejected) if the kernel does not tell.
    ///
    /// # Examples
    /// ```
    /// use jailrs::{Jail, sim::{PlainVnets, SimHost, SimState}};
    ///
    /// let host = SimHost::new().host();
    /// Jail::builder("web").meta("owner", "me").create(&host)?;
    /// let copy = SimHost::from_state(SimState::copy(&host)?, PlainVnets::new()).host();
    /// let web = Jail::find(&copy, "web")?;
    /// assert_eq!(web.meta("owner")?.as_deref(), Some("me"));
    /// web.remove()?;
    /// assert!(Jail::find(&host, "web").is_ok());
    /// # Ok::<(), jailrs::Error>(())
    /// ```
    pub fn copy(host: &Host) -> Result<Self> {
        let mut copy = Self { hostuuid: host.uuid()?, osreldate: host.osreldate()?, ..Self::default() };
        copy.osrelease = host.sysctl_text("kern.osrelease")?;
        if let Ok(time) = host.boot_time()?.duration_since(std::time::UNIX_EPOCH) {
            copy.boottime = i64::try_from(time.as_secs()).unwrap_or(copy.boottime);
        }
        for info in Jail::list(host, true)? {
            let meta = if info.dying { String::new() } else { meta(host, &info) };
            copy.counters.last_jid = copy.counters.last_jid.max(info.jid.0);
            copy.jails.insert(info.jid.0, prison(&copy, info, meta));
        }
        for process in host.processes()?.into_iter().filter(|process| process.jid.0 != 0) {
            copy.counters.last_pid = copy.counters.last_pid.max(process.pid);
            copy.processes.insert(process.pid, polite(process));
        }
        copy.mounts = host.mounts()?;
        copy.counters.last_fsid =
            copy.mounts.iter().map(|mounted| mounted.fsid.0).max().unwrap_or_default().max(0);
        Ok(copy)
    }
}

/// The notes of a jail, which may have gone meanwhile.
fn meta(host: &Host, info: &JailInfo) -> String {
    if !host.supports_meta() {
        return String::new();
    }
    let read = || Jail::from_jid(host, info.jid)?.get(&["meta"]);
    read().ok().and_then(|params| params.text("meta").map(str::to_owned)).unwrap_or_default()
}

fn polite(process: Process) -> SimProcess {
    SimProcess { process, manner: Manner::Polite }
}

fn prison(host: &SimState, info: JailInfo, meta: String) -> Prison {
    Prison {
        parent: info.parent,
        vnet: info.vnet.then_some(info.jid.0.unsigned_abs()),
        name: info.name,
        path: info.path,
        persist: info.persist,
        dying: info.dying.then_some(u32::MAX),
        hostname: info.hostname,
        meta,
        ..Prison::new(host)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::mount::Mount;
    use crate::sim::{Manner, PlainVnets, SimHost, SimState};
    use crate::{Jail, Jid};

    #[test]
    fn jails_processes_and_mounts_are_copied() {
        let machine = SimHost::new();
        machine.add_root("/jails/web");
        let host = machine.host();
        let web = Jail::builder("web")
            .path("/jails/web")
            .hostname("web.example")
            .vnet()
            .persist()
            .meta("vimage", "tag")
            .create(&host)
            .unwrap();
        Jail::builder("db").create(&host).unwrap();
        let gone = Jail::builder("gone").create(&host).unwrap();
        machine.keep_dying("gone", u32::MAX);
        gone.remove().unwrap();
        machine.start_process(web.jid(), "sshd", Manner::Stubborn);
        machine.start_process(Jid::HOST, "init", Manner::Immortal);
        host.mount(&Mount::devfs(None), Path::new("/jails/web"), Path::new("/dev")).unwrap();

        let copy = SimHost::from_state(SimState::copy(&host).unwrap(), PlainVnets::new()).host();
        assert_eq!(Jail::list(&copy, true).unwrap(), Jail::list(&host, true).unwrap());
        let there = Jail::find(&copy, "web").unwrap();
        assert_eq!(there.meta("vimage").unwrap().as_deref(), Some("tag"));
        assert_eq!(there.processes().unwrap(), web.processes().unwrap());
        assert_eq!(copy.mounts().unwrap(), host.mounts().unwrap());
        assert_eq!(
            (copy.uuid().unwrap(), copy.boot_time().unwrap()),
            (host.uuid().unwrap(), host.boot_time().unwrap())
        );
        assert_eq!(copy.processes().unwrap().len(), 1);
    }

    #[test]
    fn before_freebsd_15_there_are_no_notes_to_copy() {
        let machine = SimHost::new();
        machine.set_osreldate(1_403_000);
        let host = machine.host();
        Jail::builder("web").create(&host).unwrap();
        let copy = SimHost::from_state(SimState::copy(&host).unwrap(), PlainVnets::new()).host();
        assert!(!copy.supports_meta());
        assert_eq!(Jail::list(&copy, true).unwrap(), Jail::list(&host, true).unwrap());
    }
}
