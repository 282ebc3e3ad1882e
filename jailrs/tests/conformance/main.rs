//! One suite, two kernels: every trial runs on the simulated machine, and on FreeBSD's kernel where that is allowed.
//!
//! The kernel's trials need root on FreeBSD and `NETGRAPH_TEST_KERNEL=1`, because they make and remove jails, interfaces and
//! mounts. Elsewhere they are listed as ignored. They clean up after themselves and touch nothing that they did not make.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod descriptors;
mod inside;
mod interfaces;
mod replay;
mod trials;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use jailrs::Host;
use jailrs::sim::SimHost;
use libtest_mimic::{Arguments, Failed, Trial};

/// Where a trial runs.
pub(crate) struct Rig {
    pub(crate) host: Host,
    /// The simulated machine, unless this is the kernel.
    pub(crate) machine: Option<SimHost>,
    root: Option<tempfile::TempDir>,
}

impl Rig {
    fn simulated() -> Self {
        let machine = SimHost::new();
        Self { host: machine.host(), machine: Some(machine), root: None }
    }

    /// A FreeBSD 14.3, whose jails have neither descriptors nor notes.
    fn older() -> Self {
        let rig = Self::simulated();
        rig.machine.iter().for_each(|machine| machine.set_osreldate(1_403_000));
        rig
    }

    fn kernel() -> Result<Self, jailrs::Error> {
        let host = Host::kernel()?;
        // The interfaces that trials make; GENERIC has both built in.
        for module in ["if_tuntap", "if_epair"] {
            host.load_module(module)?;
        }
        Ok(Self { host, machine: None, root: None })
    }

    /// A name that no other trial has.
    pub(crate) fn name(&self, what: &str) -> String {
        format!("jrs{}{what}", std::process::id() % 1000)
    }

    /// An empty root for a jail, with the usual mount points.
    pub(crate) fn root(&mut self) -> PathBuf {
        if let Some(machine) = &self.machine {
            machine.add_root("/jails/trial");
            return PathBuf::from("/jails/trial");
        }
        let dir = self.root.get_or_insert_with(|| tempfile::tempdir().expect("a directory"));
        for below in ["dev", "tmp", "etc"] {
            std::fs::create_dir_all(dir.path().join(below)).expect("a directory");
        }
        dir.path().canonicalize().expect("a path")
    }

    /// A symbolic link in a root.
    pub(crate) fn link(&self, path: &Path, target: &Path) {
        match &self.machine {
            Some(machine) => machine.add_link(path, target),
            None => std::os::unix::fs::symlink(target, path).expect("a link"),
        }
    }
}

type Run = fn(&mut Rig) -> Result<(), Failed>;

fn main() -> ExitCode {
    if std::env::args().nth(1).is_some_and(|first| first == inside::TAMPER) {
        return inside::tamper();
    }
    let mut arguments = Arguments::from_args();
    // Some trials count jails of the one kernel.
    arguments.test_threads = Some(1);
    let allowed =
        cfg!(target_os = "freebsd") && std::env::var_os("NETGRAPH_TEST_KERNEL").is_some_and(|set| set == "1");
    let mut list = Vec::new();
    for (name, run) in
        trials::BOTH.iter().chain(interfaces::BOTH).chain(descriptors::BOTH).chain(trials::SIMULATED)
    {
        let run: Run = *run;
        list.push(Trial::test(format!("sim::{name}"), move || run(&mut Rig::simulated())));
    }
    for (name, run) in trials::OLDER {
        let run: Run = *run;
        list.push(Trial::test(format!("sim14::{name}"), move || run(&mut Rig::older())));
    }
    for (name, run) in trials::BOTH
        .iter()
        .chain(interfaces::BOTH)
        .chain(descriptors::BOTH)
        .chain(trials::KERNEL)
        .chain(interfaces::KERNEL)
        .chain(inside::KERNEL)
    {
        let run: Run = *run;
        let trial = Trial::test(format!("kernel::{name}"), move || run(&mut Rig::kernel()?));
        list.push(trial.with_ignored_flag(!allowed));
    }
    libtest_mimic::run(&arguments, list).exit_code()
}
